//! One error for a program that measures: words.

use std::fmt;

/// What went wrong, in words. Any error becomes one with `?`.
pub struct Trouble(pub String);

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Trouble>;

impl<E: fmt::Display> From<E> for Trouble {
    fn from(error: E) -> Trouble {
        Trouble(error.to_string())
    }
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error of `words`.
pub fn trouble<T>(words: impl Into<String>) -> Result<T> {
    Err(Trouble(words.into()))
}

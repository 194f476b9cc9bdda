//! The exercises, in growing order. To add one is to add a file here, its texts in `texts/en` and `texts/zh`, and a row.

mod first_hello;
mod let_in_a_not_b;

use super::Exercise;
use crate::error::Error;
use crate::phrase;
use crate::text;

/// All exercises.
pub const EXERCISES: &[Exercise] = &[first_hello::EXERCISE, let_in_a_not_b::EXERCISE];

/// The exercise of this name.
///
/// # Errors
/// [`Error::Usage`] with the names.
pub fn find(name: &str) -> Result<&'static Exercise, Error> {
    let found = EXERCISES.iter().find(|exercise| exercise.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = EXERCISES.iter().map(|exercise| exercise.name).collect();
        Error::Usage {
            found: phrase!(
                "there is no exercise \"{name}\"",
                name = text::terminal(name)
            ),
            remedy: phrase!("one of {names}", names = names.join(", ")),
        }
    })
}

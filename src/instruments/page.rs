//! Colours: for a terminal that likes them, or none. Unaware of what is painted.

use crate::narration::Side;

/// Whether words are coloured.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    colours: bool,
}

/// What stands out.
pub const BOLD: &str = "1";
/// What may be skipped.
pub const DIM: &str = "2";
/// What failed.
pub const RED: &str = "31";
/// What holds.
pub const GREEN: &str = "32";
/// What may fail elsewhere, or later.
pub const YELLOW: &str = "33";
/// The wire between the sides.
pub const MAGENTA: &str = "35";

impl Paint {
    /// No escape sequence at all.
    pub const PLAIN: Paint = Paint { colours: false };
    /// Colours, whatever the reader is.
    pub const COLOURED: Paint = Paint { colours: true };

    /// Colours if the stream is a terminal, and NO_COLOR is unset or empty (no-color.org).
    pub fn on(terminal: bool) -> Paint {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Paint {
            colours: terminal && !unwanted,
        }
    }

    /// `words` in the colour of this code (ECMA-48 §8.3.117). An empty code: as they are.
    pub fn with(self, code: &str, words: &str) -> String {
        match self.colours && !code.is_empty() {
            true => format!("\u{1b}[{code}m{words}\u{1b}[0m"),
            false => words.to_owned(),
        }
    }
}

/// The colour of a side: everywhere the same.
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "36",
        Side::Server => "33",
    }
}

//! How the program looks to its reader: the language, and whether it is coloured.
//!
//! The first of these that has a say decides about colours:
//!
//! 1. `--color always` or `--color never`;
//! 2. `NO_COLOR`, not empty: never (no-color.org);
//! 3. `CLICOLOR_FORCE`, not empty and not 0: always (bixense.com/clicolors);
//! 4. `CLICOLOR=0`: never;
//! 5. `TERM=dumb`: never, because this terminal would show the codes;
//! 6. a terminal is coloured; a file or a pipe is not.

use std::env;
use std::io::IsTerminal;

use clap::ValueEnum;

use crate::instruments::page::Paint;
use crate::language::Language;

/// The value of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// By the environment, and by whether a terminal reads.
    #[default]
    Auto,
    /// Into a file and a pipe, too.
    Always,
    /// No escape sequence at all.
    Never,
}

/// What a command knows of its reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) language: Language,
    pub(super) colour: Colour,
}

impl Look {
    /// How a page is written to this stream.
    pub(super) fn paint(self, stream: &impl IsTerminal) -> Paint {
        let variable = |name: &str| env::var_os(name)?.into_string().ok();
        let coloured = self.colour.holds(variable, stream.is_terminal());
        Paint::on(coloured, self.language)
    }
}

impl Colour {
    fn holds(self, variable: impl Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
        let value = |name| variable(name).filter(|value| !value.is_empty());
        match self {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if value("NO_COLOR").is_some() => false,
            Colour::Auto if value("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Colour::Auto if value("CLICOLOR").is_some_and(|value| value == "0") => false,
            Colour::Auto => is_terminal && value("TERM").is_none_or(|value| value != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Colour::{self, Always, Auto, Never};

    #[test]
    fn the_first_that_has_a_say_decides() {
        let coloured = |colour: Colour, set: &[(&str, &str)], is_terminal| {
            let variable = |name: &str| {
                let found = set.iter().find(|(set, _)| *set == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            colour.holds(variable, is_terminal)
        };
        let (no, force) = (("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"));
        let (off, dumb) = (("CLICOLOR", "0"), ("TERM", "dumb"));
        for (colour, set, on_a_terminal, in_a_pipe) in [
            (Always, &[no, off, dumb][..], true, true),
            (Never, &[force], false, false),
            (Auto, &[no, force], false, false),
            (Auto, &[("NO_COLOR", ""), off, dumb, force], true, true),
            (Auto, &[("CLICOLOR_FORCE", "0")], true, false),
            (Auto, &[off], false, false),
            (Auto, &[("CLICOLOR", "1"), ("TERM", "xterm")], true, false),
            (Auto, &[dumb], false, false),
            (Auto, &[], true, false),
        ] {
            let found = [true, false].map(|is_terminal| coloured(colour, set, is_terminal));
            assert_eq!(found, [on_a_terminal, in_a_pipe], "{colour:?} {set:?}");
        }
    }
}

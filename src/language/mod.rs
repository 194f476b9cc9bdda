//! The languages of the program: English, and Chinese (简体中文).
//!
//! The program says most of what it has to say with [`phrase!`](crate::phrase): a template in English, and the values of its
//! placeholders. The outcome is a [`Phrase`], which is data. Nothing is chosen before a view shows it, so the
//! same finding can go to an English log and to a Chinese page.
//!
//! ```
//! use hello_mtls::language::Language;
//! use hello_mtls::phrase;
//!
//! let to = "127.0.0.1:3000";
//! let happened = phrase!("connected to {to}", to);
//! assert_eq!(happened.in_language(Language::English), "connected to 127.0.0.1:3000");
//! assert_eq!(happened.in_language(Language::Chinese), "已连上 127.0.0.1:3000");
//! ```
//!
//! The Chinese templates stand in `zh.txt`, each below its English one, to be edited without knowing Rust. A test
//! reads the sources and fails where a phrase has no Chinese template, where one is not used, and where the two
//! do not have the same placeholders. Names of options, help texts, logs and JSON are English in both languages.

mod phrase;
mod templates;

use std::env;

pub use self::phrase::{Phrase, Value};
pub use self::templates::{Misplaced, templates};

/// A language in which the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 简体中文.
    Chinese,
}

impl Language {
    /// The language of `--lang`: `en` or `zh`.
    ///
    /// # Errors
    /// The two names, if it is neither.
    pub fn parse(name: &str) -> Result<Language, String> {
        match name {
            "en" => Ok(Language::English),
            "zh" => Ok(Language::Chinese),
            _ => Err("en or zh".to_owned()),
        }
    }

    /// The language that the user's system is set to, by the first of LC_ALL, LC_MESSAGES and LANG that has a value
    /// (POSIX.1-2017, XBD §8.2): `zh_CN.UTF-8` is Chinese, everything else English.
    pub fn of_the_system() -> Language {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|value| !value.is_empty());
        Language::of_locale(&set.unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Language {
        let language = locale.split(['_', '.', '@', '-']).next();
        match language {
            Some("zh") => Language::Chinese,
            _ => Language::English,
        }
    }

    /// The text in this language.
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_locale_is_chinese_by_its_language_alone() {
        for locale in ["zh", "zh_CN.UTF-8", "zh-Hans", "zh_TW"] {
            assert_eq!(Language::of_locale(locale), Language::Chinese, "{locale}");
        }
        for locale in ["", "C", "POSIX", "en_US.UTF-8", "zha_CN"] {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }
}

//! A sentence as data: a template and the values of its placeholders.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::path::Path;

use super::Language;
use super::templates::chinese;

/// Something to say. It is worded when it is shown, in the language of the page.
///
/// `Display` words it in English, as logs and JSON want it.
///
/// Three words long, and a sentence without values is not copied: a recording of some megabytes is explained by
/// millions of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// A template in English without placeholders.
    Fixed(&'static str),
    /// The same in every language: a name, a number, a command, the words of another program.
    Verbatim(Box<str>),
    /// A template in English whose one placeholder is `count`: every length is such a phrase.
    Counted(u32, &'static str),
    /// Anything longer.
    Composed(Box<Composed>),
}

#[derive(Clone, PartialEq, Eq)]
enum Composed {
    /// A template in English, and the values of its placeholders by their names.
    Template(&'static str, Vec<(&'static str, Phrase)>),
    /// Several, one after the other.
    List(Vec<Phrase>),
}

/// Makes a [`Phrase`]: a template in English, and a value for each placeholder.
///
/// A value is written by its name alone, or as `name = expression`. It is a text, a number, or another phrase.
/// The compiler checks that every value has its placeholder.
#[macro_export]
macro_rules! phrase {
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
    ($template:literal $(,)?) => {{
        // Never called: it only lets the compiler read the template. So it may stand in a constant.
        let _ = || { let _ = ::std::format_args!($template); };
        $crate::language::Phrase::fixed($template)
    }};
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        // Never called: format_args! compares the names with the placeholders when this is compiled.
        let _ = |$($name: &$crate::language::Phrase),*| {
            let _ = ::std::format_args!($template $(, $name = $name)*);
        };
        $crate::language::Phrase::template(
            $template,
            vec![$((
                stringify!($name),
                $crate::language::Value::phrase(&$crate::phrase!(@value $name $($value)?)),
            )),*],
        )
    }};
}

impl Phrase {
    fn composed(parts: Composed) -> Phrase {
        Phrase(Kind::Composed(Box::new(parts)))
    }

    /// A template with the values of its placeholders; [`phrase!`] checks that they belong together.
    #[doc(hidden)]
    pub fn template(template: &'static str, values: Vec<(&'static str, Phrase)>) -> Phrase {
        Phrase::composed(Composed::Template(template, values))
    }

    /// An English sentence without placeholders. [`phrase!`] makes one; where a table has it, the test of completeness
    /// asks the table for it.
    pub const fn fixed(english: &'static str) -> Phrase {
        Phrase(Kind::Fixed(english))
    }

    /// So many bytes: `{count} bytes`.
    pub fn bytes(count: usize) -> Phrase {
        match u32::try_from(count) {
            Ok(count) => Phrase(Kind::Counted(count, "{count} bytes")),
            Err(_) => crate::phrase!("{count} bytes", count),
        }
    }

    /// Nothing.
    pub const fn empty() -> Phrase {
        Phrase::fixed("")
    }

    /// One after the other, with `separator` between them.
    pub fn joined(parts: impl IntoIterator<Item = Phrase>, separator: &Phrase) -> Phrase {
        let mut list = Vec::new();
        for part in parts {
            if !list.is_empty() {
                list.push(separator.clone());
            }
            list.push(part);
        }
        // What is the same in every language stays one text: the names of a certificate can be many.
        if list.iter().all(|part| matches!(part.0, Kind::Verbatim(_))) {
            return Phrase::from(list.iter().map(|part| part.english()).collect::<String>());
        }
        Phrase::composed(Composed::List(list))
    }

    /// A paragraph each: one after the other, with a line feed between them.
    pub fn lines(parts: impl IntoIterator<Item = Phrase>) -> Phrase {
        Phrase::joined(parts, &Phrase::from("\n"))
    }

    /// Whether its English words contain these.
    pub fn contains(&self, words: &str) -> bool {
        self.english().contains(words)
    }

    /// The English words; not copied where they stand there as they are.
    pub fn english(&self) -> Cow<'_, str> {
        match &self.0 {
            Kind::Fixed(words) if !words.contains(['{', '}']) => Cow::Borrowed(words),
            Kind::Verbatim(words) => Cow::Borrowed(words),
            _ => Cow::Owned(self.in_language(Language::English)),
        }
    }

    /// The words in this language.
    pub fn in_language(&self, language: Language) -> String {
        let mut words = String::new();
        self.write(language, &mut words);
        words
    }

    /// True if there are no words.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Kind::Verbatim(text) => text.is_empty(),
            Kind::Fixed(template) | Kind::Counted(_, template) => template.is_empty(),
            Kind::Composed(composed) => match &**composed {
                Composed::Template(template, _) => template.is_empty(),
                Composed::List(parts) => parts.iter().all(Phrase::is_empty),
            },
        }
    }

    fn write(&self, language: Language, words: &mut String) {
        match &self.0 {
            Kind::Verbatim(text) => words.push_str(text),
            Kind::Fixed(english) => fill(english, language, words, |_, _| {}),
            Kind::Counted(count, english) => fill(english, language, words, |_, words| {
                words.push_str(&count.to_string());
            }),
            Kind::Composed(composed) => match &**composed {
                Composed::List(parts) => parts.iter().for_each(|part| part.write(language, words)),
                Composed::Template(english, values) => {
                    fill(english, language, words, |name, words| {
                        let value = values.iter().find(|(this, _)| *this == name);
                        if let Some((_, value)) = value {
                            value.write(language, words);
                        }
                    });
                }
            },
        }
    }
}

/// Writes a template in this language; `value` writes that of the placeholder with this name.
fn fill(
    english: &'static str,
    language: Language,
    words: &mut String,
    value: impl Fn(&str, &mut String),
) {
    let translated = match language {
        Language::English => None,
        // The completeness of the translation is tested; without one, English is better than nothing.
        Language::Chinese => chinese(english),
    };
    for part in parts_of(translated.unwrap_or(english)) {
        match part {
            Part::Words(text) => words.push_str(text),
            Part::Placeholder(name) => value(name, words),
        }
    }
}

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Words(&'a str),
    Placeholder(&'a str),
}

/// A template in pieces. Braces are written as in `format!`: `{{` is one.
pub(super) fn parts_of(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        parts.push(Part::Words(before));
        let doubled = brace.starts_with("{{") || brace.starts_with("}}");
        rest = match brace.find('}') {
            _ if doubled => {
                parts.push(Part::Words(&brace[..1]));
                &brace[2..]
            }
            Some(end) if brace.starts_with('{') => {
                parts.push(Part::Placeholder(&brace[1..end]));
                &brace[end + 1..]
            }
            _ => {
                parts.push(Part::Words(&brace[..1]));
                &brace[1..]
            }
        };
    }
    parts.push(Part::Words(rest));
    parts.retain(|part| *part != Part::Words(""));
    parts
}

impl Default for Phrase {
    fn default() -> Phrase {
        Phrase::empty()
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        f.write_str(
            &self
                .in_language(Language::English)
                .escape_debug()
                .to_string(),
        )?;
        f.write_char('"')
    }
}

impl From<String> for Phrase {
    fn from(text: String) -> Phrase {
        Phrase(Kind::Verbatim(text.into_boxed_str()))
    }
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Phrase {
        Phrase(Kind::Verbatim(text.into()))
    }
}

impl From<Cow<'_, str>> for Phrase {
    fn from(text: Cow<'_, str>) -> Phrase {
        Phrase::from(text.into_owned())
    }
}

/// Its English words are these.
impl PartialEq<str> for Phrase {
    fn eq(&self, words: &str) -> bool {
        self.english() == words
    }
}

/// Its English words are these.
impl PartialEq<&str> for Phrase {
    fn eq(&self, words: &&str) -> bool {
        self.english() == *words
    }
}

impl From<&String> for Phrase {
    fn from(text: &String) -> Phrase {
        Phrase::from(text.clone())
    }
}

impl From<&Phrase> for Phrase {
    fn from(phrase: &Phrase) -> Phrase {
        phrase.clone()
    }
}

/// What may stand in the place of a placeholder.
pub trait Value {
    /// The value, to be shown; a phrase is worded in the language of the phrase around it.
    fn phrase(&self) -> Phrase;
}

impl<T: Value + ?Sized> Value for &T {
    fn phrase(&self) -> Phrase {
        (**self).phrase()
    }
}

impl Value for Phrase {
    fn phrase(&self) -> Phrase {
        self.clone()
    }
}

impl Value for Path {
    fn phrase(&self) -> Phrase {
        Phrase::from(crate::text::terminal(&self.display().to_string()))
    }
}

macro_rules! verbatim {
    ($($value:ty)*) => {$(
        impl Value for $value {
            fn phrase(&self) -> Phrase {
                Phrase::from(self.to_string())
            }
        }
    )*};
}
verbatim!(str String char u8 u16 u32 u64 usize i32 i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_cut_as_format_cuts_it() {
        use Part::{Placeholder, Words};
        assert_eq!(
            parts_of("a {b} c{d}"),
            [Words("a "), Placeholder("b"), Words(" c"), Placeholder("d")]
        );
        assert_eq!(parts_of("{{x}}"), [Words("{"), Words("x"), Words("}")]);
        assert_eq!(parts_of(""), []);
    }

    #[test]
    fn a_phrase_may_hold_another_one() {
        let inner = phrase!("connected to {to}", to = "a:1");
        let both = Phrase::lines([inner.clone(), Phrase::from("ls")]);
        assert_eq!(both.to_string(), "connected to a:1\nls");
        assert_eq!(both.in_language(Language::Chinese), "已连上 a:1\nls");
        assert!(Phrase::empty().is_empty());
    }

    #[test]
    fn a_phrase_is_three_words_long_and_may_be_a_constant() {
        const CONNECTED: Phrase = phrase!("in the clear");
        assert_eq!(CONNECTED, "in the clear");
        assert!(size_of::<Phrase>() <= 3 * size_of::<usize>());
        assert_eq!(Phrase::bytes(7), "7 bytes");
        assert_eq!(Phrase::bytes(7).in_language(Language::Chinese), "7 字节");
    }

    #[test]
    fn a_value_is_never_taken_for_a_template() {
        let to = "{to}{{";
        assert_eq!(
            phrase!("connected to {to}", to).to_string(),
            "connected to {to}{{"
        );
    }
}

//! The page about speed, `docs/performance.md`, in both languages: its tables and its plot are made from the figures.
//! The words around them are written by hand.

pub mod tables;
pub mod growth;
pub mod plot;

use std::fs;

use crate::error::{Result, trouble};
use crate::figures::{Figures, Spread};
use crate::files::root;

/// The language of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// One of two wordings.
    pub fn say<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

/// Writes the generated parts of both pages, and the plot in both languages.
pub fn write(figures: &Figures) -> Result<()> {
    for (language, page, plot) in [
        (
            Language::English,
            "docs/performance.md",
            "docs/images/performance.svg",
        ),
        (
            Language::Chinese,
            "docs/zh/performance.md",
            "docs/images/performance-zh.svg",
        ),
    ] {
        fs::write(root().join(plot), plot::plot(figures, language))?;
        let path = root().join(page);
        let mut text = fs::read_to_string(&path)?;
        for (name, part) in parts(figures, language) {
            text = replaced(&text, name, &part)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The generated parts, by name.
fn parts(figures: &Figures, language: Language) -> [(&'static str, String); 8] {
    [
        ("setting", tables::setting(figures, language)),
        ("saves", tables::what_costs_what(figures, language)),
        ("ecdsa-p256", tables::costs(figures, language, "ecdsa-p256")),
        ("rsa-2048", tables::costs(figures, language, "rsa-2048")),
        ("crowd", tables::crowd(figures, language)),
        ("burst", tables::burst(figures, language)),
        ("idle", tables::idle(figures, language)),
        ("growth", growth::table(figures, language)),
    ]
}

/// `text` with a new part between `<!-- bench: NAME -->` and the next `<!-- end -->`.
fn replaced(text: &str, name: &str, part: &str) -> Result<String> {
    let begin = format!("<!-- bench: {name} -->\n");
    let Some((before, rest)) = text.split_once(&begin) else {
        return trouble(format!("the page lacks the marker {begin}"));
    };
    let Some((_, after)) = rest.split_once("<!-- end -->") else {
        return trouble(format!("the page lacks <!-- end --> after {begin}"));
    };
    Ok(format!("{before}{begin}{part}<!-- end -->{after}"))
}

/// A table of Markdown.
pub struct Table(String);

impl Table {
    /// With these headings: the first column has names, the others have numbers.
    pub fn new(headings: &[&str]) -> Table {
        let mut table = Table(String::new());
        table.row(headings);
        table.0 += "| --- |";
        table.0 += &" ---: |".repeat(headings.len() - 1);
        table.0.push('\n');
        table
    }

    /// A row.
    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        for cell in cells {
            self.0 += "| ";
            self.0 += cell.as_ref();
            self.0.push(' ');
        }
        self.0 += "|\n";
    }

    /// Its text.
    pub fn done(self) -> String {
        self.0
    }
}

/// `1,850 (1,798–2,145)`.
pub fn shown(spread: Option<Spread>) -> String {
    let Some(Spread {
        median,
        least,
        most,
    }) = spread
    else {
        return "–".to_owned();
    };
    if least == most {
        return number(median);
    }
    format!("{} ({}–{})", number(median), number(least), number(most))
}

/// Three digits that count: `1,850`, `57.3`, `8.52`.
pub fn number(value: f64) -> String {
    if value != 0.0 && value < 10.0 {
        return format!("{value:.2}");
    }
    if value != 0.0 && value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn a_number_shows_three_digits_that_count() {
    let shown = [0.0, 8.524, 57.31, 123.4, 1850.2].map(number);
    assert_eq!(shown, ["0", "8.52", "57.3", "123", "1,850"]);
}

#[test]
fn a_generated_part_replaces_what_stood_there_and_nothing_else() {
    let page = "a\n<!-- bench: x -->\nold\n<!-- end -->\nb\n";
    let new = replaced(page, "x", "new\n").unwrap();
    assert_eq!(new, page.replace("old", "new"));
    assert!(replaced(page, "y", "new\n").is_err());
}

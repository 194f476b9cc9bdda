//! What the server did with each client, at 80 columns, and what follows from it.

use std::io::{self, Write};

use super::judge::Verdict;
use super::{Expected, Findings, Row};
use crate::instruments::page::{BOLD, DIM, LongWords, Page, Paint, RED};
use crate::text;

/// Columns of a client's name, with its mark.
const NAME: usize = 34;

impl Row {
    /// A client is in that must not be.
    fn is_a_hole(&self) -> bool {
        self.expected == Expected::Refuse && matches!(self.verdict, Verdict::LetIn(_))
    }

    /// A good client is not in.
    fn is_no_comparison(&self) -> bool {
        let tried = !matches!(self.verdict, Verdict::NotTried(_));
        self.expected == Expected::LetIn && tried && !matches!(self.verdict, Verdict::LetIn(_))
    }

    /// It came, and nobody knows whether it is in.
    fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::CannotBeTold(_))
    }

    fn words(&self) -> (&'static str, String) {
        match &self.verdict {
            Verdict::LetIn(said) if self.is_a_hole() => ("✗", format!("LET IN: {said}")),
            Verdict::LetIn(said) => match self.expected {
                Expected::Either(why) => ("○", format!("let in: {said}; {why}")),
                _ => ("✓", format!("let in: {said}")),
            },
            Verdict::Refused { step, how } => {
                let mark = if self.is_no_comparison() {
                    "✗"
                } else {
                    "✓"
                };
                (mark, format!("refused, step {}: {how}", step.number()))
            }
            Verdict::CannotBeTold(why) => ("?", format!("cannot be told: {why}")),
            Verdict::NotTried(why) => ("–", format!("not tried: {why}")),
        }
    }
}

impl Findings {
    /// True if the server let the good client in, and refused every client that it should refuse and that came.
    pub fn holds(&self) -> bool {
        let fails = |row: &Row| row.is_a_hole() || row.is_no_comparison() || row.is_open();
        !self.rows.iter().any(fails)
    }

    /// The table.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, paint: Paint) -> io::Result<()> {
        let page = &mut Page {
            out,
            paint,
            long_words: LongWords::Keep,
        };
        let place = text::terminal(&self.place);
        let target = text::shorten(&text::terminal(&self.target), 200);
        page.rule(&format!("Does {place} enforce mutual TLS?"), BOLD)?;
        let about = format!(
            "Only for servers of your own: these are the clients of an attacker. One connection each, GET {target}."
        );
        page.paragraph("", &about, "")?;
        for row in self.rows.iter().filter(|row| row.is_no_comparison()) {
            let words = if row.of_the_ca {
                "The server does not trust what --ca-key signs, even a good client: the rows of your CA prove \
                 nothing. Is it the key of the CA that the server has for its clients?"
            } else {
                "Your client itself is not let in, so the refusals below prove nothing. Find out why: hello-mtls \
                 doctor with this URL, without --against."
            };
            page.blank()?;
            page.paragraph("", words, RED)?;
        }
        if !self.asked {
            page.blank()?;
            let words =
                "The server does not ask for a certificate in its handshake: step 4 is missing.";
            page.paragraph("", words, RED)?;
        }
        page.blank()?;
        for row in &self.rows {
            let (mark, words) = row.words();
            let colour = match mark {
                "✗" => RED,
                "–" => DIM,
                _ => "",
            };
            let head = text::pad(&format!("{mark} {}", row.name), NAME);
            page.paragraph(&head, &text::terminal(&words), colour)?;
        }
        page.blank()?;
        page.paragraph("", &self.conclusion(), BOLD)
    }

    fn conclusion(&self) -> String {
        let count = |is: &dyn Fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count();
        let must = |row: &Row| row.expected == Expected::Refuse;
        let holes = count(&Row::is_a_hole);
        let refused = count(&|row| must(row) && matches!(row.verdict, Verdict::Refused { .. }));
        let unknown = count(&|row| must(row) && row.is_open());
        let untried = count(&|row| must(row) && matches!(row.verdict, Verdict::NotTried(_)));
        let counted = format!("refused {refused}, cannot be told {unknown}, not tried {untried}");
        if holes > 0 {
            return format!(
                "No: the server let in {holes} of the clients that it must refuse ({counted}). Let it demand \
                 a certificate, and verify it against the CA of your clients alone."
            );
        }
        if !self.holds() {
            return format!("That cannot be told ({counted}).");
        }
        format!("Yes, as far as these clients can tell: none of them came in ({counted}).")
    }
}

//! What the server did with each client, at 80 columns, and what follows from it.

use std::io::{self, Write};

use super::judge::Verdict;
use super::{Expected, Findings, Row};
use crate::instruments::page::{BOLD, DIM, LongWords, Page, Paint, RED};
use crate::language::Phrase;
use crate::phrase;
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

    fn words(&self) -> (&'static str, Phrase) {
        match &self.verdict {
            Verdict::LetIn(said) if self.is_a_hole() => ("✗", phrase!("LET IN: {said}", said)),
            Verdict::LetIn(said) => match &self.expected {
                Expected::Either(why) => ("○", phrase!("let in: {said}; {why}", said, why)),
                _ => ("✓", phrase!("let in: {said}", said)),
            },
            Verdict::Refused { step, how } => {
                let mark = if self.is_no_comparison() {
                    "✗"
                } else {
                    "✓"
                };
                let number = step.number();
                (mark, phrase!("refused, step {number}: {how}", number, how))
            }
            Verdict::CannotBeTold(why) => ("?", phrase!("cannot be told: {why}", why)),
            Verdict::NotTried(why) => ("–", phrase!("not tried: {why}", why)),
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
        let say = |phrase: &Phrase| paint.words(phrase);
        page.rule(
            &say(&phrase!("Does {place} enforce mutual TLS?", place)),
            BOLD,
        )?;
        let about = say(&phrase!(
            "Only for servers of your own: these are the clients of an attacker. One connection each, GET {target}.",
            target
        ));
        page.paragraph("", &about, "")?;
        for row in self.rows.iter().filter(|row| row.is_no_comparison()) {
            let words = if row.of_the_ca {
                phrase!(
                    "The server does not trust what --ca-key signs, even a good client: the rows of your CA prove nothing. Is it the key of the CA that the server has for its clients?"
                )
            } else {
                phrase!(
                    "Your client itself is not let in, so the refusals below prove nothing. Find out why: hello-mtls doctor with this URL, without --against."
                )
            };
            page.blank()?;
            page.paragraph("", &say(&words), RED)?;
        }
        if !self.asked {
            page.blank()?;
            let words = phrase!(
                "The server does not ask for a certificate in its handshake: step 4 is missing."
            );
            page.paragraph("", &say(&words), RED)?;
        }
        page.blank()?;
        for row in &self.rows {
            let (mark, words) = row.words();
            let colour = match mark {
                "✗" => RED,
                "–" => DIM,
                _ => "",
            };
            let head = text::pad(&format!("{mark} {}", say(&row.name)), NAME);
            let words = say(&words).replace('\n', "; ");
            page.paragraph(&head, &text::terminal(&words), colour)?;
        }
        page.blank()?;
        page.paragraph("", &say(&self.conclusion()), BOLD)
    }

    fn conclusion(&self) -> Phrase {
        let count = |is: &dyn Fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count();
        let must = |row: &Row| row.expected == Expected::Refuse;
        let holes = count(&Row::is_a_hole);
        let refused = count(&|row| must(row) && matches!(row.verdict, Verdict::Refused { .. }));
        let unknown = count(&|row| must(row) && row.is_open());
        let untried = count(&|row| must(row) && matches!(row.verdict, Verdict::NotTried(_)));
        let counted = phrase!(
            "refused {refused}, cannot be told {unknown}, not tried {untried}",
            refused,
            unknown,
            untried
        );
        if holes > 0 {
            return phrase!(
                "No: the server let in {holes} of the clients that it must refuse ({counted}). Let it demand a certificate, and verify it against the CA of your clients alone.",
                holes,
                counted
            );
        }
        if !self.holds() {
            return phrase!("That cannot be told ({counted}).", counted);
        }
        phrase!(
            "Yes, as far as these clients can tell: none of them came in ({counted}).",
            counted
        )
    }
}

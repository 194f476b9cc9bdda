//! A recorded connection as one page: the seven steps, each message in them, every byte of it.
//!
//! A file that stands by itself: nothing is loaded, and all of it can be read without JavaScript. The
//! script is a constant and only adds comfort: what belongs together lights up together. All text and
//! bytes of peers are escaped, and the page's own Content-Security-Policy allows this one style and
//! this one script, so that even a hole in the escaping would run nothing.

mod policy;
mod top;
mod how_to_read;
mod steps;
mod links;
mod message;
mod record;
mod fields;
mod dump;
mod proofs;
mod proof_lines;
mod shell_lines;
mod overview;
pub mod compare;
mod ladder;
mod drawing;
mod schedule;
mod stages;

use links::Place;
use proof_lines::ProofLines;

pub use policy::content_security_policy;

use super::chapters::CHAPTERS;
use crate::docs;
use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::keeping;
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text::html as escaped;

/// The page's style: of the messages, then of the overview above them.
pub const STYLE: &str = concat!(
    include_str!("page.css"),
    include_str!("message.css"),
    include_str!("overview.css"),
    include_str!("print.css")
);
/// The page's script: highlighting, arrow keys in the bytes, and the button that opens all; then that of the overview.
pub const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("overview.js"));

/// Of what a peer can repeat at will, so much is shown: messages and records as many as are kept, and rows of fields.
const MOST_MESSAGES: usize = keeping::MOST_MESSAGES;
const MOST_RECORDS: usize = keeping::MOST_RECORDS;
const MOST_ROWS: usize = 20_000;

/// The whole page, in a folder of the user's. Its size is linear in the conversation's, and repetitions are capped.
pub fn page(conversation: &Conversation, language: Language) -> String {
    at(Place::Anywhere, conversation, language)
}

/// The page as a sample among the docs of its language, with links to the tutorial and the code.
pub fn sample(conversation: &Conversation, language: Language) -> String {
    at(Place::Docs, conversation, language)
}

fn at(place: Place, conversation: &Conversation, language: Language) -> String {
    let proofs = &ProofLines::new(conversation, language);
    let view = View {
        conversation,
        language,
        place,
        proofs,
    };
    view.page()
}

/// What all parts of a page have to know.
#[derive(Clone, Copy)]
struct View<'a> {
    conversation: &'a Conversation,
    language: Language,
    place: Place,
    proofs: &'a ProofLines<'a>,
}

impl View<'_> {
    fn page(self) -> String {
        let View {
            conversation,
            language,
            ..
        } = self;
        let lang = language.pick("en", "zh");
        let title = top::title(conversation);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">{}</a>\n",
            policy::policy(),
            self.say(&phrase!("{title}, byte by byte", title)),
            self.say(&phrase!("Skip to the conversation")),
        );
        top::top(&mut page, self, &title);
        page.push_str("<div class=\"layout\">\n");
        top::navigation(&mut page, self);
        page.push_str("<main id=\"main\">\n");
        ladder::ladder(&mut page, conversation, language);
        drawing::key_schedule(&mut page, conversation, language);
        let mut rows = MOST_ROWS;
        for chapter in &CHAPTERS {
            steps::step(&mut page, self, chapter, &mut rows);
        }
        steps::without_a_step(&mut page, self, &mut rows);
        overview::records(&mut page, conversation, language);
        let made = phrase!(
            "Made by hello-mtls. The code of each step stands in the file that is named there."
        );
        let mut made = self.say(&made);
        // Where links lead to the files, nothing has to be said about them.
        if self.place == Place::Anywhere {
            made = format!("{made} {}", self.say(&docs::paths()));
        }
        page.push_str(&format!(
            "</main>\n</div>\n<footer><p>{made}</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        ));
        page
    }

    /// Words in the language of the page, escaped.
    fn say(self, phrase: &Phrase) -> String {
        say(phrase, self.language)
    }
}

/// Words in the language of the page, escaped.
fn say(phrase: &Phrase, language: Language) -> String {
    escaped(&phrase.in_language(language))
}

//! The head of the page, and what stands beside its text: the steps, the search, the button that opens all.

use super::drawing;
use super::steps::class;
use super::{View, how_to_read};
use crate::instruments::show::chapters::CHAPTERS;
use crate::instruments::show::glance::{at_a_glance, notes};
use crate::instruments::show::warning;
use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{TLS12, TLS13};
use crate::language::Phrase;
use crate::phrase;

pub(super) fn title(conversation: &Conversation) -> Phrase {
    let version = match conversation.negotiated.version {
        Some(TLS13) => phrase!("A TLS 1.3 handshake"),
        Some(TLS12) => phrase!("A TLS 1.2 handshake"),
        Some(number) => {
            phrase!(
                "A handshake of {version}",
                version = names::VERSIONS.name(number)
            )
        }
        None => phrase!("A TLS connection"),
    };
    match &conversation.negotiated.server_name {
        Some(name) => phrase!("{version} with {name}", version, name),
        None => version,
    }
}

pub(super) fn top(page: &mut String, view: View<'_>, title: &Phrase) {
    page.push_str(&format!(
        "<header class=\"top\">\n<p class=\"eyebrow\">hello-mtls <span>· {}</span></p>\n<h1>{}</h1>\n<dl class=\"glance\">\n",
        view.say(&phrase!("byte by byte")),
        view.say(title)
    ));
    for (label, value) in at_a_glance(view.conversation) {
        page.push_str(&format!(
            "<div><dt>{}</dt><dd>{}</dd></div>\n",
            view.say(&label),
            view.say(&value)
        ));
    }
    page.push_str("</dl>\n");
    for note in notes(view.conversation) {
        let note = view.say(&note);
        page.push_str(&format!("<p class=\"note\">{note}</p>\n"));
    }
    if let Some(warning) = warning(view.conversation) {
        page.push_str(&format!(
            "<p class=\"note secret\"><strong>{}</strong> {}</p>\n",
            view.say(&phrase!("Secrets inside.")),
            view.say(&warning)
        ));
    }
    how_to_read::legend(page, view);
    page.push_str("</header>\n");
}

pub(super) fn navigation(page: &mut String, view: View<'_>) {
    page.push_str(&format!(
        "<nav aria-label=\"{}\">\n<ol>\n",
        view.say(&phrase!("The seven steps"))
    ));
    for chapter in &CHAPTERS {
        let number = chapter.number();
        let title = chapter.title(view.language);
        let class = class(view.conversation, chapter.step);
        page.push_str(&format!(
            "<li class=\"{class}\"><a href=\"#step-{number}\"><span class=\"number\">{number}</span> {title}</a></li>\n"
        ));
    }
    page.push_str("</ol>\n<ul>\n");
    for (id, name) in [
        ("wire-order", phrase!("In the order of the wire")),
        ("key-schedule", phrase!("The key schedule")),
        ("records", phrase!("Records")),
    ] {
        // Not every version has a key schedule that is drawn.
        if id != "key-schedule" || drawing::has_key_schedule(view.conversation) {
            let name = view.say(&name);
            page.push_str(&format!("<li><a href=\"#{id}\">{name}</a></li>\n"));
        }
    }
    page.push_str("</ul>\n");
    tools(page, view);
    page.push_str("</nav>\n");
}

/// What needs the script, and is not there without it. Its words are data: the script is the same in each language.
fn tools(page: &mut String, view: View<'_>) {
    page.push_str(&format!(
        "<template id=\"tools\"><div class=\"tools\"><label for=\"search\">{}</label>\
         <input type=\"search\" id=\"search\" autocomplete=\"off\" spellcheck=\"false\">\
         <p role=\"status\" id=\"status\" data-found=\"{}\" data-copied=\"{}\"></p></div>\
         <p><button type=\"button\" id=\"open-all\" data-close=\"{}\">{}</button></p></template>\n",
        view.say(&phrase!("Search the fields")),
        view.say(&phrase!("Messages that match: {count}", count = "%")),
        view.say(&phrase!("The address of this place is copied.")),
        view.say(&phrase!("Close all details")),
        view.say(&phrase!("Open all details")),
    ));
}

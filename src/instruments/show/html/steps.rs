//! The seven steps: what each is for, where it stands, and its messages.

use super::links::{standards, where_it_stands};
use super::{MOST_MESSAGES, View, message};
use crate::instruments::show::chapters::{Chapter, no_step, remark};
use crate::instruments::show::glance::ending;
use crate::instruments::wire::conversation::{Conversation, Ending, Message};
use crate::narration::Step;
use crate::phrase;

pub(super) fn step(page: &mut String, view: View<'_>, chapter: &Chapter, rows: &mut usize) {
    let conversation = view.conversation;
    let number = chapter.number();
    let of_step = |(_, message): &(usize, &Message)| message.step == Some(chapter.step);
    let messages: Vec<(usize, &Message)> = conversation
        .messages
        .iter()
        .enumerate()
        .filter(of_step)
        .collect();
    let class = class(conversation, chapter.step);
    page.push_str(&format!(
        "<section class=\"step {class}\" id=\"step-{number}\" aria-labelledby=\"step-{number}-title\">\n\
         <h2 id=\"step-{number}-title\"><span class=\"number\">{number}</span> {}</h2>\n\
         <p class=\"purpose\">{}</p>\n<p class=\"where\">{}{}</p>\n",
        chapter.title(view.language),
        view.say(&chapter.purpose_in(conversation)),
        where_it_stands(chapter.module, chapter.docs, view.place, view.language),
        standards(chapter.sources_in(conversation))
    ));
    if let Some(remark) = remark(conversation, chapter.step) {
        let remark = view.say(&remark);
        page.push_str(&format!("<p class=\"remark\">{remark}</p>\n"));
    }
    let all = conversation.messages_of(Some(chapter.step));
    told(page, view, &messages, all, rows);
    if class == "refused" {
        let ending = view.say(&ending(conversation));
        page.push_str(&format!("<p class=\"remark refused\">✗ {ending}</p>\n"));
    }
    page.push_str("</section>\n");
}

/// The first of `all` messages, and which handshake they belong to where there is more than one.
fn told(
    page: &mut String,
    view: View<'_>,
    messages: &[(usize, &Message)],
    all: usize,
    rows: &mut usize,
) {
    let mut handshake = None;
    for (index, message) in messages.iter().take(MOST_MESSAGES) {
        if view.conversation.handshakes.len() > 1
            && handshake.replace(message.handshake) != Some(message.handshake)
        {
            let words = phrase!("Handshake {number}", number = message.handshake + 1);
            let words = view.say(&words);
            page.push_str(&format!("<p class=\"remark\">{words}</p>\n"));
        }
        message::message(page, view, *index, message, rows);
    }
    let more = all.saturating_sub(messages.len().min(MOST_MESSAGES));
    if more > 0 {
        let words = phrase!("And {more} more messages, which are not shown.", more);
        let words = view.say(&words);
        page.push_str(&format!("<p class=\"remark\">{words}</p>\n"));
    }
}

/// Messages whose step cannot be told.
pub(super) fn without_a_step(page: &mut String, view: View<'_>, rows: &mut usize) {
    let messages = view.conversation.messages.iter().enumerate();
    let messages = messages.filter(|(_, message)| message.step.is_none());
    let messages: Vec<(usize, &Message)> = messages.collect();
    let all = view.conversation.messages_of(None);
    if all == 0 {
        return;
    }
    let (title, why) = no_step();
    page.push_str(&format!(
        "<section class=\"step\" id=\"no-step\" aria-labelledby=\"no-step-title\">\n\
         <h2 id=\"no-step-title\">{}</h2>\n<p class=\"remark\">{}</p>\n",
        view.say(&title),
        view.say(&why)
    ));
    told(page, view, &messages, all, rows);
    page.push_str("</section>\n");
}

/// What became of a step: messages, none, or a refusal.
pub(super) fn class(conversation: &Conversation, step: Step) -> &'static str {
    match conversation.ending {
        Ending::Refused { step: refused, .. } if refused == step => "refused",
        _ if conversation.messages_of(Some(step)) > 0 => "told",
        _ => "silent",
    }
}

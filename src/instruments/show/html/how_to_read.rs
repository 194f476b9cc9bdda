//! How to read the page: its colours and signs, and what it cannot know. Closed at first.

use super::View;
use crate::language::Phrase;
use crate::phrase;

/// A sign as the page shows it, in HTML, its name, and what it says.
type Sign = (&'static str, Phrase, Phrase);

pub(super) fn legend(page: &mut String, view: View<'_>) {
    let title = view.say(&phrase!("How to read this page"));
    page.push_str(&format!(
        "<details class=\"legend\" id=\"how-to-read\"><summary>{title}</summary>\n<dl>\n"
    ));
    for (sign, name, words) in connection().into_iter().chain(knowledge()) {
        let name = view.say(&name);
        let words = view.say(&words);
        page.push_str(&format!(
            "<div><dt>{sign}{name}</dt><dd>{words}</dd></div>\n"
        ));
    }
    page.push_str("</dl>\n</details>\n");
}

/// What the signs say of the connection.
fn connection() -> [Sign; 5] {
    [
        (
            "<span class=\"client swatch\"></span><span class=\"server swatch\"></span>",
            phrase!("client and server"),
            phrase!(
                "Each side has a colour. A card, its lines and its bytes have the colour of the side that sent them."
            ),
        ),
        (
            "<span class=\"number\">1</span>",
            phrase!("seven steps"),
            phrase!(
                "The messages stand below the step that they belong to. Three steps have no message, because one side takes them alone."
            ),
        ),
        (
            super::message::LOCK,
            phrase!("encrypted"),
            phrase!(
                "On the network an eavesdropper sees only ciphertext. The page shows what is inside, because the recording has the secrets."
            ),
        ),
        (
            "<code class=\"hex\">03 04</code>",
            phrase!("bytes and fields"),
            phrase!(
                "An opened message shows its bytes at the left and what they mean at the right, in the order of the network. A row with a triangle is a group, and its fields are inside. ⋮ counts bytes that a row leaves out; the block below the fields has them all."
            ),
        ),
        (
            "<span class=\"part own\"></span><span class=\"part tag\"></span>",
            phrase!("the picture of a record"),
            phrase!(
                "The bars are true to scale. The upper one is the record as the network carried it; the lower one is what decryption gave back."
            ),
        ),
    ]
}

/// What the page knows, and what it does not.
fn knowledge() -> [Sign; 5] {
    [
        (
            "<b class=\"good\">✓</b>",
            phrase!("a proof holds"),
            phrase!(
                "The page made the proof again from the recorded bytes: a signature, or a checksum with a secret key. It does not say that the CA deserves trust, or that the certificate is still valid."
            ),
        ),
        (
            "<b class=\"bad\">✗</b>",
            phrase!("a proof fails, or a side refuses"),
            phrase!("The words beside it name the reason, as far as the bytes tell it."),
        ),
        (
            "<b>?</b>",
            phrase!("not verified here"),
            phrase!(
                "A key or an algorithm is missing here. The proof may hold all the same; the page does not claim that it does."
            ),
        ),
        (
            "",
            phrase!("cannot be told"),
            phrase!(
                "What the recording does not contain or no secret opens stays unknown. The page says so, and does not guess. Times are those at which the recording side saw the bytes."
            ),
        ),
        (
            "<b>#</b>",
            phrase!("links"),
            phrase!(
                "Each message and each field has an address of its own, behind the sign #. In an opened message the arrow keys go from field to field."
            ),
        ),
    ]
}

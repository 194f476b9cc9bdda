//! The key schedule as an inline SVG: the trunk on the left, what grows out of it on the right. Each value that is
//! known is a link to its derivation, in the order in which a reader follows the tree.
//!
//! Unaware of TLS: it places what `schedule` found. Its links are a shortcut to what the cards have, so without the script
//! they are no stops of the Tab key; with it, they are one.

use std::fmt::Write;

use super::say;
use super::schedule::{Branch, Node, Stage, State};
use super::stages::stages;
use crate::instruments::wire::conversation::{Conversation, KnownSecrets};
use crate::language::Language;
use crate::phrase;
use crate::text::html as escaped;

/// Left edges and widths of the columns, in units of the drawing.
const TRUNK: (usize, usize) = (1, 206);
const BRANCH: (usize, usize) = (251, 272);
const KEYS: usize = 559;
const WIDTH: usize = 872;
/// Heights of a box with two lines, of one with one line, and of a row.
const TALL: usize = 44;
const FLAT: usize = 28;
const ROW: usize = 56;

/// True if there is something to draw.
pub(super) fn has_key_schedule(conversation: &Conversation) -> bool {
    !stages(conversation).is_empty()
}

/// The section, unless nothing is known of how the version makes its keys.
pub(super) fn key_schedule(page: &mut String, conversation: &Conversation, language: Language) {
    let stages = stages(conversation);
    if stages.is_empty() {
        return;
    }
    let title = say(&phrase!("The key schedule"), language);
    let purpose = match conversation.known_secrets {
        KnownSecrets::None => phrase!(
            "Each secret grows out of the one before. This recording has no secrets, so none of these values can be told."
        ),
        _ => phrase!(
            "Each secret grows out of the one before, and there is no way back. A filled box is known here, and leads to its derivation; a dashed one cannot be told; ✓ marks what something in this recording proves."
        ),
    };
    let purpose = say(&purpose, language);
    let _ = writeln!(
        page,
        "<section class=\"schedule\" id=\"key-schedule\" aria-labelledby=\"key-schedule-title\">\n\
         <h2 id=\"key-schedule-title\">{title}</h2>\n<p class=\"purpose\">{purpose}</p>\n<div class=\"scroll\">"
    );
    draw(page, &stages, language);
    page.push_str("</div>\n</section>\n");
}

fn draw(page: &mut String, stages: &[Stage], language: Language) {
    let mut drawing = Drawing {
        lines: String::new(),
        boxes: String::new(),
        language,
    };
    let mut y = 1;
    let mut before = None;
    for stage in stages {
        y = drawing.stage(stage, y, before);
        before = Some(y);
        y = drawing.branches(stage, y) + 22;
    }
    let title = say(&phrase!("The tree of secrets and keys"), language);
    let _ = writeln!(
        page,
        "<svg class=\"tree-of-keys\" viewBox=\"0 0 {WIDTH} {y}\" role=\"group\" aria-label=\"{title}\">\n{}{}</svg>",
        drawing.lines, drawing.boxes
    );
}

struct Drawing {
    lines: String,
    boxes: String,
    language: Language,
}

impl Drawing {
    /// The inputs, then the secret on the trunk. Returns the top of the secret's box.
    fn stage(&mut self, stage: &Stage, top: usize, before: Option<usize>) -> usize {
        let (x, width) = TRUNK;
        let middle = x + width / 2;
        let at = top + stage.inputs.len() * (FLAT + 10) + 22;
        let class = lit(&stage.secret);
        for (row, input) in stage.inputs.iter().enumerate() {
            let y = top + 4 + row * (FLAT + 10);
            let line = y + FLAT / 2;
            if row == 0 && before.is_none() {
                // The trunk begins with what goes in first.
                let (left, down) = (middle + 8, at - 7);
                let path = format!("M{} {line}H{left}q-8 0 -8 8V{down}", BRANCH.0);
                self.line(lit(input), &path);
            } else {
                let path = format!("M{} {line}H{}", BRANCH.0, middle + 7);
                self.line(lit(input), &path);
                self.head(
                    lit(input),
                    &format!("M{} {}v10l-8 -5z", middle + 9, line - 5),
                );
            }
            self.flat(input, BRANCH.0, y, None);
        }
        if let Some(before) = before {
            self.line(class, &format!("M{middle} {}V{}", before + TALL, at - 7));
            self.label(middle + 9, top - 6, "“derived”");
        }
        self.head(class, &format!("M{} {}h10l-5 8z", middle - 5, at - 8));
        self.label(middle + 9, at - 8, stage.how);
        self.tall(&stage.secret, x, at, width);
        at
    }

    /// What grows out of the secret whose box begins at `top`. Returns where the next stage begins.
    fn branches(&mut self, stage: &Stage, top: usize) -> usize {
        let start = TRUNK.0 + TRUNK.1;
        let elbow = (start + BRANCH.0) / 2;
        for (row, branch) in stage.branches.iter().enumerate() {
            let middle = top + row * ROW + TALL / 2;
            let derived = stage.secret.state.is_known();
            let class = if derived { lit(&branch.secret) } else { "dim" };
            let path = match row {
                0 => format!("M{start} {middle}H{}", BRANCH.0 - 7),
                _ => format!(
                    "M{elbow} {}V{}q0 8 8 8H{}",
                    top + TALL / 2,
                    middle - 8,
                    BRANCH.0 - 7
                ),
            };
            self.line(class, &path);
            self.head(class, &format!("M{} {}v10l8 -5z", BRANCH.0 - 8, middle - 5));
            self.branch(branch, top + row * ROW);
        }
        top + stage.branches.len().max(1) * ROW
    }

    fn branch(&mut self, branch: &Branch, y: usize) {
        self.tall(&branch.secret, BRANCH.0, y, BRANCH.1);
        let middle = y + TALL / 2;
        let mut from = BRANCH.0 + BRANCH.1;
        // More than three are cut out of one block: they share two rows.
        let pairs = branch.keys.len() > 3;
        let mut x = KEYS;
        for (index, key) in branch.keys.iter().enumerate() {
            let row = if pairs && index >= 2 { ROW } else { 0 };
            if pairs && index == 2 {
                (x, from) = (KEYS, BRANCH.0 + BRANCH.1);
            }
            if row == 0 || index == 2 {
                let path = match row {
                    0 => format!("M{from} {middle}H{x}"),
                    _ => format!("M{} {middle}V{}q0 8 8 8H{x}", from + 14, middle + row - 8),
                };
                self.line(lit(key), &path);
            } else {
                self.line(lit(key), &format!("M{from} {}H{x}", middle + row));
            }
            let width = width_of(key);
            self.flat(key, x, middle + row - FLAT / 2, Some(&branch.secret.name));
            from = x + width;
            x = from + 10;
        }
    }

    fn line(&mut self, class: &str, path: &str) {
        let _ = writeln!(self.lines, "<path class=\"{class}\" d=\"{path}\"></path>");
    }

    /// The head of an arrow.
    fn head(&mut self, class: &str, path: &str) {
        self.line(&format!("{class} head"), path);
    }

    fn label(&mut self, x: usize, y: usize, words: &str) {
        let _ = writeln!(
            self.boxes,
            "<text class=\"label\" x=\"{x}\" y=\"{y}\">{words}</text>"
        );
    }

    /// A box with two lines: the name, and where the value comes from.
    fn tall(&mut self, node: &Node, x: usize, y: usize, width: usize) {
        let words = say(&node.words, self.language);
        let (name, words_at) = (y + 18, y + 35);
        let texts = format!(
            "<text class=\"name\" x=\"{0}\" y=\"{name}\">{1}</text><text class=\"sub\" x=\"{0}\" y=\"{words_at}\">{words}</text>",
            x + 10,
            escaped(&node.name),
        );
        self.node(node, (x, y, width, TALL), &texts, "");
    }

    /// A box with one line. What it is made of stands in its name for those who do not see the lines.
    fn flat(&mut self, node: &Node, x: usize, y: usize, of: Option<&str>) {
        let name = escaped(&node.name);
        let words = say(&node.words, self.language);
        let label = match of {
            Some(of) => format!("{name} ← {}: {words}", escaped(of)),
            None => format!("{name}: {words}"),
        };
        let texts = format!(
            "<text class=\"name\" x=\"{}\" y=\"{}\">{name}</text>",
            x + 10,
            y + 18
        );
        self.node(node, (x, y, width_of(node), FLAT), &texts, &label);
        if of.is_none() {
            let _ = writeln!(
                self.boxes,
                "<text class=\"sub\" x=\"{}\" y=\"{}\">{words}</text>",
                x + width_of(node) + 9,
                y + 18
            );
        }
    }

    fn node(
        &mut self,
        node: &Node,
        (x, y, width, height): (usize, usize, usize, usize),
        texts: &str,
        label: &str,
    ) {
        let side = node
            .side
            .map_or_else(String::new, |side| format!(" {side}"));
        let state = match node.state {
            State::Proven | State::Known => "known",
            State::Unknown => "unknown",
            State::Unused => "unused",
        };
        let rect = format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"></rect>"
        );
        let mark = match node.state {
            State::Proven => format!(
                "<text class=\"mark\" x=\"{}\" y=\"{}\">✓</text>",
                x + width - 9,
                // Below a name that reaches to the mark.
                y + if height == TALL && node.name.len() > 31 {
                    35
                } else {
                    18
                }
            ),
            _ => String::new(),
        };
        let _ = match &node.link {
            Some(link) => {
                let label = match label {
                    "" => String::new(),
                    label => format!(" aria-label=\"{label}\""),
                };
                writeln!(
                    self.boxes,
                    "<a class=\"node {state}{side}\" href=\"#{link}\" tabindex=\"-1\"{label}>{rect}{texts}{mark}</a>"
                )
            }
            None => writeln!(
                self.boxes,
                "<g class=\"node {state}{side}\">{rect}{texts}{mark}</g>"
            ),
        };
    }
}

/// As wide as its name, of 7¼ a letter, with room for its mark.
fn width_of(node: &Node) -> usize {
    node.name.chars().count() * 29 / 4 + 32
}

fn lit(node: &Node) -> &'static str {
    if node.state.is_known() { "lit" } else { "dim" }
}

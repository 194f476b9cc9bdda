//! What strangers wrote, made safe to show.
//!
//! Names in certificates, HTTP headers and file names come from strangers. A terminal obeys control
//! characters inside them (colours, cursor moves, even key presses), and the bidirectional controls
//! of Unicode can make `evil.exe` read as something else. So nothing of a peer's reaches a terminal
//! or a page but through this module.

use std::fmt::Write;

/// `text` with everything escaped that a terminal would obey instead of show: C0 and C1 controls,
/// DEL, line and paragraph separators, and the bidirectional and invisible format characters.
///
/// Escapes are Rust's: `\n`, `\u{1b}`. A backslash itself is doubled, so that no text can forge an
/// escape.
pub fn terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => safe.push_str("\\\\"),
            c => push_shown(&mut safe, c),
        }
    }
    safe
}

/// A character as it is, or its escape if a terminal would obey it.
fn push_shown(safe: &mut String, c: char) {
    match c {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        c if obeyed_by_a_terminal(c) => {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        }
        c => safe.push(c),
    }
}

/// Bytes that are probably text, as terminal-safe text: what is not UTF-8 becomes `\xff`.
pub fn terminal_bytes(bytes: &[u8]) -> String {
    let mut safe = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        safe.push_str(&terminal(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(safe, "\\x{byte:02x}");
        }
    }
    safe
}

/// A line of a text that a peer sent, for a terminal: as it is, but without what a terminal would obey. Unlike
/// [`terminal_bytes`] it keeps the end of the line, tabs and backslashes.
pub fn for_reading(line: &[u8]) -> String {
    let (line, end) = match line {
        [line @ .., b'\r', b'\n'] => (line, "\r\n"),
        [line @ .., b'\n'] => (line, "\n"),
        line => (line, ""),
    };
    let parts = line.split_inclusive(|byte| matches!(byte, b'\\' | b'\t'));
    let mut safe = String::with_capacity(line.len());
    for part in parts {
        match part {
            [part @ .., kept @ (b'\\' | b'\t')] => {
                safe += &terminal_bytes(part);
                safe.push(char::from(*kept));
            }
            part => safe += &terminal_bytes(part),
        }
    }
    safe + end
}

/// `text` for the inside of an HTML element or a quoted attribute.
///
/// The characters that a terminal would obey are escaped as well, ends of lines among them: a page can be copied from,
/// and a name with a line of its own could pass for the next field.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => push_shown(&mut safe, c),
        }
    }
    safe
}

/// Whether a terminal obeys this character, or shows nothing of it.
pub(crate) fn obeyed_by_a_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties: nothing of them is to be seen.
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            // Ends of lines, an empty Braille cell, and the marks of annotations.
            | '\u{2028}'..='\u{2029}' | '\u{2800}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_an_escape_sequence_of_a_peer() {
        assert_eq!(terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(terminal("x\u{9b}2J\u{7f}"), "x\\u{9b}2J\\u{7f}");
        assert_eq!(terminal("cod\u{202e}exe"), "cod\\u{202e}exe");
        for unseen in "\u{115f}\u{3164}\u{2800}\u{fe0e}\u{e0100}\u{ffa0}\u{34f}".chars() {
            let shown = terminal(&format!("a{unseen}b"));
            assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(unseen)));
        }
        assert_eq!(terminal("日本語 é"), "日本語 é");
    }

    #[test]
    fn no_text_can_forge_an_escape() {
        assert_ne!(terminal("\\n"), terminal("\n"));
        assert_eq!(terminal_bytes(b"a\xffb\n"), "a\\xffb\\n");
    }

    #[test]
    fn html_cannot_be_opened_or_closed_by_a_peer() {
        assert_eq!(html("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        assert_eq!(html("a\r\n\tb\u{1b}"), "a\\r\\n\\tb\\u{1b}");
    }
}

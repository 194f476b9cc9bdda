//! The one place where hostile text is made safe.
//!
//! Names in certificates, HTTP headers and file names come from strangers. A terminal obeys control
//! characters inside them (colours, cursor moves, even key presses), and the bidirectional controls
//! of Unicode can make `evil.exe` read as something else. So nothing of a peer's reaches a terminal
//! or a page but through this module.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

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
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if obeyed_by_a_terminal(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
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

/// `text` for the inside of an HTML element or a quoted attribute.
///
/// The characters that a terminal would obey are escaped as well: a page can be copied from.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            c if obeyed_by_a_terminal(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// `text` cut to `most` characters, with an ellipsis where something was left out.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Words of `text` in lines of at most `width` columns. A word longer than a line stays whole.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A file name as a word for a shell (bash, zsh): what was printed can be pasted.
pub fn shell(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./+@%=:,-".contains(byte);
    let dash = if bytes.starts_with(b"-") { "./" } else { "" };
    match str::from_utf8(bytes) {
        Ok(name) if bytes.iter().all(plain) && !name.is_empty() => format!("{dash}{name}"),
        Ok(name) if !name.contains('\'') && !name.chars().any(obeyed_by_a_terminal) => {
            format!("'{dash}{name}'")
        }
        _ => {
            let escaped = bytes.iter().map(|byte| format!("\\x{byte:02x}"));
            format!("$'{dash}{}'", escaped.collect::<String>())
        }
    }
}

/// Any text as a word for a shell, as [`shell`] does it.
pub fn word(text: &str) -> String {
    shell(Path::new(text))
}

/// A command in lines of at most `width` columns, which a shell reads as one. It is folded at spaces
/// outside of quotes only; a word longer than a line stays whole.
pub fn fold(command: &str, width: usize) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.chars() {
        quoted ^= c == '\'';
        match (c, words.last_mut()) {
            (' ', _) if !quoted => words.push(String::new()),
            (c, Some(word)) => word.push(c),
            _ => {}
        }
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in words {
        if !line.is_empty() && line.chars().count() + word.chars().count() + 3 > width {
            lines.push(format!("{line} \\"));
            line = "  ".to_owned();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

fn obeyed_by_a_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_an_escape_sequence_of_a_peer() {
        assert_eq!(terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(terminal("x\u{9b}2J\u{7f}"), "x\\u{9b}2J\\u{7f}");
        assert_eq!(terminal("cod\u{202e}exe"), "cod\\u{202e}exe");
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
    }

    #[test]
    fn a_file_name_is_one_word_for_a_shell_and_harmless_for_a_terminal() {
        let word = |name: &str| shell(Path::new(name));
        assert_eq!(word("certs/ca.crt"), "certs/ca.crt");
        assert_eq!(word("my certs/$(id)"), "'my certs/$(id)'");
        assert_eq!(word("-rf"), "./-rf");
        assert_eq!(word("a'b"), "$'\\x61\\x27\\x62'");
        assert_eq!(word("\u{1b}[2J"), "$'\\x1b\\x5b\\x32\\x4a'");
    }

    #[test]
    fn a_folded_command_is_still_one_command() {
        assert_eq!(fold("a 'b c d' ef", 10), ["a \\", "  'b c d' \\", "  ef"]);
        assert_eq!(fold("short", 10), ["short"]);
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let lines = wrap("one two three four", 9);
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
    }
}

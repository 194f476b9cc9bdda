//! Text for a terminal: the one place where hostile text is made safe, and where columns are counted.
//!
//! Names in certificates, HTTP headers and file names come from strangers. A terminal obeys control
//! characters inside them (colours, cursor moves, even key presses), and the bidirectional controls
//! of Unicode can make `evil.exe` read as something else. So nothing of a peer's reaches a terminal
//! or a page but through this module.
//!
//! A terminal shows 张 in two columns, and an accent in none. So a layout asks [`columns`], never
//! `len()` or `chars().count()`.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

/// How many columns of a terminal `text` occupies: two for 张 and for most emoji, none for a combining
/// accent (Unicode Standard Annex #11). Every layout of this program counts with this function.
pub fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text`, filled with spaces on the right to `width` columns. `{:<width$}` counts characters instead,
/// and puts whatever follows a Chinese name into the wrong column.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{:1$}", "", width.saturating_sub(columns(text)))
}

/// `text` cut to `most` columns, with an ellipsis where something was left out.
///
/// The characters are bounded as well: a million combining accents occupy no column, and a peer may
/// send them.
pub fn shorten(text: &str, most: usize) -> String {
    const PER_COLUMN: usize = 4;
    if columns(text) <= most && text.chars().count() <= PER_COLUMN * most {
        return text.to_owned();
    }
    let end = text.char_indices().nth(PER_COLUMN * most);
    let bounded = end.map_or(text, |(end, _)| &text[..end]);
    format!("{}…", split_at_column(bounded, most.saturating_sub(1)).0)
}

/// Words of `text` in lines of at most `width` columns. A word longer than a line stays whole, so that
/// it can be copied. Chinese and Japanese put no spaces between words: there a line may end behind any
/// character that no punctuation follows.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    fill(text, width, |part| vec![part])
}

/// Like [`wrap`], but a word longer than a line is broken, behind a colon if there is one in the second
/// half of the line: `aa:bb:cc` is broken between bytes. So no line is wider than `width`.
pub fn wrap_breaking(text: &str, width: usize) -> Vec<String> {
    fill(text, width, |part| pieces(part, width))
}

/// Fills lines with words. `pieces` may cut what is too long for any line.
fn fill<'a>(text: &'a str, width: usize, pieces: impl Fn(&'a str) -> Vec<&'a str>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut gap = " ";
        for piece in breakable(word).into_iter().flat_map(&pieces) {
            if !line.is_empty() && columns(&line) + gap.len() + columns(piece) > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push_str(gap);
            }
            line.push_str(piece);
            gap = "";
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn pieces(word: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    loop {
        let (head, tail) = split_at_column(rest, width.max(2));
        if tail.is_empty() {
            pieces.push(rest);
            return pieces;
        }
        let colon = head.rfind(':').map_or(0, |colon| colon + 1);
        let end = if colon * 2 > head.len() {
            colon
        } else {
            head.len()
        };
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
}

/// A word as the parts between which a line may end: all of it, or a part for each wide character with
/// the punctuation that belongs to it (no line begins with 。 or ends with 「).
fn breakable(word: &str) -> Vec<&str> {
    let wide = |c: char| c >= '\u{2e80}' && UnicodeWidthChar::width(c) == Some(2);
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in word.char_indices() {
        let between =
            before.is_some_and(|before| (wide(c) || wide(before)) && !closes(c) && !opens(before));
        if between && UnicodeWidthChar::width(c) != Some(0) {
            parts.push(&word[start..at]);
            start = at;
        }
        before = Some(c);
    }
    parts.push(&word[start..]);
    parts
}

fn opens(c: char) -> bool {
    "([{<\"'“‘《「『（【〈".contains(c)
}

fn closes(c: char) -> bool {
    ")]}>\"',.;:!?%”’》」』）】〉、。，；：！？…·".contains(c)
}

/// `text` in two: as much as fits into `most` columns, and the rest. A combining accent stays with its
/// letter. The columns are summed up character by character, so that a long text takes linear time.
fn split_at_column(text: &str, most: usize) -> (&str, &str) {
    // Behind a character of text, it asks for the picture instead, which is wide: ❤ becomes ❤️.
    const AS_EMOJI: char = '\u{fe0f}';
    let mut used = 0;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let width = match c {
            AS_EMOJI => 1,
            c => UnicodeWidthChar::width(c).unwrap_or(0),
        };
        // What belongs to the character before it moves with that one.
        if c != AS_EMOJI && width > 0 {
            start = at;
        }
        used += width;
        if used > most {
            return text.split_at(start);
        }
    }
    (text, "")
}

/// A file name as a word for a shell, so that what was printed can be pasted. Any POSIX shell reads it;
/// a name with control characters or bytes that are no text needs bash or zsh.
pub fn shell(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./+@%=:,-".contains(byte);
    // A command would take a leading dash for an option.
    let dash = if bytes.starts_with(b"-") { "./" } else { "" };
    match str::from_utf8(bytes) {
        // zsh takes a leading = for the path of a program.
        Ok(name) if bytes.iter().all(plain) && !name.is_empty() && !name.starts_with('=') => {
            format!("{dash}{name}")
        }
        Ok(name) if !name.chars().any(obeyed_by_a_terminal) => {
            format!("'{dash}{}'", name.replace('\'', "'\\''"))
        }
        _ => {
            let escaped = bytes.iter().map(|byte| format!("\\x{byte:02x}"));
            format!("$'{dash}{}'", escaped.collect::<String>())
        }
    }
}

/// Any text as a word for a shell, as [`shell`] does it.
pub fn shell_word(text: &str) -> String {
    shell(Path::new(text))
}

/// A command in lines of at most `width` columns, which a shell reads as one. It is folded at spaces
/// outside of quotes only; a word longer than a line stays whole.
pub fn fold(command: &str, width: usize) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    let mut escaped = false;
    for c in command.chars() {
        quoted ^= c == '\'' && !escaped;
        // In 'it'\''s' the third quotation mark opens nothing: a backslash stands before it.
        escaped = c == '\\' && !quoted && !escaped;
        match (c, words.last_mut()) {
            (' ', _) if !quoted => words.push(String::new()),
            (c, Some(word)) => word.push(c),
            _ => {}
        }
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words {
        // A blank before the word, a blank and the backslash behind it.
        if !line.is_empty() && columns(&line) + columns(&word) + 3 > width {
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

/// A URI as certificates have it: each byte that is not ASCII as `%` and two digits (RFC 3987 §3.1).
pub fn percent_encoded(uri: &str) -> String {
    let mut ascii = String::with_capacity(uri.len());
    for byte in uri.bytes() {
        match byte {
            0x21..=0x7e => ascii.push(char::from(byte)),
            other => {
                let _ = write!(ascii, "%{other:02X}");
            }
        }
    }
    ascii
}

/// A host name as DNS and certificates have it: a label with other letters than ASCII becomes `xn--` and its
/// Punycode, so that `münchen.test` is `xn--mnchen-3ya.test` (RFC 5890 §2.3.2.1). `None` for what is too long.
pub fn ascii_host(name: &str) -> Option<String> {
    let labels = name.to_lowercase().replace('。', ".");
    let labels = labels.split('.').map(|label| match label {
        label if label.is_ascii() => Some(label.to_owned()),
        label if label.chars().count() > 63 => None,
        label => Some(format!("xn--{}", punycode(label)?)),
    });
    Some(labels.collect::<Option<Vec<String>>>()?.join("."))
}

/// The encoder of RFC 3492 §6.3, with the parameters of §5. The ASCII letters come first; then, for each
/// other letter in the order of Unicode, how far it is from the one before, as digits of varying weight.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    // a is 0 and z is 25; 0 is 26 and 9 is 35.
    let digit = |value: u32| b"abcdefghijklmnopqrstuvwxyz0123456789".get(value as usize);
    let digit = |value: u32| digit(value).copied().map(char::from);
    let letters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut coded: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(coded.len()).ok()?;
    if basic > 0 {
        coded.push('-');
    }
    let (mut next, mut distance, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    while let Some(letter) = letters
        .iter()
        .copied()
        .filter(|letter| *letter >= next)
        .min()
    {
        distance = distance.checked_add((letter - next).checked_mul(done + 1)?)?;
        for one in &letters {
            if *one < letter {
                distance = distance.checked_add(1)?;
            } else if *one == letter {
                let (mut rest, mut weight) = (distance, BASE);
                loop {
                    let threshold = weight.saturating_sub(bias).clamp(1, 26);
                    if rest < threshold {
                        break;
                    }
                    let above = rest - threshold;
                    coded.push(digit(threshold + above % (BASE - threshold))?);
                    rest = above / (BASE - threshold);
                    weight += BASE;
                }
                coded.push(digit(rest)?);
                bias = adapted(distance, done + 1, done == basic);
                (distance, done) = (0, done + 1);
            }
        }
        (distance, next) = (distance.checked_add(1)?, letter + 1);
    }
    Some(coded)
}

/// RFC 3492 §6.1: the next distance is probably like the last one.
fn adapted(distance: u32, letters: u32, first: bool) -> u32 {
    let mut distance = if first { distance / 700 } else { distance / 2 };
    distance += distance / letters;
    let mut weight = 0;
    while distance > 35 * 26 / 2 {
        distance /= 35;
        weight += 36;
    }
    weight + 36 * distance / (distance + 38)
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

    #[test]
    fn a_file_name_is_one_word_for_a_shell_and_harmless_for_a_terminal() {
        let word = |name: &str| shell(Path::new(name));
        assert_eq!(word("certs/ca.crt"), "certs/ca.crt");
        assert_eq!(word("my certs/$(id)"), "'my certs/$(id)'");
        assert_eq!(word("-rf"), "./-rf");
        assert_eq!(word("a'b"), "'a'\\''b'");
        assert_eq!(word("张三.crt"), "'张三.crt'");
        assert_eq!(word("\u{1b}[2J"), "$'\\x1b\\x5b\\x32\\x4a'");
    }

    #[test]
    fn a_folded_command_is_still_one_command() {
        assert_eq!(fold("a 'b c d' ef", 10), ["a \\", "  'b c d' \\", "  ef"]);
        assert_eq!(fold("short", 10), ["short"]);
        assert_eq!(
            fold("a 'it'\\''s b' c", 8),
            ["a \\", "  'it'\\''s b' \\", "  c"]
        );
    }

    #[test]
    fn a_host_name_of_any_letters_has_its_name_in_ascii() {
        for (name, ascii) in [
            ("münchen.test", "xn--mnchen-3ya.test"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("www.lab.test", "www.lab.test"),
        ] {
            assert_eq!(ascii_host(name).as_deref(), Some(ascii));
        }
        assert_eq!(ascii_host(&"ü".repeat(64)), None);
    }

    #[test]
    fn columns_are_what_a_terminal_shows() {
        assert_eq!(columns("abc"), 3);
        assert_eq!(columns("张三"), 4);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(columns("🦀"), 2);
        assert_eq!(columns("❤\u{fe0f}"), 2);
        assert_eq!(columns("a\u{200b}b"), 2);
        assert_eq!(columns("── ✓ ⚷ …"), 8);
        assert_eq!(pad("张三", 6) + "|", "张三  |");
        assert_eq!(pad("e\u{301}", 3) + "|", "e\u{301}  |");
        assert_eq!(pad("longer", 3), "longer");
    }

    #[test]
    fn shortened_text_has_at_most_that_many_columns_and_stays_bounded() {
        assert_eq!(shorten("张三李四", 8), "张三李四");
        assert_eq!(shorten("张三李四", 7), "张三李…");
        assert_eq!(shorten("张三李四", 6), "张三…");
        assert_eq!(shorten("abe\u{301}d", 4), "abe\u{301}d");
        assert_eq!(shorten("abe\u{301}de", 4), "abe\u{301}…");
        assert_eq!(shorten("ab❤\u{fe0f}c", 4), "ab…");
        let accents = "\u{301}".repeat(1_000_000);
        assert!(shorten(&accents, 60).chars().count() <= 241);
        assert_eq!(shorten("ab", 0), "…");
    }

    #[test]
    fn chinese_is_wrapped_between_characters_and_never_before_punctuation() {
        assert_eq!(
            wrap("客户端连接服务器。", 8),
            ["客户端连", "接服务", "器。"]
        );
        assert_eq!(wrap("用 TLS 连接", 6), ["用 TLS", "连接"]);
        assert_eq!(wrap("（一）二", 6), ["（一）", "二"]);
        for width in 2..20 {
            for line in wrap_breaking(
                "服务器 CN=张三, e\u{301}tude 🦀🦀 https://localhost:3000/",
                width,
            ) {
                assert!(columns(&line) <= width.max(2), "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_word_is_broken_between_bytes_where_it_has_to_be() {
        assert_eq!(wrap_breaking("aa:bb:cc:dd", 7), ["aa:bb:", "cc:dd"]);
        assert_eq!(wrap_breaking("abcdefgh i", 5), ["abcde", "fgh i"]);
        assert_eq!(wrap("abcdefgh i", 5), ["abcdefgh", "i"]);
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let lines = wrap("one two three four", 9);
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
    }
}

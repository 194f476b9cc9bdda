//! Text in columns.
//!
//! A terminal shows 张 in two columns, and an accent in none. So a layout asks [`columns`], never
//! `len()` or `chars().count()`.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

#[cfg(test)]
mod tests {
    use super::*;

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

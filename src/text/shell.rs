//! Words and commands for a POSIX shell, so that what was printed can be pasted.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::escaped::obeyed_by_a_terminal;
use super::layout::columns;

/// A file name as a word for a shell, so that what was printed can be pasted. Any POSIX shell reads it;
/// a name with control characters or bytes that are no text needs bash or zsh.
pub fn shell(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    // A command would take a leading dash for an option.
    let dash: &[u8] = if bytes.starts_with(b"-") { b"./" } else { b"" };
    word(&[dash, bytes].concat())
}

/// Any text as a word for a shell, as [`shell`] does it. It may begin with a dash: `--client={word}`.
pub fn shell_word(text: &str) -> String {
    word(text.as_bytes())
}

fn word(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./+@%=:,-".contains(byte);
    match str::from_utf8(bytes) {
        // zsh takes a leading = for the path of a program.
        Ok(name) if bytes.iter().all(plain) && !name.is_empty() && !name.starts_with('=') => {
            name.to_owned()
        }
        Ok(name) if !name.chars().any(obeyed_by_a_terminal) => {
            // Commands are made with {f} in the place of a name, so no name may hold one: '{''f}' is {f} for a shell.
            let quoted = name.replace('\'', "'\\''").replace('{', "{''");
            format!("'{quoted}'")
        }
        _ => {
            let escaped = bytes.iter().map(|byte| format!("\\x{byte:02x}"));
            format!("$'{}'", escaped.collect::<String>())
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_one_word_for_a_shell_and_harmless_for_a_terminal() {
        let word = |name: &str| shell(Path::new(name));
        assert_eq!(word("certs/ca.crt"), "certs/ca.crt");
        assert_eq!(word("my certs/$(id)"), "'my certs/$(id)'");
        assert_eq!(word("-rf"), "./-rf");
        assert_eq!(word("a'b"), "'a'\\''b'");
        assert_eq!(word("{f}"), "'{''f}'");
        assert_eq!(word("张三.crt"), "'张三.crt'");
        assert_eq!(word("\u{1b}[2J"), "$'\\x1b\\x5b\\x32\\x4a'");
    }

    #[test]
    fn a_word_that_is_no_file_name_keeps_its_dash() {
        assert_eq!(shell_word("-bob"), "-bob");
        assert_eq!(shell_word("-it's"), "'-it'\\''s'");
        assert_eq!(shell_word("/CN=my lab"), "'/CN=my lab'");
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
}

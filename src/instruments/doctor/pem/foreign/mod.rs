//! Files of other tools: what their first bytes or words give away, and the command that takes out of them
//! what is wanted. A foreign file belongs to its tool, so no command here writes to it: what is taken out
//! goes into a new file beside it.

mod bytes;
mod json;
mod openvpn;
mod values;
mod words;

pub(crate) use self::openvpn::profile;
pub(super) use self::values::{TWICE, kubernetes};
use super::block::{File, Wanted, in_its_place};
use crate::files::folder;
use crate::instruments::doctor::finding::Finding;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// What a file of another tool is: its name in the catalogue, what to call it, and what to do.
type Told = (&'static str, Phrase, Phrase);

/// Words or bytes that give a kind of file away, and what is told about it.
type Known<M> = (M, fn(&Names) -> Told);

/// The names that a command needs, quoted for a shell.
struct Names {
    wanted: Wanted,
    from: String,
    folder: String,
    /// A new file beside it, for what is taken out, and one for what is needed on the way there.
    out: String,
    p12: String,
}

impl Names {
    fn of(file: &File<'_>) -> Names {
        Names {
            wanted: file.wanted,
            from: text::shell(file.path),
            folder: text::shell(folder(file.path)),
            out: file.beside(match file.wanted {
                Wanted::PrivateKey => "key",
                _ => "pem",
            }),
            p12: file.beside("p12"),
        }
    }

    /// A command, with the names in it.
    fn command(&self, command: &str) -> String {
        command
            .replace("{f}", &self.from)
            .replace("{dir}", &self.folder)
            .replace("{p12}", &self.p12)
            .replace("{out}", &self.out)
    }

    /// A command that writes the new file, and what that is for.
    fn taken_out(&self, command: &str) -> Phrase {
        in_its_place(&self.command(command), &self.out)
    }
}

/// The finding about a file without blocks that another tool wrote.
pub(super) fn foreign(file: &File<'_>) -> Option<Finding> {
    let text = String::from_utf8_lossy(file.bytes);
    let names = Names::of(file);
    let told = |(code, what, fix): Told| file.error(code, what, fix);
    if text.contains("-----%0A") && !text.contains("-----BEGIN%20") {
        let what = phrase!("PEM whose line ends are %-encoded");
        return Some(told(words::url_encoded(&names, what)));
    }
    if !file.blocks.is_empty() {
        return None;
    }
    if let Some(known) = bytes::known(file.bytes, &names) {
        return Some(told(known));
    }
    let start: String = text.trim_start().chars().take(20).collect();
    let start = start.to_ascii_uppercase();
    let known = words::begins(&start, &names);
    let json = || match start.starts_with(['{', '[']) {
        true => json::json(&text, &names),
        false => None,
    };
    known
        .or_else(json)
        .or_else(|| words::holds(&text, &names))
        .map(told)
}

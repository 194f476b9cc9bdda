//! What is in a file, or comes through a pipe: each block that can be read, and a line about each that is not shown.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::Shown;
use crate::cli::look::Look;
use crate::cli::{json, output};
use crate::error::Error;
use crate::files;
use crate::instruments::doctor::explain::contents;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::pem::pieces::{Held, Piece, pieces};
use crate::instruments::inspect;
use crate::instruments::page::{LongWords, Page};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// In the commands about what came through a pipe: there is no file that a command could read again.
const STAND_IN: &str = "FILE";

pub(super) fn shown(file: &Path, json: bool, look: Look) -> Result<Shown, Error> {
    let name = file.display().to_string();
    let piped = is_piped(file);
    let bytes = match if piped { through(file) } else { read(file) } {
        Ok(bytes) => bytes,
        Err(error) => {
            let line = |error: &Error| json.then(|| json::not_shown(&name, None, error));
            return Ok(Shown::nothing(error, line));
        }
    };
    let path = match piped {
        true => Path::new(STAND_IN),
        false => file,
    };
    let pieces = pieces(path, &bytes);
    let is_item = |piece: &Piece| matches!(piece.held, Held::Item(..));
    let (of, nothing) = (pieces.len(), !pieces.iter().any(is_item));
    let mut shown = Shown::default();
    for (number, Piece { label, held }) in (1..).zip(pieces) {
        let (broken, finding) = match held {
            Held::Item(kind, der) if json => {
                let line = json::inspected(&name, (number, label.as_deref()), kind, &der);
                shown.page.extend_from_slice(line.as_bytes());
                continue;
            }
            Held::Item(kind, der) => {
                blank(&mut shown);
                let title = title(&name, number, of).in_language(look.language);
                inspect::write(&mut shown.page, &title, kind, &der, look.language)
                    .map_err(output)?;
                continue;
            }
            Held::Other(finding) => (false, finding),
            Held::Broken(finding) => (true, finding),
        };
        let finding = match piped {
            true => of_a_pipe(finding, file),
            false => finding,
        };
        let error = contents(in_block(finding.clone(), number, of));
        if json {
            let line = json::not_shown(&name, Some((number, label.as_deref())), &error);
            shown.page.extend_from_slice(line.as_bytes());
        } else if of > 1 {
            blank(&mut shown);
            let title = title(&text::terminal(&name), number, of);
            let page = &mut Page {
                out: &mut shown.page,
                paint: look.paint(&io::stdout()),
                long_words: LongWords::Keep,
            };
            left_out(page, &title, label.as_deref(), &finding).map_err(output)?;
        }
        // What is of another kind is no error beside something that is shown.
        if broken || nothing && (of == 1 || shown.failed.is_empty()) {
            shown.failed.push(error);
        }
    }
    Ok(shown)
}

fn blank(shown: &mut Shown) {
    if !shown.page.is_empty() {
        shown.page.push(b'\n');
    }
}

fn title(name: &str, number: usize, of: usize) -> Phrase {
    match of {
        1 => name.into(),
        _ => phrase!("{name}, block {number} of {of}", name, number, of),
    }
}

fn in_block(finding: Finding, number: usize, of: usize) -> Finding {
    if of == 1 {
        return finding;
    }
    let found = phrase!(
        "block {number} of {of}: {found}",
        number,
        of,
        found = finding.found
    );
    Finding { found, ..finding }
}

/// A block that is not shown, why, and how an encrypted one is decrypted.
fn left_out(
    page: &mut Page<'_>,
    title: &Phrase,
    label: Option<&str>,
    finding: &Finding,
) -> io::Result<()> {
    let label = text::shorten(&text::terminal(label.unwrap_or("?")), 40);
    let words = phrase!(
        "{title}: {label}, not shown: {found}",
        title,
        label,
        found = &finding.found
    );
    page.paragraph("", &page.paint.words(&words), "")?;
    if finding.code != "encrypted-key" {
        return Ok(());
    }
    for line in page.paint.words(&finding.fix).lines() {
        match line.strip_prefix("  ") {
            Some(command) => page.command("    ", command)?,
            None => page.paragraph("  ", line, "")?,
        }
    }
    Ok(())
}

/// stdin, or an open descriptor: `<(command)` of a shell is one.
fn is_piped(file: &Path) -> bool {
    file == Path::new("-") || file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd")
}

/// Everything that comes through a pipe, up to a limit.
fn through(file: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File {
        doing: "read",
        path: PathBuf::from(file),
        source,
    };
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => (&mut io::stdin().lock())
            .take(files::LARGEST + 1)
            .read_to_end(&mut bytes),
        false => {
            File::open(file).and_then(|pipe| pipe.take(files::LARGEST + 1).read_to_end(&mut bytes))
        }
    };
    read.map_err(failed)?;
    match bytes.len() as u64 > files::LARGEST {
        true => Err(failed(io::Error::other("it is larger than 16 MiB"))),
        false => Ok(bytes),
    }
}

/// A pipe with a name is not waited for: another program may never write to it.
fn read(file: &Path) -> Result<Vec<u8>, Error> {
    files::read(file).map_err(|error| {
        if !fs::metadata(file).is_ok_and(|there| there.file_type().is_fifo()) {
            return error;
        }
        let name = text::shell(file);
        Error::Explained {
            path: file.to_owned(),
            failure: error.failure(),
            found: error.report().found,
            remedy: phrase!("through stdin:\n  hello-mtls inspect - < {name}", name),
        }
    })
}

/// What came cannot be read again by a command.
fn of_a_pipe(finding: Finding, file: &Path) -> Finding {
    let fix = match finding.fix.contains(STAND_IN) {
        true => phrase!(
            "keep it in a file, with its name in the place of {stand_in}:\n{fix}",
            stand_in = STAND_IN,
            fix = finding.fix
        ),
        false => finding.fix,
    };
    Finding {
        file: file.to_owned(),
        fix,
        ..finding
    }
}

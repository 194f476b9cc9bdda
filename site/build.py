"""Builds the site: the books of docs/ and docs/zh/, the recorded connections as pages, the files that pages link to.

    python3 site/build.py target/site

The Markdown is written for a code host, where a link may lead to any file of the project. Here such a link leads to a page
that shows the file, and so does a file that a page names in `code`. Needs mdbook (site/tools.sh installs it).
"""

import html
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIAGRAMS = ROOT / "site/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
HELLO = shlex.split(os.environ.get("HELLO", "cargo run --locked --quiet --"))

LINK = re.compile(r'(<a\b[^>]*\bhref=")([^"#:]*)(#[^"]*)?(".*?</a>)|<code>([\w./-]+)(#[\w-]+)?</code>', re.S)

# The script that makes the search find Chinese changes this one, before it is used.
SEARCH = re.compile(r'(<script src="([./]*)elasticlunr-\w+\.min\.js"></script>)')

SHOWN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{path} – hello-mtls</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{{font-family:sans-serif;margin:1rem}} pre{{font:14px/1.45 monospace;overflow-x:auto}}
span[id]::before{{content:counter(line);counter-increment:line;display:inline-block;width:3em;margin-right:1em;
text-align:right;opacity:.55}} pre{{counter-reset:line}} span:target{{background:#fe08}}</style></head>
<body><h1>{path}</h1><p><a href="{map}">hello-mtls</a></p><pre>{lines}</pre></body></html>
"""


def run(command, **options):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"{shlex.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result


def mdbook():
    found = shutil.which("mdbook") or shutil.which("mdbook", path=ROOT / "target/site-tools/bin")
    if not found:
        sys.exit("mdbook is missing: sh site/tools.sh, or cargo install mdbook --locked")
    return found


class Site:
    def __init__(self, folder):
        self.folder, self.shown = folder, set()

    def build(self):
        for source, language in (("docs", "en"), ("docs/zh", "zh")):
            book = self.folder if language == "en" else self.folder / language
            run([mdbook(), "build", ROOT / source, "--dest-dir", book])
            shutil.copy(ROOT / "site/diagrams.js", book)
            shutil.copy(ROOT / "site/search.js", book)
            # Without it the source of a diagram stands on the page, and the words below it.
            if DIAGRAMS.exists():
                shutil.copy(DIAGRAMS, book / "mermaid.js")
            for recording in sorted((ROOT / "docs/transcripts").glob("*.transcript")):
                page = book / "transcripts" / f"{recording.stem}.html"
                page.parent.mkdir(exist_ok=True)
                run([*HELLO, "--lang", language, "wire", recording, "--html", page])
                # The program keeps a page with secrets to its owner. These secrets are public.
                page.chmod(0o644)
        for page in sorted(self.folder.rglob("*.html")):
            text = page.read_text(encoding="utf-8")
            text = LINK.sub(lambda found: self.link(page, found), text)
            page.write_text(SEARCH.sub(r'\1<script src="\2search.js"></script>', text), encoding="utf-8")

    def link(self, page, found):
        before, path, place, after, named, place_named = found.groups()
        if named:
            # Only a file that exists is a link: `handshake/mod.rs` may be a way of speaking.
            file = ROOT / named
            at_home = "/" in named and file.is_file() and (named.startswith("docs/") or not file.is_relative_to(ROOT / "docs"))
            target = at_home and self.page_of(page, file, place_named or "")
            return f'<a href="{target}">{found[0]}</a>' if target else found[0]
        target = Path(os.path.normpath(page.parent / path))
        if not path or (target.is_file() and target.suffix != ".transcript"):
            return found[0]
        file = Path(os.path.normpath(ROOT / "docs" / os.path.relpath(target, self.folder)))
        if not file.exists():
            file = file.with_suffix(".md")
        target = self.page_of(page, file, place or "")
        return f"{before}{target}{after}" if target else found[0]

    def page_of(self, page, file, place):
        """Where the site shows a file of the project, as seen from a page; None if it does not."""
        if not file.is_file() or not file.is_relative_to(ROOT):
            return None
        book = self.folder / "zh" if page.is_relative_to(self.folder / "zh") else self.folder
        if file.suffix == ".transcript" and file.parent == ROOT / "docs/transcripts":
            there = book / "transcripts" / f"{file.stem}.html"
        elif file.suffix == ".md" and file.is_relative_to(ROOT / "docs"):
            there = self.folder / file.relative_to(ROOT / "docs").with_suffix(".html")
        else:
            there, place = self.show(file, place)
        return os.path.relpath(there, page.parent) + place

    def show(self, file, place):
        """A page of a file's lines. A place in its Markdown is the line that has the anchor."""
        path = file.relative_to(ROOT)
        there = self.folder / "files" / f"{path}.html"
        lines = file.read_text(encoding="utf-8").splitlines()
        if there not in self.shown:
            self.shown.add(there)
            there.parent.mkdir(parents=True, exist_ok=True)
            spans = "\n".join(f'<span id="L{at}">{html.escape(line)}</span>' for at, line in enumerate(lines, 1))
            home = os.path.relpath(self.folder / "index.html", there.parent)
            there.write_text(SHOWN.format(path=path, map=home, lines=spans), encoding="utf-8")
        anchor = f'<a id="{place[1:]}">'
        at = next((at for at, line in enumerate(lines, 1) if place and anchor in line), None)
        return there, f"#L{at}" if at else ""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("where to? python3 site/build.py target/site")
    Site(Path(sys.argv[1]).resolve()).build()

"""Checks a built site: every link of every page leads to a file and a place that exist.

    python3 site/check.py target/site

Links to other hosts are counted and not followed: the check needs no network and gives the same answer every day.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page links to, and the places on it that a link can name."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places, self.language = [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places.update(given[name] for name in ("id", "name") if given.get(name))
        # <base> is mdBook's toc.html, which stands in a frame; `src` of a script that a page loads counts too.
        self.links += [given[name] for name in ("href", "src", "poster") if given.get(name)]
        if tag == "html":
            self.language = given.get("lang")


def problems(site):
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    inside = outside = 0
    found = [] if pages else [f"{site}: no page"]
    for path, page in pages.items():
        name = path.relative_to(site)
        chinese = name.parts[0] == "zh"
        if not (page.language or "").startswith("zh" if chinese else "en"):
            found.append(f"{name}: is its language {page.language}?")
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                outside += 1
                continue
            inside += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_relative_to(site):
                found.append(f"{name}: {link} leaves the site")
            elif not target.is_file():
                found.append(f"{name}: {link} leads nowhere")
            # An empty fragment is the page's top.
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                found.append(f"{name}: {link}: the page has no such place")
    print(f"{len(pages)} pages, {inside} links within the site, {outside} to other hosts, {len(found)} problems")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which folder? python3 site/check.py target/site")
    found = problems(Path(sys.argv[1]).resolve())
    sys.exit("\n".join(found) if found else 0)

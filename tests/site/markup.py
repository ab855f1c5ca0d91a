"""What the tests read of a page: its text, its links, what it loads, and which anchors it has."""

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Page(HTMLParser):
    """One page, parsed."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    formulas: int = 0

    def __post_init__(self):
        super().__init__()
        self._parts, self._hidden = [], 0
        self.feed(self.path.read_text(encoding="utf-8"))
        self.text = "".join(self._parts)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self._hidden += tag in ("script", "style")
        self.formulas += tag == "math"
        self.ids.add(given.get("id"))
        self.alts += [given["alt"]] if tag == "img" else []
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            self.loads.append(given["href"])
        if tag not in ("a", "link") and "src" in given:
            self.loads.append(given["src"])

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._hidden:
            self._parts.append(data)


@cache
def page(path: Path) -> Page:
    """The page at this path, parsed once."""
    return Page(path)


def pages(site: Path) -> list[Page]:
    """Every page of the site."""
    return [page(path) for path in sorted(site.rglob("*.html"))]


def squeezed(text: str) -> str:
    """The text with every run of white space as one space, and straight quotes."""
    return re.sub(r"\s+", " ", text.translate(str.maketrans("‘’“”", "''\"\""))).strip()

"""The report as a file: the same bytes, kept stages, a day of knowledge, and nothing from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from doors.reports import AS_OF, Written, write

pytestmark = pytest.mark.xdist_group("report")

FASTER = 5.0
"""How much less of a core the second writing must take."""


class Page(HTMLParser):
    """Attributes and words of a page, section by section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.notes = 0
        self._section, self._hidden = "", 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        if tag == "section":
            self._section = found.get("id", "")
        if "id" in found:
            self.ids.append(found["id"])
        self.links += [(tag, k, found[k]) for k in ("src", "href", "xlink:href", "action", "data") if k in found]
        self.notes += "data-note" in found
        self._hidden += tag in ("script", "style")
        self.words.setdefault(self._section, []).extend(found[k] for k in ("data-note", "aria-label") if k in found)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.setdefault(self._section, []).append(data)


@pytest.fixture(scope="module")
def page(toy_report: Written) -> Page:
    return Page(toy_report.file.read_text(encoding="utf-8"))


def test_written_again_it_is_the_same_and_much_faster(toy: Path, toy_report: Written) -> None:
    before = toy_report.file.read_bytes()
    again = write(toy, toy_report.file)
    assert again.file.read_bytes() == before
    assert toy_report.seconds > FASTER * again.seconds, f"{toy_report.seconds:.2f} s, then {again.seconds:.2f} s"


def test_made_anew_it_is_the_same(toy: Path, toy_report: Written, tmp_path: Path) -> None:
    other = write(toy, tmp_path / "other.html", "--no-cache", hash_seed="1")
    assert other.file.read_bytes() == toy_report.file.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["other.html"], "no cache was asked for"


def test_nothing_is_left_beside_it(toy_report: Written, earlier_report: Written) -> None:
    names = {p.name for p in toy_report.file.parent.iterdir()}
    assert names == {"report.html", "earlier.html", ".cache"}
    assert not [p for p in toy_report.cache.iterdir() if p.suffix == ".part"]


def test_an_earlier_day_knows_nothing_later(earlier_report: Written, toy_report: Written) -> None:
    text = earlier_report.file.read_text(encoding="utf-8")
    assert text != toy_report.file.read_text(encoding="utf-8")
    found = Page(text)
    told = " ".join(word for section, words in found.words.items() if section != "sources" for word in words)
    later = sorted({d for d in re.findall(r"\b20\d\d-\d\d-\d\d\b", told) if d > AS_OF})
    assert not later, later
    assert AS_OF in told


def test_the_page_asks_for_nothing_from_outside(page: Page, toy_report: Written) -> None:
    outside = [link for link in page.links if not link[2].startswith(("#", "data:"))]
    assert not outside, outside
    text = toy_report.file.read_text(encoding="utf-8")
    shown = re.sub(r'<script type="(?:text/plain|application/json)".*?</script>', "", text, flags=re.DOTALL)
    assert "url(http" not in shown
    assert "@import" not in shown
    assert "Content-Security-Policy" in text
    assert "default-src 'none'" in text


def test_names_on_the_page_are_unique(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids)), sorted({i for i in page.ids if page.ids.count(i) > 1})
    targets = {link[2][1:] for link in page.links if link[2].startswith("#")}
    assert targets <= set(page.ids), targets - set(page.ids)


def test_numbers_say_where_they_come_from(page: Page) -> None:
    assert page.notes > 20
    told = " ".join(w for words in page.words.values() for w in words)
    assert "km²" in told
    assert "nan" not in re.findall(r"\b\w+\b", told.lower())
    assert not re.search(r"\bNone (km²|%|per cent|people|months)|: None\b", told)


def test_sources_and_digests_are_at_the_foot(page: Page) -> None:
    told = " ".join(" ".join(page.words["sources"]).split())
    assert "Mapwatch" in told
    assert "Frontline Desk" in told
    assert re.search(r"Pack [0-9a-f]{16}, program [0-9a-f]{16}, seed 0", told)

"""The report as a file: the same bytes, kept stages, a day of knowledge, and nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from armistice.cli import main
from armistice.report.bargain import tell_game
from armistice.report.figures import OF_THE_DRAFTS, OF_THE_GAME, Records
from armistice.show.bargaining import over_draws, range_words
from armistice.study import run_study
from doors.reports import AS_OF, HERE, Written, write
from make_ending import ENGINE, make_ending

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


def parts(text: str) -> dict[str, str]:
    """The chapters of a page by their names, each as it is written."""
    return {m[1]: m[0] for m in re.finditer(r'<section id="([^"]*)">.*?</section>', text, re.DOTALL)}


def test_made_anew_it_is_the_same(toy_report: Written, game_report: Path) -> None:
    """Another process with another hash seed and nothing kept wrote the report with a game: the rest is the same."""
    first, anew = (parts(f.read_text(encoding="utf-8")) for f in (toy_report.file, game_report))
    alike = sorted(set(first) - {"unknown", "sources"})  # these say that there is no game, and what made the page
    assert len(alike) >= 11
    for name in alike:
        assert first[name] == anew[name], name
    rows = re.findall(r'<tr id="source-.*?</tr>', first["sources"], re.DOTALL)
    assert rows == re.findall(r'<tr id="source-.*?</tr>', anew["sources"], re.DOTALL)


@pytest.mark.slow
def test_made_anew_as_a_whole_it_is_the_same(toy: Path, toy_report: Written, tmp_path: Path) -> None:
    other = write(toy, tmp_path / "other.html", "--no-cache", hash_seed=HERE)
    assert other.file.read_bytes() == toy_report.file.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["other.html"], "no cache was asked for"


def test_nothing_is_kept_where_no_cache_is_asked_for(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("armistice.study.run_study", lambda *words: None)
    monkeypatch.setattr(
        "armistice.report.page.render_page", lambda study, code, cache, note: cache.text("x", code, str)
    )
    for option, names in (("--no-cache", {"report.html"}), ("--draws=0", {"report.html", ".cache"})):
        words = ["report", str(toy), option, "--out", str(tmp_path / "report.html")]
        assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
        assert {p.name for p in tmp_path.iterdir()} == names


def test_nothing_is_left_beside_it(toy_report: Written, earlier_report: Path) -> None:
    names = {p.name for p in toy_report.file.parent.iterdir()}
    assert names == {"report.html", "earlier.html", ".cache"}
    assert not [p for p in toy_report.cache.iterdir() if p.suffix == ".part"]


def test_an_earlier_day_knows_nothing_later(earlier_report: Path, toy_report: Written) -> None:
    text = earlier_report.read_text(encoding="utf-8")
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


CHAPTERS = ("settle-for", "why-not", "levers-words", "ahead")
"""The chapters on the game."""


@pytest.fixture(scope="module")
def game_page(game_report: Path) -> Page:
    return Page(game_report.read_text(encoding="utf-8"))


def told_in(page: Page, chapter: str) -> str:
    return " ".join(" ".join(page.words[chapter]).split())


def test_without_a_game_one_sentence_says_why(page: Page) -> None:
    assert not set(CHAPTERS) & set(page.ids)
    assert "the war-termination game was left out of this run" in told_in(page, "unknown")


def test_the_chapters_on_the_game_stand_in_order_with_their_figures(game_page: Page) -> None:
    order = [i for i in game_page.ids if i in CHAPTERS]
    assert order == list(CHAPTERS)
    drawn = set(OF_THE_GAME) - set(OF_THE_DRAFTS)  # this game is made up, and no draft is set against it
    assert {f"figure-{name}" for name in drawn} <= set(game_page.ids)
    assert "left out of this run" not in told_in(game_page, "unknown")
    assert len(game_page.ids) == len(set(game_page.ids))


def test_the_chapters_on_the_game_say_the_numbers_of_the_records(game_page: Page) -> None:
    ending = make_ending("mixed")
    settle = told_in(game_page, "settle-for")
    assert range_words(over_draws(ending.equilibrium.reservation_a), ending.draws) in settle
    assert range_words(over_draws(1 - ending.equilibrium.reservation_b), ending.draws) in settle
    assert f"{int(ending.equilibrium.settles.sum())} of 24 draws" in settle
    assert "After 2 steps lost by Aldmark" in settle
    why = told_in(game_page, "why-not")
    assert "without commitment and information" in why
    assert "draws in which peace opens without commitment and information" in why
    assert "one belief" in why
    levers = told_in(game_page, "levers-words")
    assert re.search(
        r"Chance that a guarantor prevents a broken settlement \(probability\), now 0.25: opens a deal at .* 0.75 to 1 ",
        levers,
    )
    assert "not monotone" in levers
    ahead = told_in(game_page, "ahead")
    assert range_words(over_draws(ending.outlook.p_settlement[:, 12]), ending.draws) in ahead
    assert "Within 36 months" in ahead
    for text in (settle, why, levers, ahead):
        assert "side A" not in text
        assert ENGINE.partition(":")[0] in text
        assert "private information" in text
        assert not re.search(r"\bnan\b|\bNone\b", text)


def test_the_inputs_of_the_game_stand_with_their_ranges_and_reasons(game_page: Page) -> None:
    ahead = told_in(game_page, "ahead")
    for words in (
        "what a month of fighting costs Aldmark",
        "made up: a month of war",
        "weight of Northreach in what a step is worth to Aldmark",
    ):
        assert words in ahead
    assert "a line that makes a settlement safe" in ahead


def test_a_solution_that_did_not_come_to_rest_says_so(toy: Path) -> None:
    ending = make_ending("none settle")
    status = (
        "not converged: the value at the horizon cycles after 99 sweeps (last change 1.0e-02, 1 of 24 draws); try this"
    )
    loose = replace(ending, equilibrium=replace(ending.equilibrium, converged=False, status=status))
    study = replace(run_study(toy, draws=0), ending=loose, no_ending="")
    chapters = {c.id: c for c in tell_game(Records(study))}
    text = " ".join(str(p) for p in chapters["settle-for"].paragraphs)
    assert "1 of 24 draws" in text
    assert "try this" not in text
    assert "peace does not open even without all of them" in " ".join(map(str, chapters["why-not"].paragraphs))
    assert "no terms to show" in " ".join(map(str, chapters["ahead"].paragraphs))
    assert "no two together" in " ".join(map(str, chapters["levers-words"].paragraphs))


@pytest.mark.parametrize("case", ["all settle", "one draw", "short"])
def test_the_edges_are_told_too(toy: Path, case: str) -> None:
    study = replace(run_study(toy, draws=0), ending=make_ending(case), no_ending="")
    chapters = {c.id: c for c in tell_game(Records(study))}
    assert list(chapters) == list(CHAPTERS)
    assert ("open now" in chapters["why-not"].title) is (case == "all settle")
    assert not re.search(r"\bnan\b|None", " ".join(str(p) for c in chapters.values() for p in c.paragraphs))


@pytest.mark.slow
def test_the_toy_war_is_played_and_told(toy: Path) -> None:
    study = run_study(toy, draws=2)
    assert study.ending is not None
    assert [c.id for c in tell_game(Records(study))] == list(CHAPTERS)

"""The chapters on the drafts: their numbers are those of the records, both sides are told of alike, and none is recommended."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.appraisal import Appraisal, Fighting
from armistice.core.errors import QueryError
from armistice.data.pack import Pack
from armistice.deal.appraise import appraise, clauses_of, stakes_of
from armistice.deal.check import regions_of
from armistice.deal.parties import third_parties_of, wants_of
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.territory import survey_ground
from armistice.report.chapter import Chapter
from armistice.report.figures import FIGURES, OF_THE_DRAFTS, Records
from armistice.report.settle import tell_settled, unsettled
from armistice.report.story import tell
from armistice.report.terms import hazard_parts
from armistice.report.words import table_day
from armistice.settling import Settled
from armistice.show.bargaining import percent_words
from armistice.study import Study, run_study

DRAWS = 60


@pytest.fixture(autouse=True)
def _no_hindcast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past forecasts take half a minute, and none of these chapters tells of them."""

    def refused(*args: object, **given: object) -> None:
        raise QueryError("toy: no past forecasts; expected none here; go on")

    monkeypatch.setattr("armistice.report.figures.run_hindcast", refused)


IDS = ("plans", "acceptance", "clauses", "changes", "lasting")


@pytest.fixture(scope="module")
def study(toy: Path) -> Study:
    return run_study(toy, draws=0)


def _amended(draft: Appraisal, status: str, found: tuple[Amendment, ...] = (), **given: object) -> Amended:
    plain = Amended(
        draft.id, draft.title, draft.variant, 0.5, 0.4, 10.0, draft.p_accept_both, 0.45, found, 0.11, 0.125, (), status,  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(plain, **given)


CHANGES = (
    Change("tolls", "shared / aldmark", "brelland", "b", -0.02, 0.03, "second-draft"),
    Change("alliance", "guarantee", "neutral-limited", "a", 0.04, -0.01, ""),
)
ENOUGH = Amendment(
    CHANGES,
    0.03,
    0.81,
    0.62,
    0.55,
    0.47,
    0.05,
    0.04,
    ("Each gives way on one thing.", "One gives way on Tolls on the Sill (from one to the other)."),
)


@pytest.fixture(scope="module")
def settled(study: Study) -> Settled:
    pack = study.pack
    drafts = read_settlements(pack)
    ground = survey_ground(pack, sorted({r for d in drafts for r in regions_of(d, pack.war)}))
    rng = np.random.default_rng(5)
    told = [(d, v) for d in drafts for v in (tuple(d.variants) or ("",))]

    def appraised(shift: float, weighed: bool) -> tuple[Settled, tuple[Appraisal, ...]]:
        reservation = np.stack([rng.uniform(0.1, 0.6, 30) + shift, rng.uniform(0.0, 0.5, 30)], axis=1)
        fighting = Fighting(pack.war.as_of, "a game made up", reservation, np.full(30, 0.99), np.full(30, 1 / 30), ("northreach",), weighed)  # fmt: skip
        stakes = stakes_of(pack.war, ground, fighting, preferences_of(pack.war, DRAWS, 0), 0)
        found = tuple(appraise(d, stakes, v) for d, v in told)
        return Settled(drafts, stakes, found, found, {}), found

    plain = appraised(0.1, False)[1]
    made = appraised(0.0, True)[0]
    states = ("amended", "impossible", "open")
    amended = {
        (f.id, f.variant): _amended(f, state, (ENOUGH,) if state == "amended" else (), binding=() if n == 0 else ("tolls", "alliance")[:n], at_least=2 if n == 0 else 0)
        for n, (f, state) in enumerate(zip(made.appraisals, states, strict=True))
    }  # fmt: skip
    wants = wants_of(pack.war, DRAWS)
    third = {d.id: third_parties_of(d, pack.war, wants) for d in drafts}
    return replace(made, unweighed=plain, amended=amended, third=third)


@pytest.fixture(scope="module")
def told(study: Study, settled: Settled) -> dict[str, Chapter]:
    return {c.id: c for c in tell_settled(Records(replace(study, settled=settled)))}


def plain(text: object) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", str(text)))


def words(chapter: Chapter) -> str:
    cells = [cell for table in chapter.tables for row in table.rows for cell in row]
    return " ".join(map(plain, [*chapter.paragraphs, *cells, *(t.caption for t in chapter.tables)]))


def table(chapter: Chapter, start: str) -> list[list[str]]:
    (found,) = (t for t in chapter.tables if t.caption.startswith(start))
    return [[plain(cell) for cell in row] for row in found.rows]


# --- the chapters ------------------------------------------------------------------------------------------------


def test_the_chapters_come_in_their_order(told: dict[str, Chapter]) -> None:
    assert tuple(told) == IDS
    figures = [name for chapter in told.values() for name in chapter.figures]
    assert set(figures) <= set(FIGURES)
    # The second draft's clauses are drawn only where both sides accept it in some draw, changes only where some are enough.
    assert sorted({*figures, "clauses-2", "changes-2", "changes-3"}) == sorted(OF_THE_DRAFTS)
    assert told["changes"].figures == ("changes",)
    assert len(figures) == len(set(figures))


def test_the_words_hold_no_holes_and_name_the_sides(told: dict[str, Chapter]) -> None:
    for chapter in told.values():
        text = words(chapter)
        found = re.search(r"\bnan\b|\binf\b|None|\bside [AB]\b|  |\{|\}|\.\.|\brecommend(?!ed)", text)
        assert found is None, (chapter.id, text[max(found.start() - 40, 0) : found.end() + 40])
        assert all(len(row) == len(t.header) for t in chapter.tables for row in t.rows)
        assert "How this is known" in text
        assert "Engine:" in text


def test_every_number_in_a_sentence_has_a_note(told: dict[str, Chapter]) -> None:
    for chapter in told.values():
        for paragraph in chapter.paragraphs:
            bare = html.unescape(re.sub(r'<span class="num"[^>]*>.*?</span>', "", str(paragraph)))
            assert not re.findall(r"\d[\d.,]* (?:km²|%|of \d)|[+−]?\d+\.\d+", bare), (chapter.id, bare)


def test_titles_of_the_pack_are_escaped(study: Study, settled: Settled) -> None:
    drafts = tuple(replace(d, title=f"<b>{d.title}</b>", status="<i>offer</i>") for d in settled.drafts)
    found = tuple(replace(f, title=f"<b>{f.title}</b>") for f in settled.appraisals)
    bold = replace(settled, drafts=drafts, appraisals=found, unweighed=found)
    for chapter in tell_settled(Records(replace(study, settled=bold))):
        cells = [cell for t in chapter.tables for row in t.rows for cell in row if not isinstance(cell, str) or hasattr(cell, "__html__")]  # fmt: skip
        raw = " ".join(map(str, [*chapter.paragraphs, *cells]))
        assert not re.search(r"<(?!/?span)", raw), chapter.id


# --- what is left out ----------------------------------------------------------------------------------------------


def test_without_drafts_or_a_game_one_sentence_says_so(study: Study, toy_copy: Path) -> None:
    no_game = Records(study)
    assert tell_settled(no_game) == []
    assert plain(unsettled(no_game)).startswith(
        "2 drafts of a settlement on file, but not set against fighting on here: the war-term"
    )
    text = " ".join(words(c) + " ".join(plain(i) for found in c.lists for i in found) for c in tell(no_game))
    assert text.count("not set against fighting on here") == 1
    for file in (toy_copy / "settlements").glob("*.toml"):
        file.unlink()
    bare = Records(run_study(toy_copy, draws=0))
    assert tell_settled(bare) == []
    assert plain(unsettled(bare)) == "No draft of a settlement is set against fighting on here: the pack holds none."


def test_the_story_puts_the_drafts_after_the_game(study: Study, settled: Settled) -> None:
    records = Records(replace(study, settled=settled))
    ids = [chapter.id for chapter in tell(records)]
    start = ids.index("plans")
    assert tuple(ids[start : start + 5]) == IDS
    assert start < ids.index("claims") < ids.index("unknown")
    assert unsettled(records) == ""


def test_drafts_without_clauses_are_listed_and_nothing_more(study: Study, settled: Settled) -> None:
    empty = (replace(settled.drafts[0], provisions=(), variants={}),)
    only = replace(settled, drafts=empty, appraisals=(), unweighed=(), amended={})
    (chapter,) = tell_settled(Records(replace(study, settled=only)))
    assert chapter.id == "plans"
    assert "with 0 clauses in all" in words(chapter)


def test_one_draft_is_enough(study: Study, settled: Settled) -> None:
    first = settled.drafts[0]
    own = tuple(f for f in settled.appraisals if f.id == first.id)[:1]
    only = replace(settled, drafts=(first,), appraisals=own, unweighed=own, amended={})
    chapters = {c.id: c for c in tell_settled(Records(replace(study, settled=only)))}
    assert tuple(chapters) == ("plans", "acceptance", "clauses", "lasting")
    assert "There is no record to weigh these draws by" in words(chapters["acceptance"])
    assert "runs from" not in words(chapters["lasting"])


# --- the plans on the table --------------------------------------------------------------------------------------


def test_the_table_of_drafts_counts_what_the_files_hold(
    study: Study, settled: Settled, told: dict[str, Chapter]
) -> None:
    rows = table(told["plans"], "Drafts by")
    assert [row[0] for row in rows] == [d.title for d in settled.drafts]
    for row, draft in zip(rows, settled.drafts, strict=True):
        answered = len(draft.issues())
        assert row[3] == str(len(draft.provisions))
        assert row[4] == f"{answered} / {len(study.pack.war.issues) - answered}"
    assert any("km²" in cell for row in rows for cell in row[5:7])
    assert [t.caption.startswith("The newest 2 drafts") for t in told["plans"].tables].count(True) == 1


# --- who could accept what -----------------------------------------------------------------------------------------


def test_shares_are_those_of_the_records_with_and_without_the_record(
    settled: Settled, told: dict[str, Chapter]
) -> None:
    rows = {(row[0], row[1]): row for row in table(told["acceptance"], "The numbers: worth beside")}
    assert len(rows) == len(settled.appraisals)
    for f, before in zip(settled.appraisals, settled.unweighed, strict=True):
        draft = next(d for d in settled.drafts if d.id == f.id)
        title = f"{f.title}, {draft.variants[f.variant]}" if f.variant else f.title
        row = rows[title, table_day(f.date)]
        assert row[4:7] == [percent_words(p) for p in (f.sides["a"].p_accept, f.sides["b"].p_accept, f.p_accept_both)]
        assert row[7].split(" / ")[0] == percent_words(before.sides["a"].p_accept).removesuffix(" %")


def test_a_hard_red_line_is_named(study: Study, settled: Settled) -> None:
    def crossing(f: Appraisal) -> Appraisal:
        return replace(f, sides={**f.sides, "b": replace(f.sides["b"], barred=("northreach",))})

    barred = replace(settled, appraisals=tuple(map(crossing, settled.appraisals)))
    chapters = {c.id: c for c in tell_settled(Records(replace(study, settled=barred)))}
    war = study.pack.war
    text = words(chapters["acceptance"])
    assert f"3 go past a hard red line of {war.side('b').name} ({war.issue('northreach').title})" in text
    assert "In none of the 60 draws would both sides accept any of these drafts." in text
    assert f"{war.side('b').name} would accept 3 of 3 in next to no draw" in text
    assert "since none is accepted by both in any draw" in words(chapters["clauses"])


def test_third_parties_are_told_beside_what_holds_today(
    study: Study, settled: Settled, told: dict[str, Chapter]
) -> None:
    text = words(told["acceptance"])
    assert "The war ends by the consent of those whose fight it is." in text
    assert "does not end the war" in text
    rows = table(told["acceptance"], "What third parties would have to do")
    assert {row[0] for row in rows} == {d.title for d in settled.drafts}
    by_title = {row[0]: row for row in rows}
    second = by_title["Second draft of Brelland"]
    assert second[2:4] == ["as good as today to it", "1 clause"]
    assert by_title["Paper of Aldmark"][2:] == ["0 %", "nothing", "none", "none"]
    without = {c.id: c for c in tell_settled(Records(replace(study, settled=replace(settled, third={}))))}
    assert "third part" not in words(without["acceptance"])
    assert len(without["acceptance"].tables) == len(told["acceptance"].tables) - 1


def test_what_statements_taught_stands_in_a_table(study: Study, settled: Settled) -> None:
    row = {
        "side": "Aldmark",
        "number": "weight of Tolls",
        "before": "0.1, 0.2, 0.3",
        "after": "0.1, 0.2, 0.4",
        "moved": "0.020",
    }
    taught = {c.id: c for c in tell_settled(Records(replace(study, settled=replace(settled, learnt=(row,)))))}
    assert table(taught["acceptance"], "What the sides stated and turned down") == [list(row.values())]


# --- the clauses that decide ----------------------------------------------------------------------------------------


def test_the_shares_of_the_clauses_are_told_for_each_clause(settled: Settled, told: dict[str, Chapter]) -> None:
    for t in told["clauses"].tables:
        draft = next(d for d in settled.drafts if t.caption.startswith(d.title))
        held = [p for p in draft.provisions if not draft.variants or p.variant in ("", *draft.variants)]
        assert 0 < len(t.rows) <= len(held)
        assert t.folded


# --- what would have to change --------------------------------------------------------------------------------------


def test_the_fewest_changes_are_told_in_words(study: Study, told: dict[str, Chapter]) -> None:
    war = study.pack.war
    text = words(told["changes"])
    labels = {i: {o.id: o.label for o in war.issue(i).options} for i in ("tolls", "alliance")}
    assert (
        f"The fewest changes found are 2: {war.issue('tolls').title}, from “{labels['tolls']['shared']}” or "
        f"“{labels['tolls']['aldmark']}” to “{labels['tolls']['brelland']}” (serves {war.side('b').name}); "
    ) in text
    assert "both in 55 %" in text
    assert "No fewer changes would do" in text
    assert "Each gives way on one thing." in text
    assert f"gives way on {war.issue('tolls').title} (from" not in text  # said with the changes
    assert "acceptable to both in more than 12.5 % of the draws; the largest share found is 11 %" in text
    assert f"The issue that stands most in the way is {war.issue('tolls').title}" in text
    assert "No set of changes was found that is enough, and none is ruled out" in text
    (row,) = table(told["changes"], "One set of changes")
    assert row[0] == "2"
    assert row[2:8] == ["3.0", "81 %", "62 %", "55 %", "47 %", "+5.0 / +4.0"]


def test_a_draft_that_is_enough_as_it_is_needs_no_change(study: Study, settled: Settled) -> None:
    first = settled.appraisals[0]
    key = (first.id, first.variant)
    for status, said in (("as it is", "nothing has to change"), ("breaks", "would make a peace that lasts as asked")):
        one = replace(settled, amended={key: _amended(first, status)})
        chapters = {c.id: c for c in tell_settled(Records(replace(study, settled=one)))}
        assert said in words(chapters["changes"])
        assert chapters["changes"].tables == ()


# --- would it last ---------------------------------------------------------------------------------------------------


def test_the_parts_of_the_danger_multiply_to_the_hazard(settled: Settled) -> None:
    for f in settled.appraisals:
        parts = hazard_parts(settled, f)
        whole = settled.stakes.numbers["base"] * np.prod(list(parts.values()), axis=0)
        np.testing.assert_allclose(whole, f.hazard)
        assert np.all(parts["imposed"] == 1)  # both drafts of the toy war are a side's own
        assert np.all(parts["lean"] >= 1)


def test_the_clauses_part_is_the_product_of_the_clauses_factors(settled: Settled) -> None:
    for f in settled.appraisals:
        draft = next(d for d in settled.drafts if d.id == f.id)
        product = np.exp(clauses_of(draft, settled.stakes, f.variant).factors.sum(0))
        np.testing.assert_allclose(hazard_parts(settled, f)["clauses"], product)
        assert not np.allclose(product, 1.0)


def test_survival_in_the_table_falls_with_the_years(settled: Settled, told: dict[str, Chapter]) -> None:
    rows = table(told["lasting"], "Chance that peace")
    medians = [[int(cell.split(" %")[0].removeprefix("over ").split(" ")[0]) for cell in row[2:]] for row in rows]
    assert all(one >= two >= three for one, two, three in medians)
    assert [row[2] for row in medians] == sorted((row[2] for row in medians), reverse=True)


def test_as_of_an_early_day_only_drafts_of_the_time_are_told(toy: Path) -> None:
    early: Pack = run_study(toy, as_of=date(2012, 12, 31), draws=0).pack
    assert [d.id for d in read_settlements(early)] == ["second-draft"]

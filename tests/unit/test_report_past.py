"""The war of a pack among past wars: its own row is left out, forecasts hold the game against the rest, the chapter says so."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from armistice.core.durations import ENDINGS
from armistice.core.errors import QueryError
from armistice.core.retrospect import Called, Decision, Episode, ForecastScore, Retrospect, Tally, save_retrospect
from armistice.data.pack import Pack, read_pack
from armistice.forecasting import (
    GAME,
    PAST,
    PLACEHOLDER,
    public_comparisons,
    scores_by_horizon,
    scores_in_words,
    termination_forecasts,
)
from armistice.past.own import base_rate_of, described_of, months_lasted, own_wars, past_of_pack
from armistice.past.record import read_record
from armistice.report.chapter import Chapter
from armistice.report.figures import FIGURES, Records
from armistice.report.foretold import foretold_words, public_words, score_table
from armistice.report.past import tell_past
from armistice.report.retrospect import kept_retrospect, retrospect_tables, retrospect_words
from armistice.show.style import to_svg
from armistice.study import run_study
from make_history import make_history

RECORD = Path(__file__).parents[2] / "wars" / "record"


def plain(text: object) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", str(text))).replace("\N{NO-BREAK SPACE}", " ")


def words(chapter: Chapter) -> str:
    cells = [cell for table in chapter.tables for row in table.rows for cell in row]
    items = [item for found in chapter.lists for item in found]
    return " ".join(map(plain, [*chapter.paragraphs, *cells, *items, *(t.caption for t in chapter.tables)]))


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def records(toy: Path) -> Records:
    return Records(run_study(toy, draws=0))


@pytest.fixture(scope="module")
def chapter(records: Records) -> Chapter:
    return tell_past(records)


def with_own(pack: Pack, folder: Path, **changes: str) -> Path:
    """The shipped record with the war of the pack in it, as a source might have it."""
    table = pd.read_csv(RECORD / "record.csv", dtype=str, keep_default_na=False)
    row = table[table["war"] == table.loc[table["basis"] == "dates", "war"].iloc[-1]].iloc[0].copy()
    day = pack.war.baseline
    own = {
        "war": "own", "title": "The war itself", "start": str(day), "end": str(day + timedelta(days=2000)), "months": "65.7",
        "ended": "1", "ending": "settlement", "side_a": "Aldmark and allies", "side_b": "Brelland", "level": "war", **changes,
    }  # fmt: skip
    file = folder / "record.csv"
    pd.concat([table, row.to_frame().T.assign(**own)]).to_csv(file, index=False)
    return file


# --- which row is the war, and how old it is ---------------------------------------------------------------------------


def test_a_war_lasts_from_the_day_from_which_it_is_counted_with_the_last_day(pack: Pack) -> None:
    assert months_lasted(pack.war, pack.war.baseline) == pytest.approx(1 / 30.4375)
    assert months_lasted(pack.war, pack.war.as_of) == pytest.approx(912 / 30.4375)
    assert months_lasted(pack.war, pack.war.baseline - timedelta(days=9)) == 0


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"side_a": "Brelland", "side_b": "Aldmark"}, True),
        ({"end": "", "ended": "0"}, True),
        ({"side_b": "Corland"}, False),
        ({"side_a": "Corland and allies", "side_b": "Brelland and allies"}, False),
        ({"start": "2013-07-01", "end": "2014-07-01"}, False),
        ({"start": "2009-01-01", "end": "2010-12-31"}, False),
    ],
)
def test_its_row_is_known_by_days_and_by_both_sides(pack: Pack, tmp_path: Path, changes: dict, found: bool) -> None:
    rows = read_record(with_own(pack, tmp_path, **changes))
    assert own_wars(rows, pack.war) == (("own",) if found else ())


def test_a_war_says_nothing_about_itself(pack: Pack, tmp_path: Path) -> None:
    shipped, file = past_of_pack(pack, draws=20), with_own(pack, tmp_path)
    other = past_of_pack(pack, file, draws=20)
    assert other.left_out == ("The war itself",)
    assert shipped.left_out == ()
    assert other.wars == shipped.wars
    assert base_rate_of(pack, file)(30, 12) == base_rate_of(pack)(30, 12)
    stranger = past_of_pack(pack, with_own(pack, tmp_path, side_b="Corland"), draws=20)
    assert stranger.wars.given.at_risk == shipped.wars.given.at_risk + 1


def test_the_shipped_war_is_left_out_of_its_own_rate() -> None:
    pack = read_pack("ukraine")
    rows = read_record()
    (own,) = own_wars(rows, pack.war)
    assert not rows.loc[rows["war"] == own, "ended"].item()


def test_the_rate_is_that_of_the_chances_and_falls_with_age(pack: Pack) -> None:
    found, rate = past_of_pack(pack, draws=20), base_rate_of(pack)
    for c in found.wars.given.chances:
        assert rate(found.wars.given.lasted, c.within) == pytest.approx(c.by_ending["settlement"].central, abs=1e-12)
    assert rate(3, 12) > rate(30, 12) > 0
    with pytest.raises(QueryError, match="no past war lasted so long"):
        rate(2000, 12)


def test_what_the_pack_knows_of_the_war(pack: Pack) -> None:
    known = described_of(pack)
    assert known["territory"] == 1
    assert known["deaths"] == 9500 + 9953, "an estimate where there is one, else names"
    dead = pack.observations["quantity"].str.startswith("losses_dead") & (
        pack.observations["belligerent"] == "brelland"
    )
    assert "deaths" not in described_of(replace(pack, observations=pack.observations[~dead]))


# --- forecasts ---------------------------------------------------------------------------------------------------------


def test_past_wars_stand_beside_the_game_as_of_each_date(pack: Pack) -> None:
    history, rate = make_history("taught"), base_rate_of(pack)
    rows = termination_forecasts(pack, history, rate)
    game = {f.asked: f for f in rows if f.forecaster == GAME}
    past = {f.asked: f for f in rows if f.forecaster == PAST}
    assert set(game) == set(past)
    assert PLACEHOLDER not in {f.forecaster for f in rows}
    asked = (history.days[0], history.days[12])
    assert past[asked].probability == rate(months_lasted(pack.war, asked[0]), 12)
    late = (history.days[-13], history.days[-1])
    assert past[late].probability < past[asked].probability, "an older war is settled less often"
    for scores in scores_by_horizon(history, rows).values():
        assert set(scores) == {GAME, PAST}
        assert scores[PAST].brier == pytest.approx(
            sum(f.probability**2 for a, f in past.items() if a in _spans(history, scores[PAST].dates))
            / scores[PAST].dates
        )
    assert public_comparisons(rows) == ()
    assert "that of today" in " ".join(p for p in scores_in_words(history, rows) if isinstance(p, str))


def _spans(history, count: int) -> set[tuple[date, date]]:
    horizon = len(history.days) - count
    return set(zip(history.days, history.days[horizon:], strict=False))


def test_words_name_the_rate_that_was_asked(pack: Pack) -> None:
    history = make_history("taught")
    asked, unasked = termination_forecasts(pack, history, base_rate_of(pack)), termination_forecasts(pack, history)
    told, other = plain(foretold_words(history, asked)), plain(foretold_words(history, unasked))
    assert "that of today" in told
    assert "placeholder" not in told
    assert "not at hand" in other
    assert "past wars" not in other.replace("record of past wars", "")
    (table,) = score_table(history, asked)
    assert "Brier, past wars" in table.header
    assert all(len(row) == len(table.header) for row in table.rows)
    assert "no public forecast" in plain(public_words(asked))


# --- the chapter -------------------------------------------------------------------------------------------------------


def test_the_chapter_says_the_numbers_of_the_record(records: Records, chapter: Chapter) -> None:
    assert not isinstance(records.past, str)
    wars, text = records.past.wars, words(chapter)
    assert (chapter.id, chapter.title) == ("past", "What past wars say")
    assert "This war has lasted 30 months, counted from 1 January 2011" in text
    assert f"{wars.survival.wars} past wars" in text
    assert "no better than the base rate" in text, "the shipped record knows too little for analogues to foretell"
    rows = [[plain(cell) for cell in row] for row in chapter.tables[0].rows]
    assert [row[0] for row in rows] == ["3 months", "6 months", "12 months", "24 months"]
    assert len(rows[0]) == 2 + len(ENDINGS)
    year = wars.given.chances[2].total
    assert rows[2][1] == f"{100 * year.central:.0f} % ({100 * year.low:.0f} to {100 * year.high:.0f} %)"
    assert all(case.title in text and case.good in text for case in wars.cases)
    assert all(a.title in text for a in wars.likeness.analogues)
    assert all(len(row) == len(t.header) for t in chapter.tables for row in t.rows)
    assert not re.search(r"\bnan\b|\binf\b|None|  |\{|\}", text)


def test_every_number_in_its_sentences_has_a_note(chapter: Chapter) -> None:
    for paragraph in chapter.paragraphs:
        bare = html.unescape(re.sub(r'<span class="num"[^>]*>.*?</span>', "", str(paragraph)))
        assert not re.findall(r"\d[\d.,]* %|[+−]?\d+\.\d+(?! \()", bare.replace("CC BY 4.0", "")), bare


@pytest.mark.parametrize("width", [760, 360])
def test_its_figures_draw(records: Records, chapter: Chapter, width: int) -> None:
    assert chapter.figures == ("past-survival", "past-chances", "past-endings", "past-analogues")
    for name in chapter.figures:
        _, has, make = FIGURES[name]
        assert has(records)
        figure = make(records, width)
        assert figure.id == name
        assert float(to_svg(figure).split(' width="')[1].split('"')[0]) <= width + 1
    assert not FIGURES["past-severity"][1](records), "the shipped record knows no deaths"


def test_where_past_wars_say_nothing_a_sentence_says_why(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*asked: object, **how: object) -> None:
        raise QueryError("wars/record: no record of wars; expected a folder; name it")

    monkeypatch.setattr("armistice.report.figures.past_of_pack", refuse)
    monkeypatch.setattr("armistice.report.figures.base_rate_of", refuse)
    without = Records(replace(records.study, history=make_history("taught")))
    told = tell_past(without)
    assert told.figures == ()
    assert "no record of wars" in words(told)
    assert not any(has(without) for name, (_, has, _) in FIGURES.items() if name.startswith("past-"))
    assert {f.forecaster for f in without.terminations} == {GAME, PLACEHOLDER}


# --- the game on past wars ---------------------------------------------------------------------------------------------


def made_up() -> Retrospect:
    day = date(1900, 1, 31)
    episode = Episode("valley", "The valley", date(1899, 1, 1), day, "settlement", 3.0, "", True)
    decisions = tuple(
        Decision(**{**dict.fromkeys(Decision.__dataclass_fields__, ""), "id": i, "start": day, "end": day})
        for i in ("one", "two")
    )
    score = ForecastScore("all of them", True, 6, GAME, 12, 0.5, 0.25, 0.1875, 0.693)
    tallies = (
        Tally("direction", "period", "all", GAME, 1, 3, 0.01, 0.9),
        Tally("direction", "period", "all", "always hold", 2, 3, 0.1, 0.99),
    )
    called = Called("one", "period", day, day, 0.1, "raise", 0.0, "short")
    return Retrospect(
        "digest", 40, 0, {"valley": "The valley"}, (episode,), decisions, (), (score,), (), (called,), tallies,
        {"period": {"raise": {"raise": 1, "hold": 0, "lower": 2}}},
    )  # fmt: skip


def test_a_kept_result_of_past_wars_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armistice.report.retrospect.find_record", lambda: tmp_path)
    assert kept_retrospect() is None
    save_retrospect(made_up(), tmp_path / "retrospect.json")
    found = kept_retrospect()
    assert found == made_up()
    text = plain(retrospect_words(found))
    assert "the game 1 of 3; by the rule “always hold” 2 of 3" in text
    assert "no better than the simple rule “always hold”" in text
    assert "over all of them the game 0.188" in text
    assert "Of 1 decision the game says nothing" in text
    assert "better served" not in text
    past = replace(found.scores[0], forecaster=PAST)
    for brier, said in ((0.1, "better served by them"), (0.3, "more than luck")):
        rivals = replace(found, scores=(*found.scores, replace(past, brier=brier)))
        assert said in plain(retrospect_words(rivals))
    scores, calls, confusion = retrospect_tables(found)
    assert scores.rows[0][-2:] == ("0.188", "0.693")
    assert len(calls.rows) == 2
    assert confusion.rows == (("raise", "1", "0", "2"),)
    assert all(len(row) == len(t.header) for t in (scores, calls, confusion) for row in t.rows)
    (tmp_path / "retrospect.json").write_text("{", "utf-8")
    assert kept_retrospect() is None

"""The game on past wars: demands and lines by hand, outcomes, windows, scores made anew, and the kept result and its page."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import armistice.history as history_module
import armistice.retrospect as retrospect_module
from armistice.cli import main
from armistice.core.digest import Cache
from armistice.core.errors import PackError, QueryError
from armistice.core.matched import RecordEvent
from armistice.core.parameters import TALKS
from armistice.core.retrospect import (
    CALLS,
    HORIZONS,
    SLOW,
    Decision,
    Episode,
    Retrospect,
    read_retrospect,
    save_retrospect,
)
from armistice.data.pack import read_pack
from armistice.ending import draw_games_of_pack
from armistice.history import Months
from armistice.infer.match import match_record
from armistice.past.chances import settlement_rate
from armistice.past.decisions import exact_interval, read_decisions, read_episodes
from armistice.past.record import read_record
from armistice.past.retold import in_words
from armistice.past.summary import past_of
from armistice.report.retrospect import retrospect_words
from armistice.retrospect import (
    BAND,
    Read,
    call_of,
    called_at,
    confusion_of,
    demands_of,
    months_later,
    nearest_line,
    outcome,
    read_war,
    run_retrospect,
    scores_of,
    slowed,
    tallies_of,
    terms_of,
    wars_of,
)
from armistice.show.retrospect import draw_decisions, draw_retrospect_scores
from armistice.show.style import to_spec, to_svg

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "wars" / "record"
PAGE = ROOT / "docs" / "explanation" / "retrospect.md"
ENDINGS = """war,title,start,end,ending,line,record,memory,note
toy,First war of the valley,2011-01-01,2012-06-15,settlement,6,,1,
toy,Second war of the valley,2012-09-10,,,,,1,
"""
DECISIONS = """id,war,side,decider,start,end,news,happened,extent,puzzle,basis,text,note
T1,toy,a,Aldmark,2011-06-10,2011-09-20,good,raise,short,s,m,It asks for more,
T2,toy,b,Brelland,2011-06-10,2011-09-20,bad,hold,absolute,s,s,It asks for the same,
T3,toy,b,Brelland,2012-07-01,2012-08-20,flat,hold,,s,s,In time of peace,
T4,,,Elsewhere,2011-06-10,2011-09-20,bad,hold,,s,m,No pack,
"""


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """A short horizon and a small grid: the same equations, sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "HORIZON", 14)
        patch.setattr(history_module, "STATISTIC", 4.0)
        patch.setattr(retrospect_module, "CHUNK", 2)
        yield


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wars") / "record"
    folder.mkdir()
    for name in ("record.csv", "concordance.csv"):
        shutil.copy(SHIPPED / name, folder)
    (folder / "endings.csv").write_text(ENDINGS, encoding="utf-8")
    (folder / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(record: Path, toy: Path) -> Retrospect:
    return run_retrospect((str(toy),), record, 0, 4)


# --- demands and lines by hand -------------------------------------------------------------------------------------


def months_with(worth_a: list[float], worth_b: list[float], reserve: tuple[float, float]) -> Months:
    """One draw, one month, lines 1, 2 and 3 of an axis of four steps, in a strange order."""
    order = np.array([2, 0, 1])
    worth = np.stack([np.array(worth_a)[order], np.array(worth_b)[order]])[None, None]
    reserve_of = np.array(reserve)[None, None]
    return Months(
        np.array([2]), 0, reserve_of, worth, order + 1, np.zeros(3, bool), np.zeros((1, 1)), np.zeros((3, 1, 1)),
        np.ones(1, bool),
    )  # fmt: skip


HELD = np.array([[0.0, 0.1, 0.3, 0.6, 1.0]])
"""Worth of the land that A holds at lines 0 to 4."""


@pytest.mark.parametrize(
    ("reserve", "demand", "absolute"),
    [
        (0.25, 0.1 + 0.2 * 0.15 / 0.2, False),  # three quarters of the way from line 1 to line 2
        (0.3, 0.3, False),  # exactly the second line
        (0.05, 0.05, False),  # the first line is more than enough, by 0.05
        (0.7, 0.7, True),  # no line is enough: the last holds 0.6 and 0.1 is missing
    ],
)
def test_a_demand_is_the_land_at_which_a_side_is_indifferent(reserve: float, demand: float, absolute: bool) -> None:
    months = months_with([0.1, 0.3, 0.6], [0.9, 0.7, 0.4], (reserve, reserve))
    told, beyond = demands_of(months, HELD, "a")
    assert told[0, 0] == pytest.approx(demand)
    assert bool(beyond[0, 0]) is absolute
    # The other side, for whom land counts from the other end: lines 3, 2 and 1 leave it 0.4, 0.7 and 0.9.
    other, _ = demands_of(months, HELD, "b")
    worth = {0.25: 0.25, 0.3: 0.3, 0.05: 0.05, 0.7: 0.7}[reserve]
    assert other[0, 0] == pytest.approx(worth)


def test_demands_of_swapped_sides_are_swapped() -> None:
    rng = np.random.default_rng(2)
    a, b = np.sort(rng.random(3)), np.sort(rng.random(3))[::-1]
    one, beyond = demands_of(months_with(list(a), list(b), (0.4, 0.6)), HELD, "b")
    mirrored, far = demands_of(months_with(list(b[::-1]), list(a[::-1]), (0.6, 0.4)), 1 - HELD[:, ::-1], "a")
    np.testing.assert_allclose(one, mirrored)
    np.testing.assert_array_equal(beyond, far)


def test_a_higher_reserve_never_lowers_a_demand() -> None:
    rows = [demands_of(months_with([0.1, 0.35, 0.5], [0.9, 0.7, 0.4], (r, r)), HELD, "a")[0][0, 0] for r in np.linspace(0, 1, 40)]  # fmt: skip
    assert np.all(np.diff(rows) > 0)


def test_the_nearest_line_is_best_for_the_side_that_gains_less() -> None:
    # Gains of A at lines 1 to 3: −0.3, 0.1, 0.3; of B: 0.4, 0.05, −0.2. The smaller: −0.3, 0.05, −0.2.
    months = months_with([0.1, 0.5, 0.7], [0.9, 0.55, 0.3], (0.4, 0.5))
    assert nearest_line(months)[0, 0] == 2
    # Where line 2 divides what cannot be split, the next best is line 3.
    assert nearest_line(replace(months, divides=months.line == 2))[0, 0] == 3


# --- outcomes, calls, windows --------------------------------------------------------------------------------------

EPISODE = Episode("toy", "The war", date(2000, 1, 10), date(2001, 3, 5), "settlement", 4.0, "", True)


def test_a_settlement_came_if_it_did_by_the_end_of_the_span() -> None:
    far = date(2010, 12, 31)
    assert months_later(date(2000, 8, 31), 6) == date(2001, 2, 28)
    assert months_later(date(2000, 12, 30), 12) == date(2001, 12, 31)
    assert outcome(EPISODE, date(2000, 8, 31), 6, far) is False
    assert outcome(EPISODE, date(2000, 9, 30), 6, far) is True
    won = replace(EPISODE, ending="victory_a")
    assert outcome(won, date(2000, 9, 30), 6, far) is False
    on = replace(EPISODE, end=None, ending="")
    assert outcome(on, date(2000, 9, 30), 6, date(2001, 3, 31)) is False
    assert outcome(on, date(2000, 9, 30), 6, date(2001, 3, 30)) is None


def test_the_fighting_goes_on_until_the_day_before_its_end() -> None:
    assert EPISODE.holds(date(2000, 1, 10))
    assert EPISODE.holds(date(2001, 3, 4))
    assert not EPISODE.holds(date(2001, 3, 5))
    assert not EPISODE.holds(date(2000, 1, 9))


def test_a_change_within_the_band_counts_as_held() -> None:
    assert [call_of(x) for x in (BAND, -BAND, 0.0)] == ["hold"] * 3
    assert (call_of(BAND + 1e-9), call_of(-BAND - 1e-9)) == ("raise", "lower")
    assert BAND == 0.02, "declared before the first run"


DAYS = tuple(months_later(date(2000, 1, 31), n) for n in range(14))


def made_read(days: tuple[date, ...] = DAYS) -> Read:
    """Demands of A that rise by 0.01 a month in one draw and fall by 0.03 in the other; the second is ruled out in May."""
    n = np.arange(len(days))
    demand = np.stack([0.01 * n, -0.03 * n])
    events = [RecordEvent(day, "no settlement", "", "", "", "") for day in days]
    logs = np.zeros((2, len(days)))
    logs[1, 4] = -1000.0
    matched = match_record(events, logs, {"costs.a": np.arange(2.0)}, least_share=0.0)
    beyond = np.stack([n > 7, n < 99])
    return Read(days, n * 1.0, np.zeros((2, 2, len(n))), demand, {"a": demand, "b": -demand}, {"a": beyond, "b": ~beyond}, matched, np.zeros((2, 2, len(n))), matched.after)  # fmt: skip


def decision(start: date, end: date, side: str = "a") -> Decision:
    return Decision("X", "toy", side, "Somebody", start, end, "good", "raise", "short", "s", "m", "Something")


def test_a_decision_is_read_from_before_its_period_to_its_end_with_what_was_known_then() -> None:
    read, on = made_read(), [replace(EPISODE, end=None, ending="")]
    early = called_at(read, decision(date(2000, 2, 10), date(2000, 4, 29)), on, "period")
    assert early is not None
    assert (early.first, early.last) == (date(2000, 1, 31), date(2000, 3, 31))
    assert early.change == pytest.approx(0.5 * 0.02 - 0.5 * 0.06)  # both draws count alike in March
    assert (early.call, early.extent) == ("hold", "short")
    late = called_at(read, decision(date(2000, 6, 1), date(2000, 9, 30)), on, "period")
    assert late is not None
    assert late.change == pytest.approx(0.04)  # the second draw is ruled out by then
    assert (late.call, late.extent, late.absolute) == ("raise", "absolute", 1.0)
    six = called_at(read, decision(date(2000, 9, 1), date(2000, 9, 30)), on, "six months")
    assert six is not None
    assert (six.first, six.change) == (date(2000, 3, 31), pytest.approx(0.06))
    other = called_at(read, decision(date(2000, 6, 1), date(2000, 9, 30), "b"), on, "period")
    assert other is not None
    assert other.call == "lower"


def test_no_decision_is_read_over_a_peace_or_in_one_month() -> None:
    read = made_read()
    two = [EPISODE, replace(EPISODE, start=date(2001, 1, 5), end=None, ending="")]
    first = [replace(EPISODE, end=date(2000, 6, 15)), two[1]]
    peace = called_at(read, decision(date(2000, 7, 1), date(2000, 9, 30)), first, "period")
    assert peace is None
    assert called_at(read, decision(date(2000, 1, 20), date(2000, 2, 10)), first, "period") is None
    across = called_at(read, decision(date(2000, 5, 1), date(2001, 2, 28)), first, "period")
    assert across is not None
    assert (across.first, across.last) == (date(2001, 1, 31), date(2001, 2, 28))


def test_the_exact_interval_is_that_of_its_definition() -> None:
    def at_least(k: int, n: int, p: float) -> float:
        return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))

    for right, of in ((7, 18), (1, 6), (5, 5), (0, 6)):
        low, high = exact_interval(right, of)
        assert low == 0.0 if right == 0 else at_least(right, of, low) == pytest.approx(0.025)
        assert high == 1.0 if right == of else 1 - at_least(right + 1, of, high) == pytest.approx(0.025)
    assert exact_interval(0, 0) == (0.0, 1.0)


# --- the tables ----------------------------------------------------------------------------------------------------


def test_the_shipped_tables_hold_27_decisions_and_say_what_they_rest_on() -> None:
    decisions, episodes = read_decisions(SHIPPED), read_episodes(SHIPPED)
    assert len(decisions) == 27
    assert sum(d.war != "" for d in decisions) == 18
    assert {d.basis for d in decisions if d.war in {e.war for e in episodes if not e.memory}} <= {"s"}
    known = set(read_record(SHIPPED, level="all")["war"])
    assert {e.record for e in episodes} - {""} <= known
    for episode in episodes:
        pack = read_pack(ROOT / "wars" / episode.war)
        assert pack.game is not None
        steps = len(next(a for a in pack.war.axes if a.id == pack.game.axis).steps)
        assert episode.line is None or 0 < episode.line <= steps
        # A pack ends before its war does, so that nothing of the end is known in it.
        assert episode.end is None or episode.start != max(e.start for e in episodes if e.war == episode.war) or (
            pack.war.as_of < episode.end
        )  # fmt: skip


def test_all_faults_of_a_table_are_told_at_once(record: Path, tmp_path: Path) -> None:
    bad = DECISIONS.replace("good,raise", "great,rise").replace(
        "2011-09-20,bad,hold,absolute", "2010-09-20,bad,hold,absolute"
    )
    (tmp_path / "decisions.csv").write_text(bad.replace("T2,toy", "T1,toy"), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_decisions(tmp_path)
    for part in ("news 'great'", "happened 'rise'", "2010-09-20", "'T1' twice"):
        assert part in str(caught.value)
    (tmp_path / "endings.csv").write_text(
        ENDINGS.replace(",settlement,", ",,").replace("6,,1", "x,,2"), encoding="utf-8"
    )
    with pytest.raises(PackError) as caught:
        read_episodes(tmp_path)
    for part in ("both or none", "line 'x'", "memory '2'"):
        assert part in str(caught.value)
    with pytest.raises(PackError, match="cannot be read"):
        read_episodes(tmp_path / "nowhere")


# --- the toy war, end to end ---------------------------------------------------------------------------------------


def test_months_of_fighting_are_told_and_months_of_peace_are_not(found: Retrospect) -> None:
    days = [m.day for m in found.months]
    assert days == sorted(days)
    assert not [d for d in days if date(2012, 6, 15) <= d < date(2012, 9, 10)]
    assert {m.began for m in found.months} == {date(2011, 1, 1), date(2012, 9, 10)}
    for m in found.months:
        assert all(0 <= p <= 1 for p in (*m.game, *m.past, m.absolute_a, m.absolute_b))
        assert m.game[0] <= m.game[1]
    last = found.months[-1]
    assert last.came == (None, None)


def test_peace_is_no_month_without_a_settlement(record: Path, toy: Path) -> None:
    (path, episodes), = wars_of(record, (str(toy),))  # fmt: skip
    read = read_war(read_pack(path), episodes, 0, 3)
    quiet = [e.date for e in read.matched.events if e.kind == "no settlement"]
    assert date(2012, 7, 30) not in quiet
    assert date(2012, 5, 30) in quiet
    assert date(2012, 7, 30) in read.days


def test_slower_talks_are_the_same_draws_with_a_chance_of_a_signature_each(record: Path, toy: Path) -> None:
    (path, episodes), = wars_of(record, (str(toy),))  # fmt: skip
    pack = read_pack(path)
    drawn = draw_games_of_pack(pack, 0, 9)[1].games
    slow = slowed(drawn, 0)
    talks = np.array([game.bargaining.talks for game in slow])
    assert talks[0] == TALKS.central == 1 / 6
    assert np.all((talks > TALKS.low) & (talks < TALKS.high))
    assert len(set(talks)) == 9
    assert [g.with_numbers({"bargaining.talks": 1.0}) for g in slow] == list(drawn)
    read = read_war(pack, episodes, 0, 4)
    last = len(read.days) - 1
    assert np.all(read.slow[:, :, last] <= 1 - (1 - talks.max()) ** (np.array(HORIZONS)[:, None] + 1))
    quiet = read.slow_weight(read.days[last])
    assert quiet.sum() == pytest.approx(1)
    assert np.abs(quiet - read.weight(read.days[last])).max() > 1e-3
    assert np.array_equal(read.slow_weight(date(1900, 1, 1)), np.full(4, 1 / 4))


def test_the_report_says_that_slower_talks_came_after_the_scores() -> None:
    kept = read_retrospect(SHIPPED)
    assert kept is not None
    words = re.sub(r"<[^>]+>", "", str(retrospect_words(kept)))
    slow = next(s for s in kept.scores if s.forecaster == SLOW and s.horizon == 12 and s.of not in kept.titles.values())
    assert f"the game scores {slow.brier:.3f}" in words
    assert "added after the scores of the others had been seen, and nothing else of it was chosen" in words
    without = replace(kept, scores=tuple(s for s in kept.scores if s.forecaster != SLOW))
    assert "added after" not in str(retrospect_words(without))
    assert not any("was added after" in line for line in in_words(without) if isinstance(line, str))
    assert any("was added after" in line for line in in_words(kept) if isinstance(line, str))
    assert "was added after" in draw_retrospect_scores(kept).caption


def test_scores_can_be_made_anew_from_the_months(found: Retrospect) -> None:
    for at, horizon in enumerate(HORIZONS):
        rows = [m for m in found.months if m.came[at] is not None]
        for who, chance in (("the game", "game"), (SLOW, "slow"), ("past wars", "past")):
            told = next(s for s in found.scores if s.horizon == horizon and s.forecaster == who)
            p, o = np.array([getattr(m, chance)[at] for m in rows]), np.array([float(bool(m.came[at])) for m in rows])
            assert told.forecasts == len(rows)
            assert told.brier == pytest.approx(((p - o) ** 2).mean())
            right = np.clip(np.where(o == 1, p, 1 - p), 1e-3, 1 - 1e-3)
            assert told.log == pytest.approx(-np.log(right).mean())
        never = next(s for s in found.scores if s.horizon == horizon and s.forecaster == "never")
        assert never.brier == pytest.approx(never.came)


def test_the_base_rate_is_that_of_past_wars() -> None:
    table = read_record(SHIPPED)
    left_out = "korean-1950"
    told = past_of(table, 20.0, source="the record", leave_out=left_out, draws=2)
    by_month = {c.within: c.by_ending["settlement"].central for c in told.given.chances}
    rate = settlement_rate(table, (left_out,))
    assert [rate(20.0, h) for h in HORIZONS] == pytest.approx([by_month[float(h)] for h in HORIZONS])
    with pytest.raises(QueryError, match="no past war lasted so long"):
        rate(5000.0, 6)


def test_terms_are_held_against_the_line_of_the_settlement(found: Retrospect) -> None:
    (told,) = found.terms
    rows = [m for m in found.months if m.began == date(2011, 1, 1)]
    assert told.game_error == pytest.approx(np.mean([abs(m.line - 6) for m in rows]))
    assert told.front_error == pytest.approx(np.mean([abs(m.front - 6) for m in rows]))
    assert terms_of(found.months, found.episodes[1]) is None


def test_decisions_in_peace_or_without_a_pack_are_not_covered(found: Retrospect) -> None:
    assert {c.id for c in found.called} == {"T1", "T2"}
    assert [d.id for d in found.not_covered()] == ["T3", "T4"]
    assert "Not covered, for want of a pack or of its months: T3, T4." in list(in_words(found))
    for rule, table in found.confusion.items():
        assert sum(sum(row.values()) for row in table.values()) == sum(c.rule == rule for c in found.called)
    hold = next(t for t in found.tallies if t.who == "always hold" and t.rows == "all")
    assert (hold.right, hold.of) == (1, 2)
    source = next(t for t in found.tallies if t.who == "follow the news" and t.rows == "source")
    assert (source.right, source.of) == (0, 1)


def test_the_same_seed_gives_the_same_and_a_run_goes_on_where_it_stopped(
    found: Retrospect, record: Path, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = []
    told = retrospect_module._told

    def counted(*args: Any) -> dict[str, list]:
        if len(solved) == 1:
            raise KeyboardInterrupt
        solved.append(1)
        return told(*args)

    monkeypatch.setattr(retrospect_module, "_told", counted)

    def run() -> Retrospect:
        return run_retrospect((str(toy),), record, 0, 4, cache=lambda pack: Cache(tmp_path))

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(list(tmp_path.iterdir())) == 1
    solved.clear()
    assert run() == found
    assert len(solved) == 1


def test_a_war_without_an_episode_is_refused(record: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"no episode in endings\.csv"):
        wars_of(record, (str(ROOT / "wars" / "ukraine"),))


# --- the kept result -----------------------------------------------------------------------------------------------


def test_a_result_kept_and_read_is_the_same(found: Retrospect, tmp_path: Path) -> None:
    save_retrospect(found, tmp_path / "retrospect.json")
    assert read_retrospect(tmp_path) == found
    before = (tmp_path / "retrospect.json").read_bytes()
    save_retrospect(found, tmp_path / "retrospect.json")
    assert (tmp_path / "retrospect.json").read_bytes() == before
    assert read_retrospect(tmp_path / "none.json") is None
    for text in ("{}", "[", before.decode().replace('"draws": 4', '"draws": "four"')):
        (tmp_path / "bad.json").write_text(text, encoding="utf-8")
        with pytest.raises(QueryError, match="expected a kept result"):
            read_retrospect(tmp_path / "bad.json")


def test_the_shipped_result_agrees_with_itself_and_with_the_tables() -> None:
    kept = read_retrospect(SHIPPED)
    assert kept is not None
    assert kept.decisions == read_decisions(SHIPPED)
    assert kept.episodes == read_episodes(SHIPPED)
    assert kept.tallies == tallies_of(kept.decisions, kept.called)
    assert kept.confusion == confusion_of(kept.decisions, kept.called)
    for war, title in kept.titles.items():
        memory = next(e.memory for e in kept.episodes if e.war == war)
        told = scores_of([m for m in kept.months if m.war == war], title, memory)
        assert told == tuple(s for s in kept.scores if s.of == title)
    assert len(json.dumps([m.day.isoformat() for m in kept.months])) < 200_000


def rows_of(found: Retrospect) -> Iterator[str]:
    """Rows of the page's tables."""
    scores: dict[tuple[str, int], dict[str, Any]] = {}
    for s in found.scores:
        scores.setdefault((s.of, s.horizon), {})[s.forecaster] = s
    for (of, horizon), row in scores.items():
        g, t, p, n = (row[who] for who in ("the game", SLOW, "past wars", "never"))
        means, logs = (" | ".join(f"{getattr(s, what):.2f}" for s in (g, t, p)) for what in ("mean", "log"))
        told = f"| {g.came:.2f} | {means} | {' | '.join(f'{s.brier:.3f}' for s in (g, t, p, n))} | {logs} |"
        yield f"| {of} | {'yes' if g.memory else 'no'} | {horizon} | {g.forecasts} {told}"
    for t in found.terms:
        yield f"| {t.of} | {t.months} | {t.settled:g} | {t.expected:.1f} | {t.game_error:.1f} | {t.front_error:.1f} |"
    for happened, row in found.confusion["period"].items():
        yield f"| {happened} | {' | '.join(str(row[c]) for c in CALLS)} |"
    for t in found.tallies:
        yield f"| {t.what} | {t.rule} | {t.rows} | {t.who} | {t.right} of {t.of} | {t.low:.2f} to {t.high:.2f} |"
    for c in (c for c in found.called if c.rule == "period"):
        yield f" | {c.change:+.3f} | {c.call} | ".replace("-", "−")


def test_the_page_tells_what_is_kept() -> None:
    kept = read_retrospect(SHIPPED)
    assert kept is not None
    page = PAGE.read_text(encoding="utf-8")
    assert [row for row in rows_of(kept) if row not in page] == []


def test_the_judged_numbers_of_past_wars_are_one_set_and_stand_on_the_page() -> None:
    def numbers(war: str) -> dict[str, tuple[float, float, float]]:
        with (ROOT / "wars" / war / "game.toml").open("rb") as stream:
            tables = tomllib.load(stream)
        del tables["axis"]
        return {
            f"{head}.{key}": (span["low"], span["central"], span["high"])
            for head, spans in tables.items()
            for key, span in spans.items()
        }

    with (SHIPPED / "endings.csv").open(encoding="utf-8", newline="") as stream:
        past = sorted({row["war"] for row in csv.DictReader(stream) if row["end"]})
    assert len(past) == 3
    first = numbers(past[0])
    assert all(numbers(war) == first for war in past[1:])
    page = PAGE.read_text(encoding="utf-8")
    assert "22 November 2026" in page
    told = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (\S+) \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    assert {k: tuple(float(v.replace("−", "-")) for v in row) for k, *row in told} == first


# --- charts and the command ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [760, 360])
def test_charts_draw_at_their_width_with_their_words(found: Retrospect, width: int) -> None:
    kept = read_retrospect(SHIPPED)
    assert kept is not None
    for result in (found, kept) if width == 360 else (kept,):
        for figure in (draw_retrospect_scores(result, width=width), draw_decisions(result, width=width)):
            svg = to_svg(figure)
            assert float(svg.split(' width="')[1].split('"')[0]) <= width + 1
            assert "NaN" not in svg
            assert "Source: own computation" in figure.caption
            assert len(json.dumps(to_spec(figure))) < 250_000
        score = next(s for s in result.scores if s.forecaster == "the game")
        assert f"the game {score.brier:.2f} within 6 months" in draw_retrospect_scores(result, width=width).alt
        tally = next(t for t in result.tallies if t.what == "direction")
        assert f"the game {tally.right} of {tally.of}" in draw_decisions(result, width=width).alt


def test_nothing_to_draw_is_refused(found: Retrospect) -> None:
    with pytest.raises(QueryError, match="no forecast scored"):
        draw_retrospect_scores(replace(found, scores=()))
    with pytest.raises(QueryError, match="rule 'weekly'"):
        draw_decisions(found, rule="weekly")
    with pytest.raises(QueryError, match="none covered"):
        draw_decisions(replace(found, called=(), confusion=confusion_of(found.decisions, ())))


@pytest.fixture
def run(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command on a copy of the made-up record, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(record, tmp_path / "record")

    def called(*words: str) -> Result:
        return CliRunner().invoke(main, ["retrospect", "--record", "record", *words], prog_name="armistice")

    return called


def test_the_command_keeps_checks_and_shows_a_result(run: Any, toy: Path, tmp_path: Path, found: Retrospect) -> None:
    refused = run("--kept")
    assert refused.exit_code == 2
    assert "expected a kept result" in refused.output
    done = run("--draws", "4", "--keep", "--json", "--plot", "charts")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert len(told["files"]) == 2
    assert all((tmp_path / f).read_text(encoding="utf-8").startswith("<svg") for f in told["files"])
    kept = read_retrospect(tmp_path / "record")
    assert kept == found
    assert "made from the files of today, 4 draws, seed 0" in run("--check").output
    shown = run("--kept")
    assert shown.exit_code == 0, shown.output
    assert "First war of the valley" in shown.output
    table = tmp_path / "record" / "decisions.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("good,raise", "good,hold"), encoding="utf-8")
    stale = run("--check")
    assert stale.exit_code == 2
    assert "made from other files" in stale.output
    assert run("--check", "--kept").exit_code == 2


def test_the_shipped_result_is_of_the_packs_of_today() -> None:
    done = CliRunner().invoke(main, ["retrospect", "--record", str(SHIPPED), "--check"], prog_name="armistice")
    assert done.exit_code == 0, f"{done.output} run armistice retrospect --keep in a fresh copy, and mend the page"

"""Forecasts of the end of a war: scores by hand, forecasters paired, the table of a pack with its faults and its days."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import Fault, FaultCollector, PackError, QueryError
from armistice.core.termination import (
    TerminationForecast,
    comparisons,
    placeholder_base_rate,
    score_terminations,
)
from armistice.data.checks import read_table
from armistice.data.pack import cut_pack, read_pack
from armistice.data.tables import TABLES
from armistice.data.terminations import check_forecasts, public_forecasts

WARS = Path(__file__).parents[2] / "wars"
MADE, BY = date(2030, 1, 1), (date(2030, 3, 31), date(2030, 6, 30), date(2030, 9, 30))


def told(
    name: str, probability: float, by: int = 0, outcome: bool | None = False, made: date = MADE
) -> TerminationForecast:
    return TerminationForecast(name, made, BY[by], probability, outcome, "made-up")


# --- scores -------------------------------------------------------------------------------------------------


def test_scores_by_hand():
    assert told("x", 0.3).brier == pytest.approx(0.09)
    assert told("x", 0.3, outcome=True).brier == pytest.approx(0.49)
    assert told("x", 0.3).log_score == pytest.approx(-math.log(0.7))
    assert told("x", 0.3, outcome=True).log_score == pytest.approx(-math.log(0.3))
    assert (told("x", 0.3, outcome=None).brier, told("x", 0.3, outcome=None).log_score) == (None, None)


def test_certainty_is_clipped_in_the_logarithmic_score_only():
    assert told("x", 0.0, outcome=True).log_score == pytest.approx(-math.log(0.001))
    assert told("x", 1.0).log_score == pytest.approx(-math.log(0.001))
    assert told("x", 0.0).log_score == pytest.approx(-math.log(0.999))
    assert told("x", 0.0, outcome=True).brier == 1


@pytest.mark.parametrize("truth", [0.01, 0.2, 0.5, 0.9])
def test_both_scores_are_proper(truth):
    """The best chance to state is the true one."""
    stated = np.linspace(0.005, 0.995, 199)
    for score in ("brier", "log_score"):
        came, failed = ([getattr(told("x", p, outcome=o), score) for p in stated] for o in (True, False))
        expected = truth * np.array(came) + (1 - truth) * np.array(failed)
        assert stated[np.argmin(expected)] == pytest.approx(truth, abs=0.006)


def test_forecasters_are_scored_on_what_all_of_them_said():
    rows = [
        *(told("wide", p, n, o) for n, (p, o) in enumerate(((0.2, False), (0.5, True), (0.9, True)))),
        *(told("sharp", p, n, o) for n, (p, o) in enumerate(((0.0, False), (0.9, True)))),
        told("sharp", 0.4, 2, None),
    ]
    sharp, wide = score_terminations(rows)
    assert (sharp.forecaster, wide.forecaster) == ("sharp", "wide")
    assert sharp.dates == wide.dates == 2
    assert sharp.brier == pytest.approx(0.01 / 2)
    assert wide.brier == pytest.approx((0.04 + 0.25) / 2)
    assert wide.log_score == pytest.approx((-math.log(0.8) - math.log(0.5)) / 2)
    assert (wide.mean_probability, wide.came) == (pytest.approx(0.35), 0.5)
    assert score_terminations(rows, ["wide"])[0].dates == 3


def test_a_day_made_on_another_day_is_another_forecast():
    rows = [told("x", 0.1), told("y", 0.2, made=date(2030, 1, 2))]
    with pytest.raises(QueryError, match="x, y: no forecast in common"):
        score_terminations(rows)
    assert comparisons(rows) == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no forecaster: no forecast in common"),
        ([told("x", 0.1, outcome=None)], "no forecast in common"),
        ([told("x", 0.1), told("x", 0.2)], "x: two forecasts made 2030-01-01 for 2030-03-31"),
        ([told("x", 0.1), told("y", 0.2, outcome=True)], "outcomes differ between x and y"),
    ],
)
def test_what_cannot_be_compared_is_refused(rows, words):
    with pytest.raises(QueryError, match=words):
        score_terminations(rows)


def test_what_is_said_on_the_last_day_is_not_scored():
    late = [told(name, 0.1, 0, made=BY[0]) for name in "xy"]
    assert comparisons(late) == ()
    assert score_terminations([*late, told("x", 0.2), told("y", 0.3)])[0].dates == 1


def test_an_unknown_forecaster_shares_nothing():
    with pytest.raises(QueryError, match="x, z: no forecast in common"):
        score_terminations([told("x", 0.1)], ["x", "z"])


def test_every_set_that_shares_forecasts_is_compared_on_all_of_them():
    rows = [
        *(told("game", 0.1, n) for n in range(3)),
        *(told("rule", 0.2, n) for n in range(3)),
        *(told("crowd", 0.3, n) for n in (0, 1)),
        *(told("market", 0.4, n) for n in (1, 2)),
    ]
    found = {frozenset(s.forecaster for s in group): group[0].dates for group in comparisons(rows)}
    assert found == {
        frozenset(("game", "rule")): 3,
        frozenset(("game", "rule", "crowd")): 2,
        frozenset(("game", "rule", "market")): 2,
        frozenset(("game", "rule", "crowd", "market")): 1,
    }
    assert len(comparisons(rows)[0]) * comparisons(rows)[0][0].dates == 6
    assert comparisons(rows) == comparisons(rows[::-1])


# --- the placeholder ------------------------------------------------------------------------------------------


def test_the_placeholder_has_a_constant_hazard():
    year = placeholder_base_rate(12)
    assert (year.low, year.central, year.high) == pytest.approx((0.1, 0.25, 0.45))
    for one, other in ((3, 9), (0, 12), (5.5, 20)):
        for end in ("low", "central", "high"):
            ongoing = [1 - getattr(placeholder_base_rate(m), end) for m in (one, other, one + other)]
            assert ongoing[2] == pytest.approx(ongoing[0] * ongoing[1])
    assert placeholder_base_rate(0).high == 0
    assert "placeholder" in year.source


@pytest.mark.parametrize("months", [-1, math.nan, math.inf])
def test_a_span_that_is_none_is_refused(months):
    with pytest.raises(QueryError, match="expected 0 or more"):
        placeholder_base_rate(months)


# --- the table of a pack --------------------------------------------------------------------------------------

HEADER = "made,by,forecaster,question,probability,outcome,resolved,source,basis\n"
GOOD = (
    "2012-01-10,2012-03-31,Crowd,A ceasefire,0.1,0,2012-03-31,gazette,page\n"
    "2012-01-10,2012-12-31,Crowd,A ceasefire,0.3,0,2012-12-31,gazette,page\n"
    "2012-01-10,2014-12-31,Crowd,A ceasefire,0.5,,,gazette,page\n"
    "2013-06-01,2013-12-31,Market,A ceasefire,0.2,,,gazette,data\n"
)


def test_a_pack_need_not_have_the_table(toy):
    assert read_pack(toy).tables["forecasts"].empty
    assert public_forecasts(read_pack(toy).tables["forecasts"]) == ()


def test_forecasts_are_cut_at_the_day_and_so_are_their_outcomes(toy_copy):
    (toy_copy / "forecasts.csv").write_text(HEADER + GOOD, encoding="utf-8")
    pack = read_pack(toy_copy)
    for day, outcomes in (
        (pack.war.as_of, [False, False, None, None]),
        (date(2013, 5, 31), [False, False, None]),
        (date(2012, 3, 31), [False, None, None]),
        (date(2012, 3, 30), [None, None, None]),
        (date(2012, 1, 9), []),
    ):
        table = cut_pack(pack, day).tables["forecasts"]
        found = public_forecasts(table)
        assert [f.outcome for f in found] == outcomes, day
        assert table["resolved"].notna().sum() == sum(o is not None for o in outcomes)
    first = public_forecasts(pack.tables["forecasts"])[0]
    assert first == TerminationForecast(
        "Crowd", date(2012, 1, 10), date(2012, 3, 31), 0.1, False, "gazette", "A ceasefire"
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2012-01-10,2013-03-31,Crowd,A ceasefire,1.2,,,gazette,page", "probability is \"1.2\"; expected probability between 0 and 1"),
        ("2012-01-10,2013-03-31,Crowd,A ceasefire,-0.1,,,gazette,page", "expected probability between 0 and 1"),
        ("2012-01-10,2011-03-31,Crowd,A ceasefire,0.05,,,gazette,page", "by 2011-03-31 before made 2012-01-10; expected by on or after made"),
        ("2012-01-10,2013-03-31,Crowd,A ceasefire,0.2,,,gazette,page", "falls to 0.2 by 2013-03-31"),
        ("2012-01-10,2012-02-01,Crowd,A ceasefire,0.05,1,2012-02-01,gazette,page", "outcome of \"Crowd\" made 2012-01-10 falls to 0 by 2012-03-31"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,0,,gazette,page", "an outcome without the day it was known"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,,2013-04-01,gazette,page", "a day without an outcome"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,0,2013-03-30,gazette,page", "outcome 0 known on 2013-03-30, before by 2013-03-31"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,1,2012-02-09,gazette,page", "resolved 2012-02-09 before made 2012-02-10"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,2,2013-03-31,gazette,page", "expected outcome 0 or 1"),
        ("2012-02-10,2013-03-31,Crowd,A ceasefire,0.2,,,gazette,rumour", "basis"),
        ("2012-02-10,soon,Crowd,A ceasefire,0.2,,,gazette,page", "by is \"soon\""),
        ("2012-01-10,2012-03-31,Crowd,A ceasefire,0.1,,,gazette,page", "a second row for"),
    ],
)  # fmt: skip
def test_faults_get_sentences(tmp_path, row, words):
    told = "\n".join(str(fault) for fault in faults_of(tmp_path, f"{HEADER}{GOOD}{row}\n"))
    assert words in told
    assert all(line.startswith("forecasts.csv line") for line in told.splitlines())


def faults_of(folder: Path, text: str) -> tuple[Fault, ...]:
    """What is found when the table is read and checked as a pack would."""
    (folder / "forecasts.csv").write_text(text, encoding="utf-8")
    faults = FaultCollector()
    rows = read_table(folder, TABLES["forecasts"], faults)
    assert rows is not None
    check_forecasts(rows, "forecasts.csv line", faults)
    return faults.faults


@pytest.mark.parametrize("column", HEADER.strip().split(","))
def test_a_missing_column_is_named(tmp_path, column):
    kept = [c != column for c in HEADER.strip().split(",")]
    lines = (
        (cell for cell, keep in zip(r, kept, strict=True) if keep) for r in csv.reader((HEADER + GOOD).splitlines())
    )
    faults = faults_of(tmp_path, "".join(",".join(cells) + "\n" for cells in lines))
    assert any(f'no column "{column}"' in str(fault) for fault in faults)


def test_a_pack_reports_them_with_an_unknown_source(toy_copy):
    row = "2012-02-10,2012-02-09,Crowd,A ceasefire,0.2,,,gazete,page\n"
    (toy_copy / "forecasts.csv").write_text(HEADER + GOOD + row, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(toy_copy)
    told = str(caught.value).splitlines()
    assert len(told) == 2
    assert 'forecasts.csv line 6: source "gazete"; expected a source of sources.csv' in told[0]
    assert "by 2012-02-09 before made 2012-02-10" in told[1]


def test_two_questions_of_one_forecaster_need_not_agree(tmp_path):
    row = "2012-01-10,2013-03-31,Crowd,A peace treaty,0.02,,,gazette,page\n"
    assert faults_of(tmp_path, HEADER + GOOD + row) == ()


@pytest.mark.raw
def test_the_forecasts_of_a_real_pack_are_those_compiled(raw_dir):
    """Chances by quarter add up to those by day, and with the rest to 1 within 0.02."""
    days = {"Apr-Jun 2025": "2025-06-30", "Jul-Sep 2025": "2025-09-30", "Oct-Dec 2025": "2025-12-31"}
    names = {"RFI": "RAND Forecasting Initiative"}
    by_day: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with (raw_dir / "benchmarks" / "ceasefire_forecasts.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            name = names.get(row["forecaster"], row["forecaster"])
            by_day[name, row["forecast_date"]][row["option"]] = float(row["probability"])
    with (WARS / "ukraine" / "forecasts.csv").open(encoding="utf-8", newline="") as stream:
        shipped = {(r["forecaster"], r["made"], r["by"]): float(r["probability"]) for r in csv.DictReader(stream)}
    seen = 0
    for (name, made), options in by_day.items():
        if "Apr-Jun 2025" not in options:
            continue
        assert sum(options.values()) == pytest.approx(1, abs=0.0201)
        total = 0.0
        for option, by in days.items():
            total += options[option]
            assert shipped[name, made, by] == pytest.approx(total)
            seen += 1
    assert seen == 18
    assert len(shipped) == 22

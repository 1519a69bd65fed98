"""The report's words on past forecasts: the verdict follows from the scores, and every number stands in the record."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from armistice.core.scores import Hindcast, Score, ScoreSummary
from armistice.data.pack import read_pack
from armistice.infer.forecasters import BASELINES, CHOICE, FORECASTERS
from armistice.report.chapter import Chapter
from armistice.report.foresight import FIGURES, GOAL, RULES, foresight

RIVAL = BASELINES[0]
ROOT = "brelland"
ORIGINS = (date(2024, 5, 31), date(2024, 7, 31), date(2024, 8, 31))


def summary(scope: str, name: str, horizon: int, period: str = "later", relative: float = 0.8, coverage: float = 0.8) -> ScoreSummary:  # fmt: skip
    crps = 100.0 * horizon * (relative if name == CHOICE else 1.0)
    ends = (relative - 0.1, relative + 0.1)
    return ScoreSummary(
        period, scope, name, horizon, 2, 2, crps, 5.0, -30.0, (0.5, coverage, 0.9), RIVAL,
        relative if name == CHOICE else 1.0, *ends, 1,
    )  # fmt: skip


def made_up(
    relative: dict[int, float], coverage: float = 0.8, period: str = "later", scopes: tuple[str, ...] = ("total", "regions")
) -> Hindcast:  # fmt: skip
    """A hindcast in which the chosen rule errs so much beside the best single rule, by horizon."""
    summaries = [
        summary(scope, name, h, period, ratio, coverage)
        for scope in scopes
        for h, ratio in relative.items()
        for name in (RIVAL, CHOICE)
    ]
    origins = ORIGINS[:1] if period == "tuning" else ORIGINS
    scores = [
        Score(day, region, name, h, -250.0 * h, 0.0, 1.0, 1.0, 0.5, (True, True, True))
        for day in origins
        for region in (ROOT, "north")
        for name in (RIVAL, CHOICE)
        for h in relative
    ]
    return Hindcast(
        "toy", date(2025, 12, 31), ROOT, CHOICE, date(2024, 6, 30), 0, 100, origins, {1: 0, 12: 4}, tuple(scores), tuple(summaries)
    )  # fmt: skip


def told(toy: Path, hindcast: Hindcast) -> tuple[Chapter, str]:
    chapter = foresight(SimpleNamespace(pack=read_pack(toy)), hindcast)
    return chapter, Markup(" ").join(chapter.paragraphs).striptags()


GOOD = {1: 1.4, 3: 0.8, 6: 0.75, 12: 0.7}


def test_a_goal_that_is_met(toy: Path) -> None:
    chapter, text = told(toy, made_up(GOOD))
    assert text.count("the goal is met") == 2
    assert "missed" not in text
    assert "may be luck" not in text
    assert "20 % less at 3 months (from 30 % less to 10 % less)" in text
    assert "80 % at 3 months, 80 % at 6 months and 80 % at 12 months" in text
    assert "30 km² too low at 12 months" in text
    assert "would have erred by 3,000 km² at 12 months, the chosen rule by 840 km²" in text
    assert (
        "Forecasts made a month apart share most of a long horizon: those from 2 origins at 12 months speak of 13 different months"
        in text
    )
    assert "4 forecasts still wait" in text
    assert (chapter.id, chapter.figures) == ("foresight", FIGURES)


@pytest.mark.parametrize(
    ("relative", "coverage", "sentence"),
    [
        ({**GOOD, 6: 0.95}, 0.8, "the goal is missed: the error was too large at 6 months."),
        ({**GOOD, 3: 1.2, 12: 1.1}, 0.8, "the error was too large at 3 and 12 months"),
        (GOOD, 0.6, "the goal is missed: the ranges were too narrow at 3, 6 and 12 months"),
        (GOOD, 1.0, "the goal is missed: the ranges were too wide at 3, 6 and 12 months"),
        ({3: 0.8, 6: 0.8}, 0.8, "the goal cannot be judged yet: no outcome is known at 12 months"),
        ({3: 0.8, 6: 1.3}, 0.8, "the goal is missed: the error was too large at 6 months."),
    ],
)
def test_a_goal_that_is_missed_or_cannot_be_judged(
    toy: Path, relative: dict[int, float], coverage: float, sentence: str
) -> None:
    _, text = told(toy, made_up(relative, coverage))
    assert sentence in text
    assert "the goal is met" not in text


def test_a_lead_whose_range_reaches_beyond_none_may_be_luck(toy: Path) -> None:
    hindcast = made_up(GOOD)
    wide = tuple(replace(s, relative_high=1.2) if s.horizon == 6 else s for s in hindcast.summaries)
    assert "At 6 months the lead may be luck" in told(toy, replace(hindcast, summaries=wide))[1]


def test_months_on_which_the_rule_was_chosen_are_no_test(toy: Path) -> None:
    _, text = told(toy, made_up(GOOD, period="tuning"))
    assert "no test of the choice" in text
    assert "are the test" not in text


def test_a_record_without_regions_or_without_later_outcomes_still_reads(toy: Path) -> None:
    chapter, text = told(toy, made_up(GOOD, scopes=("total",)))
    assert "contested regions" not in text
    assert len(chapter.tables[0].rows) == len(GOOD)
    bare = made_up({1: 0.9})
    few = tuple(replace(s, relative_low=None, relative_high=None) for s in bare.summaries)
    _, text = told(toy, replace(bare, summaries=few))
    assert "cannot be judged yet: no outcome is known at 3, 6 and 12 months" in text
    for form in ("nan", "None", "  "):
        assert form not in text


def test_every_number_of_the_table_is_of_the_record(toy: Path) -> None:
    hindcast = made_up(GOOD)
    chapter, _ = told(toy, hindcast)
    rows = [[str(Markup(cell).striptags()) for cell in row] for row in chapter.tables[0].rows]
    assert rows[0] == ["Brelland as a whole", "1", "2", "250", "140", "100", "40 % more", "80 %", "−30"]
    assert [row[4] for row in rows] == [f"{s.crps_km2:,.0f}" for s in hindcast.summaries if s.forecaster == CHOICE]
    assert all(len(row) == len(chapter.tables[0].header) for row in rows)


def test_numbers_say_where_they_come_from(toy: Path) -> None:
    chapter, text = told(toy, made_up(GOOD))
    page = Markup(" ").join(chapter.paragraphs)
    for note in re.findall(r'data-note="([^"]*)"', page):
        assert note.strip()
    assert f"{100 * (1 - GOAL):.0f} per cent" in text


def test_every_rule_has_plain_words() -> None:
    assert set(RULES) == set(FORECASTERS)

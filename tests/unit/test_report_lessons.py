"""The chapter on the negotiating record: its numbers are those of the records, and it claims no more than they carry."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armistice.core.history import History
from armistice.core.termination import placeholder_base_rate
from armistice.data.pack import Pack
from armistice.data.terminations import public_forecasts
from armistice.forecasting import (
    GAME,
    PLACEHOLDER,
    chance_within,
    public_comparisons,
    scores_by_horizon,
    termination_forecasts,
    weight_by,
)
from armistice.report.chapter import Chapter
from armistice.report.figures import FIGURES, Records
from armistice.report.lessons import tell_lessons
from armistice.study import Study, run_study
from make_ending import make_ending
from make_history import CASES, DRAWS, LAST, make_history


@pytest.fixture(scope="module")
def study(toy: Path) -> Study:
    return replace(run_study(toy, draws=0), ending=make_ending("mixed"), no_ending="")


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    return {**{case: make_history(case) for case in CASES}, "many draws": make_history("several", 120)}


@pytest.fixture(scope="module")
def told(study: Study, histories: dict[str, History]) -> dict[str, Chapter]:
    out = {}
    for case, history in histories.items():
        (out[case],) = tell_lessons(Records(replace(study, history=history)))
    return out


def plain(text: object) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", str(text)))


def words(chapter: Chapter) -> str:
    cells = [cell for table in chapter.tables for row in table.rows for cell in row]
    items = [item for found in chapter.lists for item in found]
    return " ".join(map(plain, [*chapter.paragraphs, *cells, *items, *(t.caption for t in chapter.tables)]))


def table(chapter: Chapter, start: str) -> list[list[str]]:
    (found,) = (t for t in chapter.tables if t.caption.startswith(start))
    return [[plain(cell) for cell in row] for row in found.rows]


# --- the chapter ------------------------------------------------------------------------------------------------


def test_without_a_history_there_is_no_such_chapter(study: Study) -> None:
    assert tell_lessons(Records(study)) == []


def test_the_words_hold_no_holes_and_name_the_sides(told: dict[str, Chapter]) -> None:
    for case, chapter in told.items():
        text = words(chapter)
        found = re.search(r"\bnan\b|\binf\b(?! for free)|None(?! of)|side [AB]\b|  |\{|\}", text)
        assert found is None, (case, text[max(found.start() - 40, 0) : found.end() + 40])
        assert chapter.id == "lessons"
        assert set(chapter.figures) <= set(FIGURES)
        assert "30 June 2011 to 30 June 2013" in text
        assert all(len(row) == len(t.header) for t in chapter.tables for row in t.rows)


def test_every_number_in_a_sentence_has_a_note(told: dict[str, Chapter]) -> None:
    for case, chapter in told.items():
        for paragraph in chapter.paragraphs:
            bare = html.unescape(re.sub(r'<span class="num"[^>]*>.*?</span>', "", str(paragraph)))
            assert not re.findall(r"\d[\d.,]* (?:km²|%|of \d)|[+−]?\d+\.\d+", bare), (case, bare)


def test_words_of_the_pack_are_escaped(study: Study, histories: dict[str, History]) -> None:
    history = histories["taught"]
    events = tuple(
        replace(e, text=f"<b>{e.text}</b>", source="<i>Gazette</i>", document="A & <u>B</u>")
        for e in history.matched.events
    )
    (chapter,) = tell_lessons(
        Records(replace(study, history=replace(history, matched=replace(history.matched, events=events))))
    )
    raw = " ".join(map(str, [*chapter.paragraphs, *(i for found in chapter.lists for i in found)]))
    assert not re.search(r"<(?!/?span)", raw)
    assert "&lt;b&gt;" in raw
    assert "A &amp; &lt;u&gt;B" in raw


def test_a_record_that_rests_on_few_draws_opens_with_a_warning(
    study: Study, told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    for case, chapter in told.items():
        reliable = histories[case].matched.weights.reliable
        assert ("A warning:" in plain(chapter.paragraphs[2])) is not reliable, case
    assert "the warning above holds" in words(told["unreliable"])
    assert "Pareto k 1.21, where at most 0.28" in words(told["unreliable"])
    matched = histories["taught"].matched
    for k, said in ((np.inf, "A warning: too few draws are possible"), (-np.inf, "No draw stands out")):
        other = replace(matched, weights=replace(matched.weights, pareto_k=k))
        (chapter,) = tell_lessons(Records(replace(study, history=replace(histories["taught"], matched=other))))
        assert said in plain(chapter.paragraphs[2])


def test_it_says_what_carries_the_result(told: dict[str, Chapter], histories: dict[str, History]) -> None:
    for case, chapter in told.items():
        w = histories[case].matched.weights
        assert f"{w.effective:.1f} of {len(w.weight)} draws" in plain(chapter.paragraphs[2]), case
        assert ("with the record at its full weight" in plain(chapter.paragraphs[2])) is (w.power == 1), case
    tempered = histories["tempered"].matched.weights
    assert tempered.power < 1
    assert f"the record is given {tempered.power:.2g} of its weight" in words(told["tempered"])


def test_only_what_moved_beyond_chance_is_told_as_taught(
    told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    for case, chapter in told.items():
        learnt = histories[case].matched.learnt
        taught = sum(x.taught for x in learnt)
        text = plain(chapter.paragraphs[2])
        assert (f"None of {len(learnt)} judged numbers moved farther" in text) is (taught == 0), case
        assert (f"Of {len(learnt)} judged numbers, {taught} moved" in text) is (taught > 0), case
        verdicts = [row[-1] for row in table(chapter, "All judged numbers")]
        assert verdicts == ["beyond chance" if x.taught else "not beyond chance" for x in learnt]
    assert sum(x.taught for x in histories["many draws"].matched.learnt) == 2
    first = histories["taught"].matched.learnt[0]
    assert first.name == "costs.a"
    assert re.search(
        rf"what a month of fighting costs Aldmark, from {first.prior[1]:.3g} .* to {first.posterior[1]:.3g} ",
        words(told["taught"]),
    )


def test_the_heaviest_events_are_listed_with_day_and_source(
    told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    matched = histories["taught"].matched
    items = [plain(i) for i in told["taught"].lists[0]]
    best = matched.events[int(np.argmax(matched.influence))]
    assert f"{best.date.day} {best.date:%B %Y}" in items[0]
    assert best.document in items[0]
    assert all("Source: " in item for item in items)
    assert told["nothing"].lists == ()
    assert "No single event moves the ranges" in words(told["nothing"])


# --- with and without the weights ---------------------------------------------------------------------------------


def test_the_table_is_that_of_the_ending_under_both_weights(
    study: Study, told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    assert study.ending is not None
    weight = histories["taught"].matched.weights.weight
    rows = {row[0]: row[1:] for row in table(told["taught"], "The game of today with and without")}
    chance = study.ending.outlook.p_settlement[:, 12]
    for cell, mean in zip(
        rows["chance of a settlement within 12 months"], (chance.mean(), weight @ chance), strict=True
    ):
        assert cell.endswith(f"mean {100 * mean:.0f} %")
    settles = study.ending.equilibrium.settles
    now = rows["share of the draws in which they would settle now"]
    assert now == [f"{100 * settles.mean():.0f} %", f"{100 * (weight @ settles):.0f} %"]
    assert now[0] != now[1]
    assert {"chance of a settlement within 24 months", "chance of a settlement within 36 months"} < set(rows)


def test_a_draw_that_alone_counts_is_all_that_is_told(study: Study, histories: dict[str, History]) -> None:
    ending, matched = study.ending, histories["taught"].matched
    assert ending is not None
    draw = int(np.argmax(ending.outlook.p_settlement[:, 12]))
    weights = replace(matched.weights, weight=np.eye(DRAWS)[draw])
    history = replace(histories["taught"], matched=replace(matched, weights=weights))
    (chapter,) = tell_lessons(Records(replace(study, history=history)))
    rows = {row[0]: row[2] for row in table(chapter, "The game of today with and without")}
    assert rows["chance of a settlement within 12 months"] == (
        f"{100 * ending.outlook.p_settlement[draw, 12]:.0f} %; mean {100 * ending.outlook.p_settlement[draw, 12]:.0f} %"
    )
    assert (
        rows["Aldmark demands at least, share of the stake"] == f"{100 * ending.equilibrium.reservation_a[draw]:.0f} %"
    )
    assert (
        rows["Brelland concedes at most, share of the stake"]
        == f"{100 - 100 * ending.equilibrium.reservation_b[draw]:.0f} %"
    )
    for side, won in (("Aldmark", ending.outlook.p_victory_a), ("Brelland", ending.outlook.p_victory_b)):
        assert rows[f"chance of a victory of {side} within 36 months"].startswith(f"{100 * won[draw, 36]:.0f} %")


def test_where_nothing_settles_there_is_no_line(study: Study, histories: dict[str, History]) -> None:
    (chapter,) = tell_lessons(Records(replace(study, ending=make_ending("none settle"), history=histories["taught"])))
    rows = {row[0]: row[1:] for row in table(chapter, "The game of today with and without")}
    assert rows["line of a settlement now, steps of the axis"] == ["none", "none"]


def test_other_draws_or_no_game_give_a_sentence_and_no_table(
    study: Study, told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    other = told["many draws"]
    (without,) = tell_lessons(Records(replace(study, ending=None, history=histories["taught"])))
    for chapter, said in ((other, "solved on 24 draws, the past on 120"), (without, "There is no game of today")):
        assert said in words(chapter)
        assert not any(t.caption.startswith("The game of today") for t in chapter.tables)


# --- beliefs ----------------------------------------------------------------------------------------------------


def test_beliefs_are_the_record_with_a_lead_on_either_side(
    told: dict[str, Chapter], histories: dict[str, History]
) -> None:
    history = histories["taught"]
    learnt = {x.name: x for x in history.matched.learnt}
    rows = {row[0]: row for row in table(told["taught"], "Movement of the front a month")}
    assert rows["lowest"][1] == str(history.days[int(np.argmin(history.drift))])
    assert rows["highest"][1] == str(history.days[int(np.argmax(history.drift))])
    want = [
        history.drift[-1] + learnt["beliefs.lead_a"].prior[1], history.drift[-1] + learnt["beliefs.lead_a"].posterior[1],
        history.drift[-1] - learnt["beliefs.lead_b"].prior[1], history.drift[-1] - learnt["beliefs.lead_b"].posterior[1],
    ]  # fmt: skip
    for cell, value in zip(rows["today"][3:], want, strict=True):
        assert cell.startswith(f"{value:+.2f}".replace("-", "−"))


def test_what_was_put_forward_stands_beside_what_was_then_expected(told: dict[str, Chapter]) -> None:
    rows = table(told["taught"], "What each side put forward")
    assert [(row[0], row[1]) for row in rows] == [
        ("2012-05-22", "Aldmark"),
        ("2012-09-20", "Brelland"),
        ("2013-02-18", "Aldmark"),
    ]
    assert not any(t.caption.startswith("What each side put forward") for t in told["no offers"].tables)
    assert "0 such texts" in words(told["no offers"])


# --- forecasts of an end --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def foretelling(study: Study) -> Pack:
    """The toy war with public forecasts: at an end of a month, between two, too far ahead, open, and of a day itself."""
    rows = [
        (date(2012, 6, 30), date(2012, 9, 30), "Crowd", 0.1, 0.0), (date(2012, 10, 15), date(2013, 3, 1), "Crowd", 0.3, 0.0),
        (date(2012, 1, 5), date(2013, 6, 30), "Crowd", 0.5, 0.0), (date(2013, 6, 1), date(2013, 12, 31), "Market", 0.4, None),
        (date(2012, 5, 4), date(2012, 5, 4), "Market", 0.0, 0.0),
    ]  # fmt: skip
    columns = ["made", "by", "forecaster", "probability", "outcome"]
    frame = pd.DataFrame(rows, columns=columns).assign(question="A truce", source="gazette")
    frame["made"], frame["by"] = pd.to_datetime(frame["made"]), pd.to_datetime(frame["by"])
    return replace(study.pack, tables={**study.pack.tables, "forecasts": frame})


def test_a_chance_uses_what_was_known_and_nothing_later(histories: dict[str, History]) -> None:
    history = histories["taught"]
    day = history.days[12]
    events = history.matched.events
    known = sum(e.date <= day for e in events)
    assert np.array_equal(weight_by(history, day), history.matched.after[known - 1].weight)
    want = chance_within(history, day, 6)
    assert want == pytest.approx(history.matched.after[known - 1].weight @ history.p_within[6][:, 12])
    after = tuple(w if n < known else replace(w, weight=np.eye(DRAWS)[0]) for n, w in enumerate(history.matched.after))
    within = {h: np.where(np.arange(len(history.days)) > 12, 1.0, p) for h, p in history.p_within.items()}
    spoilt = replace(history, p_within=within, matched=replace(history.matched, after=after))
    assert chance_within(spoilt, day, 6) == want
    assert np.allclose(weight_by(history, history.days[0] - timedelta(days=1)), 1 / DRAWS)


def test_chances_between_horizons_lie_on_a_line(histories: dict[str, History]) -> None:
    history, day = histories["taught"], date(2012, 10, 15)
    near, far = (chance_within(history, day, h) for h in (3, 6))
    assert near is not None
    assert far is not None
    assert chance_within(history, day, 1.5) == pytest.approx(near / 2)
    assert chance_within(history, day, 4.5) == pytest.approx((near + far) / 2)
    for made, months in ((day, 12.1), (day, 0), (history.days[0] - timedelta(days=1), 6)):
        assert chance_within(history, made, months) is None


def test_forecasts_are_monthly_and_on_public_days(foretelling: Pack, histories: dict[str, History]) -> None:
    history = histories["taught"]
    rows = termination_forecasts(foretelling, history)
    game = {f.asked: f for f in rows if f.forecaster == GAME}
    base = {f.asked: f for f in rows if f.forecaster == PLACEHOLDER}
    monthly = sum(len(history.days) - h for h in history.p_within)
    assert len(game) == monthly + 2, "one public span is also one of the monthly ones, one is too long"
    assert set(base) == set(game)
    assert (date(2012, 10, 15), date(2013, 3, 1)) in game
    assert (date(2012, 1, 5), date(2013, 6, 30)) not in game
    assert game[date(2013, 6, 1), date(2013, 12, 31)].outcome is None
    assert {f.outcome for f in game.values() if f.by <= LAST} == {False}
    assert base[history.days[0], history.days[12]].probability == placeholder_base_rate(12).central
    assert rows[-5:] == public_forecasts(foretelling.tables["forecasts"])


def test_scores_are_those_of_the_months(study: Study, told: dict[str, Chapter], histories: dict[str, History]) -> None:
    history = histories["taught"]
    rows = table(told["taught"], "Chances of a settlement given month by month")
    chances = [chance_within(history, day, 12) for day in history.days[:-12]]
    assert rows[2][1] == f"{len(chances)}"
    assert rows[2][5] == f"{np.mean(np.square(np.array(chances, float))):.3f}"
    text = words(told["taught"])
    beaten = sum(float(row[6]) < float(row[5]) for row in rows)
    assert f"better score at {beaten} of 3 horizons" in text
    assert "rewards whoever says never" in text
    assert "knew that the war had gone on" in text
    assert "no public forecast" in text
    short = replace(history, days=history.days[-3:], p_within={h: p[:, -3:] for h, p in history.p_within.items()})
    assert scores_by_horizon(short, termination_forecasts(study.pack, short)) == {}


def test_what_came_true_and_what_did_not_come_to_rest_is_said(
    study: Study, foretelling: Pack, histories: dict[str, History]
) -> None:
    history = histories["taught"]
    frame = foretelling.tables["forecasts"]
    came = frame.iloc[:1].assign(outcome=1.0)
    pack = replace(foretelling, tables={**foretelling.tables, "forecasts": came})
    for other, found, said in (
        (pack, history, False),
        (foretelling, history, True),
        (study.pack, replace(history, converged=False), True),
    ):
        (chapter,) = tell_lessons(Records(replace(study, pack=other, history=found)))
        assert ("No settlement came" in words(chapter)) is said
        assert ("did not come to rest" in words(chapter)) is not found.converged


def test_public_forecasts_are_compared_on_what_is_shared(
    study: Study, foretelling: Pack, histories: dict[str, History]
) -> None:
    history = histories["taught"]
    (group,) = public_comparisons(termination_forecasts(foretelling, history))
    assert {s.forecaster for s in group} == {GAME, PLACEHOLDER, "Crowd"}
    assert group[0].dates == 2
    (chapter,) = tell_lessons(Records(replace(study, pack=foretelling, history=history)))
    text = words(chapter)
    assert "on 2 shared forecasts: " in text
    assert f"Crowd {(0.1**2 + 0.3**2) / 2:.3f}" in text


def test_public_forecasts_that_cannot_be_compared_are_told_as_such(
    study: Study, foretelling: Pack, histories: dict[str, History]
) -> None:
    frame = foretelling.tables["forecasts"]
    twice = pd.concat([frame, frame.iloc[:1].assign(probability=0.2, question="Another")])
    cases = ((twice, "cannot be set beside them"), (frame.iloc[3:4], "none whose outcome is known"))
    for rows, said in cases:
        pack = replace(foretelling, tables={**foretelling.tables, "forecasts": rows})
        (chapter,) = tell_lessons(Records(replace(study, pack=pack, history=histories["taught"])))
        assert said in words(chapter)

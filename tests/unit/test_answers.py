"""Draws weighed by answers to whole drafts: which count, what they teach, and that none counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.history import History
from armistice.core.matched import Matched, RecordEvent
from armistice.data.pack import Pack, read_pack
from armistice.deal.answers import Answer, answers_of, likelihood_of, weights_without
from armistice.deal.appraise import Stakes, peace_on, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements
from armistice.infer.match import log_acceptance, log_refusal, weigh
from make_fighting import make_fighting

GAME, DRAWS = 40, 400
DAYS = (date(2012, 6, 30), date(2012, 9, 30), date(2013, 2, 28), date(2013, 6, 30))


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def stakes(pack: Pack) -> Stakes:
    ground = ground_for(read_settlements(pack), pack)
    return stakes_of(pack.war, ground, make_fighting(draws=GAME), preferences_of(pack.war, DRAWS, 1), 1)


def history(stakes: Stakes, a: float = 0.0, events: tuple[RecordEvent, ...] = ()) -> History:
    """Fighting on was worth `a` more to side A in every month before the last."""
    now = stakes.fighting.reservation
    reach = np.ones((GAME, len(DAYS)))
    more = np.array([a, a, a, 0.0])
    logs = np.random.default_rng(2).normal(-1.0, 0.3, (GAME, len(events)))
    matched = Matched(
        events, logs, weigh(logs.sum(1)) if events else weigh(np.zeros(GAME)), (), np.zeros(len(events)), ()
    )
    return History(
        "north", DAYS, np.zeros(4), np.zeros(4), now[:, :1] * reach + more, now[:, 1:] * reach, reach, {}, matched, True
    )


def answer(pack: Pack, side: str, accepted: bool, day: date = DAYS[1]) -> Answer:
    draft = next(d for d in read_settlements(pack) if d.id == "second-draft")
    return Answer(day, side, draft, accepted, draft.title, "made up")  # type: ignore[arg-type]


def test_the_first_answer_of_a_side_to_a_known_draft_counts(pack: Pack) -> None:
    drafts = read_settlements(pack)
    found = answers_of(pack, drafts)
    told = pack.tables["responses"]
    ids = {draft.positions for draft in drafts if draft.positions}
    sides = {b.id: b.side for b in pack.war.belligerents}
    want = {
        (sides[row.party], row.doc): (row.date.date(), row.response == "accepted")
        for row in told.sort_values("date", ascending=False, kind="stable").itertuples()
        if row.doc in ids and row.party in sides and row.response in ("accepted", "refused", "countered")
    }
    assert want, "the toy war has answers to its drafts"
    assert {(a.side, a.draft.positions): (a.date, a.accepted) for a in found} == want


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("side", ["a", "b"])
def test_an_answer_counts_by_what_fighting_was_worth_then(
    pack: Pack, stakes: Stakes, side: str, accepted: bool
) -> None:
    one = answer(pack, side, accepted)
    at, then = "ab".index(side), replace(stakes, fights=stakes.fights + stakes.decided * np.array([[0.2], [0.0]]))
    surplus = peace_on(one.draft, then).value[at] - then.fights[at]
    rule = log_acceptance if accepted else log_refusal
    assert likelihood_of(stakes, [one], history(stakes, 0.2))[:, 0] == pytest.approx(rule(surplus, 0.05))


def test_an_answer_from_before_the_record_says_nothing(pack: Pack, stakes: Stakes) -> None:
    early = answer(pack, "a", False, date(2011, 1, 1))
    assert not likelihood_of(stakes, [early], history(stakes)).any()


def test_who_turned_a_draft_down_wants_it_less(pack: Pack, stakes: Stakes) -> None:
    one = answer(pack, "b", False)
    weight = weigh(likelihood_of(stakes, [one], history(stakes)).sum(1)).weight
    surplus = peace_on(one.draft, stakes).value[1] - stakes.fights[1]
    assert weight @ surplus < surplus.mean()
    gladly = weigh(likelihood_of(stakes, [replace(one, accepted=True)], history(stakes)).sum(1)).weight
    assert gladly @ surplus > surplus.mean()


def test_no_answer_counts_twice(pack: Pack, stakes: Stakes) -> None:
    one = answer(pack, "b", False)
    events = (
        RecordEvent(DAYS[0], "no settlement", "", "", "", "made up"),
        RecordEvent(DAYS[1], "refused", "b", one.document, "", "made up"),
        RecordEvent(DAYS[1], "offered", "a", one.document, "", "made up"),
        RecordEvent(DAYS[2], "refused", "a", "another paper", "", "made up"),
    )
    told = history(stakes, events=events)
    found = weights_without(told, [one])
    assert found.weight == pytest.approx(weigh(told.matched.log_likelihood[:, [0, 2, 3]].sum(1)).weight)
    assert weights_without(told, []).weight == pytest.approx(told.matched.weights.weight)


def test_draws_taken_are_those_draws(pack: Pack, stakes: Stakes) -> None:
    rows = np.array([3, 3, 0, 17])
    some = stakes.taken(rows)
    draft = next(iter(read_settlements(pack)))
    assert some.draws == 4
    assert np.array_equal(some.fights, stakes.fights[:, rows])
    issue = next(c.issue for c in draft.provisions if c.issue)
    option = stakes.war.issue(issue).options[0].id
    assert np.array_equal(some.gain(issue, option), stakes.gain(issue, option)[:, rows])
    lasting = some.value(some.peace, np.full(4, 0.1), np.zeros(4))
    assert lasting == pytest.approx(stakes.value(stakes.peace, np.full(DRAWS, 0.1), np.zeros(DRAWS))[:, rows])

"""Amendments: against every combination of terms tried one by one, as drafts of their own, and where none is enough."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from armistice.core.amendment import Amended, Change
from armistice.core.errors import QueryError
from armistice.core.settlement import Provision, Settlement
from armistice.data.pack import Pack, read_pack
from armistice.deal.amend import YEARS, amend, largest_share
from armistice.deal.appraise import Stakes, appraise, stakes_of
from armistice.deal.check import regions_of
from armistice.deal.moves import Aim, alternatives, climb, everything, judge, out_of_dispute
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.straight import bounding_lines, failing_odds, least_changes, straight
from armistice.deal.territory import survey_ground
from armistice.deal.trades import amended_record, changes_table, summary, words_of
from armistice.deal.wordings import Room, Wording, amended_text, clauses_on, one_text, options_of, room_of, wordings
from make_fighting import make_fighting

DRAWS = 60
Listed = dict[tuple[str, str], Wording]


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def drafts(pack: Pack) -> dict[str, Settlement]:
    """The drafts of the toy war, and for each option of each issue one that words it."""
    found = {draft.id: draft for draft in read_settlements(pack)}
    model = found["paper"]
    for issue in pack.war.issues:
        for n, option in enumerate(issue.options):
            clause = next(p for p in model.provisions if p.issue == issue.id)
            name = f"{issue.id}-{option.id}"
            worded = replace(clause, number=1, variant="", options=(option.id, option.id))
            found[name] = replace(
                model, id=name, date=date(2010, 1, 1) + timedelta(n), variants={}, provisions=(worded,)
            )
    return found


@pytest.fixture(scope="module")
def stakes(pack: Pack, drafts: dict[str, Settlement]) -> Stakes:
    ground = survey_ground(pack, {r for d in drafts.values() for r in regions_of(d, pack.war)})
    return stakes_of(pack.war, ground, make_fighting(), preferences_of(pack.war, DRAWS, 3), 3)


@pytest.fixture(scope="module")
def hard(stakes: Stakes) -> Stakes:
    """Both sides expect so much of the fighting that no terms suit both in all draws."""
    fighting = make_fighting(0.72, 0.45)
    return stakes_of(stakes.war, stakes.ground, fighting, stakes.preferences, 3)


@pytest.fixture(scope="module")
def most(drafts: dict[str, Settlement], hard: Stakes, listed: Listed) -> float:
    """Largest share that any combination reaches there, each tried as a draft of its own."""
    room = room_of(drafts["paper"], hard, listed, "line")
    texts = (amended_text(room.draft, [room.wordings[m] for m in moves]) for moves in everything(room))
    found = max(appraise(text, hard).p_accept_both for text in texts)
    assert 0 < found < 1, "the tests of what is impossible would test nothing"
    return found


@pytest.fixture(scope="module")
def listed(drafts: dict[str, Settlement], stakes: Stakes) -> Listed:
    return wordings(drafts.values(), stakes)


@pytest.fixture(scope="module")
def room(drafts: dict[str, Settlement], stakes: Stakes, listed: Listed) -> Room:
    return room_of(drafts["paper"], stakes, listed, "line")


@pytest.fixture(scope="module")
def tried(room: Room, stakes: Stakes) -> dict[tuple[int, ...], tuple[float, float]]:
    """Every combination of terms as a draft of its own: share in which both accept, and median survival."""
    out = {}
    for moves in everything(room):
        told = appraise(amended_text(room.draft, [room.wordings[m] for m in moves]), stakes)
        out[moves] = told.p_accept_both, float(np.median(told.survival(YEARS)))
    return out


def look(
    draft: Settlement, stakes: Stakes, drafts: dict[str, Settlement], wanted: float = 0.5, **more: object
) -> Amended:
    return amend(draft, stakes, tuple(drafts.values()), wanted, **more)  # type: ignore[arg-type]


# --- terms ------------------------------------------------------------------------------------------------------------


def test_a_wording_is_that_of_the_newest_draft_that_names_just_this_option(
    listed: Listed, drafts: dict[str, Settlement]
) -> None:
    assert listed["southreach", "ceded"].draft == "paper"
    assert [p.kind for p in listed["southreach", "ceded"].clauses] == ["control_line", "recognition"]
    assert listed["alliance", "guarantee"].draft == "alliance-guarantee"
    assert listed["northreach", "line-de-facto"].draft == "paper"
    newer = replace(drafts["tolls-aldmark"], id="newer", date=date(2020, 1, 1))
    assert clauses_on(newer, "tolls") == (0,)


def test_an_amended_draft_says_what_was_chosen_and_nothing_else_anew(room: Room, stakes: Stakes) -> None:
    for moves in [m for m in everything(room) if len(m) == 2]:
        text = amended_text(room.draft, [room.wordings[m] for m in moves])
        assert [p.number for p in text.provisions] == list(range(1, len(text.provisions) + 1))
        for issue in stakes.war.issues:
            chosen = [room.wordings[m] for m in moves if room.wordings[m].issue == issue.id]
            if not chosen:
                assert options_of(text, issue.id, stakes.war) == options_of(room.draft, issue.id, stakes.war)
            elif chosen[0].clauses:
                assert options_of(text, issue.id, stakes.war) == (chosen[0].option,)
            else:
                assert issue.id not in text.issues()


def test_clauses_that_go_with_an_issue_go_with_it(drafts: dict[str, Settlement], room: Room) -> None:
    move = next(m for m, w in enumerate(room.wordings) if (w.issue, w.option) == ("southreach", "restored"))
    text = amended_text(room.draft, [room.wordings[move]])
    assert sum(p.kind == "recognition" for p in room.draft.provisions) == 1
    assert not [p for p in text.provisions if p.kind == "recognition"]
    assert [p.kind for p in text.provisions if not p.issue] == ["force_cap"]


def test_hard_red_lines_are_respected(room: Room, stakes: Stakes, drafts: dict[str, Settlement]) -> None:
    assert ("northreach", "whole-de-jure") not in {(w.issue, w.option) for w in room.wordings}
    found = look(drafts["paper"], stakes, drafts, 0.2, lasting=0.0, variant="whole")
    assert found.p_accept_both == 0
    assert found.amendments
    for amendment in found.amendments:
        assert "northreach" in {change.issue for change in amendment.changes}
        assert "whole-de-jure" not in {change.after for change in amendment.changes}


# --- against every combination ----------------------------------------------------------------------------------------


def test_many_sets_at_once_are_worth_what_each_is_as_a_draft(
    room: Room, stakes: Stakes, tried: dict[tuple[int, ...], tuple[float, float]]
) -> None:
    for found in judge(room, stakes, Aim(0.5, 0.5, YEARS), tried):
        share, survival = tried[found.moves]
        assert found.share == pytest.approx(share)
        assert found.survival == pytest.approx(survival)


@pytest.mark.parametrize("wanted", [0.3, 0.6, 0.8])
@pytest.mark.parametrize("wide", [True, False])
def test_the_fewest_and_cheapest_changes_are_found(
    wanted: float, wide: bool, room: Room, stakes: Stakes, drafts: dict[str, Settlement],
    tried: dict[tuple[int, ...], tuple[float, float]], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lasting = 0.4
    good = [m for m, (share, survival) in tried.items() if share >= wanted and survival >= lasting]
    if not wide:
        monkeypatch.setattr("armistice.deal.amend.ALL", 0)
    found = look(drafts["paper"], stakes, drafts, wanted, lasting=lasting, variant="line")
    if not good:
        assert not found.amendments
        return
    best = min(good, key=lambda m: (len(m), sum(sorted(room.cost[list(m)]))))
    assert () not in good
    first = found.amendments[0]
    assert {(c.issue, c.after) for c in first.changes} == {
        (room.wordings[m].issue, room.wordings[m].option) for m in best
    }
    assert found.at_least == len(best) if wide else min(len(best), 3) <= found.at_least <= len(best)
    assert first.cost == pytest.approx(room.cost[list(best)].sum())


def test_some_aims_can_be_reached_here_and_some_not(tried: dict[tuple[int, ...], tuple[float, float]]) -> None:
    shares = [share for share, _ in tried.values()]
    assert max(shares) >= 0.6, "the tests of what is enough would test nothing"
    assert tried[()][0] < 0.3


def test_every_amendment_is_enough_and_differs_in_kind(
    drafts: dict[str, Settlement], stakes: Stakes, listed: Listed
) -> None:
    found = look(drafts["paper"], stakes, drafts, 0.4, lasting=0.4, variant="line")
    assert len(found.amendments) > 1
    order = [(len(a.changes), a.cost) for a in found.amendments]
    assert order == sorted(order)
    seen: list[set[str]] = []
    for amendment in found.amendments:
        text = amended_text(
            one_text(drafts["paper"], "line"), [listed[c.issue, c.after] for c in amendment.changes if c.wording]
        )
        struck = {c.issue for c in amendment.changes if not c.wording}
        gone = {n for issue in struck for n in clauses_on(text, issue)}
        text = replace(text, provisions=tuple(p for n, p in enumerate(text.provisions) if n not in gone))
        told = appraise(text, stakes)
        assert told.p_accept_both == amendment.p_accept_both >= 0.4
        assert np.median(told.survival(YEARS)) == pytest.approx(amendment.survival)
        assert amendment.survival >= 0.4
        assert amendment.p_accept_both <= min(amendment.p_accept_a, amendment.p_accept_b)
        issues = {c.issue for c in amendment.changes}
        assert all(len(issues & other) <= 2 * len(other) / 3 for other in seen)
        seen.append(issues)


def test_a_wide_beam_finds_no_worse_than_all_combinations(room: Room, stakes: Stakes) -> None:
    aim = Aim(0.5, 0.4, YEARS)
    known = judge(room, stakes, aim, everything(room))
    exact, beam = alternatives(room, stakes, aim, 1, known), alternatives(room, stakes, aim, 1)
    assert exact
    assert [f.moves for f in beam] == [f.moves for f in exact]
    reached = climb(room, stakes, aim)
    assert reached.share == max(f.share for f in known if f.survival >= aim.lasting)


# --- what is proved ---------------------------------------------------------------------------------------------------


def test_straight_lines_meet_the_truth_and_bounds_stay_above_it(room: Room, stakes: Stakes) -> None:
    lines = bounding_lines(room, stakes)
    least = least_changes(room, lines)
    for found in judge(room, stakes, Aim(0.5, 0.0, YEARS), everything(room)):
        rows = list(found.moves)
        start, each = straight(room, stakes, failing_odds(room, stakes, found.moves))
        told = appraise(amended_text(room.draft, [room.wordings[m] for m in rows]), stakes)
        accepts = [told.sides["a"].accepts, told.sides["b"].accepts]
        signs = (start + each[rows].sum(0)) >= -1e-12
        assert (signs == np.array(accepts)).mean() > 0.99
        both = accepts[0] & accepts[1]
        assert ((lines.start + lines.each[rows].sum(0)).min(0)[both] >= 0).all()
        assert (least[both] <= len(rows)).all()


def test_the_program_bounds_the_share_and_meets_it_where_power_does_not_shift(
    drafts: dict[str, Settlement], hard: Stakes, listed: Listed, most: float
) -> None:
    room = room_of(drafts["paper"], hard, listed, "line")
    assert largest_share(room, hard, bounding_lines(room, hard), nodes=10_000) >= most
    still = replace(room, shift=room.shift * 0, more_shift=room.more_shift * 0)
    best = max(f.share for f in judge(still, hard, Aim(0.5, 0.0, YEARS), everything(still)))
    assert largest_share(still, hard, bounding_lines(still, hard), nodes=10_000) == pytest.approx(best)
    assert 0 < best < 1


def test_no_amendment_is_proved_and_the_binding_issue_named(
    drafts: dict[str, Settlement], hard: Stakes, most: float
) -> None:
    found = look(drafts["paper"], hard, drafts, 1.0, lasting=0.0, variant="line")
    assert (found.status, found.amendments) == ("impossible", ())
    assert found.bound == found.best_chance == most
    assert found.binding
    words = summary(found, hard.war)
    assert f"in more than {100 * most:.3g} %" in words
    assert all(hard.war.issue(issue).title in words for issue in found.binding)


def test_a_bound_holds_where_not_all_is_tried(
    drafts: dict[str, Settlement], hard: Stakes, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("armistice.deal.amend.ALL", 0)
    found = look(drafts["paper"], hard, drafts, 1.0, lasting=0.0, variant="line")
    assert found.best_chance == most <= found.bound
    assert found.status == ("impossible" if found.bound < 1 else "open")


def test_the_binding_issue_is_the_one_without_which_most_could_be_reached(
    drafts: dict[str, Settlement], hard: Stakes, listed: Listed, most: float
) -> None:
    room, aim = room_of(drafts["paper"], hard, listed, "line"), Aim(1.0, 0.0, YEARS)
    reached = {}
    for issue in hard.preferences.issues:
        rest = out_of_dispute(room, hard, issue)
        reached[issue] = max(f.share for f in judge(rest, hard, aim, everything(rest)))
    top = max(reached.values())
    assert top > most
    found = look(drafts["paper"], hard, drafts, 1.0, lasting=0.0, variant="line")
    assert found.binding == tuple(i for i, share in reached.items() if share == top)


@pytest.mark.parametrize("wide", [True, False])
def test_a_peace_that_cannot_last_is_said_to_break(
    wide: bool, drafts: dict[str, Settlement], stakes: Stakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not wide:
        monkeypatch.setattr("armistice.deal.amend.ALL", 0)
    found = look(drafts["paper"], stakes, drafts, 0.1, lasting=0.999)
    assert (found.status, found.bound, found.amendments) == ("breaks", 0, ())
    assert "lasts 10 years" in summary(found, stakes.war)


# --- laws -------------------------------------------------------------------------------------------------------------


def test_a_draft_that_both_accept_needs_no_change(
    drafts: dict[str, Settlement], stakes: Stakes, listed: Listed
) -> None:
    first = look(drafts["paper"], stakes, drafts, 0.5, lasting=0.4, variant="line").amendments[0]
    assert all(change.wording for change in first.changes)
    text = amended_text(one_text(drafts["paper"], "line"), [listed[c.issue, c.after] for c in first.changes])
    found = look(text, stakes, drafts, 0.5, lasting=0.4)
    assert (found.status, found.amendments, found.at_least) == ("as it is", (), 0)
    assert found.best_chance == found.p_accept_both == first.p_accept_both
    assert "no change is needed" in summary(found, stakes.war)


def test_same_input_same_answer(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    once = look(drafts["paper"], stakes, drafts, 0.4, lasting=0.4)
    assert once == amend(drafts["paper"], stakes, tuple(reversed(drafts.values())), 0.4, 0.4)


def test_asking_for_more_takes_no_fewer_changes(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    counts = []
    for wanted in (0.2, 0.4, 0.6, 0.8, 1.0):
        found = look(drafts["paper"], stakes, drafts, wanted, lasting=0.3, variant="line", most=1)
        counts.append(len(found.amendments[0].changes) if found.amendments else math.inf)
    assert counts == sorted(counts)
    assert len(set(counts)) > 1


def test_words_name_who_gives_way_on_what(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    found = look(drafts["paper"], stakes, drafts, 0.6, lasting=0.3, variant="line")
    names = {side: stakes.war.side(side).name for side in ("a", "b")}
    for amendment in found.amendments:
        words = " ".join(amendment.words)
        for change in amendment.changes:
            assert stakes.war.issue(change.issue).title in words
            gains = {"a": change.gain_a, "b": change.gain_b}
            assert change.favours == (
                "both" if min(gains.values()) > 0 else next((s for s in "ab" if gains[s] > 0), "")
            )
        assert any(name in words for name in names.values())
        assert len(changes_table(amendment, stakes.war)) == 1 + len(amendment.changes)
    told = amended_record(found, stakes.war)
    assert told["status"] == found.status == "amended"


def test_a_trade_is_a_pair_by_which_both_gain(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    draft = drafts["paper"]
    for_a = Change("alliance", "neutral-limited", "guarantee", "b", -0.1, 0.3, "")
    for_b = Change("tolls", "shared", "aldmark", "a", 0.2, -0.1, "")
    dear = replace(for_b, gain_b=-0.4)
    traded = words_of((for_a, for_b), draft, draft, stakes.war, stakes.ground)
    assert len(traded) == 1
    assert traded[0].startswith("Aldmark gives way on Alliance with Corland (from")
    assert ", Brelland on Tolls on the Sill (from" in traded[0]
    apart = words_of((for_a, dear), draft, draft, stakes.war, stakes.ground)
    assert [words.split(" gives way on ")[0] for words in apart] == ["Aldmark", "Brelland"]


def test_land_is_told_both_ways(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    paper = one_text(drafts["paper"], "line")
    there = amended_text(paper, [Wording("northreach", "restored", "", (_line("northreach", "full_b"),))])
    words = words_of((), paper, there, stakes.war, stakes.ground)
    assert len(words) == 1
    assert "to Brelland " in words[0]
    assert "km²" in words[0]
    assert "to Aldmark" not in words[0]
    assert "to Aldmark " in words_of((), there, paper, stakes.war, stakes.ground)[0]
    assert words_of((), paper, paper, stakes.war, stakes.ground) == ()


def _line(region: str, line: str) -> Provision:
    return Provision(
        1, "control_line", {"regions": (region,), "line": line}, "", "", "page", region, ("restored", "restored")
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"wanted": 0.0}, "chance: 0; expected"),
        ({"wanted": 1.2}, "chance: 1.2; expected"),
        ({"lasting": -0.1}, "lasting: -0.1; expected"),
        ({"most": 0}, "most: 0; expected"),
        ({"variant": "lne"}, "did you mean line"),
    ],
)
def test_faults_are_sentences(
    more: dict[str, object], sentence: str, drafts: dict[str, Settlement], stakes: Stakes
) -> None:
    with pytest.raises(QueryError, match=sentence):
        look(drafts["paper"], stakes, drafts, **more)  # type: ignore[arg-type]


def test_nothing_to_change_is_said(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    alone = replace(drafts["tolls-shared"], provisions=drafts["tolls-shared"].provisions)
    with pytest.raises(QueryError, match="no other terms"):
        amend(alone, stakes, (), wanted=1.0)

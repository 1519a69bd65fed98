"""Reiter's six propositions on how wars end are properties of the war-termination game.

Dan Reiter, How Wars End (2009). Twenty equal pieces of land, of which side A holds ten unless said otherwise; months
discounted by .995; a month of war costs each side as much as a month of the whole stake is worth (k = 1). The analyst
knows the drift, so that what lies ahead is the luck of battles alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from armistice.core.errors import FaultCollector
from armistice.game.arrays import State
from armistice.game.form import WarGame
from armistice.game.read import game_from_tables
from armistice.game.solve import Solution, solve

FRONTS = range(4, 17)  # looked at after a year in which the front moved as the drift alone would not have moved it
YEAR = [State(12, (x,), x - 10.0) for x in FRONTS]
TWO_YEARS = [State(24, (x,), x - 10.0) for x in (6, 8, 10, 12, 14)]
TANGLED = State(6, (11,), 1.0)
DEFEAT = {"a": 0.5, "b": 0.5}


def game(a: float = 0.0, b: float = 0.0, drift: float = 0.0, sd: float = 0.3, **tables: dict[str, Any]) -> WarGame:
    """A war game whose sides believe in drifts `a` and `b`, each with `sd`, of a true `drift`."""
    whole: dict[str, Any] = {
        "axis": {"steps": 20, "start": 10},
        "learning": {
            "sigma": 0.8, "prior_a": {"mean": a, "sd": sd}, "prior_b": {"mean": b, "sd": sd},
            "analyst": {"mean": drift, "sd": 1e-6},
        },
        "costs": {"a": 1.0, "b": 1.0},
        # A strategic line without effect (its factor is 1), so that all games are of one form, solved by one program.
        "commitment": {"strategic_line": 10, "strategic_factor": 1.0},
        "grid": {"statistic_points": 25},
    }  # fmt: skip
    for name, content in tables.items():
        whole[name] = {**whole.get(name, {}), **content}
    if "regimes" in tables:
        del whole["commitment"]
    elif "shift" in whole["commitment"]:
        whole["commitment"]["arrival"] = 0.05
    faults = FaultCollector()
    found = game_from_tables(whole, "game", faults)
    faults.raise_if_any()
    assert found is not None
    return found


def tangled(guarantee: float) -> WarGame:
    """Every obstacle at once: disagreement, a shift to come, a block, red lines."""
    return game(
        0.15, -0.10, 0.02, axis={"blocks": [[6, 13]]}, commitment={"shift": -0.8, "guarantee": guarantee},
        defeat={"a": 0.3, "b": 0.3},
        domestic={"red_line_a": 0.55, "red_line_b": 0.5, "penalty_a": 0.3, "penalty_b": 0.3},
    )  # fmt: skip


def winning(cost: float, **commitment: float) -> WarGame:
    """Side A holds 13 of 20 and both expect it to go on winning."""
    return game(0.1, 0.1, 0.1, axis={"start": 13}, costs={"a": cost}, defeat=DEFEAT, commitment=commitment)


def at_red_line(penalty: float) -> WarGame:
    """B holds 4 of 20, less than its leader can survive; total defeat is punished alike."""
    return game(
        0.05, 0.05, 0.05, axis={"start": 16}, defeat={"a": penalty, "b": penalty},
        domestic={"red_line_b": 0.45, "penalty_b": penalty},
    )  # fmt: skip


def fearful(**commitment: float) -> WarGame:
    """Both expect A to do slightly better, and power to shift against it after any settlement."""
    return game(0.1, 0.1, 0.1, defeat=DEFEAT, commitment={"shift": -1.0, **commitment})


def aided(lapse: float, optimism: float) -> WarGame:
    """Aid that moves the front half a step a month for A, and may lapse in any month."""
    transition = [[1 - lapse, lapse], [0.0, 1.0]]
    return game(optimism, -optimism, defeat=DEFEAT, regimes={"drift": [0.5, 0.0], "transition": transition})


@dataclass(frozen=True)
class One:
    """What was found of one game."""

    solution: Solution
    draw: int

    def of(self, part: str, state: State | None = None) -> np.ndarray:
        place = 0 if state is None else self.solution.states.index(state)
        return getattr(self.solution.asked, part)[self.draw, place]

    @property
    def terms(self) -> np.ndarray:
        """The line that each side would propose at the start, in steps held by A."""
        return self.solution.layout.landing[self.solution.asked.chosen.term[self.draw, :, 0]]

    def p_settled(self, month: int) -> float:
        return float(self.solution.ahead.settled[self.draw, month])

    def p_victory(self, month: int) -> np.ndarray:
        return self.solution.ahead.victory[self.draw, month]

    @property
    def median(self) -> float:
        """Months until a settlement is as likely as not."""
        settled = self.solution.ahead.settled[self.draw]
        return float(np.argmax(settled >= 0.5)) if settled[-1] >= 0.5 else np.inf

    def demands(self, fronts: tuple[int, ...]) -> list[int]:
        """Least line that A would accept after a year, payments included; 20 where it wants everything."""
        cap = self.solution.draws.cap[self.draw]
        out = []
        for state in (YEAR[FRONTS.index(x)] for x in fronts):
            accepted = self.of("worth", state)[0] + cap >= self.of("reserve", state)[0] - 1e-12
            lines = np.append(self.solution.layout.landing[accepted & ~self.solution.layout.final], 20)
            out.append(int(lines.min()))
        return out

    def gap(self, state: State) -> float:
        """Smallest outside payment that would make some line acceptable to both."""
        short = self.of("reserve", state)[:, None] - self.of("worth", state)
        cap = self.solution.draws.cap[self.draw]
        some = np.isfinite(cap)
        a, b, cap = short[0, some], short[1, some], cap[some]
        return float(np.max([a + b, a - cap, b - cap, 0 * a], axis=0).min())


def solve_named(games: dict[str, WarGame], start: int) -> dict[str, One]:
    solution = solve(list(games.values()), [State(0, (start,)), *YEAR, *TWO_YEARS, TANGLED])
    return {name: One(solution, n) for n, name in enumerate(games)}


@pytest.fixture(scope="module")
def wars() -> dict[str, One]:
    from_ten = {f"cost {k}": game(0.4, -0.4, costs={"a": k, "b": k}) for k in (0.5, 1.0, 2.0, 4.0)}
    from_ten |= {"common prior": game(), "moderate": game(0.15, -0.15), "stubborn": game(0.4, -0.4, sd=0.15)}
    for name, commitment in (("safe", {}), ("shift", {"shift": -1.0}), ("vouched", {"shift": -1.0, "guarantee": 0.8})):
        from_ten[name] = game(0.15, -0.15, defeat={"a": 0.3, "b": 0.3}, commitment=commitment)
    from_ten |= {f"shift {s}": game(commitment={"shift": s}) for s in (-0.1, -0.3, -0.6)}
    from_ten |= {f"guarantee {g}": game(commitment={"shift": -1.0, "guarantee": g}) for g in (0.0, 0.5, 0.95)}
    from_ten["fearful"] = fearful()
    from_ten |= {f"line {x}": fearful(strategic_line=x, strategic_factor=0.0) for x in (12, 14, 16)}
    for cap in (0.05, 0.3):
        block = {"blocks": [[2, 18]]}
        from_ten[f"block {cap}"] = game(axis=block, bargaining={"transfer_cap": cap}, defeat=DEFEAT)
    from_ten |= {f"tangled {g}": tangled(g) for g in (0, 0.25, 0.5, 0.75, 0.9, 1)}
    from_thirteen = {f"winning {k}": winning(k, shift=-0.8) for k in (0.5, 1.0, 2.0, 4.0, 12.0)}
    from_thirteen |= {f"winning safely {k}": winning(k) for k in (0.5, 2.0, 8.0)}
    from_sixteen = {f"red line {d}": at_red_line(d) for d in (0.0, 0.6)}
    return solve_named(from_ten, 10) | solve_named(from_thirteen, 13) | solve_named(from_sixteen, 16)


# --- P1: information -------------------------------------------------------------------------------------------------


def test_p1_information_terms_track_the_front(wars: dict[str, One]) -> None:
    reserve = [wars["moderate"].of("reserve", State(12, (x,), x - 10.0))[0] for x in (6, 8, 10, 12, 14)]
    assert reserve == pytest.approx([0.125, 0.285, 0.501, 0.715, 0.871], abs=0.002)


def test_p1_information_wars_end_as_beliefs_converge(wars: dict[str, One]) -> None:
    assert wars["moderate"].of("settle") == 0
    assert all(wars["moderate"].of("settle", state) == 1 for state in TWO_YEARS)
    assert wars["common prior"].of("settle") == 1


def test_p1_information_costly_wars_end_sooner_and_stubborn_ones_later(wars: dict[str, One]) -> None:
    medians = [wars[f"cost {k}"].median for k in (0.5, 1.0, 2.0, 4.0)]
    assert medians == pytest.approx([53, 30, 16, 7], abs=1)
    assert wars["stubborn"].p_settled(36) < 1e-6
    assert wars["stubborn"].median > 90


# --- P2: commitment --------------------------------------------------------------------------------------------------


def test_p2_commitment_demands_stop_responding_to_the_front(wars: dict[str, One]) -> None:
    fronts = (4, 6, 8, 10, 12, 14, 16)
    assert wars["safe"].demands(fronts) == [1, 2, 5, 10, 14, 17, 19]
    assert wars["vouched"].demands(fronts) == [1, 2, 6, 11, 16, 19, 20]
    demands = wars["shift"].demands(fronts)
    assert min(demands[2:]) >= 19, "hardly short of absolute victory wherever the front stands"
    assert all(x >= y for x, y in zip(demands, wars["vouched"].demands(fronts), strict=True))


def test_p2_commitment_shows_in_demands_before_it_shows_in_war(wars: dict[str, One]) -> None:
    lines = [wars[f"shift {s}"].terms.mean() for s in (-0.1, -0.3)]
    assert wars["common prior"].terms.mean() + 2 < lines[0] < lines[1] - 2
    assert [wars[f"shift {s}"].of("settle") for s in (-0.1, -0.3, -0.6)] == [1, 1, 0]


# --- P3: a good that makes peace durable ------------------------------------------------------------------------------


def test_p3_strategic_good_ends_the_hunt_for_absolute_victory(wars: dict[str, One]) -> None:
    fearful = wars["fearful"]
    assert fearful.of("settle") == 0
    assert fearful.terms[0] == 19
    assert fearful.p_victory(90)[0] == pytest.approx(0.40, abs=0.02)
    assert fearful.p_settled(90) == pytest.approx(0.53, abs=0.02)
    for line in (12, 14):
        assert wars[f"line {line}"].of("settle") == 1
        assert line <= wars[f"line {line}"].terms.min() <= wars[f"line {line}"].terms.max() < 18
    # The further away the good, the more of the war is fought for it.
    assert fearful.p_settled(36) < wars["line 16"].p_settled(36) < wars["line 14"].p_settled(36) == pytest.approx(1)
    assert max(wars["line 16"].demands((10, 12, 14))) == 16, "the good, and no more"


# --- P4: costs -------------------------------------------------------------------------------------------------------


def test_p4_costs_stop_a_winner_who_fears_the_future(wars: dict[str, One]) -> None:
    fought = [wars[f"winning {k}"] for k in (0.5, 1.0, 2.0)]
    assert [war.of("settle") for war in fought] == [0, 0, 0]
    assert [war.p_settled(36) for war in fought] == pytest.approx([0.24, 0.33, 0.68], abs=0.03)
    assert [war.p_victory(90)[0] for war in fought] == pytest.approx([0.64, 0.58, 0.29], abs=0.03)
    dear, dearest = wars["winning 4.0"], wars["winning 12.0"]
    assert (dear.of("settle"), dearest.of("settle")) == (1, 1)
    assert dear.terms.mean() == 19
    assert dearest.terms.mean() < 10


def test_p4_costs_only_move_the_terms_of_a_winner_without_fear(wars: dict[str, One]) -> None:
    safe = [wars[f"winning safely {k}"] for k in (0.5, 2.0, 8.0)]
    assert all(war.of("settle") == 1 for war in safe)
    assert [war.of("value")[0] for war in safe] == pytest.approx([0.715, 0.585, 0.26], abs=0.03)


# --- P5: third parties ------------------------------------------------------------------------------------------------


def test_p5_third_parties_guarantees_make_settlements_credible(wars: dict[str, One]) -> None:
    assert [wars[f"guarantee {g}"].of("settle") for g in (0.0, 0.5, 0.95)] == [0, 1, 1]
    assert wars["guarantee 0.5"].terms.mean() == pytest.approx(16, abs=1)
    assert wars["guarantee 0.95"].terms.mean() == pytest.approx(10, abs=1)


def test_p5_third_parties_aid_moves_terms_and_its_lapse_prolongs_war() -> None:
    months = [State(month, (10,)) for month in range(24)]
    games = [aided(lapse, optimism) for optimism in (0.0, 0.15) for lapse in (0.0, 0.02, 0.10)]
    asked = solve(games, months, months=0).asked
    assert np.all(asked.settle[:3, 0] == 1), "aid that may lapse is no cause of war by itself"
    assert asked.value[:3, 0, 0] == pytest.approx([0.945, 0.79, 0.60], abs=0.01)
    first = np.argmax(asked.settle[3:] == 1, axis=1)  # month in which a front that stands still is settled
    assert first[0] == 0 < first[1] < first[2]


# --- P6: indivisible goods and domestic politics -----------------------------------------------------------------------


def test_p6_indivisible_land_is_fought_over_unless_payments_can_bridge_it(wars: dict[str, One]) -> None:
    assert wars["block 0.05"].of("settle") == 0
    assert wars["block 0.05"].median == pytest.approx(10, abs=1)
    assert wars["block 0.3"].median <= 1


def test_p6_punished_leader_gambles(wars: dict[str, One]) -> None:
    assert wars["red line 0.0"].of("settle") == 1
    assert wars["red line 0.6"].of("settle") == 0
    assert wars["red line 0.6"].p_settled(90) == pytest.approx(0.70, abs=0.02)


# --- all at once -----------------------------------------------------------------------------------------------------


def test_guarantee_narrows_the_gap_but_not_monotonically(wars: dict[str, One]) -> None:
    gaps = [wars[f"tangled {g}"].gap(TANGLED) for g in (0, 0.25, 0.5, 0.75, 0.9, 1)]
    assert gaps == pytest.approx([0.384, 0.171, 0.059, 0.049, 0.041, 0.082], abs=0.0015)
    assert gaps[5] > gaps[4] + 0.03, "leftover risk stood in for the missing payment"

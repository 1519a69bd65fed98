"""What a game file may hold, and every way in which it is refused: all faults at once, each a sentence, no traceback."""

from __future__ import annotations

import copy
import datetime
import math
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from armistice.core.errors import ArmisticeError, Fault, FaultCollector, PackError, QueryError
from armistice.core.parameters import PARAMETERS
from armistice.game.form import Bargaining, Belief, Commitment, Costs, Front, Grid, Regimes, Time, WarGame
from armistice.game.read import game_from_tables, read_game

Tables = dict[str, Any]

LEAST: Tables = {
    "axis": {"steps": 4, "start": 2},
    "learning": {"prior_a": {"mean": 0.1, "sd": 0.3}, "prior_b": {"mean": -0.1, "sd": 0.5}},
}
WHOLE: Tables = {
    "axis": {
        "steps": 4, "start": 2, "value_a": [0.1, 0.2, 0.3, 0.4], "value_b": [0.25, 0.25, 0.25, 0.25],
        "barrier": [0, 0, -0.5, 0, 0], "blocks": [[1, 3]],
    },
    "learning": {
        "kind": "gaussian", "sigma": 0.8, "prior_a": {"mean": 0.1, "sd": 0.3}, "prior_b": {"mean": -0.1, "sd": 0.5},
        "analyst": {"mean": 0.0, "sd": 0.4},
    },
    "time": {"discount": 0.99, "horizon": 24},
    "costs": {"a": 1, "b": 1.5, "growth": 0.01, "land_flow": 0.9},
    "bargaining": {"proposer_a": 0.4, "talks": 0.5, "transfer_cap": 0.1, "surrender": False, "lottery": True},
    "defeat": {"a": 0.2, "b": 0.3},
    "domestic": {"red_line_a": 0.4, "red_line_b": 0.3, "penalty_a": 0.1, "penalty_b": 0.2},
    "commitment": {
        "arrival": 0.05, "shift": -0.8, "guarantee": 0.5, "penalty": 0.1, "strategic_line": 3, "strategic_factor": 0.5,
        "smoothing": 0.02,
    },
    "regimes": {
        "drift": [0.0, 0.3], "cost_a": [1.0, 0.5], "cost_b": [1.0, 2.0], "transition": [[0.9, 0.1], [0.2, 0.8]], "start": 1,
    },
    "grid": {"displacement": [-1, 0, 1], "statistic_max": 6, "statistic_points": 25, "terminal": "fight"},
}  # fmt: skip
COUNTS: Tables = {
    "axis": {"steps": 4, "start": 2},
    "learning": {"kind": "beta", "prior_a": {"a": 6, "b": 4}, "prior_b": {"a": 4, "b": 6}},
    "time": {"horizon": 10},
}
GUESSES: Tables = {
    "axis": {"steps": 4, "start": 2},
    "learning": {
        "kind": "hypotheses",
        "prior_a": {"values": [-0.3, 0, 0.3], "weights": [0.2, 0.3, 0.5]},
        "prior_b": {"values": [-0.3, 0, 0.3], "weights": [0.4, 0.3, 0.3]},
    },
}
TWO: Tables = {
    "axis": [
        {"steps": 3, "start": 1},
        {"steps": 2, "start": 1, "blocks": [[0, 2]]},
    ],
    "learning": LEAST["learning"],
}
GOOD = {"least": LEAST, "whole": WHOLE, "counts": COUNTS, "hypotheses": GUESSES, "two axes": TWO}


def read(tables: Tables) -> tuple[WarGame | None, tuple[Fault, ...]]:
    faults = FaultCollector()
    return game_from_tables(tables, "mine.toml", faults), faults.faults


def with_value(tables: Tables, place: str, value: Any) -> Tables:
    """A copy with one value put in: ``table.key``, or ``table`` for a whole one."""
    out = copy.deepcopy(tables)
    *path, last = place.split(".")
    inner: Any = out
    for name in path:
        inner = inner[int(name)] if isinstance(inner, list) else inner.setdefault(name, {})
    inner[int(last) if isinstance(inner, list) else last] = value
    return out


def without(tables: Tables, place: str) -> Tables:
    out = copy.deepcopy(tables)
    *path, last = place.split(".")
    inner = out
    for name in path:
        inner = inner[name]
    del inner[last]
    return out


def sole(tables: Tables) -> Fault:
    """The only fault of a game."""
    game, faults = read(tables)
    assert game is None
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def is_a_sentence(fault: Fault) -> bool:
    """Four parts, none empty, none a dump."""
    parts = (fault.where, fault.found, fault.expected, fault.remedy)
    return all(p.strip() and "\n" not in p and len(p) < 200 for p in parts) and "Error" not in str(fault)


# --- what is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tables", GOOD.values(), ids=GOOD)
def test_good_games_are_read(tables: Tables) -> None:
    before = copy.deepcopy(tables)
    game, faults = read(tables)
    assert faults == ()
    assert isinstance(game, WarGame)
    assert tables == before


def test_what_is_left_out_has_defaults() -> None:
    game, _ = read(LEAST)
    assert game is not None
    assert game.axes == (Front(4, 2, (0.25,) * 4, (0.25,) * 4, (0.0,) * 5, ()),)
    assert (game.learning.kind, game.learning.sigma) == ("gaussian", 1.0)
    assert game.time == Time(discount=0.995, horizon=96)
    assert game.costs == Costs(a=0.0, b=0.0, growth=0.0, land_flow=1.0)
    assert game.bargaining == Bargaining(proposer_a=0.5, talks=1.0, transfer_cap=0.05, surrender=True, lottery=False)
    assert (game.defeat.a, game.defeat.b) == (0.0, 0.0)
    assert (game.domestic.penalty_a, game.domestic.penalty_b) == (0.0, 0.0)
    assert game.commitment == Commitment(0.0, 0.0, 0.0, 0.0, None, 0.0, 0.01)
    assert game.regimes is None
    assert game.grid == Grid((-2, -1, 0, 1, 2), 12.0, 49, "stationary")


def test_declared_defaults_are_those_of_the_records() -> None:
    game, _ = read(LEAST)
    assert game is not None
    assert {key: game.number(key) for key in PARAMETERS if key.split(".")[0] != "learning"} == {
        key: p.default for key, p in PARAMETERS.items() if key.split(".")[0] != "learning"
    }


def test_the_analyst_stands_midway_where_none_is_given() -> None:
    game, _ = read(LEAST)
    assert game is not None
    assert game.learning.analyst == Belief((0.0,), (0.4,))
    guesses, _ = read(GUESSES)
    assert guesses is not None
    assert guesses.learning.analyst.second == pytest.approx((0.3, 0.3, 0.4))


def test_everything_that_is_given_is_read() -> None:
    game, _ = read(WHOLE)
    assert game is not None
    assert game.axes[0] == Front(4, 2, (0.1, 0.2, 0.3, 0.4), (0.25,) * 4, (0.0, 0.0, -0.5, 0.0, 0.0), ((1, 3),))
    assert (game.time.horizon, game.costs.b, game.bargaining.lottery) == (24, 1.5, True)
    assert game.commitment == Commitment(0.05, -0.8, 0.5, 0.1, 3, 0.5, 0.02)
    assert game.regimes == Regimes((0.0, 0.3), (1.0, 0.5), (1.0, 2.0), ((0.9, 0.1), (0.2, 0.8)), 1)
    assert game.grid == Grid((-1, 0, 1), 6.0, 25, "fight")


def test_regimes_cost_what_the_game_costs_where_they_do_not_say() -> None:
    game, _ = read(LEAST | {"costs": {"a": 2.0, "b": 3.0}, "regimes": {"transition": [[0.5, 0.5], [0.5, 0.5]]}})
    assert game is not None
    assert game.regimes == Regimes((0.0, 0.0), (2.0, 2.0), (3.0, 3.0), ((0.5, 0.5), (0.5, 0.5)), 0)


def test_counts_have_a_grid_of_whole_numbers() -> None:
    game, _ = read(COUNTS)
    assert game is not None
    assert game.grid == Grid((-1, 1), 10.0, 21, "stationary")


def test_values_of_two_axes_sum_to_one_together() -> None:
    game, _ = read(TWO)
    assert game is not None
    assert sum(v for f in game.axes for v in f.value_a) == pytest.approx(1)


def test_free_transfers_are_written_inf() -> None:
    game, _ = read(LEAST | {"bargaining": {"transfer_cap": math.inf}})
    assert game is not None
    assert game.bargaining.transfer_cap == math.inf


# --- files -------------------------------------------------------------------------------------------------------


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = "[axis]\nsteps = 4\nstart = 2\n[learning]\nprior_a = {mean = 0.1, sd = 0.3}\nprior_b = {mean = -0.1, sd = 0.5}\n"
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())  # as some editors write it
    assert read_game(file) == read_game(str(file)) == read(LEAST)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"[axis\n", b"\xff\xfe", b"axis = " + b"[" * 5000, b"[costs]\na = " + b"9" * 5000, b"[axis]\n[axis]\n", b"a\x00b",
    ],
    ids=["open bracket", "not UTF-8", "nested", "5000 digits", "a table twice", "a zero byte"],
)  # fmt: skip
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(QueryError, match=r"mine\.toml: not TOML \(.+\); expected a game in TOML; mend the line"):
        read_game(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"none\.toml: no such file; expected a game in TOML; check the path"):
        read_game(tmp_path / "none.toml")
    with pytest.raises(QueryError, match=r"cannot be read \(.+\); expected a game in TOML"):
        read_game(tmp_path)


def test_an_empty_file_says_what_a_game_needs(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_game(file)
    assert [str(f) for f in caught.value.faults] == [
        "mine.toml [axis]: no such table; expected steps and start of the front; add it",
        'mine.toml [learning]: no key "prior_a"; expected what a side believes of the drift; add "prior_a"',
        'mine.toml [learning]: no key "prior_b"; expected what a side believes of the drift; add "prior_b"',
    ]


# --- one fault each ----------------------------------------------------------------------------------------------

NUMBERS = sorted(PARAMETERS)
JUNK = ("much", "", True, [1], {}, {"x": 1}, math.nan, datetime.date(2000, 1, 1))


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_must_be_one(key: str) -> None:
    for junk in JUNK:
        fault = sole(with_value(LEAST, key, junk))
        assert fault.where == "mine.toml [{}] {}".format(*key.split("."))
        assert PARAMETERS[key].meaning in fault.expected
        assert is_a_sentence(fault)


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_must_lie_within_its_bounds(key: str) -> None:
    parameter = PARAMETERS[key]
    outside = [-math.inf, 10**400, -(10**400), -1e300]
    if math.isfinite(parameter.high):
        outside.append(parameter.high + 2)
    if math.isfinite(parameter.low):
        outside.append(parameter.low if parameter.open_low else parameter.low - 1)
    if key == "bargaining.transfer_cap":
        outside.remove(10**400)  # as good as free
    else:
        outside.append(math.inf)
    for value in outside:
        fault = sole(with_value(LEAST, key, value))
        assert parameter.bounds in fault.expected
        assert is_a_sentence(fault)
    if parameter.high == math.inf and key != "bargaining.transfer_cap":
        assert "finite" in sole(with_value(LEAST, key, math.inf)).expected


def test_months_and_points_are_whole() -> None:
    assert "a whole number" in sole(with_value(LEAST, "time.horizon", 9.5)).expected
    assert "a whole number" in sole(with_value(LEAST, "grid.statistic_points", 48.5)).expected
    game, _ = read(with_value(LEAST, "time.horizon", 9.0))
    assert game is not None
    assert game.time.horizon == 9


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        # unknown words
        ("cost", {"a": 1}, "mine.toml [cost]: an unknown table; expected the tables of a game; did you mean costs?"),
        ("costs.men", 1, "mine.toml [costs] men: an unknown key; expected the keys of this table; known: a, b, growth, land_flow"),
        ("bargaining.surender", True, "did you mean surrender?"),
        ("learning.prior_c", {"mean": 0, "sd": 1}, "[learning] prior_c: an unknown key"),
        ("axis.stepps", 1, "[axis] stepps: an unknown key"),
        ("grid.points", 1, "[grid] points: an unknown key"),
        ("regimes", {"transition": [[1]], "shift": [0]}, "[regimes] shift: an unknown key"),
        ("costs", 3, 'mine.toml [costs]: "3"; expected a table; write it as a table'),
        ("learning.kind", "guess", '[learning] kind: "guess"; expected one of gaussian, beta, hypotheses'),
        ("learning.kind", ["beta"], "expected one of gaussian"),
        ("grid.terminal", "peace", '[grid] terminal: "peace"; expected one of stationary, fight'),
        ("bargaining.surrender", 1, '[bargaining] surrender: "1"; expected true or false'),
        ("bargaining.lottery", "yes", '[bargaining] lottery: "yes"; expected true or false'),
        # the axis
        ("axis.steps", 1, '[axis] steps: "1"; expected a whole number from 2 to 500'),
        ("axis.steps", 501, "from 2 to 500"),
        ("axis.steps", 4.0, "a whole number"),
        ("axis.steps", True, "a whole number"),
        ("axis.steps", "four", "a whole number"),
        ("axis.start", 5, '[axis] start: "5"; expected a whole number from 0 to 4'),
        ("axis.start", -1, "from 0 to 4"),
        ("axis.start", 2.0, "from 0 to 4"),
        ("axis.start", False, "from 0 to 4"),
        ("axis.start", 0, "[axis] start: 0 of 4; expected a start inside the axis, from 1 to steps - 1; move it inside"),
        ("axis.start", 4, "4 of 4"),
        ("axis.value_a", [0.5, 0.5, 0.5, 0.5], "[axis] value_a: a sum of 2; expected 1 over all axes; divide by the sum"),
        ("axis.value_b", [0, 0, 0, 0], "[axis] value_b: a sum of 0"),
        ("axis.value_a", [1, 1, -1, 0], "[axis] value_a: -1 among them; expected 0 or more"),
        ("axis.value_a", [0.5, 0.5], "[axis] value_a: 2 numbers; expected 4 of them"),
        ("axis.value_b", [1.0], "[axis] value_b: 1 number; expected 4 of them"),
        ("axis.value_a", 0.25, '[axis] value_a: "0.25"; expected a list of finite numbers'),
        ("axis.value_a", [0.25, 0.25, 0.25, "0.25"], "a list of finite numbers"),
        ("axis.value_a", [0.25, 0.25, 0.5, math.nan], "a list of finite numbers"),
        ("axis.value_a", [0.25, 0.25, 0.5, math.inf], "a list of finite numbers"),
        ("axis.value_a", [0.25, 0.25, 0.5, 10**400], "a list of finite numbers"),
        ("axis.value_a", [0.25, 0.25, 0.5, False], "a list of finite numbers"),
        ("axis.barrier", [0, 0, 0, 0], "[axis] barrier: 4 numbers; expected 5 of them"),
        ("axis.barrier", {"at": 3}, "[axis] barrier: \"{'at': 3}\"; expected a list of finite numbers"),
        ("axis.blocks", 3, '[axis] blocks: "3"; expected a list of [lo, hi]'),
        ("axis.blocks", [[1, 2, 3]], "[lo, hi] with 0 ≤ lo < hi ≤ 4"),
        ("axis.blocks", [[3, 1]], '[axis] blocks: "[3, 1]"; expected [lo, hi] with 0 ≤ lo < hi ≤ 4; give the ends of the block'),
        ("axis.blocks", [[2, 2]], "lo < hi"),
        ("axis.blocks", [[0, 5]], "hi ≤ 4"),
        ("axis.blocks", [[0.0, 2]], "[lo, hi]"),
        ("axis.blocks", ["1-3"], "[lo, hi]"),
        ("axis", [{"steps": 2, "start": 1}] * 3, "[[axis]]: 3 axes; expected one or two; join axes"),
        ("axis", [], "[[axis]]: 0 axes"),
        # beliefs
        ("learning.prior_a", 0.1, '[learning] prior_a: "0.1"; expected {mean, sd}, as gaussian learning needs'),
        ("learning.prior_a", {"mean": 0.1}, '[learning] prior_a: "mean"; expected {mean, sd}'),
        ("learning.prior_a", {"a": 1, "b": 2}, '"a, b"; expected {mean, sd}'),
        ("learning.prior_a", {"mean": "x", "sd": 1}, '[learning] prior_a mean: "x"; expected a number from'),
        ("learning.prior_a", {"mean": math.inf, "sd": 1}, '[learning] prior_a mean: "inf"'),
        ("learning.prior_b", {"mean": 0, "sd": 0}, '[learning] prior_b sd: "0"; expected a number from 1e-09'),
        ("learning.prior_b", {"mean": 0, "sd": -1}, '[learning] prior_b sd: "-1"'),
        ("learning.analyst", {"mean": 0, "sd": True}, '[learning] analyst sd: "True"'),
        ("learning.analyst", {"mean": 0, "sd": 10**400}, "[learning] analyst sd"),
        # settlements that may not hold
        ("commitment.strategic_line", 5, '[commitment] strategic_line: "5"; expected a whole number from 0 to 4'),
        ("commitment.strategic_line", 2.5, "a whole number from 0 to 4"),
        ("commitment.strategic_line", True, "a whole number from 0 to 4"),
        # regimes
        ("regimes", {}, "[regimes] transition: no such key; expected a row of chances for each regime; add it"),
        ("regimes", {"transition": []}, '[regimes] transition: "[]"'),
        ("regimes", {"transition": [[0.5, 0.4], [0, 1]]}, "[regimes] transition row 1: a sum of 0.9; expected 1"),
        ("regimes", {"transition": [[1, 0], [1.5, -0.5]]}, "[regimes] transition row 2: -0.5 among them"),
        ("regimes", {"transition": [[1, 0], [1]]}, "[regimes] transition row 2: 1 number; expected 2 of them"),
        ("regimes", {"transition": [1]}, '[regimes] transition row 1: "1"; expected a list of finite numbers'),
        ("regimes", {"transition": [[1]], "start": 1}, '[regimes] start: "1"; expected a whole number from 0 to 0'),
        ("regimes", {"transition": [[1]], "start": 0.0}, "[regimes] start"),
        ("regimes", {"transition": [[1]], "drift": [0, 1]}, "[regimes] drift: 2 numbers; expected 1 of them"),
        ("regimes", {"transition": [[1]], "cost_a": [-1]}, "[regimes] cost_a: -1 among them; expected 0 or more"),
        ("regimes", {"transition": [[1]], "cost_b": 2}, '[regimes] cost_b: "2"; expected a list'),
        # the grid
        ("grid.displacement", [0, 1], '[grid] displacement: "[0, 1]"; expected whole steps'),
        ("grid.displacement", [-1, 0], "some below and some above 0"),
        ("grid.displacement", [1, -1], "increasing"),
        ("grid.displacement", [-1, -1, 1], "increasing"),
        ("grid.displacement", [-0.5, 0.5], "whole steps"),
        ("grid.displacement", [-(10**30), 1], "whole steps within 100"),
        ("grid.displacement", [], "such as [-2, -1, 0, 1, 2]"),
        ("grid.displacement", 2, "whole steps"),
        ("grid.displacement", ["-1", "1"], "whole steps"),
    ],
)  # fmt: skip
def test_each_fault_says_where_what_and_what_to_do(place: str, value: Any, says: str) -> None:
    fault = sole(with_value(LEAST, place, value))
    assert says in str(fault)
    assert is_a_sentence(fault)


def test_a_number_of_thousands_of_digits_is_not_shown() -> None:
    says = "[axis] steps: a value too long to show; expected a whole number from 2 to 500"
    assert says in str(sole(with_value(LEAST, "axis.steps", 16**5000)))


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("axis", "[axis]: no such table; expected steps and start of the front"),
        ("axis.steps", "[axis] steps: no such key; expected a whole number from 2 to 500"),
        ("axis.start", "[axis] start: no such key; expected a whole number from 0 to 4"),
        ("learning.prior_a", '[learning]: no key "prior_a"'),
        ("learning.prior_b", '[learning]: no key "prior_b"'),
    ],
)
def test_what_a_game_cannot_do_without(place: str, says: str) -> None:
    assert says in str(sole(without(LEAST, place)))


def test_one_of_two_axes_is_named() -> None:
    assert "[[axis]] 2 start" in str(sole(with_value(TWO, "axis.1.start", 3)))
    assert "[[axis]] 1 start: 0 of 3, 2 of 2" in str(
        sole(with_value(with_value(TWO, "axis.0.start", 0), "axis.1.start", 2))
    )
    game, _ = read(with_value(TWO, "axis.0.start", 0))  # the war goes on along the other
    assert game is not None
    _, faults = read(with_value(with_value(TWO, "axis.0.steps", 1), "axis.1.steps", "x"))
    assert [f.where for f in faults] == ["mine.toml [[axis]] 1 steps", "mine.toml [[axis]] 2 steps"]
    assert "a table" in str(read(with_value(TWO, "axis.1", "x"))[1][0])


def test_values_of_two_axes_must_sum_to_one_together() -> None:
    tables = with_value(with_value(TWO, "axis.0.value_a", [0.2] * 3), "axis.1.value_a", [0.4] * 2)
    assert "value_a: a sum of 1.4; expected 1 over all axes" in str(sole(tables))


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("learning.prior_b.values", [-0.3, 0, 0.4], "[learning] prior_b values: other values than those of prior_a"),
        ("learning.prior_b", {"values": [0.1], "weights": [1]}, "[learning] prior_b values: other values"),
        ("learning.analyst", {"values": [0.1, 0.2], "weights": [0.5, 0.5]}, "[learning] analyst values: other values"),
        ("learning.prior_a.weights", [0.5, 0.5], "[learning] prior_a: 3 values, 2 weights of sum 1; expected a weight for"),
        ("learning.prior_a.weights", [0.5, 0.5, 0.5], "3 values, 3 weights of sum 1.5"),
        ("learning.prior_a.weights", [0.5, 1, -0.5], "[learning] prior_a weights: -0.5 among them"),
        ("learning.prior_a", {"values": [], "weights": []}, "[learning] prior_a: 0 values"),
        ("learning.prior_a.values", 0.3, '[learning] prior_a values: "0.3"; expected a list'),
        ("learning.prior_a", {"mean": 0, "sd": 1}, '"mean, sd"; expected {values, weights}, as hypotheses learning needs'),
    ],
)  # fmt: skip
def test_faults_of_hypotheses(place: str, value: Any, says: str) -> None:
    assert says in str(sole(with_value(GUESSES, place, value)))


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("learning.prior_a", {"a": 0, "b": 1}, '[learning] prior_a a: "0"; expected a number from 1e-09'),
        ("learning.prior_a", {"a": 1, "b": -1}, '[learning] prior_a b: "-1"'),
        ("axis.barrier", [0, 0, 1, 0, 0], "[axis] barrier: a drift; expected 0 where battles are counted"),
        ("commitment.shift", -0.5, '[commitment] shift: a drift; expected 0 where battles are counted; use kind = "gaussian"'),
        ("regimes", {"transition": [[1]], "drift": [0.2]}, "[regimes] drift: a drift"),
        ("axis", TWO["axis"], "[[axis]]: 2 axes; expected one where battles are counted"),
        ("grid.displacement", [-2, -1, 0, 1, 2], "[grid] displacement: [-2, -1, 0, 1, 2]; expected [-1, 1]"),
    ],
)  # fmt: skip
def test_battles_that_are_counted_have_no_drift(place: str, value: Any, says: str) -> None:
    assert says in str(sole(with_value(COUNTS, place, value)))


@pytest.mark.parametrize(
    "grid",
    [
        {"statistic_points": 48},
        {"statistic_points": 50},
        {"statistic_points": 51},
        {"statistic_points": 5},
        {"statistic_points": 3},
        {"statistic_max": 12.3},
        {"statistic_max": 1e4},
        {"statistic_max": 1e4, "statistic_points": 5001},
        {"statistic_max": 1e-300},
        {"statistic_max": 0.7, "statistic_points": 4},
        {"statistic_max": 2500, "statistic_points": 5000},
        {"statistic_max": 7, "statistic_points": 81},
    ],
    ids=str,
)
def test_a_grid_that_misses_whole_steps_is_refused_with_a_remedy_that_works(grid: Tables) -> None:
    fault = sole(LEAST | {"grid": grid})
    assert fault.where == "mine.toml [grid] statistic_points"
    mended = {name: float(value) for name, value in re.findall(r"(statistic_\w+) = ([\d.]+)", fault.remedy)}
    game, faults = read(LEAST | {"grid": grid | mended})
    assert faults == ()
    assert game is not None
    assert (game.grid.statistic_points - 1) % (2 * game.grid.statistic_max) == 0


@pytest.mark.parametrize(("most", "points"), [(12, 25), (12, 49), (12, 97), (0.5, 3), (2.5, 11), (2500, 5001)])
def test_aligned_grids_are_accepted(most: float, points: int) -> None:
    game, _ = read(LEAST | {"grid": {"statistic_max": most, "statistic_points": points}})
    assert game is not None


def test_a_game_too_large_is_refused() -> None:
    axes = [{"steps": 400, "start": 200}] * 2
    assert "states a month; expected at most 4,000,000; take fewer" in str(sole(LEAST | {"axis": axes}))


# --- several faults ----------------------------------------------------------------------------------------------


def test_all_faults_are_told_together() -> None:
    tables = {
        "axis": {"steps": 4, "start": 9, "value_a": [1, 1], "blocks": [[3, 1]], "colour": "red"},
        "learning": {"prior_a": {"mean": 0.1, "sd": 0}, "prior_b": {"mean": 0}, "sigma": 0},
        "time": {"discount": 1.5, "horizon": 0},
        "costs": {"a": -1, "b": "much"},
        "bargaining": {"proposer_a": 2, "lottery": "no", "offers": 3},
        "defeat": {"a": -1},
        "domestic": {"red_line_b": 1.1},
        "commitment": {"guarantee": 1.01, "strategic_line": 7},
        "regimes": {"transition": [[0.5, 0.4], [0, 1]], "cost_a": [1, -1]},
        "grid": {"statistic_points": 48, "displacement": [1, 2]},
        "weather": {},
    }
    game, faults = read(tables)
    assert game is None
    assert sorted(f.where.removeprefix("mine.toml ") for f in faults) == sorted([
        "[axis] start", "[axis] value_a", "[axis] blocks", "[axis] colour", "[learning] prior_a sd", "[learning] prior_b",
        "[learning] sigma", "[time] discount", "[time] horizon", "[costs] a", "[costs] b", "[bargaining] proposer_a",
        "[bargaining] lottery", "[bargaining] offers", "[defeat] a", "[domestic] red_line_b", "[commitment] guarantee",
        "[commitment] strategic_line", "[regimes] transition row 1", "[regimes] cost_a", "[grid] statistic_points",
        "[grid] displacement", "[weather]",
    ])  # fmt: skip
    assert all(map(is_a_sentence, faults))
    assert len({str(f) for f in faults}) == len(faults)


# --- any junk ----------------------------------------------------------------------------------------------------

ODD: tuple[Any, ...] = (
    None, True, False, "", "gaussian", "x" * 500, "new\nline", 0, -1, 1, 3, 0.5, 1e308, -1e308, 5e-324, 10**400, -(10**400),
    16**5000, math.nan, math.inf, -math.inf, [], [[]], [[], [[]]], [1, 2], [0.5, 0.5], [None], ["a", 1], [[1, 2], 3],
    [math.nan], {}, {"a": 1}, {"mean": 0.0, "sd": 1.0}, {"": {"": []}}, [{}], [{"steps": 2, "start": 1}] * 2,
    datetime.date(2000, 1, 1), datetime.time(1, 2),
)  # fmt: skip


def places(tables: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values, tables and list entries included."""
    keys = list(tables) if isinstance(tables, dict) else range(len(tables)) if isinstance(tables, list) else ()
    return [p for key in keys for p in ((*path, key), *places(tables[key], (*path, key)))]


def spoiled(rng: random.Random) -> Tables:
    """A good game with one to three values taken out, renamed or replaced by junk."""
    tables = copy.deepcopy(rng.choice(list(GOOD.values())))
    for _ in range(rng.randint(1, 3)):
        *path, last = rng.choice(places(tables))
        inner: Any = tables
        for key in path:
            inner = inner[key]
        change = rng.random()
        if change < 0.1:
            del inner[last]
        elif change < 0.2 and isinstance(inner, dict):
            inner[f"{last}x"] = inner.pop(last)
        else:
            inner[last] = copy.deepcopy(rng.choice(ODD))
        if not tables:
            break
    return tables


@pytest.mark.parametrize("seed", range(10))
def test_junk_gives_a_game_or_sentences(seed: int) -> None:
    rng = random.Random(seed)
    refused = 0
    for _ in range(60):
        tables = spoiled(rng)
        game, faults = read(tables)
        assert (game is None) == bool(faults)
        assert all(map(is_a_sentence, faults)), "\n".join(map(str, faults))
        refused += game is None
        if game is not None:
            assert all(PARAMETERS[key].holds(game.number(key)) for key in PARAMETERS)
    assert 30 < refused <= 60


def test_junk_bytes_give_sentences(tmp_path: Path) -> None:
    text = Path(__file__).read_bytes()[:4000]
    good = b"[axis]\nsteps = 4\nstart = 2\n[learning]\nprior_a = {mean = 0.1, sd = 0.3}\nprior_b = {mean = -0.1, sd = 0.5}\n"
    rng = random.Random(7)
    file = tmp_path / "mine.toml"
    for _ in range(60):
        content = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            content[rng.randrange(len(content))] = rng.choice(text)
        file.write_bytes(bytes(content))
        try:
            read_game(file)
            said = "; expected "
        except ArmisticeError as error:
            said = str(error)
        assert "; expected " in said


# --- changed games -----------------------------------------------------------------------------------------------


def whole() -> WarGame:
    game, _ = read(WHOLE)
    assert game is not None
    return game


def test_numbers_are_changed_one_by_one() -> None:
    game = whole()
    changed = game.with_numbers({"costs.a": 3, "commitment.guarantee": 0.9, "time.horizon": 36})
    assert (changed.costs.a, changed.costs.b) == (3.0, game.costs.b)
    assert changed.commitment == Commitment(0.05, -0.8, 0.9, 0.1, 3, 0.5, 0.02)
    assert changed.time == Time(0.99, 36)
    assert isinstance(changed.time.horizon, int)
    assert (changed.axes, changed.learning, changed.grid) == (game.axes, game.learning, game.grid)
    assert game == whole()
    assert game.with_numbers({}) == game
    for key in PARAMETERS:
        assert game.with_numbers({key: game.number(key)}) == game
        if not key.startswith("grid."):
            low = max(PARAMETERS[key].low, -10)
            assert game.with_numbers({key: low + 1}).number(key) == low + 1
    free = game.with_numbers({"bargaining.transfer_cap": math.inf})
    assert math.isinf(free.bargaining.transfer_cap)


def test_numbers_that_do_not_exist_or_do_not_fit_are_refused() -> None:
    game = whole()
    with pytest.raises(QueryError, match=r"costs\.c: no such number of a game; expected table\.key; did you mean"):
        game.with_numbers({"costs.c": 1})
    with pytest.raises(QueryError, match=r"time\.discount is 1\.2; expected above 0 to 1; choose such a number"):
        game.with_numbers({"time.discount": 1.2})
    for value in (math.nan, -0.1, math.inf):
        with pytest.raises(QueryError, match=r"costs\.a is "):
            game.with_numbers({"costs.a": value})
    with pytest.raises(QueryError, match=r"costs\.a is inf; expected 0 or more, finite; choose such a number"):
        game.with_numbers({"costs.a": math.inf})
    with pytest.raises(QueryError, match=r"time\.horizon is 9\.5; expected from 1 to 600, a whole number; choose"):
        game.with_numbers({"time.horizon": 9.5})
    with pytest.raises(QueryError, match=r"learning\.sigma is 0\.001; expected from 0\.01 to 100"):
        game.with_numbers({"learning.sigma": 0.001})
    for key, value in (("grid.statistic_points", 13), ("grid.statistic_max", 3)):
        with pytest.raises(QueryError, match=r"expected the grid as it was read; change it in the game file"):
            game.with_numbers({key: value})


def test_a_number_given_as_whole_may_become_a_part() -> None:
    game = replace(whole(), costs=Costs(a=1, b=1))
    assert game.with_numbers({"costs.a": 1.5}).costs == Costs(a=1.5, b=1)


def test_at_a_common_prior_both_sides_believe_the_analyst() -> None:
    game = whole()
    common = game.at_common_prior()
    assert common.learning.prior_a == common.learning.prior_b == common.learning.analyst == game.learning.analyst
    assert common.at_common_prior() == common
    assert common.with_beliefs(game.learning.prior_a, game.learning.prior_b) == game
    assert game.with_beliefs() == game


def test_one_belief_can_be_changed() -> None:
    game = whole()
    other = Belief((0.5,), (0.2,))
    changed = game.with_beliefs(b=other)
    assert (changed.learning.prior_a, changed.learning.prior_b) == (game.learning.prior_a, other)
    assert changed.learning.analyst == game.learning.analyst

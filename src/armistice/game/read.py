"""Reading a game file: every fault at once, each with where, what was found, what was expected, what to do."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from armistice.core.errors import FaultCollector, QueryError, near
from armistice.core.parameters import PARAMETERS
from armistice.game.form import (
    Bargaining,
    Belief,
    Commitment,
    Costs,
    Defeat,
    Domestic,
    Front,
    Grid,
    Learning,
    Regimes,
    Time,
    WarGame,
)  # fmt: skip

MOST_STATES = 4_000_000
"""States of one month; more would not fit."""
FURTHEST = 100
"""Steps of one month."""
KINDS = ("gaussian", "beta", "hypotheses")
TERMINALS = ("stationary", "fight")


def read_game(path: str | Path) -> WarGame:
    """Read a game from a TOML file and check it.

    Raises
    ------
    PackError
        With every fault of the file: where it is, what was found, what was expected, what to do.
    QueryError
        If there is no such file, or it is not TOML.
    """
    faults = FaultCollector()
    file = Path(path)
    try:
        tables = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise QueryError(f"{file}: no such file; expected a game in TOML; check the path") from None
    except OSError as error:
        raise QueryError(
            f"{file}: cannot be read ({error.strerror}); expected a game in TOML; check the path"
        ) from None
    except (ValueError, RecursionError) as error:  # what is not TOML, not UTF-8, or a number of too many digits
        raise QueryError(f"{file}: not TOML ({error}); expected a game in TOML; mend the line") from None
    game = game_from_tables(tables, file.name, faults)
    faults.raise_if_any()
    assert game is not None
    return game


class _Tables:
    """Takes typed values out of the tables of a game file, with a fault for each that is missing, wrong or unknown."""

    def __init__(self, tables: Mapping[str, Any], where: str, faults: FaultCollector) -> None:
        self.tables, self.where, self.faults = tables, where, faults
        self.told: set[tuple[str, ...]] = set()
        for name in tables:
            if name not in KEYS:
                self.wrong(f"[{name}]", "an unknown table", "the tables of a game", near(name, KEYS))

    def wrong(self, place: str, found: str, expected: str, remedy: str) -> None:
        """Record a fault, once: a table is looked at for each kind of thing in it."""
        fault = (f"{self.where} {place}", found, expected, remedy)
        if fault not in self.told:
            self.told.add(fault)
            self.faults.add(*fault)

    def table(self, name: str, number: int | None = None) -> Mapping[str, Any]:
        """A table with known keys only; an empty one where it is missing."""
        content = self.tables.get(name, {})
        content = content[number] if number is not None and isinstance(content, list) else content
        if not isinstance(content, dict):
            self.wrong(f"[{name}]", _shown(content), "a table", "write it as a table")
            return {}
        for key in content:
            if key not in KEYS[name]:
                self.wrong(f"[{name}] {key}", "an unknown key", "the keys of this table", near(key, KEYS[name]))
        return content

    def numbers(self, name: str) -> dict[str, Any]:
        """The plain numbers of a table that are declared, inside their bounds."""
        content = self.table(name)
        out = {}
        for key in KEYS[name]:
            parameter = PARAMETERS.get(f"{name}.{key}")
            if parameter is None or key not in content:
                continue
            value = _float(content[key])
            whole = isinstance(parameter.default, int)
            bounds = parameter.bounds
            if math.isinf(parameter.high) and key != "transfer_cap":
                bounds += ", finite"
            if value is None or (whole and math.isfinite(value) and not value.is_integer()):
                kind = "a whole number" if whole else "a number"
                self.wrong(
                    f"[{name}] {key}", _shown(content[key]), f"{kind}: {parameter.meaning}", "write such a number"
                )
            elif not parameter.holds(value) or (math.isinf(value) and key != "transfer_cap"):
                self.wrong(f"[{name}] {key}", f"{value:g}", f"{bounds}: {parameter.meaning}", "choose such a number")
            else:
                out[key] = int(value) if whole else value
        return out

    def flag(self, name: str, key: str, otherwise: bool) -> bool:
        value = self.table(name).get(key, otherwise)
        if not isinstance(value, bool):
            self.wrong(f"[{name}] {key}", _shown(value), "true or false", "write one of them")
            return otherwise
        return value

    def choice(self, name: str, key: str, choices: tuple[str, ...], otherwise: str) -> str:
        value = self.table(name).get(key, otherwise)
        if value not in choices:
            self.wrong(f"[{name}] {key}", _shown(value), "one of " + ", ".join(choices), "choose one")
            return otherwise
        return str(value)

    def row(self, place: str, value: Any, length: int | None, low: float = -math.inf) -> tuple[float, ...] | None:
        """A list of finite numbers, of a length if one is given."""
        numbers = [_float(v) for v in value] if isinstance(value, list) else [None]
        good = [v for v in numbers if v is not None and math.isfinite(v)]
        if len(good) < len(numbers):
            self.wrong(place, _shown(value), "a list of finite numbers", "write plain numbers in brackets")
            return None
        if length is not None and len(good) != length:
            self.wrong(place, _counted(len(good), "number"), f"{length} of them", "give one number for each")
            return None
        if any(v < low for v in good):
            self.wrong(place, f"{min(good):g} among them", f"{low:g} or more", "check the sign")
            return None
        return tuple(good)


def _float(value: Any) -> float | None:
    """A number as a float (infinite where it is too large for one); None for what is no number, or nan."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(number) else number


def _shown(value: Any) -> str:
    """What stands in the file, as a message shows it: in quotes, and not for long."""
    if value is None:
        return "no such key"
    try:
        text = " ".join(str(value).split())
    except (ValueError, RecursionError):  # whole numbers of thousands of digits
        return "a value too long to show"
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


KEYS: dict[str, tuple[str, ...]] = {
    "axis": ("steps", "start", "value_a", "value_b", "barrier", "blocks"),
    "learning": ("kind", "sigma", "prior_a", "prior_b", "analyst"),
    **{
        name: tuple(f.name for f in fields(kind))
        for name, kind in {
            "time": Time, "costs": Costs, "bargaining": Bargaining, "defeat": Defeat, "domestic": Domestic,
            "commitment": Commitment, "regimes": Regimes, "grid": Grid,
        }.items()
    },
}  # fmt: skip
"""Tables of a game file and their keys."""


def game_from_tables(tables: Mapping[str, Any], where: str, faults: FaultCollector) -> WarGame | None:
    """A game from the tables of its file; None, with faults, where they do not make one.

    Parameters
    ----------
    tables : mapping
        As read from TOML.
    where : str
        Name of the file, for messages.
    faults : FaultCollector
    """
    before = len(faults.faults)
    read = _Tables(tables, where, faults)
    fronts = _fronts(read)
    kind = read.choice("learning", "kind", KINDS, "gaussian")
    time = Time(**read.numbers("time"))
    grid = _grid(read, kind, time.horizon)
    costs = Costs(**read.numbers("costs"))
    commitment = _commitment(read, fronts)
    regimes = _regimes(read, costs)
    learning = _learning(read, kind)
    bargaining = Bargaining(
        **read.numbers("bargaining"),
        surrender=read.flag("bargaining", "surrender", True), lottery=read.flag("bargaining", "lottery", False),
    )  # fmt: skip
    defeat, domestic = Defeat(**read.numbers("defeat")), Domestic(**read.numbers("domestic"))
    if kind == "beta":
        _counts_only(read, fronts, commitment, regimes)
    if len(faults.faults) > before or learning is None:
        return None
    states = math.prod(f.steps + 1 for f in fronts) * grid.statistic_points * (len(regimes.drift) if regimes else 1)
    if states > MOST_STATES:
        read.wrong("[grid]", f"{states:,} states a month", f"at most {MOST_STATES:,}", "take fewer steps or points")
        return None
    return WarGame(fronts, learning, time, costs, bargaining, defeat, domestic, commitment, regimes, grid)


def _fronts(read: _Tables) -> tuple[Front, ...]:
    content = read.tables.get("axis")
    if content is None:
        read.wrong("[axis]", "no such table", "steps and start of the front", "add it")
        return ()
    number = len(content) if isinstance(content, list) else 1
    if not 1 <= number <= 2:
        read.wrong("[[axis]]", f"{number} axes", "one or two", "join axes, or play them one at a time")
        return ()
    tables = [read.table("axis", n) for n in range(number)]
    names = ["[axis]"] if number == 1 else [f"[[axis]] {n + 1}" for n in range(number)]
    sizes: list[Any] = [t.get("steps") for t in tables]
    before = len(read.faults.faults)
    for name, size in zip(names, sizes, strict=True):
        if not _whole(size) or not 2 <= size <= 500:
            remedy = "say into how many steps the land is cut"
            read.wrong(f"{name} steps", _shown(size), "a whole number from 2 to 500", remedy)
    if len(read.faults.faults) > before:
        return ()
    total = sum(sizes)
    fronts = [_front(read, name, t, total) for name, t in zip(names, tables, strict=True)]
    if len(read.faults.faults) > before:
        return tuple(fronts)
    for side in "ab":
        worth = math.fsum(v for f in fronts for v in getattr(f, f"value_{side}"))
        if abs(worth - 1) > 1e-6:
            read.wrong(f"{names[0]} value_{side}", f"a sum of {worth:g}", "1 over all axes", "divide by the sum")
    if all(f.start in (0, f.steps) for f in fronts):
        found = ", ".join(f"{f.start} of {f.steps}" for f in fronts)
        read.wrong(
            f"{names[0]} start",
            found,
            "a start inside the axis, from 1 to steps - 1",
            "move it inside: at an end the war is over",
        )
    return tuple(fronts)


def _front(read: _Tables, name: str, table: Mapping[str, Any], total: int) -> Front:
    steps: int = table["steps"]
    start: Any = table.get("start")
    if not _whole(start) or not 0 <= start <= steps:
        read.wrong(
            f"{name} start", _shown(start), f"a whole number from 0 to {steps}", "say how many steps side A holds"
        )
        start = 1
    even = [1 / total] * steps
    worth = [read.row(f"{name} value_{s}", table.get(f"value_{s}", even), steps, 0.0) or tuple(even) for s in "ab"]
    barrier = read.row(f"{name} barrier", table.get("barrier", [0.0] * (steps + 1)), steps + 1)
    blocks = table.get("blocks", [])
    if not isinstance(blocks, list):
        read.wrong(f"{name} blocks", _shown(blocks), "a list of [lo, hi]", "write the ends of each block in brackets")
        blocks = []
    good = []
    for block in blocks:
        if (
            isinstance(block, list)
            and len(block) == 2
            and all(map(_whole, block))
            and 0 <= block[0] < block[1] <= steps
        ):
            good.append((block[0], block[1]))
        else:
            read.wrong(
                f"{name} blocks", _shown(block), f"[lo, hi] with 0 ≤ lo < hi ≤ {steps}", "give the ends of the block"
            )
    return Front(steps, start, worth[0], worth[1], barrier or (0.0,) * (steps + 1), tuple(good))


def _commitment(read: _Tables, fronts: tuple[Front, ...]) -> Commitment:
    line = read.table("commitment").get("strategic_line")
    steps = fronts[0].steps if fronts else 0
    if line is not None and (not _whole(line) or (fronts and not 0 <= line <= steps)):
        read.wrong(
            "[commitment] strategic_line", _shown(line), f"a whole number from 0 to {steps}", "name a step of the axis"
        )
        line = None
    return Commitment(**read.numbers("commitment"), strategic_line=line)


def _learning(read: _Tables, kind: str) -> Learning | None:
    table, sigma = read.table("learning"), read.numbers("learning").get("sigma", 1.0)
    beliefs: dict[str, Belief | None] = {}
    for name in ("prior_a", "prior_b", "analyst"):
        if name not in table:
            if name != "analyst":
                read.wrong("[learning]", f'no key "{name}"', "what a side believes of the drift", f'add "{name}"')
            beliefs[name] = None
            continue
        beliefs[name] = _belief(read, f"[learning] {name}", table[name], kind)
    a, b, analyst = beliefs["prior_a"], beliefs["prior_b"], beliefs["analyst"]
    if a is None or b is None:
        return None
    if kind == "hypotheses":
        others = {"prior_b": b, "analyst": analyst or a}
        odd = [name for name, belief in others.items() if belief.first != a.first]
        for name in odd:
            read.wrong(
                f"[learning] {name} values",
                "other values than those of prior_a",
                "the same hypotheses",
                "give equal values and other weights",
            )
        if odd:
            return None
    if analyst is None and "analyst" not in table:
        analyst = _midway(a, b)
    return None if analyst is None else Learning(a, b, analyst, kind, sigma)


def _midway(a: Belief, b: Belief) -> Belief:
    """The analyst where none is given: half-way between the sides."""

    def middle(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
        return tuple((x + y) / 2 for x, y in zip(one, other, strict=True))

    return Belief(middle(a.first, b.first), middle(a.second, b.second))


BELIEF_KEYS = {"gaussian": ("mean", "sd"), "beta": ("a", "b"), "hypotheses": ("values", "weights")}
_LIMITS = {"mean": (-1e6, 1e6), "sd": (1e-9, 1e6), "a": (1e-9, 1e9), "b": (1e-9, 1e9)}
"""Bounds of the numbers of a belief: wide, and such that their squares stay finite."""


def _belief(read: _Tables, place: str, table: Any, kind: str) -> Belief | None:
    keys = BELIEF_KEYS[kind]
    if not isinstance(table, dict) or set(table) != set(keys):
        found = f'"{", ".join(table)}"' if isinstance(table, dict) else _shown(table)
        read.wrong(place, found, f"{{{keys[0]}, {keys[1]}}}, as {kind} learning needs", "give these two keys")
        return None
    if kind != "hypotheses":
        both = []
        for key in keys:
            value, (low, high) = _float(table[key]), _LIMITS[key]
            if value is None or not low <= value <= high:
                read.wrong(
                    f"{place} {key}", _shown(table[key]), f"a number from {low:g} to {high:g}", "choose such a number"
                )
            else:
                both.append((value,))
        return Belief(*both) if len(both) == 2 else None
    values = read.row(f"{place} values", table["values"], None)
    weights = read.row(f"{place} weights", table["weights"], None, 0.0)
    if values is None or weights is None:
        return None
    if not values or len(values) != len(weights) or abs(math.fsum(weights) - 1) > 1e-6:
        found = f"{_counted(len(values), 'value')}, {_counted(len(weights), 'weight')} of sum {math.fsum(weights):g}"
        read.wrong(
            place, found, "a weight for each value, of sum 1", "give each value its weight, and divide by the sum"
        )
        return None
    return Belief(values, weights)


def _grid(read: _Tables, kind: str, horizon: int) -> Grid:
    table = read.table("grid")
    numbers = read.numbers("grid")
    if kind == "beta":  # wins less losses run over whole numbers
        numbers = {"statistic_max": float(horizon), "statistic_points": 2 * horizon + 1, **numbers}
    moves = table.get("displacement", [-1, 1] if kind == "beta" else list(Grid.displacement))
    good = (
        isinstance(moves, list)
        and len(moves) >= 2
        and all(_whole(m) and abs(m) <= FURTHEST for m in moves)
        and all(a < b for a, b in pairwise(moves))
    )
    if not good or moves[0] >= 0 or moves[-1] <= 0:
        read.wrong(
            "[grid] displacement",
            _shown(moves),
            f"whole steps within {FURTHEST}, increasing, some below and some above 0",
            "list the movements of a month, such as [-2, -1, 0, 1, 2]",
        )
        moves = list(Grid.displacement)
    if kind == "beta" and moves != [-1, 1]:
        read.wrong("[grid] displacement", f"{moves}", "[-1, 1] where battles are counted", "leave the key out")
    grid = Grid(tuple(moves), **numbers, terminal=read.choice("grid", "terminal", TERMINALS, "stationary"))
    step = 2 * grid.statistic_max / (grid.statistic_points - 1)
    if grid.statistic_points % 2 == 0:
        expected = "an odd number, so that 0 is a point"
        read.wrong("[grid] statistic_points", f"{grid.statistic_points}", expected, _aligned(grid))
    elif step < 1e-9 or abs(round(1 / step) * step - 1) > 1e-9:
        expected = "a distance that divides one step, or results depend on the grid"
        read.wrong("[grid] statistic_points", f"points {step:.4g} steps apart", expected, _aligned(grid))
    return grid


def _aligned(grid: Grid) -> str:
    """The nearest grid that has 0 and whole steps among its points, as a remedy."""
    most = int(PARAMETERS["grid.statistic_points"].high) - 1
    top = min(max(1, math.ceil(grid.statistic_max - 1e-9)), most // 2)
    each = min(max(1, round((grid.statistic_points - 1) / (2 * top))), most // (2 * top))
    points = f"statistic_points = {2 * top * each + 1}"
    return f"set {points}" if top == grid.statistic_max else f"set statistic_max = {top} and {points}"


def _regimes(read: _Tables, costs: Costs) -> Regimes | None:
    if "regimes" not in read.tables:
        return None
    table = read.table("regimes")
    rows = table.get("transition")
    if not isinstance(rows, list) or not rows:
        read.wrong("[regimes] transition", _shown(rows), "a row of chances for each regime", "add it")
        return None
    size = len(rows)
    matrix = [read.row(f"[regimes] transition row {n + 1}", row, size, 0.0) for n, row in enumerate(rows)]
    for n, row in enumerate(matrix):
        if row is not None and abs(math.fsum(row) - 1) > 1e-9:
            read.wrong(
                f"[regimes] transition row {n + 1}",
                f"a sum of {math.fsum(row):g}",
                "1",
                "let the chances of a row sum to 1",
            )
    drift = read.row("[regimes] drift", table.get("drift", [0.0] * size), size)
    cost_a = read.row("[regimes] cost_a", table.get("cost_a", [costs.a] * size), size, 0.0)
    cost_b = read.row("[regimes] cost_b", table.get("cost_b", [costs.b] * size), size, 0.0)
    start = table.get("start", 0)
    if not _whole(start) or not 0 <= start < size:
        read.wrong("[regimes] start", _shown(start), f"a whole number from 0 to {size - 1}", "name the regime of today")
        return None
    if drift is None or cost_a is None or cost_b is None or any(row is None for row in matrix):
        return None
    return Regimes(drift, cost_a, cost_b, tuple(row for row in matrix if row is not None), start)


def _counts_only(read: _Tables, fronts: tuple[Front, ...], commitment: Commitment, regimes: Regimes | None) -> None:
    """Beta learning counts battles: it has no drift that terrain, regimes or a shift of power could move."""
    if len(fronts) > 1:
        read.wrong("[[axis]]", f"{len(fronts)} axes", "one where battles are counted", 'use kind = "gaussian"')
    moved = {
        "[axis] barrier": any(any(f.barrier) for f in fronts),
        "[commitment] shift": commitment.shift != 0,
        "[regimes] drift": regimes is not None and any(regimes.drift),
    }
    for place, given in moved.items():
        if given:
            read.wrong(place, "a drift", "0 where battles are counted", 'use kind = "gaussian", whose drift can move')

"""A war as a game: the pack's land, the record's pace and the judged numbers made into a problem, solved on draws.

Where each number of the game comes from:

- the axis, its start and its steps: the pack and the front of the as-of day;
- what a step is worth to a side: the pack's attributes (area, people, assets, and the worth of a region as such, which
  is spread over its steps by area) with judged weights;
- the analyst's belief about the drift, and how far a month strays from it: the pace of the front on record;
- what each side believes: that pace, with a judged lead in its own favour;
- everything else: judged numbers of the pack, each with low, central, high and a reason.

Draws are triangular over (low, central, high), spread evenly by Latin hypercube; the first draw is central throughout.

Once the negotiating record has given the draws weights, what was run on few of them is run again (`solve_weighed`): on as
many draws, taken by systematic resampling (draw i as often as one of (k + ½) / n falls into its part of the cumulated
weights), and levers at central values moved by as much as the weights move the mean of each number.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import xarray as xr

from armistice.core.endings import Blockers, Ending, Weighed, WhatIf
from armistice.core.errors import QueryError
from armistice.core.matched import Matched
from armistice.core.parameters import JUDGED, PARAMETERS, Judgements, Pressure
from armistice.core.war import Axis, Range
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack
from armistice.game.arrays import State
from armistice.game.blockers import blockers
from armistice.game.form import Belief, Commitment, Front, Grid, Learning, Time, WarGame
from armistice.game.levers import around, belief_map, pairs, scan, with_drift
from armistice.game.solve import solve, start_of
from armistice.game.terms import equilibrium_of, outlook_of, range_of
from armistice.infer.match import resampled_rows
from armistice.infer.pace import FrontPace, front_pace

DRAWS = 200
RESTS = "the fighting rests, and there is no game of fighting on"
"""Why there is no ending in a pause of the war, as a clause."""
DRAWS_OF_CHANGES = 24
"""Draws of each change that is run beside the game as judged."""
DRAWS_OF_BLOCKERS = 8
"""Draws on which every set of mechanisms is taken out."""
HORIZON = 96
"""Months to a fight to the finish: no draw can cycle, and the gap is within a hundredth or so of an endless horizon."""
MONTHS = 36
"""Months shown ahead."""
AROUND = (3, 8)
"""Steps lost and won that are shown around the line of the day."""
EVERY = 3
"""Months between points of the range over time."""


def worth_of_steps(axis: Axis, weights: dict[str, float]) -> tuple[float, ...]:
    """What each step is worth to a side, of sum 1.

    Parameters
    ----------
    axis : Axis
    weights : dict
        Attribute → weight, of any sum above 0; one that no step has counts for nothing.
    """
    area = np.array([step.area_km2 for step in axis.steps])
    columns = {
        "area": area,
        "people": np.array([step.people for step in axis.steps], float),
        "assets": np.array([step.assets for step in axis.steps], float),
    }
    total = np.zeros(len(axis.steps))
    for attribute, weight in weights.items():
        column = columns.get(attribute, np.where([step.block == attribute for step in axis.steps], area, 0.0))
        if column.sum() > 0:
            total += weight * column / column.sum()
    total = total if total.sum() > 0 else area
    return tuple(float(v) for v in total / total.sum())


def sample(ranges: dict[str, Range], draws: int, seed: int) -> list[dict[str, float]]:
    """Draws of judged numbers: triangular, by Latin hypercube, the first draw central.

    Parameters
    ----------
    ranges : dict
        Name → range.
    draws, seed : int

    Returns
    -------
    list of dict
        One for each draw.
    """
    columns = {}
    for name, spread in ranges.items():
        # A stream of its own, so that one number more changes no draw of another.
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        u = (rng.permutation(draws) + rng.random(draws)) / draws
        value = _triangular(u, spread.low, spread.central, spread.high)
        value[0] = spread.central
        columns[name] = value
    return [{name: float(value[n]) for name, value in columns.items()} for n in range(draws)]


def _triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Quantiles of a triangular distribution."""
    if high <= low:
        return np.full(len(u), low)
    turn = (mode - low) / (high - low)
    rise = low + np.sqrt(u * (high - low) * (mode - low))
    fall = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < turn, rise, fall)


def ranges_of(pack: Pack, game: Judgements, pace: FrontPace) -> dict[str, Range]:
    """All numbers of the war's game with their ranges and sources: judged, weighed, and from the record."""
    out = {key: game.ranges[key] for key in JUDGED if key in game.ranges}
    for row in pack.tables["values"].itertuples():
        out[f"value.{row.side}.{row.attribute}"] = Range(row.low, row.central, row.high, row.source)
    record = f"pace of the front on record, {pace.months} months"
    out["record.drift"] = Range(pace.mean - pace.sd, pace.mean, pace.mean + pace.sd, record)
    out["record.sigma"] = Range(pace.sigma, pace.sigma, pace.sigma, record)
    return out


def game_of(pack: Pack, judged: Judgements, pace: FrontPace, numbers: dict[str, float]) -> WarGame:
    """The war as a game, for one draw of its numbers.

    Parameters
    ----------
    pack : Pack
    judged : Judgements
        For the axis, its blocks and its strategic line.
    pace : FrontPace
    numbers : dict
        One draw of the numbers of `ranges_of`; what comes from the record does not vary between draws.
    """
    axis = next(a for a in pack.war.axes if a.id == judged.axis)
    steps = len(axis.steps)
    worth = {
        side: worth_of_steps(axis, {k.split(".")[2]: v for k, v in numbers.items() if k.startswith(f"value.{side}.")})
        for side in "ab"
    }
    barrier = [step.barrier for step in axis.steps]
    front = Front(
        steps, min(max(round(pace.position), 1), steps - 1), worth["a"], worth["b"], (*barrier, barrier[-1]),
        tuple((block.lo, block.hi) for block in judged.blocks),
    )  # fmt: skip
    lead_a, lead_b = numbers["beliefs.lead_a"], numbers["beliefs.lead_b"]
    learning = Learning(
        Belief((pace.mean + lead_a,), (numbers["beliefs.sd_a"],)),
        Belief((pace.mean - lead_b,), (numbers["beliefs.sd_b"],)),
        Belief((pace.mean,), (pace.sd,)),
        "gaussian",
        pace.sigma,
    )
    grid = Grid(statistic_max=float(steps), statistic_points=2 * steps + 1, terminal="fight")
    commitment = Commitment(strategic_line=judged.strategic_line)
    game = WarGame((front,), learning, time=Time(horizon=HORIZON), commitment=commitment, grid=grid)
    return game.with_numbers({key: value for key, value in numbers.items() if key in PARAMETERS})


@dataclass(frozen=True)
class Drawn:
    """The war as a game on draws of its numbers.

    Attributes
    ----------
    ranges : dict of Range
        All numbers of the game.
    numbers : tuple of dict
        Those of each draw, the central one first.
    games : tuple of WarGame
    """

    ranges: dict[str, Range]
    numbers: tuple[dict[str, float], ...]
    games: tuple[WarGame, ...]


def draw_games(pack: Pack, pace: FrontPace, seed: int = 0, draws: int = DRAWS) -> Drawn | None:
    """Draw the numbers of the war's game; None where nothing is judged or the front is not on the axis."""
    judged = pack.game
    if judged is None or not on_axis(pack, pace):
        return None
    ranges = ranges_of(pack, judged, pace)
    numbers = tuple(sample(ranges, draws, seed))
    return Drawn(ranges, numbers, tuple(game_of(pack, judged, pace, row) for row in numbers))


def draw_games_of_pack(pack: Pack, seed: int = 0, draws: int = DRAWS) -> tuple[xr.Dataset, Drawn]:
    """The panel of a pack, and the draws of its game.

    Raises
    ------
    QueryError
        If the pack judges no game, the war rests, its record is too short, or the front does not stand on the game's axis.
    """
    if pack.game is None:
        raise QueryError(f"{pack.war.title}: no game.toml; expected judgements to weigh; add them to the pack")
    if pack.war.rests(pack.war.as_of):
        raise QueryError(f"{pack.war.title} as of {pack.war.as_of}: {RESTS}; expected a day of fighting; choose one")
    panel = estimate_panel(pack)
    drawn = draw_games(pack, front_pace(panel, pack.war, pack.game.axis), seed, draws)
    if drawn is None:
        where = f"{pack.war.title} as of {pack.war.as_of}"
        raise QueryError(f"{where}: the front does not stand on the axis {pack.game.axis}; choose another --as-of")
    return panel, drawn


def on_axis(pack: Pack, pace: FrontPace) -> bool:
    """Whether the front stands on the axis that the pack's judgements are made for."""
    axis = next((a for a in pack.war.axes if pack.game is not None and a.id == pack.game.axis), None)
    return axis is not None and 0.5 <= pace.position <= len(axis.steps) - 0.5


def states_of(game: WarGame, pace: FrontPace) -> tuple[tuple[State, ...], np.ndarray, np.ndarray]:
    """States to look at: the start; steps won and lost, one a month; months on the analyst's mean path.

    Returns
    -------
    tuple
        States, with the start first; steps from now; months from now.
    """
    front, grid = game.axes[0], game.grid
    months = np.arange(0, MONTHS + 1, EVERY)
    beside, steps = around(game, *AROUND)
    out = [start_of(game), *beside]
    for month in months:
        place = min(max(front.start + round(pace.mean * float(month)), 1), front.steps - 1)
        statistic = float(np.clip(round(pace.mean * float(month)), -grid.statistic_max, grid.statistic_max))
        out.append(State(int(month), (place,), statistic))
    return tuple(out), steps, months


AS_JUDGED = "as judged"
CHANGES: dict[str, Callable[[WarGame, FrontPace], WarGame]] = {
    "the front stands still from now on": lambda game, pace: with_drift(game, -pace.mean),
    "the front moves twice as fast": lambda game, pace: with_drift(game, pace.mean),
    "a guarantee that holds nine times in ten": lambda game, pace: game.with_numbers({"commitment.guarantee": 0.9}),
    "both sides' costs twice as high": lambda game, pace: game.with_numbers(
        {"costs.a": 2 * game.costs.a, "costs.b": 2 * game.costs.b}
    ),
    "that guarantee and these costs": lambda game, pace: game.with_numbers(
        {"commitment.guarantee": 0.9, "costs.a": 2 * game.costs.a, "costs.b": 2 * game.costs.b}
    ),
}
"""Changes that are run beside the game as judged: what if aid, a guarantee or costs were otherwise."""


Progress = Callable[[str, float], None]


def solve_war(pack: Pack, pace: FrontPace, drawn: Drawn, progress: Progress = lambda what, share: None) -> Ending:
    """Solve the war's game on draws of its judged numbers.

    Parameters
    ----------
    pack : Pack
    pace : FrontPace
        On the axis that the pack's judgements name.
    drawn : Drawn
        As made by `draw_games`.
    progress : callable
        Called with what is being done and the share of it that is.
    """
    games, central = drawn.games, drawn.games[0]
    states, along, months = states_of(central, pace)
    found = solve(games, states, months=MONTHS, strict=False, progress=_note(progress, "solving the game"))
    equilibrium, outlook = equilibrium_of(found), outlook_of(found, MONTHS)
    why, why_common = _blockers(games[:DRAWS_OF_BLOCKERS], states, progress)
    levers = scan(central, states, strict=False, progress=_note(progress, "moving levers"))
    joint = pairs(central, levers, states, strict=False, progress=_note(progress, "moving pairs of levers"))
    beliefs = belief_map(central, states, strict=False, progress=_note(progress, "what one must believe"))
    assert beliefs is not None, "the war's game has normal beliefs"
    some = games[:DRAWS_OF_CHANGES]
    first = np.arange(len(some))
    as_judged = WhatIf(AS_JUDGED, _taken(equilibrium, first), _taken(outlook, first))
    changed = _changed(pack, pace, some, states, _note(progress, "changes side by side"))
    assert pack.game is not None, "there are draws only where there is a game"
    return Ending(
        pack.game.axis, drawn.ranges, len(games), equilibrium, outlook,
        range_of(found, "steps", along, 1), range_of(found, "months", months, 1 + len(along)),
        why, why_common, levers, joint, beliefs, (as_judged, *changed),
    )  # fmt: skip


def _note(progress: Progress, what: str) -> Callable[[float], None]:
    return lambda share: progress(what, share)


def _blockers(
    games: tuple[WarGame, ...], states: tuple[State, ...], progress: Progress, weighed: str = ""
) -> tuple[Blockers, Blockers]:
    """What stands in the way, with each side's own belief and with one for both."""
    own = blockers(games, states, strict=False, progress=_note(progress, "what stands in the way" + weighed))
    note = _note(progress, "the same with one belief" + weighed)
    return own, blockers(games, states, common_prior=True, strict=False, progress=note)


def _changed(
    pack: Pack,
    pace: FrontPace,
    games: tuple[WarGame, ...],
    states: tuple[State, ...],
    progress: Callable[[float], None],
) -> tuple[WhatIf, ...]:
    """Every change of the game on some draws, solved together and cut into one record for each."""
    assert pack.game is not None, "there are draws only where there is a game"
    changes = CHANGES | {f"{p.title} ({p.date:%B %Y})": pressed(p) for p in pack.game.pressures}
    each = len(games)
    changed = [change(game, pace) for change in changes.values() for game in games]
    found = solve(changed, states, months=MONTHS, strict=False, progress=progress)
    parts = (found.part(n * each, (n + 1) * each) for n in range(len(changes)))
    return tuple(
        WhatIf(title, equilibrium_of(part), outlook_of(part, MONTHS))
        for title, part in zip(changes, parts, strict=True)
    )


def solve_weighed(
    pack: Pack,
    pace: FrontPace,
    drawn: Drawn,
    ending: Ending,
    matched: Matched,
    progress: Progress = lambda what, share: None,
) -> Weighed:
    """Run again, by the weights of the negotiating record, what `solve_war` ran on few draws or on the central one.

    Parameters
    ----------
    pack : Pack
    pace : FrontPace
    drawn : Drawn
    ending : Ending
        The game on these draws.
    matched : Matched
        The same draws, weighed.
    progress : callable
    """
    weighed, weight = ", weighed", matched.weights.weight
    states, _, _ = states_of(drawn.games[0], pace)
    few, back = np.unique(resampled_rows(weight, min(DRAWS_OF_BLOCKERS, len(weight))), return_inverse=True)
    why = _blockers(tuple(drawn.games[n] for n in few), states, progress, weighed)
    central = dict(drawn.numbers[0])
    for x in matched.learnt:
        spread = drawn.ranges[x.name]
        central[x.name] = float(np.clip(spread.central + x.mean - x.prior_mean, spread.low, spread.high))
    assert pack.game is not None, "there are draws only where there is a game"
    moved = game_of(pack, pack.game, pace, central)
    levers = scan(moved, states, strict=False, progress=_note(progress, "moving levers" + weighed))
    order = resampled_rows(weight, min(DRAWS_OF_CHANGES, len(weight)))
    some, again = np.unique(order, return_inverse=True)
    changed = _changed(
        pack, pace, tuple(drawn.games[n] for n in some), states, _note(progress, "changes side by side" + weighed)
    )
    return Weighed(
        order, _again(why[0], back), _again(why[1], back), central, levers,
        (
            WhatIf(AS_JUDGED, _taken(ending.equilibrium, order), _taken(ending.outlook, order)),
            *(WhatIf(c.title, _taken(c.equilibrium, again), _taken(c.outlook, again)) for c in changed),
        ),
    )  # fmt: skip


def _taken(record: Any, order: np.ndarray) -> Any:
    """An equilibrium or an outlook of some of its draws."""
    number = len(record.gap if hasattr(record, "gap") else record.expected_months)
    every = {f.name: getattr(record, f.name) for f in fields(record)}
    cut = {
        name: value[order]
        for name, value in every.items()
        if name not in ("months", "net_share") and isinstance(value, np.ndarray) and len(value) == number
    }
    return replace(record, **cut)


def _again(found: Blockers, order: np.ndarray) -> Blockers:
    """Blockers with some of their draws more than once."""
    every = {f.name: getattr(found, f.name) for f in fields(found)}
    tables: dict[str, Any] = {name: value for name, value in every.items() if isinstance(value, dict)}
    cut: dict[str, Any] = {name: {k: v[order] for k, v in table.items()} for name, table in tables.items()}
    return replace(found, **cut)


def pressed(pressure: Pressure) -> Callable[[WarGame, FrontPace], WarGame]:
    """A push as a change of the game: one side's costs times a factor, and a drift that all expect."""
    key = f"costs.{pressure.side}"

    def change(game: WarGame, pace: FrontPace) -> WarGame:
        return with_drift(game.with_numbers({key: pressure.costs * game.number(key)}), pressure.drift)

    return change

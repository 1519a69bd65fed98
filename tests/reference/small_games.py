"""Small games of one form with everything at once, for all tests that ask what a solution says: one program does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from random_games import random_game

from armistice.core.errors import FaultCollector
from armistice.game.arrays import State
from armistice.game.form import Commitment, WarGame
from armistice.game.read import game_from_tables

STEPS, HORIZON = 6, 14
# The first has the place of the start, so that what a solution says of "now" is said of it.
STATES = [State(0, (3,), 0.0, 1)] + [
    State(t, (x,), y, g)
    for t, g in ((0, 0), (2, 1), (7, 0), (12, 1))
    for x in range(1, STEPS)
    for y in (-2.0, 0.0, 1.5)
]


def read(tables: dict[str, Any]) -> WarGame:
    faults = FaultCollector()
    game = game_from_tables(tables, "small", faults)
    faults.raise_if_any()
    assert game is not None
    return game


def small_games(number: int, seed: int) -> list[WarGame]:
    """Random games that start in the middle: regimes, barriers, blocks, red lines, a shift of power, a strategic line."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(number):
        tables = random_game("strategic", rng) | {"regimes": random_game("regimes", rng)["regimes"]}
        tables["time"]["horizon"] = HORIZON
        tables["axis"]["start"] = 3
        tables["grid"]["terminal"] = "fight"
        out.append(read(tables))
    return out


def with_lots(games: list[WarGame]) -> list[WarGame]:
    """The same games with lots between the ends of four blocks: one at an end of the axis, one plain, two that overlap."""
    blocks = ((0, 1), (1, 3), (3, 5), (4, 6))
    return [
        replace(g, axes=(replace(g.axes[0], blocks=blocks),), bargaining=replace(g.bargaining, lottery=True))
        for g in games
    ]


def plain(game: WarGame) -> WarGame:
    """The same game where settlements hold, nobody is punished, and all land can be split and is worth the same to both;
    its form is kept, so that the same program solves it."""
    front = game.axes[0]
    return replace(
        game, axes=(replace(front, value_b=front.value_a, blocks=()),), domestic=type(game.domestic)(),
        commitment=Commitment(arrival=0.1, guarantee=1.0, strategic_line=3),
        costs=replace(game.costs, land_flow=1.0),
    )  # fmt: skip

"""The compiled solver agrees with the plain reference on random small games, at every state."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import FaultCollector
from armistice.game.arrays import Method
from armistice.game.read import game_from_tables
from armistice.game.solve import TOLERANCE, solve

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from random_games import FORMS, random_game
from war_game import solve_reference

EACH = 25  # games of each of the eight forms: 200 in all
KNIFE = 1e-8
SWEEPS = 400  # a game that comes to rest does so in fewer than 300


@pytest.mark.parametrize("form", FORMS)
def test_values_agree_with_the_reference(form: str) -> None:
    rng = np.random.default_rng(zlib.crc32(form.encode()))
    tables = [random_game(form, rng) for _ in range(EACH + 10)]
    for n, table in enumerate(tables):  # in every other game talks take time
        table["bargaining"]["talks"] = (1.0, 0.4, 1.0, 1 / 6)[n % 4]
    faults = FaultCollector()
    games = [game_from_tables(t, "random", faults) for t in tables]
    faults.raise_if_any()
    solved = solve(games, method=Method(most_sweeps=SWEEPS), months=0, paths=True, strict=False)
    assert solved.paths is not None
    calm = [n for n in range(len(games)) if solved.error[n] < TOLERANCE][:EACH]
    assert len(calm) == EACH, "too many games cycle"
    edges = 0
    for n in calm:
        truth = solve_reference(tables[n])
        margin = np.stack([step.margin for step in truth.steps])
        knife = np.abs(margin[np.isfinite(margin)]).min(initial=1.0) < KNIFE
        for found, name in zip(solved.paths, ("reserve", "value"), strict=True):
            expected = np.stack([getattr(step, name) for step in truth.steps]).swapaxes(2, 3)
            worst = np.abs(found[n] - expected).max()
            assert worst < 1e-8 or knife, f"{form} game {n}: {name} differs by {worst:.2e}"
            edges += worst >= 1e-8
    assert edges <= 4, f"{edges} games rest on a knife's edge"

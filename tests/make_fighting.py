"""Made-up worth of fighting on in the toy war: what the war-termination game might say, without solving it."""

from __future__ import annotations

from datetime import date

import numpy as np

from armistice.core.appraisal import Fighting
from armistice.data.pack import Pack
from armistice.deal.appraise import Stakes, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements


def make_fighting(a: float = 0.6, b: float = 0.3, draws: int = 40, as_of: date = date(2013, 6, 30)) -> Fighting:
    """Fighting on is worth about `a` and `b` of the stake to the sides; the first issue is settled by it wholly."""
    rng = np.random.default_rng(7)
    reservation = np.column_stack([rng.normal(a, 0.05, draws), rng.normal(b, 0.05, draws)])
    return Fighting(
        as_of, "made up", reservation, rng.uniform(0.99, 0.997, draws), np.full(draws, 1 / draws), ("northreach",)
    )


def made_up_stakes(
    pack: Pack,
    seed: int = 0,
    draws: int = 40,
    game_draws: int = 200,
    worth: tuple[float, float] = (0.5, 0.2),
    **more: object,
) -> Stakes:
    """In place of `armistice.settling.stakes_of_pack`, which solves the game."""
    ground = ground_for(read_settlements(pack), pack)
    return stakes_of(pack.war, ground, make_fighting(*worth, game_draws), preferences_of(pack.war, draws, seed), seed)

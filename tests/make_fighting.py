"""Made-up worth of fighting on in the toy war: what the war-termination game might say, without solving it."""

from __future__ import annotations

from datetime import date

import numpy as np

from armistice.core.appraisal import Fighting


def make_fighting(a: float = 0.6, b: float = 0.3, draws: int = 40, as_of: date = date(2014, 2, 28)) -> Fighting:
    """Fighting on is worth about `a` and `b` of the stake to the sides; the first issue is settled by it wholly."""
    rng = np.random.default_rng(7)
    reservation = np.column_stack([rng.normal(a, 0.05, draws), rng.normal(b, 0.05, draws)])
    return Fighting(
        as_of, "made up", reservation, rng.uniform(0.99, 0.997, draws), np.full(draws, 1 / draws), ("northreach",)
    )

r"""How deadly wars are: a power law for the upper tail of battle deaths, with its beginning chosen by the record.

Above a least number of deaths :math:`x_0` the density falls as :math:`x^{-\alpha}`; the likelihood is greatest at

.. math:: \hat\alpha = 1 + n \Big/ \sum_i \log(x_i / x_0),

and :math:`x_0` is the number at which law and record are nearest by Kolmogorov and Smirnov's distance. The law is tested by
records drawn from it (and, below :math:`x_0`, from the record), each fitted in the same way. A. Clauset, C. R. Shalizi and
M. E. J. Newman, "Power-law distributions in empirical data", *SIAM Review* 51 (2009), sections 3 and 4; for wars, A. Clauset,
"Trends and fluctuations in the severity of interstate wars", *Science Advances* 4 (2018).
"""

from __future__ import annotations

import numpy as np

from armistice.core.durations import LEVEL, Estimate, SeverityTail
from armistice.core.errors import QueryError

LEAST_TAIL = 10
"""Wars that a tail must have: with fewer, the distance is small for want of wars."""


def tail_of(deaths: np.ndarray, *, draws: int = 500, seed: int = 0, level: float = LEVEL) -> SeverityTail:
    """Fit a power law to the upper tail of the deaths by war.

    Parameters
    ----------
    deaths : array of shape (wars,)
        Persons; wars of which they are unknown (NaN) are left out.
    draws, seed : int
        Of the bootstrap over wars, for the range, and of the records drawn from the law, for the test.
    level : float
        Share of the draws inside the range.

    Raises
    ------
    QueryError
        If deaths are known of fewer than twice `LEAST_TAIL` wars, or are not above 0.
    """
    known = np.sort(np.asarray(deaths, float)[np.isfinite(deaths)])
    if len(known) < 2 * LEAST_TAIL or known[0] <= 0:
        raise QueryError(
            f"deaths: known of {len(known)} wars, the fewest {known[0] if len(known) else 0:g}; expected {2 * LEAST_TAIL} wars with some deaths; leave out wars without"
        )
    least, exponent, distance = _fit(known)
    rng = np.random.default_rng(seed)
    exponents = [_fit(np.sort(rng.choice(known, len(known))))[1] for _ in range(draws)]
    body, in_tail = known[known < least], int((known >= least).sum())
    farther = 0
    for _ in range(draws):
        above = int(rng.binomial(len(known), in_tail / len(known))) if len(body) else len(known)
        tail = least * rng.random(above) ** (-1 / (exponent - 1))
        drawn = np.concatenate([rng.choice(body, len(known) - above), tail]) if len(body) else tail
        farther += _fit(np.sort(drawn))[2] >= distance
    low, high = np.quantile(exponents, [(1 - level) / 2, (1 + level) / 2])
    return SeverityTail(
        tuple(float(d) for d in known), least, Estimate(exponent, float(min(low, exponent)), float(max(high, exponent))),
        in_tail, distance, farther / draws, draws, seed,
    )  # fmt: skip


def _fit(rising: np.ndarray) -> tuple[float, float, float]:
    """Least deaths, exponent and distance of the nearest law; `rising` is sorted."""
    starts = np.unique(rising)
    first = np.searchsorted(rising, starts)
    counts = len(rising) - first
    starts, first, counts = (a[counts >= LEAST_TAIL] for a in (starts, first, counts))
    logs = np.log(rising)
    sums = np.array([logs[f:].sum() for f in first]) - counts * np.log(starts)
    kept = sums > 0
    starts, first, counts, sums = starts[kept], first[kept], counts[kept], sums[kept]
    exponents = 1 + counts / sums
    place = np.arange(len(rising))[None, :] - first[:, None]
    law = 1 - np.exp(-(exponents - 1)[:, None] * np.maximum(logs[None, :] - np.log(starts)[:, None], 0))
    # The share below each war, not up to it, as in the authors' own program: the two differ, and so may the beginning.
    gaps = np.where(place >= 0, np.abs(law - place / counts[:, None]), 0).max(axis=1)
    best = int(np.argmin(gaps))
    return float(starts[best]), float(exponents[best]), float(gaps[best])

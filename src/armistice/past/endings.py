r"""Endings as competing risks: the share of wars that have ended in each way by each duration.

Aalen and Johansen's estimator: with :math:`d_k` of :math:`n` wars ending in way k at a duration t, and S the chance to last,

.. math:: F_k(t) = \sum_{s \le t} S(s-)\, d_k(s) / n(s).

The sum over the ways is one less Kaplan and Meier's curve. O. O. Aalen and S. Johansen, *Scandinavian Journal of Statistics*
5 (1978). lifelines spreads wars of the same duration at random before it does this; durations in days are often the same,
and the estimator needs no such spreading, so that it is written out here and held against lifelines where no two are the same.
"""

from __future__ import annotations

import numpy as np

from armistice.core.durations import ENDINGS, LEVEL, Incidence
from armistice.core.errors import QueryError
from armistice.past.spells import Spells


def incidence_of(spells: Spells, *, draws: int = 200, seed: int = 0, level: float = LEVEL) -> tuple[Incidence, ...]:
    """Share of wars that have ended in each way, by duration, with bands from a bootstrap over wars.

    Parameters
    ----------
    spells : Spells
        A war that ended in an unknown way is left out where it ended: censored.
    draws, seed : int
    level : float
        Share of the draws inside the bands.

    Returns
    -------
    tuple of Incidence
        One for each of `ENDINGS`, those that never came included.

    Raises
    ------
    QueryError
        If no war has a known ending.
    """
    typed = spells.ended & (spells.ending != "")
    if not typed.any():
        raise QueryError("spells: no war with a known ending; expected some; use a record that tells how wars ended")
    times = np.concatenate([[0.0], np.unique(spells.months[typed])])
    ends = np.array([[typed & (spells.ending == e) & (spells.months == t) for t in times] for e in ENDINGS])
    risk = np.array([(spells.months >= t) & (spells.entries < t) for t in times])
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(spells), np.full(len(spells), 1 / len(spells)), size=draws).astype(float)
    drawn = np.array([_shares(ends, risk, w) for w in weights])
    share = _shares(ends, risk, np.ones(len(spells)))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = np.minimum(low, share), np.maximum(high, share)

    def plain(values: np.ndarray) -> tuple[float, ...]:
        return tuple(float(v) for v in values)

    return tuple(
        Incidence(e, plain(times), plain(share[k]), plain(low[k]), plain(high[k]), int(ends[k].sum()))
        for k, e in enumerate(ENDINGS)
    )


def _shares(ends: np.ndarray, risk: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Cumulative incidence, shape (endings, times), of weighted wars."""
    at_risk = np.maximum(risk @ weights, 1e-12)
    rates = (ends @ weights) / at_risk
    lasting = np.concatenate([[1.0], np.cumprod(1 - np.minimum(rates.sum(axis=0), 1.0))[:-1]])
    return np.asarray(np.cumsum(rates * lasting, axis=1))

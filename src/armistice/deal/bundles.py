"""Goods that are worth something to a side only together: what its bundles add to a peace, in shares of the goods that it has.

The share m of a good that a side has is 1 or 0 where one option holds. Clauses on one issue share what they bring, so that
several that name different options give the good in part. A bundle adds its worth times the product of its shares: all of it
where every good is there, nothing where one is missing, and so it does not add up over clauses. As a product of shares is at most
their mean, the mean makes a sum that is never below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from armistice.deal.preferences import Joint, Preferences


@dataclass(frozen=True)
class Bundles:
    """The bundles of the two sides, with their needs one after another.

    Attributes
    ----------
    each : tuple of Joint
    today : ndarray, shape (needs,)
        1 where what holds today gives the good, and else 0.
    """

    each: tuple[Joint, ...]
    today: np.ndarray

    @property
    def needs(self) -> tuple[tuple[int, np.ndarray], ...]:
        """Place of the issue, and options that give the good: of each need."""
        return tuple(need for bundle in self.each for need in bundle.needs)

    def among(self, met: np.ndarray) -> Iterator[tuple[Joint, np.ndarray]]:
        """Each bundle with the shares of its own goods, out of those of all needs."""
        start = 0
        for bundle in self.each:
            yield bundle, met[start : start + len(bundle.needs)]
            start += len(bundle.needs)

    def utility(self, met: np.ndarray) -> np.ndarray:
        """What the bundles add for each side: array of shape (2, ..., draws).

        Parameters
        ----------
        met : ndarray, shape (needs, ..., draws)
            Share of each good that is there, 0 to 1.
        """
        out = np.zeros((2, *met.shape[1:]))
        for bundle, shares in self.among(met):
            out[bundle.party] += bundle.worth * shares.prod(0)
        return out

    def as_sum(self, met: np.ndarray) -> np.ndarray:
        """The same with the mean of the shares in place of their product: a sum over needs that is never below it."""
        out = np.zeros((2, *met.shape[1:]))
        for bundle, shares in self.among(met):
            out[bundle.party] += bundle.worth * shares.mean(0)
        return out

    def fought_for(self, decided: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Worth that the fighting settles, and worth that stays with a side as today: two arrays of shape (2, draws).

        Parameters
        ----------
        decided : ndarray, shape (issues, draws)
            How far the fighting settles an issue. It settles a bundle only as far as the least decided of its issues.
        """
        settled, stays = np.zeros((2, 2, decided.shape[-1]))
        for bundle, held in self.among(self.today):
            share = decided[[k for k, _ in bundle.needs]].min(0)
            settled[bundle.party] += bundle.worth * share
            stays[bundle.party] += bundle.worth * (1 - share) * held.prod()
        return settled, stays


def bundles_of(preferences: Preferences, today: np.ndarray) -> Bundles:
    """The bundles of the two sides; those of third parties are left out.

    Parameters
    ----------
    preferences : Preferences
        Of sides ``a`` and ``b`` first.
    today : ndarray of int, shape (issues,)
        Option that holds while nothing is agreed.
    """
    each = tuple(bundle for bundle in preferences.bundles if bundle.party < 2)
    return Bundles(each, np.array([float(met[today[k]]) for bundle in each for k, met in bundle.needs]))

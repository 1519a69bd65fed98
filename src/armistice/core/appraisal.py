"""What a draft is worth to each side beside fighting on, clause by clause, and whether the peace would last.

Records of arrays only; each says its shape and unit. Utilities run from 0 (the worst option of every issue, in a side's
eyes) to 1 (the best of every issue); goods that are worth something only together come on top.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from armistice.core.settlement import Moved
from armistice.core.war import Side

SURVIVAL_YEARS = (1, 5, 10)
"""Years after which the chance that peace still holds is told."""


def survival_after(hazard: np.ndarray, shape: np.ndarray, years: float) -> np.ndarray:
    """Chance that peace still holds after some years, by the hazard of its first year and the power of time."""
    return np.asarray(np.exp(-hazard * years**shape))


@dataclass(frozen=True)
class Fighting:
    """What fighting on is worth to each side, by draw of the war-termination game.

    Attributes
    ----------
    as_of : date
    engine : str
        What made it, in words a reader understands.
    reservation : ndarray, shape (draws, 2)
        Of sides A and B, in shares of the game's stake; below 0 where defeat costs more than the land.
    discount : ndarray, shape (draws,)
        Weight of next month.
    weight : ndarray, shape (draws,)
        How much each draw counts; of sum 1.
    decides : tuple of str
        Issues of the war that the fighting on the game's axis settles wholly.
    weighed : bool
        Whether the negotiating record has weighed the draws.
    """

    as_of: datetime.date
    engine: str
    reservation: np.ndarray
    discount: np.ndarray
    weight: np.ndarray
    decides: tuple[str, ...] = ()
    weighed: bool = False


@dataclass(frozen=True)
class SideAppraisal:
    """A draft in the eyes of one side; arrays have one entry a draw.

    Attributes
    ----------
    utility : ndarray
        Of the draft for as long as it is kept.
    value : ndarray
        With the war that would follow if it failed.
    fights : ndarray
        Of fighting on.
    barred : tuple of str
        Issues on which the draft goes past a hard red line of the side: it cannot accept.
    """

    utility: np.ndarray
    value: np.ndarray
    fights: np.ndarray
    barred: tuple[str, ...]

    @property
    def surplus(self) -> np.ndarray:
        """Value of the draft less that of fighting on."""
        return self.value - self.fights

    @property
    def accepts(self) -> np.ndarray:
        """Draws in which the side prefers the draft to fighting on; at indifference it agrees."""
        return (self.surplus >= 0) & (not self.barred)

    @property
    def p_accept(self) -> float:
        """Share of the draws in which it accepts."""
        return float(self.accepts.mean())


@dataclass(frozen=True)
class ClauseWorth:
    """What one clause adds: to each side's value, and to the chance that peace still holds after ten years.

    Attributes
    ----------
    number : int
        Of the provision in the draft.
    without_a, without_b, without_survival : ndarray, shape (draws,)
        What would be lost if this clause alone were struck out.
    shapley_a, shapley_b, shapley_survival : float
        What it adds on average over all orders in which the clauses could be agreed; these add up to what the whole
        draft adds to a peace in which all stays as it is.
    """

    number: int
    without_a: np.ndarray
    without_b: np.ndarray
    without_survival: np.ndarray
    shapley_a: float
    shapley_b: float
    shapley_survival: float


@dataclass(frozen=True)
class BundleWorth:
    """Goods that are worth something more to a side when it has all of them, and what a draft does to them.

    Attributes
    ----------
    id : str
        Of the bundle in the pack.
    side : {"a", "b"}
    worth : ndarray, shape (draws,)
        Of having all of them, in utility.
    before : float
        1 where what holds today gives the side all of them, and else 0.
    after : ndarray, shape (draws,)
        Share of the worth that the draft gives; between 0 and 1 where its clauses differ on an issue.
    lacking : tuple of str
        Issues on which the draft, or what it leaves as it is, does not give the side its good in every draw.
    """

    id: str
    side: Side
    worth: np.ndarray
    before: float
    after: np.ndarray
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Appraisal:
    """One draft appraised as of a day.

    Attributes
    ----------
    id, title, variant : str
        The variant is empty where the draft has one text, or where each of several counts alike.
    date, as_of : date
        Of the draft; of what is known.
    sides : dict of {"a", "b"} to SideAppraisal
    hazard : ndarray, shape (draws,)
        Hazard of renewed war in the first year: its integral, so that the chance of peace then is exp(-hazard).
    shape : ndarray, shape (draws,)
        Power of time at which the hazard adds up; below 1 the danger falls as peace lasts.
    lean : ndarray, shape (draws,)
        How far the terms lean to one side of what war would yield, in utility.
    power_shift : ndarray, shape (draws,)
        Change in side A's chance to prevail in a later war.
    clauses : tuple of ClauseWorth
        In the order of the draft.
    moved : tuple of Moved
        Land that would change hands, by region.
    silent : tuple of str
        Issues on which the draft says nothing: they are taken to stay as they are.
    weighed : bool
        Whether the record has weighed the draws.
    bundles : tuple of BundleWorth
        In the order of the pack.
    """

    id: str
    title: str
    variant: str
    date: datetime.date
    as_of: datetime.date
    sides: dict[Side, SideAppraisal]
    hazard: np.ndarray
    shape: np.ndarray
    lean: np.ndarray
    power_shift: np.ndarray
    clauses: tuple[ClauseWorth, ...]
    moved: tuple[Moved, ...]
    silent: tuple[str, ...]
    weighed: bool
    bundles: tuple[BundleWorth, ...] = ()

    @property
    def p_accept_both(self) -> float:
        """Share of the draws in which both sides accept."""
        return float((self.sides["a"].accepts & self.sides["b"].accepts).mean())

    def survival(self, years: float) -> np.ndarray:
        """Chance that peace still holds after some years: array of shape (draws,)."""
        return survival_after(self.hazard, self.shape, years)

"""What a draft asks of third parties, and whether they prefer it to what holds today.

Records of arrays only. Utilities run from 0 (the worst option of every issue, in a party's eyes) to 1 (the best of every issue).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AskedClause:
    """A clause that a third party would have to carry out.

    Attributes
    ----------
    number : int
        Of the clause in the draft.
    named : bool
        Whether the terms of the clause name the party; else the pack says that the matter is in its hands.
    holds : str
        What of the issue is in its hands, as the pack says; empty where it does not.
    worth : ndarray, shape (draws,), or None
        What the issue is worth to it as the draft has it, beside what holds today; None where the clause answers no issue
        on which it has a preference.
    """

    number: int
    named: bool
    holds: str
    worth: np.ndarray | None

    @property
    def at_a_loss(self) -> bool:
        """Whether the party would be worse off by it in the middle of the draws."""
        return self.worth is not None and bool(np.median(self.worth) < 0)


@dataclass(frozen=True)
class PartyView:
    """A draft in the eyes of one third party.

    Attributes
    ----------
    party : str
        Id of the third party.
    gain : ndarray, shape (draws,), or None
        Utility of the draft less that of what holds today; None where the pack gives the party no preferences.
    asked : tuple of AskedClause
        In the order of the draft.
    """

    party: str
    gain: np.ndarray | None
    asked: tuple[AskedClause, ...]

    @property
    def p_better_than_today(self) -> float | None:
        """Share of draws in which it prefers the draft to what holds today."""
        return None if self.gain is None else float(np.mean(self.gain > 0))


@dataclass(frozen=True)
class ThirdParties:
    """What a draft asks of all third parties.

    Attributes
    ----------
    id, variant : str
        Of the draft; without a variant, each of several counts alike.
    views : tuple of PartyView
        Of those with preferences or with clauses to carry out, in the order of the pack.
    unnamed : tuple of int
        Numbers of clauses of which some part rests with others than the two sides, with no third party to ask.
    """

    id: str
    variant: str
    views: tuple[PartyView, ...]
    unnamed: tuple[int, ...]

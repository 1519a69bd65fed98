"""What would have to change in a draft for both sides to prefer it to fighting on, and for the peace to last.

Records only. Chances are shares of draws; gains and costs are utilities, where 1 is all that matters to a side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AmendStatus = Literal["as it is", "amended", "impossible", "breaks", "open"]
"""How a search for amendments ended.

``as it is``: the draft needs none; ``amended``: some were found; ``impossible``: proved that both sides would accept no
combination of the listed terms so often; ``breaks``: proved that none would last; ``open``: none found, none ruled out.
"""


@dataclass(frozen=True)
class Change:
    """Other terms on one issue.

    Attributes
    ----------
    issue : str
    before, after : str
        Options of the issue. Where the draft allows several, all of them, joined by a stroke (`option / option`); where it
        is silent, what holds today.
    favours : str
        ``a`` or ``b`` where it serves that side and not the other, ``both``, or empty where it serves neither by itself
        and counts for the danger of renewed war.
    gain_a, gain_b : float
        What each side gains by it while peace holds, mean over draws.
    wording : str
        Draft from which the clause is taken; empty where clauses are struck out, so that all stays as it is today.
    """

    issue: str
    before: str
    after: str
    favours: str
    gain_a: float
    gain_b: float
    wording: str


@dataclass(frozen=True)
class Amendment:
    """Changes of a draft that together are enough.

    Attributes
    ----------
    changes : tuple of Change
        In the order of the issues of the war.
    cost : float
        What the sides give way: the sum over changes of what each side loses by it, mean over draws.
    p_accept_a, p_accept_b, p_accept_both : float
        Share of the draws in which each side, and both, prefer the amended draft to fighting on.
    survival : float
        Median chance that peace still holds after the years asked for.
    surplus_a, surplus_b : float
        Median value of the amended draft less that of fighting on.
    words : tuple of str
        Trades across issues, land both ways and what is left, a sentence each.
    """

    changes: tuple[Change, ...]
    cost: float
    p_accept_a: float
    p_accept_b: float
    p_accept_both: float
    survival: float
    surplus_a: float
    surplus_b: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Amended:
    """What a search for amendments of one draft found.

    Attributes
    ----------
    id, title, variant : str
        Of the draft.
    wanted : float
        Share of the draws in which both sides are to accept.
    lasting, years : float
        Median chance with which peace is to hold so many years.
    p_accept_both, survival : float
        Of the draft as it is.
    amendments : tuple of Amendment
        Fewest changes first, then the cheapest; each differs in kind from those before it.
    best_chance : float
        Largest share of the draws in which both sides accept, among the combinations tried that last as asked.
    bound : float
        Proved: no combination of the listed terms that lasts as asked is acceptable to both in a larger share of the
        draws. 1 where no proof was sought.
    binding : tuple of str
        Issues that stand most in the way: with any one of them out of dispute the share that can be reached rises
        most. Looked for only where no amendment was found.
    status : str
        One of `AmendStatus`.
    at_least : int
        Proved: no fewer changes are enough. 0 where none are needed, or nothing was found.
    """

    id: str
    title: str
    variant: str
    wanted: float
    lasting: float
    years: float
    p_accept_both: float
    survival: float
    amendments: tuple[Amendment, ...]
    best_chance: float
    bound: float
    binding: tuple[str, ...]
    status: AmendStatus
    at_least: int = 0

"""Named what-ifs of a war: what would change the pace of the front, from when on, and by how much, as judged."""

from __future__ import annotations

from dataclasses import dataclass

from armistice.core.war import Range


@dataclass(frozen=True)
class Scenario:
    """A counterfactual with its judged effect on the movement of the front.

    Attributes
    ----------
    id, title : str
    question : str
        What is asked, as a reader would ask it.
    from_month : int
        Months after the as-of day from which on it works; 0 from that day on.
    pace : Range
        Factor on all movement in side A's direction; 1 leaves it as it is, 0 stops it.
    recapture : Range or None
        What side B retakes besides in each month, as a share of the usual movement of a month; None for nothing.
    drivers : tuple of str
        What would bring it about: aid, shells, losses and the like.
    """

    id: str
    title: str
    question: str
    from_month: int
    pace: Range
    recapture: Range | None
    drivers: tuple[str, ...]

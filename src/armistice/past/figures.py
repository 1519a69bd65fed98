"""The charts of what past wars say, by name: those that the record allows."""

from __future__ import annotations

from armistice.core.durations import PastWars
from armistice.show.past import (
    draw_analogues,
    draw_chances_ahead,
    draw_endings_by_type,
    draw_severity,
    draw_war_survival,
)
from armistice.show.style import Figure


def figures_of(
    past: PastWars, *, name: str = "this war", deaths: float | None = None, width: int = 760
) -> dict[str, Figure]:
    """The figures of a record of past wars, in the order in which they are told.

    Parameters
    ----------
    past : PastWars
    name : str
        Of the war at hand.
    deaths : float, optional
        Of it so far, persons.
    width : int
        Of the pictures, px.

    Returns
    -------
    dict of str to Figure
        By the names of the gallery; without those of which the record knows too little.
    """
    drawn = [draw_war_survival(past, name=name, width=width), draw_chances_ahead(past, width=width)]
    if past.incidence:
        drawn.append(draw_endings_by_type(past, width=width))
    if past.likeness is not None:
        drawn.append(draw_analogues(past, width=width))
    if past.tail is not None:
        drawn.append(draw_severity(past, deaths=deaths, width=width))
    return {figure.id: figure for figure in drawn}

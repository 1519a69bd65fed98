"""Models → pictures: each model of the library drawn the way a teacher would, from grids of its own answers."""

from __future__ import annotations

from collections.abc import Callable

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.show.style import Figure

PICTURES: dict[str, Callable[[Solution, int], Figure]] = {}
"""Model → the function that draws it from a solution, for a width in px."""


def draw_picture(solution: Solution, width: int = 760) -> Figure:
    """The picture of a model, around a solution of it.

    Raises
    ------
    QueryError
        If the solution is of a grid of inputs.
    """
    if solution.name not in PICTURES:
        raise QueryError(f"{solution.name}: no picture")
    return PICTURES[solution.name](solution, width)

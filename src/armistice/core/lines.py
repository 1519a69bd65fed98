"""What a line drawn on the map would move: records of land, people, places and assets that change hands, by source.

Arrays run over the cells of the grid; areas are in km², people are those of the population date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Spot:
    """A place or an asset that changes hands.

    Attributes
    ----------
    name, kind : str
        ``place``, or the kind of asset.
    region : str
        Region of level 1.
    lon, lat : float
        Degrees.
    size : float or None
        People of a place; capacity of an asset, in `unit`.
    in_doubt : bool
        Whether the line of the day cuts its cell, so that its holder of the day is a guess.
    """

    name: str
    kind: str
    region: str
    lon: float
    lat: float
    size: float | None
    unit: str
    in_doubt: bool


@dataclass(frozen=True)
class Moved:
    """What passes to one side.

    Attributes
    ----------
    km2, high_km2 : float
        Net of each cell, and the most that the cells which both lines cut leave room for.
    people, high_people : float or None
        The same of people; None where nobody counted.
    places : tuple of Spot
        The most people first.
    assets : tuple of Spot
        By kind and name.
    """

    km2: float
    high_km2: float
    people: float | None
    high_people: float | None
    places: tuple[Spot, ...]
    assets: tuple[Spot, ...]


@dataclass(frozen=True)
class RegionMoved:
    """What changes hands in one region of level 1.

    Attributes
    ----------
    to_a, to_b : Moved
    held_km2, recorded_km2 : float and float or None
        Land that side A holds there on the day of the map, by the cells and by the record of the same source: their
        difference is what measuring by cells costs. None where the record has no figure of that day.
    after_km2 : float
        Land that side A would hold there, by the cells.
    """

    region: str
    to_a: Moved
    to_b: Moved
    held_km2: float
    recorded_km2: float | None
    after_km2: float


@dataclass(frozen=True, eq=False)
class SourceLine:
    """A drawing against the line of one source.

    Attributes
    ----------
    source : str
    map_day : date
        Day of the source's map.
    to_a, to_b : Moved
    regions : tuple of RegionMoved
        Those in which anything changes hands, the most land first.
    held_km2, after_km2 : float
        Land of side B's country that side A holds on the day of the map, and would hold.
    recorded_km2 : float or None
        The former by the record instead of the cells.
    before, after : array, shape (cells,)
        Share of each cell that side A holds, and would hold, 0 to 1.
    """

    source: str
    map_day: date
    to_a: Moved
    to_b: Moved
    regions: tuple[RegionMoved, ...]
    held_km2: float
    after_km2: float
    recorded_km2: float | None
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, eq=False)
class LineChange:
    """What a drawing would move on a day.

    Attributes
    ----------
    name : str
        Of the drawing, for titles.
    kind : {"polygons", "line"}
    day : date
    how : str
        How the drawing was read, in a sentence.
    outline : tuple of arrays, each of shape (points, 2)
        The lines drawn, or the rings of the polygons: longitude and latitude, degrees.
    cells : array of uint64, shape (cells,)
        The cells of the grid that `before` and `after` of each source speak of.
    cell_km2 : float
        Area of an ordinary cell: nothing smaller can be told.
    sources : tuple of SourceLine
        The latest map first.
    uncounted : tuple of str
        Regions in which land changes hands and nobody counted the people.
    """

    name: str
    kind: Literal["polygons", "line"]
    day: date
    how: str
    outline: tuple[np.ndarray, ...]
    cells: np.ndarray
    cell_km2: float
    sources: tuple[SourceLine, ...]
    uncounted: tuple[str, ...]

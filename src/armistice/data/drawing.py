"""A line or an area drawn by a user: GeoJSON (RFC 7946) read, and refused in a sentence where it cannot be meant.

Everything is checked before anything is computed: what the file is, how many points it has, whether they are pairs of
numbers, whether rings close and nothing crosses itself. Where on earth it lies is the war's business: see `lines`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import shapely
from shapely.geometry.base import BaseGeometry

from armistice.core.errors import QueryError

MOST_POINTS = 100_000
"""A cell of the grid is kilometres wide: more points say nothing more."""
MOST_BYTES = 32 * 2**20
_DEPTH = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_EXPECTED = "expected polygons of what one side would hold, or one line"
_LONLAT = ("CRS84", "EPSG::4326", "EPSG:4326")

Position = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Drawing:
    """A valid shape in degrees, longitude first.

    Attributes
    ----------
    name : str
        From the property `name` or `title`, else the name of the file.
    kind : {"polygons", "line"}
    shape : BaseGeometry
        A polygon or several, or a line or several.
    side : str
        The property `side`, in lower case; empty if there is none.
    where : str
        The file, for messages.
    """

    name: str
    kind: Literal["polygons", "line"]
    shape: BaseGeometry
    side: str
    where: str


def read_drawing(file: str | Path) -> Drawing:
    """Read a GeoJSON file.

    Raises
    ------
    QueryError
        With what is wrong with it, in a sentence.
    """
    path = Path(file)
    where = str(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise QueryError(f"{where}: {found}; expected a GeoJSON file; name one")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise QueryError(f"{where}: over {MOST_BYTES // 2**20} MB; expected a drawing; simplify it")
        raw = path.read_bytes()
    except OSError as error:
        raise QueryError(
            f"{where}: {error.strerror or error}; expected a file that can be read; choose another"
        ) from None
    if not raw.strip():
        raise QueryError(f"{where}: an empty file; {_EXPECTED}; draw one")
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise QueryError(f"{where}: not UTF-8 text; expected GeoJSON; save it as such") from None
    except json.JSONDecodeError as error:
        raise QueryError(
            f"{where} line {error.lineno}: not JSON ({error.msg}); expected GeoJSON; save it as such"
        ) from None
    except (RecursionError, ValueError):
        raise QueryError(f"{where}: not JSON that can be read; expected GeoJSON; save it as such") from None
    return drawing_of(content, where, path.stem)


def drawing_of(content: Any, where: str, name: str = "drawing") -> Drawing:
    """A drawing from GeoJSON already parsed.

    Parameters
    ----------
    content : dict
        A geometry, a feature or a collection.
    where : str
        What messages name.
    name : str
        Of the drawing, unless a feature has one.

    Raises
    ------
    QueryError
        As `read_drawing`.
    """
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise QueryError(f"{where}: no GeoJSON object with a type; {_EXPECTED}; save it as GeoJSON")
    _check_system(content, where)
    geometries, properties = _features(content, where)
    kinds = {str(g["type"]).removeprefix("Multi") for g in geometries}
    if len(kinds) > 1:
        raise QueryError(f"{where}: lines and polygons together; expected one kind; remove the other")
    rings = [_rings(g["coordinates"], _DEPTH[g["type"]], where) for g in geometries]
    if sum(len(ring) for geometry in rings for part in geometry for ring in part) > MOST_POINTS:
        raise QueryError(f"{where}: more than {MOST_POINTS:,} points; expected at most so many; simplify the drawing")
    parts = [[[_position(p, where) for p in ring] for ring in part] for geometry in rings for part in geometry]
    given = {str(p["side"]).strip().lower() for p in properties if p.get("side") not in (None, "")}
    if len(given) > 1:
        raise QueryError(
            f"{where}: side is {' and '.join(sorted(given))}; expected one side for the whole drawing; name one"
        )
    titles = [p[k] for p in properties for k in ("title", "name") if isinstance(p.get(k), str) and p[k].strip()]
    title, side = " ".join(titles[0].split()) if titles else name, next(iter(given), "")
    if kinds == {"Polygon"}:
        return Drawing(title, "polygons", _polygons(parts, where), side, where)
    return Drawing(title, "line", _line([line for part in parts for line in part], where), side, where)


def _check_system(content: dict[str, Any], where: str) -> None:
    system = content.get("crs")
    if system is not None and not any(name in json.dumps(system, default=str) for name in _LONLAT):
        raise QueryError(
            f"{where}: a coordinate system of its own; expected degrees of WGS 84, longitude first; reproject the file"
        )


def _features(content: dict[str, Any], where: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All geometries that hold coordinates, and the properties of all features."""
    geometries: list[dict[str, Any]] = []
    properties: list[dict[str, Any]] = []
    waiting: list[Any] = [content]
    while waiting:
        item = waiting.pop()
        kind = item.get("type") if isinstance(item, dict) else None
        if kind in ("FeatureCollection", "GeometryCollection"):
            inner = item.get("features" if kind == "FeatureCollection" else "geometries")
            if not isinstance(inner, (list, tuple)):
                raise QueryError(f"{where}: a {kind} without a list; {_EXPECTED}; save it as GeoJSON")
            waiting += reversed(inner)
        elif kind == "Feature":
            if isinstance(item.get("properties"), dict):
                properties.append(item["properties"])
            if not isinstance(item.get("geometry"), dict):
                raise QueryError(f"{where}: a feature with no geometry; {_EXPECTED}; draw it or remove the feature")
            waiting.append(item["geometry"])
        elif kind in _DEPTH:
            if not isinstance(item.get("coordinates"), (list, tuple)) or not item["coordinates"]:
                raise QueryError(f"{where}: a {kind} with no coordinates; {_EXPECTED}; draw it or remove it")
            geometries.append(item)
        else:
            raise QueryError(f"{where}: type {str(kind)[:40]!r}; {_EXPECTED}; draw one")
    if not geometries:
        raise QueryError(f"{where}: empty, nothing is drawn; {_EXPECTED}; draw one")
    return geometries, properties


def _rings(coordinates: Any, depth: int, where: str) -> list[list[list[Any]]]:
    """Coordinates of any kind as parts of rings of positions; a line is a part of one ring."""
    if depth == 1:
        return [[_list(coordinates, where)]]
    if depth == 2:
        return [[_list(ring, where) for ring in _list(coordinates, where)]]
    return [[_list(ring, where) for ring in _list(part, where)] for part in _list(coordinates, where)]


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, (list, tuple)) or not value:
        raise QueryError(
            f"{where}: coordinates that are not nested as the type asks; expected lists of positions; draw it anew"
        )
    return list(value)


def _position(value: Any, where: str) -> Position:
    if not isinstance(value, (list, tuple)) or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in value
    ):
        raise QueryError(
            f"{where}: {str(value)[:40]} for a position; expected two numbers, longitude and latitude; mend it"
        )
    if len(value) > 2:
        raise QueryError(
            f"{where}: three-dimensional, a position has {len(value)} numbers; expected longitude and latitude; "
            "drop the heights"
        )
    if len(value) < 2 or not all(-1e9 < v < 1e9 for v in value):
        raise QueryError(f"{where}: {str(value)[:40]} for a position; expected longitude and latitude; mend it")
    return float(value[0]), float(value[1])


def _polygons(parts: list[list[list[Position]]], where: str) -> BaseGeometry:
    shapes = []
    for part in parts:
        for ring in part:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise QueryError(
                    f"{where}: a ring from {_spot(ring[0])} that does not close; expected four or more positions, the "
                    "last like the first; close it"
                )
        shape = shapely.Polygon(part[0], part[1:])
        if not shapely.is_valid(shape):
            raise QueryError(f"{where}: {_reason(shape)}; expected rings that do not cross; draw it anew")
        shapes.append(shape)
    whole = shapely.union_all(shapes)
    if not whole.area > 0:
        raise QueryError(f"{where}: polygons without area; {_EXPECTED}; draw one")
    return whole


def _line(lines: list[list[Position]], where: str) -> BaseGeometry:
    for line in lines:
        if len(set(line)) < 2:
            raise QueryError(f"{where}: a line of one point; {_EXPECTED}; draw it")
    whole = shapely.MultiLineString(lines)
    if not shapely.is_simple(whole):
        raise QueryError(f"{where}: the line crosses itself; expected one that does not; draw it anew")
    return shapely.line_merge(whole, directed=True)


def _reason(shape: BaseGeometry) -> str:
    told = shapely.is_valid_reason(shape)
    words, _, spot = told.partition("[")
    at = [float(v) for v in spot.rstrip("]").split()[:2] if _is_number(v)]
    place = f" at {_spot((at[0], at[1]))}" if len(at) == 2 else ""
    return (
        f"the outline crosses itself{place}" if "ntersection" in words else f"an impossible outline ({words.lower()})"
    )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _spot(position: Position) -> str:
    return f"{position[0]:g}, {position[1]:g}"

"""The toy war: an invented war whose truth is known, small enough to run the whole chain in seconds.

``python tests/make_toy.py OUT [--raw DIR] [--seed N]`` draws a front that moves by a known law, lets two rival
maps report it with known delays, biases and gaps, writes both as raw files such as publishers offer, and derives
the pack from them by the same build that derives every pack. What generated it is written to ``truth.json``.

The two countries, their people and places are invented. They lie at 0 to 3 degrees east and 46 to 48 degrees
north only because a hexagon grid needs coordinates; what is there on real maps has no part in it. The projection
is cylindrical and equal-area, so that meridians and parallels stay straight and every area has a closed form.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from armistice.data.build import DERIVED, build

SHIPPED = Path(__file__).parents[1] / "wars" / "toy"
"""The shipped pack; its files written by hand (settings, issues, positions, events) are taken from there."""

PROJECTION = "+proj=cea +lat_ts=47 +lon_0=1.5 +ellps=WGS84 +units=m"
SEED = 16723
"""A seed under which the front never falls back, so that the only redraw is the planted one."""
FIRST, LAST = date(2011, 1, 1), date(2013, 6, 30)
MONTHS = 30
STEP_KM2 = 350.0
START_KM2 = 420.0
"""Land of Northreach taken in the first hours of the offensive."""
DRIFT, SIGMA = 0.45, 0.30
"""Monthly movement of the front in steps: mean and standard deviation."""

# Southern and northern edge, and the western edges of Westmoor, Rivermark, Northreach, the border and the far end.
SOUTH, MIDDLE, NORTH = 46.0, 47.0, 48.0
WEST, RIVER, REACH, BORDER, EAST = 0.0, 1.6, 1.85, 2.5, 3.0
CORNER = 2.3
"""Land east of this meridian in the south was held before the war."""

SOURCES = {
    "mapwatch": {
        "first": date(2011, 1, 1), "delay_days": 3, "bias_share": 0.0, "noise_km2": 4.0, "update_days": (1, 16),
        "gaps": (("2011-08-03", "2011-08-06"), ("2012-11-20", "2012-12-02")),
    },
    "frontline": {
        "first": date(2011, 5, 1), "delay_days": 9, "bias_share": -0.03, "noise_km2": 6.0, "update_days": (6, 21),
        "gaps": (("2011-09-10", "2011-09-12"), ("2012-04-11", "2012-04-30"), ("2013-02-02", "2013-02-03")),
    },
}  # fmt: skip
UNKNOWN_UNTIL = date(2012, 9, 30)
UNKNOWN_DEGREES = 0.02
BATTLE = {"region": "southreach", "date": "2012-03-10", "change_km2": 90.0}
REDRAW = {"source": "frontline", "region": "southreach", "date": "2012-08-14", "change_km2": 65.0}
VINTAGE = date(2012, 12, 31)
CORRECTED = {"source": "frontline", "start": "2012-06-01", "end": "2012-06-05", "was_more_by_km2": 12.0}
"""Maps that differed in the raw files of an earlier build: what the log of revisions must show."""
INCURSION = {"region": "fenmark", "start": "2011-11-05", "end": "2012-03-20", "degrees": (2.5, 2.56, 47.3, 47.6)}
LOSSES = {
    "aldmark": {"per_month": 900.0, "claimed_share": 1.6, "named_share": 0.45},
    "brelland": {"per_month": 600.0, "claimed_share": 2.1, "named_share": 0.55},
}
AID = {"corland": (180.0, 60.0), "dovia": (70.0, 110.0)}
"""Mean aid of each donor, EUR million a month: military, financial."""

PROFILE_LAT = np.linspace(MIDDLE, NORTH, 9)
PROFILE = np.array([0.02, -0.03, 0.01, 0.035, -0.02, -0.035, 0.015, 0.03, -0.01])
"""Shape of the northern front line: degrees east of its mean position, by latitude."""


def plane(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Planar coordinates in metres."""
    points = gpd.GeoSeries(gpd.points_from_xy(np.atleast_1d(lon), np.atleast_1d(lat)), crs=4326).to_crs(PROJECTION)
    return points.x.to_numpy(), points.y.to_numpy()


@functools.cache
def km2_per_degree(south: float, north: float) -> float:
    """Area of a band between two parallels, one degree of longitude wide."""
    x, y = plane(np.array([1.0, 2.0]), np.array([south, north]))
    return float((x[1] - x[0]) * (y[1] - y[0]) / 1e6)


def draw_truth(seed: int) -> dict:
    """The latent war: how far the front stood on every day, and what every source makes of it."""
    rng = np.random.default_rng(seed)
    moved = rng.normal(DRIFT, SIGMA, MONTHS).round(4)
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    month = np.array([(d.year - FIRST.year) * 12 + d.month - 1 for d in days])
    length = np.bincount(month)
    within = np.array([d.day for d in days]) / length[month]
    steps = np.concatenate([[0.0], np.cumsum(moved)])[month] + moved[month] * within
    ends = np.cumsum(length) - 1
    return {
        "about": "The parameters that generated the toy war; nothing in the package reads this file.",
        "seed": seed,
        "step_km2": STEP_KM2,
        "front": {
            "region": "northreach",
            "start_km2": START_KM2,
            "drift_steps_per_month": DRIFT,
            "sigma_steps_per_month": SIGMA,
            "moved_steps": [float(m) for m in moved],
            "held_km2_at_month_end": [round(float(s), 3) for s in START_KM2 + steps[ends] * STEP_KM2],
        },
        "sources": {
            name: {
                "first": str(s["first"]), "delay_days": s["delay_days"], "bias_share": s["bias_share"],
                "noise_km2": s["noise_km2"], "gaps": [list(g) for g in s["gaps"]],
            }
            for name, s in SOURCES.items()
        },
        "battle": BATTLE,
        "redraw": REDRAW,
        "corrected": CORRECTED,
        "incursion": {k: INCURSION[k] for k in ("region", "start", "end")},
        "losses": LOSSES,
        "aid_eur_million_per_month": {k: {"military": m, "financial": f} for k, (m, f) in AID.items()},
    }  # fmt: skip


def held_on(truth: dict) -> dict[date, float]:
    """Land of Northreach truly held by side A on each day, km²."""
    ends = [0.0, *np.cumsum(truth["front"]["moved_steps"])]
    out = {}
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(n)
        month = (day.year - FIRST.year) * 12 + day.month - 1
        length = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - date(day.year, day.month, 1)).days
        out[day] = START_KM2 + (ends[month] + (ends[month + 1] - ends[month]) * day.day / length) * STEP_KM2
    return out


# --- raw files: what publishers would offer ------------------------------------------------------------------


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(west, south, east, north)


@functools.cache
def mean_profile() -> float:
    """Mean of the northern front's profile by area, degrees."""
    y = plane(np.full(9, 2.0), PROFILE_LAT)[1]
    return float(np.sum((PROFILE[1:] + PROFILE[:-1]) / 2 * np.diff(y)) / (y[-1] - y[0]))


def front_polygon(held_km2: float) -> shapely.Polygon:
    """Land of Northreach east of a line with the fixed profile, of a given area."""
    lon = BORDER - held_km2 / km2_per_degree(MIDDLE, NORTH) - mean_profile() + PROFILE
    line = [(float(a), float(b)) for a, b in zip(lon.round(6), PROFILE_LAT, strict=True)]
    return shapely.Polygon([*line, (BORDER, NORTH), (BORDER, MIDDLE)])


def maps_of(source: str, truth: dict, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Daily maps of one source: its own line, in its own words."""
    says, truly = SOURCES[source], held_on(truth)
    gaps = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in says["gaps"]]
    south = km2_per_degree(SOUTH, MIDDLE)
    late = timedelta(says["delay_days"])
    rows: list[tuple[str, str, shapely.Geometry]] = []
    reported = extra = 0.0
    for day in (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)):
        if day.day in says["update_days"] or day == says["first"]:
            seen = truly.get(day - late, START_KM2)
            reported = seen * (1 + says["bias_share"]) + float(rng.normal(0, says["noise_km2"]))
        if day == date.fromisoformat(BATTLE["date"]) + late:
            extra += BATTLE["change_km2"]
        if source == REDRAW["source"] and str(day) == REDRAW["date"]:
            extra += REDRAW["change_km2"]
        if day < says["first"] or any(a <= day <= b for a, b in gaps):
            continue
        taken_south = box(2.2 - extra / south, SOUTH, BORDER, MIDDLE)
        north = front_polygon(reported)
        if source == "mapwatch":
            # What was held before the war is drawn apart, and once more, by a strip, as held.
            rows.append((str(day), "before", box(CORNER, SOUTH, BORDER, MIDDLE)))
            fresh = box(2.2 - extra / south, SOUTH, CORNER + 0.01, MIDDLE)
            rows.append((str(day), "held", shapely.MultiPolygon([north, fresh])))
            if day <= UNKNOWN_UNTIL:
                west = shapely.get_coordinates(north)[: len(PROFILE_LAT)]
                strip = shapely.Polygon([*west, *(west[::-1] - [UNKNOWN_DEGREES, 0.0])])
                rows.append((str(day), "unknown", strip))
            words = "liberated"
        else:
            rows.append((str(day), "control", shapely.MultiPolygon([north, taken_south])))
            words = "incursion"
        if INCURSION["start"] <= str(day) <= INCURSION["end"]:
            w, e, s, n = INCURSION["degrees"]
            rows.append((str(day), words, box(w, s, e, n)))
    frame = pd.DataFrame(rows, columns=["date", "status", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=4326)


def _grid(west: float, south: float, east: float, north: float, columns: int, rows: int) -> list[shapely.Polygon]:
    lon, lat = np.linspace(west, east, columns + 1).round(6), np.linspace(south, north, rows + 1).round(6)
    return [box(lon[c], lat[r], lon[c + 1], lat[r + 1]) for c in range(columns) for r in range(rows)]


def boundaries() -> dict[str, gpd.GeoDataFrame]:
    """Regions, districts, communities and the land beyond the border."""
    regions = [
        ("Westmoor", "B1", box(WEST, SOUTH, RIVER, NORTH)), ("Rivermark", "B2", box(RIVER, MIDDLE, REACH, NORTH)),
        ("Northreach", "B3", box(REACH, MIDDLE, BORDER, NORTH)), ("Southreach", "B4", box(RIVER, SOUTH, BORDER, MIDDLE)),
    ]  # fmt: skip
    shape = {code: shapely.bounds(s) for _, code, s in regions}
    districts, communities = [], []
    for code, names in (
        ("B1", "Harrow Deeping Lowmere"),
        ("B2", "Sillbank"),
        ("B3", "Farreach Midreach Nearreach"),
        ("B4", "Dunmoor Saltby"),
    ):
        names_ = names.split()
        for number, (name, part) in enumerate(zip(names_, _grid(*shape[code], len(names_), 1), strict=True), 1):
            districts.append((name, f"{code}D{number}", part))
            for place, piece in enumerate(_grid(*shapely.bounds(part), 1, 2), 1):
                communities.append((f"{name} {['South', 'North'][place - 1]}", f"{code}D{number}C{place}", piece))
    out = {}
    for name, rows in (("regions", regions), ("districts", districts), ("communities", communities)):
        out[name] = gpd.GeoDataFrame(
            pd.DataFrame(rows, columns=["name", "code", "geometry"]), geometry="geometry", crs=4326
        )
    beyond = [("Fenmark", f"A{n}", part) for n, part in enumerate(_grid(BORDER, MIDDLE, EAST, NORTH, 1, 2), 1)]
    out["beyond"] = gpd.GeoDataFrame(
        pd.DataFrame(beyond, columns=["name", "code", "geometry"]), geometry="geometry", crs=4326
    )
    river = shapely.LineString([(RIVER + 0.02 * (-1) ** n, lat) for n, lat in enumerate(np.linspace(SOUTH, NORTH, 11))])
    land = [("land", "", box(WEST, SOUTH, EAST, NORTH)), ("river", "Sill", river)]
    out["outlines"] = gpd.GeoDataFrame(
        pd.DataFrame(land, columns=["layer", "name", "geometry"]), geometry="geometry", crs=4326
    )
    return out


PLACES = (
    ("Brellhaven", 0.42, 47.21, 610000), ("Harrowgate Cross", 0.31, 46.6, 48000), ("Deepwater", 0.8, 47.55, 120000),
    ("Lowmere", 1.22, 46.4, 95000), ("Mossend", 1.31, 47.7, 9000), ("Sillbridge", 1.72, 47.45, 88000),
    ("Upper Sill", 1.66, 47.86, 12500), ("Nether Sill", 1.7, 47.12, 7400), ("Reachminster", 2.02, 47.62, 142000),
    ("Ashfold", 1.96, 47.2, 31000), ("Tarnby", 2.17, 47.3, 26000), ("Oxlea", 2.2, 47.74, 18500), ("Borderby", 2.41, 47.52, 22000),
    ("Fenwatch", 2.44, 47.14, 6100), ("Dunmoor", 1.8, 46.5, 64000), ("Millrace", 1.7, 46.82, 5200),
    ("Saltby Harbour", 2.36, 46.3, 77000), ("Saltpans", 2.26, 46.7, 15000), ("Greywell", 2.1, 46.45, 3100), ("Thornholt", 1.1, 47.35, 450),
)  # fmt: skip
ASSETS = (
    ("Deepwater Works", "steel-plant", 0.82, 47.53, 2.4, "Mt/yr", "operating"),
    ("Reach Colliery", "coal-mine", 2.05, 47.6, 1.1, "Mt/yr", "operating"),
    ("Tarnby Pit", "coal-mine", 2.19, 47.32, 0.6, "Mt/yr", "operating"),
    ("Borderby Pit", "coal-mine", 2.42, 47.5, 0.4, "Mt/yr", "operating"),
    ("Sill Dam", "power-station", 1.66, 47.4, 480.0, "MW", "operating"),
    ("Saltby Power Station", "power-station", 2.35, 46.31, 900.0, "MW", "operating"),
    ("Dunmoor Terminal", "terminal", 1.78, 46.48, None, "", "operating"),
    ("Lowmere Array", "power-station", 1.2, 46.42, 60.0, "MW", "cancelled"),
)
DENSITY = {"B1": 24.0, "B2": 46.0, "B3": 62.0, "B4": 31.0}
"""People per km² of the communities of each region, besides those of the listed places."""


def tables(truth: dict, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Gazetteer, people, plants, losses, aid and displacement."""
    land = boundaries()["communities"]
    points = shapely.points([(p[1], p[2]) for p in PLACES])
    people = []
    for code, shape in zip(land["code"], land.geometry, strict=True):
        west, south, east, north = shape.bounds
        area = km2_per_degree(south, north) * (east - west)
        listed = sum(p[3] for p, at in zip(PLACES, points, strict=True) if shape.contains(at))
        people.append((code, round(listed + area * DENSITY[code[:2]])))
    months = pd.period_range(FIRST, LAST, freq="M")
    losses, aid, received, displaced, harmed = [], [], [], [], []
    true = {k: np.cumsum(rng.gamma(9.0, v["per_month"] / 9.0, MONTHS)) for k, v in LOSSES.items()}
    for n, month in enumerate(months):
        end = str(month.end_time.date())
        for side, rule in LOSSES.items():
            claimed = round(true[side][n] * rule["claimed_share"], -1)
            named = round(true[side][n] * rule["named_share"])
            losses.append(
                (
                    end,
                    side,
                    int(claimed),
                    int(named),
                    int(true[side][n] * 0.011),
                    int(true[side][n] * 0.034),
                    int(true[side][n] * 0.016),
                )
            )
        total = np.zeros(2)
        for donor, means in AID.items():
            given = (rng.gamma(4.0, np.array(means) / 4.0)).round(1)
            total += given
            for kind, value in zip(("military", "financial"), given, strict=True):
                aid.append((str(month), donor.title(), kind, float(value)))
        received.append((str(month), *(float(v) for v in total.round(1))))
        harmed.append((str(month), int(rng.poisson(55)), int(rng.poisson(160))))
    for year, refugees, inside in ((2011, 310000, 540000), (2012, 480000, 610000)):
        displaced.append((year, refugees, inside))
    truth["losses_true_at_end"] = {k: int(v[-1]) for k, v in true.items()}
    return {
        "gazetteer": pd.DataFrame([(*p, "BR") for p in PLACES] + [("Aldport", 2.9, 47.6, 250000, "AL")], columns=["name", "lon", "lat", "people", "country"]),
        "people": pd.DataFrame(people, columns=["code", "people"]),
        "plants": pd.DataFrame(ASSETS, columns=["name", "kind", "lon", "lat", "capacity", "unit", "status"]),
        "losses": pd.DataFrame(losses, columns=["date", "side", "claimed", "named", "tanks", "armour", "guns"]),
        "aid": pd.DataFrame(aid, columns=["month", "donor", "kind", "eur_million"]),
        "received": pd.DataFrame(received, columns=["month", "military", "financial"]),
        "displaced": pd.DataFrame(displaced, columns=["year", "refugees", "inside"]),
        "harmed": pd.DataFrame(harmed, columns=["month", "killed", "injured"]),
    }  # fmt: skip


def write_raw(folder: Path, seed: int = SEED) -> dict:
    """Write the raw files and return the truth behind them."""
    truth = draw_truth(seed)
    (folder / "maps").mkdir(parents=True, exist_ok=True)
    (folder / "land").mkdir(exist_ok=True)
    (folder / "series").mkdir(exist_ok=True)
    for number, source in enumerate(SOURCES):
        maps = maps_of(source, truth, np.random.default_rng([seed, number]))
        span = f"{maps['date'].min()}_{maps['date'].max()}".replace("-", "")
        maps.to_parquet(folder / "maps" / f"{source}_{span}.parquet", index=False)
    for name, shapes in boundaries().items():
        shapes.to_parquet(folder / "land" / f"{name}.parquet", index=False)
    for name, frame in tables(truth, np.random.default_rng([seed, 99])).items():
        frame.to_csv(folder / "series" / f"{name}.csv", index=False, lineterminator="\n")
    return truth


# --- the pack ------------------------------------------------------------------------------------------------


def _uncorrect(maps: Path) -> None:
    """Put the maps of one source back to what they showed before they were corrected."""
    file = next(maps.glob(f"{CORRECTED['source']}_*.parquet"))
    rows = gpd.read_parquet(file)
    wrong = rows["date"].between(CORRECTED["start"], CORRECTED["end"]) & (rows["status"] == "control")
    added = box(2.1, MIDDLE - CORRECTED["was_more_by_km2"] / 0.1 / 7600, 2.2, MIDDLE)
    rows.loc[wrong, "geometry"] = [shapely.union(shape, added) for shape in rows.loc[wrong].geometry]
    rows.to_parquet(file, index=False)


def _as_csv(folder: Path) -> None:
    """Turn the observations into CSV, so that messages about them name a line and a diff can be read."""
    rows = pd.read_parquet(folder / "observations.parquet")
    for column in ("low", "value", "high"):
        rows[column] = ["" if np.isnan(v) else f"{v:.3f}".rstrip("0").rstrip(".") for v in rows[column]]
    rows.to_csv(folder / "observations.csv", index=False, lineterminator="\n")
    (folder / "observations.parquet").unlink()


def write_pack(out: Path, raw: Path, seed: int = SEED) -> None:
    """Write the raw files and, derived from them, the pack."""
    truth = write_raw(raw, seed)
    derived = {f"{name}.{ending}" for name in DERIVED for ending in ("csv", "parquet")} | {
        "outlines.geojson",
        "truth.json",
    }
    with tempfile.TemporaryDirectory() as scratch:
        pack, before = Path(scratch) / "toy", Path(scratch) / "raw"
        pack.mkdir()
        for file in SHIPPED.iterdir():
            if file.name not in derived and file.is_file():
                shutil.copyfile(file, pack / file.name)
        shutil.copytree(SHIPPED / "settlements", pack / "settlements")
        # The pack as it was half a year before, made from maps that their publisher has since corrected in silence.
        shutil.copytree(raw, before)
        _uncorrect(before / "maps")
        build(pack, before, accept_new=True, as_of=VINTAGE)
        build(pack, raw, accept_new=True, as_of=LAST)
        _as_csv(pack)
        (pack / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
        # File by file, so that somebody who reads the pack meanwhile does not find it gone.
        out.mkdir(parents=True, exist_ok=True)
        shutil.copytree(pack / "settlements", out / "settlements", dirs_exist_ok=True)
        for file in sorted(p for p in pack.iterdir() if p.is_file()):
            shutil.copyfile(file, out / f".{file.name}.part")
            (out / f".{file.name}.part").replace(out / file.name)
        for file in out.iterdir():
            if file.is_file() and not (pack / file.name).exists():
                file.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the pack; what is in it is replaced")
    parser.add_argument("--raw", type=Path, help="folder for the raw files; a scratch folder by default")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write_pack(chosen.out, chosen.raw or Path(scratch), chosen.seed)
    total = sum(f.stat().st_size for f in chosen.out.rglob("*") if f.is_file())
    digest = hashlib.sha256(b"".join(f.read_bytes() for f in sorted(chosen.out.rglob("*")) if f.is_file())).hexdigest()
    print(f"{chosen.out}: {total:,} bytes, {digest[:12]}")


if __name__ == "__main__":
    main()

"""A war as a folder: read it, check all of it, and cut it down to what was known on a day.

`read_pack` is the only way in. It reports every fault at once and hands back nothing unless there is none,
so that whatever follows may rely on what the checks promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from armistice.core.digest import folder_digest
from armistice.core.errors import FaultCollector, QueryError, near
from armistice.core.packs import find_pack
from armistice.core.panel import MAP_REACH
from armistice.core.parameters import Judgements
from armistice.core.scenarios import Scenario
from armistice.core.war import Axis, AxisStep, Belligerent, Pause, Region, Source, War
from armistice.data.checks import TomlReader, read_json, read_table, read_toml, show
from armistice.data.issues import read_issues
from armistice.data.judgements import read_judgements
from armistice.data.scenarios import read_scenarios
from armistice.data.tables import QUANTITIES, REGIONAL, TABLES
from armistice.data.terminations import check_forecasts, known_outcomes

AREA_TOLERANCE = 0.015
"""Relative mismatch allowed between boundary files of different levels."""

_DATED = {
    "events": "date",
    "responses": "date",
    "positions": "date",
    "control_cells": "date",
    "redraws": "date",
    "revisions": "built",
}


@dataclass(frozen=True)
class Pack:
    """A checked pack as known on its as-of day.

    Attributes
    ----------
    path : Path
    war : War
    digest : str
        SHA-256 over the names and bytes of all files of the pack.
    observations : DataFrame
        Rows published by the as-of day, periods cut there.
    tables : dict of DataFrame
        The other tables (events, positions, cells, …); absent ones are empty.
    game : Judgements or None
        The judged numbers of the war-termination game, made as of the pack's own day; None where there are none.
    scenarios : tuple of Scenario
        What-ifs with their judged effects, made as of the pack's own day.
    mapped_from : date or None
        Day from which a map of the country is known, whatever the as-of day; None where there never is.
    """

    path: Path
    war: War
    digest: str
    observations: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    game: Judgements | None = None
    scenarios: tuple[Scenario, ...] = ()
    mapped_from: date | None = None


def read_pack(path_or_slug: str | Path, as_of: date | None = None) -> Pack:
    """Read and check a pack, and cut it down to what was published by a day.

    Parameters
    ----------
    path_or_slug : path or str
    as_of : date, optional
        Day of knowledge; the pack's own by default.

    Raises
    ------
    PackError
        With every fault found, if there is any.
    QueryError
        If there is no such pack or the day lies outside its record.
    """
    folder = find_pack(path_or_slug)
    faults = FaultCollector()
    settings = read_toml(folder / "war.toml", folder, faults)
    tables = {name: read_table(folder, table, faults) for name, table in TABLES.items()}
    if settings is None:
        faults.raise_if_any()
        raise AssertionError("unreadable settings leave a fault")
    issues_file = read_toml(folder / "issues.toml", folder, faults) if _is_there(folder / "issues.toml") else {}
    _check_outlines(folder, faults)
    frames = {name: _or_empty(frame, name) for name, frame in tables.items()}
    if (folder / "local").is_symlink():
        faults.add("local", "a link", "a folder inside the pack", "copy the folder into the pack")
    for name in ("observations", "control_cells"):
        local = (
            read_table(folder / "local", TABLES[name], faults)
            if (folder / "local" / f"{name}.parquet").exists()
            else None
        )
        if local is not None:
            frames[name] = pd.concat([frames[name], local], ignore_index=True)
            frames[name].index += 1
    war = _read_war(folder, settings, issues_file or {}, frames, faults)
    _check_tables(war, frames, faults)
    game = read_judgements(folder, war.axes, faults, war.issues)
    scenarios = read_scenarios(folder, faults)
    faults.raise_if_any()
    observations = frames.pop("observations")
    del frames["cited"]  # part of the observations of a built pack
    maps = observations[(observations["quantity"] == "control") & (observations["region"] == war.root)]
    first = maps["published"].min().date() if len(maps) else None
    whole = Pack(folder, war, folder_digest(folder), observations, frames, game, scenarios, first)
    return cut_pack(whole, as_of or war.as_of)


def cut_pack(pack: Pack, as_of: date) -> Pack:
    """A pack as it was known on an earlier day: `read_pack` of that day, without reading again.

    Raises
    ------
    QueryError
        If the day lies outside the record.
    """
    war = pack.war
    if not war.start <= as_of <= war.as_of:
        raise QueryError(
            f"{as_of}: outside the record of {war.title}; expected a day from {war.start} to {war.as_of}; "
            "choose such a day, or build the pack from newer raw files"
        )
    day = np.datetime64(as_of, "s")
    observations, tables = known_by(pack.observations, as_of), dict(pack.tables)
    for name, column in _DATED.items():
        tables[name] = tables[name][tables[name][column] <= day].reset_index(drop=True)
    tables["forecasts"] = known_outcomes(tables["forecasts"], as_of)
    pauses = tuple(replace(p, end=min(p.end, as_of)) for p in war.pauses if p.start <= as_of)
    war = replace(war, as_of=as_of, pauses=pauses)
    war = replace(war, axes=tuple(_with_start(axis, war, observations) for axis in war.axes))
    return replace(pack, war=war, observations=observations, tables=tables)


def known_by(observations: pd.DataFrame, day: date) -> pd.DataFrame:
    """Observations published by a day, with states cut at the day up to which they were known.

    A state that holds from `start` to `end` and became known with a lag is known at `day` only up to that
    lag before it.
    """
    now = np.datetime64(day, "s")
    rows = observations[observations["published"] <= now].copy()
    state = rows["quantity"].map({q.name: q.kind == "state" for q in QUANTITIES.values()}).astype(bool)
    known_to = now - (rows["published"] - rows["start"])
    rows["end"] = rows["end"].where(~state | (rows["end"] <= known_to), known_to).astype("datetime64[s]")
    return rows.reset_index(drop=True)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _or_empty(frame: pd.DataFrame | None, name: str) -> pd.DataFrame:
    if frame is not None:
        return frame
    kinds = {"number": float, "integer": float, "flag": float, "date": "datetime64[s]"}
    return pd.DataFrame({c.name: pd.Series(dtype=kinds.get(c.kind, object)) for c in TABLES[name].columns})


# --- war.toml and issues.toml -----------------------------------------------------------------------------


def _read_war(
    folder: Path, settings: dict, issues_file: dict, frames: dict[str, pd.DataFrame], faults: FaultCollector
) -> War:
    top = TomlReader(settings, "war.toml", faults)
    title, start, as_of, baseline = top.text("title"), top.day("start"), top.day("as_of"), top.day("baseline")
    if as_of < start:
        faults.add("war.toml", f"as_of {as_of} before start {start}", "as_of on or after start", "mend one of them")
    elif not start <= baseline <= as_of:
        faults.add(
            "war.toml", f"baseline {baseline}", f"a day from start {start} to as_of {as_of}", "mend the baseline"
        )
    root = top.identifier("root")
    sides = []
    for item in top.tables("belligerent"):
        side = item.text("side", choices=("a", "b"))
        name, adjective, capital = item.text("name"), item.text("adjective"), item.text("capital")
        sides.append(Belligerent(item.identifier("id"), name, adjective, "b" if side == "b" else "a", capital))
        item.close()
    if sorted(b.side for b in sides) != ["a", "b"]:
        found = f"sides {', '.join(b.side for b in sides) or 'none'}"
        faults.add("war.toml [[belligerent]]", found, "one belligerent on side a and one on side b", "name both sides")
        sides = [Belligerent("a", "A", "A", "a", ""), Belligerent("b", "B", "B", "b", "")]
    elif sides[0].id == sides[1].id:
        faults.add("war.toml [[belligerent]]", f"id {show(sides[0].id)} twice", "an id for each", "rename one")
    third = top.texts("third_parties", required=False)
    notes = top.texts("notes", required=False)
    axis_heads = {}
    for item in top.tables("axis", required=False):
        head = (item.identifier("id"), item.text("title"), item.text("low_end"), item.text("high_end"))
        item.close()
        if head[0] in axis_heads:
            faults.add(item.where, f"axis {show(head[0])} twice", "each axis once", "remove or rename one")
        axis_heads[head[0]] = head
    pauses = _pauses(top, baseline, as_of)
    top.close()
    regions = _regions(frames["regions"], faults)
    if root not in regions:
        faults.add("war.toml", f"root is {show(root)}", "the country's row in regions.csv", near(root, regions))
    differ = read_issues(issues_file, third, faults)
    sources = {row.id: _source(row) for row in frames["sources"].itertuples()}
    axes = tuple(_axis(head, frames["axis"]) for head in axis_heads.values())
    _known(frames["axis"], "axis", "axis", set(axis_heads), "an [[axis]] of war.toml", faults)
    for axis in axes:
        if not axis.steps:
            where = "war.toml [[axis]]" if len(frames["axis"]) else "axis.csv"
            faults.add(where, f'axis "{axis.id}" has no steps', "rows in axis.csv", "add them or remove the axis")
    return War(
        slug=folder.resolve().name, title=title, start=start, as_of=as_of, baseline=baseline, root=root,
        belligerents=(sides[0], sides[1]), third_parties=third, issues=differ.issues, red_lines=differ.red_lines, axes=axes,
        regions=regions, sources=sources, notes=notes, bundles=differ.bundles, pauses=pauses,
    )  # fmt: skip


def _pauses(top: TomlReader, baseline: date, as_of: date) -> tuple[Pause, ...]:
    """Days on which the war rested: inside the war, in order, with fighting before, between and after them."""
    found: list[Pause] = []
    for item in top.tables("pause", required=False):
        pause = Pause(item.day("from"), item.day("to"), item.text("why"))
        item.close()
        begins_after = found[-1].end if found else baseline
        if not begins_after < pause.start <= pause.end < as_of:
            expected = f"from after {begins_after}, to not before from, and to before as_of {as_of}"
            item.faults.add(
                item.where, f"a pause from {pause.start} to {pause.end}", expected, "mend or order the days"
            )
        found.append(pause)
    return tuple(found)


def _source(row: Any) -> Source:
    accessed = "" if pd.isna(row.accessed) else str(row.accessed)[:10]
    return Source(
        row.id, row.producer, row.title, row.version, row.url, row.licence, row.published, accessed, row.sha256
    )


# --- regions and axes -------------------------------------------------------------------------------------


def _regions(frame: pd.DataFrame, faults: FaultCollector) -> dict[str, Region]:
    regions: dict[str, Region] = {}
    for row in frame.itertuples():
        population = None if pd.isna(row.population) else float(row.population)
        level = 0 if pd.isna(row.level) else int(row.level)
        regions[row.region] = Region(
            row.region, row.name, row.parent, level, "b" if row.owner == "b" else "a",
            float(row.area_km2), population, float(row.lon), float(row.lat),
        )  # fmt: skip
    lines = dict(zip(frame["region"], frame.index, strict=True))
    for region in regions.values():
        where = f"regions.csv line {lines[region.id]}"
        if region.parent and region.parent not in regions:
            faults.add(where, f"parent {show(region.parent)}", "a region of the table", near(region.parent, regions))
            continue
        if region.parent and regions[region.parent].level >= region.level:
            found = f"a region of level {region.level} inside one of level {regions[region.parent].level}"
            faults.add(where, found, "a parent of a lower level", "mend parent or level")
        seen, at = {region.id}, region.parent
        while at and at in regions:
            if at in seen:
                faults.add(where, f'"{region.id}" lies, by its parents, inside itself', "no circle", "mend the parents")
                break
            seen.add(at)
            at = regions[at].parent
    children: dict[tuple[str, int], float] = {}
    for region in regions.values():
        if region.parent and region.level != 9:
            key = (region.parent, region.level)
            children[key] = children.get(key, 0.0) + region.area_km2
    for (parent, level), area in children.items():
        whole = regions[parent].area_km2 if parent in regions else 0.0
        if parent in regions and area > whole * (1 + AREA_TOLERANCE) + 0.5:
            found = f"its parts of level {level} have {area:,.1f} km² together"
            where = f"regions.csv line {lines[parent]}"
            faults.add(where, found, f"at most the {whole:,.1f} km² of the whole, within 1.5 %", "mend the areas")
    return regions


def _axis(head: tuple[str, str, str, str], frame: pd.DataFrame) -> Axis:
    rows = frame[frame["axis"] == head[0]].sort_values("step")
    steps = tuple(
        AxisStep(
            int(row.step) if pd.notna(row.step) else 0, row.region, float(row.area_km2), float(row.people),
            float(row.assets) if pd.notna(row.assets) else 0.0, float(row.barrier), row.block, bool(row.strategic == 1),
        )
        for row in rows.itertuples()
    )  # fmt: skip
    return Axis(head[0], head[1], 0, head[2], head[3], steps)


def _with_start(axis: Axis, war: War, observations: pd.DataFrame) -> Axis:
    """Put the front on its axis: steps held by side A on the as-of day, by the mean of the sources that map it."""
    side_a = war.side("a").id
    recent = observations["end"] > np.datetime64(war.as_of, "s") - np.timedelta64(MAP_REACH, "D")
    control = observations[recent & (observations["quantity"] == "control") & (observations["belligerent"] == side_a)]
    control = control[control["region"].isin([step.region for step in axis.steps])].sort_values("end")
    last = control.groupby(["region", "source"])["value"].last()
    mean = {region: float(rows.mean()) for region, rows in last.groupby(level="region")}
    held = 0.0
    for step in axis.steps:
        if step.region in mean and step.area_km2 > 0:
            held += min(mean[step.region] / step.area_km2, 1.0)
    return replace(axis, start=round(held))


# --- checks between tables --------------------------------------------------------------------------------


def _check_tables(war: War, frames: dict[str, pd.DataFrame], faults: FaultCollector) -> None:
    parties = {b.id for b in war.belligerents} | set(war.third_parties)
    regions, sources = set(war.regions), set(war.sources)
    for name in ("observations", "cited"):
        _known(frames[name], name, "region", regions, "a region of regions.csv", faults)
        _known(frames[name], name, "quantity", set(QUANTITIES), "a declared quantity", faults)
    for name in ("observations", "cited", "control_cells"):
        _known(frames[name], name, "belligerent", parties, "a belligerent or third party of war.toml", faults)
    for name in (
        "observations", "cited", "regions", "places", "assets", "redraws", "revisions", "control_cells", "forecasts",
    ):  # fmt: skip
        _known(frames[name], name, "source", sources, "a source of sources.csv", faults)
    for name in ("places", "assets", "cells", "axis", "redraws"):
        _known(frames[name], name, "region", regions, "a region of regions.csv", faults)
    for name in ("positions", "responses"):
        _known(frames[name], name, "party", parties, "a belligerent or third party of war.toml", faults)
    known_cells = set(frames["cells"]["cell"])
    _known(frames["control_cells"], "control_cells", "cell", known_cells, "a cell of the grid", faults)
    for name in ("observations", "cited"):
        _check_observations(war, frames[name], _place(name, frames[name]), faults)
    _check_positions(war, frames["positions"], faults)
    _check_axes(war, frames["axis"], faults)
    check_forecasts(frames["forecasts"], _place("forecasts", frames["forecasts"]), faults)
    values = frames["values"]
    for line in values.index[~((values["low"] <= values["central"]) & (values["central"] <= values["high"]))]:
        faults.add(f"values.csv line {line}", "weights out of order", "low ≤ central ≤ high", "order them")


def _place(name: str, frame: pd.DataFrame) -> str:
    """How rows of a table are named in messages: line for CSV, row for Parquet."""
    return (
        f"{name}.parquet row"
        if isinstance(frame.index, pd.RangeIndex) and frame.index.start == 1
        else f"{name}.csv line"
    )


def _known(frame: pd.DataFrame, name: str, column: str, known: set, expected: str, faults: FaultCollector) -> None:
    """Report cells that name something unknown; empty cells were reported, if required, when the table was read."""
    values = frame[column]
    bad = ~values.isin(known)
    if not bad.any():
        return
    bad &= values.notna() & (values.astype(str) != "")
    for line, value in values[bad].head(faults.limit).items():
        remedy = near(str(value), map(str, known)) if len(known) < 5000 else "mend it"
        faults.add(f"{_place(name, frame)} {line}", f"{column} {show(value)}", expected, remedy)
    faults.add_count(f"{_place(name, frame)} ", expected, int(bad.sum()) - faults.limit)


def _check_observations(war: War, rows: pd.DataFrame, place: str, faults: FaultCollector) -> None:
    def report(bad: pd.Series, found: Callable[[Any], str], expected: str, remedy: str) -> None:
        if not bad.any():
            return
        for line, row in rows[bad.fillna(False)].head(faults.limit).iterrows():
            faults.add(f"{place} {line}", found(row), expected, remedy)
        faults.add_count(f"{place} ", expected, int(bad.fillna(False).sum()) - faults.limit)

    report(
        rows["end"] < rows["start"],
        lambda r: f"end {r.end:%Y-%m-%d} before start {r.start:%Y-%m-%d}",
        "start ≤ end",
        "swap or mend them",
    )
    early = rows["published"] < rows["start"]
    report(
        early,
        lambda r: f"published {r.published:%Y-%m-%d}, before the period begins",
        "published ≥ start",
        "mend the date",
    )
    nowhere = rows["quantity"].isin(REGIONAL) & (rows["region"] == "")
    report(nowhere, lambda r: f"{r.quantity} without a region", "the region it speaks of", "name the region")
    units = rows["quantity"].map({q.name: q.unit for q in QUANTITIES.values()})
    report(
        units.notna() & (rows["unit"] != units),
        lambda r: f"unit {show(r.unit)} for {r.quantity}",
        "the unit declared for the quantity",
        "convert the value and name the unit",
    )
    order = (rows["low"] > rows["value"]) | (rows["high"] < rows["value"])
    report(order, lambda r: f"low {r.low:g}, value {r.value:g}, high {r.high:g}", "low ≤ value ≤ high", "order them")
    low = rows["quantity"].map({q.name: q.low for q in QUANTITIES.values()}).astype(float)
    report(
        rows[["value", "low"]].min(axis=1) < low,
        lambda r: f"{r.quantity} is {min(r.value, r.low if pd.notna(r.low) else r.value):g}",
        "a value that is not negative",
        "check the sign",
    )
    area = rows["region"].map({r.id: r.area_km2 for r in war.regions.values()}).astype(float)
    control = rows["quantity"] == "control"
    over = control & (rows["value"] > area * (1 + AREA_TOLERANCE) + 0.5)
    report(
        over,
        lambda r: (
            f"control in {show(r.region)} is {r.value:,.1f} km², a share of {r.value / max(war.regions[r.region].area_km2, 1e-9):.3g}"
        ),
        "a share of at most 1 of the region's area, within 1.5 %",
        "check unit and region",
    )
    people = rows["region"].map({r.id: r.population for r in war.regions.values()}).astype(float)
    over = (rows["quantity"] == "people") & (rows["value"] > people * (1 + AREA_TOLERANCE) + 1)
    report(
        over,
        lambda r: f"people in {show(r.region)} are {r.value:,.0f}",
        "at most the region's population",
        "check unit and region",
    )
    _check_shares(war, rows[control], place, faults)
    _check_overlaps(rows, place, faults)


def _check_shares(war: War, control: pd.DataFrame, place: str, faults: FaultCollector) -> None:
    """Belligerents' shares of one region on one day, by one source, must not exceed the whole."""
    ids = [b.id for b in war.belligerents]
    pair = control[control["belligerent"].isin(ids)]
    both = pair.groupby(["source", "region"])["belligerent"].nunique()
    for source, region in both[both > 1].index:
        rows = pair[(pair["source"] == source) & (pair["region"] == region)]
        first, second = (rows[rows["belligerent"] == i] for i in ids)
        area = war.regions[region].area_km2 if region in war.regions else np.inf
        start, end, value = (first[c].to_numpy() for c in ("start", "end", "value"))
        rows_of_second = zip(second.index, *(second[c].to_numpy() for c in ("start", "end", "value")), strict=True)
        for line, begins, ends, other in rows_of_second:
            total = (value[(start <= ends) & (end >= begins)] + other) / max(area, 1e-9)
            if (total > 1 + AREA_TOLERANCE + 0.5 / max(area, 1e-9)).any():
                found = f"control in {show(region)} on {pd.Timestamp(begins):%Y-%m-%d} sums to {np.nanmax(total):.3g}"
                faults.add(
                    f"{place} {line}", found, "at most 1, within 0.015", "split the overlap or mark it contested"
                )


def _check_overlaps(rows: pd.DataFrame, place: str, faults: FaultCollector) -> None:
    """A state may have one value a day for each source."""
    state = rows["quantity"].isin([q.name for q in QUANTITIES.values() if q.kind == "state"])
    keys = ["quantity", "belligerent", "region", "source"]
    ordered = rows[state].sort_values([*keys, "start", "end"])
    same = (ordered[keys] == ordered[keys].shift()).all(axis=1)
    bad = same & (ordered["start"] <= ordered["end"].shift())
    for line, row in ordered[bad].head(faults.limit).iterrows():
        found = f"a second value of {row.quantity} in {show(row.region)} for {row.start:%Y-%m-%d}"
        faults.add(f"{place} {line}", found, "one value a day and source", "remove or merge one")
    faults.add_count(f"{place} ", "one value a day and source", int(bad.sum()) - faults.limit)


def _check_positions(war: War, rows: pd.DataFrame, faults: FaultCollector) -> None:
    issues = {i.id: i for i in war.issues}
    for row in rows.itertuples():
        where = f"positions.csv line {row.Index}"
        if row.issue not in issues:
            faults.add(where, f"issue {show(row.issue)}", "an issue of issues.toml", near(row.issue, issues))
            continue
        names = [o.id for o in issues[row.issue].options]
        chosen = [o for o in (row.option_low, row.option_high) if o]
        for option in chosen:
            if option not in names:
                faults.add(where, f"option {show(option)}", f"an option of {row.issue}", near(option, names))
        if len(chosen) == 1:
            faults.add(where, "one end of the range is empty", "both options, or neither", "repeat the option")
        if len(chosen) == 2 and all(o in names for o in chosen) and names.index(chosen[0]) > names.index(chosen[1]):
            faults.add(where, f"{chosen[0]} after {chosen[1]}", "option_low before option_high", "swap them")


def _check_axes(war: War, frame: pd.DataFrame, faults: FaultCollector) -> None:
    for line, region in frame["region"].items():
        if region in war.regions and war.regions[region].level != 9:
            found = f"region {show(region)} of level {war.regions[region].level}"
            faults.add(
                f"{_place('axis', frame)} {line}", found, "a step as a region of level 9", "name the step's own region"
            )
    for axis_id, rows in frame.groupby("axis"):
        steps = sorted(int(s) for s in rows["step"].dropna())
        if steps != list(range(1, len(steps) + 1)):
            faults.add(
                "axis.csv", f"steps of {show(axis_id)} are {steps[:8]}", "1, 2, 3 … without a gap", "number them again"
            )


def _check_outlines(folder: Path, faults: FaultCollector) -> None:
    """Outlines for maps: GeoJSON features that name their layer."""
    path = folder / "outlines.geojson"
    content = read_json(path, folder, faults) if _is_there(path) else None
    if content is None:
        return
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        faults.add(
            path.name, "no list of features", "a GeoJSON FeatureCollection", "restore the file, or build the pack again"
        )
        return
    for number, feature in enumerate(features, 1):
        properties, geometry = (
            feature.get(k) if isinstance(feature, dict) else None for k in ("properties", "geometry")
        )
        named = isinstance(properties, dict) and isinstance(properties.get("layer"), str)
        drawn = (
            isinstance(geometry, dict) and isinstance(geometry.get("type"), str) and bool(geometry.get("coordinates"))
        )
        if not (named and drawn):
            faults.add(f"{path.name} feature {number}", "no layer or no geometry", "both", "build the pack again")

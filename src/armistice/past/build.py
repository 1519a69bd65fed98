"""The record of past wars from raw files: what may be shipped from open ones, and all of it for whoever has the others.

``concordance.csv`` beside the record says which entries of the sources speak of one war, and which of its sides comes first:
a table made by hand. The rest is computed. Without a file to write to, the shipped table is made anew from the open sources
alone; with one, wars and covariates of restricted sources found in the raw folder are merged and the result stays with the user.

References
----------
Helmbold, R. L. (1990). Database of Battles, version 1990, as revised by J. B. Arnold (battles of 1600–1973).
Interstate War Data, version 1.21 (2016). A revised look at interstate wars, 1816–2007. Journal of Conflict Resolution 60(5)
(list of wars by years). Miller, C. and Bakken, K. S. (2023). Introducing the Historical Conflict Event
Dataset. Journal of Conflict Resolution 67(7–8) (list of battles).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from armistice.core.errors import BuildError
from armistice.core.packs import RECORD, find_record
from armistice.data.raw import Recipe, columns, locate, read_recipe, read_rows
from armistice.past.numbered import COVARIATES, numbered_wars
from armistice.past.record import COLUMNS, DAYS_PER_MONTH, days_since_1600
from armistice.past.rows import INTERSTATE, read_years

OPEN = ("conflict-years", "endings", "battles", "battle-days", "battle-sides", "battle-list")
"""Inputs whose terms allow their figures to be shipped."""

RESTRICTED = ("interstate-wars", *COVARIATES)
"""Inputs that are read where a user has them and never shipped."""

ROUGH = 0.5
"""A duration is left out where the doubt about its first day is more than this part of it."""

FEW = 5
"""From fewer battles than this on record no duration is read."""

_DOUBT = {3: 31, 4: 366, 5: 366}
"""Days by which a start may lie earlier, by its precision code: month known, year known; coded as the last day of it."""

_OUTCOME = {1: "settlement", 2: "settlement", 3: "victory_a", 4: "victory_b", 5: "stalemate"}
"""Peace agreement, ceasefire, victory of either side, activity below the threshold; a side that ceased to be has none."""

_SWAPPED = {"victory_a": "victory_b", "victory_b": "victory_a"}


def build_record(
    raw: Path,
    out: Path | None = None,
    *,
    record: str | Path = RECORD,
    accept_new: bool = False,
    progress: Callable[[str, float], None] = lambda what, share: None,
) -> tuple[Path, tuple[str, ...]]:
    """Derive the record of past wars.

    Parameters
    ----------
    raw : Path
        Folder of raw files, as ``build.toml`` of the record lays it out.
    out : Path, optional
        File to write; with one, restricted sources that are there are merged. The shipped table by default, from open
        sources alone.
    accept_new : bool
        Take files whose checksum is another than the pinned one.

    Returns
    -------
    Path, tuple of str
        The file written, and the ids of the inputs it was made from.

    Raises
    ------
    BuildError
        If an open source is missing or of another layout, or `out` is a folder.
    """
    folder = find_record(record)
    recipe = read_recipe(folder)
    files = _located(recipe, raw, accept_new, merge=out is not None)
    target = out if out is not None else folder / "record.csv"
    if target.is_dir():
        raise BuildError(f"{target}: a folder; expected a file to write; name one such as wars.csv")
    progress("open sources", 0.1)
    sources = {name: recipe.inputs[name].source for name in recipe.inputs}
    table = _open_wars(pd.read_csv(folder / "concordance.csv", dtype=str, keep_default_na=False), files, sources)
    if "interstate-wars" in files:
        progress("restricted sources", 0.6)
        table = _merged(numbered_wars(files, sources["interstate-wars"]), table)
    part = target.with_name(f".{target.name}.part")
    part.write_text(_text(table), encoding="utf-8", newline="\n")
    os.replace(part, target)
    return target, tuple(files)


def _located(recipe: Recipe, raw: Path, accept_new: bool, merge: bool) -> dict[str, Path]:
    missing = [name for name in (*OPEN, *RESTRICTED) if name not in recipe.inputs]
    if missing:
        raise BuildError(
            f"{recipe.folder / 'build.toml'}: no input {missing[0]}; expected {', '.join(OPEN)}; restore it"
        )
    wanted = [*OPEN]
    if merge:
        wanted += [n for n in RESTRICTED if any(p.is_file() for p in raw.glob(recipe.inputs[n].pattern))]
    chosen = replace(recipe, inputs={name: recipe.inputs[name] for name in wanted})
    return {name: file for name, (file, _) in locate(chosen, raw, accept_new).items()}


def _text(table: pd.DataFrame) -> str:
    shown = pd.DataFrame(index=table.index)
    for name, kind in COLUMNS.items():
        cells = table[name] if name in table else pd.Series(np.nan, index=table.index)
        if kind == "day":
            shown[name] = [f"{day:%Y-%m-%d}" if pd.notna(day) else "" for day in cells]
        elif kind is float:
            shown[name] = cells.map(lambda x: "" if pd.isna(x) else f"{float(x):.4f}".rstrip("0").rstrip("."))
        elif kind is bool:
            shown[name] = cells.astype(bool).astype(int)
        else:
            shown[name] = cells
    return shown.sort_values(["year", "war"]).to_csv(index=False, lineterminator="\n")


# --- open sources --------------------------------------------------------------------------------------------


def _open_wars(concordance: pd.DataFrame, files: Mapping[str, Path], sources: Mapping[str, str]) -> pd.DataFrame:
    episodes = _episodes(files["conflict-years"], files["endings"])
    battles = _battles(files)
    listed = read_rows(files["battle-list"])
    columns(listed, files["battle-list"], "id", "year", "end_year", "war", "scale", "winner", "loser", "other")
    found, taken = [], set()
    for line in concordance.to_dict("records"):
        keys = [key for key in line["conflicts"].split("|") if key]
        taken |= {key.lstrip("~") for key in keys}
        unknown = [key for key in keys if key.lstrip("~") not in episodes.index]
        if unknown:
            raise BuildError(
                f"concordance.csv {line['war']}: no episode {unknown[0]}; expected one of the list; mend it"
            )
        fought = battles[battles["war"].isin(line["battle_war"].split("|"))]
        entry = listed[listed["id"] == line["war_list"]]
        row = {key: line[key] for key in ("war", "title", "side_a", "side_b")} | {"year": int(line["begun"])}
        row |= {"numbered": line["numbered"].lstrip("~"), "_swap": "~" in line["numbered"]}
        if len(entry):
            row |= _from_list(entry.iloc[0], line["codes_a"].split())
        row |= _from_battles(fought)
        if keys:
            row |= _from_episodes(keys, episodes)
        used = [
            n for n, there in (("conflict-years", keys), ("battles", len(fought)), ("battle-list", len(entry))) if there
        ]
        row |= _battles_won(row, listed, line) | {"source": "+".join(dict.fromkeys(sources[n] for n in used))}
        if len(entry) and row.get("level") == "minor":
            row["level"] = "war"
        if line["ending"]:
            row |= {"ending": line["ending"]}
        row["note"] = " ".join(filter(None, (line["ending_by"], line["note"])))
        found.append(row)
    for key, episode in episodes[~episodes.index.isin(taken)].iterrows():
        a, b = str(episode["a"]), str(episode["b"])
        title = f"{a} – {b} {episode['start'].year}"
        head = {"war": f"conflict-{key}".replace("/", "-"), "title": title, "side_a": a, "side_b": b}
        row = head | {"year": episode["start"].year, "source": sources["conflict-years"]}
        found.append(row | _from_episodes([str(key)], episodes))
    table = pd.DataFrame(found)
    texts = [name for name, kind in COLUMNS.items() if kind is str]
    return table.assign(**{n: table[n].fillna("") if n in table else "" for n in texts})


def _episodes(years: Path, endings: Path) -> pd.DataFrame:
    """Episodes of fighting between states by ``conflict/start``: days, doubt, level, issue, sides and outcomes by pair."""
    table = read_years(years).sort_values("year")
    ends = read_rows(endings)
    ends = ends[(ends["type_of_conflict2"] == INTERSTATE)]
    last = pd.Timestamp(int(read_rows(years)["year"].max()), 12, 31)
    found = {}
    for (conflict, start), part in table.groupby(["conflict_id", "start_date2"]):
        pairs = ends[(ends["conflict_id"] == conflict) & ends["year"].between(part["year"].min(), part["year"].max())]
        named = ends[ends["conflict_id"] == conflict]
        done = part["ep_end_date"].notna().any()
        found[f"{int(conflict)}/{start:%Y-%m-%d}"] = {
            "start": start, "end": part["ep_end_date"].max(), "last": part["ep_end_date"].max() if done else last,
            "doubt": _DOUBT.get(int(part["start_prec2"].iloc[0]), 0),
            "level": "war" if part["intensity_level"].max() >= 2 else "minor",
            "territory": float(part["incompatibility"].isin(["territory", "both"]).any()),
            "outcomes": tuple(pairs["outcome"].dropna().astype(int)),
            "a": _state(named["side_a"]), "b": _state(named["side_b"]),
        }  # fmt: skip
    return pd.DataFrame.from_dict(found, orient="index")


def _state(names: pd.Series) -> str:
    return str(names.iloc[0]).split(",")[0].removeprefix("Government of ").split(" (")[0] if len(names) else ""


def _from_episodes(keys: list[str], episodes: pd.DataFrame) -> dict[str, Any]:
    part = episodes.loc[[key.lstrip("~") for key in keys]]
    start, end, ended = part["start"].min(), part["last"].max(), bool(part["end"].notna().all())
    days = (end - start).days + 1
    doubt = int(part.loc[part["start"] == start, "doubt"].max())
    endings = set()
    for key, outcomes in zip(keys, part["outcomes"], strict=True):
        kinds = [_OUTCOME.get(o, "") for o in outcomes]
        endings |= {_SWAPPED.get(k, k) for k in kinds} if key.startswith("~") else set(kinds)
    ending = endings.pop() if len(endings) == 1 else "settlement" if "settlement" in endings else ""
    told = {"ending": ending} if ending and ended else {}
    return {
        "basis": "dates", "level": "war" if (part["level"] == "war").any() else "minor",
        "start": start, "end": end if ended else pd.NaT, "ended": ended,
        "months": days / DAYS_PER_MONTH if doubt <= ROUGH * days else np.nan,
        "months_low": days / DAYS_PER_MONTH, "months_high": (days + doubt) / DAYS_PER_MONTH,
        "territory": part["territory"].max(),
    } | told  # fmt: skip


def _from_list(entry: pd.Series, codes: list[str]) -> dict[str, Any]:
    """What the list of wars by years says: bounds of the duration, and who won."""
    apart = int(entry["end_year"] - entry["year"])
    row: dict[str, Any] = {"ending": _won(entry, codes)}
    return row | {
        "basis": "years", "level": "war", "ended": True, "start": pd.NaT, "end": pd.NaT, "months": np.nan,
        "months_low": max(0, apart - 1) * 12, "months_high": (apart + 1) * 12,
    }  # fmt: skip


def _won(entry: pd.Series, codes: list[str]) -> str:
    """Victory of the side with one of the codes, of the other, or neither; a draw is a stalemate."""
    if not codes:
        return ""
    winner, loser = ({c for c in str(entry[k]).split("|") if c != "nan"} for k in ("winner", "loser"))
    if winner & {*codes}:
        return "victory_a"
    if loser & {*codes}:
        return "victory_b"
    return "stalemate" if not winner and not loser and not pd.isna(entry["other"]) else ""


def _battles(files: Mapping[str, Path]) -> pd.DataFrame:
    """Battles with days, initiator, target and winner: the side that began the war (a) or the other (b).

    The column of outcomes declares 1, 0 and −1 and this copy has lost every −1: battles that all accounts call a defeat of
    the attacker are empty in it. An empty outcome is read as −1 while the column has no negative number.
    """
    table, days = read_rows(files["battles"]), read_rows(files["battle-days"])
    columns(table, files["battles"], "isqno", "war4", "wina", "war_initiator", "parent")
    columns(days, files["battle-days"], "isqno", "datetime_min", "datetime_max")
    pairs = read_rows(files["battle-sides"])
    columns(pairs, files["battle-sides"], "isqno", "attacker", "defender", "primary")
    pairs = pairs[pairs["primary"] == 1].drop_duplicates("isqno")[["isqno", "attacker", "defender"]]
    table = table[table["parent"].isna()].merge(days, on="isqno").merge(pairs, on="isqno", how="left")
    table = table[table["datetime_min"].notna()]
    won = table["wina"] if (table["wina"] < 0).any() else table["wina"].fillna(-1)
    begun = table["war_initiator"] == 1
    by_a = won.where(begun, -won)
    return pd.DataFrame(
        {
            "war": table["war4"], "start": days_since_1600(table["datetime_min"].str[:10]),
            "end": days_since_1600(table["datetime_max"].fillna(table["datetime_min"]).str[:10]), "by_a": by_a,
            "initiator": table["attacker"].where(begun, table["defender"]),
            "target": table["defender"].where(begun, table["attacker"]),
        }
    )  # fmt: skip


def _from_battles(fought: pd.DataFrame) -> dict[str, Any]:
    if not len(fought):
        return {}
    start, end = fought["start"].min(), fought["end"].max()
    days = (end - start).days + 1
    return {
        "basis": "battles", "level": "war", "ended": True, "start": start, "end": end,
        "months": days / DAYS_PER_MONTH if len(fought) >= FEW else np.nan, "months_low": days / DAYS_PER_MONTH,
        "initiator": _commonest(fought["initiator"]), "target": _commonest(fought["target"]),
        "battles_a": int((fought["by_a"] > 0).sum()), "battles_b": int((fought["by_a"] < 0).sum()),
        "battles_by": "battles",
    }  # fmt: skip


def _commonest(names: pd.Series) -> str:
    counts = names.dropna().value_counts()
    return str(min(counts[counts == counts.max()].index)) if len(counts) else ""


def _battles_won(row: Mapping[str, Any], listed: pd.DataFrame, line: Mapping[str, str]) -> dict[str, Any]:
    """Battles won by side from the longer of the two lists."""
    names = [n for n in line["battle_list"].split("|") if n]
    fought = listed[listed["war"].isin(names) & (listed["scale"] == "battle")]
    results = [_won(entry, line["codes_a"].split()) for _, entry in fought.iterrows()]
    a, b = results.count("victory_a"), results.count("victory_b")
    if a + b <= row.get("battles_a", 0) + row.get("battles_b", 0):
        return {}
    return {"battles_a": a, "battles_b": b, "battles_by": "battle-list"}


def _merged(numbered: pd.DataFrame, opened: pd.DataFrame) -> pd.DataFrame:
    """The numbered wars with what the open sources add, and after them the wars that they do not list."""
    known = opened[opened["numbered"].isin(numbered["numbered"])].drop_duplicates("numbered").set_index("numbered")
    rows = []
    for row in numbered.to_dict("records"):
        if row["numbered"] in known.index:
            other = known.loc[row["numbered"]]
            a, b = ("battles_b", "battles_a") if other["_swap"] else ("battles_a", "battles_b")
            row |= {"battles_a": other[a], "battles_b": other[b], "battles_by": other["battles_by"]}
            row |= {
                "territory": other["territory"],
                "source": f"{row['source']}+{other['source']}",
                "war": other["war"],
            }
        rows.append(row)
    rest = opened[~opened["numbered"].isin(numbered["numbered"])]
    table = pd.DataFrame([*rows, *rest.to_dict("records")])
    return table.assign(**{n: table[n].fillna("") for n, kind in COLUMNS.items() if kind is str and n in table})

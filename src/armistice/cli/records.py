"""What a pack holds: check, build and fetch it; who holds what; claims beside the record; credits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from armistice.cli.shell import AS_JSON, AS_OF, PACK, Day, main, print_json, print_table, progress_bar


@main.command()
@PACK
@AS_JSON
def check(pack: str, as_json: bool) -> None:
    """Read all of a pack, run every check, and report every fault at once."""
    from armistice.claims import read_claims
    from armistice.core.errors import PackError
    from armistice.data.pack import read_pack
    from armistice.data.raw import read_recipe
    from armistice.deal.read import read_settlements

    try:
        content = read_pack(pack)
        claims = read_claims(content)
        drafts = read_settlements(content)
        if (content.path / "build.toml").exists():
            read_recipe(content.path)
    except PackError as error:
        if as_json:
            print_json(
                [{"where": f.where, "found": f.found, "expected": f.expected, "remedy": f.remedy} for f in error.faults]
            )
        else:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            click.echo(f"{len(error.faults)} faults", err=True)
        raise SystemExit(2) from None
    counts = {name: len(table) for name, table in content.tables.items() if len(table)}
    counts = {"observations": len(content.observations), **counts, "claims": len(claims), "settlements": len(drafts)}
    if as_json:
        print_json([])
    else:
        click.echo(f"{content.path}: no faults; as of {content.war.as_of}, digest {content.digest[:12]}")
        click.echo(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()))


@main.command()
@PACK
@click.option("--raw", type=click.Path(path_type=Path), required=True, help="Folder of raw files.")
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="Folder of the new pack, or file of the new record of wars; in place by default.",
)  # fmt: skip
@click.option("--accept-new", is_flag=True, help="Take newer raw files of the same series and pin their checksums.")
@click.option("--as-of", type=Day(), help="As-of day of the new pack.")
@AS_JSON
def build(pack: str, raw: Path, out: Path | None, accept_new: bool, as_of: date | None, as_json: bool) -> None:
    """Derive the tables of a pack, or the record of past wars (wars/record), from raw files.

    Says what the sources of a pack changed about their past. In place, the record of past wars is made from open sources
    alone; into a file of your own, restricted sources that you have are merged, and the file is yours to keep and not to
    pass on.
    """
    from armistice.core.packs import is_record
    from armistice.data.build import build as build_pack

    if is_record(pack):
        _build_record(pack, raw, out, accept_new, as_of, as_json)
        return
    with progress_bar("building") as report:
        folder, changes = build_pack(pack, raw, out, accept_new=accept_new, as_of=as_of, progress=report)
    if as_json:
        rows = [
            {"source": r.source, "date": f"{r.date:%Y-%m-%d}", "before_km2": r.before_km2, "after_km2": r.after_km2}
            for r in changes.itertuples()
        ]
        print_json({"pack": str(folder), "revisions": rows})
        return
    click.echo(str(folder))
    if len(changes):
        click.echo(f"{len(changes)} days of the past changed since the last build (revisions.csv):")
        for source, part in changes.groupby("source"):
            moved = part["after_km2"] - part["before_km2"]
            worst = part.loc[moved.abs().idxmax()]
            click.echo(
                f"  {source}: {len(part)} days, {part['date'].min():%Y-%m-%d} to {part['date'].max():%Y-%m-%d}; most on "
                f"{worst['date']:%Y-%m-%d}: {worst['before_km2']:,.1f} → {worst['after_km2']:,.1f} km²"
            )


def _build_record(
    folder: str, raw: Path, out: Path | None, accept_new: bool, as_of: date | None, as_json: bool
) -> None:
    from armistice.core.errors import QueryError
    from armistice.past.build import RESTRICTED, build_record
    from armistice.past.record import read_record

    if as_of is not None:
        raise QueryError(f"--as-of {as_of}: a day for the record of past wars; expected none; leave it out")
    with progress_bar("building") as report:
        file, inputs = build_record(raw, out, record=folder, accept_new=accept_new, progress=report)
    wars, clashes = (len(read_record(file, level=level)) for level in ("war", "minor"))
    if as_json:
        print_json({"file": str(file), "inputs": list(inputs), "wars": wars, "minor": clashes})
        return
    click.echo(f"{file}: {wars} wars and {clashes} lesser clashes from {', '.join(inputs)}")
    kept = [name for name in inputs if name in RESTRICTED]
    if kept:
        click.echo(f"Not to be passed on: it holds figures from {', '.join(kept)}.")
    elif out is not None:
        click.echo("No restricted source was found; armistice fetch wars/record says where they are.")


@main.command()
@PACK
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the raw files.")
@AS_JSON
def fetch(pack: str, folder: Path, as_json: bool) -> None:
    """Download the raw files that may be downloaded; say where to get the others, and on which terms."""
    from armistice.data.sources import fetch as fetch_files

    with progress_bar("fetching") as report:
        results = fetch_files(pack, folder, report)
    rows = [{"input": r.id, "file": r.pattern, "state": r.state, "how": r.how} for r in results]
    print_table(rows, as_json)
    if any(r.state == "failed" for r in results):
        raise SystemExit(1)


@main.command()
@PACK
@click.option("--region", required=True, help="Region, district or community: its id or name.")
@click.option("--date", "day", type=Day(), help="Day (YYYY-MM-DD); the pack's as-of day by default.")
@AS_JSON
def area(pack: str, region: str, day: date | None, as_json: bool) -> None:
    """Who holds what of a region on a day, by source: km², share, people."""
    import numpy as np

    from armistice.data.estimate import estimate_panel, find_region, holdings
    from armistice.data.pack import read_pack
    from armistice.infer.line import line_of, listed_redraws

    content = read_pack(pack)
    day = day or content.war.as_of
    found = holdings(content, region, day)
    name = find_region(content.war, region)
    line = None
    if content.war.regions[name].level <= 1:  # smaller ones have no daily record to learn from
        panel = estimate_panel(content)
        if np.datetime64(day) >= panel["time"].values[0]:
            line = line_of(panel, content.war, name, day, listed_redraws(content.tables["redraws"]))
    if as_json:
        print_json(
            {
                "region": name,
                "date": day.isoformat(),
                **(
                    {
                        "true_line_km2": {
                            "0.1": round(line.low, 2),
                            "0.5": round(line.central, 2),
                            "0.9": round(line.high, 2),
                        }
                    }
                    if line
                    else {}
                ),
                "sources": {
                    source: {
                        "held_by_a_km2": round(h.held_by_a_km2, 2),
                        "held_by_b_km2": round(h.held_by_b_km2, 2),
                        "share_a": round(h.share_a, 6),
                        "people_b_low": h.people_b_low,
                        "people_b_high": h.people_b_high,
                        "low_a_km2": round(h.low_a_km2, 2),
                        "high_a_km2": round(h.high_a_km2, 2),
                    }
                    for source, h in found.items()
                },
            }
        )
        return
    a, b = content.war.side("a"), content.war.side("b")
    click.echo(f"{content.war.regions[name].name}, {day}: {content.war.regions[name].area_km2:,.0f} km²")
    rows = [
        {
            "source": source,
            f"{a.name} km²": f"{h.held_by_a_km2:,.0f}"
            + (f" ({h.low_a_km2:,.0f} to {h.high_a_km2:,.0f})" if h.high_a_km2 > h.low_a_km2 + 0.5 else ""),
            f"{b.name} km²": f"{h.held_by_b_km2:,.0f}",
            f"share {a.name}": f"{100 * h.share_a:.1f} %",
            f"people, {b.name} part": "not counted"
            if h.people_b_low is None
            else f"{h.people_b_low:,.0f} to {h.people_b_high:,.0f}",
        }
        for source, h in found.items()
    ]
    print_table(rows, False)
    if line is not None:
        click.echo(
            f"By the true line {a.name} holds {line.central:,.0f} km² (between {line.low:,.0f} and {line.high:,.0f} with four "
            f"chances in five, from {len(line.sources)} map{'' if len(line.sources) == 1 else 's'})."
        )


@main.command()
@PACK
@AS_OF
@AS_JSON
def claims(pack: str, as_of: date | None, as_json: bool) -> None:
    """Compare published claims with what the record says."""
    from armistice.claims import check_claims
    from armistice.data.estimate import estimate_panel
    from armistice.data.pack import read_pack

    content = read_pack(pack, as_of)
    verdicts = check_claims(content, estimate_panel(content))
    if as_json:
        print_json(
            [
                {
                    "id": v.id, "text": v.text, "claimant": v.claimant, "published": v.published.isoformat(),
                    "source": v.source, "claimed": v.claimed, "unit": v.unit,
                    "values": {k: round(x, 4) for k, x in v.values.items()}, "low": v.low, "high": v.high,
                    "verdict": v.verdict, "by": v.by, "why": v.why,
                }
                for v in verdicts
            ]
        )  # fmt: skip
        return
    for v in verdicts:
        click.echo(click.style(f"{v.verdict}: ", bold=True) + f"{v.text} ({v.claimant}, {v.published})")
        click.echo(f"    {v.why}")
    kinds = sorted({v.verdict for v in verdicts})
    click.echo(
        "no claims" if not verdicts else ", ".join(f"{sum(v.verdict == k for v in verdicts)} {k}" for k in kinds)
    )


@main.command(name="credits")
@PACK
@AS_JSON
def show_credits(pack: str, as_json: bool) -> None:
    """List every source of a pack with its licence."""
    from armistice.data.pack import read_pack

    content = read_pack(pack)
    used = set(content.observations["source"])
    for name in ("regions", "places", "assets", "control_cells"):
        if "source" in content.tables.get(name, ()):
            used |= set(content.tables[name]["source"])
    rows = [
        {"id": s.id, "producer": s.producer, "title": s.title, "version": s.version, "url": s.url, "licence": s.licence}
        for s in content.war.sources.values()
        if s.id in used or not as_json
    ]
    print_table(rows, as_json)

"""The command line: a thin shell over the library. Each command imports what it needs when it runs.

Exit status: 0 done; 1 something went wrong in the program; 2 something to mend in what was given to it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

_PACK = click.argument("pack", metavar="PACK")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
_DRAWS = click.option(
    "--draws", type=click.IntRange(0), default=200, show_default=True,
    help="Draws of the war-termination game over its judged inputs; 0 leaves the game out.",
)  # fmt: skip
_SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all draws.")


class _Day(click.ParamType):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day; expected YYYY-MM-DD, such as 2025-06-30", param, ctx)


_AS_OF = click.option("--as-of", type=_Day(), help="Day of knowledge (YYYY-MM-DD); the pack's own by default.")


class _Group(click.Group):
    """Turns errors that the user can mend into a sentence and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        from armistice.core.errors import ArmisticeError

        try:
            return super().invoke(ctx)
        except ArmisticeError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            place = error.filename or "a file"
            click.echo(
                f"{place}: {error.strerror}; expected a place that can be read and written; choose another", err=True
            )
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="armistice")
def main() -> None:
    """Where each side of a war stands, and what it might take to end it.

    PACK is the folder of a war (wars/toy) or its name (toy).
    """


@main.command()
@_PACK
@_AS_JSON
def check(pack: str, as_json: bool) -> None:
    """Read all of a pack, run every check, and report every fault at once."""
    from armistice.claims import read_claims
    from armistice.core.errors import PackError
    from armistice.data.pack import read_pack
    from armistice.data.raw import read_recipe

    try:
        content = read_pack(pack)
        claims = read_claims(content)
        if (content.path / "build.toml").exists():
            read_recipe(content.path)
    except PackError as error:
        if as_json:
            _print_json(
                [{"where": f.where, "found": f.found, "expected": f.expected, "remedy": f.remedy} for f in error.faults]
            )
        else:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            click.echo(f"{len(error.faults)} faults", err=True)
        raise SystemExit(2) from None
    counts = {name: len(table) for name, table in content.tables.items() if len(table)}
    counts = {"observations": len(content.observations), **counts, "claims": len(claims)}
    if as_json:
        _print_json([])
    else:
        click.echo(f"{content.path}: no faults; as of {content.war.as_of}, digest {content.digest[:12]}")
        click.echo(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()))


@main.command()
@_PACK
@click.option("--raw", type=click.Path(path_type=Path), required=True, help="Folder of raw files.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the new pack; in place by default.")
@click.option("--accept-new", is_flag=True, help="Take newer raw files of the same series and pin their checksums.")
@click.option("--as-of", type=_Day(), help="As-of day of the new pack.")
@_AS_JSON
def build(pack: str, raw: Path, out: Path | None, accept_new: bool, as_of: date | None, as_json: bool) -> None:
    """Derive the tables of a pack from raw files; say what the sources changed about their past."""
    from armistice.data.build import build as build_pack

    with _progress("building") as report:
        folder, changes = build_pack(pack, raw, out, accept_new=accept_new, as_of=as_of, progress=report)
    if as_json:
        rows = [
            {"source": r.source, "date": f"{r.date:%Y-%m-%d}", "before_km2": r.before_km2, "after_km2": r.after_km2}
            for r in changes.itertuples()
        ]
        _print_json({"pack": str(folder), "revisions": rows})
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


@main.command()
@_PACK
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the raw files.")
@_AS_JSON
def fetch(pack: str, folder: Path, as_json: bool) -> None:
    """Download the raw files that may be downloaded; say where to get the others, and on which terms."""
    from armistice.data.sources import fetch as fetch_files

    with _progress("fetching") as report:
        results = fetch_files(pack, folder, report)
    rows = [{"input": r.id, "file": r.pattern, "state": r.state, "how": r.how} for r in results]
    _table(rows, as_json)
    if any(r.state == "failed" for r in results):
        raise SystemExit(1)


@main.command()
@_PACK
@click.option("--region", required=True, help="Region, district or community: its id or name.")
@click.option("--date", "day", type=_Day(), help="Day (YYYY-MM-DD); the pack's as-of day by default.")
@_AS_JSON
def area(pack: str, region: str, day: date | None, as_json: bool) -> None:
    """Who holds what of a region on a day, by source: km², share, people."""
    from armistice.data.estimate import find_region, holdings
    from armistice.data.pack import read_pack

    content = read_pack(pack)
    day = day or content.war.as_of
    found = holdings(content, region, day)
    name = find_region(content.war, region)
    if as_json:
        _print_json(
            {
                "region": name,
                "date": day.isoformat(),
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
    _table(rows, False)


@main.command()
@_PACK
@_AS_OF
@_AS_JSON
def claims(pack: str, as_of: date | None, as_json: bool) -> None:
    """Compare published claims with what the record says."""
    from armistice.claims import check_claims
    from armistice.data.estimate import estimate_panel
    from armistice.data.pack import read_pack

    content = read_pack(pack, as_of)
    verdicts = check_claims(content, estimate_panel(content))
    if as_json:
        _print_json(
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


@main.command()
@_PACK
@click.option("--region", required=True, help="A region, or the country as a whole.")
@_AS_OF
@click.option("--horizon", type=click.IntRange(1, 60), default=12, show_default=True, help="Months ahead.")
@_SEED
@click.option(
    "--latent",
    is_flag=True,
    help="Condition the latent model of all fronts instead of prolonging the pace: minutes, and on trial.",
)
@_AS_JSON
def forecast(
    pack: str, region: str, as_of: date | None, horizon: int, seed: int, latent: bool, as_json: bool
) -> None:  # fmt: skip
    """Net area taken in a region in the months ahead, and the chance that it is taken whole."""
    from armistice.data.estimate import estimate_panel, find_region
    from armistice.data.pack import read_pack
    from armistice.infer.baseline import forecast_area

    content = read_pack(pack, as_of)
    name = find_region(content.war, region)
    panel = estimate_panel(content)
    if latent:
        from armistice.infer.condition import condition
        from armistice.infer.fan import fan

        table = content.tables["redraws"]
        redraws = [(r.source, r.region, r.date.date(), float(r.change_km2)) for r in table.itertuples()]
        found = fan(condition(panel, content.war, seed, redraws=redraws), name, horizon, seed)
    else:
        found = forecast_area(panel, name, horizon, seed)
    if as_json:
        _print_json(
            {
                "region": name,
                "as_of": found.as_of.isoformat(),
                "engine": found.engine,
                "held_km2": round(found.held_km2, 2),
                "left_km2": round(found.left_km2, 2),
                "pace_km2_per_month": {str(k): round(v, 2) for k, v in found.pace_km2_per_month.items()},
                "origins": found.origins,
                "months": [
                    {
                        "month": m.month,
                        "quantiles": {k: round(v, 2) for k, v in m.quantiles.items()},
                        "p_complete": round(m.p_complete, 4),
                    }
                    for m in found.months
                ],
            }
        )
        return
    click.echo(f"{content.war.regions[name].name} as of {found.as_of}: {found.left_km2:,.0f} km² left. {found.engine}.")
    rows = [
        {"month": m.month, **{k: f"{v:,.0f}" for k, v in m.quantiles.items()}, "p complete": f"{m.p_complete:.2f}"}
        for m in found.months
    ]
    _table(rows, False)


@main.command()
@_PACK
@click.option("--first", type=_Day(), help="First origin (a day of its month); the earliest by default.")
@click.option("--last", type=_Day(), help="Last origin; three months before the end of the record by default.")
@_SEED
@click.option("--draws", type=click.IntRange(100), default=2000, show_default=True, help="Draws of each forecast.")
@click.option("--no-cache", is_flag=True, help="Forecast from every origin again, and keep nothing.")
@click.option("--plot", type=click.Path(path_type=Path), help="Folder for the charts of scores and of calibration.")
@_AS_JSON
def hindcast(
    pack: str,
    first: date | None,
    last: date | None,
    seed: int,
    draws: int,
    no_cache: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Score forecasts made as of past months, from what was published by then, against what came."""
    from armistice.core.packs import find_pack
    from armistice.hindcast import in_words, record_of, run_hindcast

    kept = None if no_cache else Path("out") / find_pack(pack).resolve().name / ".cache"
    with _progress("forecasting") as report:
        found = run_hindcast(pack, seed, draws, kept, report, first, last)
    files = []
    if plot is not None:
        from armistice.data.pack import read_pack
        from armistice.show.scores import draw_calibration, draw_hindcast_scores
        from armistice.show.style import save_figure

        for draw in (draw_hindcast_scores, draw_calibration):
            figure = draw(read_pack(pack).war, found)
            files.append(plot / f"{figure.id}.svg")
            save_figure(figure, files[-1])
    if as_json:
        _print_json({**record_of(found), "files": [str(f) for f in files]})
        return
    _tell(in_words(found))
    for file in files:
        click.echo(str(file))


@main.command()
@_PACK
@click.argument("figure", required=False)
@_AS_OF
@click.option("--out", type=click.Path(path_type=Path), help="File (.svg, .png, .html) or folder for all figures.")
@click.option("--since", type=_Day(), help="First day of the map of changes; a year before the last by default.")
@click.option("--width", type=click.IntRange(240, 2000), default=760, show_default=True, help="Width in pixels.")
@_SEED
@_DRAWS
@_AS_JSON
def draw(
    pack: str,
    figure: str | None,
    as_of: date | None,
    out: Path | None,
    since: date | None,
    width: int,
    seed: int,
    draws: int,
    as_json: bool,
) -> None:
    """Draw one FIGURE, or all; without FIGURE and --out, list them."""
    from armistice.core.packs import find_pack
    from armistice.report.figures import OF_THE_GAME, check_wanted, draw_figures, figure_names
    from armistice.study import run_study

    if figure is None and out is None:
        _table([{"figure": k, "shows": v} for k, v in figure_names().items()], as_json)
        return
    find_pack(pack)
    check_wanted(figure, out or Path("."))
    draws = draws if figure is None or figure in OF_THE_GAME else 0
    with _progress("drawing") as note:
        study = run_study(pack, as_of, seed, lambda what: note(what, 0.1), draws)
        files = draw_figures(study, figure, out or Path("."), width, since)
    _print_json([str(file) for file in files]) if as_json else click.echo("\n".join(map(str, files)))


@main.command()
@_PACK
@_AS_OF
@click.option("--out", type=click.Path(path_type=Path), help="File; out/PACK/report.html by default.")
@_SEED
@_DRAWS
@click.option("--no-cache", is_flag=True, help="Run every stage anew.")
def report(pack: str, as_of: date | None, out: Path | None, seed: int, draws: int, no_cache: bool) -> None:
    """Write the report: one page that opens offline and reads like an explainer."""
    from armistice.report import write_report

    with _progress("report") as note:
        file = write_report(pack, as_of, out, seed, draws, not no_cache, note)
    click.echo(str(file))


@main.command()
@click.argument("file", metavar="FILE")
@click.option("--months", type=click.IntRange(0, 600), default=36, show_default=True, help="Months to look ahead.")
@click.option("--blockers", is_flag=True, help="Say what stands in the way: solve without each set of mechanisms.")
@click.option("--levers", is_flag=True, help="Say what would open a deal: move each lever, pairs, and beliefs.")
@click.option(
    "--acceptance",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Smoothing of accept-or-fight, in shares of the stake; for a game that cycles.",
)
@_AS_JSON
def game(file: str, months: int, blockers: bool, levers: bool, acceptance: float, as_json: bool) -> None:
    """Solve a war-termination game given in a TOML FILE: who settles for what, why not now, what lies ahead."""
    from armistice.game.arrays import Method
    from armistice.game.read import read_game
    from armistice.game.record import in_words, record_of

    problem = read_game(file)
    with _progress("game") as note:
        told = record_of(problem, months, blockers, levers, Method(acceptance=acceptance), note)
    if as_json:
        _print_json(told)
        return
    _tell(in_words(told))


@main.command()
@_AS_JSON
def models(as_json: bool) -> None:
    """List the published models: inputs with defaults and bounds, outputs, reference, provenance."""
    from armistice.theory.models import MODELS
    from armistice.theory.record import record_of_model, words_of

    if as_json:
        _print_json([record_of_model(m) for m in MODELS.values()])
        return
    for m in MODELS.values():
        click.echo(click.style(m.name, bold=True) + f": {m.title}")
        click.echo("    in:  " + "; ".join(f"{i.name} = {words_of(i.default)} ({i.bounds})" for i in m.inputs))
        click.echo("    out: " + ", ".join(o.name for o in m.outputs))
        click.echo(f"    {m.reference}. Provenance: {'; '.join(m.provenance)}.")


@main.command()
@click.argument("name", metavar="NAME")
@click.argument("inputs", metavar="[INPUT=VALUE]...", nargs=-1)
@_AS_JSON
@click.option("--plot", type=click.Path(path_type=Path), help="File (.svg, .png, .html) for the picture of the model.")
@click.option("--width", type=click.IntRange(240, 2000), default=760, show_default=True, help="Of the picture, pixels.")
@click.option(
    "--efg", type=click.Path(path_type=Path), help="File for the model's game tree, as Gambit reads it (.efg)."
)
def model(
    name: str, inputs: tuple[str, ...], as_json: bool, plot: Path | None, width: int, efg: Path | None
) -> None:  # fmt: skip
    """Solve a published model. A VALUE is a number, a word, a list (0.1,0.2,0.3: a grid, or a vector), or JSON for a
    matrix; what is not given is as in the worked example."""
    from armistice.theory.models import find_model, solve
    from armistice.theory.record import read_inputs, record_of, words_of

    formal = find_model(name)
    given = read_inputs(formal, inputs)
    if efg is not None:
        from armistice.theory.trees import model_tree, write_efg

        text = write_efg(model_tree(name, **given))
        efg.parent.mkdir(parents=True, exist_ok=True)
        efg.write_text(text, encoding="utf-8")
    if plot is None:
        found = solve(name, **given)
    else:
        from armistice.pictures import draw_picture
        from armistice.show.style import check_ending, save_figure

        check_ending(plot)
        found = solve(name, **given)
        save_figure(draw_picture(found, width), plot)
    if as_json:
        _print_json({**record_of(found), "files": [str(f) for f in (plot, efg) if f is not None]})
        return
    click.echo(f"{found.title}. With " + ", ".join(f"{k} = {words_of(v)}" for k, v in found.inputs.items()) + ":")
    rows = [
        {"result": o.name, "value": words_of(found[o.name]), "unit": o.unit, "meaning": o.meaning}
        for o in formal.outputs
    ]
    _table(rows, False)
    for note in found.notes:
        click.echo(f"Note: {note}")
    click.echo(f"{found.reference}. Provenance: {'; '.join(found.provenance)}.")
    for file in (plot, efg):
        if file is not None:
            click.echo(str(file))


@main.command(name="credits")
@_PACK
@_AS_JSON
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
    _table(rows, as_json)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def _tell(parts: Iterable[str | list[dict[str, Any]]]) -> None:
    """Print sentences, and rows as tables."""
    for part in parts:
        click.echo(part) if isinstance(part, str) else _table(part, False)


def _table(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as a plain table with aligned columns."""
    if as_json:
        _print_json(rows)
        return
    if not rows:
        click.echo("nothing")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        numeric = all(str(r[name])[:1].isdigit() or str(r[name])[:1] == "-" for r in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(v) for v in row.values()))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda what, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)


if __name__ == "__main__":
    main()

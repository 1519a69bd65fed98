"""What is drawn: single figures, and the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from armistice.cli.shell import AS_JSON, AS_OF, DRAWS, PACK, SEED, Day, main, print_json, print_table, progress_bar


@main.command()
@PACK
@click.argument("figure", required=False)
@AS_OF
@click.option("--out", type=click.Path(path_type=Path), help="File (.svg, .png, .html) or folder for all figures.")
@click.option("--since", type=Day(), help="First day of the map of changes; a year before the last by default.")
@click.option("--width", type=click.IntRange(240, 2000), default=760, show_default=True, help="Width in pixels.")
@SEED
@DRAWS
@AS_JSON
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
        print_table([{"figure": k, "shows": v} for k, v in figure_names().items()], as_json)
        return
    find_pack(pack)
    check_wanted(figure, out or Path("."))
    draws = draws if figure is None or figure in OF_THE_GAME else 0
    with progress_bar("drawing") as note:
        study = run_study(pack, as_of, seed, lambda what: note(what, 0.1), draws)
        files = draw_figures(study, figure, out or Path("."), width, since)
    print_json([str(file) for file in files]) if as_json else click.echo("\n".join(map(str, files)))


@main.command()
@PACK
@AS_OF
@click.option("--out", type=click.Path(path_type=Path), help="File; out/PACK/report.html by default.")
@SEED
@DRAWS
@click.option("--no-cache", is_flag=True, help="Run every stage anew.")
def report(pack: str, as_of: date | None, out: Path | None, seed: int, draws: int, no_cache: bool) -> None:
    """Write the report: one page that opens offline and reads like an explainer."""
    from armistice.report import write_report

    with progress_bar("report") as note:
        file = write_report(pack, as_of, out, seed, draws, not no_cache, note)
    click.echo(str(file))

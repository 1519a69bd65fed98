"""The game on wars whose end is known, scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armistice.cli.shell import AS_JSON, SEED, main, print_json, progress_bar, tell

if TYPE_CHECKING:
    from armistice.core.retrospect import Retrospect


@main.command()
@click.argument("wars", metavar="[WARS]...", nargs=-1)
@click.option("--record", help="Folder of the record of past wars; the shipped one by default.")
@click.option("--draws", type=click.IntRange(2), default=40, show_default=True, help="Draws of each war's game.")
@SEED
@click.option("--kept", is_flag=True, help="Show the kept result, and run nothing.")
@click.option("--check", is_flag=True, help="Say whether the kept result was made from the files of today.")
@click.option("--keep", is_flag=True, help="Keep the result beside the record of past wars.")
@click.option("--no-cache", is_flag=True, help="Solve every month again, and keep no months.")
@click.option("--plot", type=click.Path(path_type=Path), help="Folder for the charts of scores and of decisions.")
@AS_JSON
def retrospect(
    wars: tuple[str, ...],
    record: str | None,
    draws: int,
    seed: int,
    kept: bool,
    check: bool,
    keep: bool,
    no_cache: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Run the war's game on every month of past wars, and score it against what happened.

    WARS are packs of which the record says how they ended; all of them by default. Minutes, unless --kept or --check
    is given.
    """
    from armistice.core.errors import QueryError
    from armistice.core.packs import find_record
    from armistice.core.retrospect import KEPT, read_retrospect, save_retrospect, to_plain
    from armistice.past.retold import in_words

    if kept + check + keep > 1 or ((kept or check) and wars):
        raise QueryError(
            "--kept, --check, --keep: more than one given, or wars beside a kept result; expected at most one; choose one"
        )
    folder = find_record(record) if record is not None else find_record()
    found = read_retrospect(folder) if kept or check else _run(wars, record, draws, seed, no_cache)
    if found is None:
        raise QueryError(
            f"{folder / KEPT}: not there; expected a kept result; make one with armistice retrospect --keep"
        )
    if check:
        _check(found, folder)
        return
    if keep:
        save_retrospect(found, folder / KEPT)
    files = _drawn(found, plot) if plot is not None else []
    if as_json:
        print_json({**to_plain(found), "files": [str(f) for f in files]})
        return
    tell(in_words(found))
    for file in files:
        click.echo(str(file))


def _run(wars: tuple[str, ...], record: str | None, draws: int, seed: int, no_cache: bool) -> Retrospect:
    from armistice.core.digest import Cache
    from armistice.retrospect import run_retrospect

    def cache(pack: Path) -> Cache:
        return Cache(None if no_cache else Path("out") / pack.name / ".cache")

    with progress_bar("past wars") as note:
        return run_retrospect(wars, record, seed, draws, note, cache)


def _check(found: Retrospect, folder: Path) -> None:
    from armistice.core.errors import QueryError
    from armistice.core.retrospect import KEPT
    from armistice.retrospect import inputs_digest, wars_of

    if inputs_digest(folder, [pack for pack, _ in wars_of(folder)]) != found.inputs:
        raise QueryError(
            f"{folder / KEPT}: made from other files than those of today; expected the same; run armistice retrospect --keep"
        )
    click.echo(f"{folder / KEPT}: made from the files of today, {found.draws} draws, seed {found.seed}.")


def _drawn(found: Retrospect, folder: Path) -> list[Path]:
    from armistice.show.retrospect import draw_decisions, draw_retrospect_scores
    from armistice.show.style import save_figure

    files = []
    for draw in (draw_retrospect_scores, draw_decisions):
        figure = draw(found)
        files.append(folder / f"{figure.id}.svg")
        save_figure(figure, files[-1])
    return files

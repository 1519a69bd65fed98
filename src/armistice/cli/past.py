"""What past wars say: how long they lasted, how they ended, and what that says of a war as old as this."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from armistice.cli.shell import AS_JSON, AS_OF, SEED, main, print_json, progress_bar, tell


@main.command()
@click.argument("pack", metavar="[PACK]", required=False)
@click.option("--months", type=click.FloatRange(0, 1200), help="For a war of so many months, instead of a PACK.")
@click.option(
    "--record", type=click.Path(path_type=Path, exists=True),
    help="A record of wars that armistice build made; the shipped one by default.",
)  # fmt: skip
@AS_OF
@SEED
@click.option("--plot", type=click.Path(path_type=Path, file_okay=False), help="Folder for the charts.")
@AS_JSON
def past(
    pack: str | None,
    months: float | None,
    record: Path | None,
    as_of: date | None,
    seed: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say what past wars say: how long they lasted and how they ended, what became of those as old as the war of a PACK or
    as so many months, which were most like it and how far to trust that, and written cases.

    Without either, of a war that begins.
    """
    from armistice.core.errors import QueryError
    from armistice.data.pack import read_pack
    from armistice.past.chances import fits_without
    from armistice.past.figures import figures_of
    from armistice.past.own import DRAWS, cases_file, makers_of, past_of_pack
    from armistice.past.record import read_record
    from armistice.past.summary import past_of
    from armistice.past.told import in_words, record_of
    from armistice.show.style import save_figure

    if pack is not None and months is not None:
        raise QueryError("PACK and --months: both given; expected one of them; leave one out")
    if pack is None and as_of is not None:
        raise QueryError(f"--as-of {as_of}: there is no pack; expected one; name it")
    name, deaths, beside = "this war", None, {}
    left_out: tuple[str, ...] = ()
    with progress_bar("past wars") as note:
        note("fitting laws of duration", 0.1)
        if pack is not None:
            content = read_pack(pack, as_of)
            found = past_of_pack(content, record, seed=seed)
            wars, left_out, name = found.wars, found.left_out, content.war.title
            deaths = found.described.get("deaths")
            beside = {"war": name, "since": found.since.isoformat(), "as_of": content.war.as_of.isoformat(), "left_out": left_out, "described": found.described}  # fmt: skip
        else:
            rows = read_record(record)
            wars = past_of(
                rows, months or 0.0, source=makers_of(rows), cases=cases_file(), fits=fits_without(rows, ()),
                draws=DRAWS, seed=seed,
            )  # fmt: skip
    files = []
    if plot is not None:
        for figure in figures_of(wars, name=name, deaths=deaths).values():
            files.append(plot / f"{figure.id}.svg")
            save_figure(figure, files[-1])
    if as_json:
        print_json({**record_of(wars, **beside), "files": [str(f) for f in files]})
        return
    if pack is not None:
        click.echo(f"{name}, {beside['since']} to {beside['as_of']}.")
    tell([*in_words(wars, left_out), *map(str, files)])

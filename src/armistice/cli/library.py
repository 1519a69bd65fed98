"""The published models: their list, and one of them solved."""

from __future__ import annotations

from pathlib import Path

import click

from armistice.cli.shell import AS_JSON, main, print_json, print_table


@main.command()
@AS_JSON
def models(as_json: bool) -> None:
    """List the published models: inputs with defaults and bounds, outputs, reference, provenance."""
    from armistice.theory.models import MODELS
    from armistice.theory.record import record_of_model, words_of

    if as_json:
        print_json([record_of_model(m) for m in MODELS.values()])
        return
    for m in MODELS.values():
        click.echo(click.style(m.name, bold=True) + f": {m.title}")
        click.echo("    in:  " + "; ".join(f"{i.name} = {words_of(i.default)} ({i.bounds})" for i in m.inputs))
        click.echo("    out: " + ", ".join(o.name for o in m.outputs))
        click.echo(f"    {m.reference}. Provenance: {'; '.join(m.provenance)}.")


@main.command()
@click.argument("name", metavar="NAME")
@click.argument("inputs", metavar="[INPUT=VALUE]...", nargs=-1)
@AS_JSON
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
        print_json({**record_of(found), "files": [str(f) for f in (plot, efg) if f is not None]})
        return
    click.echo(f"{found.title}. With " + ", ".join(f"{k} = {words_of(v)}" for k, v in found.inputs.items()) + ":")
    rows = [
        {"result": o.name, "value": words_of(found[o.name]), "unit": o.unit, "meaning": o.meaning}
        for o in formal.outputs
    ]
    print_table(rows, False)
    for note in found.notes:
        click.echo(f"Note: {note}")
    click.echo(f"{found.reference}. Provenance: {'; '.join(found.provenance)}.")
    for file in (plot, efg):
        if file is not None:
            click.echo(str(file))

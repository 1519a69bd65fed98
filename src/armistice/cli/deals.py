"""Proposed settlements: side by side, each by itself, and lines that a user draws."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from armistice.cli.shell import AS_JSON, AS_OF, PACK, SEED, Day, main, print_json, print_table, progress_bar, tell

_COLUMNS = 4
"""Drafts beside one another on a terminal."""


@main.command()
@PACK
@click.argument("drafts", metavar="[DRAFT]...", nargs=-1)
@AS_OF
@AS_JSON
def compare(pack: str, drafts: tuple[str, ...], as_of: date | None, as_json: bool) -> None:
    """Show proposed settlements side by side, clause by clause.

    A DRAFT is the id of one in the pack, or a file; without any, all of the pack.
    """
    from armistice.data.pack import read_pack
    from armistice.deal.compare import compare_record, compare_table
    from armistice.deal.read import find_settlement, read_settlements

    content = read_pack(pack, as_of)
    found = [find_settlement(content, name) for name in drafts] if drafts else list(read_settlements(content))
    if as_json:
        print_json(compare_record(found, content.war))
        return
    for start in range(0, len(found), _COLUMNS):
        head, *rows = compare_table(found[start : start + _COLUMNS], content.war)
        print_table([dict(zip(head, row, strict=True)) for row in rows], False)
    if not found:
        click.echo("no settlements")


@main.command()
@PACK
@click.argument("draft", metavar="DRAFT")
@AS_OF
@AS_JSON
def draft(pack: str, draft: str, as_of: date | None, as_json: bool) -> None:
    """Say of one proposed settlement what it would move, where it contradicts itself, and on what it is silent.

    DRAFT is the id of one in the pack, or a file.
    """
    from armistice.data.pack import read_pack
    from armistice.deal.check import check_settlement, ground_for
    from armistice.deal.read import find_settlement
    from armistice.deal.tables import check_record, effects_table, findings_table, land_table, silence_table

    content = read_pack(pack, as_of)
    settlement = find_settlement(content, draft)
    ground = ground_for([settlement], content)
    checked = check_settlement(settlement, content, ground)
    if as_json:
        print_json(check_record(settlement, checked, content.war, ground))
        return
    click.echo(f"{settlement.title}, {settlement.date}: {len(settlement.provisions)} clauses. Land as of {ground.day}.")
    tables = {
        "Land that would change hands": land_table(settlement, checked, content.war),
        "Findings": findings_table(checked),
        "Not mentioned": silence_table(checked, content.war),
        "What each clause does, as judged (no payoff: worth nothing by itself here)": effects_table(
            settlement, content.war, ground
        ),
    }
    for title, (head, *rows) in tables.items():
        click.echo(f"{title}: none." if not rows else f"{title}:")
        if rows:
            print_table([dict(zip(head, row, strict=True)) for row in rows], False)


@main.command()
@PACK
@click.argument("draft", metavar="DRAFT")
@click.option("--variant", default="", help="One of the draft's variants; without it, each counts alike.")
@click.option("--draws", type=click.IntRange(20, 5000), default=500, show_default=True, help="Draws of the judgements.")
@click.option("--weighed", is_flag=True, help="Weigh the game by the negotiating record too: minutes.")
@AS_OF
@SEED
@AS_JSON
def appraise(
    pack: str, draft: str, variant: str, draws: int, weighed: bool, as_of: date | None, seed: int, as_json: bool
) -> None:
    """Say what a proposed settlement is worth to each side beside fighting on, and whether it would last.

    DRAFT is the id of one in the pack, or a file.
    """
    from armistice.data.pack import read_pack
    from armistice.deal.appraise import appraise as appraise_draft
    from armistice.deal.parties import parties_in_words, parties_record, third_parties_of, wants_of
    from armistice.deal.read import find_settlement
    from armistice.deal.worth import appraisal_in_words, appraisal_record
    from armistice.settling import stakes_of_pack

    content = read_pack(pack, as_of)
    settlement = find_settlement(content, draft)
    with progress_bar("appraising") as note:
        stakes = stakes_of_pack(content, seed, draws, weighed=weighed, beside=(settlement,), progress=note)
    found = appraise_draft(settlement, stakes, variant)
    third = third_parties_of(settlement, content.war, wants_of(content.war, draws, seed), variant)
    if as_json:
        told = parties_record(third, settlement, content.war)
        print_json(appraisal_record(found, settlement) | {"third_parties": told})
        return
    tell(appraisal_in_words(found, settlement, content.war))
    tell(parties_in_words(third, settlement, content.war))


@main.command()
@PACK
@click.argument("drawn", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--date", "day", type=Day(), help="Day of the line to compare with; the pack's as-of day by default.")
@click.option("--plot", type=click.Path(path_type=Path), help="File (.svg, .png, .html) for a map of what moves.")
@AS_JSON
def line(pack: str, drawn: Path, day: date | None, plot: Path | None, as_json: bool) -> None:
    """Say what a line or polygons drawn in a GeoJSON file would move: km², people, places and assets, both ways."""
    from armistice.data.drawing import read_drawing
    from armistice.data.lines import change_in_words, line_change, line_record
    from armistice.data.pack import read_pack

    drawing = read_drawing(drawn)
    content = read_pack(pack)
    if plot is not None:
        from armistice.show.style import check_ending

        check_ending(plot)
    change = line_change(content, drawing, day)
    if plot is not None:
        from armistice.report.figures import ground_of
        from armistice.show.line import draw_line_change
        from armistice.show.style import save_figure

        save_figure(draw_line_change(content.war, ground_of(content), change), plot)
    if as_json:
        print_json(line_record(change))
        return
    tell(change_in_words(change, content.war))

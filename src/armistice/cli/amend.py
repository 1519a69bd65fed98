"""What would have to change in a proposed settlement for both sides to prefer it to fighting on."""

from __future__ import annotations

from datetime import date

import click

from armistice.cli.shell import AS_JSON, AS_OF, PACK, SEED, main, print_json, print_table, progress_bar


@main.command()
@PACK
@click.argument("draft", metavar="DRAFT")
@click.option(
    "--chance",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Share of the draws in which both sides are to prefer it to fighting on.",
)
@click.option(
    "--lasting",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Median chance with which the peace is to hold for ten years.",
)
@click.option("--variant", default="", help="Variant of the draft; by default each counts alike.")
@click.option("--most", type=click.IntRange(1), default=10, show_default=True, help="Alternatives at most.")
@AS_OF
@click.option(
    "--draws", type=click.IntRange(1), default=200, show_default=True, help="Draws of the war-termination game."
)
@SEED
@AS_JSON
def amend(
    pack: str,
    draft: str,
    chance: float,
    lasting: float,
    variant: str,
    most: int,
    as_of: date | None,
    draws: int,
    seed: int,
    as_json: bool,
) -> None:
    """Find the fewest changes of a proposed settlement after which both sides prefer it and it lasts.

    DRAFT is the id of one in the pack, or a file. Other terms are taken from the drafts of the pack.
    """
    from armistice.data.pack import read_pack
    from armistice.deal.amend import amend as search
    from armistice.deal.read import find_settlement, read_settlements
    from armistice.deal.trades import amended_record, changes_table, summary
    from armistice.settling import stakes_of_pack

    content = read_pack(pack, as_of)
    settlement = find_settlement(content, draft)
    with progress_bar("solving the game") as progress:
        stakes = stakes_of_pack(content, seed, game_draws=draws, beside=(settlement,), progress=progress)
    found = search(settlement, stakes, read_settlements(content), chance, lasting, most, variant)
    if as_json:
        print_json(amended_record(found, content.war))
        return
    click.echo(f"{settlement.title}, {settlement.date}. {summary(found, content.war)}")
    for number, amendment in enumerate(found.amendments, 1):
        click.echo(
            f"{number}. Both accept in {amendment.p_accept_both:.0%} of the draws; "
            f"median chance that peace holds {found.years:g} years: {amendment.survival:.0%}."
        )
        head, *rows = changes_table(amendment, content.war)
        print_table([dict(zip(head, row, strict=True)) for row in rows], False)
        for sentence in amendment.words:
            click.echo(f"   {sentence}")

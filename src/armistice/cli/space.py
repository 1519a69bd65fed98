"""All issues together: what the parties could agree on at best, and where a draft stands beside it."""

from __future__ import annotations

from datetime import date

import click

from armistice.cli.shell import AS_JSON, AS_OF, PACK, SEED, main, print_json, tell


@main.command()
@PACK
@click.argument("draft", metavar="[DRAFT]", required=False)
@click.option("--issues", metavar="A,B,…", help="Issues to look at, by their ids; all by default.")
@click.option("--with", "others", metavar="C,D,…", help="Third parties at the table too, by their ids.")
@click.option("--variant", help="Variant of the draft; its first by default.")
@click.option("--least", metavar="A,B,…", help="What each party must have at least, from 0 to 1; 0 for all by default.")
@click.option(
    "--draws", type=click.IntRange(1, 2000), default=1, show_default=True,
    help="Draws of the judged preferences; the first is central, and with more the range over them is told.",
)  # fmt: skip
@SEED
@AS_OF
@AS_JSON
def frontier(
    pack: str,
    draft: str | None,
    issues: str | None,
    others: str | None,
    variant: str | None,
    least: str | None,
    draws: int,
    seed: int,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Say what the sides could agree on over all issues, and what a proposed settlement leaves on the table.

    A DRAFT is the id of one in the pack, or a file. Where it is silent, what holds now is taken to stay.
    With third parties at the table, only the issues that weigh most are taken unless --issues names others: so many outcomes can be gone through.
    """
    from armistice.core.errors import QueryError
    from armistice.data.pack import read_pack
    from armistice.deal.frontier import most_salient
    from armistice.deal.outcomes import outcome_of, space_in_words, space_record, tell_space
    from armistice.deal.preferences import preferences_of
    from armistice.deal.read import find_settlement

    if variant and not draft:
        raise QueryError(f'--variant "{variant}": there is no draft; expected one; name it after the pack')
    content = read_pack(pack, as_of)
    preferences = preferences_of(content.war, draws, seed, others=_words(others or ""))
    left_out: list[str] = []
    if issues is not None:
        preferences = preferences.only(_words(issues))
    elif others is not None:
        chosen = most_salient(preferences)
        left_out = [issue for issue in preferences.issues if issue not in chosen]
        preferences = preferences.only(chosen)
    needed = _numbers(least) if least is not None else (0.0,) * len(preferences.parties)
    found = outcome_of(find_settlement(content, draft), content.war, variant or "") if draft else None
    told = tell_space(preferences, needed, found)
    if as_json:
        print_json(space_record(told, content.war) | ({"left_out": left_out} if left_out else {}))
        return
    if left_out:
        click.echo(
            f"With {len(preferences.parties)} parties only {len(preferences.issues)} issues are looked at, those that weigh most "
            f"with all of them together: --issues {','.join(preferences.issues)}. Name others to look at these instead."
        )
    tell(space_in_words(told, content.war))


def _words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(text: str) -> tuple[float, ...]:
    """Numbers between commas."""
    from armistice.core.errors import QueryError

    try:
        found = tuple(float(word) for word in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(0 <= x <= 1 for x in found):
        raise QueryError(
            f'--least "{text}": not shares; expected a number from 0 to 1 for each party, such as 0.5,0.45; give all'
        )
    return found

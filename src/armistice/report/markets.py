"""The chapter on what markets paid for the money or bonds of the sides, where a pack has such a series."""

from __future__ import annotations

from markupsafe import Markup

from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.words import num, say
from armistice.show.markets import market_prices, market_turns
from armistice.show.style import number_words, signed_words


def tell_markets(r: Records) -> Chapter | None:
    """First, lowest and last price of each series, and the months of the largest moves with the events of that month."""
    war, panel, events = r.study.pack.war, r.study.panel, r.study.pack.tables["events"]
    series = market_prices(war, panel)
    if not series:
        return None
    sentences = []
    for (side, source), prices in series.items():
        found = war.sources[source]
        note, low = f"{found.producer}: {found.title}", prices.idxmin()
        sentences.append(
            say(
                "The market price of {side} money or bonds was {first} per cent of par in {start}, {least} at its lowest in {then}, "
                "and {last} in {end}.",
                side=war.side(side).adjective, first=num(number_words(prices.iloc[0], 1), note), start=f"{prices.index[0]:%B %Y}",
                least=num(number_words(prices[low], 1), note), then=f"{low:%B %Y}", last=num(number_words(prices.iloc[-1], 1), note),
                end=f"{prices.index[-1]:%B %Y}",
            )
        )  # fmt: skip
    sentences.append(
        say(
            "Those who bought and sold had money at stake, and their prices took in news within days. A price moves as well with how much "
            "money is made and with much else, so that it is no chance of victory, and nothing else on this page is computed from it. The "
            "table sets beside the largest moves what the record holds of the same month: neighbours in time, not causes."
        )
    )
    rows = tuple(
        (
            f"{turn.number}", f"{turn.month:%B %Y}", war.side(turn.side).adjective,
            num(f"{signed_words(turn.change)} %", f"to {number_words(turn.price, 1)} per cent of par, {war.sources[turn.source].producer}"),
            "; ".join(turn.events) or "none recorded",
        )
        for turn in market_turns(war, panel, events)
    )  # fmt: skip
    table = Table(
        "Months of the largest moves of each price against the month before, numbered as in the chart",
        ("number", "month", "money or bonds", "move", "events of that month"),
        rows,
    )
    return Chapter("markets", "What markets said", (Markup(" ").join(sentences),), ("market-prices",), (table,))

"""The report's words on third parties: what each draft asks of them, and whether they prefer it to what holds today."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from armistice.core.parties import AskedClause, PartyView, ThirdParties
from armistice.core.settlement import Provision, Settlement
from armistice.core.war import War
from armistice.deal.parties import LIMITS, preferring_words, with_preferences
from armistice.report.chapter import Table
from armistice.report.words import joined, listing, num, say, table_day
from armistice.settling import Settled
from armistice.show.appraisals import clause_words, nearest
from armistice.show.bargaining import over_draws, percent_words
from armistice.show.style import signed_words


def tell_third_parties(war: War, settled: Settled) -> tuple[list[Markup], list[Table]]:
    """Paragraphs and a table; nothing where no draft asks anything of a third party."""
    told = [(d, settled.third[d.id]) for d in settled.drafts if d.id in settled.third]
    if not any(third.views or third.unnamed for _, third in told):
        return [], []
    lead = say(
        "Whose consent binds? The war ends by the consent of those whose fight it is. But a guarantee, relief from sanctions, a membership or a force along the line is worth nothing if the third party that would have to bring it does not. {who}",
        who=_preferring(war, told),
    )  # fmt: skip
    best = nearest(settled.appraisals, 1)[0]
    draft, third = next(((d, t) for d, t in told if d.id == best.id), told[-1])
    limits = say(
        "How this is known: what third parties want is judged from their own texts in the record, which weighs none of these draws; which clauses rest with them is read from the terms, and from the pack where the terms name nobody. {limits}",
        limits=LIMITS,
    )  # fmt: skip
    return [lead + Markup(" ") + _asked(war, draft, third), limits], [_table(war, told)]


def _preferring(war: War, told: Sequence[tuple[Settlement, ThirdParties]]) -> Markup:
    """How many drafts each third party prefers to what holds today."""
    out = []
    for party in with_preferences(war):
        views = [(d.title, v) for d, t in told for v in t.views if v.party == party]
        best = [title for title, v in views if (v.p_better_than_today or 0.0) > 0.5]
        note = f"{len(best)} of {len(views)}, in more than half of the draws: " + ("; ".join(best) or "none")
        out.append(say("for {name} {n}", name=war.third_parties[party], n=num(f"{len(best)}", note)))
    if not out:
        return say("The pack has the preferences of none of them.")
    count = num("one draft" if len(told) == 1 else f"{len(told)} drafts", "those with clauses")
    return (
        say("Of {n}, so many are worth more to each of them than what holds today: ", n=count)
        + joined(out)
        + Markup(".")
    )


def _asked(war: War, draft: Settlement, third: ThirdParties) -> Markup:
    """What one draft asks of whom."""
    texts = {p.number: p for p in draft.provisions}
    out = []
    for view in third.views:
        if view.gain is not None and view.asked:
            loss = listing(list(dict.fromkeys(_about(war, texts[c.number]) for c in view.asked if c.at_a_loss)))
            out.append(
                say(
                    "{name} ({n}, {loss})", name=war.third_parties[view.party],
                    n=num("one clause" if len(view.asked) == 1 else f"{len(view.asked)} clauses", _note(war, texts, view)),
                    loss=f"at a loss in its own eyes on {loss}" if loss else "none at a loss in its own eyes",
                )
            )  # fmt: skip
    if not out:
        return Markup("")
    return say("“{title}” would have to be carried out in part by ", title=draft.title) + joined(out) + Markup(".")


def _about(war: War, clause: Provision) -> str:
    return clause_words(war, clause).partition(": ")[0]


def _worth(one: AskedClause) -> str:
    if one.worth is None:
        return "worth not known"
    return f"worth {signed_words(100 * float(np.median(one.worth)), 1)} to it"


def _note(war: War, texts: dict[int, Provision], view: PartyView) -> str:
    return "; ".join(
        f"{clause_words(war, texts[one.number])} ({'named' if one.named else one.holds}; {_worth(one)})"
        for one in view.asked
    )


def _table(war: War, told: Sequence[tuple[Settlement, ThirdParties]]) -> Table:
    """What each draft asks of each third party with preferences, and of the others."""
    wanting = with_preferences(war)
    rows: list[tuple[str | Markup, ...]] = []
    for draft, third in told:
        texts = {p.number: p for p in draft.provisions}
        views = {view.party: view for view in third.views}
        cells: list[str | Markup] = [draft.title, table_day(draft.date)]
        for party in wanting:
            cells += [_preference(views[party]), _clauses(war, texts, views[party])]
        others = [v for p, v in views.items() if p not in wanting]
        unnamed = [_about(war, texts[n]) for n in third.unnamed]
        cells += [listing([war.third_parties[v.party] for v in others]) or "none", listing(unnamed) or "none"]
        rows.append(tuple(cells))
    heads = [h for p in wanting for h in (f"{war.third_parties[p]}: prefers it", "has to carry out")]
    return Table(
        "What third parties would have to do: share of draws in which each prefers the draft to what holds today, and the clauses that it would have to carry out, with those at a loss to it in hundredths of all that matters to it (median)",
        ("draft", "date", *heads, "asked too, with no preferences on file", "rests with others, nobody named"), tuple(rows), folded=True,
    )  # fmt: skip


def _preference(view: PartyView) -> str | Markup:
    if view.gain is None or view.p_better_than_today is None or not view.gain.any():
        return preferring_words(view)
    low, middle, high = (signed_words(float(v), 1) for v in over_draws(100 * view.gain))
    note = f"worth {middle} ({low} to {high}) beside what holds today, hundredths of all that matters to it; {len(view.gain)} draws, not weighed by the record"
    return num(percent_words(view.p_better_than_today), note)


def _clauses(war: War, texts: dict[int, Provision], view: PartyView) -> str | Markup:
    if not view.asked:
        return "nothing"
    loss = [
        f"{_about(war, texts[c.number])} ({signed_words(100 * float(np.median(c.worth)), 1)})"
        for c in view.asked
        if c.at_a_loss and c.worth is not None
    ]
    count = "1 clause" if len(view.asked) == 1 else f"{len(view.asked)} clauses"
    return num(f"{count}; at a loss: {listing(loss)}" if loss else count, _note(war, texts, view))

"""What a draft asks of third parties, whether they prefer it to what holds today, and which clauses they would carry out at a loss.

The consent that ends a war is that of those whose fight it is: a third party has no war of its own here and no vote on the draft.
Yet a guarantee, relief from sanctions, a membership or a force to watch the line is worth nothing if whoever has to bring it does
not. A third party p with preferences of its own gains from a draft

.. math:: g_p = \\sum_k w_{pk}\\,[\\,v_{pk}(\\text{draft}) - v_{pk}(\\text{today})\\,],

with weights and values as in `preferences`, and with the one option for each issue that `outcomes.outcome_of` takes the draft to
mean. Nothing is said of the chance that it does what the clause asks.

A clause asks something of a third party if its terms name the party, or if its kind rests with others (`RESTS_WITH_OTHERS`) and
the pack says that the matter is in the party's hands; a clause that leaves an issue as it is today asks for nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from armistice.core.parties import AskedClause, PartyView, ThirdParties
from armistice.core.settlement import Either, Plain, Provision, Settlement
from armistice.core.war import SIDES, War
from armistice.deal.appraise import DRAWS, allowed_options
from armistice.deal.compare import words_of_clause
from armistice.deal.kinds import KINDS
from armistice.deal.outcomes import outcome_of
from armistice.deal.preferences import Preferences, preferences_of

RESTS_WITH_OTHERS: dict[str, tuple[str, frozenset[str]]] = {
    "border_control": ("rule", frozenset({"first", "after_elections", "none"})),
    "foreign_troops": ("permitted", frozenset({"any", "no_command", "no_alliance", "none"})),
    "monitoring": ("how", frozenset({"joint"})),
    "alliance_membership": ("status", frozenset({"moratorium", "no_membership", "barred", "neutral"})),
    "alliance_enlargement": ("rule", frozenset({"no_limit"})),
    "security_guarantee": ("form", frozenset()),
    "snap_back": ("what", frozenset()),
    "foreign_arms": ("rule", frozenset()),
    "sanctions_relief": ("pace", frozenset({"kept"})),
    "frozen_assets": ("use", frozenset()),
    "reconstruction": ("money", frozenset({"side_a", "side_b", "none"})),
    "reparations": ("rule", frozenset({"tribunal", "open", "waived"})),
    "nuclear_plant": ("run_by", frozenset({"a", "b"})),
    "union_membership": ("status", frozenset({"eligible", "not_opposed", "barred"})),
    "implementation": ("body", frozenset({"council", "board", "later", "joint"})),
}
"""Kind of clause that others than the two sides carry out → the term that says how, and its values that ask nothing of others."""
LIMITS = (
    "That a third party prefers a draft does not end the war, and that it does not prefer one stops nobody from signing: it has no "
    "war of its own here, and what peace as such is worth to it is not counted. Nothing is said of how likely it is to do what a "
    "clause asks, only what that would be worth to it."
)
"""What stands with every account of third parties."""
_LEVELS = (0.1, 0.5, 0.9)


def with_preferences(war: War) -> tuple[str, ...]:
    """Third parties of which the pack says what they want, in its order."""
    return tuple(p for p in war.third_parties if any(p in issue.preference for issue in war.issues))


def wants_of(war: War, draws: int = DRAWS, seed: int = 0) -> dict[str, Preferences]:
    """Preferences of each third party of which the pack has some, after those of the two sides; no record weighs their draws."""
    return {party: preferences_of(war, draws, seed, others=(party,)) for party in with_preferences(war)}


def third_parties_of(
    settlement: Settlement, war: War, wants: Mapping[str, Preferences], variant: str = ""
) -> ThirdParties:
    """What a draft asks of third parties, and what it is worth to those whose preferences the pack has.

    Parameters
    ----------
    settlement : Settlement
    war : War
    wants : mapping of str to Preferences
        As `wants_of` draws them.
    variant : str
        Of the draft; without one, each of several counts alike.

    Raises
    ------
    QueryError
        Where there is no such variant, or the pack does not say how an issue stands today.
    """
    chosen = (variant,) if variant else tuple(settlement.variants) or ("",)
    outcomes = {name: outcome_of(settlement, war, name).outcome for name in chosen}
    clauses = [c for c in settlement.provisions if not c.variant or c.variant in chosen]
    asked = {c.number: _asked(c, war) for c in clauses}
    views = []
    for party in war.third_parties:
        own = [c for c in clauses if party in asked[c.number]]
        if party in wants:
            worth = {name: _worth(wants[party], war, outcome) for name, outcome in outcomes.items()}
            gain = np.concatenate([np.sum(list(by_issue.values()), axis=0) for by_issue in worth.values()])
            told = [_told(c, party, war, worth[c.variant or chosen[0]]) for c in own]
            views.append(PartyView(party, gain, tuple(told)))
        elif own:
            views.append(PartyView(party, None, tuple(_told(c, party, war, {}) for c in own)))
    unnamed = tuple(c.number for c in clauses if _rests_with_others(c, war) and not asked[c.number])
    return ThirdParties(settlement.id, variant, tuple(views), unnamed)


def _worth(held: Preferences, war: War, outcome: dict[str, str]) -> dict[str, np.ndarray]:
    """Gain of the third party that stands last, on each issue of which it has a preference: arrays of shape (draws,)."""
    out = {}
    for k, issue in enumerate(war.issues):
        if held.parties[-1] in issue.preference:
            then, now = (held.options[k].index(option) for option in (outcome[issue.id], issue.now))
            out[issue.id] = held.weight[:, -1, k] * (held.value[k][:, -1, then] - held.value[k][:, -1, now])
    return out


def _told(clause: Provision, party: str, war: War, worth: dict[str, np.ndarray]) -> AskedClause:
    holds = ""
    if clause.issue and party in (wants := war.issue(clause.issue).preference):
        holds = wants[party].holds
    return AskedClause(clause.number, party in _named(clause), holds, worth.get(clause.issue))


def _asked(clause: Provision, war: War) -> frozenset[str]:
    """Third parties that would have to carry out a clause."""
    out = {party for party in _named(clause) if party in war.third_parties}
    if clause.issue and _rests_with_others(clause, war):
        wants = war.issue(clause.issue).preference
        out |= {party for party, one in wants.items() if party not in SIDES and one.holds}
    return frozenset(out)


def _named(clause: Provision) -> frozenset[str]:
    """Parties that the terms of a clause name, in some reading of it at least."""
    listed = [t.name for t in KINDS[clause.kind].terms if t.kind == "parties"]
    found = [v for name in listed if name in clause.terms for v in _plain(clause, name)]
    return frozenset(p for value in found for p in (value if isinstance(value, tuple) else (str(value),)))


def _plain(clause: Provision, term: str) -> Iterable[Plain]:
    value = clause.terms[term]
    return value.options if isinstance(value, Either) else (value,)


def _rests_with_others(clause: Provision, war: War) -> bool:
    """Whether others than the two sides have something new to do for a clause."""
    if clause.kind not in RESTS_WITH_OTHERS:
        return False
    if clause.issue and clause.options is not None:
        issue = war.issue(clause.issue)
        if allowed_options(issue, clause) == [issue.now]:
            return False
    term, nothing = RESTS_WITH_OTHERS[clause.kind]
    return term not in clause.terms or not set(_plain(clause, term)) <= nothing or "in_alliance_law" in clause.terms


# --- as plain values and in words ---------------------------------------------------------------------------------


def parties_record(found: ThirdParties, settlement: Settlement, war: War) -> list[dict[str, Any]]:
    """Third parties as plain values, for JSON: ranges are the 10th, 50th and 90th percentile of the draws."""
    clauses = {clause.number: clause for clause in settlement.provisions}
    return [
        {
            "party": view.party, "name": war.third_parties[view.party],
            "p_better_than_today": view.p_better_than_today,
            "gain": None if view.gain is None else _spread(view.gain),
            "clauses": [
                {
                    "number": one.number, "kind": clauses[one.number].kind, "issue": clauses[one.number].issue,
                    "named": one.named, "holds": one.holds,
                    "worth": None if one.worth is None else _spread(one.worth), "at_a_loss": one.at_a_loss,
                }
                for one in view.asked
            ],
        }
        for view in found.views
    ]  # fmt: skip


def parties_in_words(found: ThirdParties, settlement: Settlement, war: War) -> Iterator[str | list[dict[str, str]]]:
    """The same in sentences and rows for a terminal; nothing where no third party is concerned."""
    clauses = {clause.number: clause for clause in settlement.provisions}
    if found.views:
        yield "Third parties, each beside what holds today, in hundredths of all that matters to it:"
        yield [
            {
                "party": war.third_parties[view.party],
                "prefers the draft": preferring_words(view),
                "gain": "" if view.gain is None else _hundredths(view.gain),
                "asked to carry out": ", ".join(f"{one.number}" for one in view.asked) or "nothing",
            }
            for view in found.views
        ]  # fmt: skip
    rows = [
        {
            "clause": f"{one.number}", "party": war.third_parties[view.party], "kind": KINDS[clauses[one.number].kind].title,
            "terms": words_of_clause(clauses[one.number], war),
            "why it": "named" if one.named else f"in its hands: {one.holds}",
            "worth to it": "not known" if one.worth is None else _hundredths(one.worth) + (", at a loss" if one.at_a_loss else ""),
        }
        for view in found.views
        for one in view.asked
    ]  # fmt: skip
    if rows:
        yield "What they would have to carry out:"
        yield rows
    if found.unnamed:
        listed = "; ".join(f"{n} ({KINDS[clauses[n].kind].title.lower()})" for n in found.unnamed)
        yield f"Clauses that rest with others and name no third party of the pack: {listed}."
    if found.views:
        yield LIMITS


def preferring_words(view: PartyView) -> str:
    """In how many draws a third party prefers a draft to what holds today."""
    if view.gain is None or view.p_better_than_today is None:
        return "no preferences on file"
    if not view.gain.any():
        return "as good as today to it"
    return f"in {100 * view.p_better_than_today:.0f} % of draws"


def _spread(values: np.ndarray) -> dict[str, float]:
    low, central, high = (float(v) for v in np.quantile(values, _LEVELS))
    return {"low": low, "central": central, "high": high}


def _hundredths(values: np.ndarray) -> str:
    low, central, high = (f"{100 * float(v) + 0.0:+.1f}".replace("-", "−") for v in np.quantile(values, _LEVELS))
    return f"{central} ({low} to {high})"

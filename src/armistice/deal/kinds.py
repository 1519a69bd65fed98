"""All kinds of provision with their terms, and what each does: the one list from which files are read and pages made.

A new kind is one entry in `KINDS` (in the three lists it is made of) and one function in `EFFECTS`, of its terms, the war
and the state of the land. A kind that neither shifts power nor bears on the peace says so, and why, in the sources of its effect.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping

from armistice.core.settlement import Effect, Either, Ground, Kind, Plain, Provision
from armistice.core.war import Range, War
from armistice.deal import economy, order, security, territory
from armistice.deal.ground_kinds import TERRITORY
from armistice.deal.order_kinds import ORDER
from armistice.deal.security_kinds import SECURITY

KINDS: dict[str, Kind] = {kind.name: kind for kind in (*TERRITORY, *SECURITY, *ORDER)}
"""Name → kind, in the order of the reference page and of the rows of a comparison."""

EffectOf = Callable[[Mapping[str, Plain], War, Ground], Effect]

EFFECTS: dict[str, EffectOf] = {
    "control_line": territory.control_line,
    "withdrawal": territory.withdrawal,
    "recognition": territory.recognition,
    "demilitarised_zone": security.demilitarised_zone,
    "land_swap": territory.land_swap,
    "lease": territory.lease,
    "status_later": territory.status_later,
    "referendum": territory.referendum,
    "border_principle": territory.border_principle,
    "self_rule": territory.self_rule,
    "border_control": territory.border_control,
    "ceasefire": security.ceasefire,
    "sequence": security.sequence,
    "force_cap": security.force_cap,
    "weapon_cap": security.weapon_cap,
    "missile_range": security.missile_range,
    "foreign_troops": security.foreign_troops,
    "monitoring": security.monitoring,
    "alliance_membership": security.alliance_membership,
    "alliance_enlargement": security.alliance_enlargement,
    "security_guarantee": security.security_guarantee,
    "guarantee_scope": security.guarantee_scope,
    "snap_back": security.snap_back,
    "armed_groups": security.armed_groups,
    "surrender": security.surrender,
    "foreign_arms": security.foreign_arms,
    "nuclear_status": security.nuclear_status,
    "non_aggression": security.non_aggression,
    "sanctions_relief": economy.sanctions_relief,
    "frozen_assets": economy.frozen_assets,
    "reconstruction": economy.reconstruction,
    "reparations": economy.reparations,
    "nuclear_plant": economy.nuclear_plant,
    "transit": economy.transit,
    "union_membership": economy.union_membership,
    "prisoners": order.prisoners,
    "emancipation": order.emancipation,
    "elections": order.elections,
    "amnesty": order.amnesty,
    "language": order.language,
    "ratification": order.ratification,
    "implementation": order.implementation,
    "commission": order.commission,
}
"""Name → what it does."""

MOST_READINGS = 64
"""Combinations of what reported texts may mean that are tried for one provision."""


def effect_of(provision: Provision, war: War, ground: Ground) -> Effect:
    """What a provision does, over all readings of its terms.

    Parameters
    ----------
    provision : Provision
    war : War
    ground : Ground
        Of the day on which it would take force.

    Returns
    -------
    Effect
        Where reported texts differ, ranges span all readings and the central value is their mean.
    """
    function = EFFECTS[provision.kind]
    effects = [function(terms, war, ground) for terms in readings(provision)]
    return effects[0] if len(effects) == 1 else _span(effects)


def example_terms(kind: Kind, war: War) -> dict[str, object]:
    """The example of a kind, as terms in a file of a war that has an axis and third parties."""
    steps = war.axes[0].steps
    names = {
        "{a}": war.side("a").id,
        "{b}": war.side("b").id,
        "{region}": war.regions[steps[0].region].parent,
        "{other}": war.regions[steps[-1].region].parent,
        "{third}": next(iter(war.third_parties)),
    }

    def filled(value: object) -> object:
        if isinstance(value, list):
            return [filled(v) for v in value]
        return names.get(value, value) if isinstance(value, str) else value

    return {name: filled(value) for name, value in kind.example.items()}


def readings(provision: Provision) -> list[dict[str, Plain]]:
    """Terms of a provision with one plain value each, for each of its readings, `MOST_READINGS` of them at most."""
    options = [v.options if isinstance(v, Either) else (v,) for v in provision.terms.values()]
    chosen = itertools.islice(itertools.product(*options), MOST_READINGS)
    return [dict(zip(provision.terms, values, strict=True)) for values in chosen]


def _span(effects: Iterable[Effect]) -> Effect:
    """One effect that spans several."""
    effects = list(effects)
    ranges = {}
    for name in ("payoff_a", "payoff_b", "power_shift", "hazard_factor"):
        each: list[Range] = [getattr(effect, name) for effect in effects]
        centre = sum(r.central for r in each) / len(each)
        source = "; ".join(dict.fromkeys(r.source for r in each))
        ranges[name] = Range(min(r.low for r in each), centre, max(r.high for r in each), source)
    return Effect(**ranges)

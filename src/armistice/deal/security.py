"""What provisions on safety do to relative power and to the hazard of renewed war.

All numbers are judgements, declared in the tables of this file. Their direction follows studies of ceasefires that found
stronger agreements (demilitarised zones, monitoring, peacekeepers, guarantees) to last longer: Werner and Yuen (2005),
International Organization 59; Fortna (2003), International Organization 57, and Peace Time (2004). Sizes are not estimates
of those studies. What a side would pay for a clause as such is no part of these effects: it is in the preferences on the
issue that the clause answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from armistice.core.settlement import Effect, Ground, Plain
from armistice.core.war import Range, War
from armistice.deal.territory import NOTHING, SAME

_FORTNA = "judgement, in the direction of Fortna (2003)"
_WERNER = "judgement, in the direction of Werner and Yuen (2005)"

ZONE: Mapping[str, Range] = {
    "both": Range(0.4, 0.7, 1.0, _FORTNA),
    "a": Range(0.5, 0.8, 1.1, _FORTNA),
    "b": Range(0.6, 0.95, 1.3, "judgement: the side that alone pulls back is more open to attack"),
    "none": SAME,
}
"""Who pulls back → factor on the hazard of renewed war."""
ZONE_SHIFT: Mapping[str, Range] = {
    "both": NOTHING,
    "a": Range(-0.08, -0.03, 0.0, "judgement: positions given up"),
    "b": Range(0.0, 0.03, 0.08, "judgement: positions given up"),
    "none": NOTHING,
}
"""Who pulls back → change in side A's chance to prevail in a later war."""
MONITORED: Mapping[str, Range] = {
    "presence": Range(0.5, 0.75, 1.0, _FORTNA),
    "remote": Range(0.6, 0.85, 1.05, "judgement: seen, and not stood in the way of"),
    "forces": Range(0.35, 0.6, 0.95, _FORTNA),
    "joint": Range(0.75, 0.95, 1.1, "judgement: the sides watch themselves"),
    "open": Range(0.5, 0.85, 1.05, _FORTNA),
}
"""How the line is watched → factor on the hazard of renewed war."""
TROOPS: Mapping[str, Range] = {
    "any": Range(0.5, 0.8, 1.2, "judgement: allowed and not promised"),
    "coalition": Range(0.35, 0.65, 1.1, _FORTNA),
    "no_command": Range(0.7, 0.95, 1.1, "judgement"),
    "no_alliance": Range(0.9, 1.0, 1.15, "judgement"),
    "none": Range(0.95, 1.1, 1.35, "judgement: nobody stands in the way"),
}
"""Which foreign troops are permitted → factor on the hazard of renewed war."""
GUARANTEED: Mapping[str, Range] = {
    "automatic": Range(0.2, 0.5, 0.9, _WERNER),
    "deterrent": Range(0.2, 0.5, 0.95, _WERNER),
    "consultative": Range(0.6, 0.85, 1.1, "judgement: help that must first be agreed on"),
    "veto": Range(0.8, 0.97, 1.15, "judgement: the attacker, or its friend, can block the help"),
    "open": Range(0.5, 0.85, 1.1, "judgement: a promise that is not described"),
}
"""How a guarantee works → factor on the hazard of renewed war."""
GUARANTEE_SHIFT: Mapping[str, Range] = {
    "automatic": Range(0.03, 0.1, 0.25, "judgement: guarantors fight on the side they protect"),
    "deterrent": Range(0.03, 0.1, 0.25, "judgement"),
    "consultative": Range(0.0, 0.03, 0.1, "judgement"),
    "veto": Range(0.0, 0.01, 0.03, "judgement"),
    "open": Range(0.0, 0.03, 0.1, "judgement"),
}
"""How a guarantee works → rise in the protected side's chance to prevail in a later war."""
WEAKENED = 0.25
"""Judgement: part of a guarantee's effect that is lost for each ground on which it lapses, two grounds at most."""
MEMBERSHIP: Mapping[str, Range] = {
    "invited": Range(0.3, 0.7, 1.4, "judgement: deters once in force, and may provoke before"),
    "open": Range(0.8, 1.0, 1.3, "judgement: a prospect deters little and may provoke"),
    "no_consensus": SAME,
    "moratorium": Range(0.9, 1.0, 1.15, "judgement"),
    "no_membership": Range(0.8, 1.0, 1.2, "judgement"),
    "barred": Range(0.75, 1.0, 1.25, "judgement: one ground of war less, one protection less"),
    "neutral": Range(0.75, 1.0, 1.3, "judgement: one ground of war less, one protection less"),
}
"""Rule on membership → factor on the hazard of renewed war."""
CAP_SHIFT = Range(
    0.0, 0.04, 0.12, "judgement: a capped side is weaker in a later war, by how much depends on the number"
)
CAP_HAZARD = Range(0.95, 1.05, 1.25, "judgement: a capped side deters less")
RANGE_SHIFT = Range(0.0, 0.02, 0.06, "judgement")
ARMS_SHIFT: Mapping[str, Range] = {
    "free": Range(0.0, 0.02, 0.06, "judgement"),
    "continues": NOTHING,
    "stopped_for_ceasefire": Range(-0.05, -0.02, 0.0, "judgement"),
    "stopped": Range(-0.2, -0.1, -0.03, "judgement: supply from abroad carries much of a side's strength"),
}
"""Rule on arms from abroad → change in the receiving side's chance to prevail in a later war."""
RETURNS = Range(0.7, 0.92, 1.0, "judgement: a breach costs what had been given back")


def _side(terms: Mapping[str, Plain], name: str, war: War) -> Literal["a", "b"]:
    return next(b.side for b in war.belligerents if b.id == terms[name])


def _for(gain: Range, side: str) -> Range:
    """A gain in a side's chance to prevail, as a change in that of side A."""
    return gain if side == "a" else Range(-gain.high, -gain.central, -gain.low, gain.source)


def _held(shift: Range, hazard: Range) -> Effect:
    return Effect(NOTHING, NOTHING, shift, hazard)


def demilitarised_zone(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Forces kept apart, and positions given up by the side that alone pulls back."""
    who = str(terms["withdraws"])
    return _held(ZONE_SHIFT[who], ZONE[who])


def monitoring(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Breaches seen, and in the way of them forces where there are any."""
    return _held(NOTHING, MONITORED[str(terms["how"])])


def foreign_troops(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Forces of other states in the way of a new attack."""
    return _held(NOTHING, TROOPS[str(terms["permitted"])])


def security_guarantee(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Help promised against a new attack; each ground on which it lapses takes part of its effect away."""
    form = str(terms["form"])
    grounds = terms.get("void_if", ())
    lapses = min(2, len(grounds) if isinstance(grounds, tuple) else 1)
    kept = (1 - WEAKENED) ** lapses
    factor, gain = GUARANTEED[form], GUARANTEE_SHIFT[form]
    source = factor.source + (f"; weakened by {lapses} ground(s) on which it lapses" if lapses else "")
    low, central, high = (1 - kept * (1 - end) for end in (factor.low, factor.central, factor.high))
    hazard = Range(low, central, high, source)
    weaker = Range(kept * gain.low, kept * gain.central, kept * gain.high, gain.source)
    return _held(_for(weaker, _side(terms, "protects", war)), hazard)


def alliance_membership(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """What the prospect of an alliance, or its end, does to the peace; not what allies would do once it is joined."""
    return _held(NOTHING, MEMBERSHIP[str(terms["status"])])


def force_cap(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A side with a ceiling is weaker in a later war and deters less; without one nothing changes."""
    if terms["cap"] == "none":
        return _held(NOTHING, SAME)
    other = "b" if _side(terms, "side", war) == "a" else "a"
    return _held(_for(CAP_SHIFT, other), CAP_HAZARD)


def missile_range(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A side whose missiles do not reach far is weaker in a later war."""
    other = "b" if _side(terms, "side", war) == "a" else "a"
    return _held(_for(RANGE_SHIFT, other), SAME)


def foreign_arms(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Supply from abroad, as part of the receiving side's strength."""
    return _held(_for(ARMS_SHIFT[str(terms["rule"])], _side(terms, "side", war)), SAME)


def snap_back(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A breach costs what had been given back."""
    return _held(NOTHING, RETURNS)

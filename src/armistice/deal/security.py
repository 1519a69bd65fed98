"""What provisions on safety do to relative power and to the hazard of renewed war.

All numbers are judgements, declared in the tables of this file. Their direction follows studies of ceasefires that found
stronger agreements (demilitarised zones, monitoring, peacekeepers, guarantees) to last longer: Werner and Yuen (2005),
International Organization 59; Fortna (2003), International Organization 57, and Peace Time (2004). On promises not to attack:
Mattes and Vonnahme (2010), Journal of Politics 72. Sizes are not estimates of those studies. What a side would pay for a
clause as such is no part of these effects: it is in the preferences on the issue that the clause answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from armistice.core.settlement import Effect, Ground, Plain
from armistice.core.war import Range, War
from armistice.deal.entries import (
    NOTHING,
    SAME,
    from_side,
    judged,
    lasting,
    product,
    remembered,
    side_of,
    to_side,
    unmoved,
)

_FORTNA = "judgement, in the direction of Fortna (2003)"
_WERNER = "judgement, in the direction of Werner and Yuen (2005)"
_ALONE = "judgement: forces are apart, and the side that alone pulls back is more open to attack"
_TOFT = "Toft (2010) found that civil wars ended by victory come back less often than those ended by settlement"
_IMPOSED = "Werner and Yuen (2005) found that ceasefires imposed before battles have taught enough break sooner"

ZONE: Mapping[str, Range] = {
    "both": Range(0.4, 0.7, 1.0, _FORTNA),
    "a": Range(0.55, 0.88, 1.25, _ALONE),
    "b": Range(0.55, 0.88, 1.25, _ALONE),
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
    "no_command": Range(0.7, 0.95, 1.1, "judgement: some may stand in the way, without a standing command"),
    "no_alliance": Range(0.9, 1.0, 1.15, "judgement: a ground of war less, and a force in the way less"),
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
    "deterrent": Range(0.03, 0.1, 0.25, "judgement: guarantors stand beside the side they protect"),
    "consultative": Range(0.0, 0.03, 0.1, "judgement: help comes late, or not"),
    "veto": Range(0.0, 0.01, 0.03, "judgement: help can be blocked"),
    "open": Range(0.0, 0.03, 0.1, "judgement: some help, of a kind not described"),
}
"""How a guarantee works → rise in the protected side's chance to prevail in a later war."""
WEAKENED = 0.25
"""Judgement: part of a guarantee's effect that is lost for each ground on which it lapses, two grounds at most."""
MEMBERSHIP: Mapping[str, Range] = {
    "invited": Range(0.3, 0.7, 1.4, "judgement: deters once in force, and may provoke before"),
    "open": Range(0.8, 1.0, 1.3, "judgement: a prospect deters little and may provoke"),
    "no_consensus": SAME,
    "moratorium": Range(0.9, 1.0, 1.15, "judgement: the quarrel is put off, not ended"),
    "no_membership": Range(0.8, 1.0, 1.2, "judgement: one ground of war less, one protection less"),
    "barred": Range(0.75, 1.0, 1.25, "judgement: one ground of war less, one protection less"),
    "neutral": Range(0.75, 1.0, 1.3, "judgement: one ground of war less, one protection less"),
}
"""Rule on membership → factor on the hazard of renewed war."""
CAP_SHIFT = Range(
    0.0, 0.04, 0.12, "judgement: a capped side is weaker in a later war, by how much depends on the number"
)
CAP_HAZARD = Range(0.95, 1.05, 1.25, "judgement: a capped side deters less")
RANGE_SHIFT = Range(0.0, 0.02, 0.06, "judgement: the other side's rear is out of reach")
ARMS_SHIFT: Mapping[str, Range] = {
    "free": Range(0.0, 0.02, 0.06, "judgement: arms of longer reach, used as the receiver likes"),
    "continues": NOTHING,
    "stopped_for_ceasefire": Range(-0.05, -0.02, 0.0, "judgement: stocks are not filled up meanwhile"),
    "stopped": Range(-0.2, -0.1, -0.03, "judgement: supply from abroad carries much of a side's strength"),
}
"""Rule on arms from abroad → change in the receiving side's chance to prevail in a later war."""
RETURNS = Range(0.7, 0.92, 1.0, "judgement: a breach costs what had been given back")
CEASED: Mapping[str, Range] = {
    "full": judged(0.75, 0.95, 1.1, "nothing goes on that could grow into a war again"),
    "limited": judged(0.9, 1.05, 1.3, "what goes on can spread"),
    "energy": judged(0.9, 1.05, 1.3, "what goes on can spread"),
}
"""What fighting stops → factor on the hazard of renewed war."""
EXPIRES = judged(0.95, 1.15, 1.6, "an end date is a day to be ready for; a pause can be used to rearm")
"""Factor on the hazard of renewed war where a ceasefire has an end date."""
CEASE_SHIFT = unmoved("both sides rest and rearm; who gains more by a pause is not known")
STEPS: Mapping[str, Range] = {
    "withdrawal_a": judged(0.8, 1.02, 1.35, "forces are apart, and who left first is more open to attack"),
    "withdrawal_b": judged(0.8, 1.02, 1.35, "forces are apart, and who left first is more open to attack"),
    "ceasefire": remembered(0.85, 1.03, 1.35, _IMPOSED),
    "agreement_and_ceasefire": judged(0.8, 0.97, 1.15, "the guns fall silent on terms and not before them"),
    "restraint": judged(0.9, 1.03, 1.25, "incidents go on while talks do"),
    "pullback": judged(0.7, 0.93, 1.15, "forces are apart before the ceasefire is put to the test"),
    "agreement": judged(0.75, 0.97, 1.2, "terms that fighting has shown to be the best to be had"),
}
"""First step → factor on the hazard of renewed war once all steps are done."""
STEP_SHIFT = judged(0.0, 0.02, 0.08, "fortified positions given up while the other side may still advance")
"""Fall in the chance to prevail of the side that withdraws first."""
STEP_NONE = unmoved("neither side gives up ground before the other")
WEAPON_SHIFT = judged(0.0, 0.02, 0.08, "fewer weapons of one type, by how much depends on the type and the number")
"""Fall in the chance to prevail of the side whose weapons are capped."""
WEAPON_HAZARD = judged(0.85, 1.0, 1.2, "less to surprise the other side with, and less to deter it with")
ENLARGED: Mapping[str, Range] = {
    "no_limit": judged(0.9, 1.02, 1.2, "the quarrel about the alliance goes on"),
    "dialogue": judged(0.85, 0.99, 1.1, "the quarrel is talked about"),
    "not_expected": judged(0.8, 0.98, 1.15, "a ground of war less, and neighbours that may feel unprotected"),
    "barred": judged(0.75, 0.98, 1.25, "a ground of war less, and neighbours that may feel unprotected"),
}
"""Rule on an alliance beyond the side in question → factor on the hazard of renewed war."""
ENLARGED_SHIFT = unmoved("it binds others than the two sides")
COVERED: Mapping[str, Range] = {
    "all": judged(0.8, 0.99, 1.25, "covers land that the other side holds: strong if believed, and hard to believe"),
    "held": judged(0.8, 0.97, 1.1, "covers what is held, which guarantors can defend"),
    "except_listed": judged(0.9, 1.05, 1.35, "what is left out may invite a small attack"),
    "except_map": judged(0.9, 1.06, 1.4, "what is left out may invite a small attack, and where it ends is in doubt"),
}
"""Land that a guarantee covers → factor on the hazard of renewed war, beside that of the guarantee."""
COVER_SHIFT = unmoved("the help itself counts with the guarantee")
GROUPS: Mapping[str, Range] = {
    "foreign_leave": judged(0.75, 0.96, 1.15, "fewer who can break a ceasefire and are answerable to neither side"),
    "dissolved": judged(0.8, 1.0, 1.25, "fewer who can break a ceasefire, and men dismissed who resent it"),
    "dissolved_a": judged(0.8, 1.0, 1.25, "fewer who can break a ceasefire, and men dismissed who resent it"),
    "none": judged(0.9, 1.03, 1.25, "those who can break a ceasefire stay"),
}
"""Rule on armed formations → factor on the hazard of renewed war."""
GROUPS_WATCHED = remembered(0.8, 0.97, 1.02, "Fortna (2003) found that observers and peacekeepers lengthen ceasefires")
GROUPS_SHIFT = judged(0.0, 0.01, 0.05, "trained units are lost")
"""Fall in the chance to prevail of the side whose units are dissolved."""
GROUPS_NONE = unmoved("whose formations leave is not said, or nothing is")
LAID_DOWN: Mapping[str, Range] = {
    "all": remembered(0.3, 0.7, 1.15, _TOFT),
    "part": judged(0.8, 0.98, 1.15, "fewer who can resume the war, and others who still stand"),
}
"""How much of a side's army gives up → factor on the hazard of renewed war."""
LEFT_ALONE = judged(0.75, 0.94, 1.05, "who may go home in peace has less reason to fight on in bands")
LAID_SHIFT: Mapping[str, Range] = {
    "all given_up": judged(0.15, 0.3, 0.45, "an army must be raised and armed anew"),
    "all depots": judged(0.05, 0.2, 0.4, "an army must be raised anew, and finds its arms near"),
    "part given_up": judged(0.02, 0.08, 0.2, "an army less; how much of the whole it is depends on which"),
    "part depots": judged(0.01, 0.05, 0.17, "an army less, whose arms are near"),
}
"""How much gives up and where the arms go → fall in the side's chance to prevail in a later war."""
NUCLEAR: Mapping[str, Range] = {
    "none": SAME,
    "no_use": judged(0.9, 0.99, 1.05, "a threat less; such a promise binds little"),
    "non_nuclear": judged(0.85, 1.0, 1.25, "a fear of the other side less, a deterrent less"),
    "no_basing": judged(0.8, 1.0, 1.3, "a fear of the other side less, a deterrent and allies' shelter less"),
}
"""Rule on nuclear weapons → factor on the hazard of renewed war."""
NUCLEAR_SHIFT: Mapping[str, Range] = {
    "none": NOTHING,
    "no_use": judged(0.0, 0.0, 0.03, "little is given up: such weapons take no ground"),
    "non_nuclear": judged(0.0, 0.005, 0.04, "little is given up by a side that has none"),
    "no_basing": judged(0.0, 0.01, 0.05, "allies' weapons may not come"),
}
"""Rule on nuclear weapons → fall in the chance to prevail of the side that is bound."""
PROMISED: Mapping[str, Range] = {
    "both": remembered(0.8, 0.97, 1.1, "Mattes and Vonnahme (2010) found fewer conflicts under such pacts"),
    "one": judged(0.85, 0.99, 1.15, "costs nothing to say; one side only is shamed by a breach"),
    "others": judged(0.9, 1.0, 1.1, "binds none of the two sides"),
}
"""Who promises not to attack → factor on the hazard of renewed war."""
IN_LAW = judged(0.9, 0.99, 1.02, "law is slower to change than a promise, and no court enforces it")
PROMISE_SHIFT = unmoved("a promise moves no arms")


def demilitarised_zone(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Forces kept apart, and positions given up by the side that alone pulls back."""
    who = str(terms["withdraws"])
    return lasting(ZONE_SHIFT[who], ZONE[who])


def monitoring(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Breaches seen, and in the way of them forces where there are any."""
    return lasting(NOTHING, MONITORED[str(terms["how"])])


def foreign_troops(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Forces of other states in the way of a new attack."""
    return lasting(NOTHING, TROOPS[str(terms["permitted"])])


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
    return lasting(to_side(weaker, side_of(terms, "protects", war)), hazard)


def alliance_membership(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """What the prospect of an alliance, or its end, does to the peace; not what allies would do once it is joined."""
    return lasting(NOTHING, MEMBERSHIP[str(terms["status"])])


def force_cap(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A side with a ceiling is weaker in a later war and deters less; without one nothing changes."""
    if terms["cap"] == "none":
        return lasting(NOTHING, SAME)
    return lasting(from_side(CAP_SHIFT, side_of(terms, "side", war)), CAP_HAZARD)


def missile_range(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A side whose missiles do not reach far is weaker in a later war."""
    return lasting(from_side(RANGE_SHIFT, side_of(terms, "side", war)), SAME)


def foreign_arms(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Supply from abroad, as part of the receiving side's strength."""
    return lasting(to_side(ARMS_SHIFT[str(terms["rule"])], side_of(terms, "side", war)), SAME)


def snap_back(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A breach costs what had been given back."""
    return lasting(NOTHING, RETURNS)


def ceasefire(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """All that goes on can grow; an end date is one on which the war may resume."""
    scope = CEASED[str(terms["scope"])]
    ends = terms.get("days") is not None and not terms.get("permanent")
    return lasting(CEASE_SHIFT, product(scope, EXPIRES if ends else SAME))


def sequence(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """What comes first says on which terms the guns fall silent, and who gives up positions before they do."""
    first = str(terms["first"])
    shift = STEP_NONE
    if first in ("withdrawal_a", "withdrawal_b"):
        shift = from_side(STEP_SHIFT, "a" if first == "withdrawal_a" else "b")
    return lasting(shift, STEPS[first])


def weapon_cap(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A side with fewer weapons of a type is weaker in a later war; whether it is safer is open."""
    if terms["cap"] == "none":
        return lasting(NOTHING, SAME)
    return lasting(from_side(WEAPON_SHIFT, side_of(terms, "side", war)), WEAPON_HAZARD)


def alliance_enlargement(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A quarrel that goes on, or neighbours left without protection."""
    return lasting(ENLARGED_SHIFT, ENLARGED[str(terms["rule"])])


def guarantee_scope(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """What a guarantee leaves out may invite an attack there; what it takes in may not be believed."""
    return lasting(COVER_SHIFT, COVERED[str(terms["covers"])])


def armed_groups(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Formations that can break a ceasefire, and units that a side loses."""
    rule = str(terms["rule"])
    shift = GROUPS_NONE
    if rule in ("dissolved", "dissolved_a"):
        shift = from_side(GROUPS_SHIFT, "a" if rule == "dissolved_a" else "b")
    return lasting(shift, product(GROUPS[rule], GROUPS_WATCHED if terms.get("monitored") else SAME))


def surrender(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """An army that is no more, as far as it gives up; who may go home in peace has less reason to fight on."""
    extent = str(terms["extent"])
    shift = from_side(LAID_SHIFT[f"{extent} {terms['arms']}"], side_of(terms, "side", war))
    return lasting(shift, product(LAID_DOWN[extent], LEFT_ALONE if terms.get("home") else SAME))


def nuclear_status(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A fear less and a deterrent less; what great powers agree on between themselves does not count."""
    status = str(terms["status"])
    return lasting(from_side(NUCLEAR_SHIFT[status], side_of(terms, "side", war)), NUCLEAR[status])


def non_aggression(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A promise costs little; it is worth most where both sides give it, and a little more in law."""
    by = terms["by"]
    promising = sum(b.id in (by if isinstance(by, tuple) else (by,)) for b in war.belligerents)
    factor = PROMISED[("others", "one", "both")[promising]]
    return lasting(PROMISE_SHIFT, product(factor, IN_LAW if terms.get("in_law") else SAME))

"""What provisions on people, law and procedure do to the hazard of renewed war.

Few of them move arms or men, so that most have no effect on power. All numbers are judgements, declared in the tables of this
file. Two directions follow studies: early elections after wars within states (Brancati and Snyder 2013, Journal of Conflict
Resolution 57) and bodies in which former enemies settle quarrels (Fortna 2003, International Organization 57). What a side
would pay for such a clause is in the preferences on the issue that the clause answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from armistice.core.settlement import Effect, Ground, Plain
from armistice.core.war import Range, War
from armistice.deal.entries import SAME, from_side, judged, lasting, product, remembered, side_of, unmoved

_EARLY = "Brancati and Snyder (2013) found that early elections after civil wars shorten peace"
_JOINT = "Fortna (2003) found that bodies to settle quarrels lengthen ceasefires"

EXCHANGED: Mapping[str, Range] = {
    "all": judged(0.85, 0.98, 1.05, "a grievance less, and contacts that last beyond the exchange"),
    "staged": judged(0.85, 0.98, 1.05, "a grievance less by steps, each of which can be withheld on a breach"),
    "voluntary": judged(0.85, 0.99, 1.1, "a grievance less, and a new one of the side whose men stay away"),
    "heard": judged(
        0.85, 0.98, 1.08, "a grievance less; neutrals take the sting out of the choice of those who stay away"
    ),
    "none": judged(0.98, 1.02, 1.1, "a grievance stays"),
}
"""Rule on prisoners → factor on the hazard of renewed war."""
EXCHANGE_SHIFT = unmoved("both sides get soldiers back; who gets more of them fit to fight is not said")
REFUSED_KEPT = judged(0.98, 1.02, 1.12, "some wait in camps for talks that may not come")
FREED: Mapping[str, Range] = {
    "at_once": judged(0.75, 0.97, 1.25, "a cause of the war is gone, and those who lived by it may resist"),
    "gradual": judged(0.75, 0.99, 1.25, "a cause of the war goes, and can be fought over until it is gone"),
    "freed_stay": judged(0.85, 1.03, 1.3, "half of the quarrel is left to be settled"),
    "states": judged(0.85, 1.08, 1.45, "the quarrel goes on state by state"),
    "kept": judged(0.85, 1.08, 1.45, "a cause of the war stays, and those held may rise"),
}
"""Rule on slavery → factor on the hazard of renewed war."""
OWNERS_PAID = judged(0.85, 0.98, 1.05, "owners who are paid have less reason to resist, and lose the rest by a breach")
FREED_SHIFT: Mapping[str, Range] = {
    "at_once": judged(0.0, 0.03, 0.1, "a side that lived by forced labour cannot send its free men to war as before"),
    "gradual": judged(0.0, 0.02, 0.07, "the same by steps"),
    "freed_stay": judged(0.0, 0.02, 0.06, "the same for those who are free by now"),
    "states": unmoved("nobody is freed by it"),
    "kept": unmoved("nobody is freed by it"),
}
"""Rule on slavery → fall in the chance to prevail of the side in whose country it is."""
ELECTED: Mapping[str, Range] = {
    "own_law": SAME,
    "after_signature": remembered(0.85, 1.03, 1.3, _EARLY),
    "within": remembered(0.85, 1.03, 1.3, _EARLY),
    "before_signature": judged(0.85, 1.0, 1.25, "who signs has a fresh mandate, or one against the text"),
}
"""When a side votes → factor on the hazard of renewed war."""
ELECTION_SHIFT = unmoved("a vote moves no arms")
PARDONED: Mapping[str, Range] = {
    "tribunal": judged(0.85, 1.02, 1.25, "crimes are deterred, and leaders who fear a court may rather fight"),
    "limited": judged(0.9, 0.99, 1.1, "some fear of courts less"),
    "civilians": judged(0.9, 0.99, 1.1, "a grievance and some fear of courts less"),
    "full": judged(0.85, 1.0, 1.2, "leaders need not fear a court, and crimes go unpunished"),
}
"""Whose acts of the war are pardoned → factor on the hazard of renewed war."""
PARDON_SHIFT = unmoved("a pardon moves no arms")
SPOKEN: Mapping[str, Range] = {
    "own_law": SAME,
    "union_rules": judged(0.9, 0.99, 1.05, "a pretext less, under rules that others watch"),
    "union_rules_bans": judged(0.9, 1.0, 1.1, "a pretext less, and room for quarrels about what is banned"),
    "minority": judged(0.85, 0.99, 1.15, "a pretext less, and a lever for the other side"),
    "official": judged(0.85, 1.0, 1.2, "a pretext less, and a change that may be resented at home"),
}
"""What a side must change in its laws on culture → factor on the hazard of renewed war."""
SPEECH_SHIFT = unmoved("laws on culture move no arms")
APPROVED: Mapping[str, Range] = {
    "vote_or_parliament": judged(0.85, 0.98, 1.15, "consent binds leaders to the text, a refusal reopens it"),
    "vote": judged(0.8, 0.98, 1.2, "consent binds leaders to the text, a refusal reopens it"),
    "signature": judged(0.95, 1.02, 1.15, "the next government may feel free of it"),
    "elected_first": judged(0.85, 1.0, 1.25, "new authorities are bound by it, or want another text"),
    "vote_and_guarantors": judged(0.75, 0.96, 1.2, "guarantors are bound as well, and each vote can fail"),
}
"""Who must approve → factor on the hazard of renewed war."""
APPROVAL_HELD = judged(0.9, 0.99, 1.05, "the guns are silent while the vote is prepared")
APPROVAL_SHIFT = unmoved("approval moves no arms")
OVERSEEN: Mapping[str, Range] = {
    "council": remembered(0.75, 0.95, 1.05, _JOINT),
    "board": judged(0.75, 0.96, 1.1, "somebody calls a breach a breach, if the chair is willing"),
    "later": judged(0.95, 1.01, 1.1, "nobody is there yet when the first breach comes"),
    "security_council": judged(0.8, 0.97, 1.1, "a breach has a judge, which its members can block"),
    "joint": remembered(0.75, 0.95, 1.05, _JOINT),
}
"""Who oversees the settlement → factor on the hazard of renewed war."""
OVERSEEN_LAW = judged(0.9, 0.99, 1.02, "a breach costs standing, and no court enforces it")
OVERSIGHT_SHIFT = unmoved("oversight moves no arms; forces along the line are a clause of their own")
SITTING: Mapping[str, Range] = {
    "military": remembered(0.75, 0.95, 1.05, _JOINT),
    "neutral": judged(
        0.8, 0.96, 1.05, "somebody outside the quarrel says what was done; inspectors are a clause of their own"
    ),
    "control_a": judged(0.65, 0.92, 1.25, "a defeated side cannot arm unseen, and may resent who sits in its capital"),
    "control_b": judged(0.65, 0.92, 1.25, "a defeated side cannot arm unseen, and may resent who sits in its capital"),
}
"""Who sits on a commission → factor on the hazard of renewed war."""
SITS_AND: Mapping[str, Range] = {
    "reports": SAME,
    "settles": judged(0.9, 0.98, 1.02, "a breach can be settled before it grows"),
    "orders": judged(0.85, 0.99, 1.15, "a breach can be stopped, by orders that are resented"),
}
"""What a commission may do → factor on the hazard, beside that of who sits on it."""
CONTROL_SHIFT = judged(0.0, 0.02, 0.08, "the side under control disbands and arms as it is told")
"""Fall in the chance to prevail of the side that a control commission sits over."""


def emancipation(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A cause of war that goes or stays; what freedom is worth to the sides, and to those freed, is no part of these numbers."""
    rule = str(terms["rule"])
    shift = from_side(FREED_SHIFT[rule], side_of(terms, "side", war))
    return lasting(shift, product(FREED[rule], OWNERS_PAID if terms.get("paid") == "owners" else SAME))


def commission(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Somebody sits where a breach is seen; a commission over a defeated side binds that side alone."""
    body = str(terms["body"])
    shift = OVERSIGHT_SHIFT
    if body in ("control_a", "control_b"):
        shift = from_side(CONTROL_SHIFT, "a" if body == "control_a" else "b")
    return lasting(shift, product(SITTING[body], SITS_AND[str(terms["powers"])]))


def prisoners(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A grievance less, or a new one where men may stay away; civilians and children weigh in the preferences of the sides."""
    kept = terms.get("refusing") == "kept"
    return lasting(EXCHANGE_SHIFT, product(EXCHANGED[str(terms["rule"])], REFUSED_KEPT if kept else SAME))


def elections(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Early elections may bring to power those who gain by a new war; the side's own law changes nothing."""
    return lasting(ELECTION_SHIFT, ELECTED[str(terms["when"])])


def amnesty(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Fear of courts keeps leaders from crimes, and may keep them from peace."""
    return lasting(PARDON_SHIFT, PARDONED[str(terms["scope"])])


def language(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A pretext for war less, and a matter to quarrel about more."""
    return lasting(SPEECH_SHIFT, SPOKEN[str(terms["rule"])])


def ratification(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Who has approved a text is bound by it; each approval can be refused."""
    factor = APPROVED[str(terms["by"])]
    return lasting(APPROVAL_SHIFT, product(factor, APPROVAL_HELD if terms.get("ceasefire") else SAME))


def implementation(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Somebody says what is a breach, before it grows into a war."""
    factor = OVERSEEN[str(terms["body"])]
    return lasting(OVERSIGHT_SHIFT, product(factor, OVERSEEN_LAW if terms.get("binding") else SAME))

"""What provisions on money and unions do to relative power and to the hazard of renewed war.

All numbers are judgements, declared in the tables of this file, and wide, since nothing that was measured ties money to
renewed war between states. An amount spoken of does not enter: what a side would pay for such a clause is no part of these
effects, but in the preferences on the issue that the clause answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from armistice.core.settlement import Effect, Ground, Plain
from armistice.core.war import Range, War
from armistice.deal.entries import NOTHING, SAME, from_side, judged, lasting, side_of, to_side, unchanged, unmoved
from armistice.deal.security import RETURNS

UNION: Mapping[str, Range] = {
    "by_date": Range(0.7, 0.93, 1.1, "judgement: a union with a clause of mutual help, not yet joined"),
    "fast": Range(0.7, 0.95, 1.1, "judgement: a union with a clause of mutual help, not yet joined"),
    "supported": Range(0.85, 0.98, 1.1, "judgement: a prospect of mutual help, far off"),
    "eligible": Range(0.9, 1.0, 1.05, "judgement: a prospect that nobody promises"),
    "not_opposed": SAME,
    "barred": Range(0.95, 1.02, 1.15, "judgement: a protection less, and little of a ground of war less"),
}
"""Rule on membership of a union → factor on the hazard of renewed war."""
FROZEN: Mapping[str, Range] = {
    "compensation": judged(0.9, 1.02, 1.2, "what is spent is no pledge any more, and its owner resents it"),
    "no_end_date": judged(0.8, 0.98, 1.1, "a pledge that a breach would forfeit, without a day on which it returns"),
    "until_paid": judged(0.8, 0.97, 1.1, "a pledge that a breach would forfeit"),
    "until_contribution": judged(0.8, 0.97, 1.1, "a pledge that a breach would forfeit"),
    "funds": judged(0.85, 0.99, 1.1, "both sides lose by a breach what the funds still hold"),
    "returned": judged(0.9, 1.02, 1.2, "the owner is content, and holds no pledge that a breach would forfeit"),
}
"""What becomes of assets held abroad → factor on the hazard of renewed war."""
RETURNED_SHIFT = judged(0.0, 0.01, 0.04, "money buys arms, slowly, and is short of little else")
"""Rise in the chance to prevail of the side whose assets are returned."""
KEPT_SHIFT = unmoved("none of it comes back to its owner, or nobody can say when")
REBUILT: Mapping[str, Range] = {
    "several": judged(0.85, 0.98, 1.05, "more to lose by a new war, for who is rebuilt and for who pays"),
    "side_a": judged(0.8, 0.97, 1.05, "more to lose by a new war, for who pays too"),
    "side_b": judged(0.8, 0.97, 1.05, "more to lose by a new war, for who pays too"),
    "led_fund": judged(0.8, 0.97, 1.05, "an outsider has money in the country that a new war would cost it"),
    "none": SAME,
}
"""Where money for rebuilding comes from → factor on the hazard of renewed war."""
REBUILT_SHIFT: Mapping[str, Range] = {
    "several": judged(0.0, 0.01, 0.05, "an economy that recovers can pay for more arms"),
    "side_a": judged(0.0, 0.01, 0.05, "an economy that recovers can pay for more arms"),
    "side_b": judged(0.0, 0.01, 0.05, "an economy that recovers can pay for more arms"),
    "led_fund": judged(0.0, 0.01, 0.05, "an economy that recovers can pay for more arms"),
    "none": NOTHING,
}
"""Where money for rebuilding comes from → rise in the chance to prevail of the side that is rebuilt."""
REPAID: Mapping[str, Range] = {
    "tribunal": judged(0.85, 1.02, 1.25, "a wrong made good, and a debtor who may fight rather than pay"),
    "assets": judged(0.9, 1.0, 1.15, "a wrong made good out of what was lost already"),
    "open": judged(0.9, 1.01, 1.2, "a debt without a debtor is a quarrel to come"),
    "waived": judged(0.85, 1.0, 1.2, "a quarrel less, and a wrong that was not made good"),
    "sum": judged(0.85, 1.02, 1.3, "a debt with an end, and a debtor who may resent it or fight rather than pay"),
    "price": judged(0.8, 0.97, 1.1, "who gave something up was paid for it, and would lose what is still to be paid"),
}
"""Rule on payment for the damage → factor on the hazard of renewed war."""
REPAID_SHIFT = unmoved("what one pays the other rebuilds with; how much of it becomes arms is not known")
PAID_SHIFT = judged(0.0, 0.01, 0.05, "means pass from who pays to who is paid; how much depends on the sum")
"""Fall in the chance to prevail of the side that pays a sum agreed on."""
PLANT: Mapping[str, Range] = {
    "a": judged(0.95, 1.0, 1.1, "as long as one side depends on the other for it, it is a lever"),
    "b": judged(0.95, 1.0, 1.1, "as long as one side depends on the other for it, it is a lever"),
    "b_with": judged(0.88, 0.99, 1.05, "people of a third party stand on the site"),
    "third": judged(0.85, 0.98, 1.05, "people of a third party stand on the site"),
    "venture": judged(0.88, 0.99, 1.05, "people of a third party stand on the site"),
    "three": judged(0.85, 0.99, 1.1, "people of a third party stand on the site, and partners may fall out"),
    "agency": judged(0.85, 0.98, 1.05, "inspectors stand on the site"),
}
"""Who runs a contested power plant → factor on the hazard of renewed war."""
PLANT_SHIFT = unmoved("current can be had elsewhere")
TRANSIT_HAZARD = unchanged("ships start no war by themselves; worth is in the sides' preferences on the issue")
TRANSIT_SHIFT = unmoved("a way for goods is none for armies; worth is in the sides' preferences on the issue")


def sanctions_relief(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Relief that can be taken back makes a breach dearer, as a clause on return does: a draft should have one of the two."""
    back = bool(terms.get("back_on_breach")) and terms["pace"] != "kept"
    return lasting(NOTHING, RETURNS if back else SAME)


def union_membership(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A union may come with a clause of mutual help; the prospect of it counts less than membership."""
    return lasting(NOTHING, UNION[str(terms["status"])])


def frozen_assets(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Assets that a breach would forfeit are a pledge; returned, they are means of their owner."""
    use = str(terms["use"])
    shift = to_side(RETURNED_SHIFT, side_of(terms, "of", war)) if use == "returned" else KEPT_SHIFT
    return lasting(shift, FROZEN[use])


def reconstruction(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A country that is rebuilt has more to lose and more means; so do those who pay for it."""
    money = str(terms["money"])
    return lasting(to_side(REBUILT_SHIFT[money], side_of(terms, "of", war)), REBUILT[money])


def reparations(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A wrong made good, and a debtor who may resent it; a sum agreed on takes means from one side and gives them to the other."""
    rule = str(terms["rule"])
    shift = from_side(PAID_SHIFT, side_of(terms, "by", war)) if rule in ("sum", "price") else REPAID_SHIFT
    return lasting(shift, REPAID[rule])


def nuclear_plant(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """People of a third party on the site stand in the way of a new attack there; who gets the output has its worth elsewhere."""
    return lasting(PLANT_SHIFT, PLANT[str(terms["run_by"])])


def transit(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Neither power nor the peace hangs on who may use a waterway; its worth is in the preferences on the issue."""
    return lasting(TRANSIT_SHIFT, TRANSIT_HAZARD)

"""What provisions on money and unions do to the hazard of renewed war.

All numbers are judgements, declared in the tables of this file. What a side would pay for such a clause is no part of
these effects: it is in the preferences on the issue that the clause answers. Assets, rebuilding, reparations, power plants
and waterways have no function here: nothing ties them to power or to the hazard of war without guessing.
"""

from __future__ import annotations

from collections.abc import Mapping

from armistice.core.settlement import Effect, Ground, Plain
from armistice.core.war import Range, War
from armistice.deal.security import RETURNS
from armistice.deal.territory import NOTHING, SAME

UNION: Mapping[str, Range] = {
    "by_date": Range(0.7, 0.93, 1.1, "judgement: a union with a clause of mutual help, not yet joined"),
    "fast": Range(0.7, 0.95, 1.1, "judgement: a union with a clause of mutual help, not yet joined"),
    "supported": Range(0.85, 0.98, 1.1, "judgement"),
    "eligible": Range(0.9, 1.0, 1.05, "judgement"),
    "not_opposed": SAME,
    "barred": Range(0.95, 1.02, 1.15, "judgement"),
}
"""Rule on membership of a union → factor on the hazard of renewed war."""


def sanctions_relief(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Relief that can be taken back makes a breach dearer, as a clause on return does: a draft should have one of the two."""
    back = bool(terms.get("back_on_breach")) and terms["pace"] != "kept"
    return Effect(NOTHING, NOTHING, NOTHING, RETURNS if back else SAME)


def union_membership(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A union may come with a clause of mutual help; the prospect of it counts less than membership."""
    return Effect(NOTHING, NOTHING, NOTHING, UNION[str(terms["status"])])

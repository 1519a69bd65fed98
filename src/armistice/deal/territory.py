"""What provisions on land do: how much changes hands against the state of the day, and what that is worth.

Let m_r be the land of region r that a line would move to side A (negative: to side B), p_r the people and s_r the listed
assets on it, and M, P, S the totals of all contested regions. With the weights w_i of side i for the attributes of the
stake, scaled to add up to 1,

    payoff_A = Σ_r (w_area m_r / M + w_people p_r / P + w_assets s_r / S) + Σ_r w_r m_r / area_r,

and payoff_B is the same sum with the weights of side B and the opposite sign; w_r is the weight of an attribute that
bears the name of a region. Ranges multiply end by end. Land where nobody counted people adds nothing to their term.

Only land, and recognition of land, has a payoff. What a side would pay for any other clause is in the preferences on the
issue that the clause answers. Whether a rule on land keeps the peace is judged in the tables of this file.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from armistice.core.errors import QueryError
from armistice.core.lines import LineChange
from armistice.core.settlement import Effect, Ground, Land, Moved, Plain
from armistice.core.war import Range, Side, War
from armistice.data.drawing import Drawing
from armistice.data.estimate import holdings, without_spoiled
from armistice.data.lines import line_change
from armistice.data.pack import Pack
from armistice.deal.entries import (
    NOTHING,
    SAME,
    from_side,
    in_part,
    judged,
    lasting,
    remembered,
    side_of,
    to_side,
    unmoved,
)

LEAST_KM2 = 1.0
"""Land held by the other side below which a region does not count as contested: rounding of boundaries."""
DRAWN = ("drawn", "cells")
"""Values of the line of a ``control_line`` that are surveyed on the grid of the pack."""
_BACK_DAYS = 7
"""How far before the baseline day a map is looked for; that day itself comes last."""

_NO_DRAWINGS: Mapping[str, Drawing] = MappingProxyType({})
_SHARED = (
    "Hartzell and Hoddie (2003) found that sharing power, with autonomy of regions, lengthens peace after civil wars"
)

RECOGNITION_SHARE: Mapping[str, Range] = {
    "none": NOTHING,
    "de_facto": Range(0.0, 0.05, 0.15, "judgement: acceptance in fact binds little beyond the line itself"),
    "de_jure": Range(0.05, 0.15, 0.3, "judgement: title in law, on top of holding the land"),
}
"""Form → worth of recognition of land, as a share of what the land itself is worth."""
RECOGNITION_HAZARD: Mapping[str, Range] = {
    "none": Range(0.9, 1.05, 1.3, "judgement: an open claim is a ground for war"),
    "de_facto": Range(0.8, 0.95, 1.1, "judgement: a claim that is put aside and not given up"),
    "de_jure": Range(
        0.6, 0.85, 1.1, "judgement: a settled claim is one ground less, a resented one may be a ground more"
    ),
}
NEUTRAL_GAIN = Range(0.0, 0.5, 1.0, "judgement: land that the other side leaves and one's own troops may not enter")
"""Worth for side A of land that side B leaves and side A's troops may not enter, as a share of its worth if held."""
LEASED_SHARE: Mapping[str, Range] = {
    "base": judged(0.2, 0.5, 0.9, "used for one purpose and given back in the end"),
    "administration": judged(0.4, 0.75, 1.0, "held as if owned, and given back in the end"),
}
"""What a lease is for → worth of the land to who leases it, as a share of its worth if it were held for good."""
LEASED: Mapping[str, Range] = {
    "base": judged(0.8, 1.02, 1.3, "the tenant feels safer, the owner lives beside a foreign garrison"),
    "administration": judged(0.85, 1.0, 1.25, "nobody gave up title, and one day it must be given back"),
}
"""What a lease is for → factor on the hazard of renewed war."""
LEASE_SHIFT: Mapping[str, Range] = {
    "base": judged(0.0, 0.03, 0.1, "troops stand in the other side's rear before a later war begins"),
    "administration": judged(0.0, 0.02, 0.08, "troops may stand there before a later war begins"),
}
"""What a lease is for → rise in the tenant's chance to prevail in a later war."""
LATER_HAZARD = Range(0.9, 1.1, 1.4, "judgement: what is left open may be fought over later")
LATER_BOUND_HAZARD = Range(0.8, 1.0, 1.2, "judgement: left open, with force barred meanwhile")
LEFT: Mapping[str, Range] = {
    "ceasefire": judged(0.7, 1.03, 1.5, "forces are apart, and what was given up under fire may be wanted back"),
    "signature": judged(0.7, 1.0, 1.4, "forces are apart, and land without a garrison may tempt"),
    "none": judged(0.7, 1.0, 1.4, "forces are apart, and land without a garrison may tempt"),
}
"""Step before which a side's troops leave → factor on the hazard of renewed war, if they leave all land in dispute."""
LEFT_SHIFT: Mapping[str, Range] = {
    "ceasefire": judged(0.0, 0.03, 0.1, "fortified positions given up while the other side may still advance"),
    "signature": judged(0.0, 0.03, 0.1, "fortified positions given up before anything is promised in return"),
    "none": judged(0.0, 0.02, 0.08, "fortified positions given up"),
}
"""Step before which a side's troops leave → fall in its chance to prevail, if they leave as much land as is in dispute."""
SWAPPED: Mapping[str, Range] = {
    "line": judged(0.85, 1.0, 1.2, "talks about land may settle a quarrel or keep it alive"),
    "listed": judged(0.75, 0.97, 1.2, "both give and both gain, and on each side some who lived there lose"),
}
"""Where talks on an exchange of land start → factor on the hazard of renewed war."""
SWAP_SHIFT = unmoved("both sides give up ground; whose is the better to defend is not said")
VOTED: Mapping[str, Range] = {
    "held": judged(0.75, 0.98, 1.2, "consent binds leaders, a refusal reopens all; the guns are silent meanwhile"),
    "open": judged(0.75, 1.0, 1.3, "consent binds leaders, a refusal reopens all"),
}
"""Whether a ceasefire is held for a vote → factor on the hazard of renewed war."""
VOTE_SHIFT = unmoved("a vote moves no arms")
BORDERS: Mapping[str, Range] = {
    "restored": judged(0.75, 1.0, 1.3, "a rule that others uphold too, against the wish of who holds the land"),
    "sovereignty": judged(0.9, 1.0, 1.1, "names no border, so that it settles none"),
    "voters": judged(0.85, 1.02, 1.25, "leaves the border to a later day"),
    "line_unrecognised": judged(0.8, 0.98, 1.2, "bars force and leaves the claim standing"),
    "agreed_lines": judged(0.75, 0.95, 1.1, "bars force against a line that both accept"),
    "claims_a": judged(0.75, 1.05, 1.45, "ends one claim and makes the other side want its land back"),
    "claims_b": judged(0.75, 1.05, 1.45, "ends one claim and makes the other side want its land back"),
}
"""General rule on borders → factor on the hazard of renewed war; what it adds to clauses on single regions."""
BORDERS_SHIFT = unmoved("a rule moves no arms")
SELF_RULED: Mapping[str, Range] = {
    "law": remembered(0.75, 0.98, 1.25, _SHARED),
    "constitution": remembered(0.7, 0.95, 1.2, _SHARED),
    "leaders": judged(0.8, 1.02, 1.3, "a status that is still to be agreed on may be fought over"),
}
"""What gives regions a status of their own → factor on the hazard of renewed war, for all land in dispute."""
SELF_RULE_SHIFT = unmoved("the status moves no arms; whose police stands there is for other clauses")
BORDER_HELD: Mapping[str, Range] = {
    "first": judged(0.75, 0.97, 1.25, "fewer arms and men cross unseen; who loses the way in may act before it closes"),
    "monitored": remembered(0.6, 0.88, 1.05, "Fortna (2003) found that observers and peacekeepers lengthen ceasefires"),
    "after_elections": judged(0.75, 1.02, 1.3, "each step waits for the other, which is where such texts got stuck"),
    "none": judged(0.85, 1.08, 1.4, "arms and men can cross unseen"),
}
"""Who controls the border between the sides → factor on the hazard of renewed war."""
BORDER_SHIFT = unmoved("a guarded border slows small groups and not armies")


def survey_ground(pack: Pack, regions: Iterable[str] = (), drawings: Mapping[str, Drawing] = _NO_DRAWINGS) -> Ground:
    """The state of the land on a pack's day, and on the baseline day where a map covers it.

    Parameters
    ----------
    pack : Pack
    regions : iterable of str
        Regions to survey besides those of level 1.
    drawings : mapping of str to Drawing
        Lines that drafts draw, by `key_of_line`.

    Raises
    ------
    QueryError
        If no source has a map of the day, or a drawing cannot be meant.
    """
    war = pack.war
    wanted = list(dict.fromkeys([r.id for r in war.regions.values() if r.level == 1] + sorted(set(regions))))
    now = _survey(pack, wanted, war.as_of)
    before: dict[str, Land] = {}
    for back in (*range(1, _BACK_DAYS + 1), 0):
        day = war.baseline - timedelta(days=back)
        try:
            before = _survey(pack, wanted, day)
        except QueryError:
            continue
        break
    contested = tuple(
        land.region
        for land in now.values()
        if war.regions[land.region].level == 1 and _held_abroad(land, war) >= LEAST_KM2
    )
    worth: dict[str, dict[str, Range]] = {"a": {}, "b": {}}
    for row in pack.tables["values"].itertuples():
        worth[row.side][row.attribute] = Range(row.low, row.central, row.high, row.source)
    drawn = {key: _drawn(pack, drawing) for key, drawing in drawings.items()}
    return Ground(war.as_of, now, before, contested, worth, drawn)


def _drawn(pack: Pack, drawing: Drawing) -> dict[str, Moved]:
    """What a drawing moves in each region of level 1 that it touches."""
    change = line_change(pack, drawing)
    touched = {r.region for s in change.sources for r in s.regions}
    listed = not pack.tables["assets"].empty
    return {region: _net(change, region, listed) for region in pack.war.regions if region in touched}


def _net(change: LineChange, region: str, listed: bool) -> Moved:
    """What passes to side A less what passes to side B in one region, over all sources.

    The land that a source's cells show as held and its record of the same day differ by the error of measuring by cells:
    the range of the land spans both.
    """
    found = [next((r for r in s.regions if r.region == region), None) for s in change.sources]
    known = [r for r in found if r is not None]
    source = ", ".join(s.source for s in change.sources) + ", by hexagons"
    none = [0.0] * (len(found) - len(known))
    by_cells = [r.to_a.km2 - r.to_b.km2 for r in known] + none
    by_record = [r.after_km2 - r.recorded_km2 for r in known if r.recorded_km2 is not None]
    km2 = Range(min(by_cells + by_record), statistics.median(by_cells), max(by_cells + by_record), source)
    people = [r.to_a.people - r.to_b.people for r in known if r.to_a.people is not None and r.to_b.people is not None]
    counted = _between(people + none, people + none, source) if len(people) == len(known) else None
    sure = [[[s for s in m.assets if not s.in_doubt] for m in (r.to_a, r.to_b)] for r in known]
    pairs = [(r.to_a.assets, r.to_b.assets, *held) for r, held in zip(known, sure, strict=True)]
    ends = [float(n) for to_a, to_b, a, b in pairs for n in (len(a) - len(to_b), len(to_a) - len(b))]
    central = [float(len(to_a) - len(to_b)) for to_a, to_b, _, _ in pairs]
    return Moved(region, km2, counted, _between(ends + none, central + none, source) if listed else None)


def _between(ends: list[float], centres: list[float], source: str) -> Range:
    return Range(min(ends), statistics.median(centres), max(ends), source)


def _held_abroad(land: Land, war: War) -> float:
    """What the side that does not own a region holds of it, in km²."""
    held = land.a_km2.central
    return held if war.regions[land.region].owner == "b" else land.area_km2 - held


def _survey(pack: Pack, regions: Iterable[str], day: date) -> dict[str, Land]:
    holdings(pack, pack.war.root, day)  # refuses a day without a map
    out = {}
    stamp = day.isoformat()
    rows = pack.observations
    redraws = pack.tables["redraws"]
    rows = without_spoiled(rows[(rows["start"] <= stamp) & (rows["end"] >= stamp)], redraws)
    rows = rows[(rows["start"] <= stamp) & (rows["end"] >= stamp)]
    pack = replace(pack, observations=rows, tables={**pack.tables, "redraws": redraws.iloc[:0]})
    assets = rows[rows["quantity"] == "assets"]
    listed: dict[str, int] = {}
    for name in pack.tables["assets"]["region"]:
        listed[name] = listed.get(name, 0) + 1
    for region in regions:
        place = pack.war.regions[region]
        held = holdings(pack, region, day).values()
        source = ", ".join(h.source for h in held)
        km2 = Range(
            min(h.low_a_km2 for h in held), statistics.median(h.held_by_a_km2 for h in held),
            max(h.high_a_km2 for h in held), source,
        )  # fmt: skip
        ends = [
            place.population - end
            for h in held
            for end in (h.people_b_high, h.people_b_low)
            if place.population is not None and end is not None
        ]
        people = Range(min(ends), statistics.fmean(ends), max(ends), source) if ends else None
        whole = float(listed.get(region, 0)) if place.level == 1 and listed else None
        own = [float(v) for v in assets[assets["region"] == region]["value"]] if len(assets) else None
        count = None
        if whole is not None and own is not None:
            each = [min(v, whole) for v in own] or [0.0]
            count = Range(min(each), statistics.median(each), max(each), source)
        out[region] = Land(region, place.area_km2, km2, place.population if people else None, people, whole, count)
    return out


def moved_by(terms: Mapping[str, Plain], war: War, ground: Ground) -> tuple[Moved, ...]:
    """What a line of control would move, by region; land that side B leaves counts, whoever may enter it.

    Parameters
    ----------
    terms : mapping
        Of a ``control_line``, with one plain value each.
    war : War
    ground : Ground

    Raises
    ------
    QueryError
        If a region or a drawing was not surveyed, or no map shows the line of before.
    """
    if terms["line"] in DRAWN:
        return _moved_by_drawing(terms, ground)
    out = []
    for region in _names(terms["regions"]):
        land = _land(ground.now, region, "the day")
        aim = _aim(land, terms, war, ground)
        out.append(
            Moved(
                region, _minus(aim.a_km2, land.a_km2),
                None if aim.people_a is None or land.people_a is None else _minus(aim.people_a, land.people_a),
                None if aim.assets_a is None or land.assets_a is None else _minus(aim.assets_a, land.assets_a),
            )
        )  # fmt: skip
    return tuple(out)


def key_of_line(terms: Mapping[str, Plain]) -> str:
    """What a line by a drawing or by hexagons is surveyed under; empty for any other line."""
    line = str(terms["line"])
    if line not in DRAWN:
        return ""
    return str(terms["drawing"]) if line == "drawn" else " ".join(_names(terms["cells"]))


def _moved_by_drawing(terms: Mapping[str, Plain], ground: Ground) -> tuple[Moved, ...]:
    """What a drawing moves in the regions of a clause, exactly nothing in those that it does not touch."""
    key = key_of_line(terms)
    if key not in ground.drawn:
        raise QueryError(
            f"drawing {key[:60]!r}: not surveyed; expected one of the drafts that the ground was surveyed for; "
            "survey it with this draft"
        )
    out = []
    for region in _names(terms["regions"]):
        land = _land(ground.now, region, "the day")
        still = Range(0.0, 0.0, 0.0, land.a_km2.source)
        untouched = Moved(region, still, None if land.people is None else still, None if land.assets is None else still)
        out.append(ground.drawn[key].get(region, untouched))
    return tuple(out)


def _names(value: Plain) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _land(lands: Mapping[str, Land], region: str, when: str) -> Land:
    if region not in lands:
        known = "expected one of level 1 or one that was surveyed; survey the ground with it"
        raise QueryError(f"region {region!r}: no map of {when}; {known}")
    return lands[region]


def _aim(land: Land, terms: Mapping[str, Plain], war: War, ground: Ground) -> Land:
    """A region as it would be under a line."""
    line = terms["line"]
    if line == "front":
        return land
    if line == "before":
        return _land(ground.before, land.region, "the baseline day")
    if line in ("full_a", "neutral"):
        return _filled(land, land.area_km2, land.people, land.assets)
    if line == "full_b":
        return _filled(land, 0.0, None if land.people is None else 0.0, None if land.assets is None else 0.0)
    inside = [war.regions[r] for r in _names(terms.get("held_a", ())) if _inside(r, land.region, war)]
    counted = land.people is not None and all(r.population is not None for r in inside)
    people = sum(r.population or 0.0 for r in inside) if counted else None
    return _filled(land, sum(r.area_km2 for r in inside), people, None)


def _inside(region: str, whole: str, war: War) -> bool:
    while region:
        if region == whole:
            return True
        region = war.regions[region].parent if region in war.regions else ""
    return False


def _filled(land: Land, km2: float, people: float | None, assets: float | None) -> Land:
    """A region of which side A holds exact amounts."""

    def exact(value: float | None) -> Range | None:
        return None if value is None else Range(value, value, value, "the line of the draft")

    held = Range(km2, km2, km2, "the line of the draft")
    return Land(land.region, land.area_km2, held, land.people, exact(people), land.assets, exact(assets))


def _minus(one: Range, other: Range) -> Range:
    """A difference of two ranges; exactly nothing if they are the same one."""
    if one is other:
        return Range(0.0, 0.0, 0.0, one.source)
    return Range(one.low - other.high, one.central - other.central, one.high - other.low, other.source)


def worth_of(moved: Iterable[Moved], ground: Ground, side: str) -> Range:
    """What land moved to side A is worth to a side, as a share of the stake: positive if it is a gain for that side."""
    weights = ground.worth.get(side, {})
    total = sum(w.central for w in weights.values())
    if not total:
        return Range(0.0, 0.0, 0.0, "the pack puts no weights on land")
    stake = [ground.now[r] for r in ground.contested]
    whole = {
        "area": sum(land.area_km2 for land in stake),
        "people": sum(land.people or 0.0 for land in stake),
        "assets": sum(land.assets or 0.0 for land in stake),
    }
    parts = []
    for one in moved:
        for name, amount in (("area", one.km2), ("people", one.people), ("assets", one.assets)):
            if name in weights and whole[name] and amount is not None:
                parts.append(_times(weights[name], amount, 1 / (whole[name] * total)))
        if one.region in weights:
            parts.append(_times(weights[one.region], one.km2, 1 / (ground.now[one.region].area_km2 * total)))
    sign = 1.0 if side == "a" else -1.0
    low, central, high = (sign * sum(getattr(p, end) for p in parts) + 0.0 for end in ("low", "central", "high"))
    source = "weights of the pack: " + "; ".join(dict.fromkeys(w.source for w in weights.values()))
    return Range(min(low, high), central, max(low, high), source)


def _times(weight: Range, amount: Range, factor: float) -> Range:
    ends = [w * x * factor for w in (weight.low, weight.high) for x in (amount.low, amount.high)]
    return Range(min(ends), weight.central * amount.central * factor, max(ends))


# --- effects ---------------------------------------------------------------------------------------------------------


def control_line(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Land that changes hands, by its worth to each side; how the line bears on renewed war is left to the appraisal."""
    moved = moved_by(terms, war, ground)
    gain = worth_of(moved, ground, "a")
    if terms["line"] == "neutral":
        part = _times(NEUTRAL_GAIN, gain, 1.0)
        gain = Range(part.low, part.central, part.high, f"{gain.source}; {NEUTRAL_GAIN.source}")
    return Effect(gain, worth_of(moved, ground, "b"), NOTHING, SAME)


def recognition(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A share of the worth of the land that the recognised side holds, for as long as it holds it.

    Recognition by the other side, or by the parties at large, counts in full; by third parties alone, half of it for
    the side that gains and half of it for the one that loses. The hazard's factor is that for all land in dispute, raised
    to the power of the part that the clause is about, so that a clause for each region counts as one for all.
    """
    of = side_of(terms, "of", war)
    by = _names(terms.get("by", ()))
    full = not by or any(b.id in by for b in war.belligerents if b.side != of)
    lands = [_land(ground.now, r, "the day") for r in _names(terms["regions"])]
    held = [Moved(x.region, x.a_km2, x.people_a, x.assets_a) for x in lands]
    if of == "b":
        held = [_rest(x) for x in lands]
    level = str(terms["level"])
    share, scale = RECOGNITION_SHARE[level], 1.0 if full else 0.5
    sign = 1.0 if of == "a" else -1.0
    payoffs = []
    for side in ("a", "b"):
        part = _times(share, worth_of(held, ground, side), scale * sign)
        payoffs.append(Range(part.low, part.central, part.high, share.source))
    return Effect(payoffs[0], payoffs[1], NOTHING, _for_regions(RECOGNITION_HAZARD[level], terms, war, ground))


def _rest(land: Land) -> Moved:
    """The part of a region that side B holds."""

    def left(total: float | None, held: Range | None) -> Range | None:
        if total is None or held is None:
            return None
        return Range(total - held.high, total - held.central, total - held.low, held.source)

    held = land.a_km2
    km2 = Range(land.area_km2 - held.high, land.area_km2 - held.central, land.area_km2 - held.low, held.source)
    return Moved(land.region, km2, left(land.people, land.people_a), left(land.assets, land.assets_a))


def land_swap(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Districts that change hands as a whole; talks about a swap move nothing by themselves."""
    start = str(terms["start"])
    if start == "line":
        return lasting(SWAP_SHIFT, SWAPPED[start])
    moved: list[Moved] = []
    for name, line in (("to_a", "full_a"), ("to_b", "full_b")):
        moved += moved_by({"regions": _names(terms.get(name, ())), "line": line}, war, ground)
    return Effect(worth_of(moved, ground, "a"), worth_of(moved, ground, "b"), SWAP_SHIFT, SWAPPED[start])


def lease(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Land that changes hands for a time, at a part of its worth; what the tenant holds already stays with it.

    A garrison stands ready for a later war. Years and rent do not enter: what they are worth is in the sides'
    preferences on the issue that the clause answers.
    """
    use, to = str(terms["use"]), side_of(terms, "to", war)
    moved = moved_by({"regions": terms["regions"], "line": f"full_{to}"}, war, ground)
    payoffs = []
    for side in ("a", "b"):
        part = _times(LEASED_SHARE[use], worth_of(moved, ground, side), 1.0)
        payoffs.append(Range(part.low, part.central, part.high, LEASED_SHARE[use].source))
    return Effect(payoffs[0], payoffs[1], to_side(LEASE_SHIFT[use], to), LEASED[use])


def status_later(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """No land moves; an open question weighs on the peace, less so where force is barred meanwhile.

    As with recognition, the factor is that for all land in dispute, raised to the power of the part that the clause is about.
    """
    factor = LATER_BOUND_HAZARD if terms.get("no_force") else LATER_HAZARD
    return lasting(NOTHING, _for_regions(factor, terms, war, ground))


def withdrawal(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Positions given up, in proportion to the land that the side holds there; all land in dispute counts as one.

    The land itself changes hands only by a line of control, which a draft states beside it.
    """
    side, when = side_of(terms, "side", war), str(terms.get("before", "none"))
    lands = [_land(ground.now, r, "the day") for r in _names(terms["regions"])]
    left = sum(max(0.0, _held_by(side, land)) for land in lands)
    whole = _in_dispute(war, ground)
    part = min(1.0, left / whole) if whole else 0.0
    loss = LEFT_SHIFT[when]
    scaled = Range(part * loss.low, part * loss.central, part * loss.high, loss.source)
    return lasting(from_side(scaled, side), in_part(LEFT[when], part))


def referendum(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A vote binds who wins it and may reopen all if it is lost; it is worth more with the guns silent."""
    return lasting(VOTE_SHIFT, VOTED["held" if terms.get("ceasefire") else "open"])


def border_principle(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A general rule beside the clauses on single regions: a ground of war less, or one more for who loses by it."""
    return lasting(BORDERS_SHIFT, BORDERS[str(terms["rule"])])


def self_rule(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """A status of their own for regions: the factor is that for all land in dispute, raised as with recognition."""
    return lasting(SELF_RULE_SHIFT, _for_regions(SELF_RULED[str(terms["by"])], terms, war, ground))


def border_control(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """What can cross the border between the sides unseen."""
    return lasting(BORDER_SHIFT, BORDER_HELD[str(terms["rule"])])


def _for_regions(factor: Range, terms: Mapping[str, Plain], war: War, ground: Ground) -> Range:
    """A factor for all land in dispute, for the part of it in some regions."""
    whole = _in_dispute(war, ground)
    part = sum(max(0.0, _held_abroad(_land(ground.now, r, "the day"), war)) for r in _names(terms["regions"]))
    return in_part(factor, min(1.0, part / whole) if whole else 0.0)


def _in_dispute(war: War, ground: Ground) -> float:
    """Land held by the side that does not own it, km²."""
    return sum(_held_abroad(ground.now[r], war) for r in ground.contested)


def _held_by(side: Side, land: Land) -> float:
    return land.a_km2.central if side == "a" else land.area_km2 - land.a_km2.central

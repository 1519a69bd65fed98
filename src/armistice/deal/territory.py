"""What provisions on land do: how much changes hands against the state of the day, and what that is worth.

Let m_r be the land of region r that a line would move to side A (negative: to side B), p_r the people and s_r the listed
assets on it, and M, P, S the totals of all contested regions. With the weights w_i of side i for the attributes of the
stake, scaled to add up to 1,

    payoff_A = Σ_r (w_area m_r / M + w_people p_r / P + w_assets s_r / S) + Σ_r w_r m_r / area_r,

and payoff_B is the same sum with the weights of side B and the opposite sign; w_r is the weight of an attribute that
bears the name of a region. Ranges multiply end by end. Land where nobody counted people adds nothing to their term.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from armistice.core.errors import QueryError
from armistice.core.settlement import Effect, Ground, Land, Moved, Plain
from armistice.core.war import Range, War
from armistice.data.estimate import holdings, without_spoiled
from armistice.data.pack import Pack

LEAST_KM2 = 1.0
"""Land held by the other side below which a region does not count as contested: rounding of boundaries."""
_BACK_DAYS = 7
"""How far before the baseline day a map is looked for."""

NOTHING = Range(0.0, 0.0, 0.0, "no effect of this kind")
SAME = Range(1.0, 1.0, 1.0, "no effect of this kind")
RECOGNITION_SHARE: Mapping[str, Range] = {
    "none": NOTHING,
    "de_facto": Range(0.0, 0.05, 0.15, "judgement: acceptance in fact binds little beyond the line itself"),
    "de_jure": Range(0.05, 0.15, 0.3, "judgement: title in law, on top of holding the land"),
}
"""Form → worth of recognition of land, as a share of what the land itself is worth."""
RECOGNITION_HAZARD: Mapping[str, Range] = {
    "none": Range(0.9, 1.05, 1.3, "judgement: an open claim is a ground for war"),
    "de_facto": Range(0.8, 0.95, 1.1, "judgement"),
    "de_jure": Range(
        0.6, 0.85, 1.1, "judgement: a settled claim is one ground less, a resented one may be a ground more"
    ),
}
NEUTRAL_GAIN = Range(0.0, 0.5, 1.0, "judgement: land that the other side leaves and one's own troops may not enter")
"""Worth for side A of land that side B leaves and side A's troops may not enter, as a share of its worth if held."""
LATER_HAZARD = Range(0.9, 1.1, 1.4, "judgement: what is left open may be fought over later")
LATER_BOUND_HAZARD = Range(0.8, 1.0, 1.2, "judgement: left open, with force barred meanwhile")


def survey_ground(pack: Pack, regions: Iterable[str] = ()) -> Ground:
    """The state of the land on a pack's day, and on the baseline day where a map covers it.

    Parameters
    ----------
    pack : Pack
    regions : iterable of str
        Regions to survey besides those of level 1.

    Raises
    ------
    QueryError
        If no source has a map of the day.
    """
    war = pack.war
    wanted = list(dict.fromkeys([r.id for r in war.regions.values() if r.level == 1] + sorted(set(regions))))
    now = _survey(pack, wanted, war.as_of)
    before: dict[str, Land] = {}
    for back in range(_BACK_DAYS + 1):
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
    return Ground(war.as_of, now, before, contested, worth)


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
        If a region was not surveyed, or no map shows the line of before.
    """
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
    of = next(b.side for b in war.belligerents if b.id == terms["of"])
    by = _names(terms.get("by", ()))
    full = not by or any(b.id in by for b in war.belligerents if b.side != of)
    lands = [_land(ground.now, r, "the day") for r in _names(terms["regions"])]
    held = [Moved(x.region, x.a_km2, x.people_a, x.assets_a) for x in lands]
    if of == "b":
        whole = [_filled(x, x.area_km2, x.people, x.assets) for x in lands]
        held = [
            Moved(x.region, _minus(f.a_km2, x.a_km2), None, None) for f, x in zip(whole, lands, strict=True)
        ]  # the part of side B; its people and assets are left out
    level = str(terms["level"])
    share, scale = RECOGNITION_SHARE[level], 1.0 if full else 0.5
    sign = 1.0 if of == "a" else -1.0
    payoffs = []
    for side in ("a", "b"):
        part = _times(share, worth_of(held, ground, side), scale * sign)
        payoffs.append(Range(part.low, part.central, part.high, share.source))
    return Effect(payoffs[0], payoffs[1], NOTHING, _in_part(RECOGNITION_HAZARD[level], terms, war, ground))


def land_swap(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """Districts that change hands as a whole; talks about a swap move nothing by themselves."""
    if terms["start"] == "line":
        return Effect(NOTHING, NOTHING, NOTHING, SAME)
    moved: list[Moved] = []
    for name, line in (("to_a", "full_a"), ("to_b", "full_b")):
        moved += moved_by({"regions": _names(terms.get(name, ())), "line": line}, war, ground)
    return Effect(worth_of(moved, ground, "a"), worth_of(moved, ground, "b"), NOTHING, SAME)


def status_later(terms: Mapping[str, Plain], war: War, ground: Ground) -> Effect:
    """No land moves; an open question weighs on the peace, less so where force is barred meanwhile.

    As with recognition, the factor is that for all land in dispute, raised to the power of the part that the clause is about.
    """
    factor = LATER_BOUND_HAZARD if terms.get("no_force") else LATER_HAZARD
    return Effect(NOTHING, NOTHING, NOTHING, _in_part(factor, terms, war, ground))


def _in_part(factor: Range, terms: Mapping[str, Plain], war: War, ground: Ground) -> Range:
    """A factor for all land in dispute, for the part of it in some regions: clauses on all regions multiply to the whole."""
    whole = sum(_held_abroad(ground.now[r], war) for r in ground.contested)
    part = sum(max(0.0, _held_abroad(_land(ground.now, r, "the day"), war)) for r in _names(terms["regions"]))
    power = min(1.0, part / whole) if whole else 0.0
    return Range(factor.low**power, factor.central**power, factor.high**power, factor.source)

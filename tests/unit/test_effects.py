"""What each kind of provision does: numbers with a reason, signs, sizes, and both sides treated alike."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from armistice.core.settlement import Effect, Ground, Kind, Land, Provision
from armistice.core.war import Range, War
from armistice.data.pack import read_pack
from armistice.deal import economy, order, security, territory
from armistice.deal.entries import ELSEWHERE, NOTHING, SAME
from armistice.deal.kinds import EFFECTS, KINDS, effect_of, example_terms

HOMES = (territory, security, economy, order)
LAND = {"control_line", "land_swap", "lease", "recognition"}
MIRRORED = {
    "full_a": "full_b", "withdrawal_a": "withdrawal_b", "a": "b", "claims_a": "claims_b", "side_a": "side_b",
    "dissolved": "dissolved_a", "control_a": "control_b",
}  # fmt: skip
"""Values of choices that say the same of the other side; all others stay as they are."""
MIRRORED |= {there: here for here, there in MIRRORED.items()}
ONE_SIDED = {"neutral"}
"""Values that have no counterpart, so that the same clause about the other side cannot be written."""

PLACES = {"to_a": ("northreach",), "to_b": ("southreach",), "regions": ("northreach",)}


@pytest.fixture(scope="module")
def war_and_ground(toy: Path) -> tuple[War, Ground]:
    pack = read_pack(toy)
    return pack.war, territory.survey_ground(pack)


def done(kind: str, known: tuple[War, Ground], **terms: object) -> Effect:
    return effect_of(Provision(1, kind, terms, "", "", "page"), *known)


def constants() -> Iterator[tuple[str, Range]]:
    for module in HOMES:
        for name, value in vars(module).items():
            if isinstance(value, Range):
                yield name, value
            elif isinstance(value, Mapping) and name.isupper():
                yield from ((f"{name} {key}", each) for key, each in value.items() if isinstance(each, Range))


# --- the numbers -----------------------------------------------------------------------------------------------------


def test_every_constant_is_in_order_and_has_a_reason() -> None:
    found = dict(constants())
    assert len(found) > 130
    for name, one in found.items():
        assert one.low <= one.central <= one.high, name
        judged = re.match(r"judgement[:,] .{10,}", one.source)
        recalled = re.fullmatch(r"from memory: .+ \(\d{4}\) .+, direction only; size is a judgement", one.source)
        none = one.low == one.high and one.source.startswith(("no effect", "none of its own"))
        assert judged or recalled or none, (name, one.source)


def test_every_table_of_numbers_is_used_by_an_effect() -> None:
    used = {name for function in EFFECTS.values() for name in function.__code__.co_names}
    tables = {name.split(" ")[0] for name, _ in constants()} - {"NOTHING", "SAME"}
    assert sorted(tables - used) == []


def test_a_memory_of_a_study_keeps_the_sign_open_or_on_its_side() -> None:
    for name, one in constants():
        if one.source.startswith("from memory"):
            shorter = "shorten" in one.source or "sooner" in one.source
            assert (one.central > 1) == shorter, name
            assert one.low < 1 < one.high, f"{name}: nothing is known of the size"


# --- all kinds -------------------------------------------------------------------------------------------------------


def clauses(kind: Kind, war: War) -> Iterator[dict[str, object]]:
    """The example of a kind with every combination of its choices, flags and sides."""
    example = {n: tuple(v) if isinstance(v, list) else v for n, v in example_terms(kind, war).items()}
    ways: dict[str, list[object]] = {}
    for term in kind.terms:
        if term.kind == "choice":
            ways[term.name] = [v for v in term.allowed if v not in ("drawn", "cells")]
        elif term.kind == "side":
            ways[term.name] = [b.id for b in war.belligerents]
        elif term.kind == "flag":
            ways[term.name] = [True, False]
    for values in itertools.product(*ways.values()):
        terms = example | dict(zip(ways, values, strict=True))
        for name, value, other in kind.needs:
            if terms.get(name) == value and other not in terms:
                terms[other] = PLACES.get(other, "x")
        yield terms


def mirror_range(value: Range, whole: float = 0.0) -> Range:
    return Range(whole - value.high, whole - value.central, whole - value.low, value.source)


def mirror_war(war: War) -> War:
    """The same war with the names of its sides exchanged."""
    regions = {r.id: dataclasses.replace(r, owner="b" if r.owner == "a" else "a") for r in war.regions.values()}
    a, b = war.belligerents
    return dataclasses.replace(
        war, regions=regions, belligerents=(dataclasses.replace(a, side=b.side), dataclasses.replace(b, side=a.side))
    )


def mirror_land(land: Land) -> Land:
    people = None if land.people_a is None or land.people is None else mirror_range(land.people_a, land.people)
    assets = None if land.assets_a is None or land.assets is None else mirror_range(land.assets_a, land.assets)
    return dataclasses.replace(land, a_km2=mirror_range(land.a_km2, land.area_km2), people_a=people, assets_a=assets)


def mirror_ground(ground: Ground) -> Ground:
    now, before = ({r: mirror_land(x) for r, x in lands.items()} for lands in (ground.now, ground.before))
    worth = {"a": ground.worth["b"], "b": ground.worth["a"]}
    return dataclasses.replace(ground, now=now, before=before, worth=worth)


def ends(value: Range) -> tuple[float, float, float]:
    return value.low, value.central, value.high


@pytest.mark.parametrize("name", list(KINDS))
def test_both_sides_are_treated_alike(name: str, war_and_ground: tuple[War, Ground]) -> None:
    war, ground = war_and_ground
    other = (mirror_war(war), mirror_ground(ground))
    tried = 0
    for terms in clauses(KINDS[name], war):
        values = {t.name: terms.get(t.name) for t in KINDS[name].terms if t.kind == "choice"}
        if set(values.values()) & ONE_SIDED or terms.get("line") == "listed":
            continue
        turned = terms | {n: MIRRORED.get(str(v), v) for n, v in values.items() if v is not None}
        if terms.get("start") == "listed":
            turned |= {"to_a": terms["to_b"], "to_b": terms["to_a"]}
        here, there = done(name, war_and_ground, **terms), done(name, other, **turned)
        assert ends(there.power_shift) == pytest.approx(ends(mirror_range(here.power_shift)), abs=1e-12), terms
        assert ends(there.hazard_factor) == pytest.approx(ends(here.hazard_factor)), terms
        assert ends(there.payoff_a) == pytest.approx(ends(here.payoff_b), abs=1e-12), terms
        assert ends(there.payoff_b) == pytest.approx(ends(here.payoff_a), abs=1e-12), terms
        tried += 1
    assert tried > 0


@pytest.mark.parametrize("name", list(KINDS))
def test_effects_are_in_order_and_of_possible_size(name: str, war_and_ground: tuple[War, Ground]) -> None:
    for terms in clauses(KINDS[name], war_and_ground[0]):
        if terms.get("line") == "listed":
            continue
        effect = done(name, war_and_ground, **terms)
        for each in (effect.payoff_a, effect.payoff_b, effect.power_shift, effect.hazard_factor):
            assert each.low <= each.central <= each.high, terms
            assert each.source, terms
        assert -0.5 < effect.power_shift.low <= effect.power_shift.high < 0.5, terms
        assert 0.1 < effect.hazard_factor.low <= effect.hazard_factor.high < 3, terms
        if name not in LAND:
            assert (effect.payoff_a, effect.payoff_b) == (ELSEWHERE, ELSEWHERE), terms


# --- single kinds ----------------------------------------------------------------------------------------------------


def test_a_withdrawal_counts_by_the_land_that_is_left(war_and_ground: tuple[War, Ground]) -> None:
    war, ground = war_and_ground
    terms: dict[str, object] = {"side": "aldmark", "before": "ceasefire"}
    whole = done("withdrawal", war_and_ground, regions=ground.contested, **terms)
    each = [done("withdrawal", war_and_ground, regions=(r,), **terms) for r in ground.contested]
    assert ends(whole.power_shift) == pytest.approx((-0.1, -0.03, 0.0))
    assert sum(e.power_shift.central for e in each) == pytest.approx(-0.03)
    nowhere = done("withdrawal", war_and_ground, regions=("westmoor",), **terms)
    assert ends(nowhere.power_shift) == (0, 0, 0), "side A holds nothing there"
    assert ends(nowhere.hazard_factor) == (1, 1, 1)
    stays = done("withdrawal", war_and_ground, regions=("westmoor",), **(terms | {"side": "brelland"}))
    assert ends(stays.power_shift) == (0.0, 0.03, 0.1), "more than is in dispute counts as all of it"
    assert war.regions["westmoor"].owner == "b"


def test_who_leaves_first_or_loses_units_or_gets_money_is_told_by_the_sign(war_and_ground: tuple[War, Ground]) -> None:
    signs = {
        ("sequence", "first", "withdrawal_a"): -1, ("sequence", "first", "withdrawal_b"): 1,
        ("sequence", "first", "pullback"): 0, ("armed_groups", "rule", "dissolved"): 1,
        ("armed_groups", "rule", "foreign_leave"): 0,
    }  # fmt: skip
    for (kind, term, value), sign in signs.items():
        shift = done(kind, war_and_ground, **{term: value}).power_shift.central
        assert (shift > 0) - (shift < 0) == sign, (kind, value)
    assert done("frozen_assets", war_and_ground, of="aldmark", use="returned").power_shift.central > 0
    assert ends(done("frozen_assets", war_and_ground, of="aldmark", use="until_paid").power_shift) == (0, 0, 0)
    assert done("reconstruction", war_and_ground, of="brelland", money="several").power_shift.central < 0
    assert done("weapon_cap", war_and_ground, side="brelland", cap="open").power_shift.central > 0
    assert done("weapon_cap", war_and_ground, side="brelland", cap="none").hazard_factor == SAME
    assert done("nuclear_status", war_and_ground, side="brelland", status="no_basing").power_shift.central > 0


def test_an_end_date_makes_a_ceasefire_weaker(war_and_ground: tuple[War, Ground]) -> None:
    open_end = done("ceasefire", war_and_ground, scope="full").hazard_factor
    ends_soon = done("ceasefire", war_and_ground, scope="full", days=30).hazard_factor
    kept = done("ceasefire", war_and_ground, scope="full", days=30, permanent=True).hazard_factor
    assert ends_soon.central == pytest.approx(0.95 * 1.15)
    assert (ends_soon.low, ends_soon.high) == pytest.approx((0.75 * 0.95, 1.1 * 1.6))
    assert ends_soon.source.startswith(open_end.source)
    assert kept == open_end


def test_a_promise_counts_by_who_gives_it(war_and_ground: tuple[War, Ground]) -> None:
    by = [("corland",), ("aldmark", "corland"), ("aldmark", "brelland")]
    factors = [done("non_aggression", war_and_ground, by=b).hazard_factor.central for b in by]
    assert factors == sorted(factors, reverse=True)
    assert len(set(factors)) == 3
    law = done("non_aggression", war_and_ground, by=by[2], in_law=True).hazard_factor
    assert law.central < factors[2]


def test_what_is_watched_or_held_or_bound_lasts_a_little_longer(war_and_ground: tuple[War, Ground]) -> None:
    more: dict[str, tuple[dict[str, object], dict[str, object]]] = {
        "armed_groups": ({"rule": "foreign_leave"}, {"monitored": True}),
        "ratification": ({"side": "brelland", "by": "vote"}, {"ceasefire": 60}),
        "referendum": ({"side": "brelland", "on": "x"}, {"ceasefire": 60}),
        "implementation": ({"body": "board"}, {"binding": True}),
    }
    for kind, (terms, added) in more.items():
        without = done(kind, war_and_ground, **terms).hazard_factor.central
        assert done(kind, war_and_ground, **terms, **added).hazard_factor.central < without, kind


def test_a_waterway_is_worth_what_the_sides_say_and_nothing_else(war_and_ground: tuple[War, Ground]) -> None:
    effect = done("transit", war_and_ground, ways=("a river",), rule="free")
    assert ends(effect.power_shift) == ends(NOTHING)
    assert ends(effect.hazard_factor) == ends(SAME)
    assert "preferences" in effect.hazard_factor.source


def test_recognition_of_either_side_counts_people_and_assets(war_and_ground: tuple[War, Ground]) -> None:
    """All of a region belongs to one or the other: what recognition is worth for both parts adds up to all of it."""
    _, ground = war_and_ground
    (whole,) = territory.moved_by({"regions": ("northreach",), "line": "full_a"}, *war_and_ground)
    (back,) = territory.moved_by({"regions": ("northreach",), "line": "full_b"}, *war_and_ground)
    total = territory.worth_of([whole], ground, "a").central - territory.worth_of([back], ground, "a").central
    share = territory.RECOGNITION_SHARE["de_jure"].central
    both = [
        done("recognition", war_and_ground, regions=("northreach",), of=of, level="de_jure").payoff_a.central
        for of in ("aldmark", "brelland")
    ]
    assert both[0] - both[1] == pytest.approx(share * total)


def test_a_lease_is_worth_part_of_the_land_and_nothing_where_the_tenant_holds_it(
    war_and_ground: tuple[War, Ground],
) -> None:
    _, ground = war_and_ground
    (whole,) = territory.moved_by({"regions": ("northreach",), "line": "full_a"}, *war_and_ground)
    owned = territory.worth_of([whole], ground, "a").central
    terms: dict[str, object] = {"regions": ("northreach",), "to": "aldmark"}
    base, all_of_it = (done("lease", war_and_ground, use=use, **terms) for use in ("base", "administration"))
    assert base.payoff_a.central == pytest.approx(0.5 * owned)
    assert base.payoff_a.central < all_of_it.payoff_a.central < owned
    assert base.payoff_b.central < 0
    assert base.power_shift.central > 0
    held = done("lease", war_and_ground, regions=("westmoor",), to="brelland", use="base")
    assert ends(held.payoff_a) == (0, 0, 0), "side B holds all of it already"


def test_who_pays_gives_up_or_is_watched_is_told_by_the_sign(war_and_ground: tuple[War, Ground]) -> None:
    signs: list[tuple[str, dict[str, object], int]] = [
        ("reparations", {"by": "brelland", "rule": "sum", "amount": 0.3, "currency": "USD"}, 1),
        ("reparations", {"by": "aldmark", "rule": "price", "amount": 0.3, "currency": "USD"}, -1),
        ("reparations", {"by": "aldmark", "rule": "waived"}, 0),
        ("surrender", {"side": "brelland", "extent": "all", "arms": "given_up"}, 1),
        ("emancipation", {"side": "brelland", "rule": "at_once"}, 1),
        ("emancipation", {"side": "brelland", "rule": "states"}, 0),
        ("commission", {"body": "control_b", "powers": "orders"}, 1),
        ("commission", {"body": "military", "powers": "settles"}, 0),
    ]
    for kind, terms, sign in signs:
        shift = done(kind, war_and_ground, **terms).power_shift.central
        assert (shift > 0) - (shift < 0) == sign, (kind, terms)


def test_an_army_that_keeps_arms_near_or_goes_home_counts_for_it(war_and_ground: tuple[War, Ground]) -> None:
    terms: dict[str, object] = {"side": "brelland", "extent": "all"}
    given, near = (done("surrender", war_and_ground, arms=arms, **terms) for arms in ("given_up", "depots"))
    assert given.power_shift.central > near.power_shift.central > 0
    home = done("surrender", war_and_ground, arms="given_up", home=True, **terms)
    assert home.hazard_factor.central < given.hazard_factor.central
    part = done("surrender", war_and_ground, side="brelland", extent="part", units="an army", arms="given_up")
    assert part.power_shift.central < given.power_shift.central


def test_prisoners_kept_and_owners_unpaid_leave_more_to_quarrel_about(war_and_ground: tuple[War, Ground]) -> None:
    heard = done("prisoners", war_and_ground, rule="heard", refusing="released").hazard_factor
    assert heard == done("prisoners", war_and_ground, rule="heard").hazard_factor
    assert done("prisoners", war_and_ground, rule="heard", refusing="kept").hazard_factor.central > heard.central
    paid, unpaid = (
        done("emancipation", war_and_ground, side="brelland", rule="gradual", years=20, paid=paid).hazard_factor
        for paid in ("owners", "none")
    )
    assert paid.central < unpaid.central

"""Third parties: whom a clause asks, what a draft is worth to those with preferences, and what is at a loss to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.core.parties import AskedClause, PartyView
from armistice.core.settlement import Either, Provision, Settlement, Value
from armistice.core.war import Preference, Range, War
from armistice.data.pack import read_pack
from armistice.deal.frontier import most_salient
from armistice.deal.kinds import KINDS
from armistice.deal.parties import (
    RESTS_WITH_OTHERS,
    parties_in_words,
    parties_record,
    preferring_words,
    third_parties_of,
    wants_of,
    with_preferences,
)
from armistice.deal.preferences import preferences_of

DRAWS = 30


@pytest.fixture(scope="module")
def war(toy: Path) -> War:
    """The toy war with a Corland that wants two things and has one of them in its hands."""
    found = read_pack(toy).war
    wants = {
        "alliance": Preference("guarantee", Range(0.6, 0.6, 0.6), ("member", "neutral-armed"), "", "its consent"),
        "tolls": Preference("shared", Range(0.2, 0.2, 0.2), ("brelland", "shared"), ""),
    }
    issues = tuple(
        replace(
            i,
            preference={s: i.preference[s] for s in ("a", "b")} | ({"corland": wants[i.id]} if i.id in wants else {}),
        )
        for i in found.issues
    )
    return replace(found, issues=issues)


def clause(number: int, kind: str, issue: str = "", option: str = "", variant: str = "", **terms: Value) -> Provision:
    options = (option, option) if option else None
    return Provision(number, kind, terms, f"Words of clause {number}", "Gazette", "page", issue, options, variant)


def draft(*clauses: Provision, variants: dict[str, str] | None = None) -> Settlement:
    return Settlement("one", "Draft one", date(2013, 1, 1), ("brelland",), "offer", "Gazette", clauses, variants or {})


MEMBER = clause(
    1, "alliance_membership", "alliance", "member", side="brelland", alliance="an alliance", status="invited"
)
NEUTRAL = clause(
    1, "alliance_membership", "alliance", "neutral-limited", side="brelland", alliance="an alliance", status="neutral"
)
PROMISE = clause(2, "security_guarantee", "", "", protects="brelland", by=("corland", "dovia", "aldmark"), form="open")


def asked(war: War, *clauses: Provision) -> dict[str, list[tuple[int, bool]]]:
    found = third_parties_of(draft(*clauses), war, wants_of(war, DRAWS))
    return {view.party: [(c.number, c.named) for c in view.asked] for view in found.views}


def test_who_is_named_has_to_carry_it_out_and_the_sides_are_none_of_them(war: War) -> None:
    assert asked(war, PROMISE) == {"corland": [(2, True)], "dovia": [(2, True)]}
    either = clause(3, "monitoring", by=Either((("dovia",), ("league",))), how="presence")
    assert asked(war, either) == {"corland": [], "dovia": [(3, True)], "league": [(3, True)]}


def test_who_holds_the_matter_has_to_carry_out_what_rests_with_others(war: War) -> None:
    assert asked(war, MEMBER) == {"corland": [(1, False)]}
    assert asked(war, NEUTRAL) == {"corland": []}, "a side may renounce by itself"
    law = replace(NEUTRAL, terms={**NEUTRAL.terms, "in_alliance_law": True})
    assert asked(war, law) == {"corland": [(1, False)]}
    today = clause(1, "alliance_membership", "alliance", "neutral-armed", side="brelland", alliance="x", status="open")
    assert asked(war, today) == {"corland": []}, "what holds today asks for nothing new"
    tolls = clause(1, "transit", "tolls", "brelland", ways=("a river",), rule="tolls")
    assert asked(war, tolls) == {"corland": []}, "the two sides can do that alone"


def test_what_rests_with_others_and_names_nobody_is_listed(war: War) -> None:
    relief = clause(4, "sanctions_relief", on="aldmark", pace="stages")
    kept = clause(5, "sanctions_relief", on="aldmark", pace="kept")
    assert third_parties_of(draft(relief, kept, PROMISE, MEMBER), war, wants_of(war, DRAWS)).unnamed == (4,)


def test_every_kind_that_rests_with_others_is_one_with_such_a_term() -> None:
    for name, (term, nothing) in RESTS_WITH_OTHERS.items():
        known = KINDS[name].term(term).allowed
        assert nothing <= set(known), name
        assert not known or nothing < set(known), f"{name} would ask nothing of anybody"


def test_the_gain_is_that_of_its_own_weights_and_values(war: War) -> None:
    tolls = clause(3, "transit", "tolls", "brelland", ways=("a river",), rule="tolls")
    (view,) = third_parties_of(draft(MEMBER, tolls), war, wants_of(war, DRAWS, 3)).views
    held = preferences_of(war, DRAWS, 3, others=("corland",))
    assert np.allclose(held.weight[0, 2], [0, 0, 0.75, 0.25], atol=1e-5)
    k, t = held.issues.index("alliance"), held.issues.index("tolls")
    # Today: armed and neutral, tolls shared, which is its ideal.
    worth = held.weight[:, 2, k] * (held.value[k][:, 2, 0] - held.value[k][:, 2, 2])
    lost = held.weight[:, 2, t] * (held.value[t][:, 2, 0] - 1.0)
    assert view.gain is not None
    assert np.array_equal(view.gain, worth + lost)
    (one,) = view.asked
    assert one.worth is not None
    assert np.array_equal(one.worth, worth)
    assert view.p_better_than_today == np.mean(view.gain > 0)
    again = third_parties_of(draft(MEMBER, tolls), war, wants_of(war, DRAWS, 3)).views[0].gain
    assert again is not None
    assert np.array_equal(again, view.gain)


def test_a_clause_is_at_a_loss_where_the_middle_of_the_draws_is_below_nothing() -> None:
    assert AskedClause(1, True, "", np.array([-0.2, -0.1, 0.4])).at_a_loss
    assert not AskedClause(1, True, "", np.array([-0.2, 0.0, 0.4])).at_a_loss
    assert not AskedClause(1, True, "", None).at_a_loss


def test_variants_count_alike_and_each_clause_by_its_own(war: War) -> None:
    one, other = replace(MEMBER, variant="x"), replace(NEUTRAL, number=2, variant="y")
    both = draft(one, other, variants={"x": "first", "y": "second"})
    pooled = third_parties_of(both, war, wants_of(war, DRAWS)).views[0]
    parts = [third_parties_of(both, war, wants_of(war, DRAWS), v).views[0] for v in ("x", "y")]
    assert pooled.gain is not None
    assert np.array_equal(pooled.gain, np.concatenate([p.gain for p in parts if p.gain is not None]))
    assert [[c.number for c in p.asked] for p in parts] == [[1], []]
    assert [c.number for c in pooled.asked] == [1]


def test_a_pack_without_their_preferences_still_tells_who_is_asked(war: War) -> None:
    bare = replace(
        war, issues=tuple(replace(i, preference={s: i.preference[s] for s in ("a", "b")}) for i in war.issues)
    )
    assert with_preferences(war) == ("corland",)
    assert with_preferences(bare) == ()
    views = third_parties_of(draft(PROMISE), bare, {}).views
    assert [(v.party, v.gain, v.p_better_than_today) for v in views] == [
        ("corland", None, None),
        ("dovia", None, None),
    ]
    assert third_parties_of(draft(NEUTRAL), bare, {}).views == ()


def test_words_for_who_prefers_it() -> None:
    assert preferring_words(PartyView("x", None, ())) == "no preferences on file"
    assert preferring_words(PartyView("x", np.zeros(4), ())) == "as good as today to it"
    assert preferring_words(PartyView("x", np.array([0.1, -0.1, 0.1, 0.0]), ())) == "in 50 % of draws"


def test_it_is_told_in_words_and_as_plain_values(war: War) -> None:
    text = draft(MEMBER, PROMISE, clause(4, "sanctions_relief", on="aldmark", pace="stages"))
    found = third_parties_of(text, war, wants_of(war, DRAWS))
    told = list(parties_in_words(found, text, war))
    words = [part for part in told if isinstance(part, str)]
    tables = [part for part in told if not isinstance(part, str)]
    assert [row["party"] for row in tables[0]] == ["Corland", "Dovia"]
    assert [row["asked to carry out"] for row in tables[0]] == ["1, 2", "2"]
    assert [row["why it"] for row in tables[1]] == ["in its hands: its consent", "named", "named"]
    assert words[-2] == "Clauses that rest with others and name no third party of the pack: 4 (relief from sanctions)."
    assert "does not end the war" in words[-1]
    record = parties_record(found, text, war)
    assert [r["party"] for r in record] == ["corland", "dovia"]
    assert record[1]["p_better_than_today"] is None
    first = record[0]["clauses"][0]
    assert (first["number"], first["issue"], first["named"], first["holds"]) == (1, "alliance", False, "its consent")
    assert first["worth"]["low"] <= first["worth"]["central"] <= first["worth"]["high"]
    empty = draft(clause(1, "amnesty", scope="full"))
    bare = replace(war, issues=tuple(replace(i, preference={}) for i in war.issues))
    assert list(parties_in_words(third_parties_of(empty, bare, {}), empty, bare)) == []


def test_the_most_salient_issues_fit(war: War) -> None:
    held = preferences_of(war, others=("corland",))
    weight = held.weight[0].mean(0)
    order = [held.issues[k] for k in np.argsort(-weight, kind="stable")]
    # Options past a hard red line make no outcomes.
    sizes = {issue: len(options) for issue, options in zip(held.issues, held.possible().options, strict=True)}
    assert most_salient(held) == held.issues
    two = sizes[order[0]] * sizes[order[1]]
    assert set(most_salient(held, two)) == set(order[:2])
    assert set(most_salient(held, two - 1)) == set(order[:1])
    with pytest.raises(QueryError, match="limit: 1 outcomes"):
        most_salient(held, 1)


def test_the_pack_of_a_real_war_has_preferences_that_add_up() -> None:
    real = read_pack("wars/ukraine").war
    assert len(with_preferences(real)) == 2
    for party in with_preferences(real):
        held = preferences_of(real, 5, others=(party,))
        assert (held.weight[:, 2].sum(-1) == 1).all()
        for issue in real.issues:
            one = issue.preference.get(party)
            if one is not None:
                low, ideal, high = (issue.value(o) for o in (one.acceptable[0], one.ideal, one.acceptable[1]))
                assert low <= ideal <= high, f"{issue.id}: the ideal of {party} lies outside what it could live with"
                assert one.why.endswith(".")
                assert "judge" in one.salience.source

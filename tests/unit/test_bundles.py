"""Goods that are worth something only together: by hand, against plain loops, and against every combination tried one by one."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.core.settlement import Provision, Settlement
from armistice.core.war import SIDES, Bundle, Range, War
from armistice.data.pack import Pack, read_pack
from armistice.deal import frontier as frontier_module
from armistice.deal.amend import YEARS, amend, largest_share
from armistice.deal.appraise import DECIDED, Stakes, appraise, peace_on, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.exchange import negotiation_of
from armistice.deal.frontier import OutcomeSpace, enumerate_frontier, merge_frontier, space_of
from armistice.deal.moves import Aim, covers, everything, judge, out_of_dispute
from armistice.deal.outcomes import space_in_words, space_record, tell_space
from armistice.deal.preferences import GRID, Joint, as_good, drawn, preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.stated import resampled, taught
from armistice.deal.straight import bounding_lines, failing_odds, least_changes
from armistice.deal.wordings import Room, Wording, amended_text, judged, room_of, wordings
from armistice.deal.worth import appraisal_in_words, appraisal_record
from armistice.report.bundles import tell_bundles
from armistice.settling import Settled
from make_fighting import make_fighting

DRAWS = 40
RIVER = Bundle(
    "river", "The region with its river", "a", (("northreach", "line-de-facto"), ("tolls", "shared")),
    Range(0.1, 0.2, 0.3), "made up",
)  # fmt: skip
SHIELD = Bundle(
    "shield", "The corner under a guarantee", "b", (("southreach", "status-talks"), ("alliance", "guarantee")),
    Range(0.05, 0.1, 0.2), "made up",
)  # fmt: skip


def with_bundles(war: War, *bundles: Bundle) -> War:
    return replace(war, bundles=bundles)


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def war(pack: Pack) -> War:
    return with_bundles(pack.war, RIVER, SHIELD)


@pytest.fixture(scope="module")
def drafts(pack: Pack) -> dict[str, Settlement]:
    """The drafts of the toy war, and for each option of each issue one that words it."""
    found = {draft.id: draft for draft in read_settlements(pack)}
    model = found["paper"]
    for issue in pack.war.issues:
        for n, option in enumerate(issue.options):
            clause = next(p for p in model.provisions if p.issue == issue.id)
            worded = replace(clause, number=1, variant="", options=(option.id, option.id))
            name = f"{issue.id}-{option.id}"
            day = date(2010, 1, 1) + timedelta(n)
            found[name] = replace(model, id=name, date=day, variants={}, provisions=(worded,))
    return found


@pytest.fixture(scope="module")
def plain(pack: Pack) -> Stakes:
    return stakes_of(
        pack.war, ground_for(read_settlements(pack), pack), make_fighting(), preferences_of(pack.war, DRAWS, 3), 3
    )


def staked(war: War, like: Stakes, a: float = 0.6, b: float = 0.3) -> Stakes:
    return stakes_of(war, like.ground, make_fighting(a, b), preferences_of(war, DRAWS, 3), 3)


@pytest.fixture(scope="module")
def stakes(war: War, plain: Stakes) -> Stakes:
    return staked(war, plain)


def settling(model: Settlement, **options: str | tuple[str, ...]) -> Settlement:
    """A draft with a clause for each option of each issue named, without any other effect."""
    clauses: list[Provision] = []
    for issue, named in options.items():
        like = next(p for p in model.provisions if p.issue == issue)
        for option in (named,) if isinstance(named, str) else named:
            clauses.append(replace(like, number=len(clauses) + 1, variant="", options=(option, option)))
    return replace(model, id="made-up", variants={}, provisions=tuple(clauses))


# --- what the parties want ---------------------------------------------------------------------------------------------


def test_a_need_is_met_by_what_is_as_near_to_the_ideal(war: War) -> None:
    issue = war.issue("northreach")
    for party, option, wanted in (
        ("a", "line-de-facto", [False, False, True, True, True]),
        ("b", "line-unrecognised", [True, True, False, False, False]),
    ):
        assert as_good(issue, issue.preference[party], option).tolist() == wanted
    middle = replace(issue.preference["a"], ideal="line-de-facto")
    assert as_good(issue, middle, "whole-de-facto").tolist() == [False, True, True, True, False]
    assert as_good(issue, middle, "line-de-facto").tolist() == [False, False, True, False, False]
    # As far on the other side of the ideal is as good, though 0.6 - 0.4 and 0.8 - 0.6 differ in the last digit.
    even = replace(issue, options=(*issue.options[:1], replace(issue.options[1], value=0.4), *issue.options[2:]))
    assert as_good(even, middle, "whole-de-facto").tolist() == [False, True, True, True, False]


def test_worth_is_drawn_on_the_grid_for_those_who_are_asked_for(pack: Pack, war: War) -> None:
    held = preferences_of(war, 30, 5)
    assert [(b.id, b.party) for b in held.bundles] == [("river", 0), ("shield", 1)]
    for bundle, said in zip(held.bundles, (RIVER, SHIELD), strict=True):
        assert (bundle.worth % GRID == 0).all()
        assert bundle.worth == pytest.approx(drawn(said.worth, 30, 5, f"bundle {said.id}"), abs=GRID)
        assert bundle.worth[0] == pytest.approx(said.worth.central, abs=GRID)
    assert np.array_equal(held.weight, preferences_of(pack.war, 30, 5).weight)
    third = replace(pack.war.issue("northreach").preference["b"], ideal="line-de-facto")
    issues = tuple(
        replace(i, preference={**i.preference, "corland": third}) if i.id == "northreach" else i for i in war.issues
    )
    other = with_bundles(
        replace(war, issues=issues), replace(RIVER, id="its", party="corland", needs=(("northreach", "line-de-facto"),))
    )
    assert preferences_of(other, 2).bundles == ()
    assert preferences_of(other, 2, others=("corland",)).bundles[0].party == 2


def test_some_of_the_issues_keep_the_bundles_that_need_no_other(war: War) -> None:
    held = preferences_of(war, 5, 1)
    some = held.only(("tolls", "northreach", "alliance"))
    (bundle,) = some.bundles
    kept = held.weight[:, 0][:, [0, 2, 3]].sum(-1)
    assert bundle.id == "river"
    assert bundle.worth == pytest.approx(held.bundles[0].worth / kept, abs=GRID)
    assert (bundle.worth % GRID == 0).all()
    assert [(some.issues[k], met.tolist()) for k, met in bundle.needs] == [
        ("northreach", [False, False, True, True, True]), ("tolls", [False, True, True]),
    ]  # fmt: skip
    left = held.possible()
    assert [met.tolist() for _, met in left.bundles[0].needs] == [[False, False, True, True], [False, True, True]]


def test_preferences_that_were_taught_keep_their_bundles(war: War) -> None:
    held = preferences_of(war, 50, 2)
    told = resampled(held, taught(held, ()), 20, 4)
    for new, old in zip(told.bundles, held.bundles, strict=True):
        rows = [int(np.flatnonzero((held.weight[:, new.party] == w).all(-1))[0]) for w in told.weight[:, new.party]]
        assert np.array_equal(new.worth, old.worth[rows])


# --- the frontier ------------------------------------------------------------------------------------------------------


def some_space(rng: np.random.Generator) -> OutcomeSpace:
    """A small space with few different numbers, so that ties abound; some options barred, up to three bundles."""
    parties, issues = int(rng.integers(2, 4)), int(rng.integers(2, 6))
    sizes = rng.integers(1, 5, issues)
    allowed = [np.ones(n, bool) for n in sizes]
    for keep in allowed:
        if len(keep) > 1 and rng.random() < 0.3:
            keep[rng.integers(len(keep))] = False
    bundles = []
    for n in range(rng.integers(0, 4)):
        needs = rng.choice(issues, rng.integers(2, min(issues, 3) + 1), replace=False)
        mets = tuple((int(k), rng.random(sizes[k]) < 0.6) for k in needs)
        bundles.append(Joint(f"bundle {n}", int(rng.integers(parties)), np.array([rng.integers(0, 4) / 4]), mets))
    # What one side has the other lacks, so that many outcomes on the frontier are alike.
    first = [rng.integers(0, 3, n) / 4 for n in sizes]
    worth = tuple(np.column_stack([w, 0.5 - w, *rng.integers(0, 2, (parties - 2, len(w))) / 4]) for w in first)
    return OutcomeSpace(
        tuple("abc"[:parties]), tuple(f"issue {k}" for k in range(issues)),
        tuple(tuple(f"option {o}" for o in range(n)) for n in sizes),
        worth, tuple(allowed), tuple(bundles),
    )  # fmt: skip


def by_comparison(held: OutcomeSpace) -> dict[tuple[float, ...], list[tuple[int, ...]]]:
    """Utilities of the frontier → its outcomes, each outcome compared with each."""
    found: dict[tuple[float, ...], list[tuple[int, ...]]] = {}
    for outcome in itertools.product(*(np.flatnonzero(keep).tolist() for keep in held.allowed)):
        u = [sum(float(w[n][p]) for w, n in zip(held.worth, outcome, strict=True)) for p in range(len(held.parties))]
        for bundle in held.bundles:
            u[bundle.party] += float(bundle.worth[0]) * all(met[outcome[k]] for k, met in bundle.needs)
        found.setdefault(tuple(u), []).append(outcome)
    return {
        u: outcomes
        for u, outcomes in found.items()
        if not any(v != u and all(x >= y for x, y in zip(v, u, strict=True)) for v in found)
    }


@pytest.mark.parametrize(("block", "number"), [(2**16, 2**62), (4, 30)])
def test_both_ways_find_what_comparison_finds(block: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier_module, "_BLOCK", block)
    monkeypatch.setattr(frontier_module, "_LARGEST_NUMBER", number)
    rng = np.random.default_rng(1)
    tied = 0
    for _ in range(60):
        held = some_space(rng)
        wanted = by_comparison(held)
        tied += sum(len(outcomes) > 1 for outcomes in wanted.values()) * bool(held.bundles)
        for found in (enumerate_frontier(held), merge_frontier(held)):
            assert [tuple(u) for u in found.utilities.tolist()] == sorted(wanted, reverse=True)
            assert [tuple(o) for o in found.outcomes.tolist()] == [min(wanted[u]) for u in sorted(wanted, reverse=True)]
            assert found.alike.tolist() == [len(wanted[u]) for u in sorted(wanted, reverse=True)]
            assert np.array_equal(held.utilities(found.outcomes), found.utilities)
        least = (0.5,) * len(held.parties)
        one, two = enumerate_frontier(held, least), merge_frontier(held, least)
        assert np.array_equal(one.outcomes, two.outcomes)
        assert np.array_equal(one.alike, two.alike)
    assert tied > 50, "ties in which the first outcome counts would not be tested"


def test_a_space_of_the_war_has_its_bundles(war: War) -> None:
    held = preferences_of(war, 3, 2)
    for draw in range(3):
        whole = space_of(held, draw)
        one, two = enumerate_frontier(whole), merge_frontier(whole)
        assert np.array_equal(one.outcomes, two.outcomes)
        bare = space_of(replace(held, bundles=()), draw)
        best = {"northreach": "line-de-facto", "southreach": "restored", "alliance": "member", "tolls": "aldmark"}
        row = whole.numbers(best)[None]
        more = whole.utilities(row)[0] - bare.utilities(row)[0]
        assert more.tolist() == [held.bundles[0].worth[draw], held.bundles[1].worth[draw]]
    told = tell_space(held.only(("northreach", "tolls")), (0.0, 0.0))
    assert "only together: The region with its river, " in " ".join(map(str, space_in_words(told, war)))
    assert [b["id"] for b in space_record(told, war)["bundles"]] == ["river"]


def test_too_many_issues_tied_together_get_a_sentence(war: War, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier_module, "MOST_TIED", 11)
    with pytest.raises(
        QueryError, match="bundles tie northreach, tolls together: 12 combinations; expected at most 11"
    ):
        merge_frontier(space_of(preferences_of(war)))


def test_other_programs_formats_refuse_them(war: War) -> None:
    held = preferences_of(war)
    with pytest.raises(QueryError, match="bundle river: worth something only together; expected utilities that add up"):
        negotiation_of(held, (0.3, 0.3), "toy")
    assert negotiation_of(held.only(("northreach", "southreach")), (0.3, 0.3), "toy").preferences.bundles == ()


# --- beside fighting on ------------------------------------------------------------------------------------------------


def test_fighting_settles_a_bundle_as_far_as_the_least_decided_of_its_issues(stakes: Stakes, plain: Stakes) -> None:
    war, held = stakes.war, stakes.preferences
    for n, bundle in enumerate(held.bundles):
        for draw in range(DRAWS):
            decided, met = [], 1.0
            for k, good in bundle.needs:
                issue = war.issues[k]
                spread = issue.decided or DECIDED
                name = f"decided {issue.id if issue.decided else ''}"
                decided.append(1.0 if issue.id == "northreach" else drawn(spread, DRAWS, 3, name)[draw])
                met *= good[stakes.today[k]]
            share, worth = min(decided), bundle.worth[draw]
            expected = stakes.fighting.reservation[stakes.rows[draw], n]
            more = stakes.fights[n, draw] - plain.fights[n, draw]
            assert more == pytest.approx(worth * (share * expected + (1 - share) * met), abs=1e-12)
            assert stakes.decided[n, draw] - plain.decided[n, draw] == pytest.approx(worth * share, abs=1e-12)
            assert stakes.peace[n, draw] - plain.peace[n, draw] == pytest.approx(worth * met, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "share"),
    [
        ({"northreach": "line-de-facto", "tolls": "shared"}, 1.0),
        ({"northreach": "whole-de-facto"}, 1.0),
        ({"northreach": "whole-de-facto", "tolls": "brelland"}, 0.0),
        ({"tolls": "aldmark"}, 0.0),
        ({"northreach": ("line-de-facto", "line-unrecognised")}, 0.5),
        ({"northreach": ("line-de-facto", "restored"), "tolls": ("shared", "aldmark", "brelland")}, 1 / 3),
    ],
)
def test_a_draft_gives_a_bundle_where_it_gives_all_goods(
    options: dict[str, str | tuple[str, ...]],
    share: float,
    drafts: dict[str, Settlement],
    stakes: Stakes,
    plain: Stakes,
) -> None:
    draft = settling(drafts["paper"], **options)
    more = peace_on(draft, stakes).utility - peace_on(draft, plain).utility
    assert more[0] == pytest.approx(share * stakes.preferences.bundles[0].worth, abs=1e-12)
    told = appraise(draft, stakes).bundles[0]
    assert (told.id, told.side, told.before) == ("river", "a", 0.0)
    assert told.after == pytest.approx(np.full(DRAWS, share))
    assert bool(told.lacking) == (share < 1)


def test_variants_give_it_in_the_draws_in_which_they_hold(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    told = appraise(drafts["paper"], stakes).bundles[0]
    assert set(told.after) <= {0.0, 1.0}
    each = [appraise(drafts["paper"], stakes, v).bundles[0].after for v in ("line", "whole")]
    assert told.after.mean() == pytest.approx((each[0].mean() + each[1].mean()) / 2, abs=1 / DRAWS)


def test_what_a_clause_completes_is_lost_without_it(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    for name in ("second-draft", "paper"):
        draft = drafts[name]
        whole = appraise(draft, stakes)
        for clause, told in zip(draft.provisions, whole.clauses, strict=True):
            rest = replace(draft, provisions=tuple(p for p in draft.provisions if p.number != clause.number))
            without = appraise(rest, stakes)
            assert told.without_a == pytest.approx(whole.sides["a"].value - without.sides["a"].value, abs=1e-12)
            assert told.without_b == pytest.approx(whole.sides["b"].value - without.sides["b"].value, abs=1e-12)
            assert told.without_survival == pytest.approx(whole.survival(10) - without.survival(10), abs=1e-12)


def test_what_clauses_add_over_orders_adds_up_and_is_shapleys(
    drafts: dict[str, Settlement], stakes: Stakes, plain: Stakes
) -> None:
    draft = settling(drafts["paper"], northreach="line-de-facto", tolls="aldmark", southreach="ceded")
    numbers = [p.number for p in draft.provisions]
    # Tolls at "shared" today would give the good without a clause.
    today = stakes.today.copy()
    today[stakes.preferences.issues.index("tolls")] = 0
    early = replace(stakes, today=today, peace=plain.peace)
    worth = {}
    for size in range(1, 4):
        for some in itertools.combinations(numbers, size):
            part = replace(draft, provisions=tuple(p for p in draft.provisions if p.number in some))
            worth[some] = np.array([appraise(part, early).sides[s].value.mean() for s in SIDES])
    exact = {n: np.zeros(2) for n in numbers}
    blank = replace(draft, provisions=())
    worth[()] = peace_on(blank, early).value.mean(1)
    for order in itertools.permutations(numbers):
        for k, n in enumerate(order):
            exact[n] += (worth[tuple(sorted(order[: k + 1]))] - worth[tuple(sorted(order[:k]))]) / math.factorial(3)
    found = appraise(draft, early).clauses
    for one in found:
        assert [one.shapley_a, one.shapley_b] == pytest.approx(exact[one.number], abs=1e-2)
    # Both clauses that complete it have a share in it.
    bare = {c.number: c.shapley_a for c in appraise(draft, replace(early, preferences=plain.preferences)).clauses}
    shares = [found[n].shapley_a - bare[found[n].number] for n in range(2)]
    assert min(shares) > 0.02
    for text, at in ((draft, early), (drafts["paper"], stakes), (drafts["second-draft"], stakes)):
        start = peace_on(replace(text, provisions=()), at).value.mean(1)
        total = np.sum([[c.shapley_a, c.shapley_b] for c in appraise(text, at).clauses], axis=0)
        assert total == pytest.approx(peace_on(text, at).value.mean(1) - start, abs=1e-12)


def test_fewer_draws_are_taken_with_their_bundles(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    rows = np.array([3, 3, 7, 20])
    some = stakes.taken(rows)
    draft = settling(drafts["paper"], northreach="whole-de-facto")
    assert np.array_equal(peace_on(draft, some).value, peace_on(draft, stakes).value[:, rows])


def test_words_and_json_tell_what_a_draft_does_to_bundles(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    wanted: tuple[tuple[dict[str, str | tuple[str, ...]], str], ...] = (
        ({"northreach": "line-de-facto"}, "to Aldmark, only together; this draft gives all of it."),
        ({"southreach": "ceded"}, "gives nothing of it, for want of Northreach."),
        ({"northreach": ("line-de-facto", "restored")}, "gives part of it (50 %), as its terms differ on Northreach."),
    )
    for options, said in wanted:
        draft = settling(drafts["paper"], **options)
        found = appraise(draft, stakes)
        told = [t for t in appraisal_in_words(found, draft, stakes.war) if str(t).startswith(RIVER.title)]
        assert len(told) == 1
        assert str(told[0]).endswith(said)
    first = appraisal_record(found, draft)["bundles"][0]
    assert (first["id"], first["party"], first["before"], first["after"]) == ("river", "A", 0.0, 0.5)
    assert first["worth"]["low"] < first["worth"]["central"] < first["worth"]["high"]


def test_a_bundle_that_is_held_today_can_be_broken(war: War, drafts: dict[str, Settlement], plain: Stakes) -> None:
    held = staked(
        with_bundles(war, replace(RIVER, needs=(("northreach", "line-unrecognised"), ("tolls", "shared")))), plain
    )
    draft = settling(drafts["paper"], tolls="brelland")
    (told,) = appraise(draft, held).bundles
    assert (told.before, told.after.max(), told.lacking) == (1.0, 0.0, ("tolls",))
    words = " ".join(map(str, appraisal_in_words(appraise(draft, held), draft, held.war)))
    assert "this draft breaks it, for want of Tolls on the Sill." in words


# --- amendments ---------------------------------------------------------------------------------------------------------


def random_bundles(war: War, rng: np.random.Generator) -> War:
    """Two bundles of weight for each side, over issues and options taken at random."""
    out = []
    for n, party in enumerate("aabb"):
        issues = rng.choice(len(war.issues), rng.integers(2, 4), replace=False)
        needs = tuple((war.issues[k].id, str(rng.choice([o.id for o in war.issues[k].options]))) for k in issues)
        out.append(Bundle(f"bundle-{n}", "Made up", party, needs, Range(0.02, 0.15, 0.3), "made up"))
    return with_bundles(war, *out)


@pytest.fixture(scope="module", params=range(3))
def rich(
    request: pytest.FixtureRequest, pack: Pack, plain: Stakes, drafts: dict[str, Settlement]
) -> tuple[Stakes, Room]:
    seed = int(request.param)
    held = staked(random_bundles(pack.war, np.random.default_rng(seed)), plain, 0.72, 0.45)
    listed: dict[tuple[str, str], Wording] = wordings(drafts.values(), held)
    return held, room_of(drafts["paper"], held, listed, ("line", "whole")[seed % 2])


def test_many_sets_at_once_are_worth_what_each_is_as_a_draft(rich: tuple[Stakes, Room]) -> None:
    held, room = rich
    for moves in sorted(everything(room))[::11]:
        told = appraise(amended_text(room.draft, [room.wordings[m] for m in moves]), held)
        surplus, survival = judged(room, held, [moves], YEARS)
        assert surplus[:, 0] == pytest.approx(np.array([told.sides["a"].surplus, told.sides["b"].surplus]), abs=1e-12)
        assert survival[0] == pytest.approx(told.survival(YEARS), abs=1e-12)
        if len(moves) == 1:
            change = told.sides["a"].utility - held.fights[0] - room.surplus[0]
            assert room.by_itself[moves[0], 0] == pytest.approx(change, abs=1e-12)


def test_bounds_are_never_below_the_truth(rich: tuple[Stakes, Room]) -> None:
    held, room = rich
    lines = bounding_lines(room, held)
    least = least_changes(room, lines)
    sets = list(everything(room))
    both_ever = 0
    for moves in sets:
        rows = list(moves)
        value = judged(room, held, [moves], YEARS)[0][:, 0]
        both = (value >= 0).all(0)
        both_ever += int(both.sum())
        assert ((lines.start + lines.each[rows].sum(0))[:, both] >= 0).all()
        assert not covers(room, moves) or (least[both] <= len(rows)).all()
        share = 1 / (1 + failing_odds(room, held, moves))
        assert value[:, both] == pytest.approx(
            (share * (room_line(room, held, rows) + held_shift(room, held, rows, share)))[:, both], abs=1e-9
        )
    assert both_ever > 0, "nothing would be tested"
    best = max(f.share for f in judge(room, held, Aim(0.5, 0.0, YEARS), sets))
    assert largest_share(room, held, lines, nodes=400) >= best


def room_line(room: Room, held: Stakes, rows: list[int]) -> np.ndarray:
    """Surplus of a set while peace is kept, by a loop over bundles."""
    out = room.surplus + room.gains[rows].sum(0)
    met, start = room.met + room.more_met[rows].sum(0), 0
    for bundle in held.preferences.bundles:
        end = start + len(bundle.needs)
        out[bundle.party] += bundle.worth * (met[start:end].prod(0) - room.met[start:end].prod(0))
        start = end
    return out


def held_shift(room: Room, held: Stakes, rows: list[int], share: np.ndarray) -> np.ndarray:
    """What the shift of power adds, divided by the share of the future in peace."""
    sign = np.array([[1.0], [-1.0]])
    return sign * held.decided * (1 / share - 1) * (room.shift + room.more_shift[rows].sum(0))


def test_an_amendment_can_complete_a_bundle(war: War, plain: Stakes, drafts: dict[str, Settlement]) -> None:
    """Two changes of which neither helps by itself: each costs the side that it is to win over."""
    needs = (("northreach", "whole-de-facto"), ("tolls", "aldmark"))
    held = staked(with_bundles(war, replace(RIVER, needs=needs, worth=Range(0.6, 0.7, 0.8))), plain, 0.95, 0.05)
    draft = settling(drafts["paper"], northreach="restored", tolls="brelland")
    found = amend(draft, held, tuple(drafts.values()), 0.5, lasting=0.0)
    bare = amend(draft, staked(with_bundles(war), plain, 0.95, 0.05), tuple(drafts.values()), 0.5, lasting=0.0)
    assert found.status == "amended"
    assert {(c.issue, c.after) for c in found.amendments[0].changes} >= {
        ("northreach", "whole-de-facto"),
        ("tolls", "aldmark"),
    }
    assert bare.status != "amended" or bare.amendments[0].changes != found.amendments[0].changes


def test_out_of_dispute_each_side_has_the_good_too(rich: tuple[Stakes, Room]) -> None:
    held, room = rich
    for issue in held.preferences.issues:
        rest = out_of_dispute(room, held, issue)
        k = held.preferences.issues.index(issue)
        best = [held.preferences.value[k][:, p].max(-1) * held.preferences.weight[:, p, k] for p in range(2)]
        now = [held.preferences.value[k][:, p, held.today[k]] * held.preferences.weight[:, p, k] for p in range(2)]
        wanted = room.surplus + np.array(best) - np.array(now) - room.has[k]
        start = 0
        for bundle in held.preferences.bundles:
            met = room.met[start : start + len(bundle.needs)]
            after = np.array(
                [np.ones(DRAWS) if at == k else row for (at, _), row in zip(bundle.needs, met, strict=True)]
            )
            wanted[bundle.party] += bundle.worth * (after.prod(0) - met.prod(0))
            start += len(bundle.needs)
        assert rest.surplus == pytest.approx(wanted, abs=1e-12)
        assert issue not in {w.issue for w in rest.wordings}


# --- in the report -------------------------------------------------------------------------------------------------------


def test_the_report_tells_how_many_drafts_give_them(
    war: War, plain: Stakes, drafts: dict[str, Settlement], stakes: Stakes
) -> None:
    gives = replace(settling(drafts["paper"], northreach="line-de-facto"), title="<i>Gives</i>")
    texts = (gives, settling(drafts["paper"], tolls="brelland"))
    settled = Settled(texts, stakes, tuple(appraise(text, stakes) for text in texts), (), {}, {})
    told = tell_bundles(war, settled)
    words = re.sub("<[^>]*>", "", told)
    low, middle, high = np.quantile(100 * stakes.preferences.bundles[0].worth, (0.1, 0.5, 0.9))
    assert f"The region with its river, {middle:+.1f} ({low:+.1f} to {high:+.1f}) to Aldmark, " in words
    assert "which it lacks today and would have under 1 of the drafts and variants" in words
    assert "&lt;i&gt;Gives&lt;/i&gt;" in told
    assert "<i>" not in told
    bare = replace(settled, appraisals=tuple(appraise(text, plain) for text in texts))
    assert tell_bundles(war, bare) == ""

"""The outcome space told: a draft as an outcome, and every number of the words and of the record against the frontier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.core.settlement import Provision, Settlement
from armistice.core.war import Issue
from armistice.data.pack import read_pack
from armistice.deal.frontier import enumerate_frontier, space_of
from armistice.deal.outcomes import PICKS, outcome_of, space_in_words, space_record, tell_space
from armistice.deal.preferences import preferences_of
from armistice.deal.read import find_settlement
from armistice.deal.solutions import SOLUTIONS, solution_points, standing

TOY = read_pack(Path(__file__).parents[2] / "wars" / "toy")
NOW = {i.id: i.now for i in TOY.war.issues}


def draft(*clauses: tuple[str, str, str, str], variants: tuple[str, ...] = ()) -> Settlement:
    """A draft from (issue, low, high, variant)."""
    provisions = tuple(
        Provision(n, "transit", {}, "", "", "page", issue, (low, high), variant)
        for n, (issue, low, high, variant) in enumerate(clauses, 1)
    )
    return Settlement("mine", "Mine", date(2013, 1, 1), (), "draft", "", provisions, {v: v for v in variants})


def test_what_a_draft_leaves_out_stays_as_it_is() -> None:
    nothing = outcome_of(draft(), TOY.war)
    assert nothing.outcome == NOW
    assert nothing.silent == tuple(NOW)
    one = outcome_of(draft(("tolls", "aldmark", "aldmark", "")), TOY.war)
    assert one.outcome == NOW | {"tolls": "aldmark"}
    assert "tolls" not in one.silent
    assert one.loose == ()


@pytest.mark.parametrize(
    ("low", "high", "taken"),
    [
        ("restored", "whole-de-jure", "line-unrecognised"),  # 0.45, nearest to 0.5
        ("line-de-facto", "whole-de-jure", "whole-de-facto"),
        ("restored", "line-unrecognised", "line-unrecognised"),  # as near, and what holds now
        ("whole-de-facto", "whole-de-jure", "whole-de-facto"),  # as near, and nearer to what holds now
    ],
)
def test_of_several_options_the_middle_is_taken(low: str, high: str, taken: str) -> None:
    found = outcome_of(draft(("northreach", low, high, "")), TOY.war)
    assert (found.outcome["northreach"], found.loose) == (taken, ("northreach",))
    apart = outcome_of(draft(("northreach", low, low, ""), ("northreach", high, high, "")), TOY.war)
    assert apart.outcome == found.outcome


def test_a_variant_is_taken_alone() -> None:
    both = draft(
        ("tolls", "brelland", "brelland", "one"), ("tolls", "aldmark", "aldmark", "two"), variants=("one", "two")
    )
    assert [outcome_of(both, TOY.war, v).outcome["tolls"] for v in ("", "one", "two")] == [
        "brelland",
        "brelland",
        "aldmark",
    ]
    with pytest.raises(QueryError, match='mine: no variant "tow"; expected one of one, two; did you mean two'):
        outcome_of(both, TOY.war, "tow")
    with pytest.raises(QueryError, match="it has none"):
        outcome_of(draft(), TOY.war, "one")


def test_a_pack_must_say_what_holds_now_where_a_draft_is_silent() -> None:
    def unsaid(issue: Issue) -> Issue:
        return replace(issue, now="") if issue.id == "tolls" else issue

    war = replace(TOY.war, issues=tuple(unsaid(i) for i in TOY.war.issues))
    with pytest.raises(QueryError, match='issue "tolls": no `now`; expected the option that holds'):
        outcome_of(draft(), war)
    assert outcome_of(draft(("tolls", "shared", "aldmark", "")), war).outcome["tolls"] == "shared"


def test_the_record_is_what_the_frontier_says() -> None:
    held, least = preferences_of(TOY.war), (0.45, 0.4)
    found = outcome_of(find_settlement(TOY, "second-draft"), TOY.war)
    record = space_record(tell_space(held, least, found), TOY.war)
    frontier = enumerate_frontier(space_of(held))
    assert (record["outcomes"], record["frontier"]) == (frontier.space.size, len(frontier))
    for name, point in solution_points(frontier, least).items():
        assert point is not None
        told = record["points"][name]
        assert (told["outcome"], told["ties"]) == (point.outcome, point.ties)
        assert told["gains"] == pytest.approx([u - d for u, d in zip(told["utilities"], least, strict=True)])
    where = standing(frontier, found.outcome)
    assert record["draft"]["utilities"] == where.utilities.tolist()
    assert record["draft"]["better"] == where.better
    assert record["draft"]["efficient"] is where.efficient is False
    assert "by_draw" not in record


def test_some_issues_alone() -> None:
    held = preferences_of(TOY.war).only(("alliance", "northreach"))
    told = tell_space(held, (0.0, 0.0), outcome_of(draft(), TOY.war))
    record = space_record(told, TOY.war)
    assert record["issues"] == ["alliance", "northreach"]
    assert record["draft"]["outcome"] == {"alliance": NOW["alliance"], "northreach": NOW["northreach"]}
    assert record["draft"]["silent"] == ["alliance", "northreach"]


def test_by_draw_is_the_same_question_asked_of_each_draw() -> None:
    held, least = preferences_of(TOY.war, 12, 3), (0.6, 0.56)
    found = outcome_of(find_settlement(TOY, "second-draft"), TOY.war)
    by_draw = tell_space(held, least, found).by_draw
    assert by_draw is not None
    assert by_draw.utilities is not None
    assert by_draw.left is not None
    opened, efficient = [], []
    for draw in range(12):
        frontier = enumerate_frontier(space_of(held, draw))
        point = solution_points(frontier, least)["nash"]
        opened.append(point is not None)
        if point is not None:
            assert by_draw.points["nash"][draw].tolist() == point.utilities.tolist()
        where = standing(frontier, found.outcome)
        efficient.append(where.efficient)
        assert by_draw.left[draw].tolist() == where.left.tolist()
    assert 0 < by_draw.p_open < 1
    assert by_draw.p_open == np.mean(opened)
    assert by_draw.p_efficient == np.mean(efficient)


def test_words_name_every_solution_and_every_change() -> None:
    found = outcome_of(find_settlement(TOY, "second-draft"), TOY.war)
    told = tell_space(preferences_of(TOY.war, 5, 1), (0.3, 0.3), found)
    parts = space_in_words(told, TOY.war)
    tables = [p for p in parts if isinstance(p, list)]
    assert [row["picks"] for row in tables[0]] == [PICKS[s] for s in SOLUTIONS]
    assert told.standing is not None
    assert told.standing.better is not None
    changed = next(t for t in tables if "better for all" in t[0])
    assert len(changed) == sum(found.outcome[i] != o for i, o in told.standing.better.items()) > 0
    shown = {row["issue"] for t in tables[1:] for row in t if "all" in row or "egalitarian" in " ".join(row)}
    assert shown == {i.title for i in TOY.war.issues}
    assert "It leaves a choice" in " ".join(p for p in parts if isinstance(p, str))


def test_where_nobody_s_least_can_be_met_that_is_said() -> None:
    told = tell_space(preferences_of(TOY.war, 3), (0.95, 0.95))
    words = " ".join(p for p in space_in_words(told, TOY.war) if isinstance(p, str))
    assert "Nothing could be agreed" in words
    record = space_record(told, TOY.war)
    assert set(record["points"].values()) == {None}
    assert (record["by_draw"]["p_open"], record["by_draw"]["points"]["nash"]) == (0.0, None)


def test_a_barred_option_is_named() -> None:
    told = tell_space(
        preferences_of(TOY.war),
        (0.0, 0.0),
        outcome_of(draft(("northreach", "whole-de-jure", "whole-de-jure", "")), TOY.war),
    )
    words = " ".join(p for p in space_in_words(told, TOY.war) if isinstance(p, str))
    assert "Northreach: the option is past a hard red line" in words
    assert space_record(told, TOY.war)["draft"]["barred"] == ["northreach"]

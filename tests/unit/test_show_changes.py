"""The chart of changes, from records made by hand: words, shapes, numbers, sizes and labels."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.appraisal import Appraisal, SideAppraisal
from armistice.core.errors import QueryError
from armistice.core.settlement import Settlement
from armistice.core.war import War
from armistice.data.pack import read_pack
from armistice.show.canvas import Label, overlaps
from armistice.show.changes import MOST_SETS, change_words, draw_changes
from armistice.show.style import SIDE, Figure, to_spec, to_svg

DRAWS = 40
WIDTHS = (1000, 760, 360)
DRAFT = Settlement("one", "Draft one", date(2013, 1, 1), ("brelland",), "offer", "Gazette", (), {"x": "first wording"})
SERVES_A = Change("alliance", "guarantee", "neutral-limited", "a", 0.04, -0.01, "paper")
SERVES_B = Change("tolls", "shared / aldmark", "brelland", "b", -0.02, 0.03, "second-draft")
SERVES_BOTH = Change("southreach", "ceded", "status-talks", "both", 0.01, 0.02, "")
SERVES_NEITHER = Change("northreach", "restored", "line-unrecognised", "", -0.01, -0.01, "paper")


def _set(*changes: Change, a: float = 0.83, b: float = 0.92, both: float = 0.81) -> Amendment:
    return Amendment(changes, 0.03, a, b, both, 0.55, 0.05, 0.04, ())


SETS = (_set(SERVES_A, a=0.87), _set(SERVES_A, SERVES_B), _set(SERVES_A, SERVES_B, SERVES_BOTH, SERVES_NEITHER))
AMENDED = Amended("one", "Draft one", "x", 0.8, 0.5, 10.0, 0.05, 0.45, SETS, 0.81, 1.0, (), "amended", 1)


def _side(share: float) -> SideAppraisal:
    gain = np.where(np.arange(DRAWS) < round(share * DRAWS), 0.05, -0.05)
    return SideAppraisal(np.full(DRAWS, 0.4), 0.4 + gain, np.full(DRAWS, 0.4), ())


FOUND = Appraisal(
    "one", "Draft one", "x", DRAFT.date, date(2013, 12, 31), {"a": _side(0.6), "b": _side(0.1)}, np.full(DRAWS, 0.1),
    np.full(DRAWS, 0.8), np.zeros(DRAWS), np.zeros(DRAWS), (), (), (), True,
)  # fmt: skip


@pytest.fixture(scope="module")
def war(toy: Path) -> War:
    return read_pack(toy).war


@pytest.fixture(scope="module")
def drawn(war: War) -> dict[int, Figure]:
    return {w: draw_changes(war, [DRAFT], FOUND, AMENDED, width=w) for w in WIDTHS}


def layers(figure: Figure) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Marks of a figure with their rows."""
    spec = to_spec(figure)
    return [(layer["mark"], spec["datasets"][layer["data"]["name"]]) for layer in spec["layer"]]


def labels(figure: Figure) -> list[Label]:
    return [
        Label(r["text"], r["x"], r["y"], mark["align"], mark["fontSize"], mark["fontWeight"] == "bold")
        for mark, rows in layers(figure)
        if mark["type"] == "text"
        for r in rows
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_it_has_words_and_draws_at_its_width(drawn: dict[int, Figure], width: int) -> None:
    figure = drawn[width]
    assert figure.id == "changes"
    assert figure.title == "What would have to change: Draft one, first wording"
    assert "Source: own computation" in figure.caption
    assert "at least 80 % of the draws" in figure.caption
    assert figure.alt.endswith("both 81 %.")
    assert not re.search(r"\bnan\b|None|  |side [AB]\b", figure.caption + figure.alt)
    found = re.search(r' width="([\d.]+)"', to_svg(figure))
    assert found is not None
    assert abs(float(found.group(1)) - width) <= 8


@pytest.mark.parametrize("width", WIDTHS)
def test_words_neither_overlap_nor_leave_the_picture(drawn: dict[int, Figure], width: int) -> None:
    told = labels(drawn[width])
    assert len(told) > 20
    for i, one in enumerate(told):
        assert min(one.box[:2]) >= -1, one
        assert one.box[2] <= width + 4, one
        for other in told[i + 1 :]:
            a, b = ((x0 + 1, y0 + 2, x1 - 1, y1 - 2) for x0, y0, x1, y1 in (one.box, other.box))
            assert not overlaps(a, b), (one, other)


def test_acceptance_is_told_before_and_after(drawn: dict[int, Figure]) -> None:
    texts = [label.text for label in labels(drawn[760])]
    assert [t for t in texts if "→" in t] == [
        "60 → 87 %", "60 → 83 %", "60 → 83 %", "10 → 92 %", "10 → 92 %", "10 → 92 %", "5 → 81 %", "5 → 81 %", "5 → 81 %",
    ]  # fmt: skip
    assert {"Set 1: one change", "Set 2: 2 changes", "Set 3: 4 changes"} <= set(texts)


def test_whom_a_change_serves_shows_in_shape_as_in_colour(drawn: dict[int, Figure]) -> None:
    # Marks of changes stand at 10 px; the legend's at 10 px too, but alone in their layers.
    marks = {
        (mark["shape"], mark["fill"]): len(rows)
        for mark, rows in layers(drawn[760])
        if mark["type"] == "point" and rows[0]["x"] == 10 and "y0" not in rows[0]
    }
    counts = {shape: n for (shape, _), n in marks.items()}
    assert counts == {"circle": 3, "square": 2, "diamond": 1, "cross": 1}
    assert {fill for shape, fill in marks if shape in ("circle", "square")} == set(SIDE.values())


def test_the_words_of_a_change(war: War) -> None:
    assert (
        change_words(war, SERVES_B)
        == "Tolls on the Sill: “Brelland alone” in place of “A joint board” or “Aldmark alone”"
    )
    assert change_words(war, SERVES_BOTH).endswith("in place of “The corner is ceded”, struck out")


def test_sets_beyond_the_first_are_counted(war: War) -> None:
    many = replace(AMENDED, amendments=SETS * 2)
    figure = draw_changes(war, [DRAFT], FOUND, many)
    assert f"{len(SETS) * 2 - MOST_SETS} more sets stand in the table." in figure.caption
    assert not any("Set 5" in label.text for label in labels(figure))


def test_there_must_be_something_to_draw(war: War) -> None:
    with pytest.raises(QueryError, match="one: no set of changes was found"):
        draw_changes(war, [DRAFT], FOUND, replace(AMENDED, amendments=(), status="open"))

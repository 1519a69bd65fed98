"""Pictures of models: every one draws at both widths, says where it is from, and shows what the model answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from altair.utils.schemapi import debug_mode

from armistice.core.errors import QueryError
from armistice.pictures import PICTURES, _lines, _map, draw_picture
from armistice.show.canvas import Label, overlaps
from armistice.show.models import Axis, Curve, Guide, Panel, Row, Spot, Story, draw_plot, share_line
from armistice.show.style import Figure, to_spec, to_svg
from armistice.theory import MODELS, solve

WIDTHS = (760, 360)


@pytest.fixture(scope="module", autouse=True)
def _unchecked() -> Iterator[None]:
    """Charts are not checked against the schema while they are built, which takes most of the time; a few are rendered."""
    with debug_mode(False):
        yield


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, int], Figure]:
    return {(name, width): draw_picture(solve(name), width) for name in PICTURES for width in WIDTHS}


@pytest.fixture(scope="module")
def specs(drawn: dict[tuple[str, int], Figure]) -> dict[tuple[str, int], dict[str, Any]]:
    return {key: to_spec(figure) for key, figure in drawn.items()}


def rows_in(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows if isinstance(row, dict)]


def rows_of(figure: Figure) -> list[dict[str, Any]]:
    return rows_in(to_spec(figure))


def labels_in(spec: dict[str, Any]) -> list[Label]:
    """Every name and number in a picture, the halo's copies once."""
    found = {
        (r["text"], r["x"], r["y"], r["align"], r["fontSize"], r["fontWeight"] == "bold")
        for r in rows_in(spec)
        if "text" in r and "fontSize" in r
    }
    return [Label(*row) for row in found]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_is(
    drawn: dict[tuple[str, int], Figure], specs: dict[tuple[str, int], dict[str, Any]], name: str
) -> None:
    for width in WIDTHS:
        figure, model = drawn[name, width], MODELS[name]
        assert figure.id == name.replace(".", "-").replace("_", "-")
        assert model.reference in figure.caption
        assert "A model, not data" in figure.caption
        assert all(label in figure.caption for label in model.provenance)
        assert all(f"{i.name} = " in figure.caption for i in model.inputs if i.default is not None)
        assert figure.alt.endswith(".")
        assert not re.search(r"\b(nan|inf|None)\b|none (or|more)", f"{figure.caption} {figure.alt} {figure.title}")
        assert len(json.dumps(specs[name, width])) < 300_000


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PICTURES)
def test_no_name_is_cut_or_covers_another(specs: dict[tuple[str, int], dict[str, Any]], name: str, width: int) -> None:
    spec = specs[name, width]
    labels = labels_in(spec)
    assert labels
    for label in labels:
        left, top, right, bottom = label.box
        assert min(left, top, width - right, spec["height"] - bottom) >= -1, label
    boxes = [label.box for label in labels]
    for i, (left, top, right, bottom) in enumerate(boxes):
        for k in range(i):
            slim = (left + 1.5, top + 1.5, right - 1.5, bottom - 1.5)
            assert not overlaps(slim, boxes[k]), f"{labels[i]} covers {labels[k]}"


def test_ids_are_unique(drawn: dict[tuple[str, int], Figure]) -> None:
    ids = [drawn[name, 760].id for name in PICTURES]
    assert len(set(ids)) == len(ids) == len(MODELS)


@pytest.mark.parametrize("name", ["fearon1995.range", "krainin2017", "slantchev2003.convergence", "ktab.smp"])
def test_a_picture_is_a_drawing_of_its_width(drawn: dict[tuple[str, int], Figure], name: str) -> None:
    for width in WIDTHS:
        svg = to_svg(drawn[name, width], framed=True)
        assert f'width="{width}"' in svg
        assert "NaN" not in svg
        assert "undefined" not in svg


def test_a_grid_has_no_picture() -> None:
    with pytest.raises(QueryError, match=r"fearon1995\.range p: a grid; a picture wants single numbers"):
        draw_picture(solve("fearon1995.range", p=[0.2, 0.5]))


EXTREMES: list[tuple[str, dict[str, Any]]] = [
    ("fearon1995.range", {"p": 0, "c_a": 0, "c_b": 0}),
    ("fearon1995.range", {"p": 1, "c_a": 100, "c_b": 100}),
    ("fearon1995.disagreement", {"p_a": 1, "p_b": 1, "c_a": 0, "c_b": 0}),
    ("fearon1995.screening", {"p": 1, "c_a": 100, "low": 0, "high": 0}),
    ("fearon1995.screening", {"p": 0, "low": 100, "high": 100}),
    ("fearon1995.two_types", {"p": 0, "mu": 1, "c_tough": 0, "c_weak": 0}),
    ("fearon1995.preventive", {"discount": 0, "c_b": 1e6}),
    ("fearon1995.indivisible", {"low": 0.5, "high": 0.5, "alpha": 1, "parts": 1000}),
    ("fearon1995.indivisible", {"low": 0, "high": 1, "alpha": 0}),
    ("fearon1995.indivisible", {"low": 0.4, "high": 0.6, "alpha": 0.3, "parts": 2}),
    ("powell1999.status_quo", {"q": 0, "p": 0, "s": 0}),
    ("powell2004.learning", {"rounds": 30, "mu": 0}),
    ("powell2004.learning", {"rounds": 30, "mu": 0.05}),
    ("powell2006.preventive", {"p": 1, "shift": 0, "destruction": 1}),
    ("powell2006.first_strike", {"p": 0, "advantage": 0}),
    ("powell2006.factions", {"loss": 0.5, "destruction": 0}),
    ("filson_werner2002", {"n_a": 3, "n_d": 4, "mu": 0.2}),
    ("slantchev2003.convergence", {"n": 2, "discount": 0, "b1": 0, "b2": 1}),
    ("slantchev2003.convergence", {"n": 400}),
    ("slantchev2003.screening", {"discount": 0}),
    ("slantchev2003.power_to_hurt", {"s": 0, "b": 0, "discount": 0}),
    ("smith_stam2004", {"k": 100}),
    ("smith_stam2004", {"n": 2, "start": 1, "k_b": 0.0}),
    ("smith_stam2004.duration", {"battles": 0}),
    ("smith_stam2004.duration", {"battles": 60, "n": 12, "p": 1}),
    ("leventoglu_slantchev2007", {"periods": 1, "y0": 0}),
    ("leventoglu_slantchev2007", {"periods": 10_000, "harm": 1, "y0": 1e9}),
    ("wolford_reiter_carrubba2011", {"p": 0, "shift": 0, "k": 1000, "weight": 1e6}),
    ("fearon2013", {"mu": 0}),
    ("fearon2013", {"mu": 1, "discount": 0}),
    ("fearon2013", {"elim_weak": 1, "win_strong": 0, "elim_strong": 0}),
    ("debs_monteiro2014", {"sigma": 1, "k": 0}),
    ("krainin2017", {"step": 0, "p": 1, "destruction": 0}),
    ("krainin2017", {"step": 1, "discount": 0.001}),
    ("goemans2000", {"penalty": 0, "tau": 0}),
    ("goemans2000", {"penalty": 1e6, "penalty_total": 0}),
    ("jackson_morelli2007", {"p": 1, "gain": 0.001, "w_i": 1e6, "w_j": 0.001}),
    ("horner2015.mediation", {"p": 1, "theta": 0.9999, "q": 0.9999, "grid": 2}),
    ("fey_ramsay", {"w_a": [[-1e6]], "w_b": [[0.5]], "prior_a": [1], "prior_b": [1]}),
    ("kydd2003", {"weight": 0, "prior": 1, "p_tough": 0, "p_weak": 1}),
    ("werner_yuen_fortna", {"years": 0, "h0": 1e-6}),
    ("lanchester.square", {"a0": 0, "b0": 0}),
    ("lanchester.square", {"a0": 100, "b0": 100}),
    ("lanchester.linear", {"a0": 1, "b0": 1e9, "a": 1e-9, "b": 1000}),
    ("lanchester.stochastic", {"a0": 1, "b0": 1}),
    ("langlois2009", {"c_1": 1e6, "l_1": 0}),
    ("langlois2009", {"c_1": 1e-8, "c_2": 1e-8}),
    ("epstein1985", {"attackers": 0, "defenders": 0, "days": 1}),
    ("bargaining.nash", {"disagreement_a": 1e9}),
    ("bargaining.nash", {"utilities": [[0.0, 0.0]]}),
    ("bargaining.kalai_smorodinsky", {"utilities": [[0, 1], [0.4, 0.5], [1, 0], [0.7, 0.7]], "lotteries": "yes"}),
    ("bargaining.rubinstein", {"discount_a": 1e-6, "discount_b": 1 - 1e-9}),
    ("bargaining.logroll", {"weights_a": [0, 0], "weights_b": [0, 0]}),
    ("bargaining.logroll", {"weights_a": [3, 1, 2], "weights_b": [1, 2, 2], "divisible": "no"}),
    ("expected_utility", {"rounds": 0}),
    ("expected_utility", {"positions": [1, 1], "salience": [1, 1], "capability": [1, 1], "rounds": 3}),
    ("ktab.smp", {"coalition": [[0.0]]}),
    ("ktab.smp", {"positions": list(range(30))}),
]


@pytest.mark.parametrize(("name", "inputs"), EXTREMES)
def test_extreme_inputs_draw(name: str, inputs: dict[str, Any]) -> None:
    figure = draw_picture(solve(name, **inputs), 360)
    for label in labels_in(to_spec(figure)):
        assert min(label.box[0], 360 - label.box[2]) >= -1, label


# --- what is drawn is what the model says --------------------------------------------------------------------


def test_the_best_demand_is_the_top_of_its_curve() -> None:
    for name, inputs in (
        ("fearon1995.screening", {}), ("fearon1995.screening", {"p": 0.3, "c_a": 0.2, "low": 0.1, "high": 0.9}),
        ("fearon1995.two_types", {}), ("fearon1995.two_types", {"mu": 0.7}),
    ):  # fmt: skip
        found = solve(name, **inputs)
        figure = draw_picture(found)
        line = [r for r in rows_of(figure) if "order" in r and r["color"] == "#D55E00"]
        spot = next(r for r in rows_of(figure) if r.get("stroke") == "#D55E00")
        top = min(r["y"] for r in line)
        # The mark stands on the curve, and nothing of the curve is higher by more than a tenth of a px and rounding.
        assert abs(spot["y"] - top) <= 0.3, name
        assert min(np.hypot(r["x"] - spot["x"], r["y"] - spot["y"]) for r in line) < 2.5, name


def test_curves_are_the_models_own() -> None:
    for name, key, at in (
        ("bargaining.rubinstein", "discount_a", [0.2, 0.5, 0.9]), ("goemans2000", "penalty", [0.0, 0.4, 0.9]),
        ("powell1999.status_quo", "q", [0.0, 0.3, 0.45]), ("debs_monteiro2014", "sigma", [0.1, 0.49, 0.6]),
    ):  # fmt: skip
        found = _lines(solve(name), key, np.array(at))
        for i, value in enumerate(at):
            one = solve(name, **{key: value})
            for output, line in found.items():
                assert line[i] == pytest.approx(float(one[output]), nan_ok=True), (name, output, value)


@pytest.mark.parametrize(
    ("name", "x", "y", "flag"),
    [
        ("fearon1995.preventive", ("p1", 1.0), ("p2", 1.0), "war"),
        ("powell2006.preventive", ("shift", 0.7), ("destruction", 0.4), "war"),
        ("wolford_reiter_carrubba2011", ("shift", 0.6), ("k", 0.7), "war"),
        ("krainin2017", ("step", 0.05), ("destruction", 0.4), "war"),
        ("powell2006.factions", ("r", 1.0), ("r_other", 1.0), "peace"),
    ],
)
def test_regions_lie_on_the_right_side(name: str, x: tuple[str, float], y: tuple[str, float], flag: str) -> None:
    cells = _map(solve(name), x, y, lambda v: v[flag], ("no", "peace"), ("yes", "apart"))
    rows, columns = cells.kind.shape
    assert {0, 1} <= set(np.unique(cells.kind))
    for row, column in [(5, 7), (rows // 2, columns // 2), (rows - 9, 20), (20, columns - 9), (rows - 5, columns - 5)]:
        inputs = {x[0]: (column + 0.5) / columns * x[1], y[0]: (row + 0.5) / rows * y[1]}
        assert bool(cells.kind[row, column]) == bool(solve(name, **inputs)[flag]), inputs


def test_what_is_impossible_is_left_blank() -> None:
    cells = _map(solve("powell2006.preventive"), ("shift", 1.0), ("p", 1.0), lambda v: v["war"], ("no", "peace"), ("yes", "apart"))  # fmt: skip
    rows, columns = cells.kind.shape
    assert cells.kinds[cells.kind[rows - 1, columns - 1]][0] == "not possible"
    assert cells.kinds[cells.kind[rows // 4, columns // 4]][0] != "not possible"


def test_the_government_concedes_where_its_belief_passes_the_cutoff() -> None:
    found = solve("fearon2013")
    figure = draw_picture(found)
    belief = sorted((r["x"], r["y"]) for r in rows_of(figure) if "order" in r and r["color"] == "#0B4F8A")
    cutoff = next(r["y"] for r in rows_of(figure) if "y1" in r and r["color"] == "#7A7F87" and r["y"] == r["y1"])
    spot = next(r for r in rows_of(figure) if r.get("stroke") == "#0B4F8A")
    crossed = next(x for x, y in belief if y <= cutoff)
    assert crossed == pytest.approx(spot["x"], abs=9)
    assert spot["y"] <= cutoff


def test_the_square_law_ends_with_its_survivors() -> None:
    found = solve("lanchester.square", a0=50, b0=80, a=0.02, b=0.01)
    figure = draw_picture(found)
    assert "side B wins with" in figure.caption
    path = [r for r in rows_of(figure) if "order" in r and r["color"] == "#0B4F8A"]
    end, start = min(path, key=lambda r: r["x"]), max(path, key=lambda r: r["x"])
    spots = [r for r in rows_of(figure) if "strokeWidth" in r]
    assert min(np.hypot(end["x"] - s["x"], end["y"] - s["y"]) for s in spots) < 0.3
    assert min(np.hypot(start["x"] - s["x"], start["y"] - s["y"]) for s in spots) < 0.3


# --- the charts on plain numbers -----------------------------------------------------------------------------

STORY = Story("x", "A title", "A caption.", "A text.")


def test_a_share_line_draws_stretches_where_they_are() -> None:
    rows = [Row("One", ((0.0, 1.0),), "a"), Row("Two", ((0.25, 0.75),), "b"), Row("A point", ((0.5, 0.5),), "peace")]
    figure = share_line(STORY, Axis("Share"), rows, [Guide(0.5, "middle")])
    whole, half, point = (r for r in rows_of(figure) if r.get("y1", 0) - r.get("y", 0) == 18)
    width = whole["x1"] - whole["x"]
    assert half["x"] == pytest.approx(whole["x"] + width / 4, abs=0.1)
    assert half["x1"] == pytest.approx(whole["x"] + 3 * width / 4, abs=0.1)
    assert point["x1"] - point["x"] == pytest.approx(3, abs=0.2)


def test_a_curve_is_broken_where_it_has_no_number_or_leaves_the_plot() -> None:
    panel = Panel(Axis("x", 0, 4), Axis("y"), curves=(Curve([0, 1, 2, 3, 4], [0.1, np.nan, 0.2, 5.0, 0.3], "line"),))
    parts = {r["part"] for r in rows_of(draw_plot(STORY, (panel,))) if "part" in r}
    assert len(parts) == 3


def test_a_name_without_room_goes_into_the_legend() -> None:
    crowd = tuple(Spot(0.5, 0.5, f"a long name of a point, number {i}") for i in range(30))
    panel = Panel(Axis("x"), Axis("y"), spots=crowd)
    texts = {r["text"] for r in rows_of(draw_plot(STORY, (panel,), width=360)) if "text" in r}
    assert {spot.name for spot in crowd} <= texts

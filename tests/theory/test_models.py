"""The library as a whole: its list, its one way in, its table of answers, and inputs that make no sense."""

from __future__ import annotations

import inspect
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core import model as contract
from armistice.core.errors import QueryError
from armistice.core.model import Input, Model, Solution
from armistice.theory import MODELS, solve
from models_table import element, rows_of

NAMES = [
    "fearon1995.range",
    "fearon1995.disagreement",
    "fearon1995.screening",
    "fearon1995.two_types",
    "fearon1995.preventive",
    "fearon1995.first_strike",
    "fearon1995.indivisible",
    "powell1999.status_quo",
    "powell2004.learning",
    "powell2006.preventive",
    "powell2006.first_strike",
    "powell2006.factions",
    "filson_werner2002",
    "slantchev2003.convergence",
    "slantchev2003.screening",
    "slantchev2003.power_to_hurt",
    "smith_stam2004",
    "smith_stam2004.duration",
    "leventoglu_slantchev2007",
    "wolford_reiter_carrubba2011",
    "fearon2013",
    "debs_monteiro2014",
    "krainin2017",
    "goemans2000",
    "jackson_morelli2007",
    "horner2015.mediation",
    "fey_ramsay",
    "kydd2003",
    "werner_yuen_fortna",
    "lanchester.square",
    "lanchester.linear",
    "lanchester.stochastic",
    "langlois2009",
    "epstein1985",
    "bargaining.nash",
    "bargaining.kalai_smorodinsky",
    "bargaining.egalitarian",
    "bargaining.rubinstein",
    "bargaining.logroll",
    "expected_utility",
    "ktab.smp",
]
PROVENANCE = {contract.CHECKED, contract.PRINTED, contract.DERIVED, contract.MEMORY, contract.REDUCTION}
QUESTIONS = {"information", "commitment", "indivisibility", "domestic", "third parties", "front", "bargaining"}
HEADINGS = ["Players", "Timing", "Information", "Payoffs", "Equilibrium", "Comparative statics", "Cannot say"]
CHECKS = [
    "F95-1",
    "F95-2a",
    "F95-2b",
    "F95-2d",
    "F95-3",
    "F95-4",
    "F95-5",
    "F95-6",
    "P99",
    "P04",
    "P06-1",
    "P06-2",
    "FW-1",
    "FW-2",
    "S03-1",
    "S03-3",
    "PTH",
    "SS-1",
    "SS-2",
    "SS-3",
    "SS-4",
    "SS-5",
    "LS-1",
    "WRC",
    "F13",
    "DM",
    "KR",
    "GOE",
    "JM",
    "HMS",
    "KY",
    "LA-1",
    "LA-2",
    "LL",
    "EP",
    "NB-1",
    "BDM",
    "KTAB",
]
"""The register of exact checks, as far as it is of single models."""


def solved(model: Model, inputs: dict[str, Any]) -> Solution | str:
    """The solution, or the sentence of the refusal."""
    try:
        return solve(model.name, **inputs)
    except QueryError as error:
        return str(error)


every_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.name)


def test_all_the_models_are_there() -> None:
    assert list(MODELS) == NAMES


@every_model
def test_a_model_tells_what_it_is(model: Model) -> None:
    told = inspect.getdoc(model.solve) or ""
    assert re.findall(r"^(\w[\w ]+):", told.partition("\n\n")[2], re.MULTILINE) == HEADINGS
    assert set(model.provenance) <= PROVENANCE
    assert model.provenance
    assert model.question in QUESTIONS
    assert len(model.reference) > 40
    assert all(i.meaning for i in model.inputs)
    assert all(o.meaning for o in model.outputs)
    assert contract.REDUCTION not in model.provenance or "replica" not in told.lower()


@every_model
def test_the_worked_example_answers(model: Model) -> None:
    found = solve(model.name)
    assert list(found.values) == [o.name for o in model.outputs] == list(found.units)
    assert list(found.inputs) == [i.name for i in model.inputs]
    for name, value in found.values.items():
        if isinstance(value, float) and name != "time":
            assert math.isfinite(value) or name in ("lowest", "highest"), name


@pytest.mark.parametrize("row", rows_of(NAMES), ids=lambda r: f"{r['model']} {r['output']} {r['inputs'][:50]}")
def test_the_table_of_answers(row: dict[str, str]) -> None:
    found = element(solve(row["model"], **json.loads(row["inputs"])).values, row["output"])
    value = json.loads(row["value"])
    assert np.asarray(found, float) == pytest.approx(np.asarray(value, float), abs=float(row["tolerance"]), rel=0)


def test_the_table_is_whole() -> None:
    rows = rows_of(NAMES)
    for name in NAMES:
        mine = [row for row in rows if row["model"] == name]
        assert len({row["inputs"] for row in mine if row["provenance"] == "own"}) >= 2, name
        assert all(len(row["how"]) > 8 for row in mine)
    stated = " ".join(row["provenance"] for row in rows)
    assert [check for check in CHECKS if not re.search(rf"\b{check}\b", stated)] == []


# --- grids ----------------------------------------------------------------------------------------------------


def spread(wanted: Input) -> np.ndarray | None:
    """Two values near the default that stay within the bounds, or None where it cannot be moved."""
    if wanted.kind != "number" or wanted.default is None:
        return None
    around = np.array([wanted.default, wanted.default * 0.98 if wanted.default else wanted.default])
    return around if np.all(wanted.holds(around)) else None


@every_model
def test_a_grid_in_gives_a_grid_out(model: Model) -> None:
    movable = {i.name: spread(i) for i in model.inputs if spread(i) is not None}
    if not movable:
        pytest.skip("takes no single numbers")
    name, grid = next((n, g) for n, g in movable.items() if g is not None)
    whole = solved(model, {name: grid})
    if isinstance(whole, str):
        assert re.search("differs in length", whole)
        return
    for place, value in enumerate(grid):
        one = solve(model.name, **{name: float(value)})
        for output, answer in one.values.items():
            row = whole[output]
            row = row[place] if np.ndim(row) > np.ndim(answer) else row
            if isinstance(answer, (float, np.ndarray)):
                assert np.asarray(row, float) == pytest.approx(np.asarray(answer, float), abs=1e-12, nan_ok=True)
            else:
                assert row == answer


# --- what makes no sense --------------------------------------------------------------------------------------

NONSENSE: list[Any] = [
    -1e9,
    1e9,
    float("nan"),
    float("inf"),
    "many",
    True,
    None,
    [],
    [[1, 2], [3]],
    {"a": 1},
    -0.5,
    1.5,
]


@every_model
def test_what_is_out_of_bounds_is_refused_in_a_sentence(model: Model) -> None:
    for wanted in model.inputs:
        for value in NONSENSE:
            if value is None and wanted.default is None:
                continue
            told = solved(model, {wanted.name: value})
            if isinstance(told, str):
                assert told.startswith(model.name)
                assert "expected" in told
                assert wanted.name in told
            else:
                assert isinstance(value, (int, float))
                assert wanted.holds(value)


@every_model
@settings(max_examples=20)
@given(data=st.data())
def test_no_input_within_bounds_breaks_a_model(model: Model, data: st.DataObject) -> None:
    given: dict[str, Any] = {}
    for wanted in data.draw(st.sets(st.sampled_from(model.inputs), min_size=1, max_size=3)):
        if wanted.kind not in ("number", "integer") or wanted.default is None:
            continue
        low = max(wanted.low, wanted.default - 3 - abs(wanted.default))
        high = min(wanted.high, wanted.default + 3 + abs(wanted.default))
        given[wanted.name] = (
            data.draw(st.integers(math.ceil(low), math.floor(min(high, 12))))
            if wanted.kind == "integer" and math.ceil(low) <= math.floor(min(high, 12))
            else data.draw(st.floats(low, high, allow_nan=False))
            if wanted.kind == "number"
            else wanted.default
        )
    found = solved(model, given)
    if isinstance(found, str):
        assert "expected" in found
        return
    for wanted in model.outputs:
        value = found[wanted.name]
        if wanted.unit == "probability" and isinstance(value, float) and not math.isnan(value):
            assert -1e-9 <= value <= 1 + 1e-9, wanted.name


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(QueryError) as refusal:
        solve("fearon1995.range", p=2, c_a=-1, cb=3)
    assert len(str(refusal.value).splitlines()) == 3
    assert "p: 2; expected from 0 to 1" in str(refusal.value)
    assert "did you mean" in str(refusal.value)


def test_an_unknown_model_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(QueryError, match=r"fearon1995\.ranges: no such model.*fearon1995\.range"):
        solve("fearon1995.ranges")


def test_grids_that_do_not_fit_are_refused() -> None:
    with pytest.raises(QueryError, match=r"p \(2,\), c_a \(3,\)"):
        solve("fearon1995.range", p=[0.1, 0.2], c_a=[0.1, 0.2, 0.3])


def test_joint_rules_name_what_was_given() -> None:
    with pytest.raises(QueryError, match=r"low 0\.5, high 0\.2; expected low at most high"):
        solve("fearon1995.screening", low=0.5, high=0.2)

"""The table of answers of the model library: one row an answer, with where it is from and how it was found."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from armistice.core.model import Model

TABLE = Path(__file__).parent / "reference" / "models.csv"


def rows_of(models: Collection[str]) -> list[dict[str, str]]:
    """Rows of some models: model, inputs (JSON), output, value (JSON), tolerance, provenance, how."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["model"] in models]


def element(values: Mapping[str, Any], output: str) -> Any:
    """An output, or one element of it: ``x``, ``x[3]``, ``x[1][2]``."""
    name, *places = re.findall(r"\w+", output)
    out = values[name]
    for place in places:
        out = out[int(place)]
    return out


def completed(model: Model, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a model: the default of those that are not given."""
    return {i.name: inputs.get(i.name, i.default) for i in model.inputs}


def check_own_rows(models: Collection[str], second: Callable[[str, dict[str, Any], str], Any]) -> None:
    """Our own rows come from a second way: ``second(model, inputs, output)``. Each model has rows of its own.

    That the library gives every row is tested in `theory/test_models.py`.
    """
    own = [row for row in rows_of(models) if row["provenance"] == "own"]
    assert {row["model"] for row in own} == set(models)
    for row in own:
        found = second(row["model"], json.loads(row["inputs"]), row["output"])
        value, within = np.asarray(json.loads(row["value"]), float), float(row["tolerance"])
        told = (row["model"], row["inputs"], row["output"])
        assert np.asarray(found, float) == pytest.approx(value, abs=within, rel=0), told

"""Models and solutions as plain records for JSON and for readers, and inputs as they are typed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from armistice.core.errors import QueryError
from armistice.core.model import Model, Solution


def record_of_model(model: Model) -> dict[str, Any]:
    """A model as the list of models shows it: inputs, outputs, where it is from; bounds that are infinite are null."""
    return plain(
        {
            "name": model.name, "title": model.title, "question": model.question,
            "inputs": [
                {
                    "name": i.name, "meaning": i.meaning, "kind": i.kind, "default": i.default, "low": i.low,
                    "high": i.high, "bounds": i.bounds, "choices": i.choices,
                }
                for i in model.inputs
            ],
            "outputs": [{"name": o.name, "meaning": o.meaning, "unit": o.unit} for o in model.outputs],
            "reference": model.reference, "provenance": model.provenance, "notes": model.notes,
        }
    )  # fmt: skip


def record_of(solution: Solution) -> dict[str, Any]:
    """A solution with all that was put in; arrays are lists, and what is not finite is null."""
    return plain({name: getattr(solution, name) for name in solution.__dataclass_fields__})


def read_inputs(model: Model, texts: Sequence[str]) -> dict[str, Any]:
    """Inputs typed as ``name=value``: a number, a word, a list with commas (a grid, or a vector), or JSON.

    Raises
    ------
    QueryError
        If a text is not of that form, or an input is given twice.
    """
    words = {i.name for i in model.inputs if i.kind == "choice"}
    given: dict[str, Any] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise QueryError(f"{text!r}: no value; expected INPUT=VALUE; write {name or model.inputs[0].name}=0.5, say")
        if name in given:
            raise QueryError(f"{name}: given twice; expected each input once; leave one out")
        given[name] = value if name in words else _number_or_list(value)
    return given


def _number_or_list(text: str) -> Any:
    """What stands behind the equals sign: a number, numbers with commas between, JSON, or else a word."""
    try:
        return json.loads(re.sub(r"(?<![\d.])\.(?=\d)", "0.", text), parse_constant=float)
    except json.JSONDecodeError:
        pass
    try:
        parts = [float(part) for part in text.split(",")]
    except ValueError:
        return text
    return parts if "," in text else parts[0]


def words_of(value: Any) -> str:
    """A value of a model for readers."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:.6g}"
    return value if isinstance(value, str) else str(plain(value, 6)).replace("'", "")


def plain(value: Any, digits: int = 0) -> Any:
    """Arrays as lists and what is not finite as null, for JSON; with `digits`, rounded to so many."""
    if isinstance(value, dict):
        return {k: plain(v, digits) for k, v in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(v, digits) for v in value]
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(f"{value:.{digits}g}") if digits else value
    return value

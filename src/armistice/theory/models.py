"""The list of all models, and the one way to solve any of them: inputs checked, a solution with units and provenance."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

import numpy as np

from armistice.core.errors import QueryError, near
from armistice.core.model import Input, Model, Solution
from armistice.theory import (
    attrition,
    bargaining,
    commitment,
    domestic,
    expected_utility,
    fearon,
    filson_werner,
    ktab,
    powell,
    slantchev,
    smith_stam,
    third_parties,
)  # fmt: skip

_FAMILIES = (
    fearon, powell, filson_werner, slantchev, smith_stam, commitment, domestic, third_parties, attrition, bargaining,
    expected_utility, ktab,
)  # fmt: skip
MODELS: dict[str, Model] = {model.name: model for family in _FAMILIES for model in family.MODELS}
"""Every model by name."""


def solve(name: str, /, **inputs: Any) -> Solution:
    """Solve a model.

    Parameters
    ----------
    name : str
        As in `MODELS`.
    **inputs
        Numbers, grids of numbers (arrays that broadcast together), vectors, matrices or words; what is not given takes
        the default of the worked example.

    Returns
    -------
    Solution
        A grid of inputs gives a grid of answers, each of the grid's shape (before the answer's own, for vectors).

    Raises
    ------
    QueryError
        If the model or an input is unknown, or an input is impossible; all faults at once.
    """
    return solve_model(find_model(name), inputs)


def solve_model(model: Model, inputs: Mapping[str, Any]) -> Solution:
    """The same for a model that need not be in the list."""
    values = check_inputs(model, inputs)
    answer = _one_by_one(model, values) if model.elementwise else _call(model, values)
    return Solution(
        model.name, model.title, values, {o.name: _plain(answer[o.name]) for o in model.outputs},
        {o.name: o.unit for o in model.outputs}, model.notes, model.provenance, model.reference,
    )  # fmt: skip


def find_model(name: str) -> Model:
    """A model by its name.

    Raises
    ------
    QueryError
        If there is none.
    """
    if name not in MODELS:
        raise QueryError(f"{name}: no such model; expected a name of the list; {near(name, MODELS)}")
    return MODELS[name]


def check_inputs(model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a model as numbers or arrays, in order; defaults where none are given.

    Raises
    ------
    QueryError
        With a sentence for each fault.
    """
    known = {i.name: i for i in model.inputs}
    faults = [
        f"{model.name} {name}: no such input; expected one of {', '.join(known)}; {near(name, known)}"
        for name in given
        if name not in known
    ]
    values = {name: _read(model, i, given.get(name, i.default), faults) for name, i in known.items()}
    if not faults:
        for rule in model.rules:
            right = np.asarray(rule.holds(values))
            if not right.all():
                said = ", ".join(f"{n} {_words(values[n])}" for n in rule.inputs)
                faults.append(f"{model.name}: {said}; expected {rule.says}; change one of them")
    if not faults:
        grids = [
            np.shape(values[i.name])
            for i in model.inputs
            if i.kind in ("number", "integer") and values[i.name] is not None
        ]
        try:
            np.broadcast_shapes(*grids)
        except ValueError:
            sizes = ", ".join(f"{i.name} {np.shape(values[i.name])}" for i in model.inputs if np.ndim(values[i.name]))
            faults.append(f"{model.name}: grids of shapes {sizes}; expected shapes that broadcast; give grids alike")
    if faults:
        raise QueryError("\n".join(faults))
    return values


_DIMENSIONS = {"vector": 1, "matrix": 2}


def _read(model: Model, wanted: Input, value: Any, faults: list[str]) -> Any:
    """One input as a number, word or array; a fault where it is impossible."""
    where = f"{model.name} {wanted.name}"
    if value is None and wanted.default is None:
        return None
    if wanted.kind == "choice":
        if value not in wanted.choices:
            faults.append(f"{where}: {value!r}; expected {wanted.bounds}; choose one")
        return value
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":
            raise ValueError
        array = array.astype(float)
    except ValueError:
        kind = wanted.kind if wanted.kind in _DIMENSIONS else "number"
        faults.append(
            f"{where}: {_words(value)}; expected {_article(kind)} {kind}, {wanted.bounds}; give {wanted.meaning}"
        )
        return value
    if wanted.kind in _DIMENSIONS and array.ndim != _DIMENSIONS[wanted.kind]:
        faults.append(f"{where}: an array of {array.ndim} dimensions; expected a {wanted.kind}; give {wanted.meaning}")
        return value
    if array.size == 0:
        faults.append(f"{where}: nothing; expected {wanted.bounds}; give {wanted.meaning}")
        return value
    bad = ~(np.isfinite(array) & wanted.holds(array))
    if wanted.kind == "integer":
        bad |= array != np.rint(array)
    if bad.any():
        faults.append(f"{where}: {array[bad].flat[0]:g}; expected {wanted.bounds}; give {wanted.meaning}")
        return value
    if wanted.kind == "integer":
        return int(array) if array.ndim == 0 else array.astype(np.int64)
    return float(array) if array.ndim == 0 else array


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _words(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, (int, float)) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) < 60 else text[:57] + "…"


def _call(model: Model, values: dict[str, Any]) -> dict[str, Any]:
    """The answer of a model; an input named as a word of the language is an argument with a stroke behind it."""
    return model.solve(**{f"{n}_" if keyword.iskeyword(n) else n: v for n, v in values.items()})


def _one_by_one(model: Model, values: dict[str, Any]) -> dict[str, Any]:
    """Solve a grid one element after another, and stack the answers.

    Raises
    ------
    QueryError
        If answers differ in size from one element to the next.
    """
    single = {i.name for i in model.inputs if i.kind in ("number", "integer") and values[i.name] is not None}
    shape = np.broadcast_shapes(*(np.shape(values[n]) for n in single))
    if shape == ():
        return _call(model, values)
    grids = {n: np.broadcast_to(values[n], shape) for n in single}
    answers = [
        _call(model, {n: grids[n][place].item() if n in single else v for n, v in values.items()})
        for place in np.ndindex(shape)
    ]
    out = {}
    for output in model.outputs:
        rows = [np.asarray(answer[output.name]) for answer in answers]
        if len({row.shape for row in rows}) > 1:
            raise QueryError(
                f"{model.name}: {output.name} differs in length over the grid; expected one length; solve one by one"
            )
        out[output.name] = np.array(rows).reshape(*shape, *rows[0].shape)
    return out


def _plain(value: Any) -> Any:
    """A number, truth value or word for what has no axes; an array otherwise."""
    if isinstance(value, (str, tuple, dict)) or value is None:
        return value
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else array

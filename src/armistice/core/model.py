"""A published model as a record: what goes in, what comes out, where it is from, and how far that was checked.

The functions of the library are plain; this record says what their numbers mean, so that the command line, the
reference pages and the tests read one description.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

CHECKED = "structure checked against a source"
PRINTED = "reproduces a published run"
DERIVED = "derived here and confirmed by an independent method"
MEMORY = "reconstructed from memory"
REDUCTION = "our reduction"
"""Provenance of a model; a reduction is never a replication."""

Kind = Literal["number", "integer", "vector", "matrix", "choice"]


@dataclass(frozen=True)
class Input:
    """One input of a model.

    Attributes
    ----------
    name : str
        As on the command line.
    meaning : str
        With its unit.
    default : float, str, nested tuple or None
        Of the worked example; None for an input that may be left out.
    low, high : float
        Bounds of each number, both allowed unless `open_low` or `open_high`.
    kind : {"number", "integer", "vector", "matrix", "choice"}
        A number or integer may be a grid; vectors and matrices are given whole.
    choices : tuple of str
        Of a choice.
    """

    name: str
    meaning: str
    default: Any
    low: float = -math.inf
    high: float = math.inf
    kind: Kind = "number"
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """The bounds in words: ``from 0 to 1``, ``above 0``, ``a finite number``, ``one of a, b``."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        least = f"above {self.low:g}" if self.open_low else f"from {self.low:g}"
        most = f"below {self.high:g}" if self.open_high else f"{self.high:g}"
        whole = "a whole number " if self.kind == "integer" else ""
        if math.isinf(self.low):
            return (
                f"{whole}a finite number".replace("number a finite ", "")
                if math.isinf(self.high)
                else f"{whole}up to {most}"
            )
        if math.isinf(self.high):
            return whole + (least if self.open_low else f"{self.low:g} or more")
        return f"{whole}{least} {'and' if self.open_high else 'to'} {most}"

    def holds(self, value: Any) -> Any:
        """Whether numbers lie within the bounds; elementwise on arrays."""
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above & below


@dataclass(frozen=True)
class Output:
    """One output of a model: its name, what it means, and its unit."""

    name: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class Rule:
    """What several inputs must satisfy together.

    Attributes
    ----------
    says : str
        As an expectation: ``low at most high``.
    holds : callable
        Of the inputs by name, elementwise on grids.
    inputs : tuple of str
        Those that it speaks of.
    """

    says: str
    inputs: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Model:
    """One published model.

    Attributes
    ----------
    name : str
        ``family.result``.
    title : str
    solve : callable
        Plain numbers or arrays in (by the names of `inputs`), a dictionary by the names of `outputs` out. Its docstring
        tells the model: players, timing, information, payoffs, equilibrium, comparative statics, what it cannot say.
    inputs : tuple of Input
    outputs : tuple of Output
    reference : str
    provenance : tuple of str
    question : {"information", "commitment", "indivisibility", "domestic", "third parties", "front", "bargaining"}
        What a reader asks who needs this model.
    elementwise : bool
        Whether `solve` takes single numbers only, so that a grid is solved one element after another.
    rules : tuple of Rule
    notes : tuple of str
        What a reader of the numbers must know, in sentences.
    """

    name: str
    title: str
    solve: Callable[..., dict[str, Any]]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    reference: str
    provenance: tuple[str, ...]
    question: str
    elementwise: bool = False
    rules: tuple[Rule, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Solution:
    """A model solved.

    Attributes
    ----------
    name, title : str
    inputs : dict
        All of them, defaults included.
    values : dict
        Output → number, truth value, word, or array. A grid of inputs gives a grid of answers.
    units : dict of str
    notes : tuple of str
    provenance : tuple of str
    reference : str
    """

    name: str
    title: str
    inputs: dict[str, Any]
    values: dict[str, Any]
    units: dict[str, str]
    notes: tuple[str, ...]
    provenance: tuple[str, ...]
    reference: str

    def __getitem__(self, output: str) -> Any:
        """One of the values."""
        return self.values[output]

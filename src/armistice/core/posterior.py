"""What sampling found out about the movement of the fronts: draws, how they were made, and whether they may be used.

A posterior is saved as one archive of arrays (``.npz``) with one text (``.json``) beside it, and is equal to itself
after loading. A failed gate is part of the record: it is shown, never hidden.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from armistice.core.errors import QueryError

FORMAT = 1
"""Version of the saved form."""


@dataclass(frozen=True)
class Gate:
    """One test that draws must pass before they may be trusted.

    Attributes
    ----------
    name : str
        What is measured, in words.
    value, threshold : float
    at_most : bool
        Whether the value must not exceed the threshold; else it must reach it.
    where : str
        The quantity that came out worst.
    """

    name: str
    value: float
    threshold: float
    at_most: bool
    where: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value keeps to the threshold; one that cannot be computed does not."""
        return bool(self.value <= self.threshold if self.at_most else self.value >= self.threshold)

    def __str__(self) -> str:
        asked = f"at {'most' if self.at_most else 'least'} {self.threshold:g}"
        where = f" ({self.where})" if self.where else ""
        return f"{self.name}: {self.value:.4g}{where}; {asked}; {'passed' if self.passed else 'FAILED'}"


@dataclass(frozen=True)
class LineEstimate:
    """The true line of one region on one day, as far as its sources together tell it; km² held by side A.

    Attributes
    ----------
    region : str
    day : date
    low, central, high : float
        10th, 50th and 90th percentile: the line lies between low and high with four chances in five.
    sources : tuple of str
        Those with a map of the day.
    """

    region: str
    day: date
    low: float
    central: float
    high: float
    sources: tuple[str, ...]

    def beyond(self, area: float) -> LineEstimate:
        """The same of the land beyond the line, in a region of `area` km²: km² held by side B."""
        return replace(self, low=area - self.high, central=area - self.central, high=area - self.low)


@dataclass(frozen=True)
class Diagnostic:
    """How well one reported number was sampled: rank-normalised split R-hat, bulk and tail effective draws."""

    rhat: float
    ess_bulk: float
    ess_tail: float


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the latent movement of the fronts.

    Attributes
    ----------
    engine : str
        What made it, in words a reader understands.
    as_of : date
    seed : int
    panel_digest : str
    root : str
        The region that is the country as a whole.
    fronts : tuple of str
        Regions whose line moves.
    inside_root : tuple of bool
        Whether each front counts towards the country as a whole.
    sources : tuple of str
    months : tuple of str
        The months whose movement was estimated, ``2025-12``, oldest first.
    draws : dict of array, shape (chains, draws, ...)
        Parameters, the latent movement and the line of the last day.
    record : dict of array
        What the sources reported, and the sizes of the regions.
    diagnostics : dict of Diagnostic
        By reported number: ``log_pace[east]``.
    gates : tuple of Gate
    """

    engine: str
    as_of: date
    seed: int
    panel_digest: str
    root: str
    fronts: tuple[str, ...]
    inside_root: tuple[bool, ...]
    sources: tuple[str, ...]
    months: tuple[str, ...]
    draws: dict[str, np.ndarray]
    record: dict[str, np.ndarray]
    diagnostics: dict[str, Diagnostic]
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether all gates were passed."""
        return all(g.passed for g in self.gates)

    @property
    def verdict(self) -> str:
        """One sentence on the gates, to stand beside whatever is drawn from these draws."""
        failed = [g for g in self.gates if not g.passed]
        if not failed:
            return f"all {len(self.gates)} checks of the sampling were passed"
        return f"{len(failed)} of {len(self.gates)} checks of the sampling failed: " + "; ".join(map(str, failed))

    def flat(self, name: str) -> np.ndarray:
        """Draws of one quantity with the chains joined, shape (draws, ...)."""
        values = self.draws[name]
        return values.reshape(-1, *values.shape[2:])

    def front(self, region: str) -> int:
        """Place of a front in the arrays.

        Raises
        ------
        QueryError
            If the line of the region does not move.
        """
        if region not in self.fronts:
            raise QueryError(
                f"region {region!r}: its line did not move in the months on record; expected one of {', '.join(self.fronts)}"
            )
        return self.fronts.index(region)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Posterior):
            return NotImplemented
        same = _text(self) == _text(other)
        return same and _equal(self.draws, other.draws) and _equal(self.record, other.record)

    __hash__ = None  # type: ignore[assignment]


def _equal(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> bool:
    alike = one.keys() == two.keys() and all(one[k].dtype == two[k].dtype for k in one)
    return alike and all(np.array_equal(one[k], two[k], equal_nan=one[k].dtype.kind == "f") for k in one)


def _text(posterior: Posterior) -> str:
    """All of a posterior but its arrays."""
    content = {
        "format": FORMAT,
        "engine": posterior.engine,
        "as_of": posterior.as_of.isoformat(),
        "seed": posterior.seed,
        "panel_digest": posterior.panel_digest,
        "root": posterior.root,
        "fronts": posterior.fronts,
        "inside_root": posterior.inside_root,
        "sources": posterior.sources,
        "months": posterior.months,
        "diagnostics": {k: asdict(v) for k, v in posterior.diagnostics.items()},
        "gates": [asdict(g) for g in posterior.gates],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def save_posterior(posterior: Posterior, path: Path) -> None:
    """Write a posterior as `path` with the endings ``.npz`` and ``.json``."""
    arrays = {f"draws/{k}": v for k, v in posterior.draws.items()}
    arrays |= {f"record/{k}": v for k, v in posterior.record.items()}
    with path.with_suffix(".npz").open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
    path.with_suffix(".json").write_text(_text(posterior), encoding="utf-8")


def load_posterior(path: Path) -> Posterior:
    """Read what `save_posterior` wrote.

    Raises
    ------
    QueryError
        If a file is missing or of another version.
    """
    for file in (path.with_suffix(".npz"), path.with_suffix(".json")):
        if not file.is_file():
            raise QueryError(
                f"{file}: not there; expected the two files of a saved posterior; condition the panel again"
            )
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if told.pop("format", None) != FORMAT:
        raise QueryError(f"{path}: saved by another version; expected format {FORMAT}; condition the panel again")
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    parts = {p: {k[len(p) + 1 :]: v for k, v in arrays.items() if k.startswith(p + "/")} for p in ("draws", "record")}
    return Posterior(
        engine=told["engine"],
        as_of=date.fromisoformat(told["as_of"]),
        seed=told["seed"],
        panel_digest=told["panel_digest"],
        root=told["root"],
        fronts=tuple(told["fronts"]),
        inside_root=tuple(told["inside_root"]),
        sources=tuple(told["sources"]),
        months=tuple(told["months"]),
        diagnostics={k: Diagnostic(**v) for k, v in told["diagnostics"].items()},
        gates=tuple(Gate(**g) for g in told["gates"]),
        **parts,
    )

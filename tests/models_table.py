"""The table of answers of the model library: one row an answer, with where it is from and how it was found."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

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

"""Raw files for the benchmarks; they are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def raw_dir() -> Path:
    repository = Path(__file__).parents[1]
    folder = Path(os.environ.get("ARMISTICE_RAW") or repository.parent / "shared" / "data" / "raw")
    if not folder.is_dir():
        pytest.skip(f"no raw files in {folder}; set ARMISTICE_RAW to their folder")
    return folder

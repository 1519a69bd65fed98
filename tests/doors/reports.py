"""One report of the toy war, written once, for all tests that look at it or write others.

Entries of its cache are kept by the digest of what they were made from, program included, and replaced whole, so that
sharing the cache changes no result; it saves drawing the same pictures for every test. Tests that use it run in one
process: group ``report``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("armistice")


@dataclass(frozen=True)
class Written:
    """A report with the time of one core that writing it took, seconds."""

    file: Path
    seconds: float

    @property
    def cache(self) -> Path:
        """The folder in which its stages are kept."""
        return self.file.parent / ".cache"


def write(pack: Path, file: Path, *options: str, hash_seed: str = "0") -> Written:
    """Write a report in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [PROGRAM, "report", str(pack), "--out", str(file), *options],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == f"{file}\n"
    return Written(file, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@pytest.fixture(scope="session")
def toy_report(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of the toy war, written from nothing."""
    return write(toy, tmp_path_factory.mktemp("report") / "report.html")

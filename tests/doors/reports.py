"""One report of the toy war, written once a run, for all tests that look at it or write others.

Entries of its cache are kept by the digest of what they were made from, program included, and replaced whole, so that
sharing the cache changes no result; it saves drawing the same pictures for every test. The processes of a parallel run
share it too: the first that asks writes it, the others wait.
"""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from armistice.core.digest import Cache, code_digest
from armistice.report.page import render_page
from armistice.study import run_study
from make_ending import make_ending
from make_history import make_history

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("armistice")
GAME = "game.html"
"""The report with a made-up ending."""
AS_OF = "2012-12-31"
"""Day of knowledge of the earlier report."""


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
    """Write a report in a process of its own, without the game, which takes minutes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [PROGRAM, "report", str(pack), "--draws", "0", "--out", str(file), *options],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == f"{file}\n"
    return Written(file, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def once(temporary: pytest.TempPathFactory, pack: Path, name: str, *options: str) -> Written:
    """A report in the folder that all processes of this run share, written by the first that asks."""
    base = temporary.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "report"
    folder.mkdir(exist_ok=True)
    file, took = folder / name, folder.with_name(f"{name}.seconds")
    with folder.with_name("report.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not took.exists():
            took.write_text(str(write(pack, file, *options).seconds), encoding="utf-8")
    return Written(file, float(took.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def toy_report(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of the toy war, written from nothing."""
    return once(tmp_path_factory, toy, "report.html")


@pytest.fixture(scope="session")
def earlier_report(toy: Path, toy_report: Written, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report as somebody could have had it half a year before."""
    return once(tmp_path_factory, toy, "earlier.html", "--as-of", AS_OF)


@pytest.fixture(scope="session")
def game_report(toy: Path, toy_report: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the toy war with a made-up ending, written by the first process that asks."""
    file = toy_report.file.parent.with_name(GAME)
    with (file.parent / f"{GAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            study = replace(
                run_study(toy, draws=0), ending=make_ending("mixed"), no_ending="", history=make_history("several")
            )
            page = render_page(study, code_digest(), Cache(toy_report.cache), lambda what, share: None)
            file.write_text(page, encoding="utf-8")
    return file

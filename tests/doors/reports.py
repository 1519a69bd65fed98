"""The reports of the toy war, each written once a run, for all tests that look at them or write others.

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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from armistice.cli import main
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
HERE = os.environ.get("PYTHONHASHSEED", "random")
"""Hash seed of this process, on which the order of a set of words depends."""
ELSEWHERE = "1" if HERE == "0" else "0"
"""Another one."""


@dataclass(frozen=True)
class Written:
    """A report with the time of one core that writing it took, seconds."""

    file: Path
    seconds: float

    @property
    def cache(self) -> Path:
        """The folder in which its stages are kept."""
        return self.file.parent / ".cache"


def write(pack: Path, file: Path, *options: str, hash_seed: str = ELSEWHERE) -> Written:
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


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep the other processes of this run from writing a file."""
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def toy_report(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of the toy war, written from nothing, in the folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "report"
    folder.mkdir(exist_ok=True)
    took = folder.with_name("report.seconds")
    with alone(took):
        if not took.exists():
            took.write_text(str(write(toy, folder / "report.html").seconds), encoding="utf-8")
    return Written(folder / "report.html", float(took.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def earlier_report(toy: Path, toy_report: Written) -> Path:
    """The report as somebody could have had it half a year before."""
    file = toy_report.file.with_name("earlier.html")
    with alone(file.parent.with_name(file.name)):
        if not file.exists():
            words = ["report", str(toy), "--draws", "0", "--as-of", AS_OF, "--out", str(file)]
            done = CliRunner().invoke(main, words, prog_name="armistice", catch_exceptions=False)
            assert (done.exit_code, done.stdout) == (0, f"{file}\n")
    return file


@pytest.fixture(scope="session")
def game_report(toy: Path, toy_report: Written) -> Path:
    """The report of the toy war with a made-up ending, written from nothing, whatever is kept of the others."""
    file = toy_report.file.parent.with_name(GAME)
    with alone(file):
        if not file.exists():
            study = replace(
                run_study(toy, draws=0), ending=make_ending("mixed"), no_ending="", history=make_history("several")
            )
            page = render_page(study, code_digest(), Cache(None), lambda what, share: None)
            file.write_text(page, encoding="utf-8")
    return file

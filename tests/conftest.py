"""What several tests start from: the toy war, a copy to spoil, its raw files, and the raw files of the real pack."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))  # so that tests can import make_toy
# The commands that tests run would compile the whole program anew each time if none could keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Generous and repeatable: a shared machine is slow by fits, and a failure must come back when it is run again.
settings.register_profile("armistice", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("armistice")


@pytest.fixture(scope="session")
def toy() -> Path:
    """The shipped toy war; not to be written to."""
    return REPOSITORY / "wars" / "toy"


@pytest.fixture
def toy_copy(toy: Path, tmp_path: Path) -> Path:
    """A copy of the toy war to spoil."""
    return Path(shutil.copytree(toy, tmp_path / "toy"))


@pytest.fixture(scope="session")
def toy_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files from which the toy war is built; not to be written to."""
    from make_toy import write_raw

    folder = tmp_path_factory.mktemp("raw")
    write_raw(folder)
    return folder


@pytest.fixture(scope="session")
def raw_dir() -> Path:
    """The raw files of the real pack, which are not part of the repository."""
    folder = Path(os.environ.get("ARMISTICE_RAW") or REPOSITORY.parent / "shared" / "data" / "raw")
    if not folder.is_dir():
        pytest.skip(f"no raw files in {folder}; set ARMISTICE_RAW to their folder to run this test")
    return folder

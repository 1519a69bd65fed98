"""Fetching without a network: what is there already, what must be asked for, where files go, what breaks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from armistice.core.errors import BuildError, QueryError
from armistice.data.sources import Fetched, fetch

RECIPE = """
projection = "+proj=cea"
cell_resolution = 6

[[step]]
kind = "country"
"""


@pytest.fixture
def pack(tmp_path: Path):
    """Writes a recipe with one input and gives its folder."""

    def make(**entry: str) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir(exist_ok=True)
        (folder / "war.toml").write_text("", encoding="utf-8")
        entry = {"id": "aid", "pattern": "series/aid.csv", "source": "donors", "terms": "ask the donors", **entry}
        lines = "".join(f'{k} = "{v}"\n' for k, v in entry.items())
        (folder / "build.toml").write_text(f"{RECIPE}\n[[input]]\n{lines}", encoding="utf-8")
        return folder

    return make


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A file on this machine that stands for a publisher's."""
    file = tmp_path / "elsewhere.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    return file


def one(pack: Path, folder: Path) -> Fetched:
    (found,) = fetch(pack, folder)
    return found


def test_a_file_with_the_pinned_checksum_is_present(pack, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "series").mkdir(parents=True)
    (raw / "series/aid.csv").write_text("x", encoding="utf-8")
    assert one(pack(sha256=sha("x"), fetch="https://ledger.example/aid.csv"), raw).state == "present"


def test_a_file_without_an_address_must_be_asked_for(pack, tmp_path: Path) -> None:
    found = one(pack(), tmp_path / "raw")
    assert (found.state, found.how) == ("ask", "ask the donors")
    assert not (tmp_path / "raw").exists()


def test_another_vintage_that_may_not_be_fetched_must_be_asked_for(pack, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "series").mkdir(parents=True)
    (raw / "series/aid.csv").write_text("y", encoding="utf-8")
    assert one(pack(sha256=sha("x")), raw).state == "ask"
    assert (raw / "series/aid.csv").read_text(encoding="utf-8") == "y"


def test_a_file_is_fetched_into_its_place(pack, tmp_path: Path, published: Path) -> None:
    text = published.read_text(encoding="utf-8")
    found = one(pack(fetch=published.as_uri(), sha256=sha(text)), tmp_path / "raw")
    assert found.state == "downloaded"
    assert (tmp_path / "raw/series/aid.csv").read_text(encoding="utf-8") == text
    assert [p.name for p in (tmp_path / "raw/series").iterdir()] == ["aid.csv"]


@pytest.mark.parametrize(
    ("pattern", "place"),
    [("series/aid_*.csv", "series/aid_.csv"), ("series/aid*", "series/aid.csv"), ("series/aid.*", "series/aid.csv")],
)
def test_a_pattern_becomes_a_place_that_it_matches(
    pack, tmp_path: Path, published: Path, pattern: str, place: str
) -> None:
    folder = pack(fetch=published.as_uri(), pattern=pattern, sha256=sha(published.read_text(encoding="utf-8")))
    assert one(folder, tmp_path / "raw").state == "downloaded"
    assert (tmp_path / "raw" / place).exists()
    assert one(folder, tmp_path / "raw").state == "present"


def test_a_newer_vintage_is_told(pack, tmp_path: Path, published: Path) -> None:
    found = one(pack(fetch=published.as_uri(), sha256=sha("older")), tmp_path / "raw")
    assert found.state == "newer vintage"
    assert "--accept-new" in found.how


def test_without_a_pinned_checksum_anything_will_do(pack, tmp_path: Path, published: Path) -> None:
    assert one(pack(fetch=published.as_uri()), tmp_path / "raw").state == "downloaded"


@pytest.mark.parametrize("address", ["http://ledger.example/a.csv", "ftp://ledger.example/a.csv", "ledger"])
def test_only_safe_addresses_are_fetched(pack, tmp_path: Path, address: str) -> None:
    found = one(pack(fetch=address), tmp_path / "raw")
    assert (found.state, "only https" in found.how) == ("failed", True)


def test_an_address_that_leads_nowhere_fails(pack, tmp_path: Path) -> None:
    found = one(pack(fetch=(tmp_path / "nothing.csv").as_uri()), tmp_path / "raw")
    assert found.state == "failed"
    assert not (tmp_path / "raw/series/aid.csv").exists()


def test_progress_rises_to_one(pack, tmp_path: Path, published: Path) -> None:
    published.write_bytes(b"x" * 3_000_000)
    told: list[tuple[str, float]] = []
    fetch(pack(fetch=published.as_uri()), tmp_path / "raw", lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert {what for what, _ in told} == {"aid"}
    assert len(shares) > 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_pack_written_by_hand_has_nothing_to_fetch(tmp_path: Path) -> None:
    (tmp_path / "war.toml").write_text("", encoding="utf-8")
    with pytest.raises(BuildError, match=r"no build\.toml"):
        fetch(tmp_path, tmp_path / "raw")


def test_an_unknown_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no such pack"):
        fetch("atlantis", tmp_path)

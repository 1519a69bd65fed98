"""Where packs are found: by path, or by slug under ``wars/``."""

from __future__ import annotations

from pathlib import Path

from armistice.core.digest import folder_digest
from armistice.core.errors import QueryError, near


def find_pack(path_or_slug: str | Path) -> Path:
    """The folder of a pack, from its path or its slug under ``wars/``.

    Raises
    ------
    QueryError
        If there is no such folder.
    """
    given = Path(path_or_slug)
    here = [given, Path("wars") / given, Path(__file__).resolve().parents[3] / "wars" / given]
    for folder in here:
        if (folder / "war.toml").exists() or (folder.is_dir() and folder == given):
            return folder
    known = sorted({f.parent.name for base in {h.parent for h in here[1:]} for f in base.glob("[!.]*/war.toml")})
    raise QueryError(f"{path_or_slug}: no such pack; expected a folder with war.toml; {near(given.name, known)}")


RECORD = "record"
"""Folder of the record of past wars, which is no pack: it describes no one war."""


def find_record(path_or_slug: str | Path = RECORD) -> Path:
    """The folder of the record of past wars, from its path or its name under ``wars/``.

    Raises
    ------
    QueryError
        If there is no such folder.
    """
    given = Path(path_or_slug)
    for folder in (given, Path("wars") / given, Path(__file__).resolve().parents[3] / "wars" / given.name):
        if (folder / "concordance.csv").exists():
            return folder
    raise QueryError(
        f"{path_or_slug}: no record of wars; expected a folder with concordance.csv; name it wars/{RECORD}"
    )


def record_digest() -> str:
    """Digest of the record of past wars; empty where there is none."""
    try:
        return folder_digest(find_record())
    except QueryError:
        return ""


def is_record(path_or_slug: str | Path) -> bool:
    """Whether a name means the record of past wars and not a pack."""
    given = Path(path_or_slug)
    return given.name == RECORD and not (given / "war.toml").exists()

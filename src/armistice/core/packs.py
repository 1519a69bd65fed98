"""Where packs are found: by path, or by slug under ``wars/``."""

from __future__ import annotations

from pathlib import Path

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

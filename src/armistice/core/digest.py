"""Digests of content, and results kept by the digest of what they were made from.

Standard library only: whoever asks whether something is already there should not wait for the libraries that
would make it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = (
    "numpy",
    "pandas",
    "xarray",
    "shapely",
    "altair",
    "vl-convert-python",
    "h3",
    "jinja2",
    "jax",
    "jaxlib",
    "scipy",
    "lifelines",
)


def digest_of(*parts: object) -> str:
    """SHA-256 over the text of some values, as 64 hexadecimal digits."""
    total = hashlib.sha256()
    for part in parts:
        total.update(repr(part).encode() + b"\0")
    return total.hexdigest()


def folder_digest(folder: Path, endings: tuple[str, ...] = ()) -> str:
    """SHA-256 over the names and contents of all files of a folder, or of those with some endings."""
    total = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and (not endings or p.suffix in endings)):
        total.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()


def code_digest() -> str:
    """Digest of the program itself and of the libraries whose output it shows."""
    root = Path(__file__).resolve().parents[1]
    code = folder_digest(root, (".py", ".html", ".css", ".js"))
    return digest_of(code, [(name, version(name)) for name in _LIBRARIES])


class Cache:
    """Texts made by stages, kept in a folder by the digest of their inputs; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def text(self, stage: str, digest: str, make: Callable[[], str]) -> str:
        """The text of a stage: kept from before, or made now and kept."""
        if self.folder is None:
            return make()
        kept = self.folder / f"{stage}-{digest[:32]}"
        if kept.exists():
            return kept.read_text(encoding="utf-8")
        value = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{kept.name}.{os.getpid()}.part"
        part.write_text(value, encoding="utf-8")
        os.replace(part, kept)
        return value

"""Fetch the raw files that may be fetched, and say for the others where they are and on which terms.

A download goes into a file beside its place, is resumed where it broke off, and takes its place only when it is
whole. A file that is there already and has the pinned checksum is not fetched again.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from armistice.core.packs import find_pack, find_record, is_record
from armistice.data.raw import Input, checksum, read_recipe

_BLOCK = 1 << 18
_TIMEOUT = 60


@dataclass(frozen=True)
class Fetched:
    """What became of one input.

    Attributes
    ----------
    state : {"present", "downloaded", "newer vintage", "ask", "failed"}
    how : str
        The file, or where a user gets it and on which terms, or why the download failed.
    """

    id: str
    pattern: str
    state: Literal["present", "downloaded", "newer vintage", "ask", "failed"]
    how: str


def fetch(
    pack: str | Path, folder: Path, progress: Callable[[str, float], None] = lambda what, share: None
) -> list[Fetched]:
    """Download every raw input of a pack that its recipe gives an address for.

    Parameters
    ----------
    pack : path or slug
    folder : Path
        Where the raw files go, in the layout that `build` expects.
    progress : callable

    Returns
    -------
    list of Fetched
        In the order of the recipe.
    """
    recipe = read_recipe(find_record(pack) if is_record(pack) else find_pack(pack))
    entries = list(recipe.inputs.values())

    def one(number: int, entry: Input) -> Fetched:
        return _one(entry, folder, lambda share: progress(entry.id, (number + share) / len(entries)))

    return [one(number, entry) for number, entry in enumerate(entries)]


def _one(entry: Input, folder: Path, progress: Callable[[float], None]) -> Fetched:
    for file in sorted(folder.glob(entry.pattern)):
        if file.is_file() and (not entry.sha256 or checksum(file) == entry.sha256):
            return Fetched(entry.id, entry.pattern, "present", str(file))
    if not entry.fetch:
        return Fetched(entry.id, entry.pattern, "ask", entry.terms)
    place = folder / entry.pattern.replace("*", "").rstrip(".")
    if not place.suffix:
        place = place.with_suffix(Path(entry.fetch).suffix)
    part = place.with_name(place.name + ".part")
    place.parent.mkdir(parents=True, exist_ok=True)
    resumed = part.exists()
    try:
        _download(entry.fetch, part, progress)
        if resumed and entry.sha256 and checksum(part) != entry.sha256:
            part.unlink()  # the file may have changed since the first half was fetched
            _download(entry.fetch, part, progress)
    except (http.client.HTTPException, OSError, ValueError) as error:
        return Fetched(entry.id, entry.pattern, "failed", f"{entry.fetch}: {error}; run the command again to resume")
    same = not entry.sha256 or checksum(part) == entry.sha256
    os.replace(part, place)
    if same:
        return Fetched(entry.id, entry.pattern, "downloaded", str(place))
    how = f"{place}: another vintage than the pinned one; build with --accept-new to take it"
    return Fetched(entry.id, entry.pattern, "newer vintage", how)


def _download(url: str, part: Path, progress: Callable[[float], None]) -> None:
    """Download into `part`, going on where an earlier try stopped.

    Raises
    ------
    OSError
        If the server stops early or answers with an error.
    """
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost", "file://")):
        raise ValueError("only https addresses are fetched")
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing left to send: the part is whole
            return
        raise
    with response:
        resumed = response.status == 206 if hasattr(response, "status") and response.status else False
        start = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        with part.open("ab" if resumed else "wb") as stream:
            done = start
            while block := response.read(_BLOCK):
                stream.write(block)
                done += len(block)
                if total:
                    progress(done / total)
    if total is not None and done < total:
        raise OSError(f"the connection ended after {done:,} of {total:,} bytes")

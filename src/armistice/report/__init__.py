"""The report: one page that opens offline and reads like an explainer, every number tied to a source.

`write_report` looks first whether the same page was made before from the same pack, program and arguments, and
only otherwise loads what makes it; this is why the imports of the heavy stages stand inside the functions.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from armistice.core.digest import Cache, code_digest, digest_of, folder_digest
from armistice.core.errors import QueryError

Progress = Callable[[str, float], None]


def write_report(
    pack: str | Path,
    as_of: date | None = None,
    out: Path | None = None,
    seed: int = 0,
    draws: int = 200,
    cached: bool = True,
    progress: Progress = lambda what, share: None,
) -> Path:
    """Write the report of a war.

    Parameters
    ----------
    pack : path or slug
    as_of : date, optional
        Day of knowledge; the pack's own by default.
    out : Path, optional
        The file; ``out/<slug>/report.html`` by default.
    seed : int
    draws : int
        Of the war-termination game; 0 leaves it out.
    cached : bool
        Whether stages with unchanged inputs may be read from the cache beside the report.
    progress : callable

    Returns
    -------
    Path
        The file, whole or not at all.
    """
    from armistice.core.packs import find_pack, record_digest

    folder = find_pack(pack)
    out = out or Path("out") / folder.resolve().name / "report.html"
    above = next(parent for parent in out.absolute().parents if parent.exists())
    if not above.is_dir():  # said now, not after minutes of work
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    if out.is_dir():
        raise QueryError(f"{out}: a folder; expected a file for the report; name one, such as {out / 'report.html'}")
    cache = Cache(out.parent / ".cache" if cached else None)
    code = code_digest()
    digest = digest_of(folder_digest(folder), record_digest(), as_of, seed, draws, code)

    def render() -> str:
        from armistice.report.page import render_page
        from armistice.study import run_study

        study = run_study(pack, as_of, seed, lambda what: progress(what, 0.05), draws)
        return render_page(study, code, cache, progress)

    page = cache.text("page", digest, render)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    part.write_text(page, encoding="utf-8")
    os.replace(part, out)
    return out

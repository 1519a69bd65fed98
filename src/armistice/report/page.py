"""Story and figures → one HTML page that opens offline."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import jinja2
import vl_convert

from armistice.core.digest import Cache, digest_of
from armistice.core.errors import QueryError
from armistice.report.figures import FIGURES, Records
from armistice.report.story import tell
from armistice.show.style import Figure, to_spec, to_svg, unchecked
from armistice.study import Study

WIDE, NARROW = 760, 360
"""Widths of the pictures in pixels: page and phone."""
_DRAWN_BY = version("vl-convert-python")


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it: two pictures and the specification of the interactive one."""

    name: str
    title: str
    caption: str
    alt: str
    credit: str
    wide: str
    narrow: str
    spec: str


def render_page(study: Study, code: str, cache: Cache, progress: Callable[[str, float], None]) -> str:
    """The report as HTML.

    Parameters
    ----------
    study : Study
    code : str
        Digest of the program.
    cache : Cache
    progress : callable
    """
    records = Records(study, kept=cache.folder, progress=progress)
    chapters = tell(records)
    names = [name for chapter in chapters for name in chapter.figures]
    pictures: dict[str, Picture] = {}
    undrawn: dict[str, str] = {}
    for number, name in enumerate(names):
        progress(f"drawing {name}", 0.1 + 0.85 * number / max(len(names), 1))
        if FIGURES[name][1](records):
            try:
                pictures[name] = _picture(name, records, cache)
            except QueryError as reason:
                undrawn[name] = str(reason)
    here = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(here), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    bundle = cache.text("vega", digest_of(_DRAWN_BY), _javascript)
    war = study.pack.war
    return environment.get_template("page.html").render(
        war=war,
        title=f"{war.title}: where it stands",
        chapters=chapters,
        pictures=pictures,
        undrawn=undrawn,
        sources=_sources(records, pictures),
        digests={"pack": study.pack.digest, "program": code},
        seed=study.seed,
        style=(here / "page.css").read_text(encoding="utf-8"),
        script=(here / "page.js").read_text(encoding="utf-8"),
        bundle=base64.b64encode(bundle.encode()).decode(),
    )


@functools.cache
def _javascript() -> str:
    """What brings a chart to life, from the library that draws it: 3 s of work, so once a process."""
    return str(vl_convert.javascript_bundle(None))  # type: ignore[arg-type]


def _picture(name: str, records: Records, cache: Cache) -> Picture:
    make = FIGURES[name][2]
    with unchecked():
        wide, narrow = make(records, WIDE), make(records, NARROW)
    war = records.study.pack.war
    known = [war.sources[s] for s in wide.credit if s in war.sources]
    credit = "; ".join(dict.fromkeys(f"{s.producer} ({s.licence.split(';')[0].split(' (')[0]})" for s in known))
    return Picture(
        name, wide.title, wide.caption, wide.alt, credit, _svg(wide, cache), _svg(narrow, cache), _json(to_spec(wide))
    )


def _svg(figure: Figure, cache: Cache) -> str:
    text = cache.text("figure", digest_of(_json(to_spec(figure)), _DRAWN_BY), lambda: to_svg(figure))
    # Identifiers inside a picture would clash with those of the next one on the page.
    own = digest_of(text)[:8]
    for kind in ("clip", "gradient", "filter"):
        text = text.replace(f'id="{kind}', f'id="{own}-{kind}').replace(f"url(#{kind}", f"url(#{own}-{kind}")
    return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("</", "<\\/")


def _sources(records: Records, pictures: dict[str, Picture]) -> list:
    """Sources whose numbers the page shows, in alphabetical order."""
    study = records.study
    used = set(study.pack.observations["source"])
    for table in ("regions", "places", "assets"):
        used |= set(study.pack.tables[table]["source"])
    return [s for s in sorted(study.pack.war.sources.values(), key=lambda s: s.producer.lower()) if s.id in used]

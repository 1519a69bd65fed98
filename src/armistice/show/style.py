"""The figure record, the look all charts share, and how a figure is saved as data, SVG or PNG.

A figure is a chart with words: a plain title, a caption that states source, date and unit, and a text alternative.
Colours follow Okabe and Ito (2008): the two sides differ in hue and in lightness, so that a reader who sees no colour,
or prints in grey, still tells them apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import altair as alt
import numpy as np
import vl_convert
from altair.utils.schemapi import debug_mode

from armistice.core.errors import QueryError
from armistice.core.posterior import LineEstimate
from armistice.core.war import War
from armistice.show.canvas import inline, text_width, wrap_text

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.HConcatChart | alt.ConcatChart
"""What a chart function may put into a figure."""

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
INK, MUTED, FAINT, GRID, PAPER = "#1F2328", "#5A616B", "#8B929B", "#E4E6E9", "#FFFFFF"
SIDE = {"a": "#D55E00", "b": "#0B4F8A"}
"""Marks of the two sides: vermilion (L* 54) and dark blue (L* 33)."""
SIDE_TEXT = {"a": "#AE4A00", "b": "#0B4F8A"}
"""Words of the two sides: contrast with white above 5 to 1."""
SIDE_PALE = {"a": "#F6C9A5", "b": "#A9C6E0"}
SOURCE_INKS = ("#1F2328", "#7B3F98", "#00796B", "#946C00", "#5A616B")
SOURCE_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3])
SOURCE_SHAPES = ("circle", "diamond", "square", "triangle-up", "cross")

NARROW = 520
"""Below this width, in px, a chart is drawn for a phone."""


@dataclass(frozen=True)
class Figure:
    """A chart and the words that belong to it.

    Attributes
    ----------
    id : str
        Stable name: file stem and anchor in the page.
    title : str
        What is shown, not what to conclude from it.
    caption : str
        Source, date and unit, in sentences.
    alt : str
        Text alternative: what a reader who cannot see the picture should know.
    credit : tuple of str
        Ids of the sources whose data are drawn.
    spec : altair chart
        Self-contained Vega-Lite chart, drawn for one width.
    """

    id: str
    title: str
    caption: str
    alt: str
    credit: tuple[str, ...]
    spec: Chart

    @cached_property
    def _vega_lite(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.spec.to_dict(validate=False)
        spec["datasets"] = {n: json.loads(v) if isinstance(v, str) else v for n, v in spec.get("datasets", {}).items()}
        spec["description"] = self.alt
        return spec


def is_narrow(width: int) -> bool:
    """Whether a width in px is that of a phone."""
    return width < NARROW


def font_size(width: int) -> int:
    """Size of ordinary labels, px."""
    return 11 if is_narrow(width) else 12


def finish(
    chart: Chart, width: int, padding: float | dict[str, float] = 4, autosize: Literal["pad", "fit", "none"] = "pad"
) -> Chart:
    """Give a chart the look of the house: font, thin grid, no frame.

    Parameters
    ----------
    chart : altair chart
    width : int
        Of the whole picture, px; sets the size of the type.
    padding : float or dict
        White around the chart, px.
    autosize : {"pad", "fit", "none"}
        ``fit`` squeezes a single view, axes included, into its stated size; ``pad`` is for views side by side;
        ``none`` for canvases that place everything themselves.
    """
    size = font_size(width)
    config = {
        "font": FONT,
        "background": PAPER,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": size, "titleFontSize": size, "labelColor": MUTED, "titleColor": MUTED,
            "titleFontWeight": "normal", "gridColor": GRID, "gridWidth": 1, "domainColor": "#B4B9BF",
            "tickColor": "#B4B9BF", "tickSize": 4, "labelPadding": 4,
        },
        "title": {"fontSize": size + 1, "color": INK, "fontWeight": "bold", "anchor": "start"},
    }  # fmt: skip
    fitted = alt.AutoSizeParams(type=autosize, contains="padding")
    return chart.properties(padding=padding, autosize=fitted, config=config)


def records(rows: Iterable[dict[str, Any]]) -> alt.InlineData:
    """Rows as inline data: numbers to six significant digits, days as ISO dates, missing as null."""
    return inline([{key: _plain(value) for key, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return None if not np.isfinite(value) else float(f"{value:.6g}")
    if isinstance(value, np.integer):
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value


def time_axis(first: Any, last: Any, narrow: bool) -> alt.Axis:
    """An axis of years from first to last day, in UTC so that a day is the same day for every reader."""
    years = range(np.datetime64(first, "Y").astype(int) + 1970, np.datetime64(last, "Y").astype(int) + 1972)
    starts = [np.datetime64(f"{year}-01-01", "ms").astype(int) for year in years]
    low, high = (np.datetime64(day, "ms").astype(int) for day in (first, last))
    return alt.Axis(
        title=None, grid=False, values=[int(t) for t in starts if low <= t <= high + 864e5 * 20], labelOverlap="greedy",
        labelExpr="utcFormat(datum.value, '%Y')" if not narrow else "utcFormat(datum.value, '’%y')",
    )  # fmt: skip


def unit_title(text: str, width: int) -> alt.Title:
    """The unit of a chart, written above it at the left, where an axis title would stand on its side."""
    return alt.Title(
        text, anchor="start", frame="bounds", fontSize=font_size(width), fontWeight="normal", color=MUTED, offset=8
    )


def day_words(day: Any) -> str:
    """A day in words: ``31 December 2025``."""
    stamp = np.datetime64(day, "D").astype(date)
    return f"{stamp.day} {stamp:%B %Y}"


def short_day(day: Any) -> str:
    """A day for a crowded place: ``31 Dec 2025``."""
    stamp = np.datetime64(day, "D").astype(date)
    return f"{stamp.day} {stamp:%b %Y}"


def number_words(value: float, digits: int = 0) -> str:
    """A number with thousands separated and a true minus sign."""
    text = f"{value:,.{digits}f}"
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return text.replace("-", "−")


def line_sentence(line: LineEstimate | None) -> str:
    """The area held by the true line as a sentence of a caption, after a space; nothing where it is not known."""
    if line is None:
        return ""
    maps = f"{len(line.sources)} map{'' if len(line.sources) == 1 else 's'}"
    return (
        f" By the true line: {number_words(line.central)} km² on {day_words(line.day)} (between {number_words(line.low)} and "
        f"{number_words(line.high)} with four chances in five, from {maps})."
    )


def signed_words(value: float, digits: int = 0) -> str:
    """A change, with its sign."""
    text = number_words(value, digits)
    return text if text.startswith("−") or text.strip("0.,") == "" else f"+{text}"


def join_words(words: Sequence[str]) -> str:
    """Words as a list in a sentence: ``a, b and c``."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def region_words(war: War, region: str) -> str:
    """A region's name in a sentence: ``the X region`` where the bare name could be taken for a town."""
    place = war.regions[region]
    kinds = r"region|oblast|city|republic|district|community"
    told = place.level == 0 or len(war.children(region)) <= 1 or bool(re.search(kinds, place.name, re.IGNORECASE))
    return place.name if told else f"{place.name} region"


def source_words(war: War, ids: Iterable[str]) -> str:
    """Producers of the sources, each once, as a list in a sentence."""
    names = [war.sources[i].producer if i in war.sources else i for i in ids]
    return join_words(list(dict.fromkeys(names)))


def source_name(war: War, source: str) -> str:
    """A short name of a source for a label in a chart: the producer, up to its first stroke or comma."""
    producer = war.sources[source].producer if source in war.sources else source
    return re.split(r" / |, | through | citing ", producer)[0]


def source_looks(sources: Sequence[str]) -> dict[str, tuple[str, list[int], str]]:
    """Ink, dash and shape of each source; the same source set always looks the same."""
    return {
        s: (SOURCE_INKS[i % 5], list(SOURCE_DASHES[i % 5]), SOURCE_SHAPES[i % 5]) for i, s in enumerate(sorted(sources))
    }


def unchecked() -> AbstractContextManager[None]:
    """While it lasts, Altair builds charts without holding each against its schema, which the tests have done."""
    return debug_mode(False)


def to_spec(figure: Figure) -> dict[str, Any]:
    """The figure as a self-contained Vega-Lite specification, worked out once: a page asks for it several times."""
    return figure._vega_lite


def to_svg(figure: Figure, width: int | None = None, framed: bool = False) -> str:
    """The figure as an SVG document.

    Parameters
    ----------
    figure : Figure
    width : int, optional
        Display width, px; the drawing keeps its layout and is scaled. To change the layout, draw at another width.
    framed : bool
        Whether title and caption are written into the picture, for a reader who takes it away from the page.
    """
    svg: str = vl_convert.vegalite_to_svg(to_spec(figure))
    svg = _frame(figure, svg) if framed else svg
    head = re.search(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)
    if head is None:
        raise ValueError(f"{figure.id}: a drawing without a size")
    own_width, own_height = float(head.group(1)), float(head.group(2))
    label = f'<svg role="img" aria-label="{escape(figure.alt, {chr(34): "&quot;"})}"'
    if width is not None:
        sized = head.group(0).replace(
            f'width="{head.group(1)}" height="{head.group(2)}"',
            f'width="{width}" height="{own_height * width / own_width:.0f}"',
        )
        svg = svg.replace(head.group(0), sized, 1)
    return svg.replace("<svg", label, 1)


def to_png(figure: Figure, width: int | None = None, framed: bool = False, scale: float = 2.0) -> bytes:
    """The figure as a PNG picture, `scale` device pixels to a px."""
    return vl_convert.svg_to_png(to_svg(figure, width, framed), scale=scale)


ENDINGS = (".svg", ".png", ".html")
"""What a figure may be saved as."""


def check_ending(file: Path) -> None:
    """Refuse a file in which no figure can be saved.

    Raises
    ------
    QueryError
        If its name does not end in one of `ENDINGS`.
    """
    if file.suffix.lower() not in ENDINGS:
        raise QueryError(f"{file}: ending {file.suffix!r}; expected {', '.join(ENDINGS)}; change the ending")


def save_figure(figure: Figure, file: Path) -> None:
    """Save a figure with its words, as a drawing, a picture or a page, by the ending of the file's name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ending = file.suffix.lower()
    if ending == ".png":
        file.write_bytes(to_png(figure, framed=True))
    elif ending == ".html":
        file.write_text(vl_convert.vegalite_to_html(to_spec(figure), bundle=True), encoding="utf-8")
    else:
        file.write_text(to_svg(figure, framed=True), encoding="utf-8")


def _frame(figure: Figure, svg: str) -> str:
    """Title above and caption below a drawing, wrapped to its width."""
    head = re.search(r' width="([\d.]+)" height="([\d.]+)"', svg)
    if head is None:
        raise ValueError(f"{figure.id}: a drawing without a size")
    width, height = float(head.group(1)), float(head.group(2))
    big, small = (15, 10) if is_narrow(int(width)) else (18, 11)
    title = wrap_text(figure.title, width - 12, big, bold=True)
    caption = wrap_text(figure.caption, width - 12, small)
    top, bottom = 14 + len(title) * (big + 4), 16 + len(caption) * (small + 4)
    lines = [
        f'<text x="5" y="{10 + big + i * (big + 4)}" font-family="{FONT}" font-size="{big}" font-weight="bold" '
        f'fill="{INK}">{escape(line)}</text>'
        for i, line in enumerate(title)
    ] + [
        f'<text x="5" y="{top + height + 8 + small + i * (small + 4):g}" font-family="{FONT}" font-size="{small}" '
        f'fill="{MUTED}">{escape(line)}</text>'
        for i, line in enumerate(caption)
    ]
    inner = svg.replace("<svg", f'<svg x="0" y="{top}"', 1)
    whole = f'{width:g}" height="{top + height + bottom:g}'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" viewBox="0 0 {width:g} {top + height + bottom:g}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{inner}{"".join(lines)}</svg>'
    )


__all__ = [
    "ENDINGS", "FAINT", "FONT", "GRID", "INK", "MUTED", "NARROW", "PAPER", "SIDE", "SIDE_PALE", "SIDE_TEXT", "Chart", "Figure", "check_ending",
    "day_words", "finish", "font_size", "is_narrow", "join_words", "line_sentence", "number_words", "records", "region_words", "save_figure", "short_day",
    "signed_words", "source_looks", "source_name", "source_words", "text_width", "time_axis", "to_png", "to_spec",
    "to_svg", "unchecked", "unit_title", "wrap_text",
]  # fmt: skip

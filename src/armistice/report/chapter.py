"""What the page is made of: chapters with words, tables, figures and lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Table:
    """A table of the page; a folded one shows its caption until it is opened."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | Markup, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Chapter:
    """One section of the page: words, then tables, then figures, then lists."""

    id: str
    title: str
    paragraphs: tuple[Markup, ...]
    figures: tuple[str, ...] = ()
    tables: tuple[Table, ...] = field(default=())
    lists: tuple[tuple[Markup, ...], ...] = field(default=())

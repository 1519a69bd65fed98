"""The tables of a pack, column by column, and the quantities an observation may speak of.

Each column and each quantity is declared once, here; the checks, the readers and the reference pages are
made from these two dictionaries and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "id", "date", "number", "integer", "flag", "sha256", "path"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, meaning : str
    kind : str
        How a cell is read: text, id (lower-case letters, digits, - and _), date (ISO 8601), number, integer,
        flag (0 or 1), sha256, path (inside the pack).
    required : bool
        Whether a cell may be empty.
    low, high : float or None
        Bounds of a number, inclusive.
    choices : tuple of str
        The only values allowed, if any.
    """

    name: str
    meaning: str
    kind: Kind = "text"
    required: bool = True
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of a pack: its file (without ending), its columns, its key, and whether a pack must have it."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


BASES = ("page", "mixed", "memory", "data", "judgement")
RESPONSES = ("accepted", "countered", "refused", "silent", "conditional")
LEVELS = {0: "country", 1: "region", 2: "district", 3: "community", 9: "step of an axis"}

_LON = Column("lon", "longitude of a point inside, degrees east", "number", low=-180, high=180)
_LAT = Column("lat", "latitude of a point inside, degrees north", "number", low=-90, high=90)

_STATEMENT = (
    Column("quantity", "what is measured, one of the declared quantities", "id"),
    Column("belligerent", "the party it speaks of", "id"),
    Column("region", "where; empty if everywhere", "id", required=False),
    Column("start", "first day of the period spoken of", "date"),
    Column("end", "last day of the period spoken of", "date"),
    Column("published", "day the statement became known", "date"),
    Column("low", "low end of the range", "number", required=False),
    Column("value", "central value", "number"),
    Column("high", "high end of the range", "number", required=False),
    Column("unit", "unit of the quantity", "text"),
    Column("source", "source id", "id"),
    Column("note", "anything a reader must know", required=False),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "sources",
            "where numbers come from and on which terms",
            (
                Column("id", "identifier used by every other table", "id"),
                Column("producer", "who made it"),
                Column("title", "what it is"),
                Column("version", "edition, vintage or commit", required=False),
                Column("url", "address for readers, without its scheme", required=False),
                Column("licence", "terms, in words"),
                Column("published", "date or period of publication, in words", required=False),
                Column("accessed", "day it was read", "date", required=False),
                Column("sha256", "checksum of the raw file", "sha256", required=False),
            ),
            key=("id",),
            required=True,
        ),
        Table(
            "regions",
            "pieces of land, from the country down to communities and steps of axes",
            (
                Column("region", "identifier", "id"),
                Column("name", "name for readers"),
                Column("parent", "the region it is part of; empty for a country", "id", required=False),
                Column(
                    "level", "0 country, 1 region, 2 district, 3 community, 9 step of an axis", "integer", low=0, high=9
                ),
                Column("owner", "side to whose country it belongs under international law", choices=("a", "b")),
                Column("area_km2", "land area", "number", low=0, high=2e7),
                Column(
                    "population", "people living there on population_date", "number", required=False, low=0, high=2e9
                ),
                Column("population_date", "day of the count or estimate", "date", required=False),
                Column("assets", "number of assets listed there", "integer", required=False, low=0),
                _LON,
                _LAT,
                Column("source", "source of area and population", "id"),
            ),
            key=("region",),
            required=True,
        ),
        Table(
            "axis",
            "ordered steps along which a front moves",
            (
                Column("axis", "identifier of the axis, as in war.toml", "id"),
                Column("step", "place in the order, from 1", "integer", low=1, high=500),
                Column("region", "the step as a region of level 9", "id"),
                Column("area_km2", "land area", "number", low=0, high=1e6),
                Column("people", "people living there on population_date", "number", low=0, high=1e9),
                Column("assets", "number of assets", "integer", low=0),
                Column(
                    "barrier",
                    "drift offset in steps a month where movement is slowed (judgement)",
                    "number",
                    low=-100,
                    high=100,
                ),
                Column("block", "name of an indivisible block the step belongs to", "id", required=False),
                Column("strategic", "1 where holding the step makes a peace safer for its holder", "flag"),
            ),
            key=("axis", "step"),
        ),
        Table(
            "values",
            "what each attribute of land is worth to each side",
            (
                Column("side", "a or b", choices=("a", "b")),
                Column("attribute", "people, area, assets or the name of a block", "id"),
                Column("low", "low weight", "number", low=0, high=1),
                Column("central", "central weight", "number", low=0, high=1),
                Column("high", "high weight", "number", low=0, high=1),
                Column("source", "source, or judgement"),
            ),
            key=("side", "attribute"),
        ),
        Table(
            "observations",
            "everything measured or claimed, one row a statement",
            _STATEMENT,
            key=("quantity", "belligerent", "region", "start", "end", "source"),
            required=True,
        ),
        Table(
            "cited",
            "single figures cited from publications, which a build adds to the observations",
            _STATEMENT,
            key=("quantity", "belligerent", "region", "start", "end", "published", "source"),
        ),
        Table(
            "events",
            "what happened, for timelines and annotations",
            (
                Column("date", "day", "date"),
                Column("kind", "talks, offensive, leak, election, sanctions, aid, annexation, agreement, summit", "id"),
                Column("title", "a few words"),
                Column("text", "one sentence", required=False),
                Column("source", "source, in words"),
                Column("basis", "how it is known", choices=BASES),
            ),
        ),
        Table(
            "responses",
            "who answered which proposal, and how",
            (
                Column("date", "day", "date"),
                Column("party", "who answered", "id"),
                Column("doc", "document answered", "id"),
                Column("document", "its title"),
                Column("response", "the answer", choices=RESPONSES),
                Column("text", "in a sentence", required=False),
                Column("basis", "how it is known", choices=BASES),
                Column("source", "source, in words"),
            ),
        ),
        Table(
            "forecasts",
            "public forecasts of a ceasefire or peace agreement, each the chance that it comes by a day",
            (
                Column("made", "day on which the forecast stood", "date"),
                Column("by", "last day that counts", "date"),
                Column("forecaster", "name for readers"),
                Column("question", "what must happen by then, in words"),
                Column(
                    "probability",
                    "chance that it happens on any day up to then",
                    "number",
                    low=0,
                    high=1,
                ),
                Column("outcome", "1 if it happened by then, 0 if not; empty while open", "flag", required=False),
                Column("resolved", "day at whose end the outcome was known", "date", required=False),
                Column("source", "source id", "id"),
                Column("basis", "how it is known", choices=BASES),
            ),
            key=("forecaster", "question", "made", "by"),
        ),
        Table(
            "places",
            "towns and villages",
            (
                Column("name", "name in the country it belongs to"),
                Column("region", "community, district or region", "id"),
                _LON,
                _LAT,
                Column("people", "people", "number", low=0, high=1e8),
                Column("capital", "1 for a capital, 2 for the seat of a region, 0 otherwise", "integer", low=0, high=2),
                Column("source", "source id", "id"),
            ),
        ),
        Table(
            "assets",
            "mines, plants, power stations and the like",
            (
                Column("name", "name"),
                Column("kind", "kind of asset", "id"),
                Column("region", "region of level 1", "id"),
                _LON,
                _LAT,
                Column("capacity", "capacity", "number", required=False, low=0),
                Column("unit", "unit of capacity", required=False),
                Column("status", "status before most war damage was recorded", required=False),
                Column("source", "source id", "id"),
            ),
        ),
        Table(
            "positions",
            "every stated position, dated",
            (
                Column("row", "row of the raw record it codes", "integer", required=False, low=1),
                Column("date", "day", "date"),
                Column("party", "whose position", "id"),
                Column("doc", "document", "id"),
                Column("document", "its title"),
                Column("status", "draft, offer, signed, leaked"),
                Column("issue", "issue, as in issues.toml", "id"),
                Column("option_low", "option nearest to side B's ideal that the text allows", "id", required=False),
                Column("option_high", "option nearest to side A's ideal that the text allows", "id", required=False),
                Column("text", "the position, in our words"),
                Column("basis", "how it is known", choices=BASES),
                Column("source", "source, in words"),
            ),
        ),
        Table(
            "redraws",
            "days on which a map was redrawn rather than land changing hands",
            (
                Column("source", "source id", "id"),
                Column("region", "region", "id"),
                Column("date", "day", "date"),
                Column("change_km2", "change in area held by side A", "number"),
                Column("why", "why it is taken for a redraw"),
            ),
        ),
        Table(
            "revisions",
            "what the sources changed about their own past between two builds",
            (
                Column("built", "as-of day of the later build", "date"),
                Column("source", "source id", "id"),
                Column("date", "day whose figure changed", "date"),
                Column("before_km2", "area held by side A in the country before", "number"),
                Column("after_km2", "the same, after", "number"),
            ),
        ),
        Table(
            "cells",
            "hexagon grid for maps",
            (
                Column("cell", "H3 index", "integer"),
                Column("region", "region of level 1", "id"),
                Column("area_km2", "land area inside the region", "number", low=0, high=1e5),
                Column("population", "people", "number", required=False, low=0),
                Column("axis", "axis it belongs to", "id", required=False),
                Column("step", "step of that axis", "integer", required=False, low=1),
            ),
            key=("cell",),
        ),
        Table(
            "control_cells",
            "share of each hexagon held by side A, by source and month",
            (
                Column("source", "source id", "id"),
                Column("date", "day of the map", "date"),
                Column("cell", "H3 index", "integer"),
                Column("belligerent", "who holds it", "id"),
                Column("share", "share of its land held", "number", low=0, high=1),
            ),
            key=("source", "date", "cell", "belligerent"),
        ),
    )
}


@dataclass(frozen=True)
class Quantity:
    """A thing that can be observed.

    Attributes
    ----------
    name, title, unit, meaning : str
    kind : {"state", "cumulative", "flow"}
        A state holds on each day from start to end; a cumulative count is as of end; a flow happened between
        start and end.
    low, high : float or None
        Bounds, inclusive.
    """

    name: str
    title: str
    unit: str
    kind: Literal["state", "cumulative", "flow"]
    meaning: str
    low: float | None = 0.0
    high: float | None = None


QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity(
            "control",
            "area held",
            "km2",
            "state",
            "land inside the region held by the belligerent on each day; the high end adds land of unknown control",
        ),
        Quantity(
            "people",
            "people living in the part held",
            "persons",
            "state",
            "people who lived, on the population date, in the part of the region held by the belligerent; the range is between ways of splitting a community that the line cuts",
        ),
        Quantity(
            "assets",
            "assets in the part held",
            "count",
            "state",
            "listed assets in the part of the region held by the belligerent",
        ),
        Quantity(
            "advance",
            "area with assessed advances",
            "km2",
            "state",
            "land inside the region where a source assesses advances but not control",
        ),
        Quantity(
            "losses_personnel",
            "killed and wounded",
            "persons",
            "cumulative",
            "losses of the belligerent's forces since the start, as claimed or estimated by the source; captured and missing left out",
        ),
        Quantity(
            "losses_with_captured",
            "killed, wounded, captured and missing",
            "persons",
            "cumulative",
            "losses of the belligerent's forces since the start, with those captured and missing, as counted or estimated by the source",
        ),
        Quantity(
            "losses_dead_named",
            "soldiers confirmed dead by name",
            "persons",
            "cumulative",
            "a lower bound: only those found by name",
        ),
        Quantity(
            "losses_missing_named",
            "soldiers listed missing by name",
            "persons",
            "cumulative",
            "named in lists of the missing",
        ),
        Quantity(
            "losses_dead_estimated",
            "soldiers estimated dead",
            "persons",
            "cumulative",
            "estimates from registers or demography",
        ),
        Quantity(
            "losses_tanks", "tanks lost", "items", "cumulative", "tanks lost as claimed or confirmed by the source"
        ),
        Quantity(
            "losses_armour",
            "armoured vehicles lost",
            "items",
            "cumulative",
            "armoured vehicles lost as claimed or confirmed by the source",
        ),
        Quantity(
            "losses_artillery",
            "artillery lost",
            "items",
            "cumulative",
            "guns lost as claimed or confirmed by the source",
        ),
        Quantity(
            "losses_equipment",
            "heavy equipment lost",
            "items",
            "cumulative",
            "all types of heavy equipment, visually confirmed",
        ),
        Quantity("aid_military", "military aid received", "EUR million", "flow", "allocated in the period"),
        Quantity("aid_financial", "financial aid received", "EUR million", "flow", "allocated in the period"),
        Quantity("aid_humanitarian", "humanitarian aid received", "EUR million", "flow", "allocated in the period"),
        Quantity(
            "aid_given_military", "military aid given", "EUR million", "flow", "allocated by the donor in the period"
        ),
        Quantity(
            "aid_given_financial", "financial aid given", "EUR million", "flow", "allocated by the donor in the period"
        ),
        Quantity(
            "aid_given_humanitarian",
            "humanitarian aid given",
            "EUR million",
            "flow",
            "allocated by the donor in the period",
        ),
        Quantity(
            "shells_produced",
            "artillery shells produced or refurbished",
            "rounds",
            "flow",
            "rounds of artillery ammunition made or refurbished in the period",
        ),
        Quantity(
            "shells_supplied",
            "artillery shells available",
            "rounds",
            "flow",
            "rounds available to the belligerent from its supporters in the period",
        ),
        Quantity(
            "shells_capacity",
            "capacity to make artillery shells",
            "rounds",
            "flow",
            "rounds that could be made in the period",
        ),
        Quantity("shells_fired", "artillery shells fired", "rounds", "flow", "rounds fired in the period"),
        Quantity(
            "refugees", "refugees abroad", "persons", "state", "refugees from the belligerent's country on that day"
        ),
        Quantity("displaced", "displaced within the country", "persons", "state", "internally displaced on that day"),
        Quantity(
            "civilians_killed",
            "civilians killed, confirmed",
            "persons",
            "flow",
            "confirmed by the source in the period; the true number is higher",
        ),
        Quantity(
            "civilians_injured",
            "civilians injured, confirmed",
            "persons",
            "flow",
            "confirmed by the source in the period; the true number is higher",
        ),
        Quantity("battle_events", "battle events", "count", "flow", "events recorded in the period"),
        Quantity(
            "assets_frozen",
            "immobilised state assets",
            "EUR million",
            "state",
            "state assets immobilised abroad on that day",
        ),
        Quantity(
            "market_price",
            "market price of a side's money or bonds",
            "% of par",
            "state",
            "mean over the period of what a market paid for 100 of the belligerent's money or bonds, in gold or in the money it was promised "
            "in; the range is the lowest and the highest of the period; the source's title says what was traded",
        ),
    )
}

REGIONAL = ("control", "people", "assets", "advance")
"""Quantities that mean nothing without a region."""

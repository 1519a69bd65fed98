"""Kinds of provision on land: who holds it, who recognises that, what is left for later."""

from __future__ import annotations

from armistice.core.settlement import Kind
from armistice.deal.entries import choice, number, plain, whole

_LAND = ("territory", "order", "security")
_REGIONS = plain("regions", "regions", "regions of the pack", True)

TERRITORY = (
    Kind(
        "control_line", "Line of control", "territory", "Who holds which part of a region once the settlement is in force.",
        _LAND,
        (
            _REGIONS,
            choice(
                "line", "where the line runs",
                full_a="all of it to {a}", front="the line of contact", before="the line before the war's baseline day",
                full_b="all of it to {b}", neutral="{b} leaves the part it holds, troops of {a} stay out", listed="the districts listed go to {a}",
                drawn="a line drawn in a file", cells="the hexagons listed go to {a}",
            ),
            plain("held_a", "regions", "with line = listed: districts inside the regions that side A holds"),
            plain("drawing", "text", "GeoJSON file of the line, by its path from the draft"),
            plain("cells", "cells", "hexagons of side B's country that side A holds"),
        ),
        ("regions",), {"regions": ["{region}"], "line": "full_a"},
        (("line", "listed", "held_a"), ("line", "drawn", "drawing"), ("line", "cells", "cells")),
    ),
    Kind(
        "withdrawal", "Withdrawal", "territory", "Whose troops leave which regions, and before which step.", _LAND,
        (
            plain("side", "side", "whose troops leave", True), _REGIONS,
            choice(
                "before", "the step it must precede", False,
                ceasefire="before the ceasefire", signature="before signature", none="at no stated step",
            ),
            whole("days", "time allowed", "days", 3650),
        ),
        ("side", "regions"), {"side": "{b}", "regions": ["{other}"], "before": "ceasefire"},
    ),
    Kind(
        "recognition", "Recognition", "territory", "Who accepts control of land, and in which form.", _LAND,
        (
            _REGIONS, plain("of", "side", "whose control", True),
            choice(
                "level", "form", none="not recognised", de_facto="recognised in fact", de_jure="recognised in law",
            ),
            plain("by", "parties", "who recognises; without it, the parties to the settlement"),
            plain("void_if", "text", "what takes it back"),
        ),
        ("regions", "by"), {"regions": ["{region}"], "of": "{a}", "level": "none"},
    ),
    Kind(
        "demilitarised_zone", "Demilitarised zone", "territory", "Land on which forces or heavy weapons may not stand.",
        _LAND,
        (
            plain("regions", "regions", "where, if it is said"),
            choice(
                "withdraws", "who pulls back",
                both="both sides pull back", a="{a} pulls back", b="{b} pulls back", none="forces stay in place",
            ),
            choice("what", "what may not stay", False, forces="all forces", heavy_weapons="heavy weapons"),
            number("depth", "depth on each side", "km", 500), plain("mirrored", "flag", "equal depth on both sides"),
            plain("condition", "text", "what must come first"),
        ),
        ("regions",), {"withdraws": "both", "what": "heavy_weapons", "depth": 15, "mirrored": True},
    ),
    Kind(
        "land_swap", "Exchange of land", "territory", "Land that changes hands both ways.", _LAND,
        (
            choice(
                "start", "where talks on it start", line="from the line of contact", listed="the regions listed change hands",
            ),
            plain("to_a", "regions", "districts that pass to side A"),
            plain("to_b", "regions", "districts that pass to side B"),
        ),
        ("start",), {"start": "line"}, (("start", "listed", "to_a"), ("start", "listed", "to_b")),
    ),
    Kind(
        "lease", "Lease of land", "territory", "Land or a base that a side holds for a time and does not own.", _LAND,
        (
            _REGIONS, plain("to", "side", "who leases it", True),
            choice("use", "what for", base="a base", administration="all of it, with its administration"),
            whole("years", "for how long", "years", 999), whole("garrison", "most troops there", "men", 1_000_000),
            number("rent", "rent a year", "million", 100_000), plain("currency", "text", "its currency"),
        ),
        ("regions",), {"regions": ["{region}"], "to": "{a}", "use": "base", "years": 30, "garrison": 5000},
    ),
    Kind(
        "status_later", "Status left for later", "territory", "A question of status put off, and how it is to be answered.",
        _LAND,
        (
            _REGIONS,
            choice("by", "how it is answered", talks="talks", leaders="the two leaders", vote="a vote", later="not said"),
            whole("years", "time set for it", "years", 100), plain("no_force", "flag", "force is barred meanwhile"),
        ),
        ("regions",), {"regions": ["{other}"], "by": "talks", "years": 10, "no_force": True},
    ),
    Kind(
        "referendum", "Referendum", "territory", "A vote on the settlement or a part of it.", _LAND,
        (
            plain("side", "side", "whose voters", True), plain("on", "text", "the question", True),
            whole("ceasefire", "ceasefire held for it", "days", 3650),
        ),
        ("side", "on"), {"side": "{b}", "on": "the status of a region", "ceasefire": 60},
    ),
    Kind(
        "border_principle", "Rule on borders", "territory", "The general rule about borders that a text lays down.", _LAND,
        (
            choice(
                "rule", "the rule",
                restored="recognised borders stand and are restored", sovereignty="sovereignty of all, no borders named",
                voters="for the people of {b} to decide", line_unrecognised="from the line, no force, nothing recognised",
                agreed_lines="the agreed lines may not be changed by force", claims_a="borders as {a} claims them",
                claims_b="borders as {b} claims them",
            ),
        ),
        (), {"rule": "line_unrecognised"},
    ),
    Kind(
        "self_rule", "Special status", "territory", "A status of its own for regions that stay in their state.", _LAND,
        (
            _REGIONS,
            choice(
                "by", "what gives it", law="a law of {b}", constitution="a change of the constitution of {b}",
                leaders="left to the two leaders",
            ),
            plain("local_elections", "flag", "local elections are part of it"),
        ),
        ("regions",), {"regions": ["{region}"], "by": "law"},
    ),
    Kind(
        "border_control", "Control of the border", "territory", "Who controls the border between the sides, and from when.",
        _LAND,
        (
            plain("regions", "regions", "along which regions"),
            choice(
                "rule", "the rule", first="{b} before any other step", monitored="monitored from outside",
                after_elections="{b}, after local elections", none="not {b}",
            ),
            plain("by", "parties", "who monitors"),
        ),
        (), {"rule": "monitored", "by": ["{third}"]},
    ),
)  # fmt: skip
"""Kinds on land, in the order of the reference page."""

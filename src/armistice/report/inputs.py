"""Every number that goes into the war-termination game, in plain words, with its range and its reason."""

from __future__ import annotations

from armistice.core.endings import Ending
from armistice.core.parameters import BELIEFS, PARAMETERS
from armistice.core.war import War
from armistice.report.chapter import Table
from armistice.report.figures import Records
from armistice.show.endings import sides_words


def inputs_table(r: Records, ending: Ending) -> Table:
    """All numbers that went into the game, each with its range and reason."""
    war, rows = r.study.pack.war, []
    for key, spread in ending.parameters.items():
        meaning, unit = _meaning(war, key)
        rows.append((meaning, unit, *(f"{v:.3g}".replace("-", "−") for v in (spread.low, spread.central, spread.high)), spread.source))  # fmt: skip
    judged = r.study.pack.game
    if judged is not None:
        for lo, hi, source in judged.blocks:
            rows.append((f"land that cannot be split: steps {lo + 1} to {hi}", "steps", "", "", "", source))
        if judged.strategic_line is not None:
            rows.append(("a line that makes a settlement safe", "step", "", f"{judged.strategic_line}", "", judged.strategic_source))  # fmt: skip
    return Table(
        f"All {len(rows)} inputs of the game, with range and reason; what comes from the record does not vary between draws",
        ("input", "unit", "low", "central", "high", "reason or source"), tuple(rows), folded=True,
    )  # fmt: skip


def _meaning(war: War, key: str) -> tuple[str, str]:
    """What an input means, with the sides' names, and its unit."""
    known = PARAMETERS.get(key) or BELIEFS.get(key)
    if known is not None:
        return sides_words(war, known.meaning), known.unit
    kind, _, rest = key.partition(".")
    if kind == "value":
        side, _, attribute = rest.partition(".")
        of = war.regions[attribute].name if attribute in war.regions else attribute
        return f"weight of {of} in what a step is worth to {war.side(side).name}", "weight"  # type: ignore[arg-type]
    if key == "record.drift":
        return (
            f"movement of the front on record, positive towards {war.side('a').name}: the analyst's belief",
            "steps per month",
        )
    return "how far one month's movement strays from its drift", "steps per month"

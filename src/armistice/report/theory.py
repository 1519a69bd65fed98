"""The report's words on published models: which condition holds for the war as it stands, with the numbers used."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from armistice.core.war import War
from armistice.findings import Finding
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.words import num, say
from armistice.show.bargaining import axis_title, over_draws, range_words
from armistice.show.endings import sides_words
from armistice.theory.models import MODELS


def tell_theory(r: Records) -> list[Chapter]:
    """The chapter on published models; none where there is no game to take the numbers from."""
    found, ending = r.study.findings, r.study.ending
    if not found or ending is None:
        return []
    war, draws = r.study.pack.war, len(found[0].holds)
    blocking = [f for f in found if f.obstacle and f.holds.mean() > 0.5]
    at_times = [f for f in found if f.obstacle and 0 < f.holds.mean() <= 0.5]
    lead = say(
        "Older models than the game ask one question each: they know a war as one lottery with a price, or one reason to fight. Here they are given "
        "this war's numbers, on the same {n} draws: what each side expects of fighting to the finish on the axis {axis}, the wait for it included, and what "
        "that costs it. So they say whether a reason for war is there if the alternative to a deal is a war to the end; they do not "
        "say what the next month teaches, which is what the game is for.",
        n=num(f"{draws}", "draws of the judged inputs, as in the game"), axis=axis_title(war, ending),
    )  # fmt: skip
    result = say(
        "In most draws {most}; in some, {some}. Where no reason of these stands in the way, the older models would expect a deal, and the war "
        "itself says that they miss something: that is an argument about models, not a forecast.",
        most=_names(war, blocking) or "none of their obstacles is found",
        some=_names(war, at_times) or "no other",
    )  # fmt: skip
    known = found[0].solution
    lottery = say(
        "If the pace on record held to the end, which no record can promise, fighting to the finish would bring {a} {p} of the stake by its own weights; shares from {low} to {high} would be better "
        "for both than that war. {a} holds {held} now.",
        a=war.side("a").name, p=_share(known.inputs["p"], "analyst's belief, the wait included"), low=_share(known["low"], "least share that suits it"),
        high=_share(known["high"], "largest share that suits the other side"), held=_share(ending.by_steps.held_a[[int(np.argmin(np.abs(ending.by_steps.at)))]], "worth of the land behind the line of the day"),
    )  # fmt: skip
    caution = say(
        "How the numbers of a war become those of a model is our own reduction, whatever the model's own standing; each row gives that standing. "
        "Two of the models take as given how unsure one side is of the other's costs; that is a judgement of this program."
    )
    engine = say(
        "Engine: the library of published models, closed forms or backward induction, one model a row; not the war-termination game."
    )
    return [
        Chapter("theory", "What the theory says", (lead, lottery, result, caution, engine), tables=(_verdicts(war, found), _numbers(war, found)))
    ]  # fmt: skip


def _names(war: War, found: list[Finding]) -> str:
    return "; ".join(f"{sides_words(war, f.condition)} ({f.solution.name})" for f in found)


def _verdicts(war: War, found: tuple[Finding, ...]) -> Table:
    rows = []
    for f in found:
        count = num(f"{int(f.holds.sum())} of {len(f.holds)} draws", f"draws in which {sides_words(war, f.condition)}")
        stands = say("{model}: {label}", model=f.solution.name, label="; ".join(f.solution.provenance))
        reason = "an obstacle where it holds" if f.obstacle else "what makes a deal possible"
        rows.append((sides_words(war, f.question), stands, say("{condition} ({reason})", condition=sides_words(war, f.condition), reason=reason), count))  # fmt: skip
    return Table(
        "Published models on this war: the condition of each, and in how many draws of the judged inputs it holds",
        ("question", "model and its standing", "condition", "holds in"), tuple(rows),
    )  # fmt: skip


def _numbers(war: War, found: tuple[Finding, ...]) -> Table:
    """What went into each model and came out, and the command that gives the first draw's answer."""
    rows: list[tuple[str | Markup, ...]] = []
    for f in found:
        model = MODELS[f.solution.name]
        typed = []
        for name, source in f.numbers.items():
            values = np.asarray(f.solution.inputs[name], float)
            typed.append(f"{name}={values[0]:.4g}")
            rows.append((model.name, f"{name}: {sides_words(war, source)}", _range(values)))
        for output in model.outputs:
            values = np.asarray(f.solution[output.name])
            if values.dtype.kind == "f":
                rows.append((model.name, f"gives {output.name}: {_meaning(war, f, output.meaning)}", _range(values)))
        rows.append((model.name, "run it with the central numbers", f"armistice model {model.name} {' '.join(typed)}"))
    return Table(
        "The numbers used: medians with the 10 to 90 % range of the draws; the last row of each model gives its command",
        ("model", "number", "value"), tuple(rows), folded=True,
    )  # fmt: skip


def _meaning(war: War, f: Finding, text: str) -> str:
    """A meaning in the model's own words, with the names of the sides that play its sides A and B."""
    if f.first == "b":
        text = text.replace("side A", "side ?").replace("side B", "side A").replace("side ?", "side B")
    return sides_words(war, text)


def _share(values: np.ndarray, note: str) -> Markup:
    return num(
        range_words(over_draws(values), len(values)), f"{note}; median and 10 to 90 % range of {len(values)} draws"
    )


def _range(values: np.ndarray) -> Markup:
    low, middle, high = over_draws(values)
    if not np.isfinite(middle):
        return num("none", "does not exist here")
    text = (
        f"{middle:.2f}" if round(float(low), 2) == round(float(high), 2) else f"{middle:.2f} ({low:.2f} to {high:.2f})"
    )
    return num(text.replace("-", "−"), f"median and 10 to 90 % range of {len(values)} draws")

"""The generated pages: commands, the pack, game files, queries of claims, figures, models. ``make docs`` writes them anew.

Everything here is read from the program itself (commands from click, tables and quantities from their two
dictionaries, queries and figures from their lists), so that a page cannot say what the program does not do.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from generate_models import FOLDER, NOTE, list_page, model_pages
from generate_models import table as _table
from generate_provisions import provisions_page

from armistice.cli import main as cli
from armistice.core import errors
from armistice.core.parameters import BELIEFS, JUDGED, LINES, PARAMETERS
from armistice.data.ask import QUERIES
from armistice.data.judgements import REQUIRED
from armistice.data.tables import BASES, LEVELS, QUANTITIES, RESPONSES, TABLES, Column
from armistice.game import read
from armistice.report.figures import FIGURES
from armistice.theory import MODELS

_WIDTH = 100


def pages() -> dict[str, str]:
    """All generated pages but those of single models: path below ``docs/`` → text."""
    return {
        "reference/cli.md": commands_page(),
        "reference/game.md": game_page(),
        "reference/pack.md": pack_page(),
        "reference/queries.md": queries_page(),
        "gallery/index.md": gallery_page(),
        f"{FOLDER}/index.md": list_page(),
        "reference/provisions.md": provisions_page(),
    }


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write generated files below a folder."""
    files = []
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        files.append(file)
    return files


def commands_page() -> str:
    """Every command with its arguments and options, as click knows them."""
    parts = [NOTE, "# Commands\n", f"{_paragraphs(cli.help)}\n"]
    parts.append(_table(("command", "does"), ((f"[`{n}`](#{n})", _first(c)) for n, c in sorted(cli.commands.items()))))
    parts.append("`armistice --version` prints the version, `-h` or `--help` after any command its help.\n")
    for name, command in sorted(cli.commands.items()):
        context = click.Context(command, info_name=f"armistice {name}", terminal_width=_WIDTH, max_content_width=_WIDTH)
        usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
        parts += [f"## {name}\n", f"    {usage}\n", f"{_paragraphs(command.help)}\n"]
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        rows = [(f"`{p.make_metavar(context).strip('[]')}`", _argument(p)) for p in arguments]
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                record = option.get_help_record(context)
                assert record is not None
                rows.append((f"`{record[0]}`", " ".join(record[1].split())))
        parts.append(_table(("argument or option", "meaning"), rows))
    parts += ["## Exit status\n", _table(("status", "meaning"), _STATUSES)]
    parts += ["## Errors that a user can mend\n", _sentence(
        "Each is printed as one sentence on standard error: where, what was found, what was expected, what to do."
    )]  # fmt: skip
    kinds = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.ArmisticeError)]
    kinds = [k for k in kinds if k is not errors.ArmisticeError]
    parts.append(_table(("error", "meaning"), ((f"`{k.__name__}`", _doc(k)) for k in kinds)))
    return "\n".join(parts)


_STATUSES = (
    ("0", "done"),
    ("1", "something went wrong in the program, or a download failed"),
    ("2", "something to mend in what was given: a fault in the pack, an unknown name, a day outside the record, a wrong option"),
)  # fmt: skip
_ARGUMENTS = {
    "file": "A [game file](game.md).",
    "inputs": "Inputs of the model, one after another.",
    "name": "One of the [models](../explanation/models/index.md).",
    "pack": "Folder of a war (`wars/toy`) or its name (`toy`).",
    "draft": "A draft of the pack, by its id, or a [file](../how-to/write-a-settlement.md).",
    "drafts": "Drafts of the pack, by their ids, or [files](../how-to/write-a-settlement.md).",
    "drawn": "A [GeoJSON file](../how-to/draw-a-line.md).",
    "wars": "Packs of which `wars/record/endings.csv` says how their fighting ended; all of them by default.",
    "figure": "One of the [figures](../gallery/index.md).",
}


def _argument(argument: click.Argument) -> str:
    text = _ARGUMENTS[str(argument.name)]
    return text if argument.required else f"{text} [optional]"


def pack_page() -> str:
    """Tables and columns of a pack, and the quantities an observation may speak of."""
    parts = [
        NOTE,
        "# The pack\n",
        _sentence(
            "A pack is a folder: settings in TOML, small tables in CSV, large ones in Parquet (a table may be either). Text is UTF-8, "
            "days are ISO 8601, areas km², people persons. `armistice check` reads all of it and reports every fault at once. A pack "
            "must have `war.toml` and the tables marked so. [Add a war](../how-to/add-a-war.md) builds one step by step."
        ),
        "## Files\n",
    ]
    files = [
        ("`war.toml`", "title, days, sides, third parties, axes, pauses, notes", "yes"),
        (
            "[`issues.toml`](#issues)",
            "issues with options in order, what holds now, what each side wants, red lines",
            "",
        ),
        ("[`game.toml`](#judgements-of-the-game)", "judged numbers of the war-termination game", ""),
        ("[`scenarios.toml`](#scenarios)", "what-ifs with their judged effect on the pace of the front", ""),
        ("`claims.toml`", "published claims: [check a claim](../how-to/check-a-claim.md)", ""),
        ("`build.toml`", "raw files and steps: [rebuild from raw files](../how-to/rebuild-from-raw.md)", ""),
        ("`outlines.geojson`", "coarse outlines for maps", ""),
        *((f"[`{t.name}`](#{t.name})", t.meaning, "yes" if t.required else "") for t in TABLES.values()),
    ]
    parts.append(_table(("file", "what it holds", "required"), files))
    parts += ["## Tables\n"]
    for table in TABLES.values():
        key = f" One row for each {', '.join(f'`{k}`' for k in table.key)}." if table.key else ""
        parts += [f"### {table.name}\n", _sentence(f"{table.meaning[0].upper()}{table.meaning[1:]}.{key}")]
        rows = (
            (f"`{c.name}`", c.meaning, c.kind, _allowed(c), "" if c.required else "may be empty") for c in table.columns
        )
        parts.append(_table(("column", "meaning", "kind", "allowed", ""), rows))
    parts += ["## Quantities\n", _sentence(
        "What an observation may speak of. A *state* holds on each day from `start` to `end`; a *cumulative* count is as of `end`; a "
        "*flow* happened between `start` and `end`."
    )]  # fmt: skip
    quantities = ((f"`{q.name}`", q.title, q.unit, q.kind, q.meaning) for q in QUANTITIES.values())
    parts.append(_table(("quantity", "title", "unit", "kind", "meaning"), quantities))
    parts += ["## Issues\n", *_issues()]
    parts += ["## Judgements of the game\n", *_judgements()]
    parts += ["## Scenarios\n", _table(("key of `[[scenario]]`", "meaning", "required"), _SCENARIO)]
    parts += ["## Words with a fixed meaning\n"]
    words = [
        ("kind id", "lower-case letters, digits, `-` and `_`"),
        ("levels of regions", ", ".join(f"{k} {v}" for k, v in LEVELS.items())),
        ("basis", ", ".join(BASES)),
        ("response", ", ".join(RESPONSES)),
    ]
    parts.append(_table(("where", "words"), words))
    return "\n".join(parts)


def _issues() -> list[str]:
    """The format of `issues.toml`."""
    return [
        _sentence(
            "`issues.toml` holds what the sides differ on. An issue is an `[[issue]]` with its options in order and a table for each side, "
            "`[issue.a]` and `[issue.b]`; a red line is a `[[red_line]]`, and goods that are worth something only together are a `[[bundle]]`. A side's own end of the scale is 1 for side A and 0 for side B. "
            "What a third party wants stands in `[issue.others.<id>]`, with the keys of a side."
        ),
        _table(("key of `[[issue]]`", "meaning", "required"), _ISSUE),
        _table(("key of `[issue.a]` and `[issue.b]`", "meaning", "required"), _WANTED),
        _table(("key of `[[red_line]]`", "meaning", "required"), _RED_LINE),
        _table(("key of `[[bundle]]`", "meaning", "required"), _BUNDLE),
    ]


def _judgements() -> list[str]:
    """The format of `game.toml` and the numbers that it may hold."""
    rows = []
    for key in JUDGED:
        number = PARAMETERS.get(key) or BELIEFS[key]
        default = (
            "must be given" if key in REQUIRED else "not judged" if number.default is None else f"{number.default:g}"
        )
        rows.append((f"`{key}`", number.symbol, number.meaning, number.unit, number.bounds, default))
    return [
        _sentence(
            "`game.toml` holds what nobody has measured. Each number is a table `[table.key]` with `low`, `central`, `high` and "
            "`source`, the first three finite, in this order and inside the bounds; the source says why, and begins with *judgement* where there is no other. "
            "The judgements are those of the day of the pack, also where a question is asked as of an earlier day."
        ),
        _table(("number", "symbol", "meaning", "unit", "bounds", "where it is missing"), rows),
        _sentence(
            "The stake of the war, the land of the axis, is worth 1. With a discount of 0.995 a month, a cost of 1 means that a month of "
            "fighting costs half a per cent of the stake. Positive drifts and shifts are towards side A."
        ),
        _table(("key of `[axis]`", "meaning", "required"), _GROUND),
        _table(("key of `[[pressure]]`", "meaning", "required"), _PRESSURE),
    ]


_ISSUE = (
    ("`id`, `title`, `question`", "its name, its title, and what is asked", "yes"),
    ("`kind`", "what it is about: territory, security, …", "yes"),
    ("`divisible`, `minor`", "true or false; false where they are missing", ""),
    ("`options`", "two or more, as a list of `{id, label, value}`, with values from 0 (what side B would like best) to 1 (what side A would), strictly increasing", "yes"),
    ("`now`", "the option that holds, or comes nearest to what holds, while nothing is agreed and the fighting goes on: a draft that is silent leaves it so", ""),
    ("`now_why`", "why it is that option, where it needs a word", ""),
    ("`decided`", "how far the outcome of the fighting settles the issue, from 0 (not at all) to 1 (wholly), as `{low, central, high, source}`; the general judgement where it is missing", ""),
)  # fmt: skip
_WANTED = (
    ("`ideal`", "the option that the side would like best", "yes"),
    ("`salience`", "how much it cares, from 0 to 1, as `{low, central, high}`", "yes"),
    ("`acceptable`", "the two ends of what it has shown it could live with, a list of two options", "yes"),
    ("`source`, `why`", "where this comes from (*judgement* is an honest source), and in a sentence why", "yes"),
    ("`holds`", "of a third party, `[issue.others.<id>]`, only: what of the issue is in its own hands", ""),
)  # fmt: skip
_RED_LINE = (
    ("`side`, `issue`, `option`", "the first option past the line, counted from the side's own end of the scale", "yes"),
    ("`hard`", "true for a rule of the side's own law, with a source: the option is then barred; a cost otherwise", ""),
    ("`source`, `why`", "as above", "yes"),
)  # fmt: skip
_BUNDLE = (
    ("`id`, `title`", "its name, and what readers call it", "yes"),
    ("`party`", "who has more of the goods together: `a`, `b`, or a third party that wants something on each of the issues", "yes"),
    ("`needs`", "two or more goods, each on an issue of its own, as a list of `{issue, option}`: the party has the good under this option and under every other that lies no farther from its ideal", "yes"),
    ("`worth`", "what having all of them adds, above 0 and up to 1, in shares of all the issues together, as `{low, central, high, source}`; lacking one of them the party has nothing of it", "yes"),
    ("`why`", "in a sentence, why the one is of no use without the other", "yes"),
)  # fmt: skip
_GROUND = (
    ("`id`", "the axis of the pack on which the game is played", "yes"),
    ("`blocks`", "land that cannot be split, as a list of `{lo, hi, source}`: no line runs strictly between steps `lo` and `hi`, which lie at least two apart", ""),
    ("`strategic_line`", "`{step, source}`: a line that makes a settlement safe for the side that fears the shift of power. Where the line is at or below this step (at or above it, if the shift is towards side B), the shift is multiplied by `commitment.strategic_factor` of the game; it is 0 unless set, and the fear gone", ""),
    ("`lines`", "where options of issues draw the line, as a list of `{issue, option, line}`, with `line` one of " + ", ".join(f"`{line}`" for line in LINES) + " (of the axis, of the day, of the axis), or for a fixed place such as a past border the number of steps of the axis that side A holds there, from 0 on. With these `armistice match` reads the positions and responses of the pack", ""),
)  # fmt: skip
_PRESSURE = (
    ("`date`, `side`, `title`, `source`", "what a mediator or a third party did to press a side (`a` or `b`), and the reason for the numbers", "yes"),
    ("`costs`", "factor on the costs of that side, run as if it lasted; 0.1 to 10, 1 where it is missing", ""),
    ("`drift`", "steps a month by which all expect the front to move otherwise; -5 to 5, 0 where it is missing", ""),
)  # fmt: skip
_SCENARIO = (
    ("`id`, `title`, `question`", "its name, its title, and the question it answers", "yes"),
    ("`from_month`", "months after the as-of day at which it begins", "yes"),
    ("`drivers`", "what would bring it about, as a list of words: aid, shells, …", "yes"),
    ("`pace`", "factor on side A's pace, as `low`, `central`, `high` and `source`", "yes"),
    ("`recapture`", "what side B retakes in a month, as a share of the usual movement; the same four keys", ""),
)  # fmt: skip


def game_page() -> str:
    """Every table and key of a game file, and what the program says of a game in JSON."""
    given = {
        (table, key): (symbol, unit, bounds, default, meaning)
        for table, key, symbol, unit, bounds, default, meaning in _KEYS
    }
    parts = [
        NOTE,
        "# The game file\n",
        _sentence(
            "A game of war termination is one TOML file. A table or key that stands nowhere on this page is refused, with the nearest one that "
            "does; all faults of a file are reported at once. Only `[axis]` and the two priors must be given. The stake of the war is worth 1, "
            "months are the clock, and positive drifts and shifts are towards side A. [The war game](../explanation/war-game.md) "
            "explains the model, [solve a game](../how-to/solve-a-game.md) shows a whole file."
        ),
    ]
    for table, meaning in _GAME_TABLES.items():
        parts += [f"## {table}\n", _sentence(meaning)]
        rows = []
        for key in read.KEYS[table]:
            number = PARAMETERS.get(f"{table}.{key}")
            if number is None:
                symbol, unit, bounds, default, words = given.pop((table, key))
            else:
                symbol, unit, bounds, words = number.symbol, number.unit, number.bounds, number.meaning
                default = f"{number.default:g}"
            rows.append((f"`{key}`", symbol, words, unit, bounds, default))
        parts.append(_table(("key", "symbol", "meaning", "unit", "allowed", "default"), rows))
        if table == "learning":
            kinds = ((f"`{k}`", ", ".join(f"`{name}`" for name in read.BELIEF_KEYS[k]), _KINDS[k]) for k in read.KINDS)
            parts.append(_table(("kind", "a belief is a table of", "how the battlefield teaches"), kinds))
    if given or set(read.KEYS) != set(_GAME_TABLES):
        raise ValueError(f"the page and the reader of game files differ: {given or set(read.KEYS) ^ set(_GAME_TABLES)}")
    parts += ["## What the program says in JSON\n", _sentence(
        "`armistice game`, with `--json`, prints one object. Values, gaps and costs are shares of the stake; shares are side A's; what "
        "does not exist is null."
    )]  # fmt: skip
    parts.append(_table(("key", "meaning"), _GAME_JSON))
    return "\n".join(parts)


_GAME_TABLES = {
    "axis": "The land that is fought over, as an ordered line of steps; side A holds the first `start` of them. Write `[[axis]]` twice for a war on "
    "two axes, whose values sum to 1 together.",
    "learning": "What each side believes of the drift of the front, and how battles change it.",
    "time": "The clock.",
    "costs": "What fighting costs. With a discount of 0.995, a cost of 1 means that a month costs half a per cent of the stake.",
    "bargaining": "Who proposes, and what can be agreed.",
    "defeat": "What losing everything means.",
    "domestic": "What leaders answer for at home. The share is that of the land under the settlement, in the side's own values, without payments.",
    "commitment": "Whether a settlement would hold. The shift of power comes once there is peace; guarantee and penalty stand against using it.",
    "regimes": "States of the world outside the battlefield (aid, exhaustion, leaders), drawn anew each month. Without this table there is one.",
    "grid": "How the game is cut into states. The distance between the points of the statistic must divide one step.",
}
_SHARE = "share of the stake"
_KEYS = (
    ("axis", "steps", "N", "steps", "whole, from 2 to 500", "must be given", "into how many steps the land is cut; a step is about a month's movement"),
    ("axis", "start", "x", "steps", "whole, from 0 to `steps`; on one axis at least, inside", "must be given", "steps held by side A today"),
    ("axis", "value_a", "v_A", _SHARE, "a list, 0 or more, of sum 1 over all axes", "equal steps", "what each step is worth to side A"),
    ("axis", "value_b", "v_B", _SHARE, "a list, 0 or more, of sum 1 over all axes", "equal steps", "what each step is worth to side B"),
    ("axis", "barrier", "η", "steps per month", "a list of `steps` + 1 finite numbers", "0 everywhere", "what the terrain adds to the drift at each position of the front"),
    ("axis", "blocks", "—", "steps", "a list of `[lo, hi]`, 0 ≤ lo < hi ≤ `steps`", "none", "land that cannot be split: no line of a settlement runs strictly between `lo` and `hi`"),
    ("learning", "kind", "—", "", ", ".join(f"`{k}`" for k in read.KINDS), "`gaussian`", "how the battlefield teaches; see below"),
    ("learning", "prior_a", "μ_A, s_A", "steps per month", "a belief", "must be given", "what side A believes at the start"),
    ("learning", "prior_b", "μ_B, s_B", "steps per month", "a belief", "must be given", "what side B believes at the start"),
    ("learning", "analyst", "μ, s", "steps per month", "a belief", "half-way between the sides", "what the reader of the result believes; the outlook and the common prior rest on it"),
    ("bargaining", "surrender", "—", "", "true or false", "true", "whether a side may surrender: the other gets the victory, and nothing is paid"),
    ("bargaining", "lottery", "—", "", "true or false", "false", "whether lots may be drawn between the two ends of a block"),
    ("commitment", "strategic_line", "—", "steps", "whole, from 0 to `steps` of the first axis", "none", "the line that makes a settlement safe for the side that fears the shift: held at or above it if the shift is towards side B, at or below it if towards side A"),
    ("regimes", "drift", "ζ", "steps per month", "a list, one for each regime", "0", "what the regime adds to the drift"),
    ("regimes", "cost_a", "k_A", "share of the stake's monthly flow", "a list, 0 or more", "`costs.a`", "what a month of fighting costs side A, in place of `costs.a`"),
    ("regimes", "cost_b", "k_B", "share of the stake's monthly flow", "a list, 0 or more", "`costs.b`", "what a month of fighting costs side B, in place of `costs.b`"),
    ("regimes", "transition", "Q", "probability", "rows of sum 1, one for each regime", "must be given", "chance of each regime next month, by this month's"),
    ("regimes", "start", "g", "", "whole, counted from 0", "0", "the regime of today"),
    ("grid", "displacement", "d", "steps", f"whole, increasing, within {read.FURTHEST}, some below and some above 0", "-2, -1, 0, 1, 2", "movements of one month; where battles are counted, -1 and 1"),
    ("grid", "terminal", "—", "", ", ".join(f"`{t}`" for t in read.TERMINALS), "`stationary`", "what follows the horizon, where beliefs are frozen: bargaining goes on (`stationary`), or the war is fought to the finish (`fight`)"),
)  # fmt: skip
_KINDS = {
    "gaussian": "the drift is normal to each side: mean and standard deviation",
    "beta": "battles are won or lost, one step each: so many won and lost in mind before the first. Needs one axis without drifts, and a grid that reaches "
    "the horizon (the default)",
    "hypotheses": "the drift is one of a few values, the same for both sides and the analyst, with weights of sum 1",
}
_GAME_JSON = (
    ("`engine`", "which model it was"),
    ("`status`, `converged`", "whether the solution converged, as a sentence and as true or false; where it did not, use no number of it"),
    ("`reservation_a`, `reservation_b`", "what each side expects of fighting on: it accepts nothing less"),
    ("`value_a`, `value_b`", "what each side expects before it is drawn who proposes"),
    ("`settles_now`", "whether some term suits both; they settle this month, unless `talks` below 1 lets it take time"),
    ("`gap`, `gap_common_prior`", "smallest outside payment with which some term suits both, 0 where they settle; and the same with the analyst's belief for both"),
    ("`net_share_a`", "side A's share in the settlement, land and payment, expected over who proposes; null where they fight"),
    ("`line`", "where the line of the settlement runs, in steps, expected over who proposes; null where they fight"),
    ("`least_line_a`, `most_line_b`", "least line that side A would accept, and furthest that side B would, payments included"),
    ("`regret`", "most that a side could gain by acting otherwise once, by the definition of the equilibrium: 0 but for rounding"),
    ("`identity`", "the accounts of the gap, [explained here](../explanation/war-game.md#why-there-is-no-peace-now): `information`, `cost`, `wedge_now`, `waste_future`, `transferability`, `flow_adjustment`, their sum before limits on payments (`tu_gap`), and the `discount`"),
    ("`expected_months`", "expected months of war from now, counted up to the horizon"),
    ("`outlook`", "a list, one entry a month from now: `month`, and as probabilities up to then `p_settlement`, `p_victory_a`, `p_victory_b`, `p_ongoing`; `expected_share_a` of the settlements so far"),
    ("`blockers`", "with `--blockers`: `minimal_sets` (smallest sets of mechanisms without which peace opens), `shapley_gap` and `shapley_p12` (each mechanism's share of the gap, and of the missing chance of a settlement within 12 months), `gap_without` each set, `converged` (whether every one of those games came to rest), and all of it under a `common_prior`"),
    ("`levers`", "with `--levers`: for each number that could be moved its `key`, `title`, `unit`, where it stands (`now`), the `values` tried, `gap`, `gap_common_prior` and `p_settlement_12` (within 12 months) at each, the `intervals` in which peace opens the value nearest to now that does (`least`), and whether every value came to rest (`converged`)"),
    ("`lever_pairs`", "with `--levers`: the least joint changes of two `levers` that open nothing alone: their `values` and the `effort`, in units of each lever's range"),
    ("`price_of_waiting`", "with `--levers`: `reservation_a`, `reservation_b`, `settles`, `gap`, `least_line_a` and `most_line_b` after side A has won (or lost, below 0) some `steps`, one a month"),
    ("`belief_map`", "with `--levers`: `gap` for each pair of drifts that the sides may expect, `mean_a` by `mean_b`, and where they stand (`now_a`, `now_b`, `analyst`); null unless beliefs are normal"),
)  # fmt: skip


def _allowed(column: Column) -> str:
    if column.choices:
        return ", ".join(column.choices)
    if column.low is None and column.high is None:
        return ""
    low = "−∞" if column.low is None else f"{column.low:,g}"
    high = "∞" if column.high is None else f"{column.high:,g}"
    return f"{low} to {high}".replace("-", "−")


def queries_page() -> str:
    """The questions that claims may ask."""
    parts = [
        NOTE,
        "# Queries of claims\n",
        _sentence(
            "A query names the question, the `quantity`, the `belligerent`, the `regions` (taken together), the day `to` and, where it needs "
            "a period, the day `from`. Each source answers for itself; see [claims](../explanation/claims.md)."
        ),
    ]
    rows = (
        (f"`{name}`", _doc(kind.answer), "yes" if kind.period else "", ", ".join(kind.kinds))
        for name, kind in QUERIES.items()
    )
    parts.append(_table(("query", "answer", "needs a period", "may be asked of"), rows))
    parts.append(
        _sentence(
            "*land* is `control` and `people`; the other kinds are those of the [quantities](pack.md#quantities). Further keys: `also` (the pocket, for "
            "`change_with_retaken`), `over` and `over_belligerent` (the denominator of `ratio`), `least_share` (for `count`), `per` (day "
            "or month, for `rate`)."
        )
    )
    return "\n".join(parts)


def gallery_page() -> str:
    """Every figure with what it shows and the command that draws it."""
    parts = [
        NOTE,
        "# Figures\n",
        _sentence(
            "The report and the command line draw the same ones; a figure for which a pack has no data is left out. "
            "[Draw a chart](../how-to/draw-a-chart.md) tells how."
        ),
    ]
    rows = (
        (f"`{name}`", shows, f"`armistice draw wars/toy {name} --out {name}.svg`")
        for name, (shows, _, _) in FIGURES.items()
    )
    parts.append(_table(("figure", "shows", "command"), rows))
    parts.append("## Pictures of the models\n")
    parts.append(
        _sentence("Each model of the library is drawn around the inputs it is given; these are of the worked examples.")
    )
    pictures = (
        (f"[{m.title}](../explanation/models/{m.name}.md)", f"![{m.title}](../explanation/models/{m.name}.svg)", f"`armistice model {m.name} --plot {m.name}.svg`")
        for m in MODELS.values()
    )  # fmt: skip
    parts.append(_table(("model", "picture", "command"), pictures))
    return "\n".join(parts)


# --- Markdown ---------------------------------------------------------------------------------------------


def _sentence(text: str) -> str:
    return f"{text}\n"


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n"))


def _first(command: click.Command) -> str:
    return _paragraphs(command.help).split("\n\n")[0]


def _doc(thing: object) -> str:
    return _paragraphs(inspect.getdoc(thing)).split("\n\n")[0]


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for written in write(here, {**pages(), **model_pages()}):
        print(written)

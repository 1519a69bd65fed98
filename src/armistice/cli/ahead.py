"""What may lie ahead: forecasts, their scores in hindsight, and the war-termination game."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armistice.cli.shell import AS_JSON, AS_OF, PACK, SEED, Day, main, print_json, print_table, progress_bar, tell
from armistice.core.results import ScenarioFan

if TYPE_CHECKING:
    from armistice.core.posterior import Posterior
    from armistice.infer.observe import Reported


@main.command()
@PACK
@click.option("--region", required=True, help="A region, or the country as a whole.")
@AS_OF
@click.option("--horizon", type=click.IntRange(1, 60), default=12, show_default=True, help="Months ahead.")
@SEED
@click.option("--baseline", is_flag=True, help="Prolong the mean pace, with the errors that this rule made before.")
@click.option("--latent", is_flag=True, help="Condition the latent model of all fronts on all maps: minutes.")
@click.option("--scenarios", is_flag=True, help="Show the pack's what-ifs side by side, by months ahead.")
@AS_JSON
def forecast(
    pack: str,
    region: str,
    as_of: date | None,
    horizon: int,
    seed: int,
    baseline: bool,
    latent: bool,
    scenarios: bool,
    as_json: bool,
) -> None:
    """Net area taken in a region in the months ahead, and the chance that it is taken whole."""
    from armistice.core.errors import QueryError
    from armistice.data.estimate import estimate_panel, find_region
    from armistice.data.pack import read_pack
    from armistice.infer.line import line_of, listed_redraws

    if baseline + latent + scenarios > 1:
        raise QueryError("--baseline, --latent, --scenarios: more than one given; expected at most one; choose one")
    content = read_pack(pack, as_of)
    name = find_region(content.war, region)
    panel = estimate_panel(content)
    redraws = listed_redraws(content.tables["redraws"])
    bias: dict[str, float] = {}
    if scenarios:
        from armistice.infer.ahead import scenario_fans

        if not content.scenarios:
            raise QueryError(f"{content.war.title}: no scenarios.toml; expected what-ifs; add them to the pack")
        _print_fans(scenario_fans(panel, name, content.scenarios, horizon, seed), as_json)
        return
    if latent:
        from armistice.infer.fan import fan
        from armistice.infer.observe import check_region, read_reports, true_line

        reported = read_reports(panel, content.war, redraws)
        check_region(reported, name)
        posterior = _conditioned(pack, reported, seed)
        found = fan(posterior, name, horizon, seed)
    elif baseline:
        from armistice.infer.baseline import forecast_area

        found = forecast_area(panel, name, horizon, seed)
    else:
        from armistice.infer.ahead import forecast_front

        found = forecast_front(panel, name, horizon, seed)
    quick = line_of(panel, content.war, name, content.war.as_of, redraws)
    line = {"0.1": quick.low, "0.5": quick.central, "0.9": quick.high}
    if latent and name in posterior.fronts:
        drawn = true_line(posterior, name)
        line, bias = drawn.quantiles, drawn.bias_km2
    if as_json:
        print_json(
            {
                "region": name,
                "as_of": found.as_of.isoformat(),
                "engine": found.engine,
                "held_km2": round(found.held_km2, 2),
                "left_km2": round(found.left_km2, 2),
                "pace_km2_per_month": {str(k): round(v, 2) for k, v in found.pace_km2_per_month.items()},
                "origins": found.origins,
                "true_line_km2": {k: round(v, 2) for k, v in line.items()},
                **({"bias_km2": bias} if bias else {}),
                "months": [
                    {
                        "month": m.month,
                        "quantiles": {k: round(v, 2) for k, v in m.quantiles.items()},
                        "p_complete": round(m.p_complete, 4),
                    }
                    for m in found.months
                ],
            }
        )
        return
    click.echo(f"{content.war.regions[name].name} as of {found.as_of}: {found.left_km2:,.0f} km² left. {found.engine}.")
    beyond = ", ".join(f"{source} {value:+,.0f}" for source, value in bias.items())
    click.echo(
        f"The line itself: {line['0.1']:,.0f} to {line['0.9']:,.0f} km² held, four chances in five, from {len(quick.sources)} maps"
        + (f"; drawn beyond it: {beyond} km²." if beyond else ".")
    )
    rows = [
        {"month": m.month, **{k: f"{v:,.0f}" for k, v in m.quantiles.items()}, "p complete": f"{m.p_complete:.2f}"}
        for m in found.months
    ]
    print_table(rows, False)


def _conditioned(pack: str, reported: Reported, seed: int) -> Posterior:
    """The latent model conditioned on reports; kept, since it takes a minute or more."""
    from armistice.core.digest import code_digest, digest_of
    from armistice.core.packs import find_pack
    from armistice.core.posterior import load_posterior, save_posterior
    from armistice.infer.condition import condition_reports

    name = digest_of(code_digest(), reported.digest, reported.as_of, seed)[:32]
    kept = Path("out") / find_pack(pack).resolve().name / ".cache" / f"posterior-{name}"
    if kept.with_suffix(".json").exists():
        return load_posterior(kept)
    found = condition_reports(reported, seed)
    kept.parent.mkdir(parents=True, exist_ok=True)
    save_posterior(found, kept)
    return found


def _title(fan: ScenarioFan) -> str:
    return fan.scenario.title if fan.scenario else "as things stand"


def _print_fans(fans: Sequence[ScenarioFan], as_json: bool) -> None:
    """What-ifs side by side, by months ahead."""
    if as_json:
        rows = [
            {
                "id": f.scenario.id if f.scenario else "", "title": _title(f),
                "months": [{"month": m.month, "quantiles": m.quantiles} for m in f.forecast.months],
            }
            for f in fans
        ]  # fmt: skip
        print_json(rows)
        return
    marks = [h for h in (3, 6, 12, 24, 36, 60) if h <= len(fans[0].forecast.months)] or [1]
    quantiles = [f.forecast.months[h - 1].quantiles for f in fans for h in marks]
    told = [f"{q['0.5']:,.0f} ({q['0.05']:,.0f} to {q['0.95']:,.0f})" for q in quantiles]
    rows = [
        {"scenario": _title(f), **{f"km² in {h} months": told[n * len(marks) + k] for k, h in enumerate(marks)}}
        for n, f in enumerate(fans)
    ]
    print_table(rows, False)


@main.command()
@PACK
@click.option("--first", type=Day(), help="First origin (a day of its month); the earliest by default.")
@click.option("--last", type=Day(), help="Last origin; three months before the end of the record by default.")
@SEED
@click.option("--draws", type=click.IntRange(100), default=2000, show_default=True, help="Draws of each forecast.")
@click.option("--no-cache", is_flag=True, help="Forecast from every origin again, and keep nothing.")
@click.option("--plot", type=click.Path(path_type=Path), help="Folder for the charts of scores and of calibration.")
@AS_JSON
def hindcast(
    pack: str,
    first: date | None,
    last: date | None,
    seed: int,
    draws: int,
    no_cache: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Score forecasts made as of past months, from what was published by then, against what came."""
    from armistice.core.packs import find_pack
    from armistice.hindcast import in_words, record_of, run_hindcast

    kept = None if no_cache else Path("out") / find_pack(pack).resolve().name / ".cache"
    with progress_bar("forecasting") as report:
        found = run_hindcast(pack, seed, draws, kept, report, first, last)
    files = []
    if plot is not None:
        from armistice.data.pack import read_pack
        from armistice.show.scores import draw_calibration, draw_hindcast_scores
        from armistice.show.style import save_figure

        for draw in (draw_hindcast_scores, draw_calibration):
            figure = draw(read_pack(pack).war, found)
            files.append(plot / f"{figure.id}.svg")
            save_figure(figure, files[-1])
    if as_json:
        print_json({**record_of(found), "files": [str(f) for f in files]})
        return
    tell(in_words(found))
    for file in files:
        click.echo(str(file))


@main.command()
@click.argument("file", metavar="FILE")
@click.option("--months", type=click.IntRange(0, 600), default=36, show_default=True, help="Months to look ahead.")
@click.option("--blockers", is_flag=True, help="Say what stands in the way: solve without each set of mechanisms.")
@click.option("--levers", is_flag=True, help="Say what would open a deal: move each lever, pairs, and beliefs.")
@click.option(
    "--acceptance",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Smoothing of accept-or-fight, in shares of the stake; for a game that cycles.",
)
@AS_JSON
def game(file: str, months: int, blockers: bool, levers: bool, acceptance: float, as_json: bool) -> None:
    """Solve a war-termination game given in a TOML FILE: who settles for what, why not now, what lies ahead."""
    from armistice.game.arrays import Method
    from armistice.game.read import read_game
    from armistice.game.record import in_words, record_of

    problem = read_game(file)
    with progress_bar("game") as note:
        told = record_of(problem, months, blockers, levers, Method(acceptance=acceptance), note)
    if as_json:
        print_json(told)
        return
    tell(in_words(told))


@main.command()
@PACK
@AS_OF
@click.option("--draws", type=click.IntRange(10), default=2000, show_default=True, help="Draws of the judged inputs.")
@SEED
@click.option("--no-cache", is_flag=True, help="Solve every draw again, and keep nothing.")
@AS_JSON
def match(pack: str, as_of: date | None, draws: int, seed: int, no_cache: bool, as_json: bool) -> None:
    """Weigh the judged inputs of the war's game by what the two sides did, and score its chances of a settlement."""
    from armistice.core.digest import Cache
    from armistice.core.errors import QueryError
    from armistice.core.packs import find_pack
    from armistice.data.pack import read_pack
    from armistice.forecasting import scores_in_words, scores_record, termination_forecasts
    from armistice.history import history_of_pack, in_words, record_of
    from armistice.past.own import base_rate_of

    kept = None if no_cache else Cache(Path("out") / find_pack(pack).resolve().name / ".cache")
    with progress_bar("matching") as note:
        content = read_pack(pack, as_of)
        found = history_of_pack(content, seed, draws, note, kept)
    try:
        rate, unasked = base_rate_of(content), ""
    except QueryError as reason:
        rate, unasked = None, f"Past wars are not asked, and a placeholder stands in for their rate: {reason}."
    forecasts = termination_forecasts(content, found, rate)
    if as_json:
        print_json({**record_of(found), **scores_record(found, forecasts)})
        return
    tell(in_words(found))
    tell([*scores_in_words(found, forecasts), *filter(None, [unasked])])

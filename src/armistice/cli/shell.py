"""What all commands share: the group and its errors, common options, printing, the progress bar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

PACK = click.argument("pack", metavar="PACK")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
DRAWS = click.option(
    "--draws", type=click.IntRange(0), default=200, show_default=True,
    help="Draws of the war-termination game over its judged inputs; 0 leaves the game out.",
)  # fmt: skip
SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all draws.")


class Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day, or say what was expected."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day; expected YYYY-MM-DD, such as 2025-06-30", param, ctx)


AS_OF = click.option("--as-of", type=Day(), help="Day of knowledge (YYYY-MM-DD); the pack's own by default.")


class Group(click.Group):
    """Turns errors that the user can mend into a sentence and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors of the user become one sentence."""
        from armistice.core.errors import ArmisticeError

        try:
            return super().invoke(ctx)
        except ArmisticeError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            place = error.filename or "a file"
            click.echo(
                f"{place}: {error.strerror}; expected a place that can be read and written; choose another", err=True
            )
            ctx.exit(2)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="armistice")
def main() -> None:
    """Where each side of a war stands, and what it might take to end it.

    PACK is the folder of a war (wars/toy) or its name (toy).
    """


def print_json(value: Any) -> None:
    """Print plain values as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def tell(parts: Iterable[str | list[dict[str, Any]]]) -> None:
    """Print sentences, and rows as tables."""
    for part in parts:
        click.echo(part) if isinstance(part, str) else print_table(part, False)


def print_table(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as a plain table with aligned columns."""
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("nothing")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        numeric = all(str(r[name])[:1].isdigit() or str(r[name])[:1] == "-" for r in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(v) for v in row.values()))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda what, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)

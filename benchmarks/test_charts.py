"""A picture of many layers put together by the charts of the house, against the same by Altair's own in the same process."""

from __future__ import annotations

import time

import altair as alt

from armistice.show.canvas import Layer
from armistice.show.style import finish, records, unchecked

LAYERS = 24
"""About as many as a chart of the report has."""


def picture(kind: type[alt.Chart]) -> dict[str, object]:
    """Layers in groups, as charts are put together here: marks of a row first, then the rows."""
    rows = records([{"x": n / 7, "y": n, "told": f"{n}"} for n in range(12)])
    groups = []
    for start in range(0, LAYERS, 4):
        marks = [
            kind(rows)
            .mark_point(size=10 + start + n)
            .encode(x="x:Q", y=alt.Y("y:Q", axis=None), color=alt.value("#000000"), tooltip="told:N")
            for n in range(4)
        ]
        groups.append(alt.layer(*marks))
    spec: dict[str, object] = finish(alt.layer(*groups).properties(width=400, height=300), 760).to_dict(validate=False)
    return spec


def test_a_picture_of_many_layers_against_altair_alone(benchmark) -> None:  # type: ignore[no-untyped-def]
    def house() -> dict[str, object]:
        with unchecked():
            return picture(Layer)

    found = benchmark(house)
    start = time.perf_counter()
    plain = picture(alt.Chart)
    slow = time.perf_counter() - start
    assert found == plain
    ratio = slow / benchmark.stats.stats.mean
    benchmark.extra_info |= {"ratio": round(ratio, 1), "layers": LAYERS}
    print(f"\n{LAYERS} layers: Altair alone {slow:.3f} s, here {benchmark.stats.stats.mean:.3f} s, ratio {ratio:.1f}")
    assert ratio > 1

"""Areas and points of maps by sums over edges, on shapes small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from armistice.data.control import areas_by_map, coverage, directed_edges, ledger, points_by_map, project

KM = 1000.0


def square(x: float, y: float, side: float = 1.0) -> shapely.Polygon:
    return shapely.box(x * KM, y * KM, (x + side) * KM, (y + side) * KM)


def areas(maps: list, regions: list) -> np.ndarray:
    book = ledger(maps)
    return areas_by_map(book, coverage(book.edges, regions), len(regions))


def test_a_square_in_a_larger_one_counts_whole_and_beside_it_not_at_all() -> None:
    np.testing.assert_allclose(areas([square(1, 1)], [square(0, 0, 4), square(10, 0, 4)]), [[1.0, 0.0]], atol=1e-9)


def test_half_a_square_counts_half_whichever_half_it_is() -> None:
    region = square(0, 0, 2)
    for shift in ((1.5, 0.5), (-0.5, 0.5), (0.5, 1.5), (0.5, -0.5)):
        assert areas([square(*shift)], [region])[0, 0] == pytest.approx(0.5, abs=1e-9)


def test_a_hole_is_not_held() -> None:
    ring = shapely.difference(square(0, 0, 3), square(1, 1))
    np.testing.assert_allclose(areas([ring], [square(0, 0, 3), square(1, 1)]), [[8.0, 0.0]], atol=1e-9)


def test_a_hole_of_a_region_is_not_counted() -> None:
    ring = shapely.difference(square(0, 0, 3), square(1, 1))
    np.testing.assert_allclose(areas([square(0, 0, 3)], [ring]), [[8.0]], atol=1e-9)


def test_parts_that_touch_count_once() -> None:
    pair = shapely.MultiPolygon([square(0, 0), square(1, 0)])
    np.testing.assert_allclose(areas([pair], [square(0, 0, 2)]), [[2.0]], atol=1e-9)


def test_parts_drawn_one_over_the_other_count_twice() -> None:
    pair = shapely.MultiPolygon([square(0, 0), square(0, 0)])
    np.testing.assert_allclose(areas([pair], [square(0, 0, 2)]), [[2.0]], atol=1e-9)


def test_a_day_without_a_shape_holds_nothing_and_the_day_after_is_right_again() -> None:
    got = areas([square(0, 0), None, shapely.Polygon(), square(0, 0)], [square(0, 0, 2)])
    np.testing.assert_allclose(got[:, 0], [1, 0, 0, 1], atol=1e-9)


def test_no_maps_and_no_regions_give_empty_tables() -> None:
    assert areas([], [square(0, 0)]).shape == (0, 1)
    assert areas([square(0, 0)], []).shape == (1, 0)
    np.testing.assert_allclose(areas([None], [square(0, 0)]), [[0.0]])


def test_an_empty_region_holds_nothing() -> None:
    np.testing.assert_allclose(areas([square(0, 0)], [shapely.Polygon(), square(0, 0)]), [[0.0, 1.0]], atol=1e-9)


def test_the_way_a_ring_is_written_does_not_matter() -> None:
    plain = square(0, 0)
    for turned in (shapely.reverse(plain), shapely.Polygon(np.roll(plain.exterior.coords[:-1], 2, axis=0))):
        np.testing.assert_allclose(areas([turned], [square(0, 0, 2)]), [[1.0]], atol=1e-9)


def test_edges_point_right_and_sum_to_the_area() -> None:
    shape = shapely.Polygon([(0, 0), (4, 1), (3, 5), (1, 3)])
    edges, sign = directed_edges(shape)
    assert (edges[:, 0] <= edges[:, 2]).all()
    beneath = (edges[:, 1] + edges[:, 3]) / 2 * (edges[:, 2] - edges[:, 0])
    assert (sign * beneath).sum() == pytest.approx(shape.area)


def test_an_edge_common_to_two_days_is_kept_once() -> None:
    one, two = square(0, 0), shapely.union(square(0, 0), square(1, 0))
    book = ledger([one, two, two])
    assert book.n_steps == 3
    assert len(book.edges) == len(
        {tuple(e) for e in zip(book.edges.x0, book.edges.y0, book.edges.x1, book.edges.y1, strict=True)}
    )
    assert 2 not in book.step


@pytest.mark.parametrize("turn", ["quarter", "tilt"])
def test_edges_projected_are_the_edges_of_the_projected_shapes(turn: str) -> None:
    angle = {"quarter": np.pi / 2, "tilt": 0.3}[turn]

    def to_plane(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda c: np.column_stack(to_plane(c[:, 0], c[:, 1])))

    maps = [square(0, 0), shapely.difference(square(0, 0, 3), square(1, 1)), None, square(2, 0)]
    regions = [square(0.5, 0.25, 2), square(1, 1)]
    book = project(ledger(maps), to_plane)
    got = areas_by_map(book, coverage(book.edges, [moved(r) for r in regions]), 2)
    np.testing.assert_allclose(got, areas(maps, regions), atol=1e-9)


def test_points_inside_are_inside_and_points_outside_are_not() -> None:
    ring = shapely.difference(square(0, 0, 3), square(1, 1))
    x, y = np.array([0.5, 1.5, 2.5, 5.0, 0.5, -1.0]) * KM, np.array([0.5, 1.5, 2.9, 0.5, 3.1, 1.5]) * KM
    got = points_by_map(ledger([ring, None, square(1, 1)]), x, y)
    assert got.tolist() == [
        [True, False, True, False, False, False],
        [False] * 6,
        [False, True, False, False, False, False],
    ]


def test_no_points_give_an_empty_table() -> None:
    none = np.empty(0)
    assert points_by_map(ledger([square(0, 0), None]), none, none).shape == (2, 0)

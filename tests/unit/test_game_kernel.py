"""The compiled stage has the published models as exact special cases; small games agree with their whole tree.

Names such as F95-1 or SS-4 are those of the register of exact checks: Fearon 1995, Powell 2006, Rubinstein 1982,
Slantchev 2003, Smith & Stam 2004, Goemans 2000, Filson & Werner 2002.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import pytest

from armistice.game.backward import Asked, Chosen
from armistice.game.kernel import Board, Draw, Shape
from armistice.game.outlook import Ahead
from armistice.game.solve import solve_arrays

FREE, BARRED = np.inf, -np.inf
CLOSED, DP = 1e-9, 1e-8


class Found(NamedTuple):
    """Games solved in one call, by name."""

    names: tuple[str, ...]
    asked: Asked
    ahead: Ahead | None
    draws: Draw

    def __getitem__(self, name: str) -> Asked:
        n = self.names.index(name)
        chosen = Chosen(*(part[n] for part in self.asked.chosen))
        return Asked(*(part[n] for part in self.asked[:-1]), chosen)


def board_of(following: Any, over: Any, terms: int, asked: Any, statistic: Any = (0.0,), landing: int = 0) -> Board:
    """What the draws share, of games in which side A loses or wins a battle a month, or perhaps neither."""
    moved = {2: [[-1.0], [1.0]], 3: [[-1.0], [0.0], [1.0]]}[len(following)]
    return Board(
        np.array(following, np.int32), np.array(moved), np.array(over, bool), np.full(terms, landing, np.int32),
        np.zeros(terms, bool), np.array(statistic, float), np.array(asked, np.int32), np.int32(10_000),
    )  # fmt: skip


def draw_of(board: Board, share: Any, prior: Any, regimes: int = 1, ladder: int = 0, **given: Any) -> Draw:
    """The numbers of one game; what is not given is nought, undiscounted, free of charge."""
    size = (2, regimes, len(board.over))
    terms = len(board.landing)
    share = np.array(share, float)
    numbers: dict[str, Any] = {
        "flow": np.zeros(size), "flow_growth": np.zeros(size), "discount": np.ones(2), "proposer": np.full(regimes, 0.5), "talks": np.array(1.0),
        "end": np.zeros((2, size[2])), "transition": np.eye(regimes), "offset": np.zeros((1 + ladder, 1, regimes, 1)),
        "sigma": np.array(1.0), "prior": np.array(prior, float), "analyst": np.array(prior, float)[0],
        "share": share if share.ndim == 2 else np.stack([share, 1 - share]),
        "punished": np.zeros((2, regimes, terms)), "cap": np.full(terms, FREE), "exposure": np.zeros((2, terms)),
        "rung": np.zeros(terms, np.int32), "penalty": np.array(0.0), "smoothing": np.array(0.0),
    }  # fmt: skip
    for name, value in given.items():
        numbers[name] = np.array(np.broadcast_to(np.array(value, float), np.shape(numbers[name])))
    if "analyst" in given:
        numbers["analyst"] = np.array(given["analyst"], float)
    return Draw(**numbers)


def solve_named(shape: Shape, board: Board, games: dict[str, Draw]) -> Found:
    draws = Draw(*(np.stack(column) for column in zip(*games.values(), strict=True)))
    asked, ahead, _, error, *_ = solve_arrays(shape, board, draws)
    assert error.max() < 1e-10
    return Found(tuple(games), asked, ahead, draws)


# --- means of war that battles consume: one decisive battle (Fearon, Goemans), and the whole tree of small games ---------


def means(most: int, first: int = 0) -> tuple[list[int], list[int], list[bool]]:
    """Pairs of means left to both sides, from none to `most`; who loses a battle loses one, who has none loses all."""
    pairs = [(mine, theirs) for mine in range(most + 1) for theirs in range(most + 1)]
    lost = [first + (most + 1) * max(mine - 1, 0) + theirs for mine, theirs in pairs]
    won = [first + (most + 1) * mine + max(theirs - 1, 0) for mine, theirs in pairs]
    return lost, won, [mine == 0 or theirs == 0 for mine, theirs in pairs]


LINES = np.linspace(0, 1, 101)
LOT = (101, 102)  # all and nothing once more, between which lots may be drawn
ONLY = np.arange(103) == 0  # one term with free payments reaches every division
ONE_EACH, TWO_EACH = 4, 8
WON, DEFEATED = np.isin(np.arange(9), (3, 6)), np.isin(np.arange(9), (1, 2))


def decisive(p: float, q: float, cost: float, board: Board, **given: Any) -> Draw:
    """One battle is left; side A believes that it wins it with p, B believes that A wins with q."""
    prior = [[1000 * p, 1000 * (1 - p)], [1000 * q, 1000 * (1 - q)]]
    numbers = {"flow": -cost, "end": [WON, DEFEATED], "cap": np.where(ONLY, FREE, BARRED)} | given
    return draw_of(board, np.concatenate([LINES, [0, 1]]), prior, **numbers)


def lines_only(allowed: Any = LINES >= 0) -> np.ndarray:
    """Caps that let the lines be drawn where `allowed`, without payments."""
    return np.concatenate([np.where(allowed, 0.0, BARRED), [BARRED, BARRED]])


def punished_below_half(penalty: float) -> dict[str, Any]:
    """A leader of side A who loses as much for a settlement below one half as for total defeat."""
    below = np.concatenate([penalty * (LINES < 0.5 - 1e-9), [0, 0]])
    return {
        "punished": np.stack([[below], [0 * below]]), "end": [WON - penalty * DEFEATED, DEFEATED], "cap": lines_only(),
    }  # fmt: skip


def random_tree(board: Board, rng: np.random.Generator) -> Draw:
    """Two means each, so at most three battles; five terms, most of them without much room for payments."""
    share = np.zeros((2, 103))
    share[0, :5] = np.sort(rng.uniform(0, 1, 5))
    share[1, :5] = 1 - share[0, :5] + rng.normal(0, 0.02, 5)
    cap = np.full(103, BARRED)
    cap[:5] = rng.choice([0.0, 0.05, 0.3], 5)
    return draw_of(
        board, share, rng.uniform(0.5, 4, (2, 2)), flow=-rng.uniform(0, 0.03, (2, 1, 9)), cap=cap,
        flow_growth=-rng.uniform(0, 0.01, (2, 1, 9)), discount=rng.uniform(0.8, 1, 2), proposer=rng.uniform(0, 1),
        end=rng.uniform(-0.2, 1.2, (2, 9)), punished=0.1 * (rng.random((2, 1, 103)) < 0.2),
    )  # fmt: skip


@pytest.fixture(scope="module")
def battle() -> Found:
    lost, won, over = means(2)
    board = board_of([lost, won], over, 103, [(0, 0, ONE_EACH, 3), (0, 0, TWO_EACH, 3)], np.arange(-3, 4))
    make = functools.partial(decisive, board=board)
    games = {
        "equal": make(0.5, 0.5, 0.1),
        "equal, A proposes": make(0.5, 0.5, 0.1, proposer=1.0, cap=lines_only()),
        "equal, B proposes": make(0.5, 0.5, 0.1, proposer=0.0, cap=lines_only()),
        "optimists": make(0.8, 0.5, 0.1),
        "just agreed": make(0.7 - 1e-6, 0.5, 0.1),
        "just at odds": make(0.7 + 1e-6, 0.5, 0.1),
        "all or nothing": make(0.5, 0.5, 0.1, cap=lines_only((LINES == 0) | (LINES == 1))),
        "or half": make(0.5, 0.5, 0.1, cap=lines_only((LINES == 0) | (LINES == 0.5) | (LINES == 1))),
        "lots": make(0.5, 0.5, 0.1, cap=np.where(np.isin(np.arange(103), LOT), 0.0, BARRED)),
    }
    for penalty in (0.0, 0.4, 2 / 3, 0.7, 1.0, 1.5):
        games[f"penalty {penalty:.2f}"] = make(0.3, 0.3, 0.1, **punished_below_half(penalty))
    for alpha in (0.55, 0.6, 0.61, 0.8):
        whole = np.abs(LINES - 0.5) >= alpha - 0.5 - 1e-9
        games[f"good {alpha}"] = make(0.5, 0.5, 0.1, cap=lines_only(whole))
    rng = np.random.default_rng(1)
    games |= {f"tree {n}": random_tree(board, rng) for n in range(40)}
    return solve_named(Shape("beta", (-1, 1), 1, 3, "fight", 0, pairs=(LOT,)), board, games)


def test_u1_proposer_takes_the_range(battle: Found) -> None:
    free = battle["equal"]
    assert free.reserve[0] == pytest.approx([0.4, 0.4], abs=CLOSED)
    assert [free.best[0, 0], free.answer[0, 0]] == pytest.approx([0.6, 0.4], abs=CLOSED)
    assert battle["equal, A proposes"].value[0] == pytest.approx([0.6, 0.4], abs=CLOSED)
    assert battle["equal, B proposes"].value[0] == pytest.approx([0.4, 0.6], abs=CLOSED)


def test_u2_war_iff_beliefs_differ_by_more_than_the_costs(battle: Found) -> None:
    fought = battle["optimists"]
    assert fought.reserve[0].sum() == pytest.approx(1.1, abs=CLOSED)
    assert fought.settle[0] == 0
    assert fought.value[0] == pytest.approx(fought.reserve[0], abs=0)
    assert [battle[name].settle[0] for name in ("just agreed", "just at odds")] == [1, 0]


@pytest.mark.parametrize(
    ("penalty", "least", "peace"), [(0, 0.2, 1), (0.4, 0.32, 1), (2 / 3, 0.4, 1), (0.7, 0.41, 0), (1, 0.5, 0), (1.5, 0.5, 0)]
)  # fmt: skip
def test_u8_punished_leader_gambles_for_resurrection(battle: Found, penalty: float, least: float, peace: int) -> None:
    found = battle[f"penalty {penalty:.2f}"]
    accepted = LINES[found.worth[0, 0, :101] >= found.reserve[0, 0] - 1e-12]
    assert accepted.min() == pytest.approx(least, abs=CLOSED)
    assert found.settle[0] == peace


def test_u9_indivisible_good_blocks_and_lots_open(battle: Found) -> None:
    assert battle["all or nothing"].settle[0] == 0
    half = battle["or half"]
    assert half.settle[0] == 1
    assert half.value[0] == pytest.approx([0.5, 0.5], abs=CLOSED)
    lots = battle["lots"]
    assert lots.settle[0] == 1
    assert lots.chosen.odds[:, 0] == pytest.approx([0.6, 0.4], abs=CLOSED)
    assert lots.best[0] == pytest.approx([0.6, 0.6], abs=CLOSED)
    assert [battle[f"good {alpha}"].settle[0] for alpha in (0.55, 0.6, 0.61, 0.8)] == [1, 1, 0, 0]


def tree_value(draw: Draw, mine: int, theirs: int, won: int = 0, lost: int = 0) -> tuple[float, float]:
    """Values of both sides with what resources they have left: by hand, offer by offer, battle by battle."""
    place = 3 * mine + theirs
    if mine == 0 or theirs == 0:
        return draw.end[0, place], draw.end[1, place]
    month = won + lost
    up, down = tree_value(draw, mine, theirs - 1, won + 1, lost), tree_value(draw, mine - 1, theirs, won, lost + 1)
    fight = []
    for side in (0, 1):
        a, b = draw.prior[side]
        p = (a + won) / (a + b + month)
        expected = p * up[side] + (1 - p) * down[side]
        flow = draw.flow[side, 0, place] + month * draw.flow_growth[side, 0, place]
        fight.append(flow + draw.discount[side] * expected)
    outcomes = []
    for proposer in (0, 1):
        other = 1 - proposer
        best = (fight[proposer], fight[other])  # no offer
        for term, cap in enumerate(draw.cap[:5]):
            peace = draw.share[:, term] - draw.punished[:, 0, term]
            for payment in {-cap, cap, fight[other] - peace[other]}:
                offer = (peace[proposer] - payment, peace[other] + payment)
                accepted = abs(payment) <= cap and offer[1] >= fight[other] - 1e-13
                if accepted and offer > best:  # better for the proposer; where alike, better for the other
                    best = offer
        outcomes.append(best if proposer == 0 else best[::-1])
    chance = draw.proposer[0]
    return tuple(chance * a + (1 - chance) * b for a, b in zip(*outcomes, strict=True))


def test_small_games_agree_with_their_whole_tree(battle: Found) -> None:
    trees = [n for n, name in enumerate(battle.names) if name.startswith("tree")]
    assert 5 < battle.asked.settle[trees, 1].sum() < 35, "both peace and war"
    for n in trees:
        draw = Draw(*(part[n] for part in battle.draws))
        assert battle.asked.value[n, 1] == pytest.approx(tree_value(draw, 2, 2), abs=1e-12)


# --- known odds, side by side on one board: Rubinstein, Slantchev, gambler's ruin, Filson and Werner, shifts of power ---

# Positions: seven of a line of six forts, eleven of one of ten, sixteen pairs of means.
FORTS, TEN, MEANS = 0, 7, 18
LEFT = MEANS + 5  # one mean each: the next battle decides
LAST = np.array([FORTS + 6, TEN + 10, *(MEANS + 4 * mine for mine in (1, 2, 3))])  # where side A has won
TERMS = 42


def known_odds_board() -> Board:
    lost, won, over = [], [], []
    for first, size in ((FORTS, 6), (TEN, 10)):
        places = np.arange(size + 1)
        lost += list(first + np.maximum(places - 1, 0))
        won += list(first + np.minimum(places + 1, size))
        over += list((places == 0) | (places == size))
    for whole, part in zip((lost, won, over), means(3, MEANS), strict=True):
        whole += part
    asked = [(0, g, x, 0) for x in range(len(over)) for g in (0, 1)]
    return board_of([lost, range(len(over)), won], over, TERMS, asked, landing=LEFT)


def known_odds(board: Board, p: float, after: float | None = None, nothing: float = 0.0, **given: Any) -> Draw:
    """Side A wins a battle with p (with `after`, once power has shifted), and both know it; one term, free payments."""
    later = p if after is None else after
    odds = (1 - nothing) * np.array([[1 - later, 0, later], [1 - p, 0, p]]) + nothing * np.array([0, 1, 0])
    odds = np.broadcast_to(odds[:, None, :, None, None], (2, 2, 3, 2, len(board.over)))
    end = np.isin(np.arange(len(board.over)), LAST)
    numbers = {
        "share": np.full(TERMS, 0.5), "end": np.stack([end, ~end]), "cap": np.where(np.arange(TERMS) == 0, FREE, BARRED),
    } | given  # fmt: skip
    return draw_of(board, numbers.pop("share"), odds, regimes=2, ladder=1, analyst=odds[1, 0], **numbers)


def shifting(board: Board, p1: float, p2: float, kept: float, cost: tuple[float, float], **given: Any) -> Draw:
    """Terminal war, won by A with p1 now and p2 after any settlement; a settlement gives its share for one month.

    `kept`: what A is left with after the shift, a line that must be among the terms. δ = .9.
    """
    share = np.concatenate([[kept], np.linspace(0, 1, TERMS - 1)])
    flow = np.where(np.arange(len(board.over)) == LEFT, np.reshape(cost, (2, 1, 1)), -1.0)  # elsewhere all give in
    return known_odds(board, p1, p2, share=share, cap=0.0, exposure=0.9, flow=flow, **given)


def fearon(board: Board, p2: float, p1: float = 0.35, cost: float = 0.25) -> Draw:
    """A makes every demand; per month, so that the stake is worth 1."""
    return shifting(board, p1, p2, min(1.0, p2 + 0.1 * cost), (0.0, -0.1 * cost), proposer=1.0)


def powell(board: Board, rise: float) -> Draw:
    """p = .3; war destroys a tenth of the flow, and B, who declines, makes every offer."""
    won = np.isin(np.arange(len(board.over)), LAST)
    end = 0.9 * np.stack([won, ~won])
    return shifting(board, 0.3, 0.3 + rise, 0.9 * (0.3 + rise), (0.0, 0.0), end=end, proposer=0.0)


SHIFTS = np.random.default_rng(2).uniform([0.0, 0.2, 0.1], [0.15, 0.6, 2.0], (60, 3))  # p2 - p1, p1, c_B


@pytest.fixture(scope="module")
def lines() -> Found:
    board = known_odds_board()
    turns = {"transition": [[0, 1], [1, 0]], "proposer": [1, 0]}
    forts = {"discount": 0.9, "flow": 0.1 * 0.3} | turns
    games = {
        "Rubinstein": known_odds(board, 0.5, nothing=1.0, discount=[0.9, 0.8], **turns),
        "Slantchev": known_odds(board, 0.5, **forts),
        "to the finish": known_odds(board, 0.5, cap=BARRED, **forts),
        "ruin": known_odds(board, 0.55, flow=-0.01, cap=BARRED),
        "ruin, free": known_odds(board, 0.55, cap=BARRED),
        "strong": known_odds(board, 0.4, flow=-0.05, proposer=1.0),
        "weak": known_odds(board, 0.7, flow=-0.05, proposer=1.0),
    }
    games |= {f"Fearon {p2}": fearon(board, p2) for p2 in (0.65, 0.35, 0.391666, 0.391668)}
    games |= {f"shift {n}": fearon(board, p1 + rise, p1, cost) for n, (rise, p1, cost) in enumerate(SHIFTS)}
    games |= {f"Powell {rise}": powell(board, rise) for rise in (0.3, 0.15679, 0.156791)}
    return solve_named(Shape("known", (-1, 0, 1), 1, 1, "stationary", 1), board, games)


def at(found: Asked, part: str, first: int, count: int, regime: int = 0) -> np.ndarray:
    """A run of positions of the board, [position, side]."""
    return getattr(found, part)[2 * np.arange(first, first + count) + regime]


def test_u3_rubinstein(lines: Found) -> None:
    mine, theirs = (at(lines["Rubinstein"], "value", FORTS + 3, 1, turn)[0] for turn in (0, 1))
    assert mine == pytest.approx([0.2 / 0.28, 0.08 / 0.28], abs=CLOSED)
    assert theirs == pytest.approx([0.18 / 0.28, 0.1 / 0.28], abs=CLOSED)


def test_u4_slantchev(lines: Found) -> None:
    x = [0.2355753449, 0.3781362938, 0.5154140127, 0.6320547891, 0.7998386678]
    first = at(lines["Slantchev"], "value", FORTS + 1, 5, 0)
    second = at(lines["Slantchev"], "value", FORTS + 1, 5, 1)
    assert first[:, 0] == pytest.approx(x, abs=CLOSED)
    assert second[:, 1] == pytest.approx(x[::-1], abs=CLOSED)
    assert (first.sum(1), second.sum(1)) == (pytest.approx(np.ones(5)), pytest.approx(np.ones(5)))
    w = [0.1543014596, 0.2762254657, 0.3928662420, 0.5301439610, 0.7185647825]
    alone = at(lines["to the finish"], "value", FORTS + 1, 5)
    assert alone[:, 0] == pytest.approx(w, abs=CLOSED)
    assert alone[:, 1] == pytest.approx(w[::-1], abs=CLOSED)


def test_u5_gamblers_ruin(lines: Found) -> None:
    value, victory = at(lines["ruin"], "value", TEN + 5, 1)[0], at(lines["ruin, free"], "value", TEN + 5, 1)[0, 0]
    assert value == pytest.approx([0.5, 0.0365651976], abs=CLOSED)
    assert victory == pytest.approx(0.7317174012, abs=CLOSED)
    assert (victory - value[0]) / 0.01 == pytest.approx(23.1717401181, abs=DP)


def test_u10_filson_and_werner(lines: Found) -> None:
    strong = [[0.55, 0.77, 0.858], [0.28, 0.524, 0.6744], [0.118, 0.3116, 0.47928]]
    weak = [[0.25, 0.425, 0.5475], [0.025, 0.095, 0.18075], [-0.0425, -0.05125, -0.03165]]
    for name, table in (("strong", strong), ("weak", weak)):
        everywhere = at(lines[name], "value", MEANS, 16)[:, 1].reshape(4, 4)
        assert everywhere[1:, 1:] == pytest.approx(np.array(table), abs=CLOSED)
        settled = at(lines[name], "settle", MEANS, 16).reshape(4, 4)
        assert np.all(settled[1:, 1:] == 1), "no war where the type is known"


def test_u7_preventive_war(lines: Found) -> None:
    rising = lines["Fearon 0.65"]
    assert rising.settle[2 * LEFT] == 0
    assert rising.reserve[2 * LEFT, 1] / 0.1 == pytest.approx(6.25, abs=CLOSED)
    most = rising.worth[2 * LEFT, 1].max()  # all of this month, little afterwards
    assert most / 0.1 == pytest.approx(3.925, abs=CLOSED)
    assert [lines[f"Fearon {p2}"].settle[2 * LEFT] for p2 in (0.35, 0.391666, 0.391668)] == [1, 1, 0]


def test_u7_shift_larger_than_the_surplus_empties_the_range(lines: Found) -> None:
    rise, p1, cost = SHIFTS.T
    p2 = p1 + rise
    kept = 0.9 * np.maximum(0, 1 - p2 - 0.1 * cost)  # of the months after this one, by B
    fights = 1 - p1 - 0.1 * cost > 0.1 + kept + 1e-12
    found = [lines[f"shift {n}"].settle[2 * LEFT] == 0 for n in range(len(SHIFTS))]
    assert found == list(fights)
    inside = p2 + 0.1 * cost <= 1
    assert np.array_equal(fights[inside], (0.9 * p2 - p1 > cost * 0.01)[inside])
    assert 10 < fights.sum() < 50


def test_u7_powell_shift_larger_than_the_surplus(lines: Found) -> None:
    rising = lines["Powell 0.3"]
    assert rising.settle[2 * LEFT] == 0
    # B's shortfall is the shift in what A can lock in, less what war would destroy.
    assert rising.reserve[2 * LEFT, 1] - rising.worth[2 * LEFT, 1].max() == pytest.approx(0.216 - 0.1, abs=CLOSED)
    assert [lines[f"Powell {rise}"].settle[2 * LEFT] for rise in (0.15679, 0.156791)] == [1, 0]


# --- battles that are counted: Smith and Stam -------------------------------------------------------------------------

T = 300
REACHED = [(n, 5 + y, y) for n in range(16) for y in range(-n, n + 1, 2) if 1 <= 5 + y <= 9]


def ten_forts(board: Board, cost: float, **given: Any) -> Draw:
    """A believes Beta(6, 4) and B Beta(4, 6) of ten forts; the analyst knows that the odds are even."""
    ends = np.arange(11) == 10
    return draw_of(
        board, [0.5], [[6, 4], [4, 6]], flow=-cost, end=np.stack([ends, np.arange(11) == 0]), analyst=[5e12, 5e12], **given
    )  # fmt: skip


@pytest.fixture(scope="module")
def counted() -> Found:
    positions = np.arange(11)
    following = [np.maximum(positions - (positions < 10), 0), np.minimum(positions + (positions > 0), 10)]
    asked = [(0, 0, 5, T), *((n, 0, x, T + y) for n, x, y in REACHED), (0, 0, 7, T)]
    board = board_of(following, np.isin(positions, (0, 10)), 1, asked, np.arange(-T, T + 1), landing=5)
    games = {
        "cheap": ten_forts(board, 0.01),
        "dear": ten_forts(board, 0.05),
        "to the finish": ten_forts(board, 0.01, cap=BARRED),
        "free, to the finish": ten_forts(board, 0.0, cap=BARRED),
    }
    return solve_named(Shape("beta", (-1, 1), 1, T, "fight", 0), board, games)


def test_u6_fight_to_the_finish_under_a_beta_belief(counted: Found) -> None:
    value, victory = counted["to the finish"].value, counted["free, to the finish"].value
    for place, p, months, worth in (
        (0, 0.7204982316, 16.51084997, 0.5553897319),
        (-1, 0.8028195706, 12.91084997, 0.6737110709),
    ):
        assert victory[place, 0] == pytest.approx(p, abs=DP)
        assert value[place, 0] == pytest.approx(worth, abs=DP)
        assert (victory - value)[place, 0] / 0.01 == pytest.approx(months, abs=1e-6)


def test_u6_smith_and_stam_at_the_start(counted: Found) -> None:
    for name, reserve, settle in (("cheap", 0.5798079254, 0), ("dear", 0.4815306929, 1)):
        found = counted[name]
        assert found.reserve[0] == pytest.approx([reserve, reserve], abs=DP)
        assert found.settle[0] == settle
    assert 1 - counted["dear"].reserve[0].sum() == pytest.approx(0.0369386143, abs=DP)


def test_u6_settlement_set(counted: Found) -> None:
    settled: dict[int, set[int]] = {n: set() for n in range(16)}
    for (n, x, _), settle in zip(REACHED, counted["cheap"].settle[1:-1], strict=True):
        if settle:
            settled[n].add(x)
    assert all(not settled[n] for n in (0, 1, 2, 3, 4, 5, 7, 9))
    ends = {n: settled[n] for n in (6, 8, 10, 11, 12, 13, 14)}
    assert ends == {6: {1, 9}, 8: {1, 9}, 10: {1, 9}, 11: {2, 8}, 12: {1, 9}, 13: {2, 8}, 14: {1, 3, 7, 9}}
    assert settled[15] == {2, 4, 6, 8}, "every position that can be reached"


def test_u6_terms_of_settlement(counted: Found) -> None:
    value = counted["cheap"].value
    for state, share, digits in (((6, 9, 4), 0.951473, 1e-6), ((15, 4, -1), 0.3718408, 1e-7)):
        assert value[1 + REACHED.index(state)] == pytest.approx([share, 1 - share], abs=digits)


def test_u6_exact_law_of_duration(counted: Found) -> None:
    assert counted.ahead is not None
    settled, victory = counted.ahead.settled[0], counted.ahead.victory[0]
    law = {5: 0, 6: 0.15625, 7: 0.15625, 8: 0.2734375, 10: 0.37109375, 15: 0.9375, T - 1: 0.9375}
    assert settled[list(law)] == pytest.approx(list(law.values()), abs=CLOSED)
    assert victory[-1] == pytest.approx([1 / 32, 1 / 32], abs=CLOSED)
    assert counted.ahead.settled[1, 0] == pytest.approx(1.0)  # at the higher cost they settle at once

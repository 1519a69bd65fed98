"""What became of texts that took effect, beside what the rule of durability says of their clauses.

The rule (`durability`) is judged and not estimated, so that the few agreements whose fate the packs know are all that it can
be held against. Each is put to it as signed: the base rate, the factors of its clauses, the shift of power that they bring
and whether the sides had a hand in it. How far its terms leaned to one side of what war would then have yielded is left
out, since no pack tells it for every such day; the lean can only add to the danger. Where wordings differ, each holds in as many
draws as the others.
"""

from __future__ import annotations

import numpy as np

from armistice.core.appraisal import survival_after
from armistice.core.retrospect import LASTED_YEARS, Lasted
from armistice.core.settlement import Settlement
from armistice.data.pack import Pack
from armistice.deal.check import ground_for
from armistice.deal.durability import dangers_of, renewal_hazard, renewal_numbers
from armistice.deal.read import FOLDER, read_settlement

DRAWS = 2000


def texts_in_effect(pack: Pack, seed: int = 0, draws: int = DRAWS) -> tuple[Lasted, ...]:
    """The texts of a pack that took effect, each with the chances that the rule gives it and with what came, by date.

    Parameters
    ----------
    pack : Pack
        Texts of a later day are read too: what ended a war is often signed on the day after its last map.
    seed : int
    draws : int
        Of the judged numbers.
    """
    texts = [read_settlement(file, pack.war) for file in sorted((pack.path / FOLDER).glob("*.toml"))]
    in_effect = sorted((s for s in texts if s.kept is not None), key=lambda s: (s.date, s.id))
    return tuple(_lasted(text, pack, seed, draws) for text in in_effect)


def _lasted(text: Settlement, pack: Pack, seed: int, draws: int) -> Lasted:
    assert text.kept is not None
    numbers = renewal_numbers(draws, seed)
    factors, shifts = dangers_of(text.provisions, pack.war, ground_for([text], pack), draws, seed)
    holds = np.ones_like(factors)
    if text.variants:
        turn = np.arange(draws) % len(text.variants)
        own = [list(text.variants).index(p.variant) if p.variant else -1 for p in text.provisions]
        holds = np.stack([turn == n if n >= 0 else np.ones(draws, bool) for n in own]).astype(float)
    imposed = not {b.id for b in pack.war.belligerents} & set(text.by)
    none = np.zeros(draws)
    hazard = renewal_hazard((factors * holds).sum(0), none, imposed, (shifts * holds).sum(0), numbers)

    def chances(of: np.ndarray) -> tuple[float, ...]:
        return tuple(float(survival_after(of, numbers["shape"], years).mean()) for years in LASTED_YEARS)

    kept = text.kept
    return Lasted(
        pack.war.slug, text.id, text.title, kept.since, kept.until, kept.broke, chances(hazard), chances(numbers["base"]),
        tuple(kept.held(years) for years in LASTED_YEARS), kept.why, kept.source,
    )  # fmt: skip

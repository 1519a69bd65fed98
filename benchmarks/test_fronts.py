"""The fit of the fronts: effective draws per second against NumPyro's own sampler on the same model and data.

Both run four chains with the same warm-up and draws, in the same process, compiled beforehand; NumPyro runs them one
after another, which is what it does with fewer devices than chains,
in the parameters themselves and with its defaults. Times are printed, the ratio is asserted.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np

from armistice.data.estimate import estimate_panel
from armistice.data.pack import read_pack
from armistice.infer.condition import condition_reports, diagnostic, model
from armistice.infer.observe import read_reports

import jax  # isort: skip  # after our own, which settles that numbers have 64 bits
from numpyro.infer import MCMC, NUTS  # isort: skip

WARMUP, DRAWS = 100, 100
LEAST = 1.0
"""Times as many effective draws per second as NumPyro, at least."""


def test_effective_draws_per_second() -> None:
    pack = read_pack(Path(__file__).parents[1] / "wars" / "ukraine")
    reported = read_reports(estimate_panel(pack), pack.war)
    evidence = reported.evidence()

    def ours(seed: int) -> np.ndarray:
        return condition_reports(reported, seed, 4, WARMUP, DRAWS).draws["log_pace"]

    kernel = NUTS(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that there are fewer devices than chains
        plain = MCMC(
            kernel, num_warmup=WARMUP, num_samples=DRAWS, num_chains=4, progress_bar=False, jit_model_args=True
        )

    def theirs(seed: int) -> np.ndarray:
        plain.run(jax.random.key(seed), evidence)
        return np.asarray(plain.get_samples(group_by_chain=True)["log_pace"])

    rates = {}
    for name, run in (("blackjax", ours), ("numpyro", theirs)):
        run(0)
        start = time.perf_counter()
        draws = run(1)
        seconds = time.perf_counter() - start
        least = min(diagnostic(draws[:, :, k]).ess_bulk for k in range(draws.shape[2]))
        rates[name] = least / seconds
        print(f"{name}: {seconds:.1f} s, least effective draws of the last pace {least:.0f}, {rates[name]:.1f} per s")
    assert rates["blackjax"] > LEAST * rates["numpyro"]

"""Every default errs as often as it says: false positives without an effect, coverage with one.

Each runs 400 seeded replicates; what binomial chance allows 399 times in 400 is let pass. This catches what is
plainly wrong; a full calibration takes more replicates and harder designs.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.laws.worlds import World, defaults, name_of

REPLICATES = 400
LEAST, MOST = (int(stats.binom.ppf(q, REPLICATES, 0.05)) for q in (0.00125, 0.99875))


@pytest.mark.parametrize(("estimator", "declaration"), defaults(), ids=name_of)
def test_a_default_finds_an_effect_that_is_not_there_in_1_of_20_studies(estimator, declaration):
    world, rng = World(declaration, clusters=8), np.random.default_rng(20)
    name, found = world.outcome.scale.name, 0
    for _ in range(REPLICATES):
        effect = world.run(estimator, world.table(rng, effect=world.null)).effects[name]
        found += effect.p_value < 0.05
    assert LEAST <= found <= MOST


@pytest.mark.parametrize(("estimator", "declaration"), defaults(), ids=name_of)
def test_the_interval_of_a_default_misses_the_truth_in_1_of_20_studies(estimator, declaration):
    world, rng = World(declaration, clusters=8), np.random.default_rng(21)
    name, missed = world.outcome.scale.name, 0
    for _ in range(REPLICATES):
        effect = world.run(estimator, world.table(rng, effect=world.effect)).effects[name]
        missed += not effect.low <= world.effect <= effect.high
    assert LEAST <= missed <= MOST

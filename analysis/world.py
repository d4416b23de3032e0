"""Worlds: studies drawn with a known truth, by layout. The laws and the calibration run estimators in them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.outcome import kinds
from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from analysis.estimator import Declaration
    from analysis.outcome import Outcome
    from analysis.table import UnitTable


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn: an outcome as declared, sizes, and the truth besides the effect.

    `units` are people (platforms in a panel), `clusters` whole clusters, `periods` periods or waves. `truth` holds
    what a world knows by name (its module says which): icc, cac, rho, dropout, sizes_from, sizes_to, sizes_cv,
    repeats, share_treated, trend, and the outcome kind's own words (base, spread).
    """

    declaration: Declaration
    outcome: Outcome
    units: int = 240
    clusters: int = 12
    periods: int = 6
    truth: Mapping[str, float] = field(default_factory=dict)

    @property
    def base(self) -> float:
        """The control arm's figure: as declared in `truth`, else what the kind draws by default."""
        default: float = inspect.signature(kinds()[self.outcome.kind].draw).parameters["base"].default
        return float(self.truth.get("base", default))

    def drawn(self, rng: np.random.Generator, n: int, effect: float, **words: Any) -> dict[str, Any]:
        """Parts of `n` units from the outcome's kind; `words` as its `draw` takes them."""
        kind = kinds()[self.outcome.kind]
        given = {name: self.outcome.options[name] for name in kind.takes if name in self.outcome.options}
        return dict(kind.draw(rng, n, effect, **given, **words))


@dataclass(frozen=True, slots=True)
class World:
    """The world of one layout, named after it. Arm "b" is the treatment, "a" the control.

    `draw(rng, scene, effect)` draws a unit table in which treated rows differ from the others by just `effect` on
    the outcome's primary scale (a level change in a series); the scale's null is no effect.
    """

    name: str
    draw: Callable[[np.random.Generator, Scene, float], UnitTable]


def worlds() -> Mapping[str, World]:
    """Every world, by layout.

    >>> sorted(worlds())[:2]
    ['clustered', 'crossover']
    """
    return collect("analysis.worlds", World)

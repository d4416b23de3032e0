"""A cell of the calibration: one estimator in one design with a known truth, and the band it must keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from analysis.finding import Contrast

if TYPE_CHECKING:
    from analysis.world import Scene

    Band = tuple[float, float]

BALANCED: Band = (4.0, 6.0)  # per cent of false positives, at a nominal 5
STRESS: Band = (
    0.0,
    6.0,
)  # unequal arms or sizes, other truths, simultaneous or exact tests: conservative is allowed
FEW_MIXED: Band = (1.0, 6.0)  # mixed models at 6 to 8 clusters

TWO_ARMS = Contrast("b", "a")
EVERYBODY = Contrast("all", "all")


@dataclass(frozen=True, slots=True)
class Cell:
    """`estimator` in the design that `scene` draws; `effect` is the known one, on the primary scale.

    `share` is the share of the asked replicates that a slow estimator gets.
    """

    design: str
    estimator: str
    scene: Scene
    effect: float
    band: Band
    share: float = 1.0

    @property
    def key(self) -> tuple[str, str, str]:
        """What a cell is known by: estimator, kind, design."""
        return self.estimator, self.scene.outcome.kind, self.design

    @property
    def stream(self) -> int:
        """Of the random numbers: the same for every estimator in one design, so that all see the same studies."""
        declared = self.scene.declaration
        return crc32(f"{declared.layout}/{declared.kind}/{self.design}".encode())

    @property
    def contrast(self) -> Contrast:
        """The treatment against the control, or everybody where only waves are compared."""
        return TWO_ARMS if self.scene.declaration.compared else EVERYBODY

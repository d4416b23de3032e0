"""Drawing lots that anybody can draw again: raw 64-bit numbers of PCG64, and a shuffle written down here."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
GENERATOR = (
    "numpy PCG64(SeedSequence(seed)); raw 64-bit draws reduced by rejection; Fisher-Yates from the end"
)
_RANGE = 2**64


class Lots:
    """Lots from one seed: the same on every machine and with every numpy, because only raw draws are used.

    numpy keeps the raw stream of a seeded PCG64 for good (NEP 19); what it makes of it may change, and is not used.

    >>> Lots(1).shuffled("abcdef") == Lots(1).shuffled("abcdef")
    True
    """

    def __init__(self, seed: int) -> None:
        self._raw = np.random.PCG64(np.random.SeedSequence(seed))

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1, each as likely: draws beyond the last multiple of n are thrown away."""
        edge = _RANGE - _RANGE % n
        while True:
            drawn = int(self._raw.random_raw())
            if drawn < edge:
                return drawn % n

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The things in an order drawn by lot (Fisher and Yates; Knuth 1997, algorithm 3.4.2P)."""
        order = list(things)
        for place in range(len(order) - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order

"""Instruments: how a questionnaire's answers become scores. Item numbers and formulas, never wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.outcome import Cutoff
from analysis.registry import collect
from experiments.faults import Fault, did_you_mean
from experiments.fragments import Schema, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of scores, both ends included, by the authority in `source`: a convention, not a diagnosis."""

    label: str
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Subscale:
    """A score: the sum of `items` (numbered from 1; reversed ones turned first), times `factor`.

    A `table` gives instead the score for each sum, from the lowest possible sum upwards in steps of 1. Where the
    authors' rule allows unanswered items, `fewest` is how many must be answered; the mean of those stands for the
    others. `alpha` is a published Cronbach's alpha, for where a study cannot estimate its own.
    """

    name: str
    label: str
    items: tuple[int, ...]
    factor: float = 1.0
    table: tuple[float, ...] = ()
    bands: tuple[Band, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    fewest: int | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire's key. `name` is its word in study files and logs, `title` its name on pages.

    Answers are numbers from `lowest` to `highest` in steps of `step`; an item in `reversed` counts lowest +
    highest - answer. `covers` is the time that the questions ask about; `source` says where the key was checked.
    """

    name: str
    title: str
    items: int
    lowest: int
    highest: int
    subscales: tuple[Subscale, ...]
    covers: str
    licence: str
    source: str
    reversed: frozenset[int] = frozenset()
    step: int = 1

    def subscale(self, name: str) -> Subscale:
        """The subscale of that name; raises Fault for a name this instrument lacks."""
        for subscale in self.subscales:
            if subscale.name == name:
                return subscale
        known = [subscale.name for subscale in self.subscales]
        raise Fault(
            f"{self.title} has no subscale {name!r}.", expected=", ".join(known), do=did_you_mean(name, known)
        )

    def bounds(self, subscale: Subscale) -> tuple[float, float]:
        """The lowest and the highest score that a subscale can take."""
        if subscale.table:
            return subscale.table[0], subscale.table[-1]
        most = len(subscale.items) * subscale.factor
        return most * self.lowest, most * self.highest

    @property
    def steps(self) -> int:
        """How many steps lead from the lowest answer to the highest."""
        return (self.highest - self.lowest) // self.step

    @property
    def in_steps(self) -> str:
        """The step between answers as a message names it: nothing where it is 1."""
        return "" if self.step == 1 else f" in steps of {self.step}"

    def scaled(self, subscale: Subscale, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores from sums of answers (reversed items already turned); NaN stays NaN."""
        import numpy as np

        if not subscale.table:
            return sums * subscale.factor
        scores = np.full(sums.shape, np.nan)
        known = ~np.isnan(sums)
        places = sums[known].astype(int) - len(subscale.items) * self.lowest
        scores[known] = np.array(subscale.table)[places]
        return scores


def instruments() -> Mapping[str, Instrument]:
    """Every instrument, by its word in study files.

    >>> instruments()["proqol-5"].bounds(instruments()["proqol-5"].subscale("burnout"))
    (10.0, 50.0)
    """
    return collect("experiments.instruments", Instrument)


def score_schema() -> Schema:
    """What a study file says to name a score."""
    return {
        "instrument": {**word("an instrument, or one of the study's own"), "examples": [*instruments()]},
        "subscale": word("one of the instrument's subscales"),
        "wave": word("the wave of the survey, as the log has it"),
    }


def score(instrument: Instrument, responses: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Scores by subscale from answers, n people x n items in the order of the questionnaire, NaN for none.

    A person's subscale is NaN where one of its answers is missing, unless the authors' own rule says how many may
    be: filling in assumes that the silent answer resembles the others, and people who stop answering often do
    so because of how they feel. Raises Fault for another number of columns or an answer outside the range.
    """
    import numpy as np

    if responses.ndim != 2 or responses.shape[1] != instrument.items:
        raise Fault(
            f"The answers to {instrument.title} have the wrong shape.", expected=f"{instrument.items} columns"
        )
    known = responses[~np.isnan(responses)]
    off_step = (known - instrument.lowest) % instrument.step != 0
    if np.any((known < instrument.lowest) | (known > instrument.highest) | off_step):
        raise Fault(
            f"An answer to {instrument.title} is outside the range of the questionnaire.",
            expected=f"whole numbers from {instrument.lowest} to {instrument.highest}{instrument.in_steps}",
        )
    turned = answers_turned(instrument, responses)
    return {
        subscale.name: instrument.scaled(subscale, _sums(subscale, turned))
        for subscale in instrument.subscales
    }


def answers_turned(instrument: Instrument, responses: NDArray[np.float64]) -> NDArray[np.float64]:
    """The answers, n people x n items, with the reversed items turned, so that all point the same way."""
    turned = responses.copy()
    for item in instrument.reversed:
        turned[:, item - 1] = instrument.lowest + instrument.highest - turned[:, item - 1]
    return turned


def _sums(subscale: Subscale, turned: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over a subscale's items, prorated where its rule allows; NaN where too few were answered."""
    import numpy as np

    items = turned[:, [item - 1 for item in subscale.items]]
    if subscale.fewest is None:
        return np.asarray(items.sum(axis=1))
    answered = (~np.isnan(items)).sum(axis=1)
    total = np.nansum(items, axis=1) * items.shape[1] / np.maximum(answered, 1)
    return np.where(answered >= subscale.fewest, total, np.nan)

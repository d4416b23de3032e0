"""The same outcome over several pilots: which answers may stand on one axis, and which may not, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.across import Shared, pooled, why_not
from analysis.layout import LAYOUTS
from analysis.outcome import kinds
from analysis.release.parts import ReleasedFinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.across import Reason
    from analysis.disclosure import Release
    from analysis.outcome import Outcome, Scale
    from analysis.policy import Count

Axis = tuple[str, str, str, str]  # kind, scale, unit with its range, good direction


@dataclass(frozen=True, slots=True)
class Answer:
    """One pilot's answer on an outcome under one of its comparisons."""

    release: Release
    finding: ReleasedFinding

    @property
    def outcome(self) -> Outcome:
        """The outcome as this pilot declares it."""
        return self.finding.finding.outcome

    @property
    def axis(self) -> Axis:
        """What must agree for two answers to stand on one axis; a standardised scale has left its unit behind."""
        outcome = self.outcome
        unit = "" if outcome.scale.is_ratio or "standard" in outcome.scale.name else outcome.unit
        return outcome.kind, outcome.scale.name, unit, outcome.better

    def on(self, scale: str) -> Answer | None:
        """The answer on another scale of its kind; None where it has none there."""
        found = self.finding.finding
        if scale not in found.estimate.effects:
            return None
        return replace(
            self, finding=replace(self.finding, finding=replace(found, outcome=self.outcome.on(scale)))
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Answers that stand on one axis, and those of the same outcome that do not."""

    name: str
    label: str
    answers: tuple[Answer, ...]
    apart: tuple[Answer, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The outcome as the first pilot declares it, under the label most pilots give it, without a margin."""
        return replace(self.answers[0].outcome, label=self.label, margin=None, role="primary")

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases behind the answers, each once."""
        return tuple({answer.release.study.id: answer.release for answer in self.answers}.values())

    @property
    def companies(self) -> tuple[str, ...]:
        """Who ran the pilots, each once, in order."""
        return tuple(sorted({release.study.company for release in self.releases}))

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scales on which every answer, also those apart, can stand; the primary one first."""
        everything = (*self.answers, *self.apart)
        if len({answer.outcome.kind for answer in everything}) > 1:
            return (self.outcome.scale,)
        effects = [set(answer.finding.finding.estimate.effects) for answer in everything]
        named = set.intersection(*effects) | {self.outcome.scale.name}
        return tuple(scale for scale in kinds()[self.outcome.kind].scales if scale.name in named)

    @property
    def why_not(self) -> Reason | None:
        """Why there is no pooled effect; None where there may be one."""
        return why_not(self._shared(), consents=self._consents())

    def pooled(self) -> ReleasedFinding:
        """The pooled effect, made of the released ones alone. Raises Refusal as the estimator does."""
        return ReleasedFinding(pooled(self.outcome, self._shared()), ())

    def _shared(self) -> tuple[Shared, ...]:
        return tuple(_shared(answer) for answer in self.answers)

    def _consents(self) -> frozenset[str]:
        """The companies that every study names as having agreed."""
        return frozenset.intersection(*(frozenset(r.study.consents) for r in self.releases))


def comparisons(releases: Iterable[Release]) -> tuple[Comparison, ...]:
    """Every outcome that some pilot answered, those of most pilots first.

    Outcomes are one where their names agree, or their labels do: names are what study files share.
    """
    answers = [Answer(release, found) for release in releases for found in release.default_findings()]
    names: dict[str, str] = {}
    for answer in answers:
        names.setdefault(_plain(answer.outcome.label), answer.outcome.name)
    together: dict[str, list[Answer]] = {}
    for answer in answers:
        together.setdefault(names[_plain(answer.outcome.label)], []).append(answer)
    found = [_comparison(name, listed) for name, listed in _merged(together).items()]
    return tuple(sorted(found, key=lambda one: (-len(one.releases), -len(one.apart), one.label)))


def on_scale(comparison: Comparison, scale: str) -> Comparison:
    """The comparison on another of its `scales`; there, answers that stood apart may stand together."""
    if scale in ("", comparison.outcome.scale.name):
        return comparison
    moved = (answer.on(scale) for answer in (*comparison.answers, *comparison.apart))
    return _comparison(comparison.name, [answer for answer in moved if answer is not None])


def _merged(together: dict[str, list[Answer]]) -> dict[str, list[Answer]]:
    """Groups of the same label joined where an outcome's own name agrees."""
    merged: dict[str, list[Answer]] = {}
    for name, listed in together.items():
        own = {answer.outcome.name for answer in listed}
        into = next((key for key in merged if key in own or key == name), name)
        merged.setdefault(into, []).extend(listed)
    return merged


def _comparison(name: str, listed: Sequence[Answer]) -> Comparison:
    """The answers on the axis that most pilots share; the others stand apart."""
    pilots = Counter(axis for axis, _ in {(answer.axis, answer.release.study.id) for answer in listed})
    first = min(pilots, key=lambda axis: (-pilots[axis], axis))
    labels = Counter(answer.outcome.label for answer in listed)
    ordered = sorted(listed, key=lambda answer: (answer.release.study.company, answer.release.study.id))
    return Comparison(
        name,
        min(labels, key=lambda label: (-labels[label], len(label), label)),
        tuple(answer for answer in ordered if answer.axis == first),
        tuple(answer for answer in ordered if answer.axis != first),
    )


def _shared(answer: Answer) -> Shared:
    release, found = answer.release, answer.finding.finding
    people = LAYOUTS[release.plan.layout_of(found.outcome)].people
    bounds = _people(arm.n for arm in answer.finding.arms) if people else (0, 0)
    return Shared(
        label=release.study.title,
        company=release.study.company,
        effect=answer.finding.effect,
        least=bounds[0],
        most=bounds[1],
        control=f"{release.study.id}/{found.contrast.control}",
        randomised=release.plan.randomised,
        kind=release.study.data_are,
    )


def _people(counts: Iterable[Count]) -> tuple[int, int | None]:
    bounds = [count.bounds for count in counts]
    ends = [high for _, high in bounds]
    return sum(low for low, _ in bounds), None if None in ends else sum(end or 0 for end in ends)


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())

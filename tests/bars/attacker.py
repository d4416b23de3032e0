"""An attacker who reads a release and nothing else, and puts everything in it into one linear programme.

What is shown is taken at its word: "<10" is 1 to 9, "about 15" is 11 to 20, an effect lies within half its last
digit. He knows how tables are made: arms add up, levels add up, nobody is lost but between two steps. Nothing of
this is shared with the audit of a release.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from analysis.disclosure import Release, ReleasedArm, ReleasedFinding

Bounds = tuple[float, float]
COUNT = re.compile(r"<10|about [0-9,]+|masked|[0-9][0-9,]*")
WIDE = 1e6
ENOUGH = 12  # possible values: no smaller count has so many


def read(text: str) -> Bounds:
    """What a count that is shown so can be."""
    if text.startswith("<"):
        return 1, 9
    if text == "masked":
        return 0, WIDE
    number = int(text.removeprefix("about ").replace(",", ""))
    return (number - 4, number + 5) if text.startswith("about") else (number, number)


class Attacker:
    """Everything that releases on the same people say."""

    def __init__(self, *releases: Release) -> None:
        self.place: dict[str, int] = {}
        self.bounds: list[Bounds] = []
        self.equal: list[tuple[dict[str, float], float]] = []
        self.below: list[tuple[dict[str, float], float]] = []
        self.seen: list[NDArray[np.float64]] = []
        self.system: tuple[Any, ...] | None = None
        for release in releases:
            self._flow(release)
            for finding in release.findings:
                self._finding(finding)
            self._levels(release)
            for check in release.checks:
                self._check(check.name, check.says, check.subject)

    def left(self, key: str) -> int:
        """How many whole numbers a count can be, or ENOUGH. Raises ValueError where there is no solution."""
        if key not in self.place:
            return ENOUGH
        place = self.place[key]
        for sign in (1.0, -1.0):
            if not self.seen or self._between(place) < ENOUGH:
                self.seen.append(self._solved(place, sign))
        return self._between(place)

    def known(self) -> dict[str, int]:
        """The counts that are shown as they are."""
        exact = {key: self.bounds[place] for key, place in self.place.items() if not key.startswith("share")}
        return {key: int(low) for key, (low, high) in exact.items() if low == high}

    def _between(self, place: int) -> int:
        """How many whole numbers lie between the least and the largest that were seen."""
        values = [solution[place] for solution in self.seen]
        return int(np.floor(max(values) + 1e-6) - np.ceil(min(values) - 1e-6)) + 1

    def _solved(self, place: int, sign: float) -> NDArray[np.float64]:
        """Everything's value where one count is as small, or as large, as can be."""
        towards = np.zeros(len(self.bounds))
        towards[place] = sign
        if self.system is None:
            self.system = (*self._system(self.below), *self._system(self.equal))
        solved = linprog(towards, *self.system, bounds=self.bounds, method="highs")
        if solved.x is None:
            raise ValueError(f"what was read contradicts itself: {solved.message}")
        return np.asarray(solved.x)

    def _see(self, key: str, bounds: Bounds = (0, WIDE)) -> str:
        if key not in self.place:
            self.place[key] = len(self.bounds)
            self.bounds.append((0, WIDE))
        low, high = self.bounds[self.place[key]]
        self.bounds[self.place[key]] = max(low, bounds[0]), min(high, bounds[1])
        return key

    def _adds_up(self, whole: str, parts: Iterable[str]) -> None:
        terms = {self._see(whole): -1.0}
        for part in parts:
            terms[self._see(part)] = 1.0
        self.equal.append((terms, 0.0))

    def _flow(self, release: Release) -> None:
        arms = [arm.name for arm in release.study.arms]
        for step in release.flow:
            for arm in arms:
                self._see(f"{step.key} {arm}", read(step.by_arm[arm].text))
            self._see(f"{step.key} all", read(step.total.text))
            self._adds_up(f"{step.key} all", [f"{step.key} {arm}" for arm in arms])
        for before, after in pairwise(release.flow):
            for arm in (*arms, "all"):
                lost = f"lost {after.key} {arm}"
                self._adds_up(f"{before.key} {arm}", [f"{after.key} {arm}", lost])
        self._see("units", read(release.data.units.text))
        self._adds_up("units", ["assigned all", "in two arms"])

    def _finding(self, released: ReleasedFinding) -> None:
        finding = released.finding
        level = finding.subgroup.level if finding.subgroup else "everybody"
        for arm in released.arms:
            about = f"{finding.outcome.name} {level} {arm.arm}"
            self._arm(about, arm)
            if finding.subgroup is None:
                self._adds_up(f"exposed {arm.arm}", [f"n {about}", f"missing {about}"])
                if finding.outcome.name == "outcome-0":
                    self._adds_up(f"analysed {arm.arm}", [f"n {about}"])
        control, treatment = (f"{finding.outcome.name} {level} {arm.arm}" for arm in released.arms)
        self._effect(control, treatment, finding.effect.estimate, exact=finding.effect.p_value is not None)

    def _arm(self, about: str, arm: ReleasedArm) -> None:
        self._see(f"n {about}", read(arm.n.text))
        self._see(f"missing {about}", read(arm.missing.text))
        self._see(f"events {about}", read(arm.events.text) if arm.events else (0, WIDE))
        self._adds_up(f"n {about}", [f"events {about}", f"others {about}"])
        low, high = self.bounds[self.place[f"n {about}"]]
        self._see(f"share {about}", (0, 1))
        if high < WIDE:  # low * share <= events <= high * share
            self.below.append(({f"share {about}": low, f"events {about}": -1.0}, 0.0))
            self.below.append(({f"share {about}": -high, f"events {about}": 1.0}, 0.0))
        if "value" in arm.figures and arm.n.form == "exact":
            near = _half_digit(arm.figures["value"])
            value = arm.figures["value"]
            self._see(f"share {about}", (value - near, value + near))

    def _effect(self, control: str, treatment: str, told: float, *, exact: bool) -> None:
        near = _half_digit(told) if exact else 5 * float(Decimal(1).scaleb(_last_digit(told))) / 2
        terms = {f"share {treatment}": 1.0, f"share {control}": -1.0}
        self.below.append((terms, told + near))
        self.below.append(({key: -by for key, by in terms.items()}, near - told))

    def _levels(self, release: Release) -> None:
        """The levels that are shown and the rest, if any, are everybody."""
        shown: dict[tuple[str, str], dict[str, None]] = {}
        for released in release.findings:
            if released.finding.subgroup is not None:
                for arm in released.arms:
                    key = released.finding.outcome.name, arm.arm
                    shown.setdefault(key, {})[released.finding.subgroup.level] = None
        for (outcome, arm), levels in shown.items():
            for what in ("n", "events", "others", "missing"):
                parts = [f"{what} {outcome} {level} {arm}" for level in (*levels, "the rest")]
                self._adds_up(f"{what} {outcome} everybody {arm}", parts)

    def _check(self, name: str, says: str, subject: str | None) -> None:
        if name == "sample_ratio":
            for part in says.split("; "):
                arm, _, count = part.partition(" ")
                if COUNT.fullmatch(count):
                    self._see(f"assigned {arm.strip('‘’')}", read(count))
        elif name == "contamination" and says.startswith("two arms"):
            self._see("in two arms", read(says.removeprefix("two arms ")))
        elif name == "attrition" and says.startswith("lost"):
            pattern = rf"({COUNT.pattern}) of ({COUNT.pattern}) in ‘?([a-z0-9-]+)’?"
            for lost, exposed, arm in re.findall(pattern, says):
                self._see(f"missing {subject} everybody {arm}", read(lost))
                self._see(f"exposed {arm}", read(exposed))

    def _system(
        self, rows: list[tuple[dict[str, float], float]]
    ) -> tuple[csr_array | None, list[float] | None]:
        if not rows:
            return None, None
        matrix = [
            (row, self.place[key], by) for row, (terms, _) in enumerate(rows) for key, by in terms.items()
        ]
        at, columns, values = (list(part) for part in zip(*matrix, strict=True))
        made = csr_array((values, (at, columns)), shape=(len(rows), len(self.bounds)))
        return made, [end for _, end in rows]


def _last_digit(told: float) -> int:
    exponent = Decimal(repr(told)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _half_digit(told: float) -> float:
    """Half of the third significant digit's place."""
    if told == 0:
        return 0.0005
    return 10.0 ** (np.floor(np.log10(abs(told))) - 2) / 2

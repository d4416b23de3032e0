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

from tests.bars.narrowing import RARE, multiple_of, of_group, of_means, of_shares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from analysis.disclosure import Release, ReleasedArm, ReleasedFinding
    from analysis.release.scores import ReleasedCourse

Bounds = tuple[float, float]
COUNT = re.compile(r"<10|about [0-9,]+|masked|[0-9][0-9,]*")
WIDE = 1e6
BANDS = ("low", "middle", "high")
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
        self.tried: dict[str, int] = {}
        for release in releases:
            self._flow(release)
            for finding in release.findings:
                self._finding(finding)
            self._averages(release)
            for course in release.scores:
                self._course(course)
            self._levels(release)
            for check in release.checks:
                self._check(check.name, check.says, check.subject)

    def left(self, key: str) -> int:
        """How many whole numbers a count can be, or ENOUGH. Raises ValueError where there is no solution."""
        if key not in self.place:
            return ENOUGH
        if self.tried.get(key, ENOUGH) < ENOUGH:
            return self.tried[key]
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
        if finding.outcome.kind == "score":
            self._means(released, control, treatment)
            return
        if released.arms[0].n.form == "rounded":
            self._tables(released, control, treatment)
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
        if arm.events and "value" in arm.figures and arm.n.form == "exact":
            near = _half_digit(arm.figures["value"])
            value = arm.figures["value"]
            self._see(f"share {about}", (value - near, value + near))

    def _effect(self, control: str, treatment: str, told: float, *, exact: bool) -> None:
        near = _half_digit(told) if exact else 5 * float(Decimal(1).scaleb(_last_digit(told))) / 2
        terms = {f"share {treatment}": 1.0, f"share {control}": -1.0}
        self.below.append((terms, told + near))
        self.below.append(({key: -by for key, by in terms.items()}, near - told))

    def _means(self, released: ReleasedFinding, control: str, treatment: str) -> None:
        """Rounded counts beside an interval and the spreads that it is made of; averages of whole points."""
        spreads = [arm.figures.get("sd") for arm in released.arms]
        if None in spreads or released.arms[0].n.form != "rounded":
            return
        known = of_means(
            self._values(f"n {control}"),
            self._values(f"n {treatment}"),
            released.effect,
            [sd for sd in spreads if sd is not None],
        )
        for about, values in zip((control, treatment), known, strict=True):
            self._narrow(f"n {about}", values)

    def _tables(self, released: ReleasedFinding, control: str, treatment: str) -> None:
        """Rounded counts beside an effect on a grid: every table is tried, or those in which few had the event."""
        arms = [
            (self._values(f"n {about}"), about, arm)
            for about, arm in zip((control, treatment), released.arms, strict=True)
        ]
        if all(arm.events is not None and arm.events.form == "rounded" for _, _, arm in arms):
            tables = [(n, self._values(f"events {about}")) for n, about, _ in arms]
            left = of_shares(tables[0], tables[1], released.effect)
            names = [f"{what} {about}" for _, about, _ in arms for what in ("n", "events")]
            for name, values in zip(names, left, strict=True):
                self._narrow(name, values)
            return
        for rare in (0, 1):
            self._rare([n for n, _, _ in arms], arms[rare][1], released, rare)

    def _rare(
        self, people: list[NDArray[np.int64]], about: str, released: ReleasedFinding, rare: int
    ) -> None:
        for what in ("events", "others"):
            few, sizes = np.arange(RARE), people[rare]
            found: set[int] = set()
            for n in sizes if what == "others" else [None]:
                events = few if n is None else n - few[few <= n]
                tables = [(size[[0, len(size) // 2, -1]], np.arange(size.max() + 1)) for size in people]
                tables[rare] = (sizes if n is None else np.array([n]), events)
                values = of_shares(tables[0], tables[1], released.effect)[2 * rare + 1]
                found |= set((values if n is None else n - values).tolist())
            self.tried[f"{what} {about}"] = len(found)

    def _averages(self, release: Release) -> None:
        """The averages of levels, each weighted by its people, are everybody's."""
        shown: dict[str, dict[str, float]] = {}
        for released in release.findings:
            finding = released.finding
            if finding.outcome.kind == "score" and (finding.default or finding.subgroup):
                level = finding.subgroup.level if finding.subgroup else "everybody"
                for arm in released.arms:
                    if "mean" in arm.figures:
                        shown.setdefault(arm.arm, {})[level] = arm.figures["mean"]
        levels = {f.finding.subgroup.level for f in release.findings if f.finding.subgroup}
        for arm, means in shown.items():
            if len(means) == len(levels) + 1 > 2:
                self._weighted(arm, means)

    def _weighted(self, arm: str, means: dict[str, float]) -> None:
        for sign in (1, -1):
            terms = {
                f"n score {level} {arm}": (-sign if level == "everybody" else sign) * mean
                - multiple_of(mean) / 2
                for level, mean in means.items()
            }
            rest = {f"n score the rest {arm}": -WIDE}
            self.below.append(({self._see(key): by for key, by in {**terms, **rest}.items()}, 0.0))

    def _course(self, course: ReleasedCourse) -> None:
        """Who was asked and answered, with a mean and its interval, and who is in which band."""
        for group in course.groups:
            n = f"n {course.outcome} everybody {group.arm}"
            self._see(n, read(group.answered.text))
            self._see(f"exposed {group.arm}", read(group.asked.text))
            low, high = self.bounds[self.place[n]]
            if group.figures and high < WIDE:
                self._narrow(n, of_group(self._values(n), group.figures, step=1.0))
            parts = [part.label.split("|") for part in course.bands]
            for names, share in zip(parts, group.shares, strict=False):
                about = f"bands {'|'.join(names)} {group.arm}"
                self._adds_up(about, [f"band {BANDS.index(name)} {group.arm}" for name in names])
                if low == high:
                    self._see(about, (np.ceil((share - 0.005) * low), np.floor((share + 0.005) * low)))
            if group.shares:
                self._adds_up(n, [f"bands {'|'.join(names)} {group.arm}" for names in parts])

    def _values(self, key: str) -> NDArray[np.int64]:
        """The whole numbers that a count can be as far as it is read."""
        low, high = self.bounds[self.place[key]]
        return np.arange(int(low), int(high) + 1)

    def _narrow(self, key: str, values: NDArray[np.int64]) -> None:
        if not len(values):
            raise ValueError(f"what was read contradicts itself: {key}")
        self._see(key, (int(values.min()), int(values.max())))

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

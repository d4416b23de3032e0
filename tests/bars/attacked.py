"""Random releases against an attacker with a linear programme: no small count is found, nor nearly found.

Some are pairs, between which one to nine people withdrew, and then ten or more; some are complements of a level
that is withheld. To see that the attacker is worth his name, he also gets releases in which counts are only masked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analysis.disclosure import Release, release
from analysis.policy import INTERNAL, policy_for
from analysis.release.published import published
from analysis.release.withheld import Withheld
from tests.bars.attacker import Attacker
from tests.bars.bar import Bar, Count
from tests.bars.drawn_tables import LEVELS, People, draw, evaluation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.evaluation import Evaluation
    from analysis.release.tables import Published

FEWEST_LEFT, FEWEST = 5, 10
SEED = 20_261_122
# Of twenty tries: ten releases, five pairs with withdrawals, four complements, and one that is only masked.
KINDS = ("release",) * 10 + ("pair",) * 5 + ("complement",) * 4 + ("masked",)


@dataclass(slots=True)
class _Try:
    """One study that is released and attacked."""

    count: Count
    rng: np.random.Generator
    number: int

    def run(self) -> None:
        """Draw, release, attack."""
        kind = KINDS[self.number % len(KINDS)]
        rounding = "none" if (self.number // len(KINDS)) % 2 else "midpoint-10"
        people = draw(self.rng, rounding=rounding, split=kind == "complement" or self.number % 3 == 0)
        found = evaluation(people)
        self.count.add(f"{kind}s tried")
        if kind == "masked":
            self._masked(found)
            return
        made = self._released(found)
        if made is None:
            self.count.add("refused")
            return
        self._attack(Attacker(made), found, kind)
        if kind == "pair":
            self._again(people, found, made)

    def _released(self, found: Evaluation, earlier: Sequence[Published] = ()) -> Release | None:
        study = found.study
        if study is None:
            raise ValueError("a drawn study has facts")
        try:
            return release(found, policy_for(study, "public"), earlier)
        except Withheld:
            return None

    def _attack(self, attacker: Attacker, found: Evaluation, kind: str) -> None:
        for key, true in small_counts(found).items():
            left = attacker.left(key)
            self.count.add("small counts attacked")
            self.count.hold(left > 1, f"try {self.number} ({kind}): {key} is {true}, recovered")
            self.count.hold(left >= FEWEST_LEFT, f"try {self.number} ({kind}): {key}, {left} values left")

    def _again(self, people: People, found: Evaluation, made: Release) -> None:
        """Some withdraw, and it is released once more: refused where they are few, else as safe as the first."""
        before = published(found, made, withdrew=0)
        if self._after(people, int(self.rng.integers(1, 10)), before) is not None:
            self.count.hold(False, f"try {self.number}: fewer than 10 withdrew, and it was released again")
        left = self._after(people, int(self.rng.integers(10, 60)), before)
        if left is None:
            return
        self.count.add("released again after 10 or more withdrew")
        second = Attacker(left[1])
        self._attack(second, left[0], "after withdrawals")
        was, now = Attacker(made).known(), second.known()
        for key in was.keys() & now.keys():
            few = 0 < abs(was[key] - now[key]) < FEWEST
            self.count.hold(
                not few, f"try {self.number}: {key} differs by few people from release to release"
            )

    def _after(self, people: People, going: int, before: Published) -> tuple[Evaluation, Release] | None:
        """What is released once so many withdrew; None where it is refused."""
        gone = self.rng.choice(len(people.arm), going, replace=False)
        left = evaluation(people.without(gone))
        made = self._released(left, [replace(before, withdrew=before.withdrew - going)])
        if made is None:
            self.count.add("second releases refused")
            return None
        return left, made

    def _masked(self, found: Evaluation) -> None:
        attacker = Attacker(release(found, INTERNAL))
        small = small_counts(found)
        self.count.add("small counts only masked", len(small))
        self.count.add("of these recovered", sum(attacker.left(key) == 1 for key in small))


def small_counts(found: Evaluation) -> dict[str, int]:
    """Every count from 1 to 9 of a study, by the attacker's name for it."""
    counts = {"in two arms": found.conduct.in_two_arms}
    flow = found.conduct.flow
    for before, after in pairwise(flow):
        for arm in (*before.by_arm, "all"):
            one, two = ({**step.by_arm, "all": step.total}[arm] for step in (before, after))
            counts[f"lost {after.key} {arm}"] = one - two
    for step in flow:
        counts |= {f"{step.key} {arm}": count for arm, count in step.by_arm.items()}
    for finding in found.findings:
        level = finding.subgroup.level if finding.subgroup else "everybody"
        for arm in finding.arms:
            about = f"{finding.outcome.name} {level} {arm.arm}"
            counts |= dict(zip((f"n {about}", f"events {about}", f"others {about}"), arm.cells, strict=False))
            counts[f"missing {about}"] = arm.missing
    for group in found.scores[0].groups:
        counts |= {f"band {place} {group.arm}": count for place, count in enumerate(group.in_bands)}
    _complements(found, counts)
    return {key: count for key, count in counts.items() if 0 < count <= 9}


def _complements(found: Evaluation, counts: dict[str, int]) -> None:
    """What is left of everybody without the levels that are large enough to be shown."""
    for what in ("n", "events", "others", "missing"):
        for finding in found.findings:
            if not finding.default:
                continue
            for arm in finding.arms:
                if f"{what} {finding.outcome.name} everybody {arm.arm}" not in counts:
                    continue
                whole = counts[f"{what} {finding.outcome.name} everybody {arm.arm}"]
                large = [
                    counts[f"{what} {finding.outcome.name} {level} {arm.arm}"]
                    for level in LEVELS
                    if counts.get(f"n {finding.outcome.name} {level} {arm.arm}", 0) >= 10
                ]
                if large:
                    counts[f"{what} {finding.outcome.name} the rest {arm.arm}"] = whole - sum(large)


def _run(folder: Path, tries: int) -> Count:
    del folder
    count, rng = Count(), np.random.default_rng(SEED)
    for number in range(tries):
        _Try(count, rng, number).run()
    masked, recovered = (
        count.figures.get("small counts only masked", 0),
        count.figures.get("of these recovered", 0),
    )
    count.hold(not masked or recovered > masked / 4, "the attacker recovers next to nothing where he could")
    return count


ATTACKED = Bar("attacker", "no small count of a release can be found", 60, 1_000, _run)

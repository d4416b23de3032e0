"""Random studies for an attacker: people drawn one by one, so that every count of every table fits every other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.about import (
    ArmLabel,
    Conduct,
    DataFacts,
    FlowStep,
    Provenance,
    Registration,
    StudyFacts,
)
from analysis.check import CheckResult
from analysis.evaluation import Evaluation
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding, Subgroup
from analysis.outcome import Outcome
from analysis.plan import Plan
from tests.bars.drawn_scores import MOST, SCORE, course, score_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.policy import Rounding

ATTRIBUTE = "country"
LEVELS = ("north", "south", "east", "west")
FEW = (0.0, 0.01, 0.03)
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of a study: arm, level, whether exposed; by outcome whether measured and whether it happened."""

    arm: NDArray[np.int64]
    level: NDArray[np.int64]
    exposed: NDArray[np.bool_]
    measured: NDArray[np.bool_]  # people by outcomes
    happened: NDArray[np.bool_]
    answered: NDArray[np.bool_]  # a questionnaire
    score: NDArray[np.int64]
    in_two_arms: int
    rounding: Rounding
    split: bool

    def without(self, who: NDArray[np.int64]) -> People:
        """Everybody but those at some places."""
        left = np.delete(np.arange(len(self.arm)), who)
        return People(
            self.arm[left],
            self.level[left],
            self.exposed[left],
            self.measured[left],
            self.happened[left],
            self.answered[left],
            self.score[left],
            self.in_two_arms,
            self.rounding,
            self.split,
        )


def draw(rng: np.random.Generator, *, rounding: Rounding, split: bool) -> People:
    """A study of two or three arms and one to three outcomes, in which small counts are common."""
    sizes = rng.integers(30, 400, rng.integers(2, 4))
    outcomes = int(rng.integers(1, 4))
    arm = np.repeat(np.arange(len(sizes)), sizes)
    people = len(arm)
    shares = rng.dirichlet(np.full(rng.integers(2, 5), 0.7))
    exposed = rng.random(people) >= rng.choice([*FEW, 0.1], len(sizes))[arm]
    lost = rng.choice([*FEW, 0.1], (len(sizes), outcomes))[arm]
    base = rng.choice([0.0, 0.02, 0.05, 0.1, 0.3, 0.5, 0.95, 1.0], (len(sizes), outcomes))[arm]
    return People(
        arm,
        rng.choice(len(shares), people, p=shares),
        exposed,
        rng.random((people, outcomes)) >= lost,
        rng.random((people, outcomes)) < base,
        rng.random(people) >= rng.choice([*FEW, 0.1], len(sizes))[arm],
        rng.binomial(MOST, rng.choice([0.1, 0.4, 0.6]) + 0.1 * rng.random(len(sizes))[arm]),
        int(rng.choice([0, 4, 12])),
        rounding,
        split,
    )


def evaluation(people: People) -> Evaluation:
    """The evaluation of these people: flow, checks, findings by two methods and, if asked for, by level."""
    arms = [f"arm-{place}" for place in range(int(people.arm.max()) + 1)]
    outcomes = tuple(
        Outcome(
            f"outcome-{place}", f"Outcome {place}", "proportion", "primary" if place == 0 else "secondary"
        )
        for place in range(people.measured.shape[1])
    )
    contrasts = tuple(Contrast(arm, arms[0]) for arm in arms[1:])
    findings: list[Finding] = []
    for place, outcome in enumerate(outcomes):
        for contrast in contrasts:
            findings += _findings(people, place, outcome, contrast)
    findings += score_findings(people, contrasts, LEVELS, ATTRIBUTE)
    steps = {
        "assigned": np.ones(len(people.arm), bool),
        "exposed": people.exposed,
        "analysed": people.exposed & people.measured[:, 0],
    }
    flow = tuple(
        FlowStep(key, {arm: int((here & (people.arm == a)).sum()) for a, arm in enumerate(arms)})
        for key, here in steps.items()
    )
    units = len(people.arm) + people.in_two_arms
    return Evaluation(
        plan=Plan((*outcomes, SCORE), contrasts, "parallel"),
        conduct=Conduct(flow[0].by_arm, dict.fromkeys(arms, 1.0), in_two_arms=people.in_two_arms, flow=flow),
        checks=tuple(_checks(flow, findings, people.in_two_arms)),
        findings=tuple(findings),
        not_estimable=(),
        data=DataFacts(_hash(people), units * 3, units),
        provenance=Provenance("0.1.0", "3.11", {}, 1, "2026-01-01T00:00:00Z"),
        study=StudyFacts(
            "drawn",
            "Drawn",
            "deterrence",
            "a",
            "individual",
            tuple(ArmLabel(arm, arm, arm == arms[0], 1) for arm in arms),
            rounding=people.rounding,
        ),
        registration=Registration("f00d", "2026-01-01T00:00:00Z"),
        scores=(course(people, arms),),
    )


def _hash(people: People) -> str:
    content = (people.arm, people.level, people.exposed, people.measured, people.happened, people.score)
    return hashlib.sha256(b"".join(part.tobytes() for part in content)).hexdigest()


def _findings(people: People, place: int, outcome: Outcome, contrast: Contrast) -> list[Finding]:
    whole = np.ones(len(people.arm), bool)
    found = [
        _finding(people, place, outcome, contrast, whole, estimator)
        for estimator in ("newcombe", "fisher_exact")
    ]
    if people.split:
        found += [
            _finding(people, place, outcome, contrast, people.level == level, "newcombe", LEVELS[level])
            for level in np.unique(people.level)
        ]
    return [finding for finding in found if finding is not None]


def _finding(
    people: People,
    place: int,
    outcome: Outcome,
    contrast: Contrast,
    here: NDArray[np.bool_],
    estimator: str,
    level: str = "",
) -> Finding | None:
    arms = []
    for name in (contrast.control, contrast.treatment):
        mine = here & people.exposed & (people.arm == int(name.removeprefix("arm-")))
        measured = mine & people.measured[:, place]
        n, events = int(measured.sum()), int((measured & people.happened[:, place]).sum())
        figures = {"events": events, "value": events / n} if n else {}
        arms.append(ArmFigures(name, n, int(mine.sum()) - n, figures, (n, events, n - events)))
    if not all(arm.n for arm in arms):
        return None
    effect = _newcombe(arms[1].cells[1], arms[1].n, arms[0].cells[1], arms[0].n)
    return Finding(
        outcome,
        contrast,
        estimator,
        estimator == "newcombe" and not level,
        Estimate({"risk_difference": effect}),
        tuple(arms),
        "inconclusive",
        subgroup=Subgroup(ATTRIBUTE, level) if level else None,
    )


def _newcombe(x1: int, n1: int, x0: int, n0: int) -> Effect:
    (low1, high1), (low0, high0) = _wilson(x1, n1), _wilson(x0, n0)
    p1, p0 = x1 / n1, x0 / n0
    below = np.hypot(p1 - low1, high0 - p0)
    above = np.hypot(high1 - p1, p0 - low0)
    return Effect(p1 - p0, p1 - p0 - below, p1 - p0 + above, p_value=0.3)


def _wilson(x: int, n: int) -> tuple[float, float]:
    centre = (x + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(x * (n - x) / n + Z**2 / 4) / (n + Z**2)
    return centre - half, centre + half


def _checks(flow: tuple[FlowStep, ...], findings: list[Finding], in_two_arms: int) -> list[CheckResult]:
    arms = list(flow[0].by_arm)
    found = [
        CheckResult(
            "sample_ratio",
            "pass",
            "; ".join(f"{{arm_{place}}} {{n_{place}}}" for place in range(len(arms))),
            {f"n_{place}": flow[0].by_arm[arm] for place, arm in enumerate(arms)},
            arms={f"arm_{place}": arm for place, arm in enumerate(arms)},
        ),
        CheckResult("contamination", "warn", "two arms {in_two_arms}", {"in_two_arms": in_two_arms}),
    ]
    for finding in findings:
        if finding.default:
            control, treatment = finding.arms
            found.append(
                CheckResult(
                    "attrition",
                    "pass",
                    "lost {lost_treatment} of {n_treatment} in {treatment}, "
                    "{lost_control} of {n_control} in {control}",
                    {
                        "lost_treatment": treatment.missing,
                        "n_treatment": treatment.n + treatment.missing,
                        "lost_control": control.missing,
                        "n_control": control.n + control.missing,
                    },
                    subject=finding.outcome.name,
                    arms={"treatment": treatment.arm, "control": control.arm},
                )
            )
    return found

"""What one analysis of one study said, apart from how it is computed: a page reads it without any statistics."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.about import Conduct, DataFacts, Provenance, Registration, StudyFacts
from analysis.check import CheckResult
from analysis.finding import Finding, NotEstimable
from analysis.looks.planned import PlannedLook
from analysis.plan import Plan
from analysis.score_courses import ScoreCourse
from analysis.supplement import Supplied


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything one analysis of one study said. `study` and `registration` are None for a bare table."""

    plan: Plan
    conduct: Conduct
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    not_estimable: tuple[NotEstimable, ...]
    data: DataFacts
    provenance: Provenance
    supplied: tuple[Supplied, ...] = ()
    study: StudyFacts | None = None
    registration: Registration | None = None
    scores: tuple[ScoreCourse, ...] = ()
    looks: tuple[PlannedLook, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Each arm's label by its name; empty for a bare table."""
        return {arm.name: arm.label for arm in self.study.arms} if self.study else {}

"""What a release says in short: did it work, did it harm, and the findings that the answers follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import telling, words
from dashboard.interim import where_it_stands

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding

WATCHED = ("guardrail", "safety")  # the roles of outcomes that are watched for harm


def worked(release: Release) -> str:
    """Whether it worked, in a short answer."""
    if release.closed:
        return words.not_yet_text()
    return words.worked_text(
        [found.finding.verdict for found in telling.of_role(release, "primary")],
        randomised=release.plan.randomised,
        failed=any(check.verdict == "fail" for check in release.checks),
        stands=where_it_stands(release),
    )


def watches(release: Release) -> bool:
    """Whether the plan watches any outcome for harm, also where no finding on it is shown."""
    return any(outcome.role in WATCHED for outcome in release.plan.outcomes)


def watched_findings(release: Release) -> tuple[ReleasedFinding, ...]:
    """The planned findings on guardrails and safety."""
    return telling.of_role(release, *WATCHED)


def harms(release: Release) -> tuple[ReleasedFinding, ...]:
    """The planned findings that count as harm, on whatever outcome."""
    return tuple(found for found in release.default_findings() if found.finding.verdict == "harm")


def harmed(release: Release) -> str:
    """Whether it did harm, in a short answer."""
    if release.closed:
        return words.not_yet_text()
    watched = watched_findings(release)
    return words.harmed_text(
        [found.finding.verdict for found in watched],
        elsewhere=any(found not in watched for found in harms(release)),
        declared=watches(release),
        stands=where_it_stands(release),
    )


def harm_text(release: Release) -> str:
    """The same; where it did harm, with the first finding that says so."""
    found = () if release.closed else harms(release)
    return f"{harmed(release)} {telling.opening(release, found[0])}" if found else harmed(release)

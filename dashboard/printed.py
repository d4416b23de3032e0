"""A release as plain lines for a terminal: what the pages say, without the pages."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from dashboard import besides, telling, words
from dashboard.interim import notice_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.evaluation import Evaluation

WIDEST, NARROWEST = 100, 40  # columns of text


def evaluation_lines(release: Release) -> list[str]:
    """The whole evaluation: what it is about, checks, findings, refusals, and what it rests on."""
    return [
        *_about(release),
        *_heading("Checks"),
        *check_lines(release),
        *_heading("Findings"),
        *(line for finding in release.default_findings() for line in _finding(release, finding)),
        *_refusals(release),
        *_sensitivity(release),
        *_basis(release),
    ]


def check_lines(release: Release) -> list[str]:
    """The checks, the worst first, each with its verdict."""
    order = list(words.CHECKS)[::-1]
    lines: list[str] = []
    for check in sorted(release.checks, key=lambda result: order.index(result.verdict)):
        mark = words.CHECKS[check.verdict]
        lines += _wrapped(f"{mark.text}: {check.says}")
    return lines or ["No check applied."]


def strict_code(evaluation: Evaluation) -> int:
    """3 if a check failed, said on standard error; else 0."""
    failed = [check.name for check in evaluation.checks if check.verdict == "fail"]
    if not failed:
        return 0
    print(f"A check failed: {', '.join(dict.fromkeys(failed))}.", file=sys.stderr)
    return 3


def warn_of_looking(evaluation: Evaluation, *, quiet: bool) -> None:
    """Says on standard error that figures by arm are seen before it was planned; nothing of an open study."""
    from analysis.release.closing import why_closed

    if not quiet and (why := why_closed(evaluation)):
        print(f"{why} You see them because you hold the data: do not pass them on.", file=sys.stderr)


def _about(release: Release) -> Iterator[str]:
    yield from _wrapped(release.study.title, indent="")
    if notice := notice_text(release):
        yield from _wrapped(notice, indent="")
    plan = release.registration
    yield from _wrapped(f"Plan {plan.hash[:12]}, registered {plan.registered_at}", indent="")


def _finding(release: Release, finding: ReleasedFinding) -> Iterator[str]:
    mark = words.VERDICTS[finding.finding.verdict]
    outcome = finding.finding.outcome
    yield from _wrapped(f"{mark.text}  {outcome.label} ({words.ROLES[outcome.role]})")
    yield from _wrapped(telling.sentence(release, finding), indent="      ")
    lines = (*telling.story(release, finding), telling.other_scales(finding), *telling.notes(finding))
    for line in lines:
        yield from _wrapped(line, indent="      ")
    for supplied in release.beside(finding):
        said = supplied.sentence(telling.labels(release))
        yield from _wrapped(f"{besides.supplement_label(supplied)}: {said}", indent="      ")
    yield ""


def _refusals(release: Release) -> Iterator[str]:
    if release.not_estimable:
        yield from _heading("What could not be answered")
    for refused in release.not_estimable:
        row = telling.refusal_row(release, refused)
        about = ", ".join(str(row[key]) for key in ("Outcome", "Compared", "Estimator") if row[key])
        yield from _wrapped(f"{about}: {refused.reason} {refused.remedy}")


def _sensitivity(release: Release) -> Iterator[str]:
    others = [f for planned in release.default_findings() for f in release.sensitivity(planned)]
    if others:
        yield from _heading("Other ways of computing it")
    for finding in others:
        row = telling.finding_row(release, finding)
        yield from _wrapped(", ".join(f"{value}" for value in row.values() if value))


def _basis(release: Release) -> Iterator[str]:
    yield from _heading("What it rests on")
    data, made = release.data, release.provenance
    yield from _wrapped(f"{telling.events_text(release)} events; {data.rejected.text} rows rejected")
    yield from _wrapped(telling.took_part(release))
    yield f"  data {data.hash[:12]}"
    yield from _wrapped(f"watchkeeper {made.watchkeeper}, Python {made.python}, computed {made.created_at}")
    for sentence in release.withheld:
        yield from _wrapped(sentence)


def _heading(text: str) -> list[str]:
    return ["", text, "-" * len(text)]


def _wrapped(text: str, *, indent: str = "  ") -> list[str]:
    width = max(min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST), NARROWEST)
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)

"""The short answers: did it work, did it harm, can the figures be trusted, how many took part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS, SERIES

if TYPE_CHECKING:
    from collections.abc import Collection

NOTHING_WATCHED = "No guardrail was declared, and no finding counts as harm."


def worked_text(verdicts: Collection[str], *, randomised: bool, failed: bool) -> str:
    """Whether it worked, from the verdicts on the main question; `failed` if a check did.

    >>> worked_text(["benefit", "inconclusive"], randomised=True, failed=False)
    'In part.'
    """
    found = set(verdicts)
    if not found:
        return "The main question could not be answered; the pilot’s page says why."
    if failed:
        return "Not known: a check failed."
    if not randomised:
        return "Not certain: chance did not decide who got what."
    if "harm" in found:
        return "In part, and in part it did harm." if "benefit" in found else "No: it did harm."
    if "benefit" in found:
        return "Yes." if len(found) == 1 else "In part."
    if found == {"equivalent"}:
        return "No: any difference is too small to matter."
    return "Unclear." if "inconclusive" in found else "No clear gain; no relevant loss either."


def harmed_text(watched: Collection[str], *, elsewhere: bool) -> str:
    """Whether it did harm: `watched` are the verdicts on guardrails and safety, `elsewhere` is harm beside them.

    >>> harmed_text(["non_inferior"], elsewhere=False)
    'No: nothing that was watched got worse by more than the plan allows.'
    """
    if elsewhere or "harm" in watched:
        return "Yes."
    if not watched:
        return NOTHING_WATCHED
    if "inconclusive" in watched:
        return "Unclear."
    return "No: nothing that was watched got worse by more than the plan allows."


def trusted_text(verdicts: Collection[str]) -> str:
    """Whether the figures can be trusted, from the verdicts of the checks.

    >>> trusted_text(["pass", "warn"])
    'With care.'
    """
    if not verdicts:
        return "No check applied."
    if "fail" in verdicts:
        return "Not before the failed check is cleared up."
    return "With care." if "warn" in verdicts else "No check found a problem."


def cause_text(layout: str, *, randomised: bool) -> str:
    """Whether a difference can be put down to what was tried.

    >>> cause_text("series", randomised=False)
    'Nobody is compared with anybody at the same time: whatever else came on the same day would look like it.'
    """
    if randomised and not LAYOUTS[layout].people:
        return "Lots decided who began when, so a clear difference can be put down to what was tried."
    if randomised:
        return "Chance decided who got what, so a clear difference can be put down to what was tried."
    if layout == SERIES.name:
        return (
            "Nobody is compared with anybody at the same time: whatever else came on the same day would look like "
            "it."
        )
    return "Chance did not decide who got what, so a difference may have other reasons too."


def asked_besides(questions: int) -> str:
    """What the part with further questions on an outcome is called.

    >>> asked_besides(1), asked_besides(3)
    ('Asked besides: 1 more question', 'Asked besides: 3 more questions')
    """
    return f"Asked besides: {questions} more question{'' if questions == 1 else 's'}"


def observed_text(
    observed: str, *, interval: str, segments: int, platforms: int = 0, platform: str = "", until: str | None
) -> str:
    """What was observed of a series, or of several platforms, where nobody was followed by themselves.

    >>> observed_text("360", interval="day", segments=3, until="31 Dec 2025")
    '360 days in 3 segments. The data end on 31 Dec 2025.'
    >>> observed_text("728", interval="week", segments=2, platforms=14, platform="platform", until=None)
    '14 platforms; 728 weeks, all platforms together.'
    """
    what = f"{observed} {interval}s in {segments} segments"
    if platforms:
        what = f"{platforms} {platform}s; {observed} {interval}s, all {platform}s together"
    return f"{what}.{f' The data end on {until}.' if until else ''}"


def took_part_text(
    units: str | None, *, unit: str, arms: int, clusters: str | None = None, until: str | None = None
) -> str:
    """How many took part, and when their data end; `units` is None where that is masked.

    >>> took_part_text("280", unit="visitor", arms=3, until="5 Apr 2026")
    '280 visitors in 3 arms. The data end on 5 Apr 2026.'
    """
    how_many = f"{units} {unit}s" if units else f"{unit.capitalize()}s, too few in one arm to say how many,"
    within = f" in {clusters}," if clusters else ""
    return f"{how_many}{within} in {arms} arms.{f' The data end on {until}.' if until else ''}"

"""The short answers: did it work, did it harm, can the figures be trusted, how many took part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from analysis.layout import LAYOUTS, SERIES
from dashboard.language import count_of, later, say
from dashboard.words.forms import several

if TYPE_CHECKING:
    from collections.abc import Collection

Stands = Literal[
    "over", "going on", "harm"
]  # of planned looks: none to come, some, the boundary for harm reached
NOTHING_WATCHED = later("No guardrail was declared, and no finding counts as harm.")
WATCHED_UNSEEN = later("Not known: what was watched for harm is not shown here.")


def worked_text(verdicts: Collection[str], *, randomised: bool, failed: bool, stands: Stands = "over") -> str:
    """Whether it worked, from the verdicts on the main question; `failed` if a check did.

    `stands` says whether a planned look is still to come.

    >>> worked_text(["benefit", "inconclusive"], randomised=True, failed=False)
    'In part.'
    """
    found = set(verdicts)
    if not found:
        return say("The main question could not be answered; the pilot’s page says why.")
    if failed:
        return say("Not known: a check failed.")
    if not randomised:
        return say("Not certain: chance did not decide who got what.")
    if "harm" in found:
        if "benefit" in found:
            return say("In part, and in part it did harm.")
        return say("No: it did harm.")
    if "benefit" in found:
        return say("Yes.") if len(found) == 1 else say("In part.")
    if found == {"equivalent"}:
        return say("No: any difference is too small to matter.")
    if "inconclusive" in found:
        return say("Unclear.") if stands == "over" else say("Not decided yet: the study still runs.")
    return say("No clear gain; no relevant loss either.")


def harmed_text(watched: Collection[str], *, elsewhere: bool, declared: bool, stands: Stands = "over") -> str:
    """Whether it did harm: `watched` are the verdicts on guardrails and safety, `elsewhere` is harm beside them.

    `declared` says whether the plan watches anything, also where no finding on it is shown; `stands`, whether
    a planned look is still to come, and whether the boundary for harm is reached at this one.

    >>> harmed_text(["non_inferior"], elsewhere=False, declared=True)
    'No: nothing that was watched got worse by more than the plan allows.'
    >>> harmed_text([], elsewhere=False, declared=True)
    'Not known: what was watched for harm is not shown here.'
    """
    if elsewhere or "harm" in watched:
        return say("Yes.")
    if stands == "harm":
        return say("It seems so: the boundary for harm is reached.")
    if not watched:
        return say(WATCHED_UNSEEN) if declared else say(NOTHING_WATCHED)
    if "inconclusive" in watched:
        over = stands == "over"
        return say("Unclear.") if over else say("Not decided yet: no boundary for harm is reached.")
    return say("No: nothing that was watched got worse by more than the plan allows.")


def not_yet_text() -> str:
    """What stands for an answer while a study runs, and figures by arm are not to be seen."""
    return say("Not to be seen yet: the study still runs.")


def trusted_text(verdicts: Collection[str]) -> str:
    """Whether the figures can be trusted, from the verdicts of the checks.

    >>> trusted_text(["pass", "warn"])
    'With care.'
    """
    if not verdicts:
        return say("No check applied.")
    if "fail" in verdicts:
        return say("Not before the failed check is cleared up.")
    return say("With care.") if "warn" in verdicts else say("No check found a problem.")


def cause_text(layout: str, *, randomised: bool) -> str:
    """Whether a difference can be put down to what was tried.

    >>> cause_text("series", randomised=False)
    'Nobody is compared with anybody at the same time: whatever else came on the same day would look like it.'
    """
    if randomised and not LAYOUTS[layout].people:
        return say("Chance decided who began when, so a clear difference can be put down to what was tried.")
    if randomised:
        return say("Chance decided who got what, so a clear difference can be put down to what was tried.")
    if layout == SERIES.name:
        return say(
            "Nobody is compared with anybody at the same time: whatever else came on the same day would look like "
            "it."
        )
    return say("Chance did not decide who got what, so a difference may have other reasons too.")


def asked_besides(questions: int) -> str:
    """What the part with further questions on an outcome is called.

    >>> asked_besides(1), asked_besides(3)
    ('Asked besides: 1 more question', 'Asked besides: 3 more questions')
    """
    return count_of(
        "Asked besides: {count} more question", "Asked besides: {count} more questions", questions
    )


def observed_text(
    observed: str, *, interval: str, segments: int, platforms: int = 0, platform: str = "", until: str | None
) -> str:
    """What was observed of a series, or of several platforms, where nobody was followed by themselves.

    >>> observed_text("360", interval="day", segments=3, until="31 Dec 2025")
    '360 days in 3 segments. The data end on 31 Dec 2025.'
    >>> observed_text("728", interval="week", segments=2, platforms=14, platform="platform", until=None)
    '14 platforms; 728 weeks, all platforms together.'
    """
    if platforms:
        what = say(
            "{count} {platforms}; {observed} {intervals}, all {platforms} together.",
            count=platforms,
            platforms=several(platform),
            observed=observed,
            intervals=several(interval),
        )
    else:
        what = say(
            "{observed} {intervals} in {segments} segments.",
            observed=observed,
            intervals=several(interval),
            segments=segments,
        )
    return _with_end(what, until)


def took_part_text(
    units: str | None, *, unit: str, arms: int, clusters: str | None = None, until: str | None = None
) -> str:
    """How many took part, and when their data end; `units` is None where that is masked.

    >>> took_part_text("280", unit="visitor", arms=3, until="5 Apr 2026")
    '280 visitors in 3 arms. The data end on 5 Apr 2026.'
    """
    named = several(unit)
    within = {"clusters": clusters, "arms": arms}
    if units and clusters:
        what = say("{count} {units} in {clusters}, in {arms} arms.", count=units, units=named, **within)
    elif units:
        what = say("{count} {units} in {arms} arms.", count=units, units=named, arms=arms)
    elif clusters:
        what = say(
            "{units}, too few in one arm to say how many, in {clusters}, in {arms} arms.",
            units=named.capitalize(),
            **within,
        )
    else:
        what = say(
            "{units}, too few in one arm to say how many, in {arms} arms.",
            units=named.capitalize(),
            arms=arms,
        )
    return _with_end(what, until)


def _with_end(what: str, until: str | None) -> str:
    return f"{what} {say('The data end on {day}.', day=until)}" if until else what

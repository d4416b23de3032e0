"""What the slides of a deck say: their titles, the notes for who speaks, what is to be said and what is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dashboard import telling, words
from dashboard.interim import where_it_stands
from dashboard.language import count_of, say
from dashboard.words.forms import said_of
from dashboard.words.pieces import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.disclosure import Release, ReleasedFinding


def main_title(release: Release, findings: Sequence[ReleasedFinding]) -> str:
    """The main finding as one sentence; of several comparisons, how many got better and how many worse."""
    if not findings:
        could_not = say("The main question could not be answered")
        return words.not_yet_text() if release.closed else could_not
    if len(findings) == 1:
        return telling.opening(release, findings[0])
    outcomes = list(dict.fromkeys(found.finding.outcome.label for found in findings))
    about = quoted(outcomes[0]) if len(outcomes) == 1 else say("The main outcomes")
    verdicts = Counter(found.finding.verdict for found in findings)
    places = {
        "outcome": about,
        "better": verdicts["benefit"],
        "worse": verdicts["harm"],
        "all": len(findings),
    }
    if verdicts["harm"] and verdicts["benefit"]:
        return say("{outcome}: better in {better} of {all} comparisons, worse in {worse}", **places)
    if verdicts["harm"]:
        return say("{outcome}: worse in {worse} of {all} comparisons", **places)
    if verdicts["benefit"] == len(findings):
        return say("{outcome}: better in each of the {all} comparisons", **places)
    if verdicts["benefit"]:
        return say("{outcome}: better in {better} of {all} comparisons, none worse for certain", **places)
    return say("{outcome}: no clear gain in any of the {all} comparisons", **places)


def all_title(findings: Sequence[ReleasedFinding]) -> str:
    """How many of the planned comparisons came to which verdict."""
    counts: Counter[str] = Counter(found.finding.verdict for found in findings)
    parts = say(", ").join(
        f"{counts[verdict]} {mark.text}" for verdict, mark in words.VERDICTS.items() if counts[verdict]
    )
    return said_of(
        count_of(
            "What came of {count} planned comparison",
            "What came of {count} planned comparisons",
            len(findings),
        ),
        parts,
    )


def finding_notes(release: Release, findings: Iterable[ReleasedFinding]) -> list[str]:
    """The exact figures of findings, how each was estimated, and what to say and not to say."""
    told = list(findings)
    lines = [say("Exact figures:")]
    for found in told:
        method = telling.estimator_label(found.finding.estimator)
        lines += [
            f"• {telling.sentence(release, found)}",
            *telling.story(release, found),
            said_of(telling.compared(release, found), telling.other_scales(found)),
            say("Estimated by: {method}.", method=method),
            *telling.notes(found),
        ]
    return [
        *lines,
        say("What to say:"),
        *_to_say(release, told),
        say("What not to say:"),
        *_not_to_say(release, told),
    ]


def _to_say(release: Release, findings: Sequence[ReleasedFinding]) -> list[str]:
    """The findings' first words: they can be read aloud as they stand."""
    said = dict.fromkeys(f"• {telling.opening(release, found)}." for found in findings)
    return [*said, f"• {words.cause_text(release.plan.layout, randomised=release.plan.randomised)}"]


def _not_to_say(release: Release, findings: Sequence[ReleasedFinding]) -> list[str]:
    """What is often said of such figures and would be wrong."""
    verdicts = {found.finding.verdict for found in findings}
    scales = {found.finding.outcome.scale.name for found in findings}
    said = []
    if release.study.data_are != "observed":
        said.append(say("• That these are findings about real people: the data are not what was observed."))
    if where_it_stands(release) != "over":
        said.append(say("• That the study found this: these are figures at a look, and they can change."))
    if "inconclusive" in verdicts:
        said.append(say("• That there is no effect: “unclear” means that the study cannot tell."))
    if "risk_difference" in scales:
        said.append(
            say("• Per cent instead of percentage points: the figures are differences between two shares.")
        )
    if not release.plan.randomised:
        said.append(say("• That it caused the change: chance did not decide who got what."))
    return [*said, say("• The estimate without its interval: the interval is part of the finding.")]

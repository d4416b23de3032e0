"""The same outcome over several pilots, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import count_of, later, say
from dashboard.words.figures import number
from dashboard.words.vocabulary import DATA_ARE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from analysis.across import Reason

WHY_NOT: Mapping[Reason, str] = {
    "few": later("Not pooled: there are fewer than three pilots, too few to tell how much effects differ."),
    "shared_control": later(
        "Not pooled: a pilot compares several interventions with one control group, which would count twice."
    ),
    "designs": later("Not pooled: chance decided who got what in some of these pilots, and not in others."),
    "data": later("Not pooled: some of these data are observed, and others are simulated or rebuilt."),
    "no_se": later("Not pooled: the method of one of these pilots gives an interval and no standard error."),
    "alike": later(
        "Not pooled: all pilots report one and the same effect, so that there is no spread to judge by."
    ),
    "unknown_sizes": later("Not pooled: how many people some of these pilots rest on is masked."),
    "companies": later(
        "Not pooled: figures of several companies are put together only where there are at least three, none has "
        "more than half and the two largest at most two thirds, or where they agreed to it in writing."
    ),
}
KINDS = {
    "simulated": later("simulated data"),
    "reconstructed": later("reconstructed data"),
    "approximate": later("approximate data"),
    "observed": later("observed data"),
}


def sides_text(outcome: str, sides: Sequence[str]) -> str:
    """What the intervals of an outcome say together; `sides` holds "better", "worse" or "both", one each.

    >>> sides_text("Burnout", ["better", "both", "both"])
    '‘Burnout’: intervals on the better side of no effect: 1; on the worse side: 0; that include it: 2'
    """
    return say(
        "‘{outcome}’: intervals on the better side of no effect: {better}; on the worse side: {worse}; "
        "that include it: {unclear}",
        outcome=outcome,
        better=number(sides.count("better"), decimals=0),
        worse=number(sides.count("worse"), decimals=0),
        unclear=number(sides.count("both"), decimals=0),
    )


def extent_text(pilots: int, companies: Collection[str]) -> str:
    """How many pilots of which companies are compared."""
    named = ", ".join(companies)
    return count_of("{count} pilot; {companies}.", "{count} pilots; {companies}.", pilots, companies=named)


def note_text(company: str, *, randomised: bool, kind: str) -> str:
    """What stands under a pilot's title: who ran it, how, and what kind of data it is."""
    how = say("assigned by chance") if randomised else say("not assigned by chance")
    return " · ".join((company, how, say(KINDS[kind]) if kind in KINDS else kind))


def pooled_label(pilots: int) -> str:
    """What the row of the pooled effect is called."""
    return count_of("Pooled: {count} pilot", "Pooled: {count} pilots", pilots)


def pooled_note(prediction: str) -> str:
    """What stands under it; `prediction` is where the effect in one more pilot is to be expected."""
    if not prediction:
        return say("Random effects")
    return say("Random effects. In one more such pilot: {prediction}", prediction=prediction)


def notice_text(kinds: Collection[str]) -> str:
    """What must be said of the data of all pilots together; empty where all are observed."""
    told = [DATA_ARE[kind] for kind in ("simulated", "reconstructed", "approximate") if kind in kinds]
    if len(set(kinds)) > 1 and told:
        return say("Not all of these data are observed: each pilot says what its data are.")
    return told[0] if told else ""


def comparison_spoken(rows: Collection[str]) -> str:
    """A chart of several pilots in words."""
    return say("The same outcome in several pilots, one row a comparison. {rows}", rows=" ".join(rows))


def apart_text(mine: str, others: str) -> str:
    """Why answers stand apart: what they are measured in, and what those above are."""
    return say(
        "Measured in {others}; above in {mine}. Their sizes cannot be compared.", mine=mine, others=others
    )

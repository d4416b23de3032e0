"""What is said of planned looks: how far a result must go at each, where the study stands, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dashboard.language import say
from dashboard.words.figures import count_text, number, p_text
from dashboard.words.forms import SPACE, day_text, several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.looks.planned import PlannedLook
    from analysis.policy import Count

Standing = Literal["closed", "unknown", "between", "harm", "benefit", "over", "going on"]


def share_of_information(share: float) -> str:
    r"""A share of the planned information in whole per cent.

    >>> share_of_information(0.5)
    '50\xa0%'
    """
    return f"{number(100 * share, decimals=0)}{SPACE}%"


def z_text(z: float) -> str:
    """A z with two decimals."""
    return number(z, decimals=2)


def looks_title(looks: Sequence[PlannedLook]) -> str:
    """When is looked, as a chart's title."""
    shares = [share_of_information(look.share) for look in looks]
    listed = say("{first} and {last}", first=", ".join(shares[:-1]), last=shares[-1])
    return say(
        "{count} planned looks, at {shares} of the planned information", count=len(looks), shares=listed
    )


def looks_subtitle(spending: str) -> str:
    """How the error rate is spread over the looks."""
    names = {"obrien-fleming": say("O’Brien and Fleming"), "pocock": say("Pocock")}
    return say(
        "How far z must go to stop, by spending of the error rate after {spending}",
        spending=names.get(spending, spending),
    )


def look_sentence(number_of_it: int, look: PlannedLook, *, last: bool) -> str:
    """What a look allows, in words."""
    values = {
        "look": number_of_it,
        "share": share_of_information(look.share),
        "harm": z_text(look.harm_z),
        "harm_p": p_limit(look.harm_nominal),
    }
    if look.z is None:
        return say(
            "Look {look}, at {share} of the planned information: no result is large enough to stop for benefit; "
            "for harm the study stops where z goes beyond {harm} in the worse direction (one-sided {harm_p}).",
            **values,
        )
    values |= {"z": z_text(look.z), "p": p_limit(look.nominal)}
    if last:
        return say(
            "Look {look}, at {share} of the planned information, is the last: an effect is found where z goes "
            "beyond {z} ({p}), harm where it goes beyond {harm} in the worse direction (one-sided {harm_p}).",
            **values,
        )
    return say(
        "Look {look}, at {share} of the planned information: the study may stop for benefit where z goes beyond "
        "{z} ({p}), and stops for harm where z goes beyond {harm} in the worse direction (one-sided {harm_p}).",
        **values,
    )


def p_limit(p_value: float) -> str:
    """A p-value that must not be exceeded.

    >>> p_limit(0.0305), p_limit(0.00001)
    ('p below 0.030', 'p below 0.001')
    """
    sign, _, figure = p_text(p_value).partition(" ")[2].partition(" ")
    del sign
    return say("p below {figure}", figure=figure)


def boundary_means() -> str:
    """What a boundary is, for who never met one."""
    return say(
        "Who looks often enough sees a difference by chance. A boundary says how large a result must be at each "
        "look so that all looks together are wrong no more often than one. The boundary for harm is nearer: to "
        "stop a harmful pilot too early costs less than to go on with it."
    )


def boundary_moves() -> str:
    """Why the boundary at a look may differ a little from the planned one."""
    return say(
        "A look is hardly ever taken at exactly its share of the information: its boundaries move a little with "
        "the share that there is."
    )


def any_look_means() -> str:
    """What the two intervals of a result are, for who never met the second."""
    return say(
        "The interval at this look allows for the planned looks. The interval at any look holds however often, and "
        "whenever, somebody looks: it is wider, and the one to read where a look was not planned."
    )


def may_it_stop(standing: Standing) -> str:
    """Whether the study may stop now, in a sentence."""
    answers: dict[Standing, str] = {
        "closed": say("Not to be seen yet: results are shown at the next planned look."),
        "unknown": say("Not known: no result was held against a boundary."),
        "between": say("No: this is no planned look, and nothing is decided."),
        "harm": say("It has to: the boundary for harm is reached."),
        "benefit": say("It may: the boundary for benefit is reached on the main question."),
        "over": say("This was the last look: no further one follows."),
        "going on": say("No: no boundary is reached, and the study goes on."),
    }
    return answers[standing]


def zone_text(standing: Standing) -> str:
    """Where one result lies, in a table."""
    words: dict[Standing, str] = {
        "harm": say("▼ beyond the boundary for harm"),
        "benefit": say("▲ beyond the boundary for benefit"),
    }
    return words.get(standing) or say("○ between the boundaries")


def so_far_text(share: float) -> str:
    """How far a study is, beside a line on a picture."""
    return say("so far: {share}", share=share_of_information(share))


def no_looks() -> str:
    """That the plan has but one look."""
    return say(
        "This plan has no look before the end: nothing is decided, and nobody stops the study for its result, "
        "until the last data are in."
    )


def units_so_far(measured: Count, planned: int, *, unit: str) -> str:
    """How many were measured, and of how many planned where the plan says so."""
    values = {"count": count_text(measured), "units": several(unit)}
    if not planned:
        return say(
            "Measured so far: {count} {units}. The plan does not say how many there will be.", **values
        )
    if not measured.value:
        return say(
            "Measured so far: {count} {units} of {planned} planned.",
            planned=number(planned, decimals=0),
            **values,
        )
    return say(
        "Measured so far: {count} {units} of {planned} planned ({share}).",
        planned=number(planned, decimals=0),
        share=share_of_information(measured.value / planned),
        **values,
    )


def days_so_far(last: str, end: str | None) -> str:
    """Until when the log tells, and when the study's last day is."""
    if end is None:
        return say("The newest event is of {last}. The plan names no last day.", last=day_text(last))
    if last[:10] >= end:
        return say(
            "The newest event is of {last}; the last day was {end}.", last=day_text(last), end=day_text(end)
        )
    return say(
        "The newest event is of {last}; the last day is {end}.", last=day_text(last), end=day_text(end)
    )


def next_look(looks: Sequence[PlannedLook], share: float | None) -> str:
    """Which look comes next; empty where none does, or where it is not known how far the study is."""
    ahead = [look for look in looks if share is not None and look.share > share + 0.05]
    if share is None or not ahead:
        return ""
    number_of_it = len(looks) - len(ahead) + 1
    return say(
        "What comes next: look {look} of {looks}, at {share} of the planned information.",
        look=number_of_it,
        looks=len(looks),
        share=share_of_information(ahead[0].share),
    )


def look_label(number_of_it: int) -> str:
    """A look's place on an axis."""
    return say("Look {look}", look=number_of_it)


def looks_axis() -> str:
    """What the upright axis counts."""
    return say("z, upwards is better")


def looks_zones() -> tuple[str, str]:
    """What it means to be beyond the upper and the lower boundary."""
    return say("may stop for benefit"), say("stops for harm")


def looks_legend(*, taken: bool) -> str:
    """How to read the boundaries, and whether a result is on the picture."""
    said = say("Lines join the boundaries of the looks; only at a look is a result held against them.")
    if not taken:
        return f"{said} {say('No result is shown: none was taken at a look, or it must not be seen yet.')}"
    return f"{said} {say('Diamonds: results of the main outcome; circles: of other outcomes.')}"


def looks_spoken(rows: Sequence[str]) -> str:
    """The picture in words."""
    return say(
        "Two lines over the planned information, benefit above and harm below. {rows}", rows=" ".join(rows)
    )


def result_text(outcome: str, arm: str, share: float, z: float) -> str:
    """A result at a look; its z is turned so that more is better."""
    return say(
        "{outcome}, ‘{arm}’, at {share} of the planned information: z {z}, where more is better.",
        outcome=outcome,
        arm=arm,
        share=share_of_information(share),
        z=z_text(z),
    )

"""What is said on the page where pilots are planned: fields, what a design can show, and the picture of power."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import later, say
from dashboard.words.figures import level_text, number, percent
from dashboard.words.forms import in_form, said_of
from dashboard.words.pieces import quoted
from dashboard.words.planning import COUNTED
from dashboard.words.vocabulary import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.planning.answer import Answer

DESIGNS: Mapping[str, str] = Spoken(
    {
        "individual": later("Each person assigned at random"),
        "non-inferiority": later("Each person assigned at random, to show that nothing gets worse"),
        "cluster": later("Whole teams or sites assigned at random"),
        "crossover": later("Everybody has both, one after the other"),
        "stepped-wedge": later("All teams change, in random order"),
        "repeated": later("Each person assigned at random, asked several times"),
        "interrupted-series": later("One platform before and after a change"),
        "controlled-series": later("Many platforms, of which some change"),
    }
)
MEASURED: Mapping[str, str] = Spoken(
    {
        "proportion": later("A share of people"),
        "mean": later("A mean"),
        "count": later("A number of events"),
        "score": later("A questionnaire’s score"),
        "series": later("A figure for each period"),
    }
)
FIELDS: Mapping[str, str] = Spoken(
    {
        "base": later("Control group: share, mean or rate"),
        "sd": later("Standard deviation"),
        "effect": later("Smallest effect that matters"),
        "margin": later("How much worse is still acceptable"),
        "size": later("How many"),
        "power": later("Chance to find it"),
        "level": later("Level of the interval"),
        "icc": later("Likeness inside a team (ICC)"),
        "cac": later("How much of it lasts from period to period"),
        "cluster_size": later("People in each team"),
        "periods": later("Periods"),
        "rho": later("Likeness of a period to the one before"),
    }
)
CAN: Mapping[str, str] = Spoken(
    {
        "individual": later("It can show that the change itself made the difference."),
        "non-inferiority": later("It can show that a change makes nothing worse by more than the margin."),
        "cluster": later(
            "It can show what a change does where people of one team would tell each other of it."
        ),
        "crossover": later(
            "It can show with few people what a change does, as each is compared with themselves."
        ),
        "stepped-wedge": later("It can show what a change does although everybody gets it in the end."),
        "repeated": later("It can show how an effect grows or fades from wave to wave."),
        "interrupted-series": later("It can show that a figure changed on the day of the change."),
        "controlled-series": later(
            "It can show that platforms with the change moved away from those without."
        ),
    }
)
CANNOT: Mapping[str, str] = Spoken(
    {
        "individual": later(
            "It cannot show what happens when everybody has the change, and people talk of it."
        ),
        "non-inferiority": later(
            "It cannot show that a change is better: that is another question, with another size."
        ),
        "cluster": later("More people in each team help little; what counts is how many teams there are."),
        "crossover": later(
            "It cannot be used where an effect lasts: the second period would still feel the first."
        ),
        "stepped-wedge": later("It cannot tell the change from whatever else happened in the same order."),
        "repeated": later("It cannot show how those feel who stop answering."),
        "interrupted-series": later(
            "It cannot tell the change from anything else that happened on that day."
        ),
        "controlled-series": later(
            "It cannot hold where platforms were on different ways before the change."
        ),
    }
)


COUNTS: Mapping[str, str] = {  # what the size of each design counts
    "individual": "units in the control arm",
    "non-inferiority": "units in the control arm",
    "cluster": "clusters in each arm",
    "crossover": "people in each order of the arms",
    "stepped-wedge": "clusters in all",
    "repeated": "people in each arm",
    "interrupted-series": "periods in all",
    "controlled-series": "platforms in all",
}


def field_label(name: str, design: str) -> str:
    """What a field is called; that of the size says what is counted, and that it may be left empty."""
    if name != "size":
        return FIELDS[name]
    return say("Number of {counted} (empty: computed)", counted=COUNTED.get(COUNTS[design], COUNTS[design]))


def planning_axis(size_is: str) -> tuple[str, str]:
    """What the upright and the level axis hold."""
    counted = COUNTED.get(size_is, size_is)
    return say("Chance to find the effect (%)"), counted[:1].upper() + counted[1:]


def power_legend(target: float, iccs: Sequence[float | None]) -> str:
    """How to read the lines."""
    aimed = say("Diamond: this plan. Level line: the chance aimed at, {power}.", power=level_text(target))
    known = [in_form(f"{icc:.3g}") for icc in iccs if icc is not None]
    if len(known) < 3:
        return aimed
    lines = say(
        "Lines: an ICC of {icc} (solid), {half} (dashed) and {twice} (dotted).",
        icc=known[0],
        half=known[1],
        twice=known[2],
    )
    return f"{lines} {aimed}"


def power_spoken(points: Sequence[tuple[float, float]], size_is: str) -> str:
    """The line of what is supposed, in words."""
    rows = ", ".join(said_of(number(size, decimals=0), percent(round(power, 2))) for size, power in points)
    return say(
        "A rising line: the chance to find the effect by size ({counted}). {rows}.",
        counted=COUNTED.get(size_is, size_is),
        rows=rows,
    )


def suppositions(found: Answer) -> str:
    """All that is supposed, in one line."""
    question = found.question
    values = {
        name: getattr(question, name, None) for name in FIELDS if name not in ("size", "effect", "margin")
    }
    left_out = {"cac", "rho"} if question.design != "stepped-wedge" else {"rho"}
    left_out |= {"level", "power"}
    told = [
        said_of(FIELDS[name], in_form(f"{value:,.4g}"))
        for name, value in values.items()
        if value is not None and name not in left_out
    ]
    return say("Supposed: {list}.", list=say("; ").join([DESIGNS[question.design], *told]))


def no_data_text(version: str, day: str) -> str:
    """That a picture of a plan holds no data."""
    return say(
        "Computed from suppositions alone, without any data. Watchkeeper {version}, {day}.",
        version=version,
        day=day,
    )


def from_pilot_text(study: str, version: str, day: str) -> str:
    """That a picture of a plan starts from a pilot."""
    return say(
        "Computed from suppositions that start from what the pilot {study} found. Watchkeeper {version}, {day}.",
        study=study,
        version=version,
        day=day,
    )


def began_text(pilot: str, outcome: str) -> str:
    """What the fields of a plan start from."""
    return say(
        "This starts from the pilot {pilot}: an empty field stands for its design and for what was found with its "
        "control arm on {outcome}. The smallest effect that matters is yours to say; until you do, it is the "
        "margin of the pilot’s plan or, without one, a part of what was found there.",
        pilot=quoted(pilot),
        outcome=quoted(outcome),
    )


def began_design(pilot: str) -> str:
    """That only the design of a pilot could be taken."""
    return say(
        "This starts from the design of the pilot {pilot}. What is shown of it is not enough for the other fields, "
        "so empty ones stand for usual values.",
        pilot=quoted(pilot),
    )


def began_without(pilot: str) -> str:
    """That a pilot has no figures yet that a plan could start from."""
    return say(
        "No figures of the pilot {pilot} can be seen yet, so empty fields stand for usual values.",
        pilot=quoted(pilot),
    )


def nothing_to_begin(pilot: str) -> str:
    """That a pilot measured nothing that this page plans for."""
    return say(
        "What the pilot {pilot} measured is of a kind that is not planned for here, so empty fields stand for "
        "usual values.",
        pilot=quoted(pilot),
    )

"""What a store's pilots add up to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import count_of, later, say
from dashboard.words.figures import number
from dashboard.words.stages import STAGE_MARKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.portfolio import Tally
    from experiments.progress import Stage

FOUND_WORDS: Mapping[str, str] = {
    "harm": later("Harm"),
    "benefit": later("Benefit"),
    "inconclusive": later("Unclear"),
    "no_gain": later("No relevant difference"),
    "check": later("A check to look at"),
    "none": later("No result yet"),
}


def tally_text(tally: Tally) -> str:
    """How many people: exact, about, at least, or a dash where nobody was counted.

    >>> from dashboard.portfolio import Tally
    >>> tally_text(Tally(1200, 1200, 2)), tally_text(Tally(11, 20, 1)), tally_text(Tally(40, None, 2))
    ('1,200', 'about 15', 'at least 40')
    """
    if not tally.pilots:
        return "–"
    if tally.high is None:
        return say("at least {count}", count=number(tally.low, decimals=0))
    if tally.low == tally.high:
        return number(tally.low, decimals=0)
    return say("about {count}", count=number((tally.low + tally.high) // 2, decimals=0))


def tally_notes(tally: Tally) -> str:
    """In how many pilots they were counted, and how many pilots count nobody by themselves."""
    said = [count_of("in {count} pilot", "in {count} pilots", tally.pilots)] if tally.pilots else []
    if tally.without:
        said.append(say("pilots that count none: {count}", count=number(tally.without, decimals=0)))
    return say("; ").join(said) or say("no pilot counts them")


def stages_text(stages: Mapping[Stage, int]) -> str:
    """How many pilots are how far.

    >>> stages_text({"running": 1, "finished": 8})
    'Running: 1 · Finished: 8'
    """
    return " · ".join(
        say("{stage}: {count}", stage=STAGE_MARKS[stage].word, count=number(count, decimals=0))
        for stage, count in stages.items()
    )


def invented_texts(kinds: Sequence[str]) -> list[str]:
    """How many pilots rest on simulated or rebuilt data, by what the data of each are."""
    simulated, rebuilt = kinds.count("simulated"), kinds.count("reconstructed") + kinds.count("approximate")
    said = []
    if simulated:
        said.append(
            count_of(
                "Simulated data: {count} pilot. Its figures test the method and say nothing about real people.",
                "Simulated data: {count} pilots. Their figures test the method and say nothing about real people.",
                simulated,
            )
        )
    if rebuilt:
        said.append(
            count_of(
                "Rebuilt from published counts: {count} pilot.",
                "Rebuilt from published counts: {count} pilots.",
                rebuilt,
            )
        )
    return said

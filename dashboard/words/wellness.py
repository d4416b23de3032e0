"""What is said of scores over time: waves, bands, who answered, and what is not shown of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import count_of, later, say
from dashboard.words.figures import count_text, level_text, number
from dashboard.words.forms import SPACE
from dashboard.words.vocabulary import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.release.scores import ReleasedCourse, ReleasedGroup
    from analysis.score_courses import ScoreBand

WAVES: Mapping[str, str] = Spoken(
    {"baseline": later("baseline"), "follow-up": later("follow-up"), "before": later("before")}
)
BANDS: Mapping[str, str] = Spoken(
    {
        "minimal": later("minimal"),
        "low": later("low"),
        "mild": later("mild"),
        "moderate": later("moderate"),
        "moderately severe": later("moderately severe"),
        "high": later("high"),
        "very high": later("very high"),
        "severe": later("severe"),
    }
)


def when_text(course: ReleasedCourse, when: str) -> str:
    """A wave's name, or a period's number with its word."""
    if course.by == "period":
        return say("period {number}", number=when)
    return WAVES.get(when) or when


def band_text(band: ScoreBand) -> str:
    """A band's name; bands that stand together by all their names.

    >>> from analysis.score_courses import ScoreBand
    >>> band_text(ScoreBand("low|moderate|own", 0, 20))
    'low, moderate or own'
    """
    names = [BANDS.get(name) or name for name in band.label.split("|")]
    if len(names) == 1:
        return names[0]
    return say("{first} or {last}", first=", ".join(names[:-1]), last=names[-1])


def band_range(band: ScoreBand) -> str:
    """A band's name with the scores that it holds."""
    low, high = (number(end, decimals=0 if end % 1 == 0 else 1) for end in (band.low, band.high))
    return say("{band} ({low} to {high})", band=band_text(band), low=low, high=high)


def share_text(share: float) -> str:
    r"""A share of a group in whole per cent: more would tell of single people.

    >>> share_text(0.808)
    '81\xa0%'
    """
    return f"{number(100 * share, decimals=0)}{SPACE}%"


def scores_axis(*, lower_is_better: bool) -> str:
    """What the upright axis holds, and which way is better."""
    if lower_is_better:
        return say("Mean score (lower is better)")
    return say("Mean score (higher is better)")


def scores_title(outcome: str, when: str, means: Sequence[tuple[str, float]]) -> str:
    """The means of the last wave, arm by arm, as a chart's title."""
    arms = ", ".join(
        say("{figure} with ‘{arm}’", figure=number(mean, decimals=1), arm=arm) for arm, mean in means
    )
    return say("{outcome} ({when}): mean score {arms}", outcome=outcome, when=when, arms=arms)


def scores_subtitle(course: ReleasedCourse) -> str:
    """What the points are."""
    return say(
        "Mean of all who answered, {instrument}, scores from {least} to {most}",
        instrument=course.instrument,
        least=number(course.least, decimals=0),
        most=number(course.most, decimals=0),
    )


def scores_legend(course: ReleasedCourse, *, clustered: bool) -> str:
    """How to read points and bars, and that different people may have answered at each wave."""
    level = level_text(course.level)
    if clustered:
        said = say("Points: means. Bars: {level} intervals, made of whole teams.", level=level)
    else:
        said = say("Points: means. Bars: {level} intervals.", level=level)
    if len(course.whens) < 2:
        return said
    return f"{said} {say('Those who answered at one wave need not be those who answered at another.')}"


def left_out(course: ReleasedCourse, *, clustered: bool) -> str:
    """How many groups are not shown, and why; empty where all are."""
    if not course.few:
        return ""
    values = {"fewest": course.fewest, "count": course.few}
    if clustered:
        return count_of(
            "{count} group is not shown: fewer than {fewest} people or fewer than three teams answered in it.",
            "{count} groups are not shown: fewer than {fewest} people or fewer than three teams answered in each.",
            **values,
        )
    return count_of(
        "{count} group is not shown: fewer than {fewest} people answered in it.",
        "{count} groups are not shown: fewer than {fewest} people answered in each.",
        **values,
    )


def bands_title(outcome: str, when: str, band: str, shares: Sequence[tuple[str, float]]) -> str:
    """The share in one band at the last wave, arm by arm, as a chart's title."""
    arms = ", ".join(say("{figure} with ‘{arm}’", figure=share_text(share), arm=arm) for arm, share in shares)
    return say("{outcome} ({when}): ‘{band}’ {arms}", outcome=outcome, band=band, when=when, arms=arms)


def bands_subtitle(course: ReleasedCourse) -> str:
    """What the parts of the bars are."""
    return say("Share of those who answered in each band of the {instrument}", instrument=course.instrument)


def bands_note(course: ReleasedCourse) -> str:
    """That bands are no diagnosis, and which of them had to be put together."""
    said = say("Bands are a convention of the questionnaire’s authors, not a diagnosis.")
    if not course.joined:
        return said
    joined = say("Bands with fewer than 10 people in any group are shown together with their neighbour.")
    return f"{said} {joined}"


def answering_title(when: str, shares: Sequence[tuple[str, float]]) -> str:
    """Who answered at the last wave, arm by arm, as a chart's title."""
    arms = ", ".join(say("{figure} with ‘{arm}’", figure=share_text(share), arm=arm) for arm, share in shares)
    return say("Who answered ({when}): {arms}", when=when, arms=arms)


def answering_subtitle() -> str:
    """What the bars are."""
    return say("Share of the people under analysis who answered, by wave and arm")


def answering_note() -> str:
    """Why it matters who answered."""
    return say("Where fewer answer, or unlike people in each arm, means can differ for that reason alone.")


def answered_text(group: ReleasedGroup) -> str:
    """How many of whom answered; that it is not shown where it is not."""
    if group.answering is None:
        return say("not shown")
    return say(
        "{share} ({answered} of {asked})",
        share=share_text(group.answering),
        answered=count_text(group.answered),
        asked=count_text(group.asked),
    )


def mean_text(group: ReleasedGroup) -> str:
    """A mean with its interval; that it is not shown where it is not."""
    if "mean" not in group.figures:
        return say("not shown")
    mean, low, high = (group.figures.get(name) for name in ("mean", "low", "high"))
    if mean is None or low is None or high is None:
        return number(group.figures["mean"], decimals=1)
    shown = (number(value, decimals=1) for value in (mean, low, high))
    return say("{mean} ({low} to {high})", **dict(zip(("mean", "low", "high"), shown, strict=True)))


def shares_text(course: ReleasedCourse, group: ReleasedGroup) -> str:
    """The share in each band; that it is not shown where it is not."""
    if not group.shares:
        return say("not shown")
    return ", ".join(
        say("{band} {share}", band=band_text(band), share=share_text(share))
        for band, share in zip(course.bands, group.shares, strict=True)
    )


def group_spoken(when: str, arm: str, figures: str) -> str:
    """One group of a picture in words."""
    return say("{when}, ‘{arm}’: {figures}.", when=when[:1].upper() + when[1:], arm=arm, figures=figures)


def scores_spoken(title: str, rows: Sequence[str]) -> str:
    """The picture of means in words."""
    return say("Points with bars, wave by wave. {title}. {rows}", title=title, rows=" ".join(rows))


def shares_spoken(title: str, rows: Sequence[str]) -> str:
    """A picture of shares in words."""
    return say("Level bars, one a wave and arm. {title}. {rows}", title=title, rows=" ".join(rows))

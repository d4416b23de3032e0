"""All pilots of a store at once: how far each is, what it found, who took part, and which ones fit a filter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from analysis.layout import LAYOUTS
from analysis.policy import WELLNESS
from dashboard import in_short
from dashboard.interim import Reached, reached, stops_for_harm
from experiments.progress import BROKEN, STAGES, Known, Progress, Stage, day_of, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from analysis.disclosure import Release
    from analysis.policy import Count
    from dashboard.session import Pilot

Found = Literal["harm", "benefit", "inconclusive", "no_gain", "check", "none"]
FOUND: tuple[Found, ...] = ("harm", "benefit", "inconclusive", "no_gain", "check", "none")
FOUND_AS: dict[str, Found] = {
    "harm": "harm",
    "benefit": "benefit",
    "inconclusive": "inconclusive",
    "equivalent": "no_gain",
    "non_inferior": "no_gain",
}
TIMED = ("observed", "simulated")
DETERRENCE = "deterrence"
UNREADABLE = "unreadable"  # the topic of a pilot whose study file cannot be read


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of people summed over pilots: from `low` to `high`, None where some pilot's is not known upwards.

    `pilots` have one, `without` were looked at and count none.
    """

    low: int = 0
    high: int | None = 0
    pilots: int = 0
    without: int = 0

    def plus(self, counts: Sequence[Count] | None) -> Tally:
        """With one more pilot: the counts of its arms, or None where it counts nobody.

        >>> from analysis.policy import INTERNAL, Count
        >>> Tally().plus([Count.shown(120, INTERNAL), Count.shown(3, INTERNAL)])
        Tally(low=121, high=129, pilots=1, without=0)
        """
        if counts is None:
            return Tally(self.low, self.high, self.pilots, self.without + 1)
        bounds = [count.bounds for count in counts]
        ends = [high for _, high in bounds]
        highest = None if self.high is None or None in ends else self.high + sum(end or 0 for end in ends)
        return Tally(self.low + sum(low for low, _ in bounds), highest, self.pilots + 1, self.without)


@dataclass(frozen=True, slots=True)
class Entry:
    """A pilot on the overview, with its stage and the kinds of things that it found."""

    pilot: Pilot
    progress: Progress
    found: frozenset[Found]

    @property
    def topic(self) -> str:
        """The declared topic."""
        return self.pilot.facts.topic if self.pilot.facts else UNREADABLE

    @property
    def company(self) -> str:
        """Who ran it; empty where the study file cannot be read."""
        return self.pilot.facts.company if self.pilot.facts else ""

    @property
    def urgent(self) -> bool:
        """Whether it is to be seen first: harm, a failed check, or a study that cannot be read."""
        release = self.pilot.release
        failed = release is not None and any(check.verdict == "fail" for check in release.checks)
        return "harm" in self.found or failed or self.progress.stage == "broken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor filters by; an empty part lets everything through."""

    topic: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    search: str = ""

    @property
    def anything(self) -> bool:
        """Whether any part filters."""
        return any(getattr(self, part.name) for part in fields(self))

    def fits(self, entry: Entry) -> bool:
        """Whether the entry passes every part that is set; `search` wants each of its words."""
        facts = entry.pilot.facts
        text = " ".join((entry.pilot.id, entry.pilot.title, facts.question if facts else "", entry.company))
        return (
            (not self.topic or entry.topic in self.topic)
            and (not self.company or entry.company in self.company)
            and (not self.status or entry.progress.stage in self.status)
            and (not self.found or not entry.found.isdisjoint(self.found))
            and all(word in text.casefold() for word in self.search.casefold().split())
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What some pilots add up to. `warned` counts people who met a warning, `moderators` those who took part."""

    pilots: int
    stages: Mapping[Stage, int]
    people: Tally
    warned: Tally
    moderators: Tally
    harmful: tuple[Pilot, ...]
    analysed: int


def entry(pilot: Pilot, *, today: date) -> Entry:
    """The pilot as it stands on the day `today`."""
    return Entry(pilot, _progress(pilot, today), _found(pilot.release))


def figures(entries: Iterable[Entry]) -> Figures:
    """The sums over some pilots."""
    listed = tuple(entries)
    stages = Counter(each.progress.stage for each in listed)
    people = warned = moderators = Tally()
    for each in listed:
        if each.pilot.release is None:
            continue
        took_part, met = _took_part(each.pilot.release), _met_a_warning(each.pilot.release)
        people = people.plus(took_part)
        if each.topic == WELLNESS:
            moderators = moderators.plus(took_part)
        elif each.topic == DETERRENCE:
            warned = warned.plus(met)
    harmful = tuple(each.pilot for each in listed if "harm" in each.found)
    by_stage = {stage: stages[stage] for stage in STAGES if stages[stage]}
    releases = [each.pilot.release for each in listed if each.pilot.release]
    analysed = sum(not release.closed for release in releases)
    return Figures(len(listed), by_stage, people, warned, moderators, harmful, analysed)


def _progress(pilot: Pilot, today: date) -> Progress:
    if pilot.facts is None or pilot.state == "broken":
        return BROKEN
    at = reached(pilot.release) if pilot.release else Reached()
    known = Known(
        held=pilot.state != "registered",
        start=day_of(pilot.facts.start),
        end=day_of(pilot.facts.end),
        until=day_of(pilot.until),
        taken_in=day_of(pilot.taken_in),
        timed=pilot.facts.data_are in TIMED,
        look=at.look,
        looks=at.looks,
    )
    return progress(known, today=today)


def _found(release: Release | None) -> frozenset[Found]:
    if release is None or not release.default_findings():
        return frozenset(("none",))
    primary = [f.finding for f in release.default_findings() if f.finding.outcome.role == "primary"]
    found: set[Found] = {FOUND_AS[finding.verdict] for finding in primary}
    if in_short.harms(release) or stops_for_harm(release):
        found.add("harm")
    if any(check.verdict != "pass" for check in release.checks):
        found.add("check")
    return frozenset(found)


def _took_part(release: Release) -> tuple[Count, ...] | None:
    """Everybody who was assigned; None where nobody was followed by themselves."""
    if not LAYOUTS[release.plan.layout].people:
        return None
    return next(((step.total,) for step in release.flow if step.key == "assigned"), None)


def _met_a_warning(release: Release) -> tuple[Count, ...] | None:
    """Everybody who reached the point where arms differ, in the arms that are no control."""
    if not LAYOUTS[release.plan.layout].people:
        return None
    treated = {arm.name for arm in release.study.arms if not arm.control}
    steps = {step.key: step for step in release.flow}
    step = steps.get("exposed")
    if step is None or not step.by_arm:
        return None
    return tuple(count for arm, count in step.by_arm.items() if arm in treated)

"""What a study's report tells of its findings: each outcome with its arms, every scale, and other methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import STEPPED
from dashboard import besides, in_short, telling, words
from dashboard.chart import charts
from dashboard.language import say
from dashboard.reports.content import Bullets, Facts, Paragraph, Section, Words, capital, grid
from dashboard.reports.drawings import drawings
from dashboard.reports.opening import verdict
from dashboard.slides.said import main_title
from dashboard.told import told
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedArm, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.reports.content import Block

OWN_PICTURES = ("series", "survival")


def flow(release: Release) -> Section:
    """The way from the log to the analysis."""
    blocks: list[Block] = [*drawings(release, "flow")]
    if release.plan.randomised and release.plan.layout != STEPPED.name:
        blocks.append(
            Paragraph(
                say("Everybody counts to the arm that they were assigned to, whatever was shown in the end."),
                look="quiet",
            )
        )
    return Section("flow", say("From the log to the analysis"), tuple(blocks))


def main(release: Release) -> Section:
    """The main question."""
    parts = tuple(_outcome(release, o) for o in _answered(release, "primary"))
    refused = [telling.refusal_row(release, r) for r in release.not_estimable if r.estimator is None]
    blocks: list[Block] = [
        *grid(refused, caption=say("What could not be answered, and why"), widths=(2, 2, 2, 4, 4))
    ]
    if not parts:
        blocks.insert(0, Paragraph(main_title(release, ()), look="lead"))
    return Section("main", say("The main finding"), tuple(blocks), parts)


def harms(release: Release) -> Section:
    """Guardrails and safety."""
    blocks: list[Block] = [
        Paragraph(in_short.harm_text(release), look="lead"),
        *drawings(release, "guardrails"),
    ]
    parts = tuple(_outcome(release, o, drawn=False) for o in _answered(release, *in_short.WATCHED))
    return Section("harm", say("Did anything get worse?"), tuple(blocks), parts)


def further(release: Release) -> Section:
    """All outcomes in one picture where there are several, then those neither main nor watched for harm."""
    outcomes = {found.finding.outcome.name for found in release.default_findings()}
    drawn = drawings(release, "forest") if len(outcomes) > 1 else []
    parts = tuple(_outcome(release, o) for o in _answered(release, "secondary"))
    return Section("outcomes", say("All outcomes in one picture"), tuple(drawn), parts)


def sensitivity(release: Release) -> Section:
    """The same outcome by other methods."""
    rows = [
        _by_method(release, finding)
        for planned in release.default_findings()
        for finding in (planned, *release.sensitivity(planned))
    ]
    caption = say("The planned estimator first, then the others")
    refused = [telling.refusal_row(release, r) for r in release.not_estimable if r.estimator]
    blocks: list[Block] = [
        *drawings(release, "sensitivity"),
        *grid(rows, caption=caption, widths=(2.4, 3, 3, 3.4, 1.4, 1.8)),
        *grid(
            refused,
            caption=say("What another estimator could not answer, and why"),
            widths=(2, 2, 2, 4, 4),
        ),
    ]
    return Section("agree", say("Do other ways of computing it agree?"), tuple(blocks))


def _by_method(release: Release, finding: ReleasedFinding) -> dict[str, object]:
    found = finding.finding
    scale = capital(told(found.outcome.scale.label))
    return {
        say("Outcome"): found.outcome.label,
        say("Compared"): telling.compared(release, finding),
        say("Estimator"): Words(telling.estimator_label(found.estimator), strong=found.default),
        say("Effect and its interval"): (
            words.effect_text(finding.effect, scale=found.outcome.scale, outcome=found.outcome),
            Words(scale, tone="quiet"),
        ),
        say("p"): _p(found.effect.p_value),
        say("Verdict"): verdict(finding),
    }


def groups(release: Release) -> Section:
    """The declared subgroups."""
    primary = [o.name for o in release.plan.outcomes if o.role == "primary"]
    blocks: list[Block] = [d for name in primary for d in drawings(release, "subgroups", outcome=name)]
    for outcome in release.plan.outcomes:
        rows = [
            {
                say("Group"): f"{words.spaced(group.attribute)}: {group.level}",
                say("Compared"): telling.compared(release, found),
                capital(told(outcome.scale.label)): words.effect_text(
                    found.effect, scale=outcome.scale, outcome=outcome
                ),
            }
            for planned in release.default_findings()
            if planned.finding.outcome.name == outcome.name
            for found in release.subgroups(planned)
            if (group := found.finding.subgroup)
        ]
        blocks += grid(rows, caption=outcome.label, widths=(2, 3, 3))
    return Section("groups", say("Was it the same for everybody?"), tuple(blocks))


def _answered(release: Release, *roles: str) -> list[Outcome]:
    found = {finding.finding.outcome.name for finding in release.default_findings()}
    return [o for o in release.plan.outcomes if o.role in roles and o.name in found]


def _outcome(release: Release, outcome: Outcome, *, drawn: bool = True) -> Section:
    found = [f for f in release.default_findings() if f.finding.outcome.name == outcome.name]
    blocks: list[Block] = [Paragraph((verdict(f), telling.sentence(release, f)), look="lead") for f in found]
    blocks += [Paragraph(line, look="quiet") for f in found for line in telling.story(release, f)]
    if drawn:
        blocks += _pictures(release, outcome)
    blocks += drawings(release, "profile", outcome=outcome.name)
    arms = _arms(release, found)
    blocks += grid(
        arms,
        caption=said_of(outcome.label, say("what was observed in each arm")),
        widths=(3.2, *(1.3,) * (len(arms[0]) - 2), 3.4) if arms else (),
    )
    blocks += grid(
        [row for finding in found for row in _effects(release, finding)],
        caption=said_of(outcome.label, say("the effect on every scale")),
        widths=(2.6, 2.3, 3.4, 1.3, 1.6, 1.8),
    )
    notes = list(dict.fromkeys(note for finding in found for note in _notes(finding)))
    blocks += [Bullets(tuple(notes))] if notes else []
    beside = _beside(release, found)
    blocks += [Paragraph(say("Asked besides:"), look="heading"), Facts(beside)] if beside else []
    return Section(f"outcome-{outcome.name}", outcome.label, tuple(blocks))


def _pictures(release: Release, outcome: Outcome) -> list[Block]:
    """The picture that the outcome's design has; the main question's intervals where it has none."""
    for name in OWN_PICTURES:
        if name in charts() and (shown := drawings(release, name, outcome=outcome.name)):
            return [*shown]
    return [*drawings(release, "forest", outcome=outcome.name)] if outcome.role == "primary" else []


def _arms(release: Release, found: Sequence[ReleasedFinding]) -> list[dict[str, object]]:
    """Each arm once, with as many as were measured there and what they came to."""
    rows: list[dict[str, object]] = []
    for finding in found:
        for arm in finding.arms:
            row = _arm(release, finding, arm)
            rows += [] if row in rows else [row]
    events = say("Events")
    return rows if any(row[events] for row in rows) else [_without(row, events) for row in rows]


def _without(row: dict[str, object], column: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != column}


def _arm(release: Release, finding: ReleasedFinding, arm: ReleasedArm) -> dict[str, object]:
    periods = words.in_periods(finding)
    shown = words.arm_text(arm, outcome=finding.finding.outcome, periods=periods)
    return {
        say("Arm"): release.arm_label(arm.arm),
        say("Measured"): words.count_text(arm.n),
        say("Not measured"): words.count_text(arm.missing),
        say("Events"): "" if arm.events is None else words.count_text(arm.events),
        say("Figure"): shown or say("not shown"),
    }


def _effects(release: Release, finding: ReleasedFinding) -> list[dict[str, object]]:
    """The effect on each scale that may be told; p-values and the verdict stand beside the first."""
    found = finding.finding
    rows: list[dict[str, object]] = []
    for scale in telling.shown_scales(finding):
        first = scale == found.outcome.scale
        effect = found.estimate.effects[scale.name]
        rows.append(
            {
                say("Compared"): telling.compared(release, finding) if first else "",
                say("Scale"): capital(told(scale.label)),
                say("Effect and its interval"): words.effect_text(effect, scale=scale, outcome=found.outcome),
                say("p"): _p(effect.p_value) if first else "",
                say("p adjusted"): _p(found.p_adjusted) if first else "",
                say("Verdict"): verdict(finding) if first else "",
            }
        )
    return rows


def _p(value: float | None) -> str:
    """A p-value under a heading that says what it is."""
    return "" if value is None else words.p_text(value).removeprefix("p ").removeprefix("= ")


def _notes(finding: ReleasedFinding) -> list[str]:
    found = finding.finding
    said = [said_of(say("Estimated by"), telling.estimator_label(found.estimator)), telling.assumed(finding)]
    if found.adjusted_by and found.p_adjusted is not None:
        said.append(said_of(say("p adjusted for several questions"), words.ADJUSTMENTS[found.adjusted_by]))
    if found.estimate.icc is not None:
        said.append(
            said_of(say("Likeness inside clusters (ICC)"), words.number(found.estimate.icc, decimals=3))
        )
    return [*said, *telling.notes(finding)]


def _beside(release: Release, found: Sequence[ReleasedFinding]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (ask, (answer, *(told(note) for note in supplied.notes)))
        for supplied, ask, answer in besides.asked_beside(release, found)
    )

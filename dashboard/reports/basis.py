"""What a study's report rests on: the plan and its changes, the checks, the methods, the provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import checks
from analysis.estimator import CARD, estimators
from analysis.outcome import kinds
from dashboard import words
from dashboard.language import count_of, say
from dashboard.reports.content import Bullets, Facts, Notice, Paragraph, Section, Words, grid
from dashboard.slides.facts import provenance_rows
from dashboard.told import told
from dashboard.words.forms import day_text, said_of

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedCheck
    from analysis.estimator import Estimator
    from dashboard.reports.content import Block, Cell


def plan(release: Release) -> Section:
    """What was decided before anybody looked, and what was changed since."""
    registration = release.registration
    facts = Facts((*_decided(release), (say("Plan"), registration.hash)))
    rows = [
        {
            say("Date"): day_text(change["date"]) if change.get("date") else "",
            say("Reason"): change.get("reason", ""),
            say("From the plan"): change.get("from", "")[:10],
            say("To the plan"): change.get("to", "")[:10],
        }
        for change in registration.amendments
    ]
    changed: list[Block] = [
        *grid(rows, caption=say("Changes to the plan, on record"), widths=(1.5, 5, 1.6, 1.6))
    ]
    if not changed:
        changed.append(Paragraph(say("The plan was not changed since it was registered.")))
    parts = (Section("changes", say("Deviations from the plan"), (*changed, *_unplanned(release))),)
    return Section("plan", say("The plan"), (facts,), parts)


def _decided(release: Release) -> list[tuple[str, Cell]]:
    declared = release.plan
    day = day_text(release.registration.registered_at)
    rows: list[tuple[str, Cell]] = [
        (say("Registered"), day),
        (say("Who counts"), say("everybody, in the arm that was given (intention to treat)")),
        (say("Question answered for"), words.ESTIMANDS[declared.estimand]),
        (say("Level of the intervals"), words.level_text(1 - declared.alpha)),
        (say("Adjusted for several questions"), words.ADJUSTMENTS[declared.adjust]),
        (say("Adjusted for"), say(", ").join(declared.covariate_labels.values()) or say("nothing")),
        (
            say("Groups looked at"),
            say(", ").join(words.spaced(name) for name in declared.subgroups) or say("none"),
        ),
        (say("Looks before the end"), _looks(release)),
    ]
    if declared.planned_units:
        rows.append((say("Planned size"), words.number(declared.planned_units, decimals=0)))
    return rows


def _looks(release: Release) -> str:
    early = len([share for share in release.plan.looks if share < 1])
    return count_of("{count} planned look", "{count} planned looks", early) if early else say("none planned")


def _unplanned(release: Release) -> list[Block]:
    """What was planned and could not be done."""
    missed = [each for each in release.not_estimable if each.estimator is None]
    if not missed:
        return [Paragraph(say("Every analysis that was planned was made."))]
    labels = {outcome.name: outcome.label for outcome in release.plan.outcomes}
    return [
        Paragraph(say("Planned, and not made:")),
        Bullets(tuple(said_of(labels.get(each.outcome, each.outcome), told(each.reason)) for each in missed)),
    ]


def quality(release: Release) -> Section:
    """What the checks found, and what they mean where something was found."""
    rows = [_check(check) for check in release.checks]
    table = grid(rows, caption=say("What was looked at before the findings"), widths=(2.4, 1.6, 4.5, 4))
    return Section(
        "quality",
        say("Checks of the data"),
        (*table,) if table else (Paragraph(say("No check applied.")),),
    )


def _check(check: ReleasedCheck) -> dict[str, object]:
    mark, known = words.CHECKS[check.verdict], checks().get(check.name)
    advice = (
        (told(known.means), told(known.advice)) if known and check.verdict != "pass" else (say("nothing"),)
    )
    return {
        say("Check"): told(known.label) if known else words.spaced(check.name),
        say("Result"): Words(mark.text, tone=check.verdict, strong=True),
        say("What was found"): told(check.says),
        say("What follows"): advice,
    }


def methods(release: Release) -> Section:
    """The card of each planned method, and the others in a line each."""
    planned = dict.fromkeys(f.finding.estimator for f in release.default_findings())
    others = dict.fromkeys(
        f.finding.estimator for f in release.findings if f.finding.estimator not in planned
    )
    known = estimators()
    parts = tuple(_card(known[name]) for name in planned if name in known)
    rows = [
        {
            say("Estimator"): told(known[name].label),
            say("What"): told(known[name].card()["Summary"]),
            say("Assumes"): told(known[name].card()["Assumes"]),
        }
        for name in others
        if name in known
    ]
    table = grid(rows, caption=say("The methods of the sensitivity analyses"), widths=(2, 4, 4))
    lead = Paragraph(
        say(
            "The plan decides which method is shown first; the others check how far it matters. Each planned "
            "method has its card here."
        )
    )
    return Section("methods", say("How it was computed"), (lead, *table), parts)


def _card(estimator: Estimator) -> Section:
    sections = estimator.card()
    answers = say(", ").join(
        told(kind.label).lower() for name, kind in kinds().items() if name in estimator.kinds
    )
    rows: list[tuple[str, Cell]] = [(say("Answers for"), answers)]
    rows += [(told(heading), told(sections[heading])) for heading in CARD if heading in sections]
    blocks = (Paragraph(told(sections["Summary"])), Facts(tuple(rows)))
    return Section(f"card-{estimator.name}", told(estimator.label), blocks)


def provenance(release: Release) -> Section:
    """Everything that is needed to find the figures again, and what is withheld, why."""
    facts = Facts(tuple(provenance_rows(release)))
    gone = Section("withheld", say("What is not shown, and why"), withheld(release))
    return Section("provenance", say("Where these figures come from"), (facts,), (gone,))


def withheld(release: Release) -> tuple[Block, ...]:
    """By which rules the figures were let out, and what stayed behind."""
    limit = release.policy.threshold
    rule = say(
        "A count of 1 to {most} people is not shown, nor what would bring it back by subtraction.",
        most=words.number(limit - 1, decimals=0),
    )
    said = [told(each) for each in release.withheld]
    blocks: list[Block] = [Paragraph(rule)]
    blocks.append(Bullets(tuple(said)) if said else Paragraph(say("Nothing had to be withheld here.")))
    if not release.policy.public:
        blocks.insert(0, Notice(say("For the research team: not for publication.")))
    blocks.append(Paragraph(withdrawn(release)))
    return tuple(blocks)


def withdrawn(release: Release) -> str:
    """Who withdrew, as the check of withdrawals says it."""
    found = next((check.says for check in release.checks if check.name == "withdrawals"), "")
    return told(found) if found else say("Nobody is recorded to have withdrawn.")

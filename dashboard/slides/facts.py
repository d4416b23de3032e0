"""What a deck says of methods and of where figures come from: rows of tables and lists of sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.estimator import estimators
from analysis.layout import LAYOUTS
from dashboard import telling, words
from dashboard.drawing.frame import place_and_time
from dashboard.language import count_of, say
from dashboard.scene import rules_text
from dashboard.told import told
from dashboard.words.forms import day_text, said_of

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding


def measured(release: Release) -> list[str]:
    """Each outcome with its role and how it was measured."""
    rows = []
    for outcome in release.plan.outcomes:
        label = said_of(words.ROLES[outcome.role], outcome.label)
        rows.append(f"{label} ({outcome.measure})" if outcome.measure else label)
    return rows


def methods(release: Release) -> list[str]:
    """How the figures were computed: method by outcome, error rate, adjustment, who counts."""
    plan = release.plan
    by_method: dict[str, list[str]] = {}
    for found in release.default_findings():
        labels = by_method.setdefault(found.finding.estimator, [])
        labels += [found.finding.outcome.label] if found.finding.outcome.label not in labels else []
    said = [
        said_of(telling.estimator_label(method), say(", ").join(labels))
        for method, labels in by_method.items()
    ]
    said.append(
        say(
            "Intervals of {level}; adjusted for several questions: {method}.",
            level=words.level_text(1 - plan.alpha), method=words.ADJUSTMENTS[plan.adjust],
        )
    )  # fmt: skip
    if plan.covariates and plan.covariate_labels:
        said.append(said_of(say("Adjusted for"), say(", ").join(plan.covariate_labels.values())))
    if plan.randomised and LAYOUTS[plan.layout].people:
        said.append(
            say("Everybody counts to the arm that they were assigned to, whatever was shown in the end.")
        )
    return said


def assumptions(release: Release) -> list[str]:
    """What the planned methods assume, and what the checks found."""
    planned = release.default_findings()
    cards = dict.fromkeys(found.finding.estimator for found in planned)
    known = (estimators().get(name) for name in cards)
    said: list[str] = [told(found.card()["Assumes"]) for found in known if found]
    counts = Counter(check.verdict for check in release.checks)
    found = say(", ").join(
        f"{counts[verdict]} {word}" for verdict, word in words.CHECKS_COUNTED.items() if counts[verdict]
    )
    if found:
        said.append(said_of(say("Checks of the data"), f"{found}. {words.trusted_text(counts)}"))
    agreeing = _agreement(planned, release)
    return [*said, agreeing] if agreeing else said


def _agreement(planned: tuple[ReleasedFinding, ...], release: Release) -> str:
    others = sum(len(release.sensitivity(found)) for found in planned)
    if not others:
        return ""
    return count_of(
        "{count} sensitivity analysis by another method stands on the pilot’s page.",
        "{count} sensitivity analyses by other methods stand on the pilot’s page.",
        others,
    )


def provenance_rows(release: Release) -> list[tuple[str, str]]:
    """Everything that is needed to find these figures again."""
    plan, data, made = release.registration, release.data, release.provenance
    packages = say(", ").join(f"{name} {version}" for name, version in made.packages.items())
    rows = [
        (say("Study"), f"{release.study.id} ({release.study.title})"),
        (say("Run by"), place_and_time(release)),
        (say("Source"), release.study.source),
        (say("Plan"), plan.hash),
        (say("Registered"), _registered(release)),
        (say("Data version"), data.hash),
        (say("Events analysed"), telling.events_text(release)),
        (say("Rules of release"), rules_text([release])),
        (say("Software"), f"Watchkeeper {made.watchkeeper}, Python {made.python}, {packages}".rstrip(", ")),
        (say("Seed"), str(made.seed)),
        (say("Computed"), day_text(made.created_at)),
    ]
    return [(name, text) for name, text in rows if text]


def _registered(release: Release) -> str:
    day = day_text(release.registration.registered_at)
    changes = len(release.registration.amendments)
    if not changes:
        return say("{day}, not amended since", day=day)
    return count_of(
        "{day}, amended {count} time since", "{day}, amended {count} times since", changes, day=day
    )

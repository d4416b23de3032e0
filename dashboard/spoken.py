"""A release in a language: its study's own words as the study translates them, and what was found about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.language import language, speaking
from dashboard.told import named, told
from dashboard.words.vocabulary import SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.about import StudyFacts
    from analysis.disclosure import Release, ReleasedCheck, ReleasedFinding
    from analysis.finding import NotEstimable
    from analysis.outcome import Outcome
    from analysis.plan import Plan
    from analysis.release.scores import ReleasedCourse
    from analysis.supplement import Supplied
    from experiments.store import Store

    Names = Mapping[str, str]


def released_for(
    store: Store,
    study_id: str,
    *,
    policy: str,
    spoken: str,
    steward: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Release:
    """The release of a study under the policy of that name, in a language; analysed now where nobody did before.

    Of a study that still runs only its `steward` gets figures by arm before a planned look.

    Raises Fault and Gate as `experiments.pilot.evaluation` and `experiments.releasing.released` do.
    """
    from experiments.pilot import evaluation
    from experiments.releasing import released

    found = evaluation(store, study_id, progress=progress)
    return in_language(released(store, study_id, found, policy, steward=steward), spoken)


def in_language(release: Release, spoken: str) -> Release:
    """The release with every text of it in the language `spoken`; what nobody translated stays as it is.

    Figures, names that data are found by, and what is withheld are the same in every language.
    """
    with speaking(spoken):
        names = _names(release.study)
        if spoken == "en" and not names:
            return release
        labels = {arm.name: arm.label for arm in release.study.arms}
        outcomes = {outcome.name: _outcome(outcome, names) for outcome in release.plan.outcomes}
        return replace(
            release,
            study=study_in_language(release.study, spoken),
            plan=_plan(release.plan, outcomes, names),
            findings=tuple(_finding(finding, names) for finding in release.findings),
            not_estimable=tuple(_refused(refused, names) for refused in release.not_estimable),
            checks=tuple(_checked(check, names) for check in release.checks),
            withheld=tuple(told(sentence, names) for sentence in release.withheld),
            supplied=tuple(_supplied(each, labels, names) for each in release.supplied),
            scores=tuple(_course(course, names) for course in release.scores),
        )


def study_in_language(study: StudyFacts, spoken: str) -> StudyFacts:
    """What is said of a study in the language `spoken`; what nobody translated stays as it is."""
    with speaking(spoken):
        names = _names(study)
        if spoken == "en" and not names:
            return study
        return replace(
            study,
            title=named(study.title, names),
            question=named(study.question, names),
            summary=named(study.summary, names),
            source=named(study.source, names),
            unit_name=named(study.unit_name, names),
            cluster_name=named(study.cluster_name, names),
            arms=tuple(replace(arm, label=named(arm.label, names)) for arm in study.arms),
            limits=tuple(_own(sentence, names) for sentence in study.limits),
            reporting={key: named(text, names) for key, text in study.reporting.items()},
            courses=tuple(replace(course, name=named(course.name, names)) for course in study.courses),
            spans=tuple(replace(span, wave=named(span.wave, names)) for span in study.spans),
            meanwhile=tuple((named(label, names), day) for label, day in study.meanwhile),
        )


def _names(study: StudyFacts) -> Names:
    """The study's own words in the language spoken; an arm's label stands for its name as well."""
    words = study.translations.get(language(), {})
    return {**{arm.name: named(arm.label, words) for arm in study.arms}, **words} if words else {}


def _own(sentence: str, names: Names) -> str:
    """A study's own sentence, or one that was made of what it declares."""
    found = told(sentence, names)
    return sentence if found.lang != language() else found


def _outcome(outcome: Outcome, names: Names) -> Outcome:
    return replace(
        outcome,
        label=named(outcome.label, names),
        measure=named(outcome.measure, names),
        unit=outcome.unit if outcome.unit == SHARE else named(outcome.unit, names),
        cutoffs=tuple(replace(cutoff, label=named(cutoff.label, names)) for cutoff in outcome.cutoffs),
    )


def _plan(plan: Plan, outcomes: Mapping[str, Outcome], names: Names) -> Plan:
    return replace(
        plan,
        outcomes=tuple(outcomes[outcome.name] for outcome in plan.outcomes),
        covariate_labels={key: named(label, names) for key, label in plan.covariate_labels.items()},
        subgroups=tuple(named(attribute, names) for attribute in plan.subgroups),
    )


def _finding(released: ReleasedFinding, names: Names) -> ReleasedFinding:
    found = released.finding
    level = found.subgroup
    estimate = replace(
        found.estimate,
        notes=tuple(told(note, names) for note in found.estimate.notes),
        trace=tuple(replace(line, label=named(line.label, names)) for line in found.estimate.trace),
        profile={names.get(label, label): effect for label, effect in found.estimate.profile.items()},
        unanswered={scale: told(reason, names) for scale, reason in found.estimate.unanswered.items()},
    )
    if level is not None:
        level = replace(level, attribute=named(level.attribute, names), level=named(level.level, names))
    outcome = _outcome(found.outcome, names)  # an estimator may answer on another scale than the plan's
    return replace(released, finding=replace(found, outcome=outcome, estimate=estimate, subgroup=level))


def _course(course: ReleasedCourse, names: Names) -> ReleasedCourse:
    """A score over time with its waves named as the study translates them."""
    return replace(
        course,
        whens=tuple(named(when, names) for when in course.whens),
        groups=tuple(replace(group, when=named(group.when, names)) for group in course.groups),
    )


def _refused(refused: NotEstimable, names: Names) -> NotEstimable:
    return replace(refused, reason=told(refused.reason, names), remedy=told(refused.remedy, names))


def _checked(check: ReleasedCheck, names: Names) -> ReleasedCheck:
    return replace(check, says=told(check.says, names))


def _supplied(supplied: Supplied, labels: Names, names: Names) -> Supplied:
    """A supplement with its sentence written out: what is left in braces is no place for an arm's label any more.

    The levels of a subgroup are named as its findings name them.
    """
    tell = named if supplied.name == "subgroups" else told
    return replace(
        supplied,
        says=told(supplied.sentence(labels), names).written_out(),
        notes=tuple(told(note, names) for note in supplied.notes),
        effects={tell(label, names): effect for label, effect in supplied.effects.items()},
    )

"""The sentences: what they must say, what they must never say, and the digits they say it with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.disclosure import ReleasedFinding, released
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.policy import INTERNAL, UNMASKED
from analysis.verdict import judge
from dashboard import words
from tests.support import example_release

LABELS = {"warned": "You can be traced", "control": "No warning"}
CONTRAST = Contrast("warned", "control")
SHARE = Outcome("entered", "Entered the site", "proportion", better="lower")
GUARDRAIL = Outcome("accuracy", "Decisions upheld", "proportion", "guardrail", "higher", 0.02)
SCORE = Outcome("burnout", "Burnout", "score", better="lower", unit="points (10-50)")
COUNT = Outcome("searches", "Repeat searches", "count", better="lower", margin=1.25)
TIME = Outcome("handling", "Handling time", "mean", "guardrail", "lower", 4.0, unit="seconds")
CAUSAL = ("raised", "lowered", "reduced", "caused", "changed", "kept", "rose", "fell")


def plan(*, randomised: bool = True, covariates: tuple[str, ...] = ()) -> Plan:
    return Plan((), (CONTRAST,), "parallel", randomised=randomised, covariates=covariates)


def finding(
    outcome: Outcome,
    effect: Effect,
    *,
    events: tuple[int, int] = (40, 60),
    n: tuple[int, int] = (200, 200),
    value: tuple[float, float] | None = None,
    **changes: object,
) -> Finding:
    """A finding with its verdict by the rules; `events`, `n` and `value` are treatment, then control."""
    figures = [
        {"value": value[i]} if value else {"events": float(events[i]), "value": events[i] / n[i]}
        for i in (0, 1)
    ]
    cells = [(n[i],) if value else (n[i], events[i], n[i] - events[i]) for i in (0, 1)]
    arms = tuple(ArmFigures(arm, n[i], 0, figures[i], cells[i]) for arm, i in (("control", 1), ("warned", 0)))
    estimate = Estimate({outcome.scale.name: effect})
    made = Finding(outcome, CONTRAST, "score_interval", True, estimate, arms, judge(outcome, effect))
    return replace(made, **changes)


def say(made: Finding, *, masked: bool = True, **kwargs: object) -> str:
    """The sentence, with plain spaces for easier reading here."""
    shown: ReleasedFinding = released(made, INTERNAL if masked else UNMASKED)
    text = words.finding_sentence(shown, plan=plan(**kwargs), labels=LABELS)
    return text.replace(words.figures.SPACE, " ")


def test_a_benefit_names_who_what_how_much_how_sure_and_the_arms() -> None:
    assert say(finding(SHARE, Effect(-0.1, -0.183, -0.0141))) == (
        "With ‘You can be traced’, ‘Entered the site’ fell by 10.0 percentage points (95 % interval 1.4 to 18.3), "
        "a benefit. Observed: 20.0 % of 200 against 30.0 % of 200 with ‘No warning’."
    )


def test_the_published_honeypot_figures_are_said_as_published() -> None:
    release = example_release("honeypot")
    said = words.finding_sentence(
        release.default_findings()[0],
        plan=release.plan,
        labels={arm.name: arm.label for arm in release.study.arms},
    ).replace(words.figures.SPACE, " ")
    assert "49.4 % of 81 against 27.0 % of 100" in said
    assert "22.4 percentage points" in said


def test_harm_is_said_plainly() -> None:
    said = say(finding(SHARE, Effect(0.1, 0.014, 0.183), events=(60, 40)))
    assert "‘Entered the site’ rose by 10.0 percentage points" in said
    assert ", harm." in said


@pytest.mark.parametrize(
    ("outcome", "effect"),
    [
        (SHARE, Effect(-0.1, -0.18, -0.01)),
        (SHARE, Effect(0.02, -0.03, 0.07)),
        (GUARDRAIL, Effect(-0.01, -0.015, -0.005)),
        (GUARDRAIL, Effect(0.0, -0.01, 0.01)),
        (GUARDRAIL, Effect(-0.05, -0.07, -0.03)),
        (GUARDRAIL, Effect(-0.02, -0.03, -0.01)),
        (COUNT, Effect(0.8, 0.7, 0.9)),
        (replace(SHARE, margin=0.05), Effect(0.0, -0.01, 0.01)),
    ],
)
def test_only_randomised_designs_use_causal_words(outcome: Outcome, effect: Effect) -> None:
    made = finding(outcome, effect)
    assert any(word in say(made) for word in (*CAUSAL, "smaller than"))
    observed = say(made, randomised=False)
    assert not any(word in observed for word in CAUSAL)


def test_an_observed_difference_is_an_association() -> None:
    assert "is associated with ‘Entered the site’ being lower by" in say(
        finding(SHARE, Effect(-0.1, -0.18, -0.01)), randomised=False
    )
    assert "was followed by a change in" in say(finding(SHARE, Effect(0.02, -0.03, 0.07)), randomised=False)


def test_unclear_is_never_no_effect_but_what_the_interval_still_allows() -> None:
    said = say(finding(replace(SHARE, margin=0.05), Effect(0.0061, -0.0212, 0.0634)))
    assert said.startswith(
        "It is unclear whether ‘You can be traced’ changed ‘Entered the site’: the data are compatible with "
        "anything from 2.12 percentage points lower to 6.34 percentage points higher (95 % interval)"
    )
    assert "a worsening as large as the margin of 5 percentage points is not excluded" in said
    assert "an improvement as large is excluded" in said
    assert "no effect" not in said


def test_an_unclear_finding_may_exclude_neither_direction() -> None:
    said = say(finding(replace(SHARE, margin=0.02), Effect(0.0, -0.03, 0.03)))
    assert "a difference as large as the margin of 2 percentage points is not excluded" in said


def test_worse_than_no_effect_inside_the_margin_is_said() -> None:
    said = say(finding(GUARDRAIL, Effect(-0.01, -0.015, -0.005)))
    assert "‘Decisions upheld’ fell by 1.00 percentage points (95 % interval 0.50 to 1.50)" in said
    assert "worse than no effect, but inside the margin of 2 percentage points" in said


def test_worse_than_no_effect_and_perhaps_beyond_the_margin_is_said() -> None:
    said = say(finding(GUARDRAIL, Effect(-0.02, -0.03, -0.01)))
    assert (
        "worse than no effect, and whether by more than the margin of 2 percentage points is unclear" in said
    )


def test_harm_on_a_guardrail_says_that_it_is_worse_than_the_plan_allows() -> None:
    said = say(finding(TIME, Effect(7.9, 5.8, 10.0), value=(39.3, 31.4)))
    assert "‘Handling time’ rose by 7.9 seconds (95 % interval 5.8 to 10.0), harm" in said
    assert "worse than the plan allows (a margin of 4 seconds)" in said


def test_equivalence_speaks_of_the_margin() -> None:
    said = say(finding(replace(SHARE, margin=0.05), Effect(0.0, -0.01, 0.012)))
    assert said.startswith("Any difference in ‘Entered the site’ with ‘You can be traced’ is smaller than")


def test_a_ratio_is_told_as_a_change_in_per_cent_and_names_the_ratio_of_its_interval() -> None:
    said = say(finding(COUNT, Effect(0.902, 0.851, 0.957), value=(1.42, 1.58)))
    assert "‘Repeat searches’ fell by 9.8 % (rate ratio 0.902, 95 % interval 0.851 to 0.957)" in said
    assert "Observed on average: 1.42 (n = 200) against 1.58 (n = 200)" in said
    assert "percentage points" not in said


def test_percentage_points_are_never_called_per_cent() -> None:
    said = say(finding(SHARE, Effect(-0.1, -0.183, -0.0141)))
    assert "10.0 %" not in said


def test_masked_arms_are_left_out_and_that_is_said() -> None:
    said = say(finding(SHARE, Effect(-0.1, -0.18, -0.01), events=(4, 60)))
    assert "figures are not shown" in said
    assert "2.0 %" not in said
    assert "2.00 % of 200" in say(finding(SHARE, Effect(-0.1, -0.18, -0.01), events=(4, 60)), masked=False)


def test_an_adjusted_p_value_that_decided_is_said() -> None:
    made = finding(SHARE, Effect(-0.1, -0.18, -0.01, p_value=0.03))
    made = replace(made, verdict="inconclusive", p_adjusted=0.0612, adjusted_by="holm")
    said = say(made)
    assert "It is unclear" in said
    assert "adjusted for the plan’s several questions (Holm) p = 0.061" in said


def test_an_adjusted_p_value_that_decided_nothing_is_not_said() -> None:
    made = replace(finding(SHARE, Effect(0.0, -0.1, 0.1)), p_adjusted=0.9, adjusted_by="holm")
    assert "adjusted for" not in say(made)


def test_figures_before_adjustment_are_named_so() -> None:
    made = finding(SCORE, Effect(-2.8, -5.3, -0.4), value=(26.1, 28.4), estimator="ancova")
    said = say(made, covariates=("baseline",))
    assert "Observed on average, before adjustment: 26.1 points (n = 200) against 28.4 points" in said
    assert "before adjustment" not in say(made)


def test_figures_that_the_effect_lies_between_are_not_called_unadjusted() -> None:
    plain = finding(SHARE, Effect(-0.1, -0.18, -0.01))  # 40 of 200 against 60 of 200
    assert "before adjustment" not in say(plain, covariates=("baseline",))
    ratio = finding(COUNT, Effect(0.8, 0.7, 0.9), value=(1.2, 1.5))
    assert "before adjustment" not in say(ratio, covariates=("baseline",))


def test_an_average_over_clusters_says_that_its_arms_are_not_weighted_so() -> None:
    made = released(finding(SCORE, Effect(-2.8, -5.3, -0.4), value=(26.1, 28.4)), INTERNAL)
    by_cluster = replace(plan(), estimand="cluster-average")
    said = words.finding_sentence(made, plan=by_cluster, labels=LABELS)
    assert "Observed on average, not weighted by cluster: 26.1 points" in said.replace(
        words.figures.SPACE, " "
    )


PERCENT_OF_ANSWERS = Outcome("upheld", "Decisions upheld", "mean", "guardrail", "higher", 0.04, unit="share")


def test_a_share_is_told_as_per_cent_and_its_difference_in_percentage_points() -> None:
    made = finding(PERCENT_OF_ANSWERS, Effect(-0.0078, -0.028, 0.0123), value=(0.929, 0.935))
    said = say(made)
    assert "inside its margin of 4 percentage points" in said
    assert "2.80 percentage points lower to 1.23 percentage points higher" in said
    assert "92.9 % (n = 200) against 93.5 % (n = 200)" in said
    text = words.effect_text(made.effect, scale=PERCENT_OF_ANSWERS.scale, outcome=PERCENT_OF_ANSWERS)
    assert text == "−0.78 (−2.80 to 1.23) percentage points"


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        ([], "The main question could not be answered; the pilot’s page says why."),
        (["benefit", "benefit"], "Yes."),
        (["benefit", "inconclusive"], "In part."),
        (["benefit", "harm"], "In part, and in part it did harm."),
        (["harm", "inconclusive"], "No: it did harm."),
        (["equivalent"], "No: any difference is too small to matter."),
        (["inconclusive", "equivalent"], "Unclear."),
        (["non_inferior"], "No clear gain; no relevant loss either."),
    ],
)
def test_whether_it_worked_is_answered_first_in_plain_words(verdicts: list[str], answer: str) -> None:
    assert words.worked_text(verdicts, randomised=True, failed=False) == answer


def test_without_chance_deciding_no_pilot_is_said_to_have_worked() -> None:
    assert words.worked_text(["benefit"], randomised=False, failed=False).startswith("Not certain")


def test_a_failed_check_leaves_open_whether_it_worked() -> None:
    assert words.worked_text(["benefit"], randomised=True, failed=True) == "Not known: a check failed."


def test_harm_anywhere_is_harm_and_an_unclear_guardrail_is_not_a_no() -> None:
    assert words.harmed_text(["non_inferior"], elsewhere=True, declared=True) == "Yes."
    assert words.harmed_text(["harm", "benefit"], elsewhere=False, declared=True) == "Yes."
    assert words.harmed_text(["benefit", "inconclusive"], elsewhere=False, declared=True) == "Unclear."
    assert words.harmed_text([], elsewhere=False, declared=False).startswith("No guardrail was declared")
    assert "declared" not in words.harmed_text([], elsewhere=False, declared=True)


def test_a_failed_check_outweighs_those_that_passed() -> None:
    assert words.trusted_text(["pass", "fail", "warn"]) == "Not before the failed check is cleared up."
    assert words.trusted_text(["pass"]) == "No check found a problem."
    assert words.trusted_text([]) == "No check applied."


def test_a_masked_number_of_people_is_said_to_be_so() -> None:
    said = words.took_part_text(None, unit="visitor", arms=2)
    assert said == "Visitors, too few in one arm to say how many, in 2 arms."


def test_the_level_of_the_interval_is_named() -> None:
    assert "97.5 % interval" in say(finding(SHARE, Effect(-0.1, -0.18, -0.01, level=0.975)))


def test_an_open_end_is_said() -> None:
    said = say(finding(SHARE, Effect(-0.1, None, 0.05)))
    assert "anything up to 5 percentage points higher" in said.replace("5.0", "5")


def test_a_headline_claims_no_effect_that_the_interval_does_not_show() -> None:
    unclear = released(finding(SHARE, Effect(0.02, -0.03, 0.07)), INTERNAL)
    assert words.headline(unclear, plan=plan(), labels=LABELS).startswith("It is unclear whether")
    inside = released(finding(TIME, Effect(0.6, -1.2, 2.4), value=(32.0, 31.4)), INTERNAL)
    assert words.headline(inside, plan=plan(), labels=LABELS) == (
        "‘You can be traced’ kept ‘Handling time’ inside its margin of 4 seconds"
    )


@pytest.mark.parametrize("name", ["honeypot", "blurring", "peer-support"])
def test_no_sentence_shows_a_figure_as_zero_or_a_programming_word(name: str) -> None:
    release = example_release(name)
    labels = {arm.name: arm.label for arm in release.study.arms}
    for shown in release.default_findings():
        said = words.finding_sentence(shown, plan=release.plan, labels=labels)
        for bad in ("0.000", "nan", "None", "inf", "_", "{", "  ", "..", " ,"):
            assert bad not in said
        assert said.endswith(".")
        assert words.level_text(shown.effect.level) in said


def test_every_verdict_and_check_has_a_word_and_a_shape_of_its_own() -> None:
    for marks in (words.VERDICTS, words.CHECKS, words.STATES):
        assert len({mark.shape for mark in marks.values()}) == len(marks)
        assert len({mark.word for mark in marks.values()}) == len(marks)


@pytest.mark.parametrize(
    ("effect", "text"),
    [
        (Effect(2.6378, 1.4187, 4.9043), "2.64 (1.42 to 4.90)"),
        (Effect(12.31, 1.052, 140.2), "12.3 (1.05 to 140)"),
        (Effect(0.9021, 0.8511, 0.9574), "0.902 (0.851 to 0.957)"),
    ],
)
def test_ratios_never_lose_the_digits_that_tell_them_from_one(effect: Effect, text: str) -> None:
    ratio = COUNT.scale
    assert words.effect_text(effect, scale=ratio, outcome=COUNT) == text


def test_a_share_of_pairs_is_said_of_the_side_on_which_it_lies_and_its_margin_in_percentage_points() -> None:
    mood = Outcome("mood", "Mood", "ordinal", better="higher", margin=0.05)
    lower = say(finding(mood, Effect(0.294, 0.188, 0.399), value=(1.5, 2.2)))
    assert lower == (
        "With ‘You can be traced’, ‘Mood’ fell: in 70.6 % of pairs the one with it is lower (95 % interval 60.1 to "
        "81.2, no effect 50 %), harm. Observed on average: 1.50 (n = 200) against 2.20 (n = 200) with ‘No warning’."
    )
    unclear = say(finding(mood, Effect(0.51, 0.47, 0.56), value=(2.2, 2.2)))
    assert "from lower in 53.0 % of pairs to higher in 56.0 % of pairs" in unclear
    assert "margin of 5 percentage points" in unclear


def test_on_a_scale_that_reverses_the_sentence_is_about_the_event_and_not_the_time() -> None:
    back = Outcome("back", "Days until return", "time_to_event", better="higher", unit="days")
    made = finding(back.on("hazard_ratio"), Effect(0.5, 0.4, 0.62), value=(20.0, 15.0))
    assert made.verdict == "benefit"
    assert say(made).startswith(
        "With ‘You can be traced’, how fast the event of ‘Days until return’ comes fell by 50.0 % (hazard ratio "
    )

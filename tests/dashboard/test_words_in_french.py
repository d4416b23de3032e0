"""French: the same figures as in English, no English left over, and causal words for randomised designs only."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from analysis.disclosure import release, released
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding, Subgroup
from analysis.layout import LAYOUTS
from analysis.outcome import Outcome, kinds
from analysis.plan import Plan
from analysis.policy import INTERNAL, UNMASKED, Count
from analysis.verdict import judge
from dashboard import telling, words
from dashboard.chart import View, available
from dashboard.language import speaking
from dashboard.spoken import released_for
from dashboard.words.figures import declared, size_text
from dashboard.words.forms import SPACE, day_text, month_text, short_day
from experiments.store import Store
from tests.over_time import interrupted, rolled_out, split
from tests.support import EXAMPLES, example_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.disclosure import Release

THIN = "\N{NARROW NO-BREAK SPACE}"
LABELS = {"warned": "Avertissement", "control": "Aucun message"}
CONTRAST = Contrast("warned", "control")
OUTCOMES = (
    Outcome("entered", "Visites du site", "proportion", better="lower"),
    Outcome("accuracy", "Décisions confirmées", "proportion", "guardrail", "higher", 0.02),
    Outcome("either", "Retours", "proportion", better="lower", margin=0.05),
    Outcome("burnout", "Épuisement", "score", better="lower", unit="points"),
    Outcome("handling", "Temps de traitement", "mean", "guardrail", "lower", 4.0, unit="secondes"),
    Outcome("searches", "Recherches", "count", better="lower", margin=1.25),
    Outcome("level", "Gravité", "ordinal", better="lower", margin=0.1),
    Outcome("left", "Départ", "time_to_event", better="lower"),
)
SERIES = Outcome("share", "Recherches signalées", "series", better="lower", unit="share")
ENDS = (
    (-0.1, -0.183, -0.0141),
    (0.1, 0.0141, 0.183),
    (0.0061, -0.0212, 0.0634),
    (-0.01, -0.015, -0.005),
    (0.0, -0.01, 0.012),
    (0.003, -0.03, None),
    (0.003, None, 0.03),
    (0.003, None, None),
    (1234.5, 1000.25, 1500.75),
)
ENGLISH = re.compile(
    r"\b(the|of|and|is|with|by|was|were|interval|to|not|whether|than|from|are|higher|lower|rose|fell|being|against"
    r"|observed|harm|benefit|unclear|data|after|before|each|people|arms|in brackets|ratio of|difference in)\b",
    re.IGNORECASE,
)
CAUSAL = ("a fait", "a maintenu", "a modifié")
MADE: dict[str, Callable[[], Release]] = {
    **{name: lambda name=name: example_release(name) for name in EXAMPLES},
    "interrupted": lambda: release(interrupted()),
    "rolled out": lambda: release(rolled_out()),
    "split": lambda: release(split()),
}


def figures(text: str, *, french: bool) -> list[str]:
    """Every number of a text in plain digits, in order of size, so that word order does not matter."""
    pattern = (
        rf"−?\d{{1,3}}(?:{THIN}\d{{3}})+(?:,\d+)?|−?\d+(?:,\d+)?"
        if french
        else (r"−?\d{1,3}(?:,\d{3})+(?:\.\d+)?|−?\d+(?:\.\d+)?")
    )
    found = re.findall(pattern, text)
    plain = [n.replace(THIN, "").replace(",", ".") if french else n.replace(",", "") for n in found]
    return sorted(plain)


def effect(outcome: Outcome, ends: tuple[float, float | None, float | None]) -> Effect:
    """An effect as far from no effect as `ends` are from 0; a ratio stays above 0."""
    null = outcome.scale.null
    estimate, low, high = (None if end is None else null + end for end in ends)
    return Effect(estimate if estimate is not None else null, low, high, p_value=0.0123)


def finding(outcome: Outcome, of: Effect, *, value: tuple[float, float] = (0.2, 0.3)) -> Finding:
    arms = tuple(
        ArmFigures(arm, 1200, 0, {"value": value[i]}, (1200,)) for i, arm in enumerate(("warned", "control"))
    )
    estimate = Estimate(
        {outcome.scale.name: of}, parameters={"sites": 5.0, "prediction_low": 0.1, "prediction_high": 0.3}
    )
    return Finding(outcome, CONTRAST, "any", True, estimate, arms, judge(outcome, of))


def told(made: Finding, plan: Plan, *, spoken: str) -> str:
    with speaking(spoken):
        return words.finding_sentence(released(made, UNMASKED), plan=plan, labels=LABELS)


def cases() -> list[tuple[Finding, Plan]]:
    """Every kind of outcome and interval in every design, randomised or not, adjusted, descriptive or split."""
    found = []
    for layout in LAYOUTS:
        series = not LAYOUTS[layout].people
        for outcome in (SERIES,) if series else OUTCOMES:
            for ends in ENDS:
                for randomised in (True, False):
                    made = finding(outcome, effect(outcome, ends))
                    plan = Plan((), (CONTRAST,), layout, randomised=randomised, covariates=("age",))
                    found.append((made, plan))
                    found.append((replace(made, p_adjusted=0.2, adjusted_by="holm"), plan))
                    few = replace(made.estimate, descriptive=True)
                    found.append((replace(made, estimate=few), plan))
        first = finding(OUTCOMES[0], effect(OUTCOMES[0], ENDS[0]))
        found.append((replace(first, subgroup=Subgroup("pays", "fr")), Plan((), (CONTRAST,), layout)))
    return found


CASES = cases()


def test_the_cases_hold_every_verdict_and_every_layout() -> None:
    assert {made.verdict for made, _ in CASES} == set(words.VERDICTS)
    assert {plan.layout for _, plan in CASES} == set(LAYOUTS)
    assert {made.outcome.kind for made, _ in CASES} <= set(kinds())


def test_a_french_sentence_has_the_figures_of_the_english_one() -> None:
    for made, plan in CASES:
        english, french = (told(made, plan, spoken=spoken) for spoken in ("en", "fr"))
        assert figures(english, french=False) == figures(french, french=True), f"{english}\n{french}"


def test_a_french_sentence_holds_no_english_and_no_empty_place() -> None:
    for made, plan in CASES:
        french = told(made, plan, spoken="fr")
        assert not ENGLISH.findall(french), french
        assert "{" not in french
        assert "None" not in french


def test_only_randomised_designs_have_causal_words_in_french() -> None:
    for made, plan in CASES:
        french = told(made, plan, spoken="fr")
        if not plan.randomised:
            assert not any(word in french for word in CAUSAL), french
    clear = finding(OUTCOMES[0], effect(OUTCOMES[0], ENDS[0]))
    drawn, watched = (
        told(clear, Plan((), (CONTRAST,), "parallel", randomised=lots), spoken="fr") for lots in (True, False)
    )
    assert "a fait baisser" in drawn
    assert "est associé à une valeur plus basse" in watched


def test_a_french_sentence_reads_as_french() -> None:
    made = finding(OUTCOMES[0], effect(OUTCOMES[0], ENDS[0]))
    said = told(made, Plan((), (CONTRAST,), "parallel"), spoken="fr").replace(SPACE, " ").replace(THIN, " ")
    assert said == (
        "« Avertissement » a fait baisser « Visites du site » de 10,0 points de pourcentage (intervalle à 95 % : "
        "1,4 à 18,3) : bénéfice. Valeurs observées : 20,0 % (n = 1 200) contre 30,0 % (n = 1 200) avec "
        "« Aucun message »."
    )


@pytest.mark.parametrize("name", sorted(MADE))
def test_everything_said_of_a_release_has_the_same_figures_in_both_languages(name: str) -> None:
    shown = MADE[name]()
    for english, french in pairs(shown, shown):
        assert figures(english, french=False) == figures(french, french=True), f"{english}\n{french}"
        assert english != french or not figures(english, french=False), english


@pytest.mark.parametrize("study", ["honeypot-warnings-2022", "moderator-blur-sim"])
def test_a_pilot_translated_by_its_study_file_is_told_in_french_alone(study: str, demo_store: Path) -> None:
    english_one, french_one = (
        released_for(Store(demo_store), study, policy="internal", spoken=spoken) for spoken in ("en", "fr")
    )
    for english, french in pairs(english_one, french_one):
        assert figures(english, french=False) == figures(french, french=True), f"{english}\n{french}"
        assert not ENGLISH.findall(re.sub(r"\S+-\S+", "", french)), french


def pairs(english: Release, french: Release) -> list[tuple[str, str]]:
    """All that is said of a release, in English and in French."""
    with speaking("fr"):
        said = everything(french)
    return list(zip(everything(english), said, strict=True))


def test_the_table_beside_a_chart_holds_the_same_numbers_in_both_languages() -> None:
    shown = example_release("blurring")
    for chart in available(shown):
        with speaking("fr"):
            french = chart.table(shown)
        for one, other in zip(chart.table(shown), french, strict=True):
            assert list(one) == list(other)
            assert [v for v in one.values() if isinstance(v, float)] == [
                v for v in other.values() if isinstance(v, float)
            ]


def everything(shown: Release) -> list[str]:
    """What is said of a release: its findings, who took part, and every chart's words and table."""
    said = [telling.took_part(shown)] if shown.flow else []
    for found in shown.findings:
        said += [telling.sentence(shown, found), telling.opening(shown, found), telling.other_scales(found)]
        said += telling.story(shown, found)
    for chart in available(shown):
        view = View(shown)
        said += [chart.headline(view), chart.subtitle(view), chart.describe(shown)]
    return said


def test_numbers_take_their_french_form() -> None:
    with speaking("fr"):
        assert words.number(1234567.0) == f"1{THIN}234{THIN}567"
        assert words.number(-8.251, decimals=1) == "−8,3"
        assert words.percent(0.494) == f"49,4{SPACE}%"
        assert words.level_text(0.975) == f"97,5{SPACE}%"
        assert [words.p_text(p) for p in (0.0123, 0.00004, 0.999)] == ["p = 0,012", "p < 0,001", "p > 0,99"]


def test_french_leaves_the_plural_off_below_two() -> None:
    with speaking("fr"):
        unit = "points de pourcentage"
        assert size_text(1.99, unit=unit, decimals=2) == "1,99 point de pourcentage"
        assert size_text(-22.38, unit=unit, decimals=1) == f"22,4 {unit}"
        assert declared(2.0, unit=unit) == f"2 {unit}"
        assert declared(1.5, unit="secondes") == "1,5 seconde"


def test_days_take_their_french_form() -> None:
    with speaking("fr"):
        assert day_text("2026-05-03T10:00:00+00:00") == f"3{SPACE}mai{SPACE}2026"
        assert day_text("2026-08-01") == f"1er{SPACE}août{SPACE}2026"
        assert month_text("2026-10-05") == f"oct.{SPACE}2026"
        assert short_day("2026-02-28") == f"28{SPACE}févr."


def test_a_masked_and_a_rounded_count_are_said_in_french() -> None:
    rounded = replace(INTERNAL, rounding="midpoint-10")
    with speaking("fr"):
        assert words.count_text(Count.shown(7, INTERNAL)) == "< 10"
        assert words.count_text(Count.shown(1240, rounded)) == f"environ 1{THIN}235"
        assert words.count_text(Count.masked()) == "masqué"

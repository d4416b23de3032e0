"""Small, realistic evaluations for tests of pages, charts and exports: three studies with known figures."""

from __future__ import annotations

from analysis.about import (
    ArmLabel,
    Conduct,
    DataFacts,
    FlowStep,
    Provenance,
    Registration,
    StudyFacts,
)
from analysis.check import CheckResult
from analysis.disclosure import Release, release
from analysis.evaluation import Evaluation
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding, NotEstimable, Verdict
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.policy import INTERNAL, Policy

PROVENANCE = Provenance(
    "0.1.0", "3.11.7", {"numpy": "2.4.6", "statsmodels": "0.15.0"}, 20_260_101, "2026-10-05T09:30:00+00:00"
)
REGISTRATION = Registration("3f9a1c07de5b8a44" * 4, "2026-09-01T08:00:00+00:00")


def example_release(name: str = "honeypot", *, policy: Policy = INTERNAL) -> Release:
    """The release of one of the example evaluations: `honeypot`, `blurring` or `peer-support`."""
    return release(EXAMPLES[name](), policy)


def honeypot() -> Evaluation:
    """Two warnings against none: 40 of 81 and 52 of 99 stayed away, against 27 of 100 (Prichard et al. 2022,
    doi 10.1177/10790632211013809; counts reconstructed, odds ratios 2.64 and 2.99 as printed there)."""
    stayed = Outcome(
        "stayed_away",
        "Stayed away from the site",
        "proportion",
        "primary",
        "higher",
        measure="share of visitors who did not try to enter the site after the warning was due",
    )
    control = ("control", 100, 27)
    traced = _shares(
        stayed,
        ("ip-trace", 81, 40),
        control,
        rd=Effect(0.223827, 0.081931, 0.355637, p_value=0.0019),
        rr=Effect(1.828990, 1.245, 2.687),
        odds=Effect(2.637784, 1.4187, 4.9043),
        adjusted=0.0019,
    )
    illegal = _shares(
        stayed,
        ("illegality", 99, 52),
        control,
        rd=Effect(0.255253, 0.119599, 0.378176, p_value=0.00023),
        rr=Effect(1.945380, 1.345, 2.813),
        odds=Effect(2.991331, 1.6548, 5.4073),
        adjusted=0.00046,
    )
    sensitivity = Finding(
        stayed,
        traced.contrast,
        "fisher_exact",
        False,
        Estimate({"risk_difference": Effect(0.223827, 0.0783, 0.3598, p_value=0.0031)}),
        traced.arms,
        "benefit",
    )
    arms = (
        ArmLabel("control", "No warning", True, 0.36),
        ArmLabel("ip-trace", "Police can trace your address", False, 0.29),
        ArmLabel("illegality", "What you look for may be illegal", False, 0.35),
    )
    counts = {"control": 100, "ip-trace": 81, "illegality": 99}
    return Evaluation(
        plan=_plan((stayed,), ("ip-trace", "illegality")),
        conduct=_conduct(counts),
        checks=_checks(counts),
        findings=(traced, sensitivity, illegal),
        not_estimable=(),
        data=DataFacts("9c1d44aa0b7e21f3" * 4, events=441, units=280),
        provenance=PROVENANCE,
        study=StudyFacts(
            "honeypot-2022",
            "Do warnings keep people out of a honeypot site?",
            "deterrence",
            "university-of-tasmania",
            "individual",
            arms,
            question="Do warnings keep people out of a site that offers “barely legal” material?",
            limits=("Who came back later through another door was not seen.",),
            source="Prichard et al. 2022, Sexual Abuse 34(1), doi 10.1177/10790632211013809",
            data_are="reconstructed",
            unit_name="visitor",
        ),
        registration=REGISTRATION,
    )


def blurring() -> Evaluation:
    """Three arms, five outcomes on four scales, a guardrail that is not cleared and one refusal; invented."""
    outcomes = (
        Outcome("distress", "Distress after the shift", "score", "primary", "lower", None, {},
                "STSS total score at the end of week 4", "points (17–85)"),
        Outcome("searched_help", "Asked for support", "proportion", "secondary", "higher", None, {},
                "share of moderators who opened the support page within 28 days"),
        Outcome("sick_days", "Sick days", "count", "secondary", "lower", 0.25, {},
                "days of sick leave in the 28 days after the start"),
        Outcome("accuracy", "Decisions upheld in audit", "proportion", "guardrail", "higher", 0.02, {},
                "share of audited decisions that were upheld"),
        Outcome("handling", "Handling time", "mean", "guardrail", "lower", 4.0, {},
                "mean seconds from opening an item to the decision", "seconds"),
    )  # fmt: skip
    n = {"control": 148, "grey": 151, "blur": 146}
    rows: tuple[tuple[str, str, Effect, Verdict, float | None], ...] = (
        ("distress", "grey", Effect(-2.84, -5.31, -0.37, se=1.26, df=297, p_value=0.0244), "benefit", 0.0244),
        ("distress", "blur", Effect(-4.62, -7.05, -2.19, se=1.24, df=292, p_value=0.0002), "benefit", 0.0004),
        ("searched_help", "grey", Effect(0.0131, -0.0441, 0.0711, p_value=0.66), "inconclusive", 1.0),
        ("searched_help", "blur", Effect(0.0382, -0.0236, 0.1012, p_value=0.23), "inconclusive", 0.69),
        ("sick_days", "grey", Effect(0.94, 0.71, 1.24, p_value=0.66), "non_inferior", 1.0),
        ("sick_days", "blur", Effect(0.81, 0.6, 1.09, p_value=0.16), "non_inferior", 0.64),
        ("accuracy", "grey", Effect(-0.0041, -0.0147, 0.0065, p_value=0.45), "non_inferior", None),
        ("accuracy", "blur", Effect(-0.0188, -0.0311, -0.0069, p_value=0.002), "inconclusive", None),
        ("handling", "grey", Effect(0.6, -1.2, 2.4, p_value=0.51), "non_inferior", None),
        ("handling", "blur", Effect(7.9, 5.8, 10.0, p_value=1e-9), "harm", None),
    )
    figures = {
        "distress": {"control": _mean(41.2, 11.0), "grey": _mean(38.4, 10.8), "blur": _mean(36.6, 10.2)},
        "searched_help": {"control": _share(9, 148), "grey": _share(11, 151), "blur": _share(14, 146)},
        "sick_days": {"control": _share(118, 148), "grey": _share(113, 151), "blur": _share(94, 146)},
        "accuracy": {"control": _share(137, 148), "grey": _share(139, 151), "blur": _share(132, 146)},
        "handling": {"control": _mean(31.4, 8.1), "grey": _mean(32.0, 8.0), "blur": _mean(39.3, 9.9)},
    }
    by_name = {o.name: o for o in outcomes}
    findings = tuple(
        Finding(
            by_name[outcome],
            Contrast(arm, "control"),
            "ancova" if by_name[outcome].kind in ("mean", "score") else "score_interval",
            True,
            Estimate({_scale(by_name[outcome]): effect}),
            tuple(_arm(by_name[outcome], a, n[a], figures[outcome][a]) for a in ("control", arm)),
            verdict,
            adjusted,
            "holm" if adjusted is not None else None,
        )
        for outcome, arm, effect, verdict, adjusted in rows
    )
    return Evaluation(
        plan=_plan(outcomes, ("grey", "blur")),
        conduct=_conduct(n, in_log={arm: units + 6 for arm, units in n.items()}),
        checks=_checks(n),
        findings=findings,
        not_estimable=(
            NotEstimable(
                "sick_days",
                Contrast("blur", "control"),
                "quasi_poisson",
                "Too few events to estimate a dispersion.",
                "Use the negative binomial model.",
            ),
        ),
        data=DataFacts(
            "b7770e2d91c4aa10" * 4,
            51_204,
            445,
            "2026-03-02T00:00:00+00:00",
            "2026-03-30T00:00:00+00:00",
            12,
            3,
        ),
        provenance=PROVENANCE,
        study=StudyFacts(
            "image-style-2026",
            "Do grey or blurred previews protect moderators?",
            "moderator-wellness",
            "platform-c",
            "individual",
            (
                ArmLabel("control", "Original images", True, 1),
                ArmLabel("grey", "Greyscale", False, 1),
                ArmLabel("blur", "Blurred until clicked", False, 1),
            ),
            "2026-03-02",
            "2026-03-30",
            source="Simulated by Watchkeeper with a known truth",
            data_are="simulated",
            unit_name="moderator",
        ),
        registration=REGISTRATION,
    )


def peer_support() -> Evaluation:
    """Twelve teams, two arms, a small cell that must be masked; invented."""
    outcomes = (
        Outcome("burnout", "Burnout at three months", "score", "primary", "lower", None, {},
                "Copenhagen Burnout Inventory, work subscale, at three months", "points (0–100)"),
        Outcome("resigned", "Resigned within three months", "proportion", "safety", "lower", None, {},
                "share of moderators who resigned within three months"),
        Outcome("throughput", "Items decided an hour", "mean", "guardrail", "higher", 5.0, {},
                "mean items decided an hour", "items an hour"),
    )  # fmt: skip
    n = {"control": 131, "peer": 127}
    effects: tuple[tuple[Effect, Verdict, dict[str, dict[str, float]]], ...] = (
        (
            Effect(-3.1, -9.4, 3.2, se=2.83, df=9.8, p_value=0.3),
            "inconclusive",
            {"control": _mean(48.3, 19.8), "peer": _mean(45.0, 20.4)},
        ),
        (
            Effect(-0.0144, -0.071, 0.0421, se=0.025, df=9.4, p_value=0.58),
            "inconclusive",
            {"control": _share(9, 131), "peer": _share(7, 127)},
        ),
        (
            Effect(-1.4, -3.9, 1.1, se=1.1, df=9.9, p_value=0.23),
            "non_inferior",
            {"control": _mean(71.0, 12.0), "peer": _mean(69.6, 12.6)},
        ),
    )
    findings = tuple(
        Finding(
            outcome,
            Contrast("peer", "control"),
            "cr2",
            True,
            Estimate({_scale(outcome): effect}, clusters={"control": 6, "treatment": 6}, icc=0.06),
            tuple(_arm(outcome, arm, n[arm], figures[arm]) for arm in ("control", "peer")),
            verdict,
        )
        for outcome, (effect, verdict, figures) in zip(outcomes, effects, strict=True)
    )
    return Evaluation(
        plan=_plan(outcomes, ("peer",), layout="clustered"),
        conduct=_conduct(n, in_log={"control": 136, "peer": 138}),
        checks=(
            *_checks(n),
            CheckResult(
                "contamination",
                "warn",
                "{units} moderators have events under the other arm.",
                {"units": 4},
            ),
        ),
        findings=findings,
        not_estimable=(),
        data=DataFacts(
            "5e5e0a11c3b2d490" * 4, 9_840, 258, "2026-01-05T00:00:00+00:00", "2026-04-05T00:00:00+00:00"
        ),
        provenance=PROVENANCE,
        study=StudyFacts(
            "peer-support-2026",
            "Does peer support in teams lower burnout?",
            "moderator-wellness",
            "platform-b",
            "cluster",
            (ArmLabel("control", "Usual support", True, 1), ArmLabel("peer", "Peer support", False, 1)),
            "2026-01-05",
            "2026-04-05",
            source="Simulated by Watchkeeper with a known truth",
            data_are="simulated",
            unit_name="moderator",
            cluster_name="team",
        ),
        registration=REGISTRATION,
    )


EXAMPLES = {"honeypot": honeypot, "blurring": blurring, "peer-support": peer_support}


def _scale(outcome: Outcome) -> str:
    return {"proportion": "risk_difference", "count": "rate_ratio"}.get(outcome.kind, "mean_difference")


def _plan(outcomes: tuple[Outcome, ...], arms: tuple[str, ...], *, layout: str = "parallel") -> Plan:
    return Plan(outcomes, tuple(Contrast(arm, "control") for arm in arms), layout)


def _mean(mean: float, sd: float) -> dict[str, float]:
    return {"mean": mean, "sd": sd, "value": mean}


def _share(events: int, n: int) -> dict[str, float]:
    return {"events": events, "value": events / n}


def _arm(outcome: Outcome, arm: str, n: int, figures: dict[str, float]) -> ArmFigures:
    events = int(figures.get("events", 0))
    cells = (n, events, n - events) if outcome.kind == "proportion" else (n,)
    return ArmFigures(arm, n, 0, figures, cells)


def _shares(
    outcome: Outcome,
    treated: tuple[str, int, int],
    control: tuple[str, int, int],
    *,
    rd: Effect,
    rr: Effect,
    odds: Effect,
    adjusted: float,
) -> Finding:
    arms = tuple(
        _arm(outcome, arm, n, {"events": events, "value": events / n})
        for arm, n, events in (control, treated)
    )
    return Finding(
        outcome,
        Contrast(treated[0], control[0]),
        "score_interval",
        True,
        Estimate({"risk_difference": rd, "risk_ratio": rr, "odds_ratio": odds}),
        arms,
        "benefit",
        adjusted,
        "holm",
    )


def _conduct(counts: dict[str, int], *, in_log: dict[str, int] | None = None) -> Conduct:
    return Conduct(
        assigned=counts,
        shares=dict.fromkeys(counts, 1.0),
        days=28,
        flow=(
            FlowStep("in_log", in_log or counts),
            FlowStep("assigned", in_log or counts),
            FlowStep("analysed", counts),
        ),
    )


def _checks(counts: dict[str, int]) -> tuple[CheckResult, ...]:
    return (
        CheckResult(
            "sample_ratio",
            "pass",
            "{units} units were allocated as declared (p = {p}).",
            {"units": sum(counts.values())},
            {"p": "0.31"},
            p_value=0.31,
        ),
        CheckResult("attrition", "pass", "Nobody's outcome is missing.", {}, {}),
    )

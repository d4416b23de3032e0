"""When figures by arm are closed, and that a closed release holds none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from analysis.about import FlowStep
from analysis.check import CheckResult, checks
from analysis.disclosure import release
from analysis.finding import Contrast
from analysis.policy import INTERNAL, PUBLIC, Policy
from analysis.release.closing import why_closed
from analysis.supplement import Supplied
from tests.support import EXAMPLES

if TYPE_CHECKING:
    from analysis.evaluation import Evaluation


def running(
    *, looks: tuple[float, ...] = (), look: dict[str, float] | None = None, **facts: Any
) -> Evaluation:
    """The peer support example as a study that still runs; `look` is what a planned look says of its place."""
    found = EXAMPLES["blurring"]()
    study, plan = found.study, found.plan
    supplied = Supplied(
        "monitoring", plan.outcomes[0].name, plan.contrasts[0], says="{treatment}", parameters=look or {}
    )
    return replace(
        found,
        study=replace(study, **{"end": "2027-01-31", "data_are": "observed", **facts}) if study else None,
        plan=replace(plan, looks=looks),
        conduct=replace(found.conduct, ended=False),
        supplied=(supplied,) if look is not None else (),
    )


@pytest.mark.parametrize(
    ("looks", "look", "facts", "closed"),
    [
        ((), None, {}, True),
        ((), None, {"end": None}, False),
        ((), None, {"data_are": "simulated"}, True),
        ((), None, {"data_are": "reconstructed"}, False),
        ((), None, {"data_are": "approximate"}, False),
        ((0.5, 1.0), {"look": 0.0, "looks": 2.0, "information": 0.3}, {}, True),
        ((0.5, 1.0), {"look": 1.0, "looks": 2.0, "information": 0.5}, {}, False),
        ((0.5, 1.0), {"look": 0.0, "looks": 2.0, "information": 0.7}, {}, True),
        ((0.5, 1.0), {"look": 2.0, "looks": 2.0, "information": 1.0}, {}, False),
        ((0.5, 1.0), {"look": 1.0, "looks": 2.0}, {}, True),
        ((0.5, 1.0), None, {}, True),
        ((0.5, 1.0), None, {"end": None}, True),
    ],
)
def test_a_running_study_is_open_at_its_looks_and_after_its_end_alone(
    looks: tuple[float, ...], look: dict[str, float] | None, facts: dict[str, Any], closed: bool
) -> None:
    found = running(looks=looks, look=look, **facts)
    assert bool(why_closed(found)) is closed
    assert release(found).closed is closed
    assert not why_closed(replace(found, conduct=replace(found.conduct, ended=True)))


def test_one_comparison_that_is_at_no_look_closes_the_study() -> None:
    found = running(looks=(0.5, 1.0), look={"look": 1.0, "looks": 2.0, "information": 0.5})
    other = replace(
        found.supplied[0], contrast=Contrast("grey", "control"), parameters={"look": 0.0, "information": 0.4}
    )
    assert not why_closed(found)
    assert why_closed(replace(found, supplied=(*found.supplied, other)))


@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC])
def test_a_closed_release_holds_no_finding_no_arm_and_no_sentence_of_a_check_by_arm(policy: Policy) -> None:
    by_arm = CheckResult(
        "sample_ratio", "fail", "{a} {n}", {"n": 317}, {"p": "p = 0.0317"}, 31.7, 0.0317, None, {"a": "grey"}
    )
    together = CheckResult("log_gaps", "warn", "No event on {days} days.", {}, {"days": "17"})
    found = replace(running(), checks=(by_arm, together))
    seen, whole = release(found, policy), release(found, policy, steward=True)
    assert whole.findings
    assert not whole.closed
    assert seen.findings == ()
    assert seen.supplied == ()
    assert all(step.by_arm == {} for step in seen.flow)
    assert [step.total.value for step in seen.flow] == [step.total for step in found.conduct.flow]
    assert {refused.outcome for refused in seen.not_estimable} == {o.name for o in found.plan.outcomes}
    assert seen.withheld[0].startswith("This study still runs")
    assert [check.verdict for check in seen.checks] == ["fail", "warn"]
    assert seen.checks[1].says == "No event on 17 days."
    assert "317" not in repr(seen.checks)
    assert "grey" not in repr(seen.checks)


def test_a_total_over_arms_that_overlap_is_not_their_sum() -> None:
    step = FlowStep("assigned", {"control": 40, "grey": 40}, units=41)
    found = running()
    found = replace(found, conduct=replace(found.conduct, flow=(step,)))
    assert release(found).flow[0].total.value == 41


def test_checks_whose_sentences_may_be_read_while_a_study_runs_name_no_arm() -> None:
    together = {name for name, check in checks().items() if check.arms_together}
    assert together == {"clocks", "follow_up", "log_bursts", "log_gaps", "reliability", "withdrawals"}
    for name in together:
        result = next((r for r in EXAMPLES["blurring"]().checks if r.name == name), None)
        assert result is None or not result.arms

"""Every reference case: R's figures on real data, against ours by the door that users have."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from analysis.registry import modules
from dashboard.cli import main
from tests.references.asking import HERE, Figures, ask

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = {path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*/case.json"))}
FAMILIES: dict[str, Callable[[str], Figures]] = {}
for module in modules("tests.references.families"):
    FAMILIES |= module.FAMILIES


@cache
def figures(case: str) -> Figures:
    """All that we have to say on a case, by the names of its expected figures."""
    family = FAMILIES.get(CASES[case]["estimator"])
    return {} if family is None else family(case)


@pytest.mark.parametrize("case", CASES)
def test_every_figure_agrees_with_r(case: str) -> None:
    got, wrong = figures(case), []
    for name, expected in CASES[case]["expected"].items():
        if expected is None:
            if name in got:
                wrong.append(f"{name}: got {got[name]!r}, where R says that there is none")
        elif name not in got:
            wrong.append(f"{name} is not computed")
        elif not _agrees(got[name], expected, name=name, tolerance=CASES[case]["tolerance"]):
            wrong.append(f"{name}: got {got[name]!r}, R says {expected!r}")
    assert not wrong, "\n".join(wrong)


def test_a_figure_outside_its_tolerance_does_not_agree() -> None:
    tolerance = {"abs": 0.0, "rel": 1e-6, "by_name": {"nb_": 0.01, "p": 0.1}}
    assert _agrees(1.0000005, 1.0, name="rd", tolerance=tolerance)
    assert not _agrees(1.000002, 1.0, name="rd", tolerance=tolerance)
    assert _agrees(1.009, 1.0, name="nb_se", tolerance=tolerance)
    assert not _agrees(1.009, 1.0, name="pq", tolerance=tolerance)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("tp_newcombe_5670", ["--kind", "proportion"]),
        ("means_toothgrowth", ["--kind", "mean"]),
        ("nb_quine", ["--kind", "count", "--exposure", "exposure"]),
        ("ancova_btheb", ["--kind", "score", "--covariate", "x"]),
        ("cluster_ratpup_8", ["--kind", "mean", "--layout", "clustered", "--cluster", "cluster"]),
    ],
)
def test_the_command_prints_what_the_function_says(
    case: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    table = str(HERE / case / "data.csv")
    asked = ["estimate", table, "--outcome", "y", "--arm", "arm", "--control", "0", "--json", *words]
    assert main(asked) == 0
    printed = json.loads(capsys.readouterr().out)["findings"]
    options = {
        key.removeprefix("--"): value
        for key, value in zip(words[::2], words[1::2], strict=True)
        if key != "--covariate"
    }
    covariates = tuple(words[i + 1] for i, word in enumerate(words) if word == "--covariate")
    assert printed == list(ask(case, covariates=covariates, **options).values())


def _agrees(got: float, expected: float, *, name: str, tolerance: dict[str, Any]) -> bool:
    relative = tolerance["rel"]
    for key, value in (tolerance["by_name"] or {}).items():
        if name == key or (key.endswith("_") and name.startswith(key)):
            relative = value
    return bool(abs(got - expected) <= tolerance["abs"] + relative * abs(expected))

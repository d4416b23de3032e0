"""Reading a study file: from YAML to a Study, or to every fault with its line and column at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.about import ArmLabel
from analysis.outcome import kinds
from experiments.calendar_form import calendar_arms, calendar_fields, names_for_pages
from experiments.faults import Fault, did_you_mean
from experiments.fragments import SPANS
from experiments.meaning import meaning
from experiments.own_instruments import own_instruments
from experiments.plan_hash import plan_hash
from experiments.structure import structure
from experiments.study import (
    INGEST,
    DeclaredCovariate,
    DeclaredDesign,
    DeclaredLog,
    DeclaredOutcome,
    DeclaredPlan,
    Source,
    Study,
    Window,
)
from experiments.translations import glossaries
from experiments.tree import NotYaml, Place, Problem
from experiments.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from experiments.instrument import Instrument

    Own = Mapping[str, Instrument | None]

LARGEST = 64 * 1024  # bytes


class StudyFaults(Fault):
    """Everything wrong with one study file, one line each: `file:line:column: path: what, expected what`."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(self._line(problem) for problem in self.problems))

    def _line(self, problem: Problem) -> str:
        return f"{self.path}:{problem.place.line}:{problem.place.column}: {problem.path}: {problem.says}"


def read_study(path: Path) -> Study:
    """The study that a file declares. Raises StudyFaults with every fault, or Fault where there is no such file."""
    try:
        text = _text(path)
        tree = read_tree(text)
    except NotYaml as broken:
        raise StudyFaults(path, broken.problems) from None
    problems = [*tree.problems, *structure(tree)]
    problems += meaning(tree)
    if problems:
        raise StudyFaults(path, problems)
    return _study(tree.value, text)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise _no_file(path)
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}.", do="Check its permissions.") from None
    if len(content) > LARGEST:
        raise NotYaml(
            [Problem(Place(1, 1), "study file", f"is too large, expected at most {LARGEST:,} bytes")]
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise NotYaml(
            [Problem(place, "study file", "found a byte that is not UTF-8, expected UTF-8 text")]
        ) from None


def _no_file(path: Path) -> Fault:
    if path.is_dir():
        return Fault(f"{path} is a folder.", expected="a study file, such as study.yaml in it")
    folder = path.parent
    known = [found.name for found in folder.iterdir()] if folder.is_dir() else []
    return Fault(f"There is no file {path}.", expected="a study file", do=did_you_mean(path.name, known))


def _study(declared: dict[str, Any], text: str) -> Study:
    about = (
        "title",
        "topic",
        "company",
        "question",
        "summary",
        "source",
        "data_are",
        "unit_name",
        "cluster_name",
    )
    own = own_instruments(declared.get("instruments", {}))
    study = Study(
        id=declared["study"],
        design=_design(declared["design"]),
        exposure=declared.get("exposure", {}).get("event", "assigned"),
        outcomes=tuple(_outcome(outcome, own) for outcome in declared["outcomes"]),
        plan=_plan(declared.get("plan", {})),
        log=_log(declared.get("log", {})),
        covariates=tuple(_covariate(covariate, own) for covariate in declared.get("covariates", ())),
        limits=tuple(declared.get("limits", ())),
        **_released(declared.get("release", {}).get("public", {})),
        reporting=declared.get("reporting", {}),
        translations=glossaries(declared),
        simulation=declared.get("simulation", {}),
        plan_hash="",
        text=text,
        **names_for_pages(declared["design"]) | {key: declared[key] for key in about if key in declared},
    )
    return replace(study, plan_hash=plan_hash(study))


def _design(declared: dict[str, Any]) -> DeclaredDesign:
    if "interval" in declared:
        arms = calendar_arms(declared)
    else:
        arms = tuple(
            ArmLabel(name, arm.get("label", name), arm.get("control", False), float(arm.get("share", 1)))
            for name, arm in declared["arms"].items()
        )
    days: dict[str, Any] = {
        key: date.fromisoformat(declared[key]) for key in ("start", "end") if key in declared
    }
    plain = ("pairs", "assigned_by", "randomised", "steps")
    return DeclaredDesign(
        declared["kind"],
        arms,
        strata=tuple(declared.get("strata", ())),
        period_days=declared.get("period", {}).get("days", 0),
        **{key: declared[key] for key in plain if key in declared},
        **days,
        **calendar_fields(declared),
    )


def _outcome(declared: dict[str, Any], own: Own) -> DeclaredOutcome:
    plain = ("id", "role", "kind", "better", "margin", "per", "unit", "measure", "simulate", "dated")
    window = {"window": declared["window"]} if "window" in declared else {}
    numerator, denominator = (
        _source({"value": "count", **window, **declared[part]}, own) if part in declared else None
        for part in ("numerator", "denominator")
    )
    return DeclaredOutcome(
        label=declared.get("label", declared["id"]),
        source=_source({**_PUT_TOGETHER.get(declared["kind"], {}), **declared}, own),
        levels=tuple(declared.get("levels", ())),
        options={name: float(declared[name]) for name in kinds()[declared["kind"]].takes if name in declared},
        **{key: declared[key] for key in plain if key in declared},
        numerator=numerator,
        denominator=denominator,
    )


_PUT_TOGETHER = {"ordinal": {"value": "last"}}  # how values are put together where the file does not say


def _covariate(declared: dict[str, Any], own: Own) -> DeclaredCovariate:
    counted = {"value": "count"} if "event" in declared else {}
    return DeclaredCovariate(
        declared["id"], _source({**counted, **declared}, own), label=declared.get("label", declared["id"])
    )


def _source(declared: dict[str, Any], own: Own) -> Source:
    plain = ("event", "value", "instrument", "subscale", "wave", "attribute")
    window = _window(declared["window"]) if "window" in declared else None
    waves = tuple(declared.get("waves", ()))
    given = {key: declared[key] for key in plain if key in declared}
    key = own.get(declared.get("instrument", ""))
    return Source(window=window, waves=waves, own=key, **{**({"wave": waves[-1]} if waves else {}), **given})


def _window(declared: Any) -> Window:
    if declared == "session":
        return Window(session=True)
    [(unit, number)] = declared.items()
    return Window(number * SPANS[unit])


def _plan(declared: dict[str, Any]) -> DeclaredPlan:
    plain = ("alpha", "contrasts", "adjust", "population", "estimand")
    looks, prior = declared.get("looks", {}), declared.get("prior", {})
    a, b = prior.get("beta", (0.5, 0.5))
    return DeclaredPlan(
        subgroups=tuple(declared.get("subgroups", ())),
        looks=tuple(looks.get("fractions", ())),
        spending=looks.get("spending", ""),
        planned_units=looks.get("planned_units", 0),
        prior=(float(a), float(b)),
        prior_sd=float(prior.get("sd", 0.0)),
        **{key: declared[key] for key in plain if key in declared},
    )


def _released(declared: dict[str, Any]) -> dict[str, Any]:
    return {"rounding": declared.get("rounding", ""), "consents": tuple(declared.get("consents", ()))}


def _log(declared: dict[str, Any]) -> DeclaredLog:
    return DeclaredLog(
        time_zone=declared.get("time_zone", "UTC"),
        columns=declared.get("columns", {}),
        attributes=tuple(declared.get("attributes", ())),
        keep_until=date.fromisoformat(declared["keep_until"]) if "keep_until" in declared else None,
        pseudonyms=declared.get("pseudonyms", INGEST),
    )

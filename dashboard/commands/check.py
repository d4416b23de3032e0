"""`watchkeeper check STUDY.yaml`: every fault of a study file, or what was understood of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse

    from experiments.study import Study


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="STUDY.yaml", help="study files")


def _run(arguments: argparse.Namespace) -> int:
    documents = [_checked(path, quiet=arguments.json) for path in arguments.files]
    if arguments.json:
        print_json({"schema": "watchkeeper/check@1", "files": documents})
    return 0 if all(document["valid"] for document in documents) else 1


def _checked(path: Path, *, quiet: bool) -> dict[str, Any]:
    """One file's document; faults and notes go to standard error, what was understood to standard output."""
    from experiments.faults import Fault
    from experiments.plan import plan_notes
    from experiments.study_file import StudyFaults, read_study
    from experiments.translations import untranslated

    try:
        study = read_study(path)
    except StudyFaults as faults:
        print(faults, file=sys.stderr)
        return {"file": str(path), "valid": False, "faults": _listed(faults)}
    except Fault as fault:
        print(fault, file=sys.stderr)
        return {"file": str(path), "valid": False, "faults": [{"says": str(fault)}]}
    notes = (*plan_notes(study), *untranslated(study))
    for note in notes:
        print(f"{path}: note: {note}", file=sys.stderr)
    if not quiet:
        print(f"{path}: {_understood(study)}")
    return {"file": str(path), "valid": True, **_document(study), "notes": list(notes)}


def _listed(faults: Any) -> list[dict[str, Any]]:
    return [
        {"line": p.place.line, "column": p.place.column, "path": p.path, "says": p.says}
        for p in faults.problems
    ]


def _understood(study: Study) -> str:
    from experiments.design import designs

    arms = ", ".join(f"{arm.name} (control)" if arm.control else arm.name for arm in study.design.arms)
    outcomes = ", ".join(f"{outcome.id} ({outcome.role} {outcome.kind})" for outcome in study.outcomes)
    label = designs()[study.design.kind].label.lower()
    return f"{study.id}: {label}; arms {arms}; outcomes {outcomes}; plan {study.plan_hash}"


def _document(study: Study) -> dict[str, Any]:
    return {
        "study": study.id,
        "title": study.title,
        "design": study.design.kind,
        "arms": [{"arm": a.name, "control": a.control, "share": a.share} for a in study.design.arms],
        "outcomes": [{"outcome": o.id, "role": o.role, "kind": o.kind} for o in study.outcomes],
        "plan_hash": study.plan_hash,
    }


COMMAND = Command("check", "check a study file and name every fault", _add_arguments, _run, order=10)

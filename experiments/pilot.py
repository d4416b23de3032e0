"""A pilot's steps: register its plan, take its logs in, list what was rejected, evaluate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.about import Registration
from experiments.faults import Fault, Gate
from experiments.keys import make_key, read_key
from experiments.manifest import Manifest
from experiments.retiming import retiming, timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from analysis.about import Conduct, DataFacts
    from analysis.cells import Table
    from analysis.evaluation import Evaluation
    from experiments.compaction import Compaction
    from experiments.intake import Intake, Rejected
    from experiments.store import Store
    from experiments.study import Study
    from experiments.withdrawal import Withdrawal


def register(store: Store, path: Path, *, reason: str | None = None) -> Registration:
    """Put a study file and its plan into the store, and make the study's key.

    The same plan again changes nothing but titles and labels. Another plan replaces the first as long as no
    event was taken in; afterwards it is an amendment. Raises Gate for an amendment without a `reason`.
    """
    from experiments.study_file import read_study  # its YAML and schema libraries: no page needs them

    study = read_study(path)
    held = store.manifest(study.id) if study.id in store.studies() else Manifest()
    if held.bound_to:
        read_key(study.id, store=store.path)  # a new key would part these people from their earlier rows
    elif not held.purged:
        make_key(study.id, store=store.path)
    with store.writing(study.id):
        registration = _next(store, study, reason)
        with retiming(store, study):
            store.keep_registration(study, registration, timing=timing(study))
    return registration


def _next(store: Store, study: Study, reason: str | None) -> Registration:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    first = Registration(study.plan_hash, now)
    if study.id not in store.studies():
        return first
    held = store.registration(study.id)
    if held.hash == study.plan_hash:
        return held
    manifest = store.manifest(study.id)
    if not (manifest.segments or manifest.purged):
        return first
    if not (reason and reason.strip()):
        raise Gate(
            f"The plan of {study.id} is locked: events were taken in since it was registered; this plan differs.",
            do='To change it all the same, on record: watchkeeper register STUDY.yaml --amend "the reason".',
        )
    amendment = {"date": now, "reason": reason.strip(), "from": held.hash, "to": study.plan_hash}
    return Registration(study.plan_hash, held.registered_at, (*held.amendments, amendment))


def ingest(
    store: Store, study_id: str, files: Sequence[Path], *, progress: Callable[[str], None] = lambda _: None
) -> Intake:
    """Take log files into a study, all of them or none. Raises Fault as `experiments.ingest.take_in` does."""
    from experiments.ingest import take_in

    return take_in(store, study_id, files, progress=progress)


def forget(
    store: Store, study_id: str, units: Sequence[str], *, progress: Callable[[str], None] = lambda _: None
) -> Withdrawal:
    """Remove units that withdrew, named as the log names them. Raises Fault as `experiments.withdrawal` does."""
    from experiments import withdrawal

    return withdrawal.forget(store, study_id, units, progress=progress)


def compact(store: Store, study_id: str, *, progress: Callable[[str], None] = lambda _: None) -> Compaction:
    """Merge a study's segments. Raises Fault as `experiments.compaction.compact` does."""
    from experiments.compaction import compact as merge

    return merge(store, study_id, progress=progress)


def rejects(store: Store, study_id: str) -> tuple[Rejected, ...]:
    """Every row of the study's logs that was not taken in, with where and why. Raises Fault after a purge."""
    from experiments.rejects import rejected

    if closed := store.closed(study_id):
        raise closed
    return rejected(store, study_id)


def evaluation(
    store: Store, study_id: str, *, progress: Callable[[str], None] = lambda _: None
) -> Evaluation:
    """The evaluation of a study as it stands: read back where it was computed before, else computed and kept.

    Raises Fault where there is none and the study's rows are not to be opened any more.
    """
    kept = stored_evaluation(store, study_id)
    if kept is not None:
        return kept
    if closed := store.closed(study_id):
        raise closed
    from experiments.results import to_document

    key = _key(store, study_id)
    computed = _compute(store, study_id, progress)
    store.keep_result(study_id, key, to_document(computed))
    return computed


def stored_evaluation(store: Store, study_id: str) -> Evaluation | None:
    """The evaluation of just these data, this plan and this version, if it was computed before.

    Where the rows are not to be opened any more, the newest one of these data and this plan that can be read.
    """
    from experiments.results import from_document

    document = store.result(study_id, _key(store, study_id))
    if document is not None:
        return from_document(document)
    return _last_readable(store, study_id) if store.closed(study_id) else None


def _last_readable(store: Store, study_id: str) -> Evaluation | None:
    """The newest evaluation that another version kept, as far as this one understands it."""
    from cattrs.errors import BaseValidationError

    from experiments.kept_results import newest_first
    from experiments.results import from_document
    from experiments.store import RESULTS

    for document in newest_first(store.folder(study_id) / RESULTS, store.data_key(study_id)):
        with suppress(BaseValidationError, KeyError):
            return from_document(document)
    return None


def _key(store: Store, study_id: str) -> str:
    from experiments.provenance import code_fingerprint

    return f"{store.data_key(study_id)}-{code_fingerprint()}"


def _compute(store: Store, study_id: str, progress: Callable[[str], None]) -> Evaluation:
    from analysis.checks.withdrawals import at_most
    from analysis.evaluate import evaluate
    from analysis.evaluation import Evaluation
    from analysis.looks.planned import planned_looks
    from experiments.plan import analysis_plan, study_facts
    from experiments.provenance import provenance
    from experiments.score_courses import score_courses

    progress("measuring")
    study, registration, (table, conduct, data) = _measured(store, study_id, progress)
    conduct = replace(conduct, withdrew=at_most(len(store.manifest(study.id).withdrawn)))
    plan = analysis_plan(study)
    answers = evaluate(plan, table, conduct, progress=progress)
    return Evaluation(
        plan=plan,
        conduct=replace(conduct, flow=(*conduct.flow, answers.analysed)),
        checks=answers.checks,
        findings=answers.findings,
        not_estimable=answers.not_estimable,
        data=data,
        supplied=answers.supplied,
        provenance=provenance(plan.seed),
        study=study_facts(study),
        registration=registration,
        scores=score_courses(study, plan, table),
        looks=planned_looks(plan),
    )


def _measured(
    store: Store, study_id: str, progress: Callable[[str], None]
) -> tuple[Study, Registration, tuple[Table, Conduct, DataFacts]]:
    """A study under its plan, measured; begun again where another plan was registered meanwhile."""
    from experiments.measure import measure

    while True:
        registration, study = store.registration(study_id), store.study(study_id)
        try:
            measured = measure(store, study, progress=progress)
        except Fault:
            if store.registration(study_id) == registration:
                raise
            continue
        if store.registration(study_id) == registration:
            return study, registration, measured

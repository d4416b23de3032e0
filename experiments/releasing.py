"""Releasing: an evaluation under a policy; what is for everybody is audited once and entered into the ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.disclosure import Release, release
from analysis.policy import policy_for
from analysis.release.closing import as_seen
from analysis.release.published import published
from analysis.release.tables import Published
from analysis.release.withheld import Withheld
from experiments.faults import Gate
from experiments.ledger import Entry, append, read

if TYPE_CHECKING:
    from analysis.evaluation import Evaluation
    from experiments.store import Store


def released(
    store: Store, study_id: str, evaluation: Evaluation, policy: str, *, steward: bool = False
) -> Release:
    """The release of a study's evaluation under the policy of that name, as the study declares it.

    Of a study that still runs only its `steward` gets figures by arm before a planned look.

    A public one is audited against everything that was public before, and noted in the ledger: once for the same
    content. Raises Gate with the rule that forbids it, ValueError for an evaluation without a study.
    """
    if evaluation.study is None:
        raise ValueError("only an evaluation of a registered study can be released")
    rules = policy_for(evaluation.study, policy)
    if not rules.public:
        return release(evaluation, rules, steward=steward)
    evaluation, _ = as_seen(evaluation, steward=steward)
    made = release(evaluation, rules, audited=True, steward=steward)
    said = published(evaluation, made, withdrew=len(store.manifest(study_id).withdrawn))
    entry = _kept(read(store, study_id), said) or _entered(store, study_id, said)
    if entry.refused:
        raise Gate(entry.refused)
    return made


def _kept(entries: tuple[Entry, ...], said: Published) -> Entry | None:
    digest = _digest(said)
    return next((entry for entry in entries if entry.digest == digest), None)


def _entered(store: Store, study_id: str, said: Published) -> Entry:
    """The new entry, with the outcome of the audit."""

    def entry(before: tuple[Entry, ...]) -> Entry | None:
        if _kept(before, said):  # by another process, meanwhile
            return None
        from analysis.release.audit import audit

        refused = ""
        try:
            audit(said, [each.published for each in before if not each.refused])
        except Withheld as rule:
            refused = f"This cannot be released to everybody. {rule}"
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Entry(len(before) + 1, now, said.policy, _digest(said), said, refused)

    entries = append(store, study_id, entry)
    return _kept(entries, said) or entries[-1]


def _digest(said: Published) -> str:
    """What tells whether two releases publish the same."""
    return hashlib.sha256(json.dumps(asdict(said), sort_keys=True).encode()).hexdigest()

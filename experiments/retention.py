"""Until when a study's rows are kept: afterwards they are opened no more, and are to be purged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from experiments.manifest import Purged


def why_closed(study_id: str, purged: Purged | None, keep_until: date | None) -> Fault | None:
    """What to say to somebody who wants a study's rows; None where they may be opened."""
    if purged:
        return Fault(
            f"The rows of {study_id} were purged on {purged.at[:10]}.",
            do="What was found in them before is kept; new logs need a study of another id.",
        )
    if overdue(keep_until):
        return Fault(
            f"The rows of {study_id} were to be kept until {keep_until}, which is over: they are opened no more.",
            do=f"Remove them: watchkeeper purge {study_id}. What was found in them is kept.",
        )
    return None


def overdue(keep_until: date | None) -> bool:
    """Whether the last day is over, by UTC."""
    return keep_until is not None and today() > keep_until


def today() -> date:
    """The day it is (UTC)."""
    return datetime.now(UTC).date()

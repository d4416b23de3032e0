"""Tables of series and panels: what held in each period, from declared changes, adoptions or the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.faults import Fault
from experiments.tables.periods import change_period, periods
from experiments.tables.question import BEFORE, CONTROLS, control_among
from experiments.tables.table_file import labels, numbers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from experiments.tables.question import Question

    Columns = dict[str, Any]
    Periods = NDArray[np.float64]

NEVER = ("", "0", "never", "none")  # of a platform's adoption, written as text


def series(question: Question, frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """One row a period in their order, its arm the segment between two changes. `columns` are the further ones."""
    import pandas as pd

    period = periods(frame, str(question.period))
    arm = _segments(question, frame, period)
    return pd.DataFrame({**columns, "arm": arm, "period": period}).sort_values("period", kind="stable")


def _segments(question: Question, frame: pd.DataFrame, period: Periods) -> Any:
    if not question.changes:
        if question.arm is None:
            raise Fault(
                "A series needs at least one change.",
                do="Name its first period with --change, or the column of what held in each period with --arm.",
            )
        held = labels(frame, question.arm)
        return held.where(held != control_among(question, dict.fromkeys(held)), BEFORE)
    arm = np.full(len(frame), BEFORE, dtype=object)
    firsts = {change: change_period(frame, str(question.period), change) for change in question.changes}
    for change in sorted(firsts, key=firsts.__getitem__):
        arm[period >= firsts[change]] = f"from {change}"
    for change in firsts:
        if BEFORE not in arm or f"from {change}" not in arm:
            raise Fault(
                f'There is no period before the change "{change}", or none from it on.',
                expected="the first period after the change, written as the table writes periods",
            )
    return arm


def panel(question: Question, frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """One row a platform and period, its arm what the platform had then. `columns` are the further ones."""
    import pandas as pd

    period = periods(frame, str(question.period))
    named = question.arm_column if question.arm_column in frame else None
    unit = labels(frame, question.unit or question.arm_column)
    held = {**columns, "period": period, "unit": unit}
    if question.strata is not None:
        held["stratum"] = labels(frame, question.strata)
    if question.sequence is not None:
        held["arm"] = _since_adoption(question, frame, period, unit)
    else:
        held["arm"] = _held(
            question, frame, period, unit, arm=unit if named is None else labels(frame, named)
        )
    return pd.DataFrame(held)


def _since_adoption(question: Question, frame: pd.DataFrame, period: Periods, unit: pd.Series[str]) -> Any:
    """The treatment from each platform's adoption on."""
    adopted = _adoptions(question, frame)
    if (adopted.groupby(unit).nunique(dropna=False) > 1).any():
        raise Fault(
            f'The column "{question.sequence}" names several periods of adoption for one platform.',
            expected="the same period in every row of a platform, 0 for never",
        )
    has = ((adopted > 0) & (period >= adopted)).to_numpy()
    if has.all() or not has.any():
        raise Fault(
            "No platform adopts between the first period and the last.",
            do="Load periods before and after the adoption, or correct the periods of adoption.",
        )
    return np.where(has, question.treatment or "treated", question.control or "control")


def _adoptions(question: Question, frame: pd.DataFrame) -> pd.Series[float]:
    """The period of each row's adoption, as the periods are numbered; NaN for never."""
    sequence, period = str(question.sequence), str(question.period)
    written = frame[sequence].fillna("").astype("str").str.casefold()
    if frame[period].dtype.kind in "iuf":
        return numbers(frame.assign(**{sequence: written.where(~written.isin(NEVER))}), sequence)
    at = {text: np.nan if text in NEVER else change_period(frame, period, text) for text in written.unique()}
    return written.map(at).astype("float64")


def _held(
    question: Question, frame: pd.DataFrame, period: Periods, unit: pd.Series[str], *, arm: pd.Series[str]
) -> Any:
    """What the table says that platforms had; where that never varies, they had it from the first change on."""
    if (arm.groupby(unit).nunique() > 1).any():
        return arm
    if not question.changes:
        raise Fault(
            "Every platform is in one arm throughout, so that nothing tells when it adopted.",
            do="Name the first period after it with --change, or a column of such periods with --sequence.",
        )
    untreated = question.control or next((a for a in sorted(set(arm)) if a.casefold() in CONTROLS), None)
    if untreated is None:
        raise Fault("Which arm is the control cannot be told from the table.", do="Name it with --control.")
    since = min(change_period(frame, str(question.period), change) for change in question.changes)
    if not (period < since).any() or not (period >= since).any():
        raise Fault(
            "There is no period before the change, or none from it on.",
            expected="the first period after the change, written as the table writes periods",
        )
    return np.where(period >= since, arm, untreated)


def require_times_since(question: Question, frame: pd.DataFrame) -> None:
    """Raises Fault where an exposure is not the periods since each cluster's switch, as they are counted here."""
    import pandas as pd

    arm = labels(frame, question.arm_column)
    treated = (arm != control_among(question, dict.fromkeys(arm))).to_numpy()
    place = pd.Series(np.unique(periods(frame, str(question.period)), return_inverse=True)[1], frame.index)
    first = place.where(treated).groupby(labels(frame, str(question.cluster))).transform("min")
    if not (numbers(frame, str(question.exposure)) == (place - first + 1).where(treated, 0)).all():
        raise Fault(
            f'The column "{question.exposure}" does not count the periods since each cluster switched.',
            expected="0 before the switch, 1 in the first period after it, 2 in the next",
            do="Leave --exposure out: arms and periods tell it.",
        )

"""From a table as somebody has it to the unit table of a layout: our columns from theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.layout import LAYOUTS, PANEL, PARALLEL, REPEATED, SERIES, SITES
from experiments.dated import dated
from experiments.faults import Fault
from experiments.periods import change_period, is_calendar, periods
from experiments.question import BEFORE, CONTROLS, EVERYBODY, PREFIX
from experiments.table_file import labels, numbers, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from experiments.question import Question

    Columns = dict[str, Any]


def unit_frame(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table under our names for columns. Raises Fault where question and table do not fit."""
    import pandas as pd

    require_columns(frame, used_columns(question))
    _fitting(question, frame)
    shaped = _SHAPES.get(question.layout)
    if shaped is not None:
        return shaped(question, frame)
    if question.start is not None or (question.kind == "count" and question.time is not None):
        return dated(
            question, frame, pd.DataFrame({**_covariates(question, frame), **_groups(question, frame)})
        )
    return pd.DataFrame(
        {**_covariates(question, frame), **_groups(question, frame), **_parts(question, frame)}
    )


def used_columns(question: Question) -> list[str]:
    """Their columns that the question names."""
    layout = LAYOUTS[question.layout]
    named = [question.unit, question.cluster, question.period, question.sequence]
    named += [question.strata, question.season]
    named += [question.exposure, question.offset, question.numerator, question.denominator, question.time]
    named += [question.event, question.start, question.effect, question.se]
    named += [*question.covariates, *question.subgroups]
    survey = question.layout == REPEATED.name and question.arm is None
    if survey:
        return [*dict.fromkeys(column for column in (*named, question.outcome) if column is not None)]
    if (
        layout.compares
        and question.layout != SERIES.name
        and not (question.sequence and question.arm is None)
    ):
        named.append(question.arm_column)
    if not any((question.numerator, question.time, question.effect)):
        named.append(question.outcome)
    return list(dict.fromkeys(column for column in named if column is not None))


def _fitting(question: Question, frame: pd.DataFrame) -> None:
    dated = question.start is not None or (question.kind == "count" and question.time is not None)
    if question.layout == PARALLEL.name and question.unit is not None and not dated:
        repeated = int(frame[question.unit].duplicated().sum())
        if repeated:
            raise Fault(
                f'Units of the column "{question.unit}" stand in more than one row ({repeated:,} too many).',
                expected="one row a unit",
                do="Put each unit's rows together into one first.",
            )
    ours = {"arm", "cluster", "stratum", "unit", "period", "sequence", "season", "effect", "se"}
    if taken := ours & set(question.covariates):
        raise Fault(f'A covariate cannot be called "{taken.pop()}" here.', do="Rename the column.")


def _covariates(question: Question, frame: pd.DataFrame) -> Columns:
    """Covariates as they are, and subgroups; by period, places in the calendar (months, weekdays) as categories."""
    columns: Columns = {name: frame[name] for name in question.covariates}
    columns |= {f"subgroup.{name}": labels(frame, name) for name in question.subgroups}
    if question.season is not None:
        columns["season"] = labels(frame, question.season)
    if question.period is not None:
        columns |= {
            name: labels(frame, name)
            for name in question.covariates
            if is_calendar(frame, name, question.period)
        }
    return columns


def _groups(question: Question, frame: pd.DataFrame) -> Columns:
    """What each row belongs to."""
    columns: Columns = {"arm": labels(frame, question.arm_column)}
    for ours, name in (
        ("cluster", question.cluster),
        ("stratum", question.strata),
        ("sequence", question.sequence),
    ):
        if name is not None:
            columns[ours] = labels(frame, name)
    if question.layout == PARALLEL.name:
        columns.pop("cluster", None)
    requires = LAYOUTS[question.layout].requires
    if question.unit is not None and "period" in requires:
        columns["unit"] = labels(frame, question.unit)
    if question.period is not None:
        columns["period"] = periods(frame, question.period)
    return columns


def _parts(question: Question, frame: pd.DataFrame) -> Columns:
    """The parts of the outcome's kind."""
    named = {"numerator": question.numerator, "denominator": question.denominator}
    named |= {"time": question.time, "event": question.event, "exposure": question.exposure}
    columns: Columns = {
        f"{PREFIX}.{part}": numbers(frame, name) for part, name in named.items() if name is not None
    }
    if question.kind == "series" and question.numerator is not None:
        columns[f"{PREFIX}.value"] = columns.pop(f"{PREFIX}.numerator")
        if question.denominator is not None:
            columns[f"{PREFIX}.exposure"] = columns.pop(f"{PREFIX}.denominator")
    elif not (question.numerator or question.time):
        columns[f"{PREFIX}.value"] = (
            _levels(question, frame) if question.levels else numbers(frame, question.outcome)
        )
    if question.offset is not None:
        with np.errstate(over="ignore"):  # an infinite exposure is refused later, like one of 0
            columns[f"{PREFIX}.exposure"] = numbers(frame, question.offset).map(np.exp)
    return columns


def _levels(question: Question, frame: pd.DataFrame) -> Any:
    """Ordered categories as 0, 1, 2, …, in the order given."""
    import pandas as pd

    written = frame[question.outcome]
    number = {level: float(place) for place, level in enumerate(question.levels)}
    found = written.astype("str").where(written.notna()).map(number)
    if (unknown := found.isna() & written.notna()).any():
        raise Fault(
            f'The column "{question.outcome}" holds a level in line {int(unknown.to_numpy().argmax()) + 2} that '
            "was not named.",
            expected="one of " + ", ".join(question.levels),
            do="Name every level with --levels, from the lowest to the highest.",
        )
    return pd.to_numeric(found)


def _repeated(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a unit with a column a wave, from rows that are a unit at a wave."""
    import pandas as pd

    if question.unit is None or question.period is None:
        raise Fault("Repeated surveys need units and waves.", do="Name --unit and --period.")
    held = pd.DataFrame(_covariates(question, frame))
    held["of"], held["wave"] = labels(frame, question.unit), periods(frame, question.period)
    held["arm"] = labels(frame, question.arm_column) if question.arm_column in frame else EVERYBODY
    held["value"] = numbers(frame, question.outcome)
    if (twice := int(held.duplicated(["of", "wave"]).sum())) > 0:
        raise Fault(
            f"Units have several rows at one wave ({twice:,} too many).", expected="one row a unit and wave"
        )
    units = held.drop(columns=["wave", "value"]).drop_duplicates("of").set_index("of")
    wide = held.pivot(index="of", columns="wave", values="value")
    for wave in wide.columns:
        units[f"{PREFIX}.value@{wave:g}"] = wide[wave]
    units[f"{PREFIX}.value"] = wide[wide.columns[-1]]
    return units.reset_index(drop=True)


def _series(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a period, its arm the segment between two changes."""
    import pandas as pd

    if question.period is None or not question.changes:
        raise Fault("A series needs its periods and at least one change.", do="Name --period and --change.")
    columns = {**_covariates(question, frame), **_parts(question, frame)}
    period = periods(frame, question.period)
    arm = np.full(len(frame), BEFORE, dtype=object)
    for change in sorted(
        question.changes, key=lambda change: change_period(frame, str(question.period), change)
    ):
        arm[period >= change_period(frame, str(question.period), change)] = f"from {change}"
    return pd.DataFrame({**columns, "arm": arm, "period": period}).sort_values("period", kind="stable")


def _panel(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a platform and period, its arm what the platform had then."""
    import pandas as pd

    if question.period is None:
        raise Fault("A panel needs its periods.", do="Name --period.")
    period = periods(frame, question.period)
    columns = {**_covariates(question, frame), **_parts(question, frame), "period": period}
    unit = question.unit or question.arm_column
    columns["unit"] = labels(frame, unit)
    if question.strata is not None:
        columns["stratum"] = labels(frame, question.strata)
    columns["arm"] = _status(question, frame, period, unit=unit)
    return pd.DataFrame(columns)


def _status(question: Question, frame: pd.DataFrame, period: NDArray[np.float64], *, unit: str) -> Any:
    """What each platform had in each period: from its adoption, from a change, or as the table says."""
    control, treatment = question.control or "control", question.treatment or "treated"
    if question.sequence is not None:
        adopted = numbers(frame, question.sequence).to_numpy()
        has = (adopted > 0) & (period >= adopted)
        return np.where(has, treatment, control)
    arm = labels(frame, question.arm_column)
    if question.changes and (arm.groupby(labels(frame, unit)).nunique() == 1).all():
        untreated = question.control or next((a for a in sorted(set(arm)) if a.casefold() in CONTROLS), None)
        if untreated is None:
            raise Fault(
                "Which arm is the control cannot be told from the table.", do="Name it with --control."
            )
        since = min(change_period(frame, str(question.period), change) for change in question.changes)
        return np.where(period >= since, arm, untreated)
    return arm


def _sites(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a site with its effect and standard error."""
    import pandas as pd

    if question.effect is None or question.se is None:
        raise Fault("Sites need their effects and standard errors.", do="Name --effect and --se.")
    columns: Columns = {"effect": numbers(frame, question.effect), "se": numbers(frame, question.se)}
    if question.unit is not None:
        columns["unit"] = labels(frame, question.unit)
    return pd.DataFrame(columns).dropna().reset_index(drop=True)


_SHAPES: dict[str, Callable[[Question, pd.DataFrame], pd.DataFrame]] = {
    REPEATED.name: _repeated,
    SERIES.name: _series,
    PANEL.name: _panel,
    SITES.name: _sites,
}

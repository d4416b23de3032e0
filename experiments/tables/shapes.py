"""From a table as somebody has it to the unit table of a layout: our columns from theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.layout import LAYOUTS, PANEL, PARALLEL, REPEATED, SERIES, SITES, STEPPED
from experiments.faults import Fault
from experiments.tables.dated import dated
from experiments.tables.over_time import panel, require_times_since, series
from experiments.tables.periods import is_calendar, periods
from experiments.tables.question import PREFIX
from experiments.tables.repeated import repeated
from experiments.tables.table_file import labels, numbers, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from experiments.tables.question import Question

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
    told = question.layout == PANEL.name and question.arm is None
    told = told and bool(question.sequence or (question.changes and question.unit))
    if layout.compares and not told and (question.layout != SERIES.name or question.arm is not None):
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
    if question.layout == STEPPED.name and question.exposure and question.kind != "count":
        require_times_since(question, frame)
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
            _levels(question, frame) if question.kind == "ordinal" else numbers(frame, question.outcome)
        )
    if question.offset is not None:
        with np.errstate(over="ignore"):  # an infinite exposure is refused later, like one of 0
            columns[f"{PREFIX}.exposure"] = numbers(frame, question.offset).map(np.exp)
    return columns


def _measured(question: Question, frame: pd.DataFrame) -> Columns:
    return {**_covariates(question, frame), **_parts(question, frame)}


def _beside(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(_covariates(question, frame), index=frame.index)


def _levels(question: Question, frame: pd.DataFrame) -> Any:
    """Ordered categories as 0, 1, 2, …, in the order given; without one, levels that are numbers."""
    import pandas as pd

    written = frame[question.outcome]
    if not question.levels:
        if not pd.api.types.is_numeric_dtype(written):
            raise Fault(
                f'The column "{question.outcome}" holds levels in words, whose order is not known.',
                do="Name them with --levels, from the lowest to the highest, such as --levels never,once,often.",
            )
        return numbers(frame, question.outcome)
    whole = written.dtype.kind == "f" and (written.dropna() % 1 == 0).all()  # a gap made 1 into 1.0
    number = {level: float(place) for place, level in enumerate(question.levels)}
    found = written.astype("Int64" if whole else "str").astype("str").where(written.notna()).map(number)
    if (unknown := found.isna() & written.notna()).any():
        raise Fault(
            f'The column "{question.outcome}" holds a level in line {int(unknown.to_numpy().argmax()) + 2} that '
            "was not named.",
            expected="one of " + ", ".join(question.levels),
            do="Name every level with --levels, from the lowest to the highest.",
        )
    return pd.to_numeric(found)


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
    REPEATED.name: lambda question, frame: repeated(question, frame, _beside(question, frame)),
    SERIES.name: lambda question, frame: series(question, frame, _measured(question, frame)),
    PANEL.name: lambda question, frame: panel(question, frame, _measured(question, frame)),
    SITES.name: _sites,
}

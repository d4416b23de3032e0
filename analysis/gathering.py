"""Gathering: from a table of units to the evidence on one outcome under one contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.cells import CellTable
from analysis.covariates import design_matrix
from analysis.evidence import Evidence, Rows, Uncounted
from analysis.grouping import by_arm, codes, group, notes_on, unmeasured
from analysis.layout import PANEL, PARALLEL, REPEATED
from analysis.models.episodes import episodes
from analysis.outcome import kinds
from analysis.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.cells import Table
    from analysis.finding import Contrast
    from analysis.layout import Layout
    from analysis.outcome import Kind, Outcome, Parts, Summary
    from analysis.table import UnitTable


def gather(
    table: Table, outcome: Outcome, contrast: Contrast, *, covariates: tuple[str, ...] = ()
) -> Evidence:
    """The evidence on `outcome` for the two arms of `contrast`; rows without the outcome count as missing.

    A table of cells gives groups of units alike in the place of rows, for an outcome that it holds as sums. Raises
    Refusal when an arm or a column is absent, a value is impossible for the kind, or nobody was measured.
    """
    held = table.of(outcome)
    if isinstance(held, CellTable):
        return group(held, outcome, contrast, covariates=covariates)
    return _from_rows(held, outcome, contrast, covariates=covariates)


def _from_rows(
    table: UnitTable, outcome: Outcome, contrast: Contrast, *, covariates: tuple[str, ...]
) -> Evidence:
    layout = table.layout
    if not layout.compares:
        return _sites(table, outcome, contrast)
    repeated = bool(outcome.waves) and layout in (PARALLEL, REPEATED)
    compared = table.frame["arm"].isin([contrast.treatment, contrast.control])
    frame = table.frame if layout.whole else table.frame[compared]
    arm = frame["arm"].to_numpy()
    parts = _parts(frame, outcome, kinds()[outcome.kind])
    waves = _waves(frame, outcome) if repeated else None
    known = np.asarray(~np.any([np.isnan(values) for values in parts.values()], axis=0), dtype=np.bool_)
    _require_valid(outcome, {part: values[known] for part, values in parts.items()}, waves)
    outcome, settled = _settled(outcome, contrast, parts, arm)
    control, treatment = (
        _summary(parts, outcome, arm == name, side)
        for side, name in (("control", contrast.control), ("treatment", contrast.treatment))
    )
    measured = known if waves is None else np.asarray(~np.isnan(waves).all(axis=1), dtype=np.bool_)
    kept = frame.loc[measured]
    matrix, names = design_matrix(kept, covariates)
    rows = Rows(
        arm[measured] == contrast.treatment,
        {part: values[measured] for part, values in parts.items()},
        matrix,
        names,
        **_groups(kept, layout),
        other=_others(kept, contrast) if layout.whole else None,
        waves=None if waves is None else waves[measured],
        episodes=episodes(kept, outcome, exposure=parts.get("exposure", known)[measured]),
    )
    notes = (*settled, *notes_on(kept, covariates, names))
    name = REPEATED.name if repeated else layout.name
    # Where clusters change arms, none belongs to one.
    clusters = None if rows.period is not None else by_arm(rows.cluster, rows.treated)
    others = _further(table.frame[~compared], outcome) if layout == PARALLEL else {}
    return Evidence(outcome, contrast, name, control, treatment, rows, clusters, notes, others)


def _further(frame: pd.DataFrame, outcome: Outcome) -> dict[str, Summary]:
    """The summaries of the arms outside the contrast that have the outcome measured; none where one is faulty."""
    if frame.empty:
        return {}
    kind = kinds()[outcome.kind]
    parts, arm = _parts(frame, outcome, kind), frame["arm"].to_numpy()
    known = ~np.any([np.isnan(values) for values in parts.values()], axis=0)
    if kind.valid({part: values[known] for part, values in parts.items()}):
        return {}
    return {
        str(name): outcome.summary({part: values[known & (arm == name)] for part, values in parts.items()})
        for name in sorted(set(arm[known]))
    }


def _settled(
    outcome: Outcome, contrast: Contrast, parts: Parts, arm: NDArray[Any]
) -> tuple[Outcome, tuple[str, ...]]:
    """The outcome with the options that the arms must share, and what is to be said of them."""
    settle = kinds()[outcome.kind].settle
    if settle is None:
        return outcome, ()
    control, treatment = (
        {part: values[arm == name] for part, values in parts.items()}
        for name in (contrast.control, contrast.treatment)
    )
    options, note = settle((control, treatment), outcome.options)
    return replace(outcome, options=dict(options)), (note,) if note else ()


def _require_valid(outcome: Outcome, known: Parts, waves: NDArray[np.float64] | None) -> None:
    kind = kinds()[outcome.kind]
    fault = kind.valid(known)
    if waves is not None and not fault:
        fault = kind.valid({"value": waves[~np.isnan(waves)]})
    if fault:
        raise Refusal(
            f"The outcome {outcome.name!r} is declared as {kind.name}, but {fault}.",
            remedy="Correct the outcome's kind, or what it is measured by.",
        )


def _groups(frame: pd.DataFrame, layout: Layout) -> dict[str, Any]:
    """What rows belong to: codes, periods, and the names of platforms."""
    by_period = "period" in layout.requires
    columns = ("cluster", "unit", "sequence") if by_period else ("cluster",)
    wanted = {column: codes(frame, column) for column in columns}
    if layout.name == PARALLEL.name:
        wanted["cluster"] = None  # a cluster that nobody assigned is no part of the design
    return {
        **wanted,
        "stratum": codes(frame, "stratum"),
        "period": frame["period"].to_numpy(dtype=np.float64) if by_period else None,
        "unit_names": tuple(sorted(set(frame["unit"].astype(str)))) if layout == PANEL else (),
    }


def _waves(frame: pd.DataFrame, outcome: Outcome) -> NDArray[np.float64]:
    columns = [outcome.wave_column(wave) for wave in outcome.waves]
    if absent := [column for column in columns if column not in frame]:
        raise Refusal(
            f"The table has no column {absent[0]!r} for a wave of {outcome.name!r}.",
            remedy="Load the log of that wave, or take it off the outcome's waves.",
        )
    return frame[columns].to_numpy(dtype=np.float64, na_value=np.nan)


def _others(frame: pd.DataFrame, contrast: Contrast) -> NDArray[np.intp]:
    """0 for the arms of the contrast, 1, 2, … for the others in the order of their first period, then name."""
    first = frame.groupby("arm", sort=True)["period"].min().sort_values(kind="stable").index
    others = [arm for arm in first if arm not in (contrast.control, contrast.treatment)]
    number = {arm: place for place, arm in enumerate(others, start=1)}
    return np.array([number.get(arm, 0) for arm in frame["arm"]], dtype=np.intp)


def _sites(table: UnitTable, outcome: Outcome, contrast: Contrast) -> Evidence:
    """The evidence of sites that share only an effect and its standard error: nobody is counted."""
    values = {
        name: table.frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("effect", "se")
    }
    known = ~np.isnan(values["effect"]) & ~np.isnan(values["se"])
    parts = {"value": values["effect"][known], "se": values["se"][known]}
    if not (np.isfinite(parts["value"]).all() and (np.isfinite(parts["se"]) & (parts["se"] > 0)).all()):
        raise Refusal(
            "A site's effect is not a finite number, or its standard error is not above 0.",
            remedy="Correct the site's figures, or leave the site out and say so.",
        )
    size = parts["value"].size
    named = table.frame["unit"][known].astype(str) if "unit" in table.frame else ()
    rows = Rows(
        np.ones(size, dtype=bool),
        parts,
        np.empty((size, 0)),
        unit=np.arange(size),
        unit_names=tuple(named),
    )
    return Evidence(outcome, contrast, table.layout.name, Uncounted(), Uncounted(), rows)


def _summary(parts: Parts, outcome: Outcome, side: NDArray[np.bool_], arm: str) -> Summary:
    summary = outcome.summary({part: values[side] for part, values in parts.items()})
    if summary.n == 0:
        raise unmeasured(outcome, arm)
    return summary


def _parts(frame: pd.DataFrame, outcome: Outcome, kind: Kind) -> dict[str, NDArray[np.float64]]:
    parts = {}
    for part in (*kind.parts, *kind.optional):
        column = outcome.column(part)
        if column in frame:
            values = frame[column]
            if values.dtype.kind not in "iufb":
                raise Refusal(
                    f"The column {column!r} holds text where numbers are expected.",
                    remedy="Name the right column, or turn it into numbers.",
                )
            parts[part] = values.to_numpy(dtype=np.float64, na_value=np.nan)
        elif part in kind.optional:
            parts[part] = np.full(len(frame), kind.optional[part])
        else:
            raise Refusal(
                f"The table has no column {column!r} for the outcome {outcome.name!r}.",
                remedy="Name the right column.",
            )
    return parts

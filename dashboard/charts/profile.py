"""The effect split by time since a switch or an adoption, by wave, or by control."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.layout import STEPPED
from analysis.release.shown import Shown
from dashboard import telling
from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.effects_along import effects_along, numbered
from dashboard.drawing.frame import place_and_time
from dashboard.language import later
from dashboard.theme import SMALL
from dashboard.words import effect_text, estimate_decimals, interval_text, level_text
from dashboard.words.figures import factor_and_unit
from dashboard.words.forms import said_of
from dashboard.words.over_time import (
    at_text,
    profile_legend,
    profile_spoken,
    profile_subtitle,
    profile_title,
    since_words,
)
from dashboard.words.pictures import axis_title

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import Effect
    from dashboard.drawing.canvas import Canvas

LAST_NUMBER = re.compile(r"period (-?\d+) since")


def _applies(release: Release) -> bool:
    return _chosen(View(release)) is not None


def _chosen(view: View) -> ReleasedFinding | None:
    """The finding whose profile is shown: the planned one's, else that of another method that has one.

    One with intervals is taken before one without.
    """
    for planned in view.planned:
        if planned.finding.estimate.trace and not planned.finding.estimate.profile:
            continue  # its own chart shows it period by period
        candidates = [f for f in (planned, *view.release.sensitivity(planned)) if f.finding.estimate.profile]
        if candidates:
            return next((f for f in candidates if _bounded(f)), candidates[0])
    return None


def _bounded(found: ReleasedFinding) -> bool:
    return any(e.low is not None or e.high is not None for e in found.finding.estimate.profile.values())


def _required(view: View) -> ReleasedFinding:
    found = _chosen(view)
    if found is None:
        raise ValueError("no finding of this release has a profile")
    return found


def _effects(view: View) -> list[tuple[str, Effect]]:
    """The labelled effects in order; a stepped design's labels are put down to their number."""
    profile = _required(view).finding.estimate.profile
    short = {label: LAST_NUMBER.search(label) for label in profile}
    if view.release.plan.layout == STEPPED.name and all(short.values()):
        return [(found[1], profile[label]) for label, found in short.items() if found]
    return list(profile.items())


def _what(view: View) -> str:
    if not numbered([label for label, _ in _effects(view)]):
        return ""
    return since_words(view.release.plan.layout, interval=view.release.study.unit_name)


def _headline(view: View) -> str:
    layout, interval = view.release.plan.layout, view.release.study.unit_name
    effects = _effects(view)
    number = numbered([label for label, _ in effects])
    placed = [
        (at_text(label, layout=layout, interval=interval, numbered=number), effect)
        for label, effect in effects
    ]
    return profile_title(_required(view).finding.outcome, placed)


def _subtitle(view: View) -> str:
    found = _required(view).finding
    said = profile_subtitle(found.outcome, telling.estimator_label(found.estimator), what=_what(view))
    return f"{said}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    found, effects = _required(view), _effects(view)
    scale, outcome = found.finding.outcome.scale, found.finding.outcome
    factor, unit = factor_and_unit(scale, outcome)
    muted, width = canvas.palette.muted, canvas.content
    y = canvas.text(axis_title(scale.label, unit), canvas.left, top, size=SMALL, colour=muted, width=width)
    y = effects_along(
        canvas,
        effects,
        top=y + 6,
        factor=factor,
        null=scale.null,
        ratio=scale.is_ratio,
        says=[said_of(label, effect_text(effect, scale=scale, outcome=outcome)) for label, effect in effects],
    )
    if what := _what(view):
        y = canvas.text(what, canvas.right, y, size=SMALL, colour=muted, anchor="right")
    legend = profile_legend(level_text(effects[0][1].level), bare=not _bounded(found))
    return canvas.text(legend, canvas.left, y + 4, size=SMALL, colour=muted, width=width)


def _numbers(view: View) -> list[Numbers]:
    found = _chosen(view)
    if found is None:
        return []
    outcome = found.finding.outcome
    factor, unit = factor_and_unit(outcome.scale, outcome)
    rows: list[Numbers] = []
    for label, effect in _effects(view):
        places = estimate_decimals(effect, scale=outcome.scale, outcome=outcome)
        ends = {"estimate": effect.estimate, "low": effect.low, "high": effect.high}
        shown = {name: None if v is None else round(factor * v, places) for name, v in ends.items()}
        interval = interval_text(effect, Shown.of(outcome.scale, outcome))
        about: Numbers = {"at": label, "outcome": outcome.label, "unit": unit}
        rows.append({**about, **shown, "interval": interval, "level": effect.level})
    return rows


def _words(view: View) -> str:
    outcome = _required(view).finding.outcome
    return profile_spoken(
        [
            said_of(label, effect_text(effect, scale=outcome.scale, outcome=outcome))
            for label, effect in _effects(view)
        ]
    )


PROFILE = Chart(
    name="profile",
    title=later("The effect over time"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=17,
)

"""Methods one by one: the card of each, and how often it erred on studies with a known truth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from analysis.calibration.table import kept
from analysis.estimator import CARD, estimators
from analysis.outcome import kinds
from dashboard import elements
from dashboard.language import language, later, say
from dashboard.told import told
from dashboard.words.forms import in_form, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.calibration.table import Row
    from analysis.estimator import Estimator

HOLDS: Mapping[str, str] = {
    "yes": later("✓ yes"),
    "within chance": later("≈ within chance"),
    "no": later("✗ no"),
    "not tested": later("– not tested"),
}


def card(estimator: Estimator) -> None:
    """One method card."""
    elements.html(_card(estimator.name, language()))


def errors(estimator: Estimator) -> None:
    """How often one estimator errs, by design; nothing where it was not tried."""
    elements.html(_errors(estimator.name, language()))


def folded(group: Sequence[Estimator]) -> None:
    """Cards one below the other, each folded under its name and the question that it answers."""
    elements.html("".join(_folded(each.name, language()) for each in group))


def errors_of_all(rows: Sequence[Row], *, caption: str) -> None:
    """How often each estimator errs, as one table."""
    known = estimators()
    elements.table(
        [{say("Estimator"): told(known[row.estimator].label), **_figures(row)} for row in rows],
        caption=caption,
    )


def card_link(name: str, *, study: str) -> None:
    """A link from a figure of a study to the card of the method that it was computed by."""
    method = estimators().get(name)
    if method is None:
        return
    address = f"{elements.address('methods', study=study)}&amp;method={quote(name)}"
    said = elements.marked(told(method.label))
    elements.html(
        f'<p class="wk-quiet">{elements.marked(say("How it was computed:"))} <a href="{address}">{said}</a></p>'
    )


@cache
def _folded(name: str, spoken: str) -> str:
    estimator = estimators()[name]
    heading = said_of("{}", elements.marked(told(estimator.card()["Question"])))
    label = f"<strong>{elements.marked(told(estimator.label))}</strong>"
    return (
        f'<details class="wk-fold"><summary>{heading.replace("{}", label)}</summary>'
        f"{_card(name, spoken)}{_errors(name, spoken)}</details>"
    )


@cache
def _card(name: str, spoken: str) -> str:
    """The markup of a card; `spoken` is the language that is spoken, which what is remembered depends on."""
    del spoken
    estimator = estimators()[name]
    sections = estimator.card()
    answers = ", ".join(told(kind.label).lower() for key, kind in kinds().items() if key in estimator.kinds)
    part, content = say("What"), say("Method card")
    rows = [{part: say("Answers for"), content: answers}]
    rows += [
        {part: told(heading), content: told(sections[heading])} for heading in CARD if heading in sections
    ]
    summary = f'<p class="wk-says">{elements.marked(told(sections["Summary"]))}</p>'
    return summary + elements.table_markup(
        [dict(row) for row in rows], caption=said_of(say("Method card"), told(estimator.label))
    )


@cache
def _errors(name: str, spoken: str) -> str:
    del spoken
    rows = [_figures(row) for row in kept() if row.estimator == name]
    return elements.table_markup(
        rows, caption=said_of(say("How often it errs"), told(estimators()[name].label))
    )


def _figures(row: Row) -> dict[str, object]:
    return {
        say("Studies drawn"): said_of(told(kinds()[row.kind].label), told(row.design)),
        say("False positives"): _percent(row.false_positives, row.false_positives_error),
        say("Coverage"): _percent(row.coverage, row.coverage_error),
        say("Bias"): _bias(row),
        say("Allowed"): say(
            "{low} to {high} %", low=in_form(f"{row.band_low:g}"), high=in_form(f"{row.band_high:g}")
        ),
        say("Kept"): say(HOLDS[row.holds]),
    }


def _percent(value: float | None, error: float | None) -> str:
    if value is None:
        return "–"
    return in_form(f"{value:.1f} %" + (f" ± {2 * error:.1f}" if error else ""))


def _bias(row: Row) -> str:
    if row.bias is None:
        return "–"
    bias = f"{row.bias:.2g}".replace("-", "−") + (f" ± {2 * row.bias_error:.1g}" if row.bias_error else "")
    return in_form(bias)

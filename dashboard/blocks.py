"""Parts that several pages draw of a release: the short answers, and what was asked beside a finding."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from analysis.verdict import bounds
from dashboard import besides, elements, in_short, telling, words
from dashboard.agreeing import methods_agree
from dashboard.language import say
from dashboard.told import told
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding

HARM_ORDER = ("harm", "inconclusive", "non_inferior", "equivalent", "benefit")


def data_banner(data_are: str) -> None:
    """Says that data are simulated, reconstructed or approximate; nothing for observed data."""
    if notice := words.DATA_ARE.get(data_are):
        elements.banner(notice)


def short_answers(release: Release, *, with_figures: bool = False) -> None:
    """Did it work, did it harm, can the figures be trusted, who took part: one line each, in plain words first.

    `with_figures` adds how much the main outcome differed. A check that found something is linked to.
    """
    lines = (
        (say("Did it work?"), _worked(release, with_figures=with_figures)),
        (say("Did it harm?"), _harmed(release)),
        (say("Can the figures be trusted?"), _trusted(release)),
        (say("Who took part?"), escape(telling.took_part(release))),
    )
    rows = "".join(f"<dt>{ask}</dt><dd>{answer}</dd>" for ask, answer in lines)
    elements.html(f'<dl class="wk-answers">{rows}</dl>')
    if any(check.verdict != "pass" for check in release.checks):
        elements.link(say("See what the checks found"), page="quality", study=release.study.id)


def further_questions(release: Release, findings: Sequence[ReleasedFinding]) -> None:
    """What was asked beside planned findings of one outcome: question and answer, and the figures folded."""
    rows: list[dict[str, object]] = []
    parts = []
    for supplied, ask, said in besides.asked_beside(release, findings):
        notes = "".join(f"<br>{elements.marked(told(note))}" for note in supplied.notes)
        parts.append(f"<dt>{escape(ask)}</dt><dd>{elements.marked(said)}{notes}</dd>")
        rows += besides.supplied_rows(release, supplied)
    if not parts:
        return
    with st.expander(words.asked_besides(len(parts))):
        elements.html(f'<dl class="wk-beside">{"".join(parts)}</dl>')
        elements.table(rows, caption=say("The figures behind these answers"))


def reach(release: Release, outcome: str) -> tuple[float, float]:
    """How far the intervals of one outcome reach, no effect and the margin included: all share one axis."""
    found = [f for f in release.default_findings() if f.finding.outcome.name == outcome]
    at = bounds(found[0].finding.outcome)
    ends = [end for f in found for end in (f.effect.low, f.effect.high, f.effect.estimate)]
    known = [end for end in (*ends, at.null, at.worse) if end is not None]
    return min(known), max(known)


def _badges(release: Release, findings: tuple[ReleasedFinding, ...], *, outcomes: bool) -> str:
    """One badge a finding; it names the outcome where several are shown, and the arm where there are several."""
    arms = len(release.study.arms) > 2
    parts = []
    for finding in findings:
        mark = words.VERDICTS[finding.finding.verdict]
        about = [finding.finding.outcome.label] if outcomes else []
        about += [release.arm_label(finding.finding.contrast.treatment)] if arms or not outcomes else []
        parts.append(elements.badge(mark, said_of(mark.text, " – ".join(about))))
    return "".join(parts)


def _answer(plain: str, marks: str = "") -> str:
    """An answer in words, and under it the marks that it follows from."""
    return f"<strong>{escape(plain)}</strong>{f'<div>{marks}</div>' if marks else ''}"


def _worked(release: Release, *, with_figures: bool) -> str:
    if release.closed:
        return _answer(words.not_yet_text())
    primary = telling.of_role(release, "primary")
    answer = in_short.worked(release)
    if with_figures:
        rows = (
            f"<p>{elements.badge(words.VERDICTS[f.finding.verdict])}{escape(telling.opening(release, f))}.</p>"
            for f in primary
        )
        return _answer(answer, "".join(rows))
    several = len({f.finding.outcome.name for f in primary}) > 1
    return _answer(answer, _badges(release, primary, outcomes=several))


def _harmed(release: Release) -> str:
    if release.closed:
        return _answer(words.not_yet_text())
    watched = in_short.watched_findings(release)
    elsewhere = tuple(found for found in in_short.harms(release) if found not in watched)
    worst_first = sorted(elsewhere + watched, key=lambda f: HARM_ORDER.index(f.finding.verdict))
    return _answer(in_short.harmed(release), _badges(release, tuple(worst_first), outcomes=True))


def _trusted(release: Release) -> str:
    counts = Counter(check.verdict for check in release.checks)
    marks = "".join(
        elements.badge(mark, f"{mark.shape} {counts[verdict]} {words.CHECKS_COUNTED[verdict]}")
        for verdict, mark in words.CHECKS.items()
        if counts[verdict]
    )
    if not release.closed and not methods_agree(release):
        marks += f"<p>{escape(say('Other ways of computing the main finding do not all agree.'))}</p>"
    return _answer(words.trusted_text(counts), marks)

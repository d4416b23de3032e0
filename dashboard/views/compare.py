"""Compare: the same outcome over pilots and companies on one axis, pooled where that is honest."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.refusal import Refusal
from dashboard import comparing, elements, words
from dashboard.address import Choices, Part
from dashboard.comparison import comparisons, on_scale
from dashboard.drawing.on_page import at_widths
from dashboard.export import exports
from dashboard.figure import mode
from dashboard.language import count_of, language, later, say, speaking
from dashboard.page import Page
from dashboard.readable import readable
from dashboard.session import made_of
from dashboard.told import told
from dashboard.words.comparisons import WHY_NOT, apart_text
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.release.parts import ReleasedFinding
    from dashboard.chart import Numbers
    from dashboard.comparison import Answer, Comparison
    from dashboard.export import Export
    from dashboard.session import Session
    from dashboard.theme import Mode


def render(session: Session) -> None:
    """Draw the comparison that the address names, or the one over most pilots."""
    st.title(say("Did the same thing work elsewhere?"), anchor=False)
    found = {one.name: one for one in _several(session)}
    if not found:
        elements.says(say("There is nothing to compare yet: no two pilots have measured the same outcome."))
        return
    comparison = _chosen(found)
    st.header(elements.plain(comparison.label), anchor=False)
    if said := comparing.notice(comparison):
        elements.banner(said)
    elements.says(f"{comparing.headline(comparison)}.")
    elements.quiet(comparing.subtitle(comparison))
    _drawn(session, comparison)
    _apart(comparison)


def _several(session: Session) -> tuple[Comparison, ...]:
    """The outcomes that two pilots or more have measured."""
    releases = [pilot.release for pilot in session.pilots() if pilot.release]
    return tuple(one for one in comparisons(releases) if len(_measured(one)) > 1)


def _measured(comparison: Comparison) -> set[str]:
    """The pilots that measured the outcome, on one axis or not."""
    return {answer.release.study.id for answer in (*comparison.answers, *comparison.apart)}


def _chosen(found: Mapping[str, Comparison]) -> Comparison:
    """The outcome and the scale that a visitor chose, kept in the address."""
    outcome = Part("outcome", "one", tuple(found))
    held = _kept(outcome, "compare")
    comparison = found[next(iter(held), outcome.options[0])]
    scale = Part("scale", "one", tuple(scale.name for scale in comparison.scales))
    labels = {each.name: told(each.label) for each in comparison.scales}
    with st.container(horizontal=True, key="compared"):
        st.selectbox(
            say("Outcome"),
            outcome.options,
            format_func=lambda name: _labelled(found[name]),
            key=outcome.key,
            on_change=Choices("compare", (outcome,)).write,
        )
        chosen = _kept(scale, "compare on")
        st.selectbox(
            say("Scale"),
            scale.options,
            format_func=lambda name: labels.get(name, name),
            key=scale.key,
            on_change=Choices("compare on", (scale,)).write,
        )
    return on_scale(comparison, next(iter(chosen), ""))


def _kept(part: Part, name: str) -> tuple[str, ...]:
    choices = Choices(name, (part,))
    choices.settle()
    return choices.held().get(part.name, ())


def _labelled(comparison: Comparison) -> str:
    pilots = len(_measured(comparison))
    return count_of(
        "{outcome} ({count} pilot)", "{outcome} ({count} pilots)", pilots, outcome=comparison.label
    )


def _drawn(session: Session, comparison: Comparison) -> None:
    """The picture with its table and files, and the pooled effect where it was asked for."""
    pooled = _pooled(comparison)
    elements.html(_drawing(comparison, pooled, _made(comparison, pooled), mode()))
    with st.expander(say("The numbers and downloads")):
        caption = say("{outcome}: the numbers behind it", outcome=comparison.label)
        elements.table(readable(_for_people(comparing.table(comparison, pooled))), caption=caption)
        _downloads(session, comparison, pooled=pooled is not None)


def _for_people(rows: list[Numbers]) -> list[Numbers]:
    """The numbers without the estimators' names: to say them in words, every method would be imported."""
    return [{name: value for name, value in row.items() if name != "estimator"} for row in rows]


def _made(comparison: Comparison, pooled: ReleasedFinding | None) -> tuple[str, ...]:
    """What tells two pictures of comparisons apart."""
    said = (comparison.name, comparison.outcome.scale.name, language(), str(pooled is not None))
    return (*said, *(part for release in comparison.releases for part in made_of(release)))


@st.cache_resource(show_spinner=False, max_entries=200)
def _drawing(
    _comparison: Comparison, _pooled: ReleasedFinding | None, made: tuple[str, ...], mode: Mode
) -> str:
    """The picture at each width, as markup; `made` says of what."""
    del made
    return at_widths(
        lambda width: comparing.sheet(_comparison, _pooled, mode=mode, width=width, framed=False),
        described=comparing.describe(_comparison, _pooled),
    )


def _pooled(comparison: Comparison) -> ReleasedFinding | None:
    """The pooled effect behind a switch, for it takes a second; the reason where there is none."""
    if reason := comparison.why_not:
        elements.quiet(say(WHY_NOT[reason]))
        return None
    if not st.toggle(say("Pool these pilots into one effect"), key="pool"):
        return None
    try:
        pooled = comparison.pooled()
    except Refusal as refused:
        elements.quiet(f"{told(refused.reason)} {told(refused.remedy)}")
        return None
    elements.says(comparing.pooled_sentence(comparison, pooled))
    elements.quiet(*(told(note) for note in pooled.finding.estimate.notes))
    return pooled


def _downloads(session: Session, comparison: Comparison, *, pooled: bool) -> None:
    """A button a format; what is taken away is made anew of public releases when it is asked for."""
    scale = comparison.outcome.scale.name
    with st.container(horizontal=True):
        for export in exports().values():
            st.download_button(
                say("Download {format}", format=export.name.upper()),
                data=partial(
                    _file, session, comparison.name, scale, export, pooled=pooled, spoken=language()
                ),
                file_name=f"compare-{comparison.name}.{export.extension}",
                on_click="ignore",
                key=f"compare-{comparison.name}-{scale}-{export.name}",
            )


def _file(session: Session, name: str, scale: str, export: Export, *, pooled: bool, spoken: str) -> bytes:
    """The comparison for everybody in a format, light and at the standard width."""
    with speaking(spoken):
        public = next(
            (one for one in _several(replace(session, for_everybody=True)) if one.name == name), None
        )
        if public is None:
            raise Fault(say("Fewer than two of these pilots may be shown to everybody."))
        comparison = on_scale(public, scale)
        effect = comparison.pooled() if pooled and comparison.why_not is None else None
        return export.make(comparing.picture(comparison, effect))


def _apart(comparison: Comparison) -> None:
    """Pilots with the same outcome in another unit: their figures, and why they are not in the picture."""
    if not comparison.apart:
        return
    st.subheader(say("Not on the same axis"), anchor=False)
    mine = _unit(comparison.answers[0])
    units = dict.fromkeys(_unit(answer) for answer in comparison.apart)
    elements.quiet(apart_text(mine, " / ".join(units)))
    elements.table(
        [_row(answer) for answer in comparison.apart], caption=say("The same outcome, measured otherwise")
    )


def _unit(answer: Answer) -> str:
    unit = answer.outcome.unit or told(answer.outcome.scale.label)
    better = say("less is better") if answer.outcome.better == "lower" else say("more is better")
    return f"{unit} ({better})" if not unit.endswith(")") else f"{unit[:-1]}, {better})"


def _row(answer: Answer) -> dict[str, object]:
    outcome, study = answer.outcome, answer.release.study
    effect = words.effect_text(answer.finding.effect, scale=outcome.scale, outcome=outcome)
    return {
        say("Pilot"): study.title,
        say("Company"): study.company,
        say("Intervention"): answer.release.arm_label(answer.finding.finding.contrast.treatment),
        say("Measured in"): outcome.unit or told(outcome.scale.label),
        say("Effect"): effect,
        say("Verdict"): words.VERDICTS[answer.finding.finding.verdict].text,
    }


PAGE = Page("compare", later("Compare"), "≍", 30, render, section="portfolio")

"""A pilot on the overview as one entry of a list: how far it is, what it found, whether it harmed, how sure."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard import blocks, elements, in_short, telling, words
from dashboard.drawing.rows import row as drawn_row
from dashboard.interim import stops_for_harm
from dashboard.language import count_of, later, say
from dashboard.portfolio import TIMED
from dashboard.words.forms import said_of
from dashboard.words.stages import STAGE_MARKS, freshness_text, stage_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.about import StudyFacts
    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.portfolio import Entry

IN_SHORT = {
    "simulated": later("Simulated data"),
    "reconstructed": later("Reconstructed data"),
    "approximate": later("Approximate data"),
}


def cards(entries: Sequence[Entry]) -> str:
    """The markup of a list of pilots."""
    items = "".join(f'<li class="{_classes(each)}">{_about(each)}{_found(each)}</li>' for each in entries)
    return f'<ul class="wk-pilots">{items}</ul>'


def reasons(entry: Entry) -> tuple[str, ...]:
    """Why a pilot is to be looked at first: harm by outcome, a harm boundary, a failed check, a broken study."""
    release = entry.pilot.release
    if release is None:
        return (STAGE_MARKS["broken"].word,) if entry.progress.stage == "broken" else ()
    said = harm_texts(release)
    failed = sum(check.verdict == "fail" for check in release.checks)
    said += [count_of("{count} check failed", "{count} checks failed", failed)] if failed else []
    return tuple(said)


def _classes(entry: Entry) -> str:
    return "wk-pilot wk-alarming" if entry.urgent else "wk-pilot"


def _about(entry: Entry) -> str:
    """The title as a link, then company, stage, freshness, and what kind of data it is."""
    pilot, mark = entry.pilot, STAGE_MARKS[entry.progress.stage]
    title = escape(pilot.title)
    if pilot.facts:
        title = f'<a href="{elements.address("study", study=pilot.id)}">{title}</a>'
    stage = elements.badge(mark, f"{mark.shape} {stage_text(entry.progress)}")
    fresh = freshness_text(entry.progress, rebuilt=_rebuilt(pilot.facts))
    lines = (escape(entry.company), _data(pilot.facts), escape(fresh))
    meta = " · ".join(line for line in lines if line)
    checks = _checks(pilot.release) if pilot.release else ""
    return f'<div><h3>{title}</h3><p class="wk-meta">{meta}</p><p class="wk-care">{stage}{checks}</p></div>'


def _rebuilt(facts: StudyFacts | None) -> bool:
    return facts is not None and facts.data_are not in TIMED


def _data(facts: StudyFacts | None) -> str:
    if facts is None or facts.data_are not in IN_SHORT:
        return ""
    return f"<strong>{escape(say(IN_SHORT[facts.data_are]))}</strong>"


def _found(entry: Entry) -> str:
    """Did it work, with the main finding in a sentence and each interval drawn; did it harm."""
    release = entry.pilot.release
    if release is None:
        mark = words.STATES[entry.pilot.state]
        return f"<div><p>{escape(entry.pilot.fault or mark.means)}</p></div>"
    if release.closed:
        return f"<div><p>{elements.marked(release.withheld[0])}</p></div>"
    primary = telling.of_role(release, "primary")
    said = f" {escape(telling.opening(release, primary[0]))}." if primary else ""
    worked = f"<strong>{escape(in_short.worked(release))}</strong>{said}{_intervals(release, primary)}"
    lines = ((say("Did it work?"), worked), (say("Did it harm?"), _harmed(release)))
    return f"<dl>{''.join(f'<dt>{escape(ask)}</dt><dd>{told}</dd>' for ask, told in lines)}</dl>"


def _intervals(release: Release, findings: Sequence[ReleasedFinding]) -> str:
    """Every planned comparison on the main question, those of one outcome on one axis."""
    if not findings:
        return ""
    several = len(findings) > 1
    outcomes = len({f.finding.outcome.name for f in findings}) > 1
    rows = "".join(_interval(release, f, named=several, outcome=outcomes) for f in findings)
    margin = any(f.finding.outcome.margin is not None for f in findings)
    return f'<div class="wk-lines">{rows}{elements.axis_ends(margin=margin)}</div>'


def _interval(release: Release, finding: ReleasedFinding, *, named: bool, outcome: bool) -> str:
    """One interval; with its arm, verdict and figures, whose unit the sentence names, where there are several."""
    about, arm = finding.finding.outcome, release.arm_label(finding.finding.contrast.treatment)
    text = words.effect_text(finding.effect, scale=about.scale, outcome=about)
    short = text if outcome else drawn_row(finding, arm).text
    label = f"{about.label} – {arm}" if outcome else arm
    drawn = elements.axis(
        finding.effect,
        at=bounds(about),
        reach=blocks.reach(release, about.name),
        lower_is_better=about.better == "lower",
        describe=said_of(label, text),
    )
    if not named:
        return drawn
    mark = words.VERDICTS[finding.finding.verdict]
    verdict = f'<span class="wk-{mark.colour}">{escape(mark.text)}</span>'
    return (
        f'<p class="wk-line-label">{said_of(escape(label), verdict)} <span>{escape(short)}</span></p>{drawn}'
    )


def _harmed(release: Release) -> str:
    """Harm first, in a frame that cannot be overlooked; then what is unclear; then what held."""
    alarms = "".join(f'<span class="wk-alarm-badge">▼ {escape(text)}</span>' for text in harm_texts(release))
    found: dict[str, set[str]] = {}
    for finding in in_short.watched_findings(release):
        found.setdefault(finding.finding.outcome.label, set()).add(finding.finding.verdict)
    unclear = [label for label, seen in found.items() if "inconclusive" in seen and "harm" not in seen]
    held = sum(seen.isdisjoint(("harm", "inconclusive")) for seen in found.values())
    parts = [
        elements.badge(words.VERDICTS["inconclusive"], f"○ {say('Unclear: {outcome}', outcome=label)}")
        for label in unclear
    ]
    if held:
        parts.append(_held(held, of=len(found)))
    if not found and not alarms:
        parts.append(f'<span class="wk-meta">{escape(say("Nothing was watched for it."))}</span>')
    return alarms + "".join(parts)


def _held(held: int, *, of: int) -> str:
    """How many of the guardrails and safety outcomes stayed inside what the plan allows."""
    text = count_of("{count} of {of} guardrails held", "{count} of {of} guardrails held", held, of=of)
    if held == of:
        text = count_of("No: its guardrail held", "No: its {count} guardrails held", held)
    return elements.badge(words.VERDICTS["non_inferior"], f"◆ {text}")


def harm_texts(release: Release) -> list[str]:
    """The outcomes that count as harm, and whether a look reached the boundary for it."""
    outcomes = dict.fromkeys(f.finding.outcome.label for f in in_short.harms(release))
    said = [say("Harm: {outcome}", outcome=label) for label in outcomes]
    return said + ([say("The boundary for harm is reached")] if stops_for_harm(release) else [])


def _checks(release: Release) -> str:
    """The worst of the checks, counted; what was found is one step away."""
    counts = Counter(check.verdict for check in release.checks)
    link = elements.address("quality", study=release.study.id)
    if counts["fail"]:
        text = count_of("{count} check failed", "{count} checks failed", counts["fail"])
        return f'<a class="wk-alarm-badge" href="{link}">✗ {escape(text)}</a>'
    if counts["warn"]:
        text = count_of("{count} check to look at", "{count} checks to look at", counts["warn"])
        return f'<a href="{link}">{elements.badge(words.CHECKS["warn"], f"! {text}")}</a>'
    if not counts:
        return ""
    text = count_of("{count} check passed", "{count} checks passed", counts["pass"])
    return elements.badge(words.CHECKS["pass"], f"✓ {text}")

"""What a study's figures rest on: its plan, its data, the software, and the cards of its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.estimator import estimators
from dashboard import elements, telling, words
from dashboard.language import say
from dashboard.method_cards import card
from dashboard.words.forms import day_text

if TYPE_CHECKING:
    from analysis.disclosure import Release


def computed(release: Release) -> None:
    """A table of where the figures come from, and the planned estimators' method cards folded."""
    elements.table(_facts(release), caption=say("What these figures rest on"))
    with st.expander(say("The method cards of the planned estimators")):
        for name in dict.fromkeys(f.finding.estimator for f in release.default_findings()):
            if name in estimators():
                card(estimators()[name])


def _facts(release: Release) -> list[dict[str, object]]:
    made, plan, data = release.provenance, release.registration, release.data
    facts = {
        say("Source of the data"): release.study.source,
        say("Plan registered"): day_text(plan.registered_at),
        say("Plan"): plan.hash,
        say("Amendments"): "; ".join(a.get("reason", "") for a in plan.amendments) or say("none"),
        say("Question answered for"): words.ESTIMANDS[release.plan.estimand],
        say("Data"): data.hash,
        say("Events"): telling.events_text(release),
        say("Computed"): day_text(made.created_at),
        say("Software"): f"watchkeeper {made.watchkeeper}, Python {made.python}",
        say("Packages"): ", ".join(f"{name} {version}" for name, version in made.packages.items()),
        say("Seed"): str(made.seed),
    }
    return [{say("What"): what, say("Value"): value} for what, value in facts.items() if value]

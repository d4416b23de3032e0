"""What a study file says under `reporting` for the study's report: facts that neither a plan nor a log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.fragments import Schema, mapping, prose

if TYPE_CHECKING:
    from collections.abc import Mapping

# By key what is asked for, in the order in which a report tells it.
STATEMENTS: Mapping[str, str] = {
    "registration": "the public registry and the number there",
    "protocol": "where the protocol and the plan of analysis can be read",
    "ethics": "who approved the study, and under which number, or why nobody had to",
    "funding": "who paid, and what they had a say in",
    "interests": "the interests of those who did it",
    "sharing": "whether and where data and code are shared",
    "involvement": "how the public or those concerned had a part in it",
    "eligibility": "who could take part",
    "settings": "which sites, and which people there, gave the interventions",
    "interventions": "what each arm was given, so that it can be done again",
    "harms": "how harms were defined and looked for",
    "sample_size": "why so many took part",
    "clusters": "why clusters were assigned, and not people",
    "sequence": "who made the random sequence, and how",
    "concealment": "how the next arm was kept hidden",
    "list_access": "who could see the list of assignments",
    "blinding": "who did not know the arms, and how that was achieved",
    "ending": "why the study ended when it did",
    "other_care": "what else people were given meanwhile",
}


def reporting_schema() -> Schema:
    """What `reporting` takes: a text for each statement that somebody makes."""
    return mapping(
        {key: prose(expected) for key, expected in STATEMENTS.items()},
        (),
        "statements for the report, such as {funding: …, ethics: …}",
    )

"""Whole clusters (teams, sites, regions) are given one arm by chance; everybody in a cluster gets the same."""

from __future__ import annotations

from analysis.layout import CLUSTERED
from experiments.design import ARMS, START_AND_END, STRATA, Design
from experiments.fragments import name

DESIGN = Design(
    name="cluster",
    label="Cluster randomised",
    layout=CLUSTERED,
    randomised=True,
    assigned_by="cluster",
    estimands=("individual-average", "cluster-average"),
    says="Each {cluster} as a whole was given one arm by chance; every {unit} in it got the same.",
    properties={
        "arms": ARMS,
        **START_AND_END,
        "strata": STRATA,
        "pairs": name("the attribute that names the matched pair of a cluster, one of them in each arm"),
    },
    required=("arms",),
)

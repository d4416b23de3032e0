"""One series is followed over time; something changes for everybody on a known day, once or several times.

Arms are segments of the series: the time before the first change, and the time from each change to the next.
`events` are what else happened meanwhile: a limit on the study's pages, and, where `adjust: true` stands, a shift
of level in the model.
"""

from __future__ import annotations

from analysis.layout import SERIES
from experiments.calendar_form import CHANGES, EVENTS, INTERVAL, SEASON
from experiments.design import START_AND_END, Design

DESIGN = Design(
    name="interrupted-series",
    label="Interrupted time series",
    layout=SERIES,
    randomised=False,
    assigned_by="calendar",
    estimands=("individual-average",),
    says="Everybody got the change on the same day. One series is compared, {unit} by {unit}, with its own course "
    "before.",
    properties={
        **START_AND_END,
        "interval": INTERVAL,
        "season": SEASON,
        "changes": CHANGES,
        "events": EVENTS,
    },
    required=("interval", "changes"),
)

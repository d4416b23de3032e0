"""Writes the logs of the two published pilots from their counts: `python3 data/reconstruct.py`.

One row stands for each thing that the published counts say of a visitor. Times are placeholders, a minute
apart on 1 January 2000: nothing was published that times could be rebuilt from.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

# By arm: how many stayed away, and how many were in the arm. Each pilot's codebook says where they come from.
COUNTS = {
    "honeypot-warnings-2022": {"control": (27, 100), "ip-tracing": (40, 81), "illegality": (52, 99)},
    "honeypot-warnings-2024": {
        "control": (100 - 73, 100),
        "deterrence-image": (117 - 41, 117),
        "therapeutic": (120 - 48, 120),
        "therapeutic-image": (137 - 64, 137),
    },
}
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def log(pilot: str) -> str:
    """The log of a pilot as CSV text."""
    rows = ["unit,occurred_at,event,arm"]
    visitor = 0
    for arm, (stayed, visitors) in COUNTS[pilot].items():
        for place in range(visitors):
            unit, at = f"visitor-{visitor + 1:03}", FIRST + timedelta(minutes=visitor)
            rows.append(f"{unit},{at:%Y-%m-%dT%H:%M:%SZ},assigned,{arm}")
            rows.append(f"{unit},{at + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ},landing_shown,{arm}")
            if place < stayed:
                rows.append(f"{unit},{at + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ},left_without_entering,")
            visitor += 1
    return "\n".join(rows) + "\n"


def main(folder: Path) -> None:
    """Write each pilot's log into its folder under `folder`."""
    for pilot in COUNTS:
        (folder / pilot / "log.csv").write_text(log(pilot), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

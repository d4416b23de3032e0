"""The calibration by itself: `python3 -m analysis.calibration`."""

from __future__ import annotations

import argparse
import sys

from analysis.calibration.asked import add_arguments
from analysis.calibration.work import run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python3 -m analysis.calibration", description=__doc__)
    add_arguments(parser)
    arguments = parser.parse_args()
    arguments.wrong_use = parser.error
    sys.exit(run(arguments))

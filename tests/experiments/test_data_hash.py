"""The hash of measured data is that of what stands in their table, written out value by value."""

from __future__ import annotations

import hashlib
import struct

import pandas as pd

from analysis.about import Conduct, FlowStep
from experiments.conduct import data_facts
from experiments.manifest import Manifest


def test_the_hash_is_of_numbers_as_floats_and_of_words_as_lines_with_gaps_left_empty() -> None:
    words = ["none", "warning", None, "été", ""]
    frame = pd.DataFrame(
        {
            "unit": range(5),
            "arm": pd.array(words, "str"),
            "as_objects": pd.Series(words, dtype="object"),
            "sum": [1.5, None, -3.0, 0.1, 2e9],
            "exposed": [True, False, True, True, False],
        }
    )
    ran = Conduct(assigned={}, shares={}, assigned_by="unit", flow=(FlowStep("assigned", {"none": 5}),))
    text = "none\nwarning\n\nété\n".encode()
    floats = struct.pack("<5d", 1.5, float("nan"), -3.0, 0.1, 2e9)
    flags = struct.pack("<5d", 1, 0, 1, 1, 0)
    columns = {"arm": text, "as_objects": text, "sum": floats, "exposed": flags}
    content = b"0 events" + b"".join(
        b"\n" + name.encode() + b"\n" + values for name, values in columns.items()
    )
    assert data_facts(Manifest(), ran, frame).hash == hashlib.sha256(content).hexdigest()

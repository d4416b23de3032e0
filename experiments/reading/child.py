"""The reader itself, in a process of its own: it gets an open file and a request, and hands rows to a pipe.

It is started by `starting`, with no path, no key and nobody's environment, and holds itself to limits before it
looks at the first byte.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.log_format import by_name, opened
from experiments.reading.batches import hand_all_on
from experiments.reading.frames import FAULT, REQUEST, STOPPED, Speaker
from experiments.reading.limits import Limits, confine, seal

if TYPE_CHECKING:
    from types import TracebackType

NEEDED = ("encodings.utf_8_sig", "encodings.ascii", "numpy", "pyarrow")


class _WithoutPandas:
    """Arrow loads pandas, in a second, where it finds it, only to ask whether its cells are pandas' own."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def main() -> None:
    """Read the file on standard input as the request says, and speak frames on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told to stop, and stops its reader
    sys.meta_path.insert(0, _WithoutPandas())
    speaker = Speaker(os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library may print is nobody's business
    _tell_where_it_stops(speaker)
    request = json.loads(os.environ[REQUEST])
    name, limits = request["name"], Limits(**request["limits"])
    file = io.FileIO(sys.stdin.fileno(), "rb")
    try:
        load(name)
        confine(limits)
        seal()
        with opened(file, name, most=limits.unfolded) as reader:
            hand_all_on(
                reader, tuple(request["columns"]), speaker, file=file, size=request["size"], name=name
            )
    except Fault as fault:
        speaker.say(FAULT, str(fault))
    except MemoryError:
        speaker.say(FAULT, None)


def load(name: str) -> None:
    """Load what the reading of a file with this name needs. Raises Fault where its ending says no format."""
    for module in (*NEEDED, *by_name(name).needs):
        import_module(module)


def _tell_where_it_stops(speaker: Speaker) -> None:
    """Let whatever was not foreseen be told by its type and place; its message may quote the file."""

    def stopped(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        while trace and trace.tb_next:
            trace = trace.tb_next
        module = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
        speaker.say(STOPPED, f"{kind.__name__} in {module}:{trace.tb_lineno if trace else 0}")

    sys.excepthook = stopped

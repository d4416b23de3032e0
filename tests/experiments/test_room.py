"""The room's own map names every module, so that a newcomer can find each of them."""

from __future__ import annotations

import re
from pathlib import Path

import experiments


def test_the_map_names_every_module_and_no_other() -> None:
    folder = Path(experiments.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    named = set(re.findall(r"`(\w+)`", experiments.__doc__ or ""))
    assert modules <= named
    assert named <= modules | folders

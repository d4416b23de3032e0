"""What tests of pilots may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def new_pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], SmallPilot]:
    """`new_pilot(declaration)`: a registered study in a store of its own."""
    outside_keys(monkeypatch, tmp_path)
    return lambda declared: SmallPilot(tmp_path, declared)


@pytest.fixture
def pilot(new_pilot: Callable[[str], SmallPilot]) -> SmallPilot:
    """A registered study with two arms and one proportion."""
    return new_pilot(DECLARED)

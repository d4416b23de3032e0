"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.small_pilot import SmallPilot


@pytest.fixture(scope="session", autouse=True)
def home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose `keys` are those of every test that sets no others: none comes near its user's own."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WATCHKEEPER_KEYS", str(folder / "keys"))
        yield folder


@pytest.fixture(scope="session")
def needs() -> Callable[[str, object], None]:
    """`needs("a browser", shutil.which("chromium"))` skips the test where the part is absent.

    With WATCHKEEPER_REQUIRE_ALL=1 its absence is a failure: there nothing may be skipped.
    """

    def check(part: str, found: object) -> None:
        if found:
            return
        if os.environ.get("WATCHKEEPER_REQUIRE_ALL") == "1":
            pytest.fail(f"This machine must have {part}, and has not.")
        pytest.skip(f"needs {part}")

    return check


@pytest.fixture
def new_pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], SmallPilot]:
    """`new_pilot(declaration)`: a registered study in a store of its own."""
    from tests.small_pilot import SmallPilot, outside_keys

    outside_keys(monkeypatch, tmp_path)
    return lambda declared: SmallPilot(tmp_path, declared)


@pytest.fixture
def pilot(new_pilot: Callable[[str], SmallPilot]) -> SmallPilot:
    """A registered study with two arms and one proportion."""
    from tests.small_pilot import DECLARED

    return new_pilot(DECLARED)


@pytest.fixture(scope="session")
def demo_store(home_of_the_tests: Path) -> Path:
    """A store with the two small bundled pilots analysed, a third loaded, and a fourth only registered."""
    from experiments.bundled import pilots
    from experiments.pilot import evaluation, ingest, register
    from experiments.store import Store

    store = Store(home_of_the_tests / "store")
    by_id = {pilot.study_file.parent.name: pilot for pilot in pilots()}
    for study_id, pilot in by_id.items():
        register(store, pilot.study_file, reason=None)
        if study_id != "search-warning-sim":  # two million events are more than these tests need
            ingest(store, study_id, pilot.logs)
    for study_id in ("honeypot-warnings-2022", "moderator-blur-sim"):
        evaluation(store, study_id)
    return store.path

"""What is drawn ahead or kept: the same as drawn anew, for nobody else, and without a trace in the store."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from analysis.policy import INTERNAL, PUBLIC
from dashboard.chart import available, charts
from dashboard.drawing.on_page import at_widths
from dashboard.language import speaking
from dashboard.page import pages
from dashboard.session import Pilot, Session, drawn, made_of, open_session
from dashboard.taken import first_chart, offered
from dashboard.visits import give_way, visit
from dashboard.warming import MOST, warm
from experiments.bundled import pilots
from experiments.pilot import evaluation, ingest, register
from experiments.store import Store
from tests.dashboard.test_pages import open_page, text
from tests.support import example_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.disclosure import Release

BLUR = "moderator-blur-sim"


def anew(shown: Release, *, mode: str = "light", outcome: str | None = None) -> str:
    forest = charts()["forest"]
    return at_widths(
        lambda width: forest.bare(
            shown, mode="dark" if mode == "dark" else "light", width=width, outcome=outcome
        ),
        described=forest.describe(shown, outcome=outcome),
    )


def other_releases() -> Iterator[tuple[str, Release]]:
    """A release that differs from the first example in one thing."""
    shown = example_release("blurring")
    yield "study", replace(shown, study=replace(shown.study, id="another"))
    yield "plan", replace(shown, registration=replace(shown.registration, hash="0" * 64))
    yield "data", replace(shown, data=replace(shown.data, hash="0" * 64))
    yield "analysis", replace(shown, provenance=replace(shown.provenance, created_at="2027-01-01T00:00:00Z"))
    yield "policy", replace(shown, policy=PUBLIC)
    yield "closed", replace(shown, closed=True)


@pytest.mark.parametrize(("what", "other"), tuple(other_releases()))
def test_releases_that_differ_in_anything_are_told_apart(what: str, other: Release) -> None:
    assert made_of(other) != made_of(example_release("blurring")), what


def test_a_kept_picture_is_the_one_of_its_release_language_outcome_and_mode() -> None:
    shown = example_release("blurring")
    less = replace(
        shown,
        findings=shown.findings[:2],
        data=replace(shown.data, hash="1" * 64),
    )
    wanted = [
        (release, spoken, outcome, mode)
        for release in (shown, less)
        for spoken in ("en", "fr")
        for outcome in (None, "distress")
        for mode in ("light", "dark")
    ]
    seen = set()
    for _ in range(2):  # the second time from what was kept
        for release, spoken, outcome, mode in wanted:
            with speaking(spoken):
                kept = drawn(release, "forest", mode="dark" if mode == "dark" else "light", outcome=outcome)
                assert kept == anew(release, mode=mode, outcome=outcome)
            seen.add(kept)
    assert len(seen) > len(wanted) / 2


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_drawing_ahead_draws_what_is_analysed_and_leaves_the_store_as_it_was(demo_store: Path) -> None:
    before = files(demo_store)
    assert 0 < warm(demo_store) <= MOST
    assert files(demo_store) == before


def test_drawing_ahead_stops_when_the_server_does(demo_store: Path) -> None:
    assert warm(demo_store, over=lambda: True) == 0


def test_drawing_ahead_gives_way_while_anybody_waits_for_a_page() -> None:
    with visit():
        with visit():
            assert not give_way(0.0)
        assert not give_way(0.0)
    assert give_way(0.0)
    with suppress(ValueError), visit():
        raise ValueError("a page that fails")
    assert give_way(0.0)


def test_an_empty_store_has_nothing_to_draw(tmp_path: Path) -> None:
    assert warm(tmp_path / "store") == 0


def test_a_pilot_that_cannot_be_drawn_keeps_no_other_from_being_drawn(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = warm(demo_store)
    read: Callable[[Session, str], Pilot] = Session.pilot

    def failing(session: Session, study_id: str) -> Pilot:
        if study_id == BLUR:
            raise RuntimeError("a file that nobody expected")
        return read(session, study_id)

    monkeypatch.setattr(Session, "pilot", failing)
    with caplog.at_level(logging.ERROR, logger="watchkeeper"):
        assert 0 < warm(demo_store) < whole
    assert BLUR in caplog.text


def test_what_was_drawn_ahead_is_what_a_page_asks_for(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(demo_store)
    shown = open_session(demo_store, chosen=None).pilot(BLUR).release
    if shown is None:
        raise ValueError("the demo store holds an analysed pilot")
    assert shown.policy.name == INTERNAL.name
    monkeypatch.setattr("dashboard.session.at_widths", lambda *_, **__: "drawn anew")
    assert drawn(shown, "forest", mode="light") != "drawn anew"
    assert drawn(shown, "forest", mode="dark") == "drawn anew"


def test_the_first_file_is_drawn_ahead_once_it_is_public_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(tmp_path / "keys"))
    store = tmp_path / "store"
    [blur] = [pilot for pilot in pilots() if pilot.study_file.parent.name == BLUR]
    register(Store(store), blur.study_file, reason=None)
    ingest(Store(store), BLUR, blur.logs)
    evaluation(Store(store), BLUR)
    session = open_session(store, chosen=None)
    asked: list[str] = []
    monkeypatch.setattr("dashboard.warming.preview", lambda release, _: asked.append(release.policy.name))
    assert session.let_out(BLUR) is None
    before = files(store)
    warm(store)
    assert files(store) == before
    assert asked == []
    public = replace(session, for_everybody=True).pilot(BLUR).release
    assert public is not None
    assert session.let_out(BLUR) == public
    before = files(store)
    warm(store)
    assert files(store) == before
    assert asked == [PUBLIC.name]


def test_the_findings_are_offered_first_where_there_are_any() -> None:
    shown = example_release("blurring")
    assert first_chart(shown) == "forest"
    bare = replace(shown, findings=())
    assert "forest" not in [chart.name for chart in offered(bare)]
    assert first_chart(bare) == available(bare)[0].name


@pytest.mark.parametrize("page", [page.name for page in pages()])
def test_no_page_over_kept_results_opens_a_file_of_events(
    page: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that pages of a large pilot open as soon as those of a small one."""

    def opened(*_: object) -> tuple[Path, ...]:
        raise RuntimeError("a page asked for a file of events")

    monkeypatch.setattr(Store, "paths", opened)
    app = open_page(page, demo_store, monkeypatch, study=BLUR)
    assert not app.exception
    assert "a page asked" not in text(app)

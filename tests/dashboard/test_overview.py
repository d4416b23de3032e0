"""The overview: harm cannot be overlooked, sums hold no more than their parts, filters live in the address."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from analysis.policy import INTERNAL, Count
from dashboard.cards import cards, reasons
from dashboard.language import speaking
from dashboard.portfolio import Tally, Wanted, entry, figures
from dashboard.session import Pilot
from tests.support import example_release

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.portfolio import Entry

TODAY = date(2026, 11, 22)
NAMES = ("honeypot", "blurring", "peer-support")


def analysed(name: str) -> Pilot:
    made = example_release(name)
    return Pilot(made.study.id, "analysed", made.study, made, until=made.data.last, taken_in=made.data.last)


def entries() -> list[Entry]:
    """Three analysed pilots, one that is only registered, and one that cannot be read."""
    soon = replace(example_release("honeypot").study, id="soon", title="A later one", start="2027-01-04")
    pilots = [
        *map(analysed, NAMES),
        Pilot("soon", "registered", soon),
        Pilot("torn", "broken", fault="Torn."),
    ]
    return [entry(pilot, today=TODAY) for pilot in pilots]


def plain(markup: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", markup))).replace("\N{NO-BREAK SPACE}", " ")


def test_a_pilot_with_harm_is_urgent_and_says_on_which_outcome() -> None:
    urgent = {each.pilot.id: reasons(each) for each in entries() if each.urgent}
    assert urgent == {"image-style-2026": ("Harm: Handling time",), "torn": ("Cannot be read",)}


def test_a_card_answers_whether_it_worked_how_sure_and_whether_it_harmed() -> None:
    shown = plain(cards([entry(analysed("blurring"), today=TODAY)]))
    assert "Did it work? Yes." in shown
    assert "95 % interval 0.37 to 5.31" in shown
    assert "Did it harm? ▼ Harm: Handling time" in shown
    assert "Unclear: Decisions upheld in audit" in shown
    assert "Simulated data" in shown
    assert "Data to 30 Mar 2026" in shown


def test_every_planned_comparison_on_the_main_question_is_drawn() -> None:
    for name, drawn in (("honeypot", 2), ("blurring", 2), ("peer-support", 1)):
        markup = cards([entry(analysed(name), today=TODAY)])
        assert markup.count('class="wk-axis"') == drawn


def test_titles_of_study_files_are_text_and_no_markup() -> None:
    pilot = analysed("honeypot")
    facts = replace(example_release().study, title="<img src=x onerror=alert(1)>", company="<b>a</b>")
    markup = cards([entry(replace(pilot, facts=facts), today=TODAY)])
    assert "<img" not in markup
    assert "<b>" not in markup


def test_sums_add_what_is_known_and_say_what_is_not() -> None:
    found = figures(entries())
    assert found.pilots == 5
    assert dict(found.stages) == {"planned": 1, "finished": 3, "broken": 1}
    assert found.people == Tally(
        280 + 463 + 274, 280 + 463 + 274, pilots=3
    )  # as the examples' flows have them
    assert found.moderators == Tally(463 + 274, 463 + 274, pilots=2)
    assert found.warned == Tally(without=1)  # the honeypot's flow does not tell who met its warning
    assert [pilot.id for pilot in found.harmful] == ["image-style-2026"]


def test_a_masked_number_leaves_the_sum_open_and_a_rounded_one_within_bounds() -> None:
    rounded = Count(15, "about 15", "rounded")  # 11 to 20
    assert Tally().plus([rounded, Count.shown(100, INTERNAL)]) == Tally(111, 120, pilots=1)
    assert Tally().plus([Count.masked()]).plus([Count.shown(50, INTERNAL)]) == Tally(50, None, pilots=2)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), {"honeypot-2022", "image-style-2026", "peer-support-2026", "soon", "torn"}),
        (Wanted(topic=("deterrence",)), {"honeypot-2022", "soon"}),
        (Wanted(company=("platform-b", "platform-c")), {"image-style-2026", "peer-support-2026"}),
        (Wanted(status=("planned",)), {"soon"}),
        (Wanted(found=("harm",)), {"image-style-2026"}),
        (Wanted(found=("inconclusive", "none")), {"peer-support-2026", "soon", "torn"}),
        (Wanted(found=("check",)), {"peer-support-2026"}),
        (Wanted(search="PEER burnout"), {"peer-support-2026"}),
        (Wanted(topic=("deterrence",), status=("finished",)), {"honeypot-2022"}),
    ],
)
def test_a_filter_lets_through_what_fits_all_of_its_parts(wanted: Wanted, ids: set[str]) -> None:
    assert {each.pilot.id for each in entries() if wanted.fits(each)} == ids


def show() -> None:
    """What AppTest runs."""
    from dashboard.app import main

    main()


def opened(store: Path, monkeypatch: pytest.MonkeyPatch, **address: str | list[str]) -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def text(app: AppTest) -> str:
    return plain(" ".join(part.proto.body for part in app.get("html") if "<style" not in part.proto.body))


def chosen(app: AppTest, part: str) -> list[str]:
    return list(app.multiselect(key=f"address-{part}").value)


def test_the_address_sets_the_filters_and_what_it_does_not_know_is_dropped(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(demo_store, monkeypatch, topic=["moderator-wellness", "no-such-topic"])
    assert not app.exception
    assert chosen(app, "topic") == ["moderator-wellness"]
    assert app.query_params["topic"] == "moderator-wellness"
    assert "honeypot" not in text(app)
    assert [header.value for header in app.header] == ["Moderator wellness"]


def test_a_filter_that_is_set_goes_into_the_address_and_one_that_is_cleared_leaves_it(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(demo_store, monkeypatch)
    app.multiselect(key="address-status").select("planned").run()
    assert app.query_params["status"] == "planned"
    assert re.search(r"\b1 of \d+ pilots fits\.", text(app))
    app.button[0].click().run()
    assert "status" not in app.query_params
    assert chosen(app, "status") == []


def test_the_overview_speaks_french(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(demo_store, monkeypatch, lang="fr")
    assert not app.exception
    shown = text(app)
    assert "Cela a-t-il fonctionné" in shown
    assert "Données simulées" in shown
    assert "Did it" not in shown
    assert "documentElement.lang = 'fr'" in " ".join(part.proto.body for part in app.get("html"))


def test_links_keep_the_language() -> None:
    with speaking("fr"):
        assert 'href="study?study=honeypot-2022&amp;lang=fr"' in cards(
            [entry(analysed("honeypot"), today=TODAY)]
        )
    assert 'href="study?study=honeypot-2022"' in cards([entry(analysed("honeypot"), today=TODAY)])


def test_the_overview_needs_no_statistics(demo_store: Path) -> None:
    program = (
        "import sys, tests.dashboard.test_overview as t\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_function(t.show, default_timeout=60).run()\n"
        "heavy = ('scipy', 'statsmodels', 'pandas', 'duckdb', 'pyarrow')\n"
        "found = [name for name in heavy if name in sys.modules]\n"
        "sys.exit(', '.join(found) or len(app.exception) or None)"
    )
    environment = {**os.environ, "WATCHKEEPER_STORE": str(demo_store)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr.splitlines()[-1]

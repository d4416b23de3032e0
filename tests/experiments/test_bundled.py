"""The bundled pilots: their logs can be made again, and their analyses find what is published or known."""

from __future__ import annotations

import csv
import gzip
import runpy
import shlex
from collections import Counter
from pathlib import Path

import pytest

from dashboard.cli import main
from experiments.bundled import fill, pilots
from experiments.events import vocabulary
from experiments.pilot import evaluation
from experiments.store import Store
from experiments.study_file import read_study

ROOT = Path(__file__).parents[2]
PILOTS = {pilot.name: pilot for pilot in pilots()}
SIMULATED = [name for name in PILOTS if name.endswith("-sim")]
# Stayed away and visitors by arm. Prichard et al. 2022, doi 10.1177/10790632211013809: sizes of arms and 27 % as
# printed, the other two counts the only ones with the printed odds ratios. Prichard et al. 2024,
# doi 10.1016/j.chiabu.2024.106955: those who did not try to enter, from the printed percentages.
PUBLISHED = {
    "honeypot-warnings-2022": {"control": (27, 100), "ip-tracing": (40, 81), "illegality": (52, 99)},
    "honeypot-warnings-2024": {
        "control": (27, 100),
        "deterrence-image": (76, 117),
        "therapeutic": (72, 120),
        "therapeutic-image": (73, 137),
    },
}


def command_of(pilot):
    """The words of the command that a codebook gives."""
    lines = [line.strip() for line in pilot.codebook.read_text(encoding="utf-8").splitlines()]
    return shlex.split(next(line for line in lines if line.startswith("watchkeeper simulate")))[1:]


def truths(pilot):
    """The true effects that a codebook's command sets, by outcome and, after a colon, arm."""
    words = command_of(pilot)
    effects = [words[i + 1].split("=") for i, word in enumerate(words) if word == "--effect"]
    return {name: float(value) for name, value in effects}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store filled with every bundled pilot, from another folder than the clone's."""
    folder = tmp_path_factory.mktemp("bundled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WATCHKEEPER_KEYS", str(folder / "keys"))
        patch.chdir(folder)
        filled = Store(folder / "store")
        fill(filled)
        yield filled


def test_each_pilot_has_a_study_file_of_its_folders_name_a_log_and_a_codebook():
    assert {*PUBLISHED, *SIMULATED} == set(PILOTS)
    for name, pilot in PILOTS.items():
        assert read_study(pilot.study_file).id == name
        assert len(pilot.logs) == 1
        assert pilot.logs[0].stat().st_size < 15_000_000


@pytest.mark.parametrize("name", PILOTS)
def test_a_codebook_names_every_arm_event_and_kind_of_data_of_its_study(name):
    study, text = read_study(PILOTS[name].study_file), PILOTS[name].codebook.read_text(encoding="utf-8")
    sources = [o.source for o in (*study.outcomes, *study.covariates)]
    words = {
        *vocabulary(study).events,
        *(arm.name for arm in study.design.arms),
        *(s.instrument for s in sources if s.instrument),
    }
    assert not [word for word in words if f"`{word}`" not in text]
    kinds = {"simulated": "simulated", "reconstructed": "reconstructed", "approximate": "approximated"}
    assert f"The data are {kinds[study.data_are]}" in text


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_script_writes_a_published_pilots_log_byte_for_byte(name, tmp_path):
    for pilot in PUBLISHED:
        (tmp_path / pilot).mkdir()
    runpy.run_path(str(ROOT / "data" / "reconstruct.py"))["main"](tmp_path)
    assert (tmp_path / name / "log.csv").read_bytes() == PILOTS[name].logs[0].read_bytes()


@pytest.mark.parametrize("name", SIMULATED)
def test_the_codebooks_command_writes_a_simulated_pilots_log_byte_for_byte(name, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    words = command_of(PILOTS[name])
    bundled = words[-1]
    again = tmp_path / Path(bundled).name
    assert main([*words[:-1], str(again)]) == 0
    read = gzip.decompress if bundled.endswith(".gz") else bytes
    assert read(again.read_bytes()) == read(Path(bundled).read_bytes())


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_pilots_log_holds_the_published_counts(name):
    with PILOTS[name].logs[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    arm = {row["unit"]: row["arm"] for row in rows if row["event"] == "assigned"}
    visitors = Counter(arm.values())
    stayed = Counter(arm[row["unit"]] for row in rows if row["event"] == "left_without_entering")
    assert {name: (stayed[name], visitors[name]) for name in visitors} == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "arm", "printed", "tolerance"),
    [
        ("honeypot-warnings-2022", "ip-tracing", 2.64, 0.005),
        ("honeypot-warnings-2022", "illegality", 2.99, 0.005),
        ("honeypot-warnings-2024", "deterrence-image", 5.02, 0.05),
        ("honeypot-warnings-2024", "therapeutic", 4.06, 0.05),
        ("honeypot-warnings-2024", "therapeutic-image", 3.05, 0.05),
    ],
)
def test_a_published_odds_ratio_comes_out_again(store, name, arm, printed, tolerance):
    found = [f for f in evaluation(store, name).findings if f.default and f.contrast.treatment == arm]
    assert len(found) == 1
    assert found[0].estimate.effects["odds_ratio"].estimate == pytest.approx(printed, abs=tolerance)
    assert found[0].verdict == "benefit"


@pytest.mark.parametrize("name", SIMULATED)
def test_the_planned_analyses_of_a_simulated_pilot_hold_the_known_truth(store, name):
    evaluated, known = evaluation(store, name), truths(PILOTS[name])
    findings = [f for f in evaluated.findings if f.default]
    arms = [arm for arm in read_study(PILOTS[name].study_file).design.arms if not arm.control]
    assert len(findings) == len(arms) * len(evaluated.plan.outcomes)
    for f in findings:
        key = f.outcome.name
        truth = known.get(f"{key}:{f.contrast.treatment}", known.get(key, f.outcome.scale.null))
        assert f.effect.low is not None
        assert f.effect.high is not None
        assert f.effect.low <= truth <= f.effect.high, (key, f.contrast.treatment)


@pytest.mark.parametrize("name", PILOTS)
def test_every_row_is_taken_in_and_no_check_fails(store, name):
    evaluated = evaluation(store, name)
    assert evaluated.data.rejected == evaluated.data.duplicates == 0
    assert {check.verdict for check in evaluated.checks} == {"pass"}


def test_filling_a_full_store_again_changes_nothing(store, monkeypatch):
    before = {name: store.data_key(name) for name in store.studies()}
    told = []
    fill(store, progress=told.append)
    assert told == []
    assert {name: store.data_key(name) for name in store.studies()} == before


def test_the_readme_of_the_data_names_every_pilot_with_its_number_of_events(store):
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name in PILOTS:
        line = next(line for line in text.splitlines() if line.startswith(f"| [{name}]"))
        assert f"| {evaluation(store, name).data.events:,} |" in line

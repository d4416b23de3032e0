"""Study files: what is understood of a good one, and every fault of a bad one with its line and column."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.about import ArmLabel
from experiments.faults import Fault
from experiments.fragments import either
from experiments.instrument import instruments
from experiments.outcome_form import outcome_forms
from experiments.study import DeclaredOutcome, Source, Window
from experiments.study_file import StudyFaults, read_study

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
SCORE = (
    "  - {id: strain, role: secondary, kind: score, instrument: proqol-5, subscale: burnout, wave: end, "
    "better: lower}\ncovariates:"
)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "study.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(folder: Path, content: str | bytes) -> list[str]:
    """The faults of a study file without the file's name."""
    path = written(folder, content)
    with pytest.raises(StudyFaults) as caught:
        read_study(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def changed(old: str, new: str) -> str:
    assert EXAMPLE.count(old) == 1, f"{old!r} stands {EXAMPLE.count(old)} times in the example"
    return EXAMPLE.replace(old, new)


def test_a_whole_study_file_is_understood(tmp_path):
    study = read_study(written(tmp_path, EXAMPLE))
    assert (study.id, study.topic, study.company) == ("ip-warning-2026", "deterrence", "platform-a")
    assert study.design.arms == (
        ArmLabel("control", "No warning", control=True, share=1.0),
        ArmLabel("ip-trace", "Address can be traced", control=False, share=1.0),
    )
    assert (study.design.start, study.design.end) == (datetime.date(2026, 3, 1), datetime.date(2026, 5, 31))
    assert study.exposure == "warning_due"
    assert study.outcomes == (
        DeclaredOutcome(
            "entered_site",
            "Tried to enter the site",
            "primary",
            "proportion",
            Source(event="site_click", window=Window(seconds=7 * 86_400)),
            "lower",
            margin=0.05,
        ),
    )
    earlier, age = study.covariates
    assert earlier.source == Source(event="flagged_search", value="count", window=Window(-28 * 86_400))
    assert age.source == Source(attribute="age_band")
    assert (study.plan.looks, study.plan.spending, study.plan.subgroups) == (
        (0.5, 1.0),
        "obrien-fleming",
        ("country",),
    )
    assert study.log.theirs("unit") == "user_hash"
    assert study.log.theirs("arm") == "arm"


def test_the_least_that_a_study_file_needs_is_enough(tmp_path):
    study = read_study(
        written(
            tmp_path,
            "study: s1\ntitle: T\ntopic: deterrence\ncompany: a\n"
            "design: {kind: individual, arms: {a: {control: true}, b: {}}}\n"
            "outcomes: [{id: x, role: primary, kind: count, event: e, better: lower}]\n",
        )
    )
    assert study.exposure == "assigned"
    assert study.outcomes[0].source == Source(event="e")
    assert study.outcomes[0].label == "x"
    assert (study.plan.alpha, study.plan.adjust, study.log.time_zone) == (0.05, "holm", "UTC")
    assert [arm.label for arm in study.design.arms] == ["a", "b"]


def test_words_that_yaml_once_turned_into_other_things_stay_words(tmp_path):
    text = changed("control:  {label: No warning,", "no:  {label: 12:30,").replace("site_click", "off")
    study = read_study(written(tmp_path, text))
    assert study.design.arms[0] == ArmLabel("no", "12:30", control=True, share=1.0)
    assert study.outcomes[0].source.event == "off"


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("session", Window(session=True)),
        ("{hours: 36}", Window(36 * 3600)),
        ("{minutes: 5}", Window(300)),
    ],
)
def test_windows_are_read_in_each_unit(tmp_path, window, expected):
    study = read_study(written(tmp_path, changed("{days: 7}", window)))
    assert study.outcomes[0].source.window == expected


def broken_studies() -> dict[str, tuple[str, str, list[str]]]:
    """What is replaced, by what, and the faults that follow, by the name of the case."""
    text = (Path(__file__).parent / "broken_studies.txt").read_text(encoding="ascii")
    keys = dict.fromkeys(key for form in outcome_forms().values() for key in form.schema()["properties"])
    known = {"{kinds}": either(tuple(outcome_forms())), "{instruments}": either(tuple(instruments()))}
    for place, words in {**known, "{keys}": ", ".join(keys)}.items():
        text = text.replace(place, words)
    cases = {}
    for block in text.split("\n## ")[1:]:
        name, old, new, *expected = (
            line.encode().decode("unicode_escape") for line in block.strip().split("\n")
        )
        cases[name] = (old[2:], new[2:], [fault[2:] for fault in expected])
    return cases


FAULTS = broken_studies()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line_and_column(tmp_path, fault):
    old, new, expected = FAULTS[fault]
    assert faults(tmp_path, changed(old, new)) == expected


def test_every_fault_is_named_at_once_in_the_order_of_the_lines(tmp_path):
    text = EXAMPLE
    for old, new, expected in FAULTS.values():
        if (
            len(expected) == 1
            and text.count(old) == 1
            and "YAML:" not in expected[0]
            and "\n" not in old + new
        ):
            text = text.replace(old, new)
    found = faults(tmp_path, text)
    lines = [int(fault.split(":")[0]) for fault in found]
    assert lines == sorted(lines)
    assert len(set(lines)) > 15


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1:1: YAML: the file is empty, expected a study"),
        ("# only a comment\n", "1:1: YAML: the file is empty, expected a study"),
        (
            "just text",
            ('1:1: study file: found "just text", expected a study: `key: value` lines such as '
            "`study: ip-warning-2026`"),
        ),
        ("- 1\n- 2\n", ("1:1: study file: found a list, expected a study: `key: value` lines such as "
         "`study: ip-warning-2026`")),
        (b"study: caf\xe9\n", "1:11: study file: found a byte that is not UTF-8, expected UTF-8 text"),
        (b"study: ok\ntitle: \xff\n", "2:8: study file: found a byte that is not UTF-8, expected UTF-8 text"),
        ("a: " + "x" * 70_000, "1:1: study file: is too large, expected at most 65,536 bytes"),
        (
            "[" * 1_000,
            "1:11: YAML: nested deeper than 10 levels, expected the few levels of a study file",
        ),
        ("? [a, b]\n: c\n", "1:3: YAML: found a key that is not a word, expected `key: value`"),
        ("PK\x03\x04", "1:3: YAML: found a control character, expected readable text"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_study_at_all_is_told_in_one_line(tmp_path, content, expected):
    assert faults(tmp_path, content) == [expected]


def test_an_alias_is_refused_where_it_stands(tmp_path):
    text = EXAMPLE.replace("strata: [country]", "strata: &s [country]").replace(
        "subgroups: [country]", "subgroups: *s"
    )
    assert faults(tmp_path, text) == [
        "12:11: design.strata: found an anchor (&), expected the value alone",
        "32:14: plan.subgroups: found an alias (*), expected the value itself, written out",
        "32:14: plan.subgroups: found nothing, expected attributes such as [country]",
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    study = read_study(written(tmp_path, b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()))
    assert study.plan_hash == read_study(written(tmp_path, EXAMPLE)).plan_hash


def test_a_file_that_is_not_there_asks_for_its_neighbour(tmp_path):
    written(tmp_path, EXAMPLE)
    with pytest.raises(Fault, match=r'There is no file .*studdy\.yaml\..* Did you mean "study\.yaml"\?'):
        read_study(tmp_path / "studdy.yaml")


def test_a_folder_is_no_study_file(tmp_path):
    with pytest.raises(Fault, match=r"is a folder\. Expected: a study file"):
        read_study(tmp_path)


def test_a_name_too_long_for_the_system_is_told(tmp_path):
    with pytest.raises(Fault, match="cannot be read"):
        read_study(tmp_path / ("x" * 3_000))


def test_a_pipe_is_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):  # Windows has none
        return
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Fault, match="There is no file"):
        read_study(tmp_path / "pipe")


def survives(folder: Path, text: str) -> bool:
    """Whether there is, whatever stands in the file, a study, or at least one fault and all faults with places."""
    path = written(folder, text.encode("utf-8", "surrogatepass"))
    try:
        read_study(path)
    except StudyFaults as found:
        lines = str(found).splitlines()
    else:
        return True
    placed = rf"{re.escape(str(path))}:[1-9][0-9]*:[1-9][0-9]*: "
    return bool(lines) and all(re.match(placed, line) for line in lines)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.text(alphabet=" \n\t:-?[]{}&*!|>'\"%@`#,a1.<~\\", max_size=80))
def test_no_text_ends_in_a_traceback(tmp_path_factory, text):
    assert survives(tmp_path_factory.mktemp("text"), text)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(
    ["individual", "proportion", "score", "guardrail", "session", "proqol-5", "x", "", "2026-01-01", "country"]
)  # fmt: skip
KEYS = st.sampled_from(sorted(set(re.findall(r"(\w+):", EXAMPLE)))) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deep for key, part in inner for deep in places(part, (*path, key)))]


@settings(max_examples=250, deadline=None)
@given(seed=st.integers(0, 10**9), value=VALUES)
def test_no_value_anywhere_in_a_study_ends_in_a_traceback(tmp_path_factory, seed, value):
    from experiments.yaml_tree import read_tree

    document = read_tree(EXAMPLE.replace("covariates:", SCORE)).value
    at = random.Random(seed).choice(places(document)[1:])
    holder = document
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    assert survives(tmp_path_factory.mktemp("value"), json.dumps(document, ensure_ascii=False))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_no_slip_of_the_hand_ends_in_a_traceback(tmp_path_factory, seed):
    rng = random.Random(seed)
    letters = list(EXAMPLE)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(letters))
        letters[at : at + rng.randint(0, 3)] = rng.choice([*" \n:-{]'\t0&*!", ""])
    assert survives(tmp_path_factory.mktemp("slip"), "".join(letters))


def plan_hash(folder: Path, text: str) -> str:
    return read_study(written(folder, text)).plan_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("margin: 0.05", "margin: 0.04"),
        ("better: lower ", "better: higher "),
        ("covariates:", "  - {id: y, role: safety, kind: count, event: e, better: lower}\ncovariates:"),
        ("{days: 7}", "{days: 8}"),
        ("{days: -28}", "{days: -27}"),
        ("alpha: 0.05", "alpha: 0.01"),
        ("adjust: holm ", "adjust: none "),
        ("fractions: [0.5, 1.0]", "fractions: [0.4, 1.0]"),
        ("spending: obrien-fleming", "spending: pocock"),
        ("subgroups: [country]", "subgroups: [age_band]"),
        ("event: warning_due", "event: assigned"),
        ("event: site_click", "event: site_view"),
        ("traced, share: 1", "traced, share: 2"),
        ("end: 2026-05-31", "end: 2026-06-30"),
        ("time_zone: UTC", "time_zone: Europe/Paris"),
        ("strata: [country]", "strata: [age_band]"),
        ("occurred_at: ts}", "occurred_at: time}"),
    ],
)  # fmt: skip
def test_whatever_decides_the_analysis_changes_the_plans_hash(tmp_path, old, new):
    assert plan_hash(tmp_path, changed(old, new)) != plan_hash(tmp_path, EXAMPLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Does", "title: Whether"),
        ("label: No warning", "label: Nothing"),
        ("label: Tried", "label: Wanted"),
        ("topic: deterrence ", "topic: evolving-threats "),
        ("log:\n", "limits: [One site.]\nsimulation: {dropout: 0.1}\nsource: invented\nlog:\n"),
        ("    margin:", "    simulate: {rate: 0.2}\n    measure: who went on\n    margin:"),
        ("  adjust: holm ", "  estimand: individual-average\n  adjust: holm "),
        ("{days: 7}", "{hours: 168}"),
        ("control: true, share: 1", "share: 1.0, control: true"),
    ],
)
def test_words_for_pages_and_defaults_written_out_leave_the_plans_hash_alone(tmp_path, old, new):
    assert plan_hash(tmp_path, changed(old, new)) == plan_hash(tmp_path, EXAMPLE)


def test_the_order_of_arms_and_keys_leaves_the_plans_hash_alone(tmp_path):
    lines = EXAMPLE.splitlines(keepends=True)
    lines[7], lines[8] = lines[8], lines[7]
    moved = "".join([*lines[4:], *lines[:4]])
    assert plan_hash(tmp_path, moved) == plan_hash(tmp_path, EXAMPLE)


def test_the_plans_hash_is_sha_256_of_the_declaration_alone(tmp_path):
    study = read_study(
        written(
            tmp_path,
            "study: s1\ntitle: T\ntopic: deterrence\ncompany: a\n"
            "design: {kind: individual, arms: {b: {control: true}, a: {share: 2}}}\n"
            "outcomes: [{id: x, role: primary, kind: count, event: e, better: lower}]\n",
        )
    )
    declared = (
        '{"design": {"arms": [{"control": false, "name": "a", "share": 2}, '
        '{"control": true, "name": "b", "share": 1}], "kind": "individual"}, "exposure": "assigned", "id": "s1", '
        '"log": {}, "outcomes": [{"better": "lower", "id": "x", "kind": "count", "role": "primary", '
        '"source": {"event": "e"}}], "plan": {}}'
    )
    assert study.plan_hash == hashlib.sha256(declared.encode()).hexdigest()

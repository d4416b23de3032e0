"""A study's words in another language: no part of the plan, and checked against what they translate."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.bundled import pilots
from experiments.calendar_form import BEFORE
from experiments.plan import study_facts
from experiments.study_file import StudyFaults, read_study
from experiments.translations import untranslated

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
FRENCH = """
translations:
  fr:
    title: Un avertissement détourne-t-il les visiteurs ?
    arms: {control: Sans avertissement, ip-trace: L’adresse est repérable}
    words: {region: région}
"""


def read(folder: Path, content: str):
    path = folder / "study.yaml"
    path.write_text(content, encoding="utf-8")
    return read_study(path)


def faults(folder: Path, translations: str) -> list[str]:
    """What is wrong with the example under these translations, without the file's name and the place."""
    with pytest.raises(StudyFaults) as caught:
        read(folder, f"{EXAMPLE}\ntranslations:\n{translations}")
    return [problem.path + ": " + problem.says for problem in caught.value.problems]


def test_a_translation_is_no_part_of_the_plan(tmp_path):
    plain, french = read(tmp_path, EXAMPLE), read(tmp_path, EXAMPLE + FRENCH)
    assert french.translations != plain.translations
    assert french.plan_hash == plain.plan_hash


def test_each_text_of_the_file_leads_to_the_one_in_the_other_language(tmp_path):
    study = read(tmp_path, EXAMPLE + FRENCH)
    assert study.translations["fr"] == {
        study.title: "Un avertissement détourne-t-il les visiteurs ?",
        "No warning": "Sans avertissement",
        "Address can be traced": "L’adresse est repérable",
        "region": "région",
    }
    assert study_facts(study).translations == study.translations


def test_a_unit_is_known_without_its_range_as_distances_are_told_in_it(tmp_path):
    ranged = EXAMPLE.replace("    margin: 0.05", "    unit: minutes (0 to 60)\n    margin: 0.05", 1)
    french = "translations: {fr: {outcomes: {entered_site: {unit: minutes (de 0 à 60)}}}}"
    said = read(tmp_path, f"{ranged}\n{french}\n").translations["fr"]
    assert said == {"minutes (0 to 60)": "minutes (de 0 à 60)", "minutes": "minutes"}


@pytest.mark.parametrize(
    ("translations", "says"),
    [
        ("  fr: {arms: {contrl: Rien}}", 'Did you mean "control"?'),
        ("  fr: {outcomes: {entred: {label: Entrée}}}", "is none of the study's outcomes"),
        ("  fr: {titel: Un titre}", 'Did you mean "title"?'),
        ("  french: {title: Un titre}", "a language's two small letters, such as fr"),
        ("  fr: {limits: [Une, Deux, Trois, Quatre, Cinq, Six]}", "one for each of the study's"),
        ("  fr: {cluster_name: équipe}", "the study has no cluster_name to translate"),
        ("  fr: [Un titre]", "the study's words, such as"),
    ],
)
def test_what_is_translated_must_be_there(tmp_path, translations, says):
    found = faults(tmp_path, f"{translations}\n")
    assert len(found) == 1
    assert found[0].startswith("translations")
    assert says in found[0]


def test_a_study_that_is_partly_translated_hints_at_the_rest(tmp_path):
    study = read(tmp_path, EXAMPLE + FRENCH)
    (hint,) = untranslated(study)
    assert hint.startswith(
        "translations.fr leaves out outcomes.entered_site.label, covariates.prior_searches, "
    )
    assert untranslated(read(tmp_path, EXAMPLE)) == ()


@pytest.mark.parametrize(
    "folder", [pilot.study_file.parent for pilot in pilots()], ids=lambda path: path.name
)
def test_every_bundled_pilot_speaks_french_throughout(folder):
    study = read_study(folder / "study.yaml")
    assert list(study.translations) == ["fr"]
    assert untranslated(study) == ()
    labels = {arm.label for arm in study.design.arms if arm.name != BEFORE}
    assert labels <= set(study.translations["fr"])


STATED = """
reporting:
  funding: A foundation paid.
  ethics: |
    The ethics committee of the example approved it
    under number 7.
"""


def test_what_a_study_states_for_its_report_is_no_part_of_the_plan_and_is_translated_like_the_rest(tmp_path):
    plain = read(tmp_path, EXAMPLE)
    french = "translations: {fr: {reporting: {funding: Une fondation a payé.}}}"
    stated = read(tmp_path, f"{EXAMPLE}{STATED}{french}\n")
    assert stated.plan_hash == plain.plan_hash
    assert study_facts(stated).reporting["funding"] == "A foundation paid."
    assert stated.translations["fr"] == {"A foundation paid.": "Une fondation a payé."}
    assert "reporting.ethics" in untranslated(stated)[0]
    assert "reporting.funding" not in untranslated(stated)[0]


def test_only_what_is_stated_can_be_translated_and_only_known_statements_are_taken(tmp_path):
    assert faults(tmp_path, "  fr: {reporting: {funding: Une fondation a payé.}}")[0].startswith(
        "translations.fr.reporting.funding: the study has no funding to translate, expected one in the file itself"
    )
    with pytest.raises(StudyFaults, match=r"reporting\.fundin: unknown key.*Did you mean \"funding\""):
        read(tmp_path, f"{EXAMPLE}\nreporting: {{fundin: Nobody.}}\n")

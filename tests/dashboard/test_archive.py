"""All charts of a study as a ZIP: each in each format, an index whose links lead to them, the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING

import pytest

from analysis.policy import PUBLIC
from dashboard.archive import archive
from dashboard.chart import available
from dashboard.cli import main
from dashboard.export import exports, picture
from tests.dashboard.test_reports import Reader
from tests.support import example_release

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.disclosure import Release


@cache
def release() -> Release:
    return example_release("honeypot", policy=PUBLIC)


@cache
def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive(release()))) as held:
        return {name: held.read(name) for name in held.namelist()}


def test_every_chart_is_there_in_every_format_as_it_is_exported_alone() -> None:
    names = [chart.name for chart in available(release())]
    assert len(names) > 2
    for chart in available(release()):
        drawn = picture(release(), chart)
        for export in exports().values():
            held = files()[f"{chart.name}/{release().study.id}-{chart.name}.{export.extension}"]
            if export.name in ("csv", "svg"):
                assert held == export.make(drawn)
            assert held


def test_the_index_and_the_readme_name_each_file_and_describe_each_chart() -> None:
    page = Reader(files()["index.html"].decode())
    linked = {held["href"] for tag, held in page.tags if tag == "a"}
    shown = {held["src"]: held["alt"] for tag, held in page.tags if tag == "img"}
    drawn = {name for name in files() if "/" in name}
    assert linked == drawn
    assert set(shown) == {name for name in drawn if name.endswith(".svg")}
    readme = files()["README.txt"].decode()
    for chart in available(release()):
        assert chart.describe(release()) in readme
        assert chart.describe(release()) in shown.values()
    assert all(name in readme for name in drawn)
    assert release().registration.hash[:10] in readme
    assert "Reconstructed data" in readme


def test_every_table_says_what_it_rests_on() -> None:
    for name, content in files().items():
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(content.decode())):
                assert row["plan_hash"] == release().registration.hash
                assert row["data_hash"] == release().data.hash
                assert row["policy"] == "public"


def test_the_same_release_gives_the_same_bytes() -> None:
    with zipfile.ZipFile(io.BytesIO(archive(release()))) as held:
        assert {info.date_time for info in held.infolist()} == {(2026, 10, 5, 9, 30, 0)}
        assert {name: held.read(name) for name in held.namelist()} == files()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "x", "--all", "--out", "a.png"], "a name that ends in .zip"),
        (["report", "x", "--out", "a.docx"], "a name that ends in .pdf or .html"),
        (["annual", "--out", "a"], "a name that ends in .pdf or .html"),
        (["annual", "--out", "a.pdf", "--date", "soon"], "is not a day"),
        (["annual", "--out", "a.pdf"], "No pilot is registered here."),
    ],
)
def test_what_cannot_be_made_is_one_sentence(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--store", str(tmp_path / "store"), *words]) != 0
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("a*"))

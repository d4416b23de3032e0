"""A new plug-in is one new file, and two plug-ins cannot share a name."""

from __future__ import annotations

import importlib
import sys

import pytest

from analysis.estimator import Estimator
from analysis.registry import _collect, collect

PLUGIN = '''
"""Question: q"""
from analysis.estimator import Estimator
ESTIMATOR = Estimator("{name}", "label", frozenset(), frozenset(), lambda e, s: None, lambda d: False)
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "some_plugins"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("some_plugins")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    _collect.cache_clear()


def test_a_file_in_the_folder_is_found_by_its_name(package):
    (package / "first.py").write_text(PLUGIN.format(name="first"))
    (package / "_private.py").write_text(
        "raise RuntimeError('a module with an underscore is never imported')"
    )
    assert list(collect("some_plugins", Estimator)) == ["first"]


def test_two_plugins_of_one_name_are_refused(package):
    (package / "first.py").write_text(PLUGIN.format(name="same"))
    (package / "second.py").write_text(PLUGIN.format(name="same"))
    with pytest.raises(TypeError, match="names are unique"):
        collect("some_plugins", Estimator)

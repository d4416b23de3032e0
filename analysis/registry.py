"""Plug-ins are found, not listed: a file put into a folder is the whole change."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")


def modules(package: str) -> Iterator[ModuleType]:
    """Every public module directly inside `package`, imported, in the order of their names."""
    folder = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        if not found.name.startswith("_"):
            yield importlib.import_module(f"{package}.{found.name}")


@cache
def _collect(package: str, kind: Any) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for module in modules(package):
        for value in vars(module).values():
            if isinstance(value, kind) and found.setdefault(value.name, value) is not value:
                raise TypeError(f"{package} holds two plug-ins named {value.name!r}; names are unique")
    return MappingProxyType(found)


def collect(package: str, kind: type[T]) -> Mapping[str, T]:
    """All instances of `kind` that stand at module level in `package`, by their `name`.

    Raises TypeError when two different plug-ins claim one name.

    >>> from analysis.outcome import Kind
    >>> "proportion" in collect("analysis.outcomes", Kind)
    True
    """
    wanted: Any = kind
    return _collect(package, wanted)

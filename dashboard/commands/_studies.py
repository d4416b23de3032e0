"""What commands share that tell of each study of a store: which ones, in lines or JSON, and how they end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from dashboard.cli import print_json, progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from _typeshed import DataclassInstance

    from experiments.store import Store

T = TypeVar("T", bound="DataclassInstance")


def add_studies(parser: argparse.ArgumentParser) -> None:
    """The ids of studies."""
    parser.add_argument(
        "studies", nargs="*", metavar="STUDY", help="ids of registered studies (default: all)"
    )


def tell_of_each(
    arguments: argparse.Namespace,
    look: Callable[[Store, str], T],
    *,
    lines: Callable[[T], Iterable[str]],
    wrong: Callable[[T], object],
) -> int:
    """Print what was found of each study; 1 where something is `wrong` with one, else 0."""
    from experiments.store import Store

    store = Store(arguments.store)
    found = [look(store, study) for study in arguments.studies or store.studies()]
    progress(arguments)("")
    if arguments.json:
        schema = f"watchkeeper/{arguments.command}@1"
        print_json({"schema": schema, "studies": [asdict(each) for each in found]})
    else:
        print("\n".join(line for each in found for line in lines(each)) or "The store is empty.")
    return 1 if any(wrong(each) for each in found) else 0

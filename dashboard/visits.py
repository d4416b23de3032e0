"""Whether anybody waits for a page just now, so that what is only made ahead steps back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = threading.Lock()
_NOBODY = threading.Event()
_NOBODY.set()
_waiting: list[int] = []  # one entry for each page that is being made


@contextmanager
def visit() -> Iterator[None]:
    """While a page is made for somebody."""
    with _LOCK:
        _waiting.append(threading.get_ident())
        _NOBODY.clear()
    try:
        yield
    finally:
        with _LOCK:
            _waiting.pop()
            if not _waiting:
                _NOBODY.set()


def give_way(seconds: float = 2.0) -> bool:
    """Wait until nobody waits for a page, but no longer than `seconds`; returns whether nobody does."""
    return _NOBODY.wait(seconds)

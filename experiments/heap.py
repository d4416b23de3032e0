"""The memory that long work frees and takes again: asked of the system once, not for each range anew."""

from __future__ import annotations

import sys
from functools import cache

KEPT = 128 * 2**20  # bytes that stay at hand when they are freed
PIECE = 32 * 2**20  # bytes of what is freed at once: more than this older versions of glibc do not allow
_TRIM, _MMAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD in glibc's malloc.h


@cache
def keep_freed_memory() -> None:
    """Tell the C library, where it is glibc, to hand out freed memory again before it returns any to the system.

    A range's columns are some megabytes that live for milliseconds. By default each is mapped and unmapped anew,
    and the system clears every page of it: a quarter of a measurement's processor time.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # another C library has none, and does as it does
        mallopt(_MMAP, PIECE)
        mallopt(_TRIM, KEPT)

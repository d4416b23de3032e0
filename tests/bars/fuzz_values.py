"""What must never get into a store: for each column of a log, values that are to be refused, made at random."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
BROKEN = "\udc80\udcff\udcfe"  # bytes that are no UTF-8, as `surrogateescape` has them


def name(rng: random.Random) -> str:
    """A word of nobody: long enough that chance does not make it again."""
    return "".join(rng.choices(LETTERS, k=12))


def digits(rng: random.Random, how_many: int) -> str:
    """Digits of which the first is not 0."""
    return str(rng.randint(10 ** (how_many - 1), 10**how_many - 1))


def _telling(rng: random.Random) -> str:
    """Something that points at a person or a file, or that a program would run: in no column a code."""
    word, number = name(rng), digits(rng, 9)
    return rng.choice(
        (
            f"{word}@example.org",
            f"{word.title()} {name(rng).title()}",
            f"{digits(rng, 3)} {word.title()} Street, Springfield {number[:5]}",
            f"https://{word}.example.org/watch?v={number}",
            f"www.{word}.org",
            f"{word}.onion",
            ".".join(str(rng.randint(10, 255)) for _ in range(4)),
            ":".join(f"{rng.getrandbits(16):x}" for _ in range(8)),
            f"{rng.getrandbits(128):032x}",
            f"{rng.getrandbits(160):040x}",
            f"{rng.getrandbits(256):064x}".upper(),
            str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            f"+61 4{number[:2]} {number[2:5]} {number[5:8]}",
            f"+{number}12",
            f"1{rng.randint(0, 9)}.0{rng.randint(1, 9)}.19{digits(rng, 2)}",
            f'=HYPERLINK("http://{word}","{number}")',
            f"@SUM({word})",
            f"'; DROP TABLE {word}; --",
            f"{word}\x07{number}",
            f"{word}\u202e{number}",
            f"{word}\u200b{number}",
            f"{number} how to find {word}",
            digits(rng, rng.randint(8, 30)),
            word * 8,
            f"é{word}",
            f"{number[:6].translate(WIDE)}{word}",
        )
    )


def _no_arm(rng: random.Random) -> str:
    return rng.choice(
        (_telling(rng), name(rng), "Warning " + name(rng), digits(rng, 8), "warning" + name(rng))
    )


def _no_time(rng: random.Random) -> str:
    day = f"{rng.randint(2001, 2030)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}"
    return rng.choice(
        (
            _telling(rng),
            f"{day}T10:00:00".translate(rng.choice((WIDE, ARABIC))),
            f"{day}T25:{rng.randint(10, 59)}:00Z",
            f"{day[:5]}13-{rng.randint(10, 28)}T10:00:{rng.randint(10, 59)}",
            f"{day[:5]}02-30T11:{rng.randint(10, 59)}",
            f"18{digits(rng, 2)}-03-01T10:{rng.randint(10, 59)}:00Z",
            f"2{digits(rng, 3).replace('0', '1')}-03-01T10:{rng.randint(10, 59)}:00Z",
            digits(rng, 10),
            digits(rng, 13),
            f"{day} {name(rng)}",
            f"{day}T10:00:00+{digits(rng, 5)}",
            f"{day}T10:00:00 Pacific/{name(rng)}",
            "infinity" + name(rng),
            f"-{day}T10:00:{rng.randint(10, 59)}",
        )
    )


def _no_number(rng: random.Random) -> str:
    number = digits(rng, 8)
    return rng.choice(
        (
            f"{name(rng)}@example.org",
            f"{rng.getrandbits(160):040x}g",
            f"{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 3)}",
            number.translate(rng.choice((WIDE, ARABIC))),
            digits(rng, rng.randint(14, 40)),
            f"-{digits(rng, rng.randint(14, 40))}",
            f"{number}e{rng.randint(20, 999)}",
            f"0x{rng.getrandbits(48):012x}",
            f"{number},{digits(rng, 2)}",
            f"{number[:3]}_{number[3:]}",
            rng.choice(("NaN", "nan", "Infinity", "-inf", "true", "null", "None")),
            f"{number} €",
            f"${number}",
            f"{number}%",
            f"1/{number}",
            f"={number}+1",
            f"{number}\u202e",
        )
    )


def _no_id(rng: random.Random) -> str:
    return rng.choice(
        (
            name(rng) * 20,
            f"{name(rng)}\n{name(rng)}",
            f"{name(rng)}\x00{name(rng)}",
            f"{name(rng)}\x1b[31m{name(rng)}",
            " " * rng.randint(1, 9),
            "\t" * rng.randint(1, 9),
            "",
        )
    )


REFUSED: dict[str, Callable[[random.Random], str]] = {
    "unit": _no_id,
    "occurred_at": _no_time,
    "event": _telling,
    "arm": _no_arm,
    "cluster": _telling,
    "country": _telling,
    "value": _no_number,
    "item": _no_number,
    "wave": _telling,
    "instrument": _telling,
}


def secret_id(rng: random.Random) -> str:
    """An id that may come in, and of which nothing but a pseudonym may stay."""
    return rng.choice(
        (
            f"{name(rng)}@example.org",
            f"{name(rng)} {name(rng)}",
            f"+61 4{digits(rng, 8)}",
            f"{rng.getrandbits(128):032x}",
            f"=cmd|{name(rng)}",
            f"{name(rng)}\u202e{name(rng)}",
            digits(rng, 16),
            digits(rng, 12).translate(WIDE),
        )
    )


def not_plain(rng: random.Random) -> Any:
    """What JSON can hold and a column cannot: lists, objects, half characters."""
    return rng.choice(([name(rng)], {name(rng): digits(rng, 9)}, f"{name(rng)}\ud800{name(rng)}"))

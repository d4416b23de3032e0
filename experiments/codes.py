"""Codes: the short words of a log, from events to age bands, such that no name, address, number or hash is one."""

from __future__ import annotations

# Written for Python, JSON Schema and RE2 alike. [0-9] and not \d, which would let the digits of other scripts in.
CODE = "[A-Za-z0-9_<>][A-Za-z0-9_.<>=+-]{0,62}"
NO_CODE = "|".join(  # a code in form, but found anywhere in one, these are something else
    (
        "[0-9]{7}",  # a telephone number
        "^[0-9]+([.-][0-9]+){2,}$",  # a date of birth, an IP address
        "^[0-9A-Fa-f]{12,}$|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-",  # a hash, a UUID
        "[A-Za-z0-9]{40}",  # a token
        "^[Ww][Ww][Ww][.]|[.]([Cc][Oo][Mm]|[Nn][Ee][Tt]|[Oo][Rr][Gg]|[Oo][Nn][Ii][Oo][Nn])$",  # a site
    )
)
A_CODE = "at most 63 letters, digits and _ - . + < > =, but no date, address, long number or hash"
WHOLE = f"(?!.*(?:{NO_CODE})){CODE}"  # both in one pattern, for engines that can look ahead

"""Durations and sizes as people write them: 250ms, 5s, 2m; 64KiB, 1MiB, 10MB."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

__all__ = ["format_duration", "format_size", "parse_duration", "parse_size"]

DURATION_UNITS: Mapping[str, Fraction] = {
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 1000),
}

SIZE_UNITS: Mapping[str, Fraction] = {
    "GiB": Fraction(1024**3),
    "MiB": Fraction(1024**2),
    "KiB": Fraction(1024),
    "GB": Fraction(1000**3),
    "MB": Fraction(1000**2),
    "kB": Fraction(1000),
    "B": Fraction(1),
}

# A bound on the digits keeps what follows cheap and finite, whatever was written.
_QUANTITY = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,32})?) ?([a-z]*)", re.IGNORECASE | re.ASCII)


def parse_duration(value: object) -> float:
    """Return seconds, from text with a unit ("250ms") or from a plain number of seconds.

    Raises ValueError with a sentence on what is expected.
    """
    seconds = _quantity(value, DURATION_UNITS, plain="s")
    if seconds is None:
        raise ValueError("expected a duration such as 250ms, 5s, 2m or 1h")
    return float(seconds)


def parse_size(value: object) -> int:
    """Return bytes, from text with a unit ("64KiB") or from a plain number of bytes.

    Raises ValueError with a sentence on what is expected.
    """
    size = _quantity(value, SIZE_UNITS, plain="B")
    if size is None or size.denominator != 1:
        raise ValueError("expected a size in whole bytes such as 4096, 64KiB, 1MiB or 10MB")
    return size.numerator


def format_duration(seconds: float) -> str:
    """Write seconds so that `parse_duration` gives back exactly the same number."""
    exact = _whole(Fraction(repr(seconds)), DURATION_UNITS)
    return exact or f"{Decimal(repr(seconds)).normalize():f}s"


def format_size(size: int) -> str:
    """Write bytes so that `parse_size` gives back exactly the same number."""
    return _whole(Fraction(size), SIZE_UNITS) or f"{size}B"


def _quantity(value: object, units: Mapping[str, Fraction], plain: str) -> Fraction | None:
    """Return the exact quantity, or None where the value is not one."""
    match value:
        case bool():
            return None
        case int() | float():
            return Fraction(value) if 0 <= value < 1e18 and math.isfinite(value) else None
        case str():
            found = _QUANTITY.fullmatch(value)
            if found is None:
                return None
            number, unit = found.groups()
            factors = {name.lower(): factor for name, factor in units.items()}
            factor = factors.get((unit or plain).lower())
            return None if factor is None else Fraction(number) * factor
        case _:
            return None


def _whole(quantity: Fraction, units: Mapping[str, Fraction]) -> str | None:
    """Write the quantity in the largest unit that leaves a whole number, if there is one."""
    for unit, factor in units.items():
        count = quantity / factor
        if count and count.denominator == 1:
            return f"{count}{unit}"
    return None

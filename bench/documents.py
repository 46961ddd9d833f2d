"""Texts to compress: JSON as services exchange it, no two alike, of one size."""

from __future__ import annotations

import json
import random
from functools import cache

__all__ = ["documents"]

_WORDS = (  # noqa: SIM905
    "amber anchor basin beacon birch bridge canal candle cedar chalk cliff clover coast copper "
    "coral cotton crane delta ember fable falcon fern fjord flint garden glacier granite harbor "
    "hazel heron island ivory jasper juniper kernel lagoon lantern larch linen lunar maple marble "
    "meadow mirror monsoon moss nectar oak olive onyx opal orchid otter pearl pepper pine plain "
    "quarry quartz raven reef ridge river saffron sage salmon shore silver slate sparrow spruce "
    "stone summit swallow thistle timber topaz tulip valley velvet violet walnut willow winter"
).split()
_STATES = ("new", "open", "paid", "packed", "shipped", "returned")


@cache
def documents(seed: int, count: int, size: int) -> tuple[bytes, ...]:
    """Make so many JSON texts of ``size`` bytes, the same ones for the same seed."""
    chance = random.Random(seed)
    return tuple(_document(chance, number, size) for number in range(count))


def _document(chance: random.Random, number: int, size: int) -> bytes:
    items: list[dict[str, object]] = []
    document: dict[str, object] = {
        "type": "order.updated",
        "sequence": number,
        "id": f"{chance.getrandbits(64):016x}",
        "time": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T"
        f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.random() * 60:06.3f}Z",
        "state": chance.choice(_STATES),
        "customer": {
            "id": chance.randint(10_000, 99_999),
            "name": f"{chance.choice(_WORDS)} {chance.choice(_WORDS)}".title(),
            "since": chance.randint(1990, 2026),
        },
        "items": items,
        "note": "",
    }
    # Items as long as they fit, and a note of words in the rest.
    while len(_encoded(document)) <= size:
        items.append(
            {
                "sku": f"{chance.choice(_WORDS)[:3].upper()}-{chance.randint(1000, 9999)}",
                "title": f"{chance.choice(_WORDS)} {chance.choice(_WORDS)}",
                "quantity": chance.randint(1, 12),
                "price": round(chance.uniform(1, 500), 2),
            }
        )
    items.pop()
    missing = size - len(_encoded(document))
    words = " ".join(chance.choices(_WORDS, k=missing))
    return _encoded({**document, "note": words[:missing]})


def _encoded(document: dict[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()

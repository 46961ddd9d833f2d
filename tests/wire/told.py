"""What a connection told, in full."""

from __future__ import annotations

from webapp.wire.echoes import spelled_out
from webapp.wire.records import SMALL, Echoes, Record

__all__ = ["Told"]


class Told(list[Record]):
    """An observer that keeps all records."""

    def record_frames(self, records: list[Record]) -> None:
        self += records

    def record_echo(self, echo: Echoes) -> None:
        assert echo[3] == 1
        assert len(echo[2]) <= SMALL
        self.record_echoes(echo)

    def record_echoes(self, echoes: Echoes) -> None:
        records = spelled_out(echoes)
        assert len(records) == 2 * echoes[3]
        self += records

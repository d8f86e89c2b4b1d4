"""What a file may cost. One value, handed to the child as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading.

    ``memory_mb``: address space of the child. ``cpu_seconds``: its processor time. ``wall_seconds``: until it is ended.
    ``file_mb``: the file as sent; ``content_mb``: after decompression, and the most the child may write.
    ``entries``: members of a zip. ``rows``, ``columns``, ``field``: rows, columns, characters of one cell.
    ``errors``: row errors told in full; the rest are counted.
    """

    memory_mb: int = 700
    cpu_seconds: int = 20
    wall_seconds: int = 60
    file_mb: int = 50
    content_mb: int = 100
    entries: int = 200
    rows: int = 200_000
    columns: int = 512
    field: int = 32_768
    errors: int = 200

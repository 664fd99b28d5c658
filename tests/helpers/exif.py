"""EXIF blocks, and JPEGs that have one."""

from __future__ import annotations

import struct
from pathlib import Path


def exif(orientation: int, order: str = "<") -> bytes:
    """An EXIF block with an orientation behind another tag."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    entries = [(0x0100, 4, 1, 640), (0x0112, 3, 1, orientation)]
    table = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        packed = struct.pack(f"{order}H2x" if kind == 3 else f"{order}I", value)
        table += struct.pack(f"{order}HHI", tag, kind, count) + packed
    return head + table + bytes(4)


def with_exif(path: Path, orientation: int, order: str = "<") -> Path:
    """Put an EXIF block into a JPEG behind its start mark."""
    data, block = path.read_bytes(), b"Exif\0\0" + exif(orientation, order)
    segment = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
    path.write_bytes(data[:2] + segment + data[2:])
    return path

"""Tables as text: in columns for a terminal, in Markdown, as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from handypose_tf.files.writing import write_bytes


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in columns; those that hold only numbers are flush right.

    Args:
        header: Names of the columns.
        rows: Cells, as many in each row as there are columns.
    """
    rows = [list(row) for row in rows]
    columns = list(zip(header, *rows, strict=True))
    rule = ["-" * max(map(len, column)) for column in columns]
    flush_right = [all(map(_is_number, column[1:])) for column in columns]
    return align([header, rule, *rows], flush_right)


def align(rows: Sequence[Sequence[str]], flush_right: Sequence[bool]) -> str:
    """Lay cells out in columns as wide as their widest cell, two spaces apart.

    Args:
        rows: Cells, as many in each row as there are columns.
        flush_right: For each column whether its cells end in line.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, flush_right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, without a line end behind its last row."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_csv(path: str | os.PathLike[str], rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a CSV file with a header; what a row lacks is left empty.

    Args:
        path: Of the file.
        rows: Values by column; columns come in the order in which they first occur.

    Raises:
        OutputError: If the file cannot be written.
    """
    buffer = io.StringIO()
    columns = dict.fromkeys(key for row in rows for key in row)
    writer = csv.DictWriter(buffer, [*columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return write_bytes(path, buffer.getvalue().encode())


def _is_number(text: str) -> bool:
    return not text or text == "-" or text[0].isdigit() or text[0] in "+-."

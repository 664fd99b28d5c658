"""Files: written whole, held by one run at a time, fetched out of wheels."""

from __future__ import annotations

from handypose_tf.files.writing import (
    as_output_error,
    check_writable,
    file_sha256,
    is_device,
    is_full,
    is_standard_output,
    json_text,
    open_device,
    output_error,
    whole_file,
    write_bytes,
    write_checksum,
    write_json,
)

__all__ = [
    "as_output_error",
    "check_writable",
    "file_sha256",
    "is_device",
    "is_full",
    "is_standard_output",
    "json_text",
    "open_device",
    "output_error",
    "whole_file",
    "write_bytes",
    "write_checksum",
    "write_json",
]

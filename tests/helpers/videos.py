"""Small videos with known content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np


def write_video(path: Path, frames: Sequence[np.ndarray], fps: float = 25) -> Path:
    """Write RGB frames as motion JPEG, each frame by itself."""
    height, width = frames[0].shape[:2]
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), codec, fps, (width, height))
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[:, :, ::-1]))
    writer.release()
    return path


def grey_frames(count: int) -> list[np.ndarray]:
    """Frame i is grey 10 i."""
    return [np.full((48, 64, 3), 10 * i, np.uint8) for i in range(count)]


def _frame_starts(data: bytes) -> list[int]:
    starts, position = [], 0
    while (position := data.find(b"00dc", position + 1)) >= 0:
        starts.append(position)
    return starts


def spoil_frame(path: Path, index: int) -> Path:
    """Overwrite the data of one frame."""
    data = bytearray(path.read_bytes())
    start = _frame_starts(bytes(data))[index] + 8
    length = int.from_bytes(data[start - 4 : start], "little")
    data[start : start + length] = bytes(length)
    path.write_bytes(data)
    return path


def cut_off(path: Path, index: int) -> Path:
    """End the file within a frame."""
    data = path.read_bytes()
    path.write_bytes(data[: _frame_starts(data)[index] + 20])
    return path

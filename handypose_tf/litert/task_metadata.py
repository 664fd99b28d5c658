"""The metadata by which MediaPipe's Tasks prepare a picture for a `.tflite` file.

Written straight into the tables of the public schema: the packages that write them
(mediapipe, tflite-support) cannot share an environment with TensorFlow 2.21.

References:
    https://github.com/google-ai-edge/mediapipe, `mediapipe/tasks/metadata/
    metadata_schema.fbs`, version 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import encode
from flatbuffers.builder import Builder
from flatbuffers.number_types import UOffsetTFlags
from flatbuffers.table import Table

from handypose_tf.litert.flatbuffer import pack_model, read_model

#: Under this name a model file holds them, and its tables' identifier.
NAME, IDENTIFIER = "TFLITE_METADATA", b"M001"

#: What a picture's 0..255 is taken less and divided by: the network sees 0..1.
MEAN, STD = 0.0, 255.0

_IMAGE_PROPERTIES = 2  # of the union ContentProperties
_NORMALIZATION_OPTIONS = 1  # of the union ProcessUnitOptions
_RGB = 1


def add_task_metadata(
    content: bytes, *, name: str, description: str, licence: str, outputs: Sequence[str]
) -> bytes:
    """Return a `.tflite` file that says how its input wants a picture.

    Args:
        content: The file, of one picture's input; such metadata that it has go.
        name: What the model is called.
        description: What it is.
        licence: Of its weights.
        outputs: What its outputs are called, in order.
    """
    model = read_model(content)
    buffer = schema.BufferT()
    tables = _tables(name, description, licence, outputs)
    buffer.data = np.frombuffer(tables, np.uint8)
    entry = schema.MetadataT()
    entry.name, entry.buffer = NAME.encode(), len(model.buffers)
    model.buffers.append(buffer)
    others = [each for each in model.metadata or [] if each.name != entry.name]
    model.metadata = [*others, entry]
    return pack_model(model)


def describes_input(content: bytes) -> bool:
    """Tell whether a `.tflite` file already says how its input wants a picture."""
    model = read_model(content)
    own = [each for each in model.metadata or [] if each.name == NAME.encode()]
    if not own:
        return False
    tables = bytes(model.buffers[own[0].buffer].data)
    root = Table(tables, encode.Get(UOffsetTFlags.packer_type, tables, 0))
    units = [
        unit
        for subgraph in _children(root, 3)[:1]
        for picture in _children(subgraph, 2)[:1]
        for unit in _children(picture, 4)
    ]
    return any(_byte(unit, 0) == _NORMALIZATION_OPTIONS for unit in units)


def _children(table: Table, slot: int) -> list[Table]:
    """Return the tables of a field that is a vector of such; none if it is not set."""
    offset = table.Offset(4 + 2 * slot)
    if not offset:
        return []
    start = table.Vector(offset)
    places = [start + 4 * index for index in range(table.VectorLen(offset))]
    return [Table(table.Bytes, table.Indirect(place)) for place in places]


def _byte(table: Table, slot: int) -> int:
    offset = table.Offset(4 + 2 * slot)
    return table.Bytes[table.Pos + offset] if offset else 0


def _tables(name: str, description: str, licence: str, outputs: Sequence[str]) -> bytes:
    builder = flatbuffers.Builder(256)
    picture = _picture(builder)
    results = [_table(builder, 7, {0: _text(builder, each)}) for each in outputs]
    subgraph = _table(
        builder,
        10,
        {2: _vector(builder, [picture]), 3: _vector(builder, results)},
    )
    texts = {0: name, 1: description, 5: licence}
    offsets = {slot: _text(builder, text) for slot, text in texts.items()}
    model = _table(builder, 8, {**offsets, 3: _vector(builder, [subgraph])})
    builder.Finish(model, IDENTIFIER)
    return bytes(builder.Output())


def _picture(builder: Builder) -> int:
    """Write TensorMetadata of an RGB picture with NormalizationOptions."""
    properties = _table(builder, 2, {}, {0: _RGB})
    content = _table(builder, 3, {1: properties}, {0: _IMAGE_PROPERTIES})
    numbers = {slot: _floats(builder, value) for slot, value in enumerate((MEAN, STD))}
    options = _table(builder, 2, numbers)
    unit = _table(builder, 2, {1: options}, {0: _NORMALIZATION_OPTIONS})
    parts = {0: _text(builder, "image"), 3: content, 4: _vector(builder, [unit])}
    return _table(builder, 7, parts)


def _table(
    builder: Builder,
    slots: int,
    offsets: dict[int, int],
    numbers: dict[int, int] | None = None,
) -> int:
    """Write a table: its fields by their slots in the schema."""
    builder.StartObject(slots)
    for slot, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    for slot, number in (numbers or {}).items():
        builder.PrependInt8Slot(slot, number, 0)
    return builder.EndObject()


def _vector(builder: Builder, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def _floats(builder: Builder, value: float) -> int:
    """Write one number for all channels."""
    builder.StartVector(4, 1, 4)
    builder.PrependFloat32(value)
    return builder.EndVector()


def _text(builder: Builder, text: str) -> int:
    return builder.CreateString(text)

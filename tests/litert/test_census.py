"""The census, on the shipped file and on what is no model."""

from __future__ import annotations

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.litert.census import op_census
from handypose_tf.litert.shipped import SAVED_MODELS

SHIPPED = SAVED_MODELS / "handypose_mediapipe_full_192_float16.tflite"


@pytest.fixture(scope="module")
def census():
    return op_census(SHIPPED)


def test_body_of_the_shipped_file(census):
    """Depthwise convolutions of the encoder, the waterfall, the MLF and the crop."""
    assert census.body["DEPTHWISE_CONV_2D"] == 16 + 3 + 2 + 2
    # x and y of points, two each of side and presence, and metres.
    assert census.body["FULLY_CONNECTED"] == 7
    assert not census.body.keys() & {"MUL", "SPACE_TO_BATCH_ND", "TILE"}
    assert not census.flex


def test_tail_is_the_decoding(census):
    """Smoothing along columns and rows, the peak, chances of score, side and hand."""
    assert census.tail["ARG_MAX"] == 1 and census.tail["DEPTHWISE_CONV_2D"] == 2
    assert census.tail["LOGISTIC"] == 3
    assert "CONV_2D" not in census.tail


def test_partitions(census):
    assert census.body_partitions == 1 and not census.body_not_delegated
    assert census.partitions >= 1
    values = census.to_dict()
    assert values["partitions"] == census.partitions
    assert sum(values["body"].values()) == sum(op.in_body for op in census.operations)


@pytest.mark.parametrize("content", [None, b"no model"])
def test_what_is_no_model(tmp_path, content):
    path = tmp_path / "a.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"a\.tflite: (no such|LiteRT cannot)"):
        op_census(path)

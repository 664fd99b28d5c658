"""What training decodes of a reader's records."""

from __future__ import annotations

import tensorflow as tf

from handypose_tf.data import Reader
from handypose_tf.data.decode import decode_entry, entry_dataset


def samples(reader: Reader, context: float | None = None) -> tf.data.Dataset:
    """Return a reader's samples, as `HandPipeline` decodes them."""
    entries = entry_dataset(reader.records())
    return entries.map(lambda entry: decode_entry(entry, context=context))

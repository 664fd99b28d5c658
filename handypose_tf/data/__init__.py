"""Hand data: readers of the field's formats, TFRecord shards, the way to batches.

Nothing here imports TensorFlow before a data set or a shard is asked for.
"""

from handypose_tf.data.readers import READERS, Index, Reader
from handypose_tf.data.sample import PROBLEM_KINDS, Problem, Record
from handypose_tf.data.source import DataSource, open_source, parse_source

__all__ = [
    "PROBLEM_KINDS",
    "READERS",
    "DataSource",
    "Index",
    "Problem",
    "Reader",
    "Record",
    "open_source",
    "parse_source",
]

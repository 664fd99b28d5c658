"""TFRecord shards: one file's crops, and the index beside them."""

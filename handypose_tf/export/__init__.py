"""Models as files for phones and small computers."""

from handypose_tf.export.litert import PRECISIONS, export_litert

__all__ = ["PRECISIONS", "export_litert"]

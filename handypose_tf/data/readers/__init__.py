"""Readers of hand data sets, one file each; numpy and JSON only, no TensorFlow."""

from handypose_tf.data.readers.base import OnError, Reader
from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.data.readers.cmu_panoptic import CmuPanopticReader
from handypose_tf.data.readers.cmu_synth import CmuSynthReader
from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.data.readers.coco_wholebody import CocoWholeBodyReader
from handypose_tf.data.readers.freihand import FreiHandReader
from handypose_tf.data.readers.hagrid import HagridReader
from handypose_tf.data.readers.index import Index
from handypose_tf.data.readers.interhand import InterHandReader
from handypose_tf.data.readers.nsrm import NsrmReader
from handypose_tf.data.readers.onehand10k import OneHand10KReader
from handypose_tf.data.readers.rhd import RhdReader
from handypose_tf.data.readers.tfrecord import TfrecordReader
from handypose_tf.data.readers.yolo_pose import YoloPoseReader

#: FORMAT -> its reader.
READERS: dict[str, type[Reader]] = {
    reader.format: reader
    for reader in (
        CmuManualReader,
        CmuPanopticReader,
        CmuSynthReader,
        CocoReader,
        CocoWholeBodyReader,
        FreiHandReader,
        HagridReader,
        InterHandReader,
        NsrmReader,
        OneHand10KReader,
        RhdReader,
        TfrecordReader,
        YoloPoseReader,
    )
}

__all__ = ["READERS", "Index", "OnError", "Reader"]

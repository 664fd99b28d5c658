"""Keras layers of HandyPose, each usable in any model of your own."""

from handypose_tf.keras_classes import register_classes
from handypose_tf.layers.bilinear_resize import BilinearResize
from handypose_tf.layers.decode_centers import DecodeCenters
from handypose_tf.layers.decode_heatmaps import DecodeHeatmaps
from handypose_tf.layers.decode_palms import DecodePalms
from handypose_tf.layers.decode_points import DecodePoints
from handypose_tf.layers.multi_level_fusion import MultiLevelFusion
from handypose_tf.layers.multi_level_waterfall import MultiLevelWaterfall
from handypose_tf.layers.pad_channels import PadChannels
from handypose_tf.layers.point_maps import PointMaps
from handypose_tf.layers.subtract_mean import SubtractMean
from handypose_tf.layers.waterfall import Waterfall, WaterfallV2

__all__ = [
    "BilinearResize",
    "DecodeCenters",
    "DecodeHeatmaps",
    "DecodePalms",
    "DecodePoints",
    "MultiLevelFusion",
    "MultiLevelWaterfall",
    "PadChannels",
    "PointMaps",
    "SubtractMean",
    "Waterfall",
    "WaterfallV2",
]

register_classes()

"""Latency of model files, measured side by side: numpy and LiteRT, no TensorFlow.

A `.keras` file brings TensorFlow, in a process of its own.
"""

from handypose_tf.benchmarking.benchmark import benchmark
from handypose_tf.benchmarking.contender import Contender
from handypose_tf.benchmarking.machine import machine_name, machine_slug
from handypose_tf.benchmarking.matrix_product import (
    is_product,
    matrix_product_models,
    product_rates,
)
from handypose_tf.benchmarking.measurement import Measurement
from handypose_tf.benchmarking.operation_times import (
    operation_table,
    operation_times,
)
from handypose_tf.benchmarking.plots import save_plot
from handypose_tf.benchmarking.tables import csv_rows, table
from handypose_tf.litert.macs import count_tflite_macs

__all__ = [
    "Contender",
    "Measurement",
    "benchmark",
    "count_tflite_macs",
    "csv_rows",
    "is_product",
    "machine_name",
    "machine_slug",
    "matrix_product_models",
    "operation_table",
    "operation_times",
    "product_rates",
    "save_plot",
    "table",
]

from __future__ import annotations

from tensorflow import keras

from handypose_tf.models.complexity import count_graph_macs


def count(*layers: keras.layers.Layer, side: int = 8, channels: int = 3) -> int:
    x = image = keras.Input((side, side, channels))
    for layer in layers:
        x = layer(x)
    return count_graph_macs(keras.Model(image, x))


def test_a_convolution():
    """4 x 4 cells of 5 filters that each see 3 x 3 x 3 values; the bias is free."""
    layer = keras.layers.Conv2D(5, 3, strides=2, padding="same")
    assert count(layer) == 16 * 5 * 27


def test_a_depthwise_and_a_separable_convolution():
    assert count(keras.layers.DepthwiseConv2D(3, padding="same")) == 64 * 9 * 3
    separable = keras.layers.SeparableConv2D(5, 3, padding="same")
    assert count(separable) == 64 * (9 * 3 + 3 * 5)


def test_a_dense_layer():
    assert count(keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(7)) == 21


def test_a_shared_layer_counts_each_time():
    layer = keras.layers.Conv2D(3, 1)
    assert count(layer, layer) == 2 * 64 * 9


def test_norms_and_pools_are_free():
    assert count(keras.layers.BatchNormalization(), keras.layers.MaxPooling2D()) == 0

import numpy as np

from handypose_tf.synth.space.colour import decode_light, encode_light


def test_light_is_encoded_by_the_srgb_curve():
    """0.2140 of the light is the middle grey 0.5 of sRGB, 0.0331 is 0.2."""
    curve = encode_light(np.array([0.0, 0.0331, 0.2140, 0.7]))
    np.testing.assert_allclose(curve, [0, 0.2, 0.5, 0.8543], atol=2e-3)


def test_bright_light_is_rolled_off_and_never_wraps():
    light = np.array([0.8, 1.0, 3.0, 100.0])
    curve = encode_light(light)
    assert (np.diff(curve) > 0).all() and curve[-1] <= 1


def test_decoding_turns_the_curve_back():
    picture = np.arange(205, dtype=np.uint8)
    encoded = encode_light(decode_light(picture)) * 255
    np.testing.assert_allclose(encoded, picture, atol=0.05)

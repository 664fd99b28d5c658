import numpy as np
import pytest

from handypose_tf.synth.look.detail import CHANNELS
from handypose_tf.synth.look.skin import SkinTone, reflectance, skin_surface
from handypose_tf.synth.space.colour import decode_light


def lightness(linear: np.ndarray) -> np.ndarray:
    """CIE L* of linear sRGB."""
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16


@pytest.mark.parametrize("patch", [(194, 150, 130), (115, 82, 68)])
def test_some_skin_has_the_colour_of_a_colour_charts_skin_patch(patch):
    """Light skin and dark skin of the ColorChecker, sRGB."""
    melanin = np.geomspace(0.013, 0.43, 60)[:, None]
    linear = reflectance(melanin, np.linspace(1, 5, 30)).reshape(-1, 3)
    chart = decode_light(np.array(patch, np.uint8))
    assert np.abs(linear / chart - 1).max(axis=1).min() < 0.125


def test_the_range_of_melanin_is_wider_than_the_chart():
    lightest, darkest = lightness(reflectance([0.013, 0.43], [2.0, 2.0]))
    assert lightest > 66 + 3 and darkest < 38 - 8


def test_skin_of_all_tones_is_redder_than_green_and_greener_than_blue():
    melanin = np.geomspace(0.013, 0.4, 20)[:, None]
    colour = reflectance(melanin, np.linspace(1, 5, 9))
    assert (np.diff(colour, axis=-1) < 0).all()
    assert (colour > 0).all() and (colour < 0.75).all()


def test_melanin_darkens_and_blood_takes_green_above_all():
    base, dark = reflectance(0.05, 2.0), reflectance(0.2, 2.0)
    assert (dark < base).all()
    loss = 1 - reflectance(0.05, 4.0) / base
    assert loss[1] > loss[0] and loss[1] > loss[2]


def texels(**channels: int) -> np.ndarray:
    values = dict.fromkeys(CHANNELS, 0) | {"mottle": 128, "grain": 128} | channels
    return np.array([[values[name] for name in CHANNELS]], np.uint8)


def test_palms_are_lighter_than_backs_most_of_all_on_dark_skin():
    ratio = {}
    for melanin in (0.02, 0.3):
        tone = SkinTone(melanin=melanin)
        palm = skin_surface(texels(palm=255), tone).colour[0]
        back = skin_surface(texels(), tone).colour[0]
        ratio[melanin] = lightness(palm) / lightness(back)
    assert ratio[0.3] > 1.3 > ratio[0.02] > 0.95


def test_creases_are_darker_and_nails_shine():
    tone = SkinTone()
    plain, crease = (skin_surface(texels(crease=c), tone) for c in (0, 255))
    assert (crease.colour < plain.colour).all()
    nail = skin_surface(texels(nail=255), tone)
    assert nail.gloss > plain.gloss and nail.roughness < plain.roughness


def test_nail_polish_has_its_own_colour():
    polish = (0.5, 0.0, 0.1)
    surface = skin_surface(texels(nail=255), SkinTone(polish=polish))
    np.testing.assert_allclose(surface.colour[0], polish, atol=1e-6)

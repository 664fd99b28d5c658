import numpy as np
import pytest

from handypose_tf.synth.space.lighting import (
    Highlight,
    Lights,
    Shadows,
    irradiance,
    shine,
)
from handypose_tf.synth.world.illumination import draw_lights, make_lights

UP = np.array([[0, -1, 0]], np.float32)


def lamps(*directions) -> Lights:
    towards = np.array(directions, np.float32)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    return Lights(towards, np.ones_like(towards), 0, ())


def test_a_white_surface_that_faces_a_lamp_is_seen_as_one():
    lights = lamps((0, -1, 0))
    seen = np.ones((1, 1), np.float32)
    for is_skin in (False, True):
        light = irradiance(UP, seen, lights, is_skin=is_skin)
        np.testing.assert_allclose(light, 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("degrees", "expected"), [(0, 1), (60, 0.5), (90, 0), (120, 0)]
)
def test_light_falls_with_the_cosine(degrees, expected):
    angle = np.deg2rad(degrees)
    lights = lamps((np.sin(angle), -np.cos(angle), 0))
    light = irradiance(UP, np.ones((1, 1), np.float32), lights, is_skin=False)
    np.testing.assert_allclose(light, expected, atol=1e-6)


def test_in_skin_red_light_creeps_round_the_edge():
    light = irradiance(UP, np.ones((1, 1), np.float32), lamps((1, 0, 0)), is_skin=True)
    red, green, blue = light[0]
    assert red > green > blue > 0


def plate(height: float) -> np.ndarray:
    grid = np.arange(-0.03, 0.03, 0.002)
    x, z = np.meshgrid(grid, grid)
    flat = np.stack([x.ravel(), np.full(x.size, height), z.ravel()], axis=1)
    return flat.astype(np.float32)


def test_what_lies_behind_a_plate_is_in_its_shadow():
    shadows = Shadows(plate(-0.05), lamps((0, -1, 0), (0, 1, 0)))
    below, aside = np.zeros((1, 3)), np.array([[0.2, 0, 0]])
    seen = shadows.visible(np.concatenate([below, aside]).astype(np.float32))
    np.testing.assert_array_equal(seen, [[0, 1], [1, 1]])


def test_a_surface_does_not_shade_itself():
    points = plate(0.0)
    seen = Shadows(points, lamps((0.5, -1, 0.3), (0, -1, 0))).visible(points)
    assert seen.min() == 1


def test_shadows_have_soft_edges():
    x = np.linspace(-0.05, 0.05, 201)
    points = np.stack([x, 0 * x, 0 * x], axis=1).astype(np.float32)
    seen = Shadows(plate(-0.05), lamps((0, -1, 0))).visible(points)[:, 0]
    assert seen.min() == 0 and seen.max() == 1
    assert 2 <= np.count_nonzero((seen > 0.05) & (seen < 0.95)) <= 30


def test_the_highlight_is_where_a_mirror_would_show_the_lamp():
    direction = np.array([0.6, -0.8, 0], np.float32)
    lights = Lights(
        direction[None],
        np.ones((1, 3), np.float32),
        0,
        (Highlight(direction, np.ones(3, np.float32), 0.05),),
    )
    views = np.array([[-0.6, -0.8, 0], [0.6, -0.8, 0], [0, -1, 0]], np.float32)
    glow = shine(np.tile(UP, (3, 1)), views, np.full(3, 0.3, np.float32), lights)[:, 0]
    assert glow[0] > 5 * glow[2] > 0
    assert glow[2] > glow[1]


def test_drawn_lights_are_many_far_lamps_and_the_same_for_a_seed():
    for seed in range(30):
        lights = draw_lights(np.random.default_rng(seed))
        np.testing.assert_allclose(np.linalg.norm(lights.directions, axis=1), 1, 1e-5)
        assert (lights.radiance >= 0).all()
        again = draw_lights(np.random.default_rng(seed))
        np.testing.assert_array_equal(lights.radiance, again.radiance)


def test_under_an_even_dome_every_direction_is_equally_bright():
    white = np.ones(3)
    lights = make_lights(
        np.random.default_rng(0), ([0, -1, 0], white, white), [], num_dome=400
    )
    normals = np.random.default_rng(1).normal(size=(20, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    seen = np.ones((20, 400), np.float32)
    light = irradiance(normals.astype(np.float32), seen, lights, is_skin=False)
    np.testing.assert_allclose(light, 1, atol=0.03)

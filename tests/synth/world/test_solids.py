import numpy as np
import pytest

from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.solids import Ball, Block, Ring, Rod
from handypose_tf.synth.world.things import Material

GREY = Material(np.full((1, 1, 3), 0.5, np.float32))
Z = np.array([0.0, 0.0, 1.0])
TURN = rotation([1, 2, 3], 40)
PLACE = np.array([0.1, -0.2, 0.3])
SOLIDS = {
    "rod": Rod(PLACE, TURN @ Z, 0.02, 0.1),
    "ball": Ball(PLACE, 0.03),
    "block": Block(PLACE, TURN, np.array([0.02, 0.05, 0.1])),
    "ring": Ring(PLACE, TURN @ Z, 0.15, 0.012),
}


@pytest.mark.parametrize(
    ("solid", "point", "distance"),
    [
        (Rod(np.zeros(3), Z, 1.0, 6.0), (3, 4, 0), 4.0),  # beside
        (Rod(np.zeros(3), Z, 1.0, 6.0), (0, 0, 5), 2.0),  # above
        (Rod(np.zeros(3), Z, 1.0, 6.0), (4, 0, 7), 5.0),  # past the rim: 3, 4, 5
        (Rod(np.zeros(3), Z, 1.0, 6.0), (0.2, 0, 0), -0.8),
        (Ball(np.zeros(3), 2.0), (0, 3, 4), 3.0),
        (Ball(np.zeros(3), 2.0), (0, 0, 0), -2.0),
        (Block(np.zeros(3), np.eye(3), np.array([2.0, 4, 6])), (4, 6, 0), 5.0),
        (Block(np.zeros(3), np.eye(3), np.array([2.0, 4, 6])), (0.9, 0, 0), -0.1),
        (Ring(np.zeros(3), Z, 5.0, 1.0), (0, 0, 0), 4.0),
        (Ring(np.zeros(3), Z, 5.0, 1.0), (0, 8, 4), 4.0),
        (Ring(np.zeros(3), Z, 5.0, 1.0), (5, 0, 0.5), -0.5),
    ],
)
def test_distance_of_a_point(solid, point, distance):
    found = solid.distance(np.array([point], float))
    np.testing.assert_allclose(found, [distance], atol=1e-9)


@pytest.mark.parametrize("name", SOLIDS)
def test_what_is_drawn_is_what_is_touched(name):
    solid = SOLIDS[name]
    thing = solid.thing(GREY)
    np.testing.assert_allclose(solid.distance(thing.points), 0, atol=2e-6)
    outside = solid.distance(thing.points + 0.002 * thing.normals)
    assert outside.min() > 0.0009


@pytest.mark.parametrize("name", SOLIDS)
def test_a_shifted_solid_is_farther_on(name):
    points = np.random.default_rng(1).normal(0, 0.2, (50, 3))
    shift = np.array([0.01, 0.02, -0.03])
    moved = SOLIDS[name].shifted(shift)
    np.testing.assert_allclose(
        moved.distance(points + shift), SOLIDS[name].distance(points), atol=1e-12
    )

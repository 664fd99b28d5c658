import numpy as np

from handypose_tf.synth.world.dress import cut
from handypose_tf.synth.world.wardrobe import Wardrobe


def test_a_shirt_covers_the_trunk_and_stops_at_the_sleeve(body, rest):
    wardrobe = Wardrobe(body)
    covered = wardrobe.shirt(hem=-0.1, neck=1.0, sleeve=0.5) > 0
    near = np.linalg.norm(body.vertices - rest["spine03"], axis=1) < 0.12
    assert covered[near].all()
    assert not covered[
        np.linalg.norm(body.vertices - rest["wrist"], axis=1) < 0.1
    ].any()
    assert not covered[wardrobe.on_head].any()


def test_a_hem_is_drawn_back_to_where_the_depth_is_0():
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
    depth = np.array([0.5, 0.5, -1.5, -0.5])
    hem = cut(points, depth, np.array([[0, 1, 2, 3]]))
    np.testing.assert_allclose(hem[:, 1], [0, 0, 0.25, 0.5])

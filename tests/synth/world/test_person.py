import numpy as np
import pytest

from handypose_tf.synth.anatomy.arm import JOINTS
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.world.person import Person, draw_person, shape_body


def test_the_same_seed_gives_the_same_person():
    a, b = (draw_person(np.random.default_rng(4)) for _ in range(2))
    assert a == b
    assert a != draw_person(np.random.default_rng(5))


def test_shares_of_age_build_and_origin_add_up():
    for seed in range(20):
        targets = draw_person(np.random.default_rng(seed)).targets
        for group in ("macrodetails/universal", "macrodetails/"):
            total = sum(w for name, w in targets.items() if name.startswith(group))
            assert total == pytest.approx(1 if "universal" in group else 2, abs=0.15)


def test_skin_tones_cover_the_whole_range_evenly():
    melanin = [draw_person(np.random.default_rng(s)).skin.melanin for s in range(300)]
    assert min(melanin) < 0.015 and max(melanin) > 0.38
    share_below_middle = np.mean(np.array(melanin) < np.sqrt(0.013 * 0.43))
    assert share_below_middle == pytest.approx(0.5, abs=0.1)


def test_a_shaped_body_keeps_the_wrist_at_the_origin(rod_anatomy):
    body = shape_body(rod_anatomy, Person({"longer": 2.0}, SkinTone()))
    wrist = JOINTS.index("wrist")
    np.testing.assert_allclose(body.joints[wrist], 0, atol=1e-6)
    assert body.vertices.shape == rod_anatomy.vertices.shape


def test_real_people_have_hands_of_human_size(real_anatomy):
    middle_tip = JOINTS.index("finger3-4")
    lengths = []
    for seed in range(40):
        body = shape_body(real_anatomy, draw_person(np.random.default_rng(seed)))
        lengths.append(np.linalg.norm(body.joints[middle_tip]))
    assert 0.12 < min(lengths) and max(lengths) < 0.24
    assert np.std(lengths) > 0.005

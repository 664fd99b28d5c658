"""The hands of a picture as something that one can hold."""

from __future__ import annotations

import io
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas
import pytest
from dot_model import dot_image, true_keypoints
from fake_detector import FakeDetector
from PIL import Image as pillow

from handypose_tf.errors import DataError
from handypose_tf.images import read_image, write_image
from handypose_tf.inference import HandPoseEstimator, HandPoses, draw_hands

CENTERS = np.array([[120.0, 80], [160, 130], [110, 150]])
BOX = [110.0, 70, 60, 90]


@pytest.fixture(scope="module")
def estimator(dot_model) -> HandPoseEstimator:
    return HandPoseEstimator(dot_model, num_threads=1, detector=None)


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return dot_image(300, 400, CENTERS, 9)


def picture(i: int) -> np.ndarray:
    return dot_image(300, 400, CENTERS + 10 * i, 9)


def assert_found(hands, shift=0.0):
    [hand] = hands
    np.testing.assert_allclose(
        hand.keypoints, true_keypoints(CENTERS + shift), atol=0.1
    )


def test_it_is_a_list_that_knows_its_picture(estimator, image, tmp_path):
    path = write_image(tmp_path / "a.png", image)
    hands = estimator.predict(path, [BOX, BOX])
    assert isinstance(hands, list) and len(hands) == 2 and hands != []
    assert (hands.path, hands.width, hands.height) == (path, 400, 300)
    best = hands[:1]
    assert isinstance(best, HandPoses) and best[0] is hands[0] and best.path == path
    np.testing.assert_array_equal(hands.image, image)


def test_a_file_s_picture_is_not_held(estimator, image, tmp_path):
    path = write_image(tmp_path / "a.png", image)
    hands = estimator.predict(path)
    path.unlink()
    with pytest.raises(DataError, match="no such file"):
        hands.draw()


def test_drawing_is_that_of_draw_hands(estimator, image, tmp_path):
    hands = estimator.predict(image)
    drawn = draw_hands(image, hands, estimator.metadata.skeleton)
    assert (drawn != image).any()
    np.testing.assert_array_equal(hands.draw(), drawn)
    np.testing.assert_array_equal(read_image(hands.save(tmp_path / "d.png")), drawn)


def test_a_notebook_gets_a_png_of_bounded_size(estimator, image):
    small = pillow.open(io.BytesIO(estimator.predict(image)._repr_png_()))
    np.testing.assert_array_equal(np.asarray(small), estimator.predict(image).draw())
    wide = estimator.predict(np.full((30, 4096, 3), 90, np.uint8))
    assert pillow.open(io.BytesIO(wide._repr_png_())).size == (1024, 8)


def test_show_draws_the_picture(estimator, image, monkeypatch):
    from matplotlib import pyplot

    shown = []
    monkeypatch.setattr(
        pyplot, "show", lambda: shown.append(pyplot.gca().images[0].get_array())
    )
    with pyplot.rc_context({"backend": "agg"}):
        estimator.predict(image).show()
    pyplot.close("all")
    np.testing.assert_array_equal(shown[0], estimator.predict(image).draw())


def test_dict_and_table_agree(estimator, image, tmp_path):
    path = write_image(tmp_path / "a.png", image)
    hands = estimator.predict(path, [BOX])
    facts = json.loads(json.dumps(hands.to_dict()))
    assert (facts["image"], facts["width"], facts["height"]) == (str(path), 400, 300)
    table = hands.to_dataframe()
    assert isinstance(table, pandas.DataFrame) and len(table) == 1
    [row] = table.to_dict("records")
    x, y = facts["hands"][0]["keypoints"][8]
    assert (row["index_4_x"], row["index_4_y"]) == (x, y)
    assert row["side"] is None and row["image"] == str(path)
    assert len(table.columns) == 3 + 9 + 3 * 21
    assert list(estimator.predict(image, []).to_dataframe().columns) == list(table)


def test_coco_results_are_named_by_the_file_s_number(estimator, image, tmp_path):
    path = write_image(tmp_path / "000000000139.png", image)
    [entry] = estimator.predict(path).to_coco()
    assert entry["image_id"] == 139 and len(entry["keypoints"]) == 63
    assert estimator.predict(image).to_coco(7)[0]["image_id"] == 7
    with pytest.raises(ValueError, match="`image_id` is needed"):
        estimator.predict(image).to_coco()


def test_one_line_each(estimator, image):
    head, line = repr(estimator.predict(image)).splitlines()
    assert head == "<HandPoses picture, 400 x 300: 1 hand>"
    assert line.startswith("  <HandPose score 1.00, box 110 80 ")
    empty = estimator.predict(np.full((50, 80, 3), 90, np.uint8))
    assert repr(empty) == "<HandPoses picture, 80 x 50: no hand>"


def test_pillow_s_pictures(estimator, image):
    photo = pillow.fromarray(image)
    assert_found(estimator.predict(photo))
    turned = photo.transpose(pillow.Transpose.ROTATE_90)
    turned.getexif()[0x0112] = 6  # shown turned clockwise by 90 degrees
    assert_found(estimator.predict(turned))
    clear = pillow.new("RGBA", (40, 30), (255, 0, 0, 0))
    assert (estimator.predict(clear).image == 255).all()
    with pytest.raises(ValueError, match="8 bits a channel"):
        estimator.predict(pillow.new("I;16", (4, 4)))


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, r"cv2\.imread gives None"),
        (b"\xff\xd8", "decode_image"),
        ([np.zeros((9, 9, 3), np.uint8)], "predict_many"),
        (7, "a path, an array uint8 RGB"),
    ],
)
def test_what_is_no_picture(estimator, value, hint):
    with pytest.raises(TypeError, match=hint):
        estimator.predict(value)


@pytest.mark.parametrize(
    ("shape", "dtype", "hint"),
    [
        ((2, 9, 9, 3), np.uint8, "predict_many"),
        ((9, 9), np.uint8, "COLOR_GRAY2RGB"),
        ((9, 9, 4), np.uint8, r"picture\[\.\.\., :3\]"),
        ((3, 9, 9), np.uint8, r"transpose\(1, 2, 0\)"),
        ((9, 9, 3), np.float32, r"\(255 \* picture\)"),
    ],
)
def test_arrays_that_are_nearly_pictures(estimator, shape, dtype, hint):
    with pytest.raises(ValueError, match=hint):
        estimator.predict(np.zeros(shape, dtype))


def test_many_of_every_kind_in_order(estimator, tmp_path):
    for i in range(3):
        write_image(tmp_path / "some" / f"{i}.png", picture(i))
    given = (
        tmp_path / "some",
        str(tmp_path / "some" / "[12].png"),
        tmp_path / "some" / "1.png",
        picture(4),
        pillow.fromarray(picture(5)),
        np.stack([picture(6), picture(2)]),
    )
    found = list(estimator.predict_many(item for item in given))
    assert len(found) == 10
    for hands, shift in zip(found, (0, 1, 2, 1, 2, 1, 4, 5, 6, 2), strict=True):
        assert_found(hands, 10 * shift)
    assert [len(hands) for hands in estimator.predict_many(picture(0))] == [1]


def test_many_are_taken_as_they_are_needed(estimator):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield picture(0)

    stream = estimator.predict_many(endless())
    assert_found(next(stream))
    stream.close()
    assert len(taken) < 500


def test_a_file_that_cannot_be_read_among_many(estimator, tmp_path):
    write_image(tmp_path / "a.png", picture(1))
    given = [tmp_path / "none.png", tmp_path / "a.png"]
    with pytest.raises(DataError, match=r"none\.png: no such file"):
        list(estimator.predict_many(given))
    with pytest.warns(UserWarning, match=r"passed: .*none\.png: no such file"):
        [hands] = estimator.predict_many(given, on_error="skip")
    assert_found(hands, 10)
    with pytest.raises(ValueError, match="`on_error`"):
        estimator.predict_many(given, on_error="ignore")


def test_threads_may_share_one(estimator):
    start = threading.Barrier(4)

    def work(worker: int) -> list[HandPoses]:
        start.wait()
        return [estimator.predict(picture((worker + i) % 5)) for i in range(25)]

    with ThreadPoolExecutor(4) as pool:
        for worker, results in enumerate(pool.map(work, range(4))):
            for i, hands in enumerate(results):
                assert_found(hands, 10 * ((worker + i) % 5))


def test_pickled_by_its_arguments(dot_model, image):
    estimator = HandPoseEstimator(dot_model, 1, detector=None, mirrored=True)
    estimator.min_score = 0.0
    again = pickle.loads(pickle.dumps(estimator))
    assert again.path == dot_model and len(pickle.dumps(estimator)) < 1000
    assert_found(again.predict(image))
    assert len(again.predict(np.full((50, 80, 3), 90, np.uint8))) == 1
    other = pickle.loads(pickle.dumps(HandPoseEstimator(dot_model, 1)))
    assert other.predict(image, [BOX])[0]["wrist"].shape == (2,)


def test_hands_are_pickled_with_their_picture(estimator, image):
    again = pickle.loads(pickle.dumps(estimator.predict(image)))
    assert_found(again)
    np.testing.assert_array_equal(again.image, image)


def test_a_detector_of_somebody_s_own_is_asked_by_one_thread(dot_model, image):
    detector = FakeDetector()
    estimator = HandPoseEstimator(dot_model, 1, detector=detector)
    assert [len(hands) for hands in estimator.predict_many([image] * 3)] == [0, 0, 0]
    assert detector.num_looks == 3

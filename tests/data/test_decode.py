import cv2
import layouts
import numpy as np
import pytest
import tensorflow as tf
from exif import with_exif
from samples import samples

from handypose_tf.data import open_source
from handypose_tf.data.decode import cut_context
from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.data.readers.coco import CocoReader


def read(root):
    return CocoReader(root / "annotations.json")


def test_samples_have_the_documented_form(tmp_path):
    dataset = samples(CmuManualReader(layouts.write_cmu_manual(tmp_path)))
    assert dataset.element_spec == {
        "image": tf.TensorSpec((None, None, 3), tf.uint8),
        "keypoints": tf.TensorSpec((21, 2), tf.float32),
        "visibility": tf.TensorSpec((21,), tf.float32),
        "box": tf.TensorSpec((4,), tf.float32),
        "is_left": tf.TensorSpec((), tf.int8),
        "sample_id": tf.TensorSpec((), tf.string),
        "head_size": tf.TensorSpec((), tf.float32),
    }


def test_samples_are_the_records_in_their_order(tmp_path):
    reader = CmuManualReader(layouts.write_cmu_manual(tmp_path))
    found = list(samples(reader).as_numpy_iterator())
    assert len(found) == 3
    for record, sample in zip(reader.records(), found, strict=True):
        assert sample["sample_id"].decode() == record.sample_id
        np.testing.assert_array_equal(sample["keypoints"], record.keypoints)
        np.testing.assert_array_equal(sample["visibility"], record.visibility)
        np.testing.assert_array_equal(sample["box"], record.box)
        assert sample["is_left"] == record.is_left
        assert sample["head_size"] == np.float32(record.head_size)


@pytest.mark.parametrize("name", layouts.WRITERS)
def test_every_reader_gives_samples(tmp_path, name):
    reader = open_source(f"{name}:{layouts.WRITERS[name](tmp_path)}")
    sample = next(iter(samples(reader)))
    assert sample["image"].shape[-1] == 3
    header = reader.records()[0].header
    assert sample["image"].shape[:2] == (header.height, header.width)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_opencv_turns_them(tmp_path, orientation):
    root = layouts.write_coco(tmp_path, count=1)
    with_exif(root / "images/0.jpg", orientation)
    if orientation >= 5:

        def edit(content):
            content["images"][0].update(width=48, height=64)

        layouts.edit_json(root / "annotations.json", edit)
    reader = read(root)
    expected = reader.records()[0].read_image()
    image = next(iter(samples(reader)))["image"].numpy()
    np.testing.assert_array_equal(image, expected)


def pixels(*shape, dtype=np.uint8):
    top = np.iinfo(dtype).max
    return np.random.default_rng(0).integers(0, top, shape, dtype, endpoint=True)


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("0.png", pixels(48, 64)),
        ("0.png", pixels(48, 64, 3)),
        ("0.png", pixels(48, 64, 4)),
        ("0.png", pixels(48, 64, 3, dtype=np.uint16)),
        ("0.jpg", pixels(48, 64)),
        ("0.jpg", pixels(48, 64, 3)),
    ],
)
def test_pixels_are_those_of_read_image(tmp_path, name, image):
    root = layouts.write_coco(tmp_path, count=1)
    data = cv2.imencode(f".{name[2:]}", image)[1].tobytes()
    (root / "images" / name).write_bytes(data)
    layouts.edit_json(
        root / "annotations.json", lambda c: c["images"][0].update(file_name=name)
    )
    reader = read(root)
    expected = reader.records()[0].read_image()
    decoded = next(iter(samples(reader)))["image"].numpy()
    np.testing.assert_array_equal(decoded, expected)


def test_odd_paths_reach_tensorflow(tmp_path):
    root = layouts.write_coco(tmp_path / "a b/ü手:1")
    assert sum(1 for _ in samples(read(root))) == 3


def ramp_sample(box, keypoint, size=(48, 64)):
    """A sample whose pixel (x, y) has the colour (x, y, 0)."""
    y, x = np.mgrid[: size[0], : size[1]]
    image = np.stack([x, y, 0 * x], axis=-1).astype(np.uint8)
    return {
        "image": tf.constant(image),
        "keypoints": tf.constant([keypoint], tf.float32),
        "box": tf.constant(box, tf.float32),
    }


def test_context_keeps_whole_pixels_and_moves_the_labels():
    # Box centre (30, 20), longer side 10: twice that is x 20..40, y 10..30.
    cut = cut_context(ramp_sample([25, 17, 10, 6], [27, 19]), 2.0)
    assert cut["image"].shape == (21, 21, 3)
    assert cut["image"][0, 0].numpy().tolist() == [20, 10, 0]
    assert cut["keypoints"].numpy().tolist() == [[7, 9]]
    assert cut["box"].numpy().tolist() == [5, 7, 10, 6]
    x, y = cut["keypoints"][0].numpy().astype(int)
    assert cut["image"][y, x].numpy().tolist() == [27, 19, 0]


@pytest.mark.parametrize(
    ("box", "corner", "shape"),
    [
        ([-4, -4, 8, 8], [0, 0], (9, 9)),
        ([60, 44, 8, 8], [56, 40], (8, 8)),
        ([0, 0, 200, 200], [0, 0], (48, 64)),
        ([70, 60, 2, 2], [63, 47], (1, 1)),
    ],
)
def test_context_ends_at_the_picture(box, corner, shape):
    cut = cut_context(ramp_sample(box, [0, 0]), 2.0)
    assert cut["image"].shape[:2] == shape
    assert cut["image"][0, 0, :2].numpy().tolist() == corner


def test_context_of_a_data_set(tmp_path):
    reader = read(layouts.write_coco(tmp_path))
    sample = next(iter(samples(reader, context=1.0)))
    assert sample["image"].shape == (21, 21, 3)
    whole = next(iter(samples(reader)))
    np.testing.assert_array_equal(sample["image"], whole["image"][12:33, 10:31])


def test_a_window_of_a_jpeg_has_the_pixels_of_the_whole(tmp_path):
    """Colour is stored at half the size, so the window's edge may differ a little."""
    root = layouts.write_coco(tmp_path, count=1)
    image = cv2.resize(pixels(30, 40, 3), (160, 120), interpolation=cv2.INTER_CUBIC)
    path = root / "images/0.jpg"
    path.write_bytes(cv2.imencode(".jpg", image)[1].tobytes())

    def edit(content):
        content["images"][0].update(width=160, height=120)
        points = [v for x, y in layouts.points(50) for v in (x, y, 2)]
        content["annotations"][0].update(bbox=[61, 47, 30, 20], keypoints=points)

    layouts.edit_json(root / "annotations.json", edit)
    reader = read(root)
    cut = next(iter(samples(reader, context=1.5)))["image"].numpy().astype(int)
    # Centre (76, 57), side 45: from (53, 34) to (100, 81).
    whole = reader.records()[0].read_image()[34:81, 53:100]
    assert cut.shape == whole.shape
    np.testing.assert_array_equal(cut[2:-2, 2:-2], whole[2:-2, 2:-2])
    assert np.abs(cut - whole).max() < 40

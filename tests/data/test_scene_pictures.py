"""Where nobody knows whether there is a hand: crowds of a COCO file, and a JSON."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.data.scenes.pictures import read_pictures
from handypose_tf.errors import DataError
from handypose_tf.files import write_json
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import write_image


def write_coco(folder, hidden):
    """Write a photo with a hand, and with further annotations marked as crowds."""
    seen = {"keypoints": np.tile([9, 9, 2], 21).tolist(), "bbox": [5, 5, 9, 9]}
    annotations = [seen, *({**seen, **crowd, "iscrowd": 1} for crowd in hidden)]
    content = {
        "images": [{"id": 3, "file_name": "photos/x.png", "width": 60, "height": 60}],
        "annotations": [
            {**hand, "id": k, "image_id": 3, "category_id": 1}
            for k, hand in enumerate(annotations)
        ],
        "categories": [{"id": 1, "name": "hand", "keypoints": list(KEYPOINT_NAMES)}],
    }
    write_image(folder / "photos/x.png", np.zeros((60, 60, 3), np.uint8))
    write_json(folder / "labels.json", content)
    return f"coco:{folder / 'labels.json'}"


def test_crowds_and_a_json_s_boxes_are_places_where_nobody_knows(tmp_path):
    source = write_coco(tmp_path, [{"bbox": [20, 30, 8, 6]}])
    write_json(tmp_path / "more.json", {"photos/x.png": [[1, 2, 3, 4]]})
    (picture,) = read_pictures(source, images=tmp_path)
    assert len(picture.records) == 1
    np.testing.assert_array_equal(picture.possible, [[20, 30, 8, 6]])
    (picture,) = read_pictures(source, ignored=tmp_path / "more.json")
    np.testing.assert_array_equal(picture.possible, [[20, 30, 8, 6], [1, 2, 3, 4]])


def test_a_picture_without_such_places_has_none(tmp_path):
    (picture,) = read_pictures(write_coco(tmp_path, []))
    assert picture.possible.shape == (0, 4)


def test_what_cannot_be_read_is_named(tmp_path):
    source = write_coco(tmp_path, [{"bbox": [20, 30, 8]}])
    with pytest.raises(DataError, match=r"labels\.json: an annotation with iscrowd: "):
        read_pictures(source)
    source = write_coco(tmp_path, [])
    with pytest.raises(DataError, match=r"none\.json: cannot read: No such file"):
        read_pictures(source, ignored=tmp_path / "none.json")
    write_json(tmp_path / "odd.json", {"photos/x.png": [[1, 2, 3]]})
    with pytest.raises(DataError, match=r"odd\.json: must hold \{picture: "):
        read_pictures(source, ignored=tmp_path / "odd.json")

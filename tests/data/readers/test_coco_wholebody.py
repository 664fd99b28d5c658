"""COCO-WholeBody: a person's annotation has both hands."""

import layouts
import numpy as np

from handypose_tf.data.readers.coco_wholebody import CocoWholeBodyReader


def test_wholebody_reads_valid_hands(tmp_path):
    root = layouts.write_coco_wholebody(tmp_path)
    records = CocoWholeBodyReader(root).records()
    assert [(r.sample_id, r.split, r.is_left) for r in records] == [
        ("000000000009/5/lefthand", "train", 1),
        ("000000000139/5/lefthand", "val", 1),
        ("000000000139/5/righthand", "val", 0),
    ]
    right = CocoWholeBodyReader(root, "val").records()[1]
    assert right.keypoints[0].tolist() == [15, 17]
    assert right.box.tolist() == [15, 17, 20, 20]
    assert right.visibility.tolist() == [np.float32(0.04)] * 21
    assert right.image_path == str(root / "val2017/000000000139.jpg")


def test_wholebody_reads_one_json(tmp_path):
    root = layouts.write_coco_wholebody(tmp_path)
    path = root / "annotations/coco_wholebody_val_v1.0.json"
    assert len(CocoWholeBodyReader(path).records()) == 2
    images = CocoWholeBodyReader(path, images=root / "val2017").records()
    assert images[0].image_path == str(root / "val2017/000000000139.jpg")

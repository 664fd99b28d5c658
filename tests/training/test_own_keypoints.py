"""A set of points of one's own: its names and bones become the model's."""

from __future__ import annotations

import layouts
import tiny

from handypose_tf.tasks import PoseTask
from handypose_tf.training import build_config


def test_names_and_bones_of_the_category_are_the_model_s(tmp_path):
    names = ["wrist", "thumb_tip", "index_tip"]
    tiny.add_backbone()
    folder = layouts.write_coco(tmp_path / "data", count=4)

    def edit(content):
        category = {"keypoints": names, "skeleton": [[1, 2], [1, 3]]}
        content["categories"][0] |= category
        for hand in content["annotations"]:
            hand["keypoints"] = hand["keypoints"][-9:]

    layouts.edit_json(folder / "annotations.json", edit)
    settings = tiny.settings(f"coco:{folder}/annotations.json", tmp_path / "run")
    model = PoseTask(build_config(settings)).build()
    assert model.description.keypoint_names == tuple(names)
    assert model.description.skeleton == ((0, 1), (0, 2))

"""Parts of bodies teach what is no hand; our own labels are kept where looks agree."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.data import open_source
from handypose_tf.images import write_image
from handypose_tf.inference import HandPose

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    for name in ("mine_negatives", "own_labels", "prepare_people"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import own_labels
    import prepare_people

    return prepare_people, own_labels


def test_parts_near_a_hand_are_left_out_and_the_rest_is_read(scripts, tmp_path):
    prepare, _ = scripts
    people, out = tmp_path / "people", tmp_path / "out"
    write_image(people / "a.png", np.zeros((400, 600, 3), np.uint8))
    with open(people / "manifest.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "group", "width", "height"])
        rows.writerow(["a.png", "group 1", 600, 400])
    hand = {"file": "a.png", "grade": "hand", "box": [480, 60, 40, 40]}
    none = {"file": "a.png", "grade": "no", "box": [100, 300, 60, 60]}
    (people / "graded.json").write_text(json.dumps([hand, none]))
    parts = {
        "foot": [[100, 300, 60, 60]],
        "knee": [[470, 50, 60, 60]],  # on the graded hand
        "elbow": [[300, 40, 60, 60]],  # on what the pose takes for a hand
        "face": [[10, 10, 20, 20]],  # too small
        "hand": [[310, 50, 40, 40]],
    }
    (tmp_path / "parts.json").write_text(json.dumps({"a.png": parts}))
    prepare.write_parts(people, tmp_path / "parts.json", out)
    (out / "people_photos").symlink_to(people)

    side = "held_out" if prepare.is_held_out("group 1") else "train"
    file = out / side / "people_parts.json"
    [place] = json.loads(file.read_text())["annotations"]
    x, y, width, height = place["bbox"]
    assert place["part"] == "foot"
    assert width == height
    assert 36 <= width <= 72
    assert abs(x + width / 2 - 130) <= 12 and abs(y + height / 2 - 330) <= 12
    [record] = open_source(f"coco:{file}", images=out).records()
    assert record.image_path.endswith("a.png")


class Looker:
    """Says the same hand from every start, but for what is added to each."""

    def __init__(self, *added, score=0.9):
        self.points = np.stack(np.meshgrid([0.0, 30, 60], np.arange(7) * 10), -1)
        self.added, self.score = added, score

    def predict_regions(self, image, regions):
        return [
            HandPose(
                points := self.points.reshape(-1, 2) + np.asarray(added),
                np.full(21, 0.8),
                np.array([*points.min(0), *np.ptp(points, axis=0)]),
                self.score,
                left_score=0.99,
            )
            for _, added in zip(regions, self.added, strict=True)
        ]


def test_a_hand_is_labelled_where_all_starts_agree(scripts):
    _, own = scripts
    box, one = np.array([0.0, 0, 60, 60]), np.zeros((21, 2))
    one[4] = [0, 30]
    label = own.label(Looker((0, 0), (1, 0), one), None, box, 0.6)
    points = np.reshape(label["keypoints"], (21, 3))
    assert points[:, 2].tolist() == [2.0] * 4 + [0.0] + [2.0] * 16
    assert label["is_left"] == 1
    assert label["bbox"] == [0.0, 0.0, 60.0, 60.0]

    assert own.label(Looker((0, 0), (0, 20), (20, 0)), None, box, 0.6) is None
    assert own.label(Looker((0, 0), (0, 0), (0, 0), score=0.5), None, box, 0.6) is None


def test_a_find_is_new_where_nothing_is_known(scripts):
    _, own = scripts
    known = np.array([[100.0, 100, 50, 50]])
    assert own.is_new(np.array([200.0, 100, 50, 50]), known)
    assert not own.is_new(np.array([130.0, 100, 50, 50]), known)
    assert own.is_new(np.array([130.0, 100, 50, 50]), np.zeros((0, 4)))


def test_a_label_that_a_viewer_refused_is_left_out(scripts):
    _, own = scripts
    refused = [np.array([100.0, 100, 50, 50])]
    assert own.is_refused({"bbox": [104.0, 98, 48, 52]}, refused)
    assert not own.is_refused({"bbox": [130.0, 100, 50, 50]}, refused)
    assert not own.is_refused({"bbox": [104.0, 98, 48, 52]}, [])

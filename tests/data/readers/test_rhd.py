import pickle

import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.rhd import RhdReader
from handypose_tf.errors import DataError


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_reads_each_hand_in_sight(tmp_path, protocol):
    records = RhdReader(layouts.write_rhd(tmp_path, protocol)).records()
    assert [(r.sample_id, r.is_left) for r in records] == [
        ("training/00000/left", 1),
        ("training/00001/left", 1),
        ("training/00001/right", 0),
        ("evaluation/00000/left", 1),
    ]


def test_puts_fingers_from_base_to_tip(tmp_path):
    _, left, right, _ = RhdReader(layouts.write_rhd(tmp_path)).records()
    # RHD: wrist 0, thumb 1 (tip) .. 4, index 5 .. 8, ..., little 17 .. 20.
    assert left.keypoints[[0, 1, 4, 5, 20]].tolist() == [
        [100, 200],
        [104, 196],
        [101, 199],
        [108, 192],
        [117, 183],
    ]
    assert right.keypoints[[0, 1, 4]].tolist() == [[121, 179], [125, 175], [122, 178]]


def test_box_holds_hidden_joints_as_well(tmp_path):
    root = layouts.write_rhd(tmp_path)
    annotation = layouts.rhd_annotation(left=0)
    annotation["uv_vis"][7, 2] = 1
    path = root / "evaluation/anno_evaluation.pickle"
    path.write_bytes(pickle.dumps({0: annotation}))
    (record,) = RhdReader(root, "test").records()
    assert record.visibility.sum() == 1
    assert record.visibility[6] == 1  # index finger: 5 tip, 6, 7, 8 base
    assert record.box.tolist() == [100, 180, 20, 20]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ({"K": np.eye(3)}, "bad_structure"),
        ({"uv_vis": np.ones((41, 3))}, "wrong_joint_count"),
        ({"uv_vis": np.tile([np.nan, 5, 1], (42, 1))}, "bad_number"),
        ({"uv_vis": "none"}, "bad_structure"),
    ],
)
def test_bad_annotations_are_named(tmp_path, annotation, kind):
    root = layouts.write_rhd(tmp_path)
    path = root / "evaluation/anno_evaluation.pickle"
    path.write_bytes(pickle.dumps({0: annotation}))
    problems = RhdReader(root, "test").index().problems
    assert {p.kind for p in problems} == {kind}
    assert problems[0].where == "0.left"


@pytest.mark.parametrize("table", [[1, 2], {"a": 1}])
def test_another_table_is_refused(tmp_path, table):
    root = layouts.write_rhd(tmp_path)
    path = root / "evaluation/anno_evaluation.pickle"
    path.write_bytes(pickle.dumps(table))
    with pytest.raises(DataError, match="not a table of numbers to annotations"):
        RhdReader(root, "test").index()

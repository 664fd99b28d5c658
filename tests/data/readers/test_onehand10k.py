import layouts
import pytest

from handypose_tf.data.readers.onehand10k import OneHand10KReader


def test_reads_rows(tmp_path):
    records = OneHand10KReader(layouts.write_onehand10k(tmp_path)).records()
    assert [r.sample_id for r in records] == ["Train/0", "Train/1", "Test/0"]
    assert [r.split for r in records] == ["train", "train", "test"]
    assert records[0].visibility.tolist() == [0.0] + [1.0] * 20
    assert records[0].keypoints[1].tolist() == [11, 13]
    assert records[0].box.tolist() == [11, 13, 19, 19]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda row: row.rsplit(",", 1)[0], "wrong_joint_count"),
        (lambda row: row.replace("11,13", "x,13", 1), "bad_number"),
        (lambda row: row.replace("0.jpg", "../0.jpg"), "unsafe_path"),
        (lambda row: row.replace("0.jpg", "9.jpg"), "missing_picture"),
        (lambda row: row.replace("64,48", "48,64"), "wrong_size"),
        (lambda row: "0.jpg,64,48,1" + ",-1" * 42, "no_visible_joint"),
    ],
)
def test_bad_rows_are_named(tmp_path, change, kind):
    root = layouts.write_onehand10k(tmp_path)
    path = root / "Train/label_joint.txt"
    rows = path.read_text().splitlines()
    path.write_text("\n".join([change(rows[0]), rows[1]]))
    records, problems = OneHand10KReader(root, "train").index()
    assert [r.sample_id for r in records] == ["Train/1"]
    assert [(p.kind, p.where) for p in problems] == [(kind, "line 1")]


def test_a_trailing_comma_is_no_value(tmp_path):
    root = layouts.write_onehand10k(tmp_path)
    path = root / "Test/label_joint.txt"
    path.write_text(path.read_text().strip() + ",\r\n")
    assert len(OneHand10KReader(root, "test").records()) == 1

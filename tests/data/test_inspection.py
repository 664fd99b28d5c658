import layouts
import numpy as np

from handypose_tf.data.inspection import draw_samples, inspect_data
from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.data.readers.cmu_panoptic import CmuPanopticReader
from handypose_tf.data.readers.rhd import RhdReader


def test_figures_of_a_small_data_set(tmp_path):
    layouts.write_cmu_manual(tmp_path)
    layouts.write_picture(tmp_path / "manual_train/Ricki_unit_8_l.jpg", (100, 80))
    figures = inspect_data(CmuManualReader(tmp_path))
    assert figures.num_records == {"train": 2, "test": 1}
    assert figures.num_pictures == 3
    assert figures.picture_sizes == {
        "smallest": [64, 48],
        "median": [64, 48],
        "largest": [100, 80],
    }
    assert figures.hand_sizes == {"p5": 19, "median": 19, "p95": 19}
    assert figures.handedness == {"left": 1, "right": 2, "unknown": 0}
    assert figures.visibility["little_3"] == 1
    assert figures.visibility["little_4"] == 0
    assert (figures.bad_records, figures.problems) == ({}, [])


def test_the_text_names_everything(tmp_path):
    layouts.write_cmu_manual(tmp_path)
    (tmp_path / "manual_test/000092168_02_l.jpg").unlink()
    text = str(inspect_data(CmuManualReader(tmp_path)))
    lines = text.splitlines()
    assert lines[0] == f"cmu_manual:{tmp_path}"
    assert lines[1] == "  hands        2 (train 2) in 2 pictures"
    assert "  bad records  1 missing_picture" in lines
    assert "000092168_02_l.jpg [missing_picture]" in lines[-1]
    assert "little_4    0.0%" in text


def test_long_lists_of_problems_are_shortened_in_the_text_alone(tmp_path):
    layouts.write_cmu_panoptic(tmp_path, 15)
    for path in (tmp_path / "imgs").iterdir():
        path.unlink()
    figures = inspect_data(CmuPanopticReader(tmp_path))
    assert len(figures.to_dict()["problems"]) == 15
    assert str(figures).endswith("... and 5 more")


def test_decoding_finds_what_headers_hide(tmp_path):
    root = layouts.write_rhd(tmp_path)
    path = root / "training/color/00001.png"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    reader = RhdReader(root)
    assert inspect_data(reader).bad_records == {}
    assert inspect_data(reader, decode=True).bad_records == {"broken_picture": 1}


def test_the_sheet_shows_hands_from_all_over(tmp_path):
    records = CmuManualReader(layouts.write_cmu_manual(tmp_path)).records()
    sheet = draw_samples(records * 4, count=5, tile=64)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 5 * 64
    assert sheet.std() > 20


def test_a_picture_that_vanished_is_an_empty_tile(tmp_path):
    records = CmuManualReader(layouts.write_cmu_manual(tmp_path)).records()
    (tmp_path / "manual_train/000015774_01_l.jpg").unlink()
    sheet = draw_samples(records[:1], tile=64)
    assert sheet[:64, :64].max() == 0

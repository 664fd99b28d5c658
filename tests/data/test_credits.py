from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drawn_hands import write_coco

from handypose_tf.data import open_source
from handypose_tf.data.credits import DataCredits, coco_credits

TEACHER = {
    "name": "MediaPipe Hands full",
    "version": "0.10.21",
    "licence": "Apache-2.0",
}
TWO = [{"id": 1, "name": "CC BY 4.0"}, {"id": 2, "name": "MIT"}]


@pytest.mark.parametrize(
    ("content", "licences"),
    [
        ({}, ()),
        ({"licenses": TWO}, ("CC BY 4.0", "MIT")),
        ({"licenses": TWO, "images": [{"license": 2}, {"license": 2}]}, ("MIT",)),
        ({"licenses": [{"id": 1, "url": "https://a.org/by"}]}, ("https://a.org/by",)),
        ({"info": {"photos": {"licence": "CC0"}, "licence": "CC0"}}, ("CC0",)),
        ({"info": {"photos": {"licence": "not stated"}}}, ()),
        ({"licenses": "MIT", "images": [1], "info": ["MIT"]}, ()),
    ],
)
def test_licences_that_a_coco_file_states(
    content: dict[str, Any], licences: tuple[str, ...]
) -> None:
    assert coco_credits(content).licences == licences


def test_words_name_licences_and_teacher() -> None:
    found = coco_credits({"licenses": TWO, "info": {"teacher": TEACHER}})
    assert found.words() == (
        "CC BY 4.0, MIT; labels by MediaPipe Hands full 0.10.21 (Apache-2.0)"
    )
    assert found.to_dict() == {"licences": ["CC BY 4.0", "MIT"], "teacher": TEACHER}
    assert DataCredits().words() == ""
    assert DataCredits().to_dict() == {"licences": ["not stated"], "teacher": None}


def test_words_name_the_second_teacher() -> None:
    second = {"second_name": "own.tflite", "second_licence": "MIT"}
    assert DataCredits((), {"name": "a", **second}).words() == (
        "labels by a; labels compared with own.tflite's (MIT)"
    )


def test_a_setting_says_what_files_do_not() -> None:
    assert DataCredits().or_licence("CC0").licences == ("CC0",)
    assert DataCredits(("MIT",)).or_licence("CC0").licences == ("MIT",)


def test_all_files_of_a_data_set_are_heard(tmp_path: Path) -> None:
    for name, licence in (("train", "MIT"), ("val", "CC0")):
        path = write_coco(tmp_path / "made", count=1)
        content = json.loads(path.read_text("utf-8"))
        content["info"] = {"licence": licence}
        (path.parent / f"{name}.json").write_text(json.dumps(content), "utf-8")
    assert open_source(f"coco:{tmp_path / 'made'}").credits.licences == ("MIT", "CC0")
    assert open_source(f"coco:{tmp_path / 'made'}:val").credits.licences == ("CC0",)

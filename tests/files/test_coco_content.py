from __future__ import annotations

from handypose_tf.files.coco import coco_content


def test_pictures_and_hands_are_numbered_and_tied():
    content = coco_content(
        [({"file_name": "a.jpg"}, [{}, {}]), ({"file_name": "b.jpg"}, [{"iscrowd": 1}])]
    )
    assert [image["id"] for image in content["images"]] == [0, 1]
    ids = [(a["id"], a["image_id"], a["category_id"]) for a in content["annotations"]]
    assert ids == [(0, 0, 1), (1, 0, 1), (2, 1, 1)]
    assert content["annotations"][2]["iscrowd"] == 1
    assert "info" not in content


def test_numbers_of_their_own_stay():
    picture = {"id": 139, "file_name": "000000000139.jpg"}
    content = coco_content([(picture, [{"id": 7}])], {"description": "by hand"})
    assert content["annotations"] == [{"id": 7, "image_id": 139, "category_id": 1}]
    assert content["info"] == {"description": "by hand"}

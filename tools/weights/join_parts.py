"""Join COCO files of one folder of hands into one.

    python tools/weights/join_parts.py hands/held_out/all.json \
        hands/held_out/letters.json hands/held_out/people_photos.json

Pictures keep their names, ids are given anew. Hands whose points teach nothing (all of
visibility below a half) are left out: `all.json` is what scores are fitted and exports
are checked on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from handypose_tf.files import write_json
from handypose_tf.hand import coco_category

#: Visibility of a point that is known.
MIN_VISIBILITY = 0.5


def is_known(annotation: dict[str, Any]) -> bool:
    """Tell whether an annotation is a place without a hand, or has points."""
    visibility = annotation.get("keypoints", [0.0] * 3)[2::3]
    return bool(annotation.get("no_hand")) or max(visibility) >= MIN_VISIBILITY


def join(files: list[Path]) -> dict[str, Any]:
    """Return the content of all files as one."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for file in files:
        content = json.loads(file.read_text())
        own = {}
        for image in content["images"]:
            name = image["file_name"]
            if name not in numbers:
                numbers[name] = len(images)
                images.append({**image, "id": numbers[name]})
            own[image["id"]] = numbers[name]
        for annotation in filter(is_known, content["annotations"]):
            ids = {"id": len(annotations), "image_id": own[annotation["image_id"]]}
            annotations.append({**annotation, **ids})
    return {
        "images": images,
        "annotations": annotations,
        "categories": [coco_category()],
    }


def main() -> None:
    """Write the joined file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    args = parser.parse_args()
    content = join(args.files)
    write_json(args.out, content)
    print(f"{args.out}: {len(content['annotations'])} in {len(content['images'])}")


if __name__ == "__main__":
    main()

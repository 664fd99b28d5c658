from __future__ import annotations

from pathlib import Path

import numpy as np

from handypose_tf.images import write_image
from handypose_tf.labelling import HandLabel, PhotoResult
from handypose_tf.labelling.selection import FoundHand
from handypose_tf.labelling.sheets import best_and_worst, draw_sheet, review_pages


def hands(count: int, photo: str = "a.png") -> list[FoundHand]:
    """Return hands, the least sure first."""
    points = np.random.default_rng(0).uniform(20, 80, (21, 2)).astype(np.float32)
    result = PhotoResult(photo, (1, 1), 100, 100)
    return [
        FoundHand(i, result, HandLabel(points, 0.9, 0.05 * (1 - i / count)))
        for i in range(count)
    ]


def ids(chosen: list[FoundHand]) -> list[int]:
    return [hand.id for hand in chosen]


def test_best_and_worst_of_many_and_of_few() -> None:
    sheets = best_and_worst(hands(200))
    assert ids(sheets["best.jpg"]) == list(range(199, 151, -1))
    assert ids(sheets["worst.jpg"]) == list(range(48))
    few = best_and_worst(hands(5))
    assert (ids(few["best.jpg"]), ids(few["worst.jpg"])) == ([4, 3, 2], [0, 1])
    assert list(best_and_worst(hands(1))) == ["best.jpg"]


def test_a_review_shows_every_hand_once_the_least_sure_first() -> None:
    pages = review_pages(hands(100))
    assert list(pages) == ["page_001.jpg", "page_002.jpg", "page_003.jpg"]
    assert [i for page in pages.values() for i in ids(page)] == list(range(100))


def test_a_sheet_shows_the_hand_on_its_photo(tmp_path: Path) -> None:
    photo = write_image(tmp_path / "a.png", np.full((100, 100, 3), 60, np.uint8))
    sheet = draw_sheet(hands(2, str(photo)))
    assert sheet.shape[1] == 2 * 224
    center = sheet[40:184, 40:184].reshape(-1, 3).astype(int)
    assert (np.ptp(center, axis=1) > 60).mean() > 0.02

"""Looking at a data set before training on it: figures, problems, a contact sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from handypose_tf.data.readers import Reader
from handypose_tf.data.sample import Problem, Record
from handypose_tf.errors import DataError
from handypose_tf.geometry import box_region
from handypose_tf.hand import BONES, NUM_KEYPOINTS
from handypose_tf.images.drawing import contact_sheet, draw_hand_tile

#: Problems that are shown in words; all of them are in `to_dict`.
_SHOWN_PROBLEMS = 10

#: Side of the crops on the contact sheet over the box: some surroundings help.
_SHEET_SCALE = 1.8

#: Crops are drawn larger than their tile and shrunk, so that thin lines stay smooth.
_OVERSAMPLE = 2

_SIDES = {1: "left", 0: "right", -1: "unknown"}


@dataclass(frozen=True)
class Inspection:
    """Figures of a data set.

    Attributes:
        source: `FORMAT:PATH[:SPLIT]`.
        num_records: Usable hands in each split; split `""` where there are none.
        num_no_hand: Boxes that are said to hold no hand, in all splits.
        num_pictures: Different pictures that they lie in.
        picture_sizes: Width and height of the smallest, median and largest picture by
            area, pixels; empty where headers were not read.
        hand_sizes: Percentiles 5, 50 and 95 of the longer side of the box, pixels.
        handedness: Hands that are left, right and unknown.
        visibility: For each keypoint the share of hands in which it is annotated.
        bad_records: Problems by kind.
        problems: Every problem, in words.
    """

    source: str
    num_records: dict[str, int]
    num_no_hand: int
    num_pictures: int
    picture_sizes: dict[str, list[int]]
    hand_sizes: dict[str, float]
    handedness: dict[str, int]
    visibility: dict[str, float]
    bad_records: dict[str, int]
    problems: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """Return the figures as a short text to read."""
        return "\n".join(_lines(self))


def inspect_data(reader: Reader, *, decode: bool = False) -> Inspection:
    """Count a data set's hands, sizes, visible joints and problems.

    Args:
        reader: The data; its policy does not matter here.
        decode: Decode every picture as well, which finds damage that headers hide.

    Raises:
        DataError: If nothing can be read at all.
    """
    records, problems = reader.index()
    problems = (*problems, *(_undecodable(records) if decode else ()))
    hands = [record for record in records if record.is_hand]
    splits = Counter(record.split for record in hands)
    sides = Counter(_SIDES[record.is_left] for record in hands)
    return Inspection(
        source=str(reader),
        num_records=dict(splits),
        num_no_hand=len(records) - len(hands),
        num_pictures=len({(r.image_path, r.span) for r in records}),
        picture_sizes=_picture_sizes(records),
        hand_sizes=_hand_sizes(hands),
        handedness={side: sides[side] for side in _SIDES.values()},
        visibility=_visibility(hands, reader.keypoint_names),
        bad_records=dict(Counter(problem.kind for problem in problems)),
        problems=[str(problem) for problem in problems],
    )


def draw_samples(
    records: Sequence[Record], *, count: int = 48, tile: int = 192
) -> NDArray[np.uint8]:
    """Draw hands from all over a data set with their keypoints, as a contact sheet.

    Args:
        records: At least one.
        count: Hands to draw, evenly spaced in the order of the records.
        tile: Side of each, pixels.
    """
    places = np.linspace(0, len(records) - 1, min(count, len(records)))
    chosen = [records[place] for place in np.unique(places.round().astype(int))]
    pictures = [_draw(record, _OVERSAMPLE * tile) for record in chosen]
    captions = ["/".join(r.sample_id.split("/")[-2:]) for r in chosen]
    return contact_sheet(pictures, captions, tile=tile)


def _draw(record: Record, size: int) -> NDArray[np.uint8]:
    """Draw one hand on its surroundings; nothing where its picture cannot be read."""
    try:
        image = record.read_image()
    except DataError:
        return np.zeros((size, size, 3), np.uint8)
    points, shown = record.keypoints, record.visibility > 0
    region = box_region(record.box, scale=_SHEET_SCALE)
    skeleton = BONES if len(points) == NUM_KEYPOINTS else ()
    return draw_hand_tile(image, region, size, points, None, shown, skeleton)


def _undecodable(records: Sequence[Record]) -> Iterator[Problem]:
    """Decode the picture of every record in threads; OpenCV leaves Python's lock."""
    pictures = list({(r.image_path, r.span): r for r in records}.values())
    bar = tqdm(total=len(pictures), desc="decoding", disable=None, delay=2)
    with bar, ThreadPoolExecutor() as pool:
        for record, reason in zip(pictures, pool.map(_fault, pictures), strict=True):
            bar.update()
            if reason:
                yield Problem(record.image_path, "", reason, "broken_picture")


def _fault(record: Record) -> str | None:
    try:
        record.read_image()
    except DataError as error:
        return str(error).removeprefix(f"{record.image_path}: ")
    return None


def _picture_sizes(records: Sequence[Record]) -> dict[str, list[int]]:
    headers = [record.header for record in records if record.header]
    sizes = sorted(((h.width, h.height) for h in headers), key=lambda s: s[0] * s[1])
    if not sizes:
        return {}
    places = {"smallest": 0, "median": len(sizes) // 2, "largest": -1}
    return {name: list(sizes[place]) for name, place in places.items()}


def _hand_sizes(records: Sequence[Record]) -> dict[str, float]:
    if not records:
        return {}
    sides = [float(record.box[2:].max()) for record in records]
    values = np.percentile(sides, (5, 50, 95)).round(1)
    return dict(zip(("p5", "median", "p95"), values.tolist(), strict=True))


def _visibility(records: Sequence[Record], names: Sequence[str]) -> dict[str, float]:
    if not records:
        return {}
    shares = np.mean([record.visibility > 0 for record in records], axis=0)
    return dict(zip(names, shares.round(4).tolist(), strict=True))


def _lines(figures: Inspection) -> Iterator[str]:
    total = sum(figures.num_records.values())
    parts = [f"{name} {n}" for name, n in figures.num_records.items() if name]
    by_split = f" ({', '.join(parts)})" if parts else ""
    yield figures.source
    yield f"  hands        {total}{by_split} in {figures.num_pictures} pictures"
    if figures.num_no_hand:
        yield f"  no hand      {figures.num_no_hand} boxes"
    sizes = [f"{k} {w}x{h}" for k, (w, h) in figures.picture_sizes.items()]
    yield f"  pictures     {', '.join(sizes) or 'sizes not read'}"
    sides = [f"{name} {value:g}" for name, value in figures.hand_sizes.items()]
    yield f"  hand size    {', '.join(sides) or '-'} px"
    handedness = [f"{count} {side}" for side, count in figures.handedness.items()]
    yield f"  handedness   {', '.join(handedness)}"
    yield from _visibility_lines(figures.visibility)
    kinds = [f"{count} {kind}" for kind, count in figures.bad_records.items()]
    yield f"  bad records  {', '.join(kinds) or 'none'}"
    yield from (f"    {problem}" for problem in figures.problems[:_SHOWN_PROBLEMS])
    if len(figures.problems) > _SHOWN_PROBLEMS:
        yield f"    ... and {len(figures.problems) - _SHOWN_PROBLEMS} more"


def _visibility_lines(visibility: dict[str, float]) -> Iterator[str]:
    cells = [f"{name:<9}{share:>7.1%}" for name, share in visibility.items()]
    for start in range(0, len(cells), 4):
        title = "  visible      " if start == 0 else " " * 15
        yield title + "   ".join(cells[start : start + 4])

"""Photos without labels in, a data set to train on out: all that `label` does."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from handypose_tf.data.parsing import read_json
from handypose_tf.errors import DataError, OutputError
from handypose_tf.files.locks import held_folder
from handypose_tf.files.versions import package_versions
from handypose_tf.images import folder_of, write_image
from handypose_tf.labelling.dataset import add_photo, picture_names, write_labels
from handypose_tf.labelling.hold_out import split_hands
from handypose_tf.labelling.label_photos import find_photos, label_photos, pending
from handypose_tf.labelling.photo_log import LOG, PhotoLog, PhotoResult
from handypose_tf.labelling.segmentation import outline_hands
from handypose_tf.labelling.selection import (
    TEACHERS_DIFFER,
    FoundHand,
    Rule,
    found_hands,
    read_numbers,
    select,
)
from handypose_tf.labelling.sheets import (
    best_and_worst,
    differing_pages,
    draw_differing,
    draw_sheet,
    review_pages,
)
from handypose_tf.labelling.teacher import Teacher

#: Labels' files of the hands that are trained on, and of those that are held out.
_SPLIT = ("train.json", "val.json")

#: A person's lists of refused hands, and of accepted ones on which teachers differ.
_LISTS = ("rejected.txt", "accepted.txt")

#: Sheet of the hands on which two teachers differ.
_DIFFER = "differ.jpg"

#: Of the labels' files, which tells them from those of other tools and of people.
_DESCRIPTION = "Hands labelled by a teacher, not by people"

#: Goes through things, and may show how far it is; the word names one of them.
Progress = Callable[[Any, str], Iterable[Any]]


@dataclass(frozen=True, kw_only=True)
class LabelOptions:
    """What is kept of a teacher's labels, and what is written.

    Attributes:
        min_size: Smaller hands are left out: longer side of the tight box, pixels.
        max_disagreement: Hands whose looks are further apart are left out, over the
            hand's size.
        max_difference: Hands whose two teachers are further apart are left out, over
            the hand's size.
        licence: Of the photos, for the labels' file.
        hold_out: Share of the hands for `val.json`; with 0 there is none.
        by_folder: Whether whole folders are held out, and not photos.
        masks: Whether hands get their outlines, 0.1 s each.
        review: Whether every kept hand, and every one on which teachers differ, is
            drawn in `review/`.
    """

    min_size: float = 48.0
    max_disagreement: float = 0.05
    max_difference: float = 0.1
    licence: str = "not stated"
    hold_out: float = 0.0
    by_folder: bool = False
    masks: bool = False
    review: bool = False


@dataclass(frozen=True)
class LabelReport:
    """What came of photos.

    Attributes:
        results: What the teacher said of each photo.
        num_known: Photos that an earlier run had labelled.
        num_hands: Hands that the teacher found.
        num_kept: Hands that are in the data set.
        left_out: Reason -> hands that were left out for it.
        files: Labels' file -> hands in it; empty where no hand was kept.
        sheets: Pictures of the hands to look at.
    """

    results: Sequence[PhotoResult]
    num_known: int
    num_hands: int
    num_kept: int
    left_out: Mapping[str, int]
    files: Mapping[Path, int] = field(default_factory=dict)
    sheets: Sequence[Path] = ()

    @property
    def unreadable(self) -> list[str]:
        """What is wrong with each photo that could not be read."""
        return [result.error for result in self.results if result.error]

    @property
    def num_duplicates(self) -> int:
        """Photos that repeat another one."""
        return sum(result.duplicate_of is not None for result in self.results)

    @property
    def num_empty(self) -> int:
        """Photos in which the teacher found no hand."""
        return sum(
            not (result.hands or result.error or result.duplicate_of)
            for result in self.results
        )


def label_folders(
    inputs: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    teacher: Teacher,
    options: LabelOptions | None = None,
    *,
    progress: Progress = lambda items, unit: items,
) -> LabelReport:
    """Label photos as COCO keypoints: those of files, folders and patterns.

    An interrupted run goes on where it was: `out/photos.jsonl` keeps all that was
    found. `out/rejected.txt` holds the numbers of hands that a person has refused,
    `out/accepted.txt` of those that one takes though two teachers differ on them.

    Args:
        inputs: Where the photos are; a folder is taken with its sub-folders.
        out: Where the data set goes.
        teacher: Who labels; see `open_teacher`.
        options: What is kept and written.
        progress: Goes through photos, outlines and sheets.

    Returns:
        What was found, and what was written: no labels where no hand was kept.

    Raises:
        DataError: If an input is missing or holds no photo.
        OutputError: If a file cannot be written, holds labels of another tool, or
            another run writes there.
    """
    out, options = Path(out), options or LabelOptions()
    photos = find_photos(inputs, out)
    with held_folder(out):
        return _label(inputs, photos, out, teacher, options, progress)


def _label(
    inputs: Sequence[str | os.PathLike[str]],
    photos: Sequence[Path],
    out: Path,
    teacher: Teacher,
    options: LabelOptions,
    progress: Progress,
) -> LabelReport:
    _check_own(out)
    rejected, accepted = (read_numbers(out / name) for name in _LISTS)
    rule = Rule(
        options.min_size,
        options.max_disagreement,
        options.max_difference,
        rejected,
        accepted,
    )
    log = PhotoLog(out / LOG, teacher.describe())
    todo = pending(photos, log)
    waiting = set(todo)
    known = [photo for photo in photos if photo not in waiting]
    for _ in label_photos(progress(todo, "photo"), teacher, log, known):
        pass
    results = [result for photo in photos if (result := log[photo]) is not None]
    hands = found_hands(results)
    numbers = {hand.id for hand in hands}
    for name, named in zip(_LISTS, (rejected, accepted), strict=True):
        _warn_of_unknown(out / name, named - numbers)
    kept, left_out = select(hands, rule)
    files: dict[Path, int] = {}
    if kept:
        info = _info(inputs, teacher, rule, options)
        files = _write_labels(inputs, out, kept, results, info, options, progress)
    differing = left_out.get(TEACHERS_DIFFER, [])
    sheets = _draw(out, kept, differing, options.review, progress)
    counts = {reason: len(refused) for reason, refused in left_out.items()}
    return LabelReport(
        results, len(known), len(hands), len(kept), counts, files, sheets
    )


def _info(
    inputs: Sequence[str | os.PathLike[str]],
    teacher: Teacher,
    rule: Rule,
    options: LabelOptions,
) -> dict[str, Any]:
    """Return where the labels come from, for `info` of the labels' file."""
    folders = dict.fromkeys(folder_of(item).resolve() for item in inputs)
    return {
        "description": _DESCRIPTION,
        "teacher": teacher.describe(),
        "min_size": rule.min_size,
        "max_disagreement": rule.max_disagreement,
        "max_difference": rule.max_difference,
        "num_rejected_by_a_person": len(rule.rejected),
        "num_accepted_by_a_person": len(rule.accepted),
        "photos": {
            "folders": [folder.name for folder in folders],
            "licence": options.licence,
        },
        "versions": package_versions(),
    }


def _write_labels(
    inputs: Sequence[str | os.PathLike[str]],
    out: Path,
    kept: Sequence[FoundHand],
    results: Sequence[PhotoResult],
    info: dict[str, Any],
    options: LabelOptions,
    progress: Progress,
) -> dict[Path, int]:
    """Write pictures and labels; return how many hands are in each file."""
    names = picture_names(results, inputs)
    photos = {hand.result.photo: hand.result for hand in kept}
    images = {
        photo: add_photo(out, photos[photo], name=names[photo], number=number)
        for number, photo in enumerate(progress([*photos], "photo"), start=1)
    }
    outlines = outline_hands(progress(kept, "outline")) if options.masks else None
    parts = {"annotations.json": [*kept]}
    if options.hold_out:
        split = split_hands(kept, options.hold_out, by_folder=options.by_folder)
        parts |= dict(zip(_SPLIT, split, strict=True))
    else:
        _warn_of_old_split(out)
    return {
        write_labels(out / name, hands, images, info, outlines): len(hands)
        for name, hands in parts.items()
    }


def _check_own(out: Path) -> None:
    """Refuse to replace labels that another tool or a person has made or mended."""
    for name in ("annotations.json", *_SPLIT):
        if not (out / name).exists():
            continue
        try:
            own = read_json(out / name)["info"]["description"] == _DESCRIPTION
        except (DataError, KeyError, TypeError):
            own = False
        if not own:
            raise OutputError(
                f"{out / name}: not written by `handypose label`, and would be "
                "replaced; move it away or give another --out"
            )


def _warn_of_unknown(path: Path, numbers: Collection[int]) -> None:
    """Tell of listed numbers that no hand has: a slip of the pen, perhaps."""
    if numbers:
        named = ", ".join(map(str, sorted(numbers)))
        warnings.warn(
            f"{path}: no hand of these photos has the number {named}",
            stacklevel=4,
        )


def _warn_of_old_split(out: Path) -> None:
    """Tell of labels' files that would go on holding hands that are refused now."""
    old = [str(out / name) for name in _SPLIT if (out / name).exists()]
    if old:
        warnings.warn(
            f"{' and '.join(old)}: of an earlier run, not written anew; hold hands out "
            "again (--hold-out) or delete them",
            stacklevel=5,
        )


def _draw(
    out: Path,
    kept: Sequence[FoundHand],
    differing: Sequence[FoundHand],
    review: bool,
    progress: Progress,
) -> list[Path]:
    """Write the contact sheets; those of an earlier run that would be wrong go."""
    pages = differing_pages(differing)
    alike = {out / name: hands for name, hands in best_and_worst(kept).items()}
    apart = {}
    if pages:
        apart[out / _DIFFER] = next(iter(pages.values()))
    old = {out / _DIFFER}
    if review:
        folder = out / "review"
        old |= {*folder.glob("page_*.jpg"), *folder.glob("differ_*.jpg")}
        alike |= {folder / name: hands for name, hands in review_pages(kept).items()}
        apart |= {folder / name: hands for name, hands in pages.items()}
    drawings = {path: partial(draw_sheet, hands) for path, hands in alike.items()}
    drawings |= {path: partial(draw_differing, hands) for path, hands in apart.items()}
    for path in old - drawings.keys():
        path.unlink(missing_ok=True)
    return [
        write_image(path, drawings[path]()) for path in progress([*drawings], "sheet")
    ]

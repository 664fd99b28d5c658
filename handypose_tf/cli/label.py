"""Label photos of hands by a teacher: a COCO-keypoints data set to train on.

Finds the hands in every photo of the folders and their sub-folders, several in each,
and keeps those on whose joints several looks agree: turned, larger, smaller and
mirrored. Single joints on which they do not are left without a label.
Near-duplicate photos are left out. An interrupted run goes on where it was, and
limits can be changed without labelling again: DIR/photos.jsonl keeps all that was
found.

Look at DIR/best.jpg and DIR/worst.jpg. With --review, DIR/review/ shows every kept hand
with its number, the least sure first; write the numbers of bad ones into
DIR/rejected.txt, one a line, and run the command again.

With --hold-out 0.1, train.json and val.json lie beside annotations.json: photos, or
whole folders with --group-by folder (one a person or a place), that have a tenth of
the hands are drawn at random and kept for validation. With --masks, each hand gets its
outline, which training uses to put other backgrounds behind it.

The teacher `mediapipe` (or `mediapipe-lite`) is MediaPipe Hands, Apache-2.0; its model
files are fetched once, 36 MB. A handypose model labels one hand a photo.

Example:
  handypose label photos/ --out labelled
  handypose label at_home/ outdoors/ --out labelled --min-size 64 --review
  handypose label photos/ --out labelled --masks --hold-out 0.1
  handypose data inspect coco:labelled:train
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handypose_tf.cli.console import complain, progress, quiet_native_log, say
from handypose_tf.cli.predict import parse_count
from handypose_tf.errors import DataError
from handypose_tf.files.locks import held_folder

if TYPE_CHECKING:
    from handypose_tf.labelling import PhotoResult, Teacher
    from handypose_tf.labelling.selection import FoundHand, Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose label` takes."""
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="folder of photos")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the data set goes"
    )
    parser.add_argument(
        "--teacher",
        default="mediapipe",
        metavar="NAME",
        help="mediapipe, mediapipe-lite or a handypose model (default: %(default)s)",
    )
    parser.add_argument(
        "--min-size",
        type=_number,
        default=48.0,
        metavar="PX",
        help="leave out smaller hands: longer side of the tight box (default: 48)",
    )
    parser.add_argument(
        "--max-disagreement",
        type=_number,
        default=0.05,
        metavar="X",
        help="leave out hands at which several looks are further apart, over the "
        "hand's size (default: %(default)s)",
    )
    parser.add_argument(
        "--levels",
        type=parse_count,
        default=1,
        metavar="N",
        help="how closely to look for hands: 1 at the whole picture, 2 also at squares "
        "of .6 of its longer side, 3 of .36, ... (default: 1)",
    )
    parser.add_argument(
        "--licence",
        default="not stated",
        metavar="TEXT",
        help="licence of the photos, for the labels' file",
    )
    parser.add_argument(
        "--hold-out",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="write train.json and val.json too, val.json with this share of the hands",
    )
    parser.add_argument(
        "--group-by",
        choices=("photo", "folder"),
        default="photo",
        help="what is never split between the two (default: %(default)s)",
    )
    parser.add_argument(
        "--masks", action="store_true", help="outline the hands (takes 0.1 s a hand)"
    )
    parser.add_argument(
        "--review", action="store_true", help="draw every kept hand in DIR/review/"
    )


def run(arguments: argparse.Namespace) -> int:
    """Label; 1 if a photo could not be read."""
    with held_folder(arguments.out):
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from handypose_tf.labelling import PhotoLog, find_photos, open_teacher
    from handypose_tf.labelling.selection import (
        Rule,
        found_hands,
        read_rejected,
        select,
    )

    out = arguments.out
    photos = find_photos(arguments.folders, out)
    rejected = read_rejected(out / "rejected.txt")
    rule = Rule(arguments.min_size, arguments.max_disagreement, rejected)
    with quiet_native_log():
        teacher = open_teacher(arguments.teacher, arguments.levels)
    log = PhotoLog(out / "photos.jsonl", teacher.describe())
    results = _label(photos, teacher, log)
    hands = found_hands(results)
    kept, refused = select(hands, rule)
    _report(results, len(hands), len(kept), refused)
    if not kept:
        raise DataError(
            f"no hand to keep in {len(photos)} photos; see above why, and "
            "--min-size and --max-disagreement"
        )
    _write(arguments, kept, results, _info(arguments, teacher, rule))
    return 1 if any(result.error for result in results) else 0


def _label(photos: Sequence[Path], teacher: Teacher, log: Any) -> list[PhotoResult]:
    """Label what the log does not hold yet; return the results of all photos."""
    from handypose_tf.labelling import label_photos, pending

    todo = pending(photos, log)
    waiting = set(todo)
    known = [photo for photo in photos if photo not in waiting]
    if known:
        say(f"{log.path}: {len(known)} of {len(photos)} photos are labelled already")
    for _ in label_photos(progress(todo, "photo"), teacher, log, known):
        pass
    return [result for photo in photos if (result := log[photo]) is not None]


def _report(
    results: Sequence[PhotoResult], num_hands: int, num_kept: int, refused: Any
) -> None:
    """Name the photos that cannot be read, and count everything."""
    unreadable = [result.error for result in results if result.error]
    for error in unreadable:
        complain(error)
    duplicates = sum(result.duplicate_of is not None for result in results)
    empty = sum(
        not (result.hands or result.error or result.duplicate_of) for result in results
    )
    say(
        f"{len(results)} photos: {len(unreadable)} unreadable, {duplicates} "
        f"near-duplicates, {empty} without a hand"
    )
    reasons = ", ".join(f"{count} {reason}" for reason, count in refused.items())
    share = num_kept / max(num_hands, 1)
    left_out = f"; left out: {reasons}" if reasons else ""
    say(f"{num_hands} hands: {num_kept} kept ({share:.1%}){left_out}")


def _info(
    arguments: argparse.Namespace, teacher: Teacher, rule: Rule
) -> dict[str, Any]:
    """Return where the labels come from, for `info` of the labels' file."""
    from handypose_tf.files.versions import package_versions

    return {
        "description": "Hands labelled by a teacher, not by people",
        "teacher": teacher.describe(),
        "min_size": rule.min_size,
        "max_disagreement": rule.max_disagreement,
        "num_rejected_by_a_person": len(rule.rejected),
        "photos": {
            "folders": [Path(folder).resolve().name for folder in arguments.folders],
            "licence": arguments.licence,
        },
        "versions": package_versions(),
    }


def _write(
    arguments: argparse.Namespace,
    kept: Sequence[FoundHand],
    results: Sequence[PhotoResult],
    info: dict[str, Any],
) -> None:
    """Write pictures, labels and sheets."""
    from handypose_tf.labelling.dataset import add_photo, picture_names, write_labels
    from handypose_tf.labelling.hold_out import split_hands
    from handypose_tf.labelling.segmentation import outline_hands

    out = arguments.out
    names = picture_names(results, arguments.folders)
    photos = {hand.result.photo: hand.result for hand in kept}
    images = {
        photo: add_photo(out, photos[photo], name=names[photo], number=number)
        for number, photo in enumerate(progress(list(photos), "photo"), start=1)
    }
    outlines = outline_hands(progress(kept, "outline")) if arguments.masks else None
    files = {"annotations.json": list(kept)}
    if arguments.hold_out:
        by_folder = arguments.group_by == "folder"
        parts = split_hands(kept, arguments.hold_out, by_folder=by_folder)
        files |= dict(zip(("train.json", "val.json"), parts, strict=True))
    for name, hands in files.items():
        say(
            f"{write_labels(out / name, hands, images, info, outlines)}: "
            f"{len(hands)} hands"
        )
    _draw(out, kept, review=arguments.review)


def _draw(out: Path, kept: Sequence[FoundHand], *, review: bool) -> None:
    """Write the contact sheets; pages of an earlier review go."""
    from handypose_tf.images import write_image
    from handypose_tf.labelling.sheets import best_and_worst, draw_sheet, review_pages

    sheets = {out / name: hands for name, hands in best_and_worst(kept).items()}
    if review:
        for old in (out / "review").glob("page_*.jpg"):
            old.unlink()
        pages = review_pages(kept)
        sheets |= {out / "review" / name: hands for name, hands in pages.items()}
    for path in progress(list(sheets), "sheet"):
        say(str(write_image(path, draw_sheet(sheets[path]))))


def _number(text: str) -> float:
    """Turn a number from 0 up into a float."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 up")
    return value


def _share(text: str) -> float:
    """Turn a number between 0 and 0.9 into a float."""
    value = _number(text)
    if value > 0.9:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0 to 0.9")
    return value

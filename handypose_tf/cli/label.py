"""Label photos of hands by a teacher: a COCO-keypoints data set to train on.

Files, folders with their sub-folders, and patterns are taken, as by `handypose
predict`; no videos. Finds the hands in every photo, several in each, and keeps those
on whose joints several looks agree: turned, larger, smaller and mirrored. Single joints
on which they do not are left without a label. Near-duplicate photos are left out.
An interrupted run goes on where it was, and limits can be changed without labelling
again: DIR/photos.jsonl keeps all that was found.

Look at DIR/best.jpg and DIR/worst.jpg. With --review, DIR/review/ shows every kept hand
with its number, the least sure first; write the numbers of bad ones into
DIR/rejected.txt, one a line, and run the command again.

With --second-teacher, a handypose model looks at each hand, too. Hands on which both
agree are kept; a joint on which they do not is left without a label. Hands on which
they differ are left out and drawn in DIR/differ.jpg, the teacher's points beside the
second's (all of them with --review, in DIR/review/): write the numbers of those that
the teacher has right into DIR/accepted.txt and run the command again.

With --hold-out 0.1, train.json and val.json lie beside annotations.json: photos, or
whole folders with --group-by folder (one a person or a place), that have a tenth of
the hands are drawn at random and kept for validation. With --masks, each hand gets its
outline, which training uses to put other backgrounds behind it.

The teacher `mediapipe` (or `mediapipe-lite`) is MediaPipe Hands, Apache-2.0; its model
files are fetched once, 36 MB. A handypose model labels one hand a photo.

Example:
  handypose label photos/ --out labelled
  handypose label at_home/ 'outdoors/*.jpg' --out labelled --min-size 64 --review
  handypose label photos/ --out labelled --masks --hold-out 0.1
  handypose label photos/ --out labelled --second-teacher handypose_mediapipe_full
  handypose data inspect coco:labelled:train
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from handypose_tf.cli.console import complain, progress, quiet_native_log, say
from handypose_tf.cli.options import add_flag, add_levels, add_out, number_parser
from handypose_tf.errors import DataError

if TYPE_CHECKING:
    from handypose_tf.labelling import LabelReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose label` takes."""
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="photo, folder or pattern"
    )
    add_out(parser, "DIR", "where the data set goes")
    parser.add_argument(
        "--teacher",
        default="mediapipe",
        metavar="NAME",
        help="mediapipe, mediapipe-lite or a handypose model (default: %(default)s)",
    )
    parser.add_argument(
        "--second-teacher",
        metavar="NAME",
        help="a handypose model that must agree, such as handypose_mediapipe_full",
    )
    parser.add_argument(
        "--min-size",
        type=number_parser(0.0),
        default=48.0,
        metavar="PX",
        help="leave out smaller hands: longer side of the tight box (default: 48)",
    )
    parser.add_argument(
        "--max-disagreement",
        type=number_parser(0.0),
        default=0.05,
        metavar="X",
        help="leave out hands at which several looks are further apart, over the "
        "hand's size (default: %(default)s)",
    )
    parser.add_argument(
        "--max-difference",
        type=number_parser(0.0),
        metavar="X",
        help="leave out hands on which the two teachers are further apart, over the "
        "hand's size (default: 0.1)",
    )
    add_levels(parser, "1", default=1)
    parser.add_argument(
        "--licence",
        default="not stated",
        metavar="TEXT",
        help="licence of the photos, for the labels' file",
    )
    parser.add_argument(
        "--hold-out",
        type=number_parser(0.0, 0.9),
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
    add_flag(parser, "--masks", "outline the hands (takes 0.1 s a hand)")
    add_flag(parser, "--review", "draw every kept hand in DIR/review/")


def run(arguments: argparse.Namespace) -> int:
    """Label; 1 if a photo could not be read."""
    from handypose_tf.labelling import (
        LabelOptions,
        find_photos,
        label_folders,
        open_teacher,
    )

    limits = {}
    if arguments.max_difference is not None:
        if arguments.second_teacher is None:
            raise DataError(
                "--max-difference is of two teachers; give --second-teacher, too"
            )
        limits["max_difference"] = arguments.max_difference
    with warnings.catch_warnings(action="ignore"):  # `label_folders` gives them
        find_photos(arguments.inputs, arguments.out)  # before a teacher is fetched
    with quiet_native_log():
        teacher = open_teacher(
            arguments.teacher, arguments.levels, arguments.second_teacher
        )
    options = LabelOptions(
        min_size=arguments.min_size,
        max_disagreement=arguments.max_disagreement,
        licence=arguments.licence,
        hold_out=arguments.hold_out,
        by_folder=arguments.group_by == "folder",
        masks=arguments.masks,
        review=arguments.review,
        **limits,
    )
    report = label_folders(
        arguments.inputs, arguments.out, teacher, options, progress=progress
    )
    _show(report, arguments.out)
    if not report.num_kept:
        raise DataError(
            f"no hand to keep in {len(report.results)} photos; see above why, and "
            "--min-size, --max-disagreement and (of two teachers) --max-difference"
        )
    return 1 if report.unreadable else 0


def _show(report: LabelReport, out: Path) -> None:
    """Name the photos that cannot be read, count everything, and name the files."""
    for error in report.unreadable:
        complain(error)
    if report.num_known:
        say(
            f"{out / 'photos.jsonl'}: {report.num_known} of {len(report.results)} "
            "photos were labelled already"
        )
    say(
        f"{len(report.results)} photos: {len(report.unreadable)} unreadable, "
        f"{report.num_duplicates} near-duplicates, {report.num_empty} without a hand"
    )
    reasons = ", ".join(
        f"{count} {reason}" for reason, count in report.left_out.items()
    )
    share = report.num_kept / max(report.num_hands, 1)
    left_out = f"; left out: {reasons}" if reasons else ""
    say(f"{report.num_hands} hands: {report.num_kept} kept ({share:.1%}){left_out}")
    for path, count in report.files.items():
        say(f"{path}: {count} hands")
    for sheet in report.sheets:
        say(str(sheet))

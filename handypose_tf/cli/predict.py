"""Find hands in photos, videos and cameras: draw them, write their keypoints.

Files, folders with their sub-folders, patterns and -, standard input, are taken in the
order given. A detector finds the hands; with --detector none the whole picture is
searched for one. Photos and videos for which no output is named are annotated in
handypose_predictions/. In a video hands are followed, keep their ids and are smoothed;
annotated videos have no sound. Ctrl-C finishes the picture or frame at hand and leaves
whole files.

Example:
  handypose predict photo.jpg
  handypose predict photo.jpg --box 120,80,200,210 --box 400,90,180,190 --out drawn/
  handypose predict photos/ --jsonl hands.jsonl --resume
  handypose predict photos/ --csv hands.csv --coco hands.coco.json
  handypose predict clip.mp4 --max-hands 2 --out drawn/ --jsonl clip.jsonl
  handypose predict frames/ --sequence --fps 25 --jsonl frames.jsonl
  handypose predict --camera 0 --show
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.cli.options import (
    add_count,
    add_file,
    add_flag,
    add_levels,
    add_threads,
    parse_box,
    parse_positive,
    parse_share,
)
from handypose_tf.inference.estimator import (
    DEFAULT_LEVELS,
    DEFAULT_MODEL,
)
from handypose_tf.inference.video.frames import DEFAULT_FPS
from handypose_tf.inference.video.one_euro import OneEuro
from handypose_tf.inference.video.video_inputs import (
    expand_videos,
    is_video,
    public_name,
)

_DEFAULT_OUT = Path("handypose_predictions")
_OUTPUTS = ("out", "json", "jsonl", "csv", "coco", "show")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose predict` takes."""
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="picture, video, folder or pattern"
    )
    parser.add_argument(
        "--camera", type=int, metavar="N", help="follow hands of a camera; 0: the first"
    )
    _add_finding(parser)
    _add_video(parser)
    _add_results(parser)
    parser.set_defaults(usage_error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Predict; 1 if any input could not be used, 130 after Ctrl-C."""
    has_videos = _check_usage(arguments)
    if not any(getattr(arguments, name) for name in _OUTPUTS):
        arguments.out = _DEFAULT_OUT
    if has_videos:
        from handypose_tf.cli.predict_videos import predict_videos

        return predict_videos(arguments)
    from handypose_tf.cli.predict_pictures import predict_pictures

    return predict_pictures(arguments)


def _add_finding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="preset, shipped file, .tflite or .keras file (default: %(default)s)",
    )
    parser.add_argument(
        "--detector",
        default="auto",
        help="file or name of a hand detector; none: search the whole picture for one "
        "hand (default: auto, the shipped one)",
    )
    add_levels(parser, f"{DEFAULT_LEVELS}; in a video 1")
    parser.add_argument(
        "--box",
        dest="boxes",
        action="append",
        type=parse_box,
        metavar="X,Y,W,H",
        help="tight box of a hand in pixels; repeat for several hands",
    )
    parser.add_argument(
        "--min-score",
        type=parse_share,
        metavar="S",
        help="least score of a hand that is found without --box: more for fewer false "
        "alarms (default: what the model's file says)",
    )
    add_count(
        parser, "--max-hands", "most hands of a picture (default: all; in a video 2)"
    )
    parser.add_argument(
        "--refine",
        action=argparse.BooleanOptionalAction,
        help="look at each hand twice more, turned upright (default: in pictures, not "
        "in videos)",
    )
    add_flag(
        parser,
        "--mirrored",
        "the picture is mirrored, as many selfie cameras give it: what looks like "
        "a left hand is called right",
    )
    add_threads(parser, "threads to run on (default: all; at most four for a video)")


def _add_video(parser: argparse.ArgumentParser) -> None:
    own = OneEuro()
    group = parser.add_argument_group("videos and cameras")
    add_flag(group, "--sequence", "the pictures given are the frames of one video")
    group.add_argument(
        "--fps",
        type=parse_positive,
        default=DEFAULT_FPS,
        help="frames a second of a sequence (default: %(default)g)",
    )
    add_count(
        group,
        "--every",
        "look for further hands on every N-th frame (default: %(default)s)",
        10,
    )
    group.add_argument(
        "--smooth",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="smooth keypoints over time by a One-Euro filter",
    )
    group.add_argument(
        "--min-cutoff",
        type=parse_positive,
        default=own.min_cutoff,
        metavar="HZ",
        help="its cut-off at rest; lower is steadier (default: %(default)g)",
    )
    group.add_argument(
        "--beta",
        type=float,
        default=own.beta,
        help="its Hz per hand size a second; higher lags less (default: %(default)g)",
    )
    add_flag(group, "--show", "show the frames in a window; q ends")


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write annotated pictures, videos there"
    )
    add_file(
        parser,
        "--json",
        "write the keypoints as one list; here and below, - is standard output",
    )
    add_file(parser, "--jsonl", "write a line a picture or frame")
    add_file(parser, "--csv", "write a table with a row a hand")
    add_file(
        parser, "--coco", "write a COCO file: images, hands with their scores, category"
    )
    add_flag(
        parser,
        "--resume",
        "pass pictures that are in --jsonl, or without it in --out, already",
    )


def _check_usage(arguments: argparse.Namespace) -> bool:
    """Refuse what does not go together; return whether there are videos."""
    refuse = arguments.usage_error
    if not arguments.sequence:
        arguments.inputs = expand_videos(arguments.inputs)
    videos = [item for item in arguments.inputs if is_video(item)]
    has_videos = bool(videos) or arguments.sequence or arguments.camera is not None
    if not arguments.inputs and arguments.camera is None:
        refuse("give pictures, videos or --camera N")
    of_pictures = arguments.boxes, arguments.json, arguments.coco, arguments.resume
    if has_videos and any(of_pictures):
        refuse(
            "--box, --json, --coco and --resume are for pictures; for videos use "
            "--jsonl or --csv"
        )
    if arguments.camera is not None and (arguments.inputs or arguments.sequence):
        refuse("--camera goes without other inputs")
    if has_videos and not arguments.sequence and len(videos) < len(arguments.inputs):
        refuse(
            f"{public_name(videos[0])} is a video, other inputs are not: give pictures "
            "and videos in two commands, or --sequence for frames"
        )
    if arguments.sequence and videos:
        refuse("--sequence takes pictures, not videos")
    if arguments.show and not has_videos:
        refuse("--show is for videos and cameras")
    whole = arguments.json or arguments.csv or arguments.coco
    if arguments.resume and (whole or not (arguments.jsonl or arguments.out)):
        refuse(
            "--resume needs --jsonl FILE or --out DIR, and goes without --json, --csv "
            "and --coco"
        )
    if arguments.beta < 0:
        refuse("--beta must be 0 or more")
    return has_videos

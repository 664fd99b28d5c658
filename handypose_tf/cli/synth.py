"""Render hands with exact keypoints, as many as wanted.

Right and left hands of all kinds, poses, views, lights and cameras, as a COCO data set
(`images/`, `annotations.json`) or as TFRecord shards. Sample i of a seed is always the
same picture; a run that was interrupted goes on where it was.

The anatomy (MakeHuman, CC0) is fetched once, 48 MB. Backgrounds are made up, or photos:
of the folders given with --backgrounds, else of Debian's wallpaper packages and of
scikit-image, where they are installed (CC0, public domain; wallpapers see
/usr/share/doc/*-backgrounds/copyright). Hands are CC0; photos keep their licence.

--hard .5 makes half of the hands those that networks get wrong most: hands around
things, fists, hands that touch, seen from the side or cut by the frame, children's.

With --people the pictures show one to four whole people, dressed, near and far; hands
that are all but hidden are marked with `iscrowd`, as COCO does. Give them 384 or 448
pixels.

Example:
  handypose synth --count 2000 --out hands --seed 1 --contact-sheet
  handypose synth --count 50000 --out shards --format tfrecord --backgrounds photos/
  handypose synth --people --count 2000 --out people --size 448
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.options import (
    add_flag,
    add_out,
    parse_count,
    parse_share,
    whole_parser,
)
from handypose_tf.images import write_image
from handypose_tf.images.drawing import contact_sheet, draw_keypoints

_SHEET_COUNT = 48


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose synth` takes."""
    parser.add_argument(
        "--count", type=parse_count, required=True, help="number of pictures"
    )
    add_out(parser, "DIR", "where to")
    parser.add_argument("--seed", type=whole_parser(0), default=0, help="(default: 0)")
    parser.add_argument(
        "--size",
        type=whole_parser(32, 2048),
        default=256,
        help="side in pixels (default: 256)",
    )
    add_flag(
        parser, "--people", "whole people with their hands, to train a hand detector on"
    )
    parser.add_argument(
        "--hard",
        type=parse_share,
        default=0.0,
        metavar="SHARE",
        help="share of pictures, 0 to 1, with hard hands: grips, fists, hands that "
        "touch, from the side or behind, cut by the frame, children's (default: 0)",
    )
    parser.add_argument(
        "--format", choices=("coco", "tfrecord"), default="coco", help="(default: coco)"
    )
    parser.add_argument(
        "--backgrounds",
        type=Path,
        action="append",
        metavar="DIR",
        help="folder of photos without hands; repeatable",
    )
    parser.add_argument(
        "--workers",
        type=whole_parser(0),
        metavar="N",
        help="processes (default: one per core)",
    )
    add_flag(
        parser,
        "--contact-sheet",
        f"draw the first {_SHEET_COUNT} with their keypoints: contact_sheet.png",
    )


def run(arguments: argparse.Namespace) -> int:
    """Render; returns 0."""
    from handypose_tf.synth.anatomy.arm import fetch
    from handypose_tf.synth.config import SynthConfig
    from handypose_tf.synth.dataset import make_dataset
    from handypose_tf.synth.world.backgrounds import find_photos

    photos = tuple(find_photos(arguments.backgrounds))
    config = SynthConfig(
        fetch(),
        arguments.seed,
        arguments.size,
        photos,
        arguments.people,
        arguments.hard,
    )
    as_records = arguments.format == "tfrecord"
    folder = arguments.out / "coco" if as_records else arguments.out
    bar = tqdm(
        total=arguments.count,
        unit=" picture",
        delay=2,
        disable=not sys.stderr.isatty(),
        dynamic_ncols=True,
    )
    with bar:
        for done in make_dataset(
            folder, arguments.count, config, num_workers=arguments.workers
        ):
            bar.update(done - bar.n)
    say(f"{folder / 'annotations.json'}: {arguments.count} pictures")
    if arguments.contact_sheet:
        _draw_sheet(folder, arguments.out / "contact_sheet.png")
    if as_records:
        _write_records(folder, arguments.out)
    return 0


def _draw_sheet(folder: Path, path: Path) -> None:
    """Draw the first samples, each plain and with its keypoints."""
    from handypose_tf.data.readers import CocoReader

    records = CocoReader(folder / "annotations.json").records()[:_SHEET_COUNT]
    tiles = []
    for record in records:
        image = record.read_image()
        tiles += [
            image,
            draw_keypoints(image, record.keypoints, None, record.visibility),
        ]
    write_image(path, contact_sheet(tiles))
    say(f"{path}: {len(records)} hands")


def _write_records(folder: Path, out: Path) -> None:
    with quiet_native_log():
        from handypose_tf.data.readers import CocoReader
        from handypose_tf.data.shards.writer import write_records

    index = write_records(CocoReader(folder / "annotations.json"), out)
    say(f"{out}: {len(index.shards)} shards")

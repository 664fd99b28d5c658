"""Look at a data set (`inspect`) or turn it into TFRecord shards (`convert`).

Data are named FORMAT:PATH[:SPLIT], as everywhere.

Example:
    handypose data inspect cmu_manual:/data/hand_labels:test --out report
    handypose data convert coco:/data/hands --out /data/shards --crop 2.2 --size 368
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.cli.options import (
    add_count,
    add_file,
    add_flag,
    add_images,
    add_on_error,
    add_threads,
    parse_positive,
)
from handypose_tf.data import READERS, Reader, open_source
from handypose_tf.errors import DataError
from handypose_tf.files import write_json
from handypose_tf.images import write_image


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two sub-commands and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    inspect = actions.add_parser(
        "inspect",
        help="counts, sizes, visibility per joint, bad records, contact sheet",
        epilog="example: handypose data inspect coco:/data/hands/annotations.json",
    )
    convert = actions.add_parser(
        "convert",
        help="TFRecord shards with an index; goes on where it was interrupted",
        epilog="example: handypose data convert freihand:/data/FreiHAND --out shards",
    )
    for action in (inspect, convert):
        _add_source_arguments(action)
    _add_inspect_arguments(inspect)
    _add_convert_arguments(convert)


def run(args: argparse.Namespace) -> int:
    """Run the chosen sub-command; returns the exit code."""
    reader = open_source(
        args.source, on_error=args.on_error, images=args.images, verify=args.verify
    )
    return {"inspect": _inspect, "convert": _convert}[args.action](args, reader)


def _add_source_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        metavar="FORMAT:PATH[:SPLIT]",
        help=f"the data; FORMAT is one of {', '.join(READERS)}",
    )
    add_on_error(parser)
    add_images(parser, "folder of the pictures, if it is another")
    parser.add_argument(
        "--no-verify",
        dest="verify",
        action="store_false",
        help="do not look at each picture's header or shard's checksum",
    )
    add_file(parser, "--json", "write the figures as JSON")
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show the traceback of an error",
    )


def _add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="DIR",
        default="handypose_inspect",
        help="folder for contact_sheet.png (default: handypose_inspect)",
    )
    parser.add_argument(
        "--count", type=int, default=48, help="hands on the contact sheet (default: 48)"
    )
    add_flag(
        parser,
        "--decode",
        "decode every picture too: slow, finds damage that headers hide",
    )


def _add_convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="folder for shards and index.json"
    )
    parser.add_argument(
        "--crop",
        type=parse_positive,
        metavar="SCALE",
        help="store crops of SCALE x the box's longer side (2.2 is CMU's rule)",
    )
    add_count(parser, "--size", "side of the crops (default: 368)", default=368)
    add_count(parser, "--shards", "shards of each split (default: n/1000)")
    add_threads(parser, "threads (default: one per core)")


def _inspect(args: argparse.Namespace, reader: Reader) -> int:
    """Print the figures and draw the sheet; 1 if bad records are not to be skipped."""
    from handypose_tf.data.inspection import draw_samples, inspect_data

    figures = inspect_data(reader, decode=args.decode)
    print(figures)
    if args.json:
        write_json(args.json, figures.to_dict())
    records = reader.index().records
    if records and args.count > 0:
        sheet = Path(args.out) / "contact_sheet.png"
        write_image(sheet, draw_samples(records, count=args.count))
        print(f"  contact sheet {sheet}")
    if figures.problems and args.on_error == "fail":
        count = len(figures.problems)
        raise DataError(f"{reader}: {count} bad records; mend them or --on-error skip")
    return 0


def _convert(args: argparse.Namespace, reader: Reader) -> int:
    """Write the shards and print what was written."""
    with quiet_native_log():
        from handypose_tf.data.shards.crop_record import Crop
        from handypose_tf.data.shards.writer import write_records

    index = write_records(
        reader,
        args.out,
        crop=Crop(args.crop, args.size) if args.crop else None,
        num_shards=args.shards,
        num_threads=args.threads,
    )
    num_records = index.num_records()
    parts = ", ".join(f"{split or 'all'} {n}" for split, n in num_records.items())
    num_bytes = sum(shard.num_bytes for shard in index.shards)
    size = f"{num_bytes / 2**20:.1f} MiB"
    print(f"{args.out}: {parts} in {len(index.shards)} shards, {size}")
    for line in (line for shard in index.shards for line in shard.skipped):
        print(f"  left out: {line}")
    if args.json:
        write_json(args.json, {"num_records": num_records, "num_bytes": num_bytes})
    return 0

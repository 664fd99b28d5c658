"""What several commands take: a parser of each kind of value, a way to declare it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

#: A parser or one of its groups.
Options = Any


def number_parser(
    lowest: float, highest: float = math.inf, *, above: bool = False
) -> Callable[[str], float]:
    """Return what turns text into a number within bounds.

    Args:
        lowest: The lowest number.
        highest: The highest number.
        above: Whether the lowest one is itself too low.
    """
    if math.isfinite(highest):
        wanted = f"a number from {lowest:g} to {highest:g}"
    else:
        wanted = f"a number {'above' if above else 'from'} {lowest:g}" + " up" * (
            not above
        )

    def parse(text: str) -> float:
        value = _number(text)
        fits = lowest < value if above else lowest <= value
        if not (fits and value <= highest and math.isfinite(value)):
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
        return value

    return parse


def whole_parser(
    lowest: int, highest: int | None = None, *, multiple: int = 1
) -> Callable[[str], int]:
    """Return what turns text into a whole number within bounds.

    Args:
        lowest: The lowest number.
        highest: The highest number; any if `None`.
        multiple: What it must be a multiple of.
    """
    kind = "a whole number" if multiple == 1 else f"a multiple of {multiple}"
    end = "up" if highest is None else f"to {highest}"

    def parse(text: str) -> int:
        value = int(text) if text.isdecimal() else -1
        is_high = highest is not None and value > highest
        if value < lowest or is_high or value % multiple:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not {kind} from {lowest} {end}"
            )
        return value

    return parse


parse_count = whole_parser(1)

#: More than any machine has is a slip, and each takes memory.
parse_threads = whole_parser(1, 256)
#: Side of a network's input; one of 32,000 px would take all memory there is.
LARGEST_SIDE = 1024

parse_positive = number_parser(0.0, above=True)
parse_share = number_parser(0.0, 1.0)


def parse_counts(text: str) -> list[int]:
    """Turn `1,2,4` into numbers of threads."""
    return [parse_threads(part) for part in text.split(",")]


def parse_box(text: str) -> list[float]:
    """Turn `X,Y,W,H` into four floats."""
    values = [_number(part) for part in text.split(",")]
    if len(values) != 4 or not all(map(math.isfinite, values)) or min(values[2:]) <= 0:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not X,Y,W,H in pixels with W and H above 0"
        )
    return values


def short_names(paths: Sequence[str]) -> list[str]:
    """Return the names of files, or their paths if two have one name.

    What is given twice is called twice by the same.
    """
    names = [Path(path).name for path in paths]
    return names if len({*names}) == len({*paths}) else [*paths]


def add_data(
    options: Options,
    what: str,
    *,
    name: str = "--data",
    several: bool = False,
    required: bool = True,
) -> None:
    """Declare an option that names annotated hands."""
    options.add_argument(
        name,
        required=required,
        action="append" if several else "store",
        metavar="FORMAT:PATH[:SPLIT]",
        help=what,
    )


def add_images(options: Options, what: str = "folder of pictures") -> None:
    """Declare `--images`."""
    options.add_argument("--images", type=Path, metavar="DIR", help=what)


def add_on_error(options: Options) -> None:
    """Declare `--on-error`, the policy for bad records."""
    options.add_argument(
        "--on-error",
        choices=("fail", "skip"),
        default="fail",
        help="refuse data with bad records, or leave these out (default: %(default)s)",
    )


def add_out(options: Options, metavar: str, what: str) -> None:
    """Declare `--out`, which must be given."""
    options.add_argument("--out", type=Path, required=True, metavar=metavar, help=what)


def add_levels(options: Options, said: str, default: int | None = None) -> None:
    """Declare `--levels`; its help says what it is by default."""
    options.add_argument(
        "--levels",
        type=parse_count,
        default=default,
        metavar="N",
        help="how closely to look for hands: 1 at the whole picture, 2 also at squares "
        f"of .6 of its longer side, 3 of .36, ... (default: {said})",
    )


def add_threads(options: Options, what: str) -> None:
    """Declare `--threads`."""
    options.add_argument("--threads", type=parse_threads, metavar="N", help=what)


def add_file(options: Options, name: str, what: str) -> None:
    """Declare a file that is written if it is asked for."""
    options.add_argument(name, type=Path, metavar="FILE", help=what)


def add_flag(options: Options, name: str, what: str) -> None:
    """Declare what is false unless it is given."""
    options.add_argument(name, action="store_true", help=what)


def add_count(
    options: Options, name: str, what: str, default: int | None = None
) -> None:
    """Declare a whole number from 1 up."""
    options.add_argument(
        name, type=parse_count, default=default, metavar="N", help=what
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan

"""`handypose predict` on videos, sequences of pictures and cameras."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handypose_tf.cli.console import complain, progress_bar, quiet_native_log, say
from handypose_tf.cli.interrupt import Interrupt, patient_interrupt
from handypose_tf.cli.main import FAILED, INTERRUPTED
from handypose_tf.cli.predict_pictures import (
    advise_on_no_hand,
    drawn_twice,
    expand,
    open_estimator,
    place_below,
    place_drawings,
)
from handypose_tf.errors import DataError
from handypose_tf.inference.hand_table import HandTableFile, hand_table_file
from handypose_tf.inference.json_lines import JsonLinesFile
from handypose_tf.inference.video.annotated import (
    VIDEO_SUFFIX,
    AnnotatedPictures,
    annotated_video,
)
from handypose_tf.inference.video.follow import Sink, follow
from handypose_tf.inference.video.frames import (
    Camera,
    FrameSource,
    PictureSequence,
    VideoFile,
)
from handypose_tf.inference.video.hand_tracker import HandTracker
from handypose_tf.inference.video.one_euro import OneEuro
from handypose_tf.inference.video.tracked_frames import TrackedFrame
from handypose_tf.inference.video.video_inputs import is_address, stream_name
from handypose_tf.inference.video.window import Window

_DEFAULT_MAX_HANDS = 2

#: Columns of a table that say where a hand was found.
_PLACE = ("video", "frame", "time")


@dataclass
class _Run:
    """What all videos of one command share."""

    arguments: argparse.Namespace
    tracker: HandTracker
    skeleton: Sequence[Sequence[int]]
    interrupt: Interrupt
    lines: JsonLinesFile | None
    table: HandTableFile | None
    window: Window | None

    @property
    def is_stopped(self) -> bool:
        """Whether the user wants no more frames."""
        is_closed = self.window is not None and self.window.is_closed
        return self.interrupt.is_asked or is_closed


def predict_videos(arguments: argparse.Namespace) -> int:
    """Follow hands; 1 if a video could not be used to its end, 130 after Ctrl-C."""
    with contextlib.ExitStack() as stack:
        with quiet_native_log():
            estimator = open_estimator(arguments, arguments.threads, levels=1)
        lines = None
        if arguments.jsonl is not None:
            lines = stack.enter_context(JsonLinesFile(arguments.jsonl))
        table = None
        if arguments.csv is not None:
            names = estimator.metadata.keypoint_names
            table = stack.enter_context(hand_table_file(arguments.csv, _PLACE, names))
        skeleton = estimator.metadata.skeleton
        smoothing = OneEuro(min_cutoff=arguments.min_cutoff, beta=arguments.beta)
        run = _Run(
            arguments,
            HandTracker(
                estimator,
                max_hands=arguments.max_hands or _DEFAULT_MAX_HANDS,
                every=arguments.every,
                smoothing=smoothing if arguments.smooth else None,
            ),
            skeleton,
            stack.enter_context(patient_interrupt()),
            lines,
            table,
            stack.enter_context(Window(skeleton)) if arguments.show else None,
        )
        num_failed = _follow_all(run)
    if run.interrupt.is_asked:
        complain("stopped; what is written is whole")
        return INTERRUPTED
    return FAILED if num_failed else 0


def _follow_all(run: _Run) -> int:
    """Go through the sources; return how many could not be used to their end."""
    arguments, num_failed = run.arguments, 0
    if arguments.camera is not None:
        with quiet_native_log():
            camera = Camera(arguments.camera)
        name = f"camera_{arguments.camera}{VIDEO_SUFFIX}"
        return _follow(run, camera, arguments.out and arguments.out / name)
    if arguments.sequence:
        paths, num_failed = expand(arguments.inputs, arguments.out)
        if not paths:
            return FAILED
        sequence = PictureSequence(paths, arguments.fps)
        targets = place_drawings(paths, arguments.out)
        return num_failed + _follow(run, sequence, targets)
    places = place_videos(arguments.inputs, arguments.out)
    for item in arguments.inputs:
        if run.is_stopped:
            break
        try:
            with quiet_native_log():
                video = VideoFile(item)
            num_failed += _follow(run, video, places.get(item))
        except DataError as error:
            complain(str(error))
            num_failed += 1
    return num_failed


def _follow(
    run: _Run, source: FrameSource, target: Path | dict[Path, Path] | None
) -> int:
    """Follow the hands of one source; 1 if it ends too early."""
    with contextlib.ExitStack() as stack:
        sinks: list[Sink] = [run.window.write] if run.window else []
        if isinstance(target, Path):
            video = annotated_video(target, source.fps, run.skeleton)
            sinks.append(stack.enter_context(video).write)
        elif target:
            sinks.append(AnnotatedPictures(target, run.skeleton).write)
        if (lines := run.lines) is not None:
            sinks.append(lambda tracked: lines.write(tracked.entry(source.name)))
        if (table := run.table) is not None:
            sinks.append(lambda each: table.write(_place(source, each), each.hands))
        bar = stack.enter_context(progress_bar("frame", total=source.num_frames))
        sinks.append(lambda _: bar.update())
        counts = follow(source, run.tracker, sinks, is_stopped=lambda: run.is_stopped)
    if not counts.is_whole:
        complain(
            f"{source.name}: ends after {counts.num_frames} of {source.num_frames} "
            "frames; it is cut off or broken"
        )
    drawn = f" -> {target} (without sound)" if isinstance(target, Path) else ""
    say(f"{source.name}: {counts}{drawn}")
    if not counts.ids:
        advise_on_no_hand(run.arguments, levels=1)
    return 0 if counts.is_whole else 1


def _place(source: FrameSource, tracked: TrackedFrame) -> list[object]:
    return [source.name, tracked.frame.index, round(tracked.frame.seconds, 4)]


def place_videos(inputs: Sequence[str], out: Path | None) -> dict[str, Path]:
    """Return where each annotated video goes; it is always an MP4 file.

    Files keep their places below the folder that they share.

    Raises:
        OutputError: If one would replace its own video, or another's.
    """
    if out is None:
        return {}
    named = {i: Path(stream_name(i) if is_address(i) else i) for i in inputs}
    files = [named[item] for item in inputs if not is_address(item)]
    drawn = place_below(files, out, (VIDEO_SUFFIX,), VIDEO_SUFFIX)
    places = {
        item: drawn.get(name, out / name.with_suffix(VIDEO_SUFFIX))
        for item, name in named.items()
    }
    owners = dict(zip(places.values(), places, strict=True))
    for item, place in places.items():
        if owners[place] != item:
            raise drawn_twice(place, item, owners[place])
    return places

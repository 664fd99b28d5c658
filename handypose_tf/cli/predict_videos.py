"""`handypose predict` on videos, sequences of pictures and cameras."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handypose_tf.cli.console import complain, progress, quiet_native_log, say
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
    FrameSink,
    annotated_video,
)
from handypose_tf.inference.video.frames import (
    Camera,
    FrameSource,
    PictureSequence,
    VideoFile,
)
from handypose_tf.inference.video.hand_tracker import HandTracker
from handypose_tf.inference.video.one_euro import OneEuro
from handypose_tf.inference.video.tracked_frames import TrackedFrame, track
from handypose_tf.inference.video.video_inputs import is_address, stream_name
from handypose_tf.inference.video.window import Window

_DEFAULT_MAX_HANDS = 2

#: Columns of a table that say where a hand was found.
_PLACE = ("video", "frame", "time")

#: A video that ends before this share of its frames is cut off.
_WHOLE_SHARE = 0.95


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


@dataclass
class _Counts:
    """What came of one video."""

    num_frames: int = 0
    num_unreadable: int = 0
    ids: set[int | None] = field(default_factory=set)
    start: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    longest_gap: float = 0.0

    def add(self, tracked: TrackedFrame) -> None:
        gap = tracked.frame.seconds - self.seconds
        self.longest_gap = max(self.longest_gap, gap)
        self.seconds = tracked.frame.seconds
        self.num_frames += 1
        self.num_unreadable += tracked.frame.image is None
        self.ids |= {hand.id for hand in tracked.hands}

    def __str__(self) -> str:
        rate = self.num_frames / max(time.perf_counter() - self.start, 1e-6)
        unreadable = f"{self.num_unreadable} of them unreadable, "
        return (
            f"{self.num_frames} frames, {unreadable * bool(self.num_unreadable)}"
            f"{len(self.ids)} hand{'s' * (len(self.ids) != 1)}, {rate:.1f} frames/s"
        )


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
        run = _Run(
            arguments,
            HandTracker(
                estimator,
                max_hands=arguments.max_hands or _DEFAULT_MAX_HANDS,
                every=arguments.every,
                smoothing=_smoothing(arguments),
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


def _smoothing(arguments: argparse.Namespace) -> OneEuro | None:
    if not arguments.smooth:
        return None
    return OneEuro(min_cutoff=arguments.min_cutoff, beta=arguments.beta)


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
    counts = _Counts()
    with contextlib.ExitStack() as stack:
        sinks: list[FrameSink] = [run.window] if run.window else []
        if isinstance(target, Path):
            video = annotated_video(target, source.fps, run.skeleton)
            sinks.append(stack.enter_context(video))
        elif target:
            sinks.append(AnnotatedPictures(target, run.skeleton))
        frames = stack.enter_context(contextlib.closing(track(source, run.tracker)))
        for tracked in progress(frames, "frame", total=source.num_frames):
            counts.add(tracked)
            for sink in sinks:
                sink.write(tracked)
            if run.lines is not None:
                run.lines.write(tracked.entry(source.name))
            if run.table is not None:
                run.table.write(_place(source, tracked), tracked.hands)
            if run.is_stopped:
                break
    is_whole = run.is_stopped or not _ends_early(source, counts)
    if not is_whole:
        complain(
            f"{source.name}: ends after {counts.num_frames} of {source.num_frames} "
            "frames; it is cut off or broken"
        )
    drawn = f" -> {target} (without sound)" if isinstance(target, Path) else ""
    say(f"{source.name}: {counts}{drawn}")
    if not counts.ids:
        advise_on_no_hand(run.arguments, levels=1)
    return 0 if is_whole else 1


def _place(source: FrameSource, tracked: TrackedFrame) -> list[object]:
    return [source.name, tracked.frame.index, round(tracked.frame.seconds, 4)]


def _ends_early(source: FrameSource, counts: _Counts) -> bool:
    """Tell whether frames are missing; what a video says of itself is not exact.

    Where the rate varies the number of frames is a guess, but not the duration.
    """
    if counts.num_frames >= _WHOLE_SHARE * (source.num_frames or 0):
        return False
    end = counts.seconds + max(counts.longest_gap, 1 / source.fps)
    return end < _WHOLE_SHARE * (source.duration or 0.0)


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

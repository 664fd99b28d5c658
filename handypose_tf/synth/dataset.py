"""Many samples as a COCO-keypoints data set, made in parallel and restartable.

The folder: `images/`, `annotations.json`, `synth.json` (what was asked for) and
`parts/`, the labels of each finished stretch of samples. A stretch whose labels and
pictures are there is not made again, whatever the count that is asked for next.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import cv2

from handypose_tf.errors import HandyPoseError, MissingExtraError, OutputError
from handypose_tf.files import write_bytes, write_json
from handypose_tf.files.locks import LOCK_NAME, held_folder
from handypose_tf.synth.anatomy.body import load_body
from handypose_tf.synth.coco import coco_json, label_of
from handypose_tf.synth.config import SynthConfig
from handypose_tf.synth.sample import SynthSample
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.hand_model import load_hand_model

#: Samples of a stretch: what is lost, at most, when a run is interrupted.
_STRETCH = 50


def make_dataset(
    folder: Path, count: int, config: SynthConfig, *, num_workers: int | None = None
) -> Iterator[int]:
    """Make samples 0 .. `count - 1`, then write `annotations.json`.

    Args:
        folder: Where to; made if need be.
        count: Number of samples.
        config: What to make.
        num_workers: Processes; one per core if `None`.

    Yields:
        The number of samples that are there, after each stretch.

    Raises:
        MissingExtraError: If VTK is not installed.
        OutputError: If the folder holds samples of another configuration, another run
            writes there, or it cannot be written.
        HandyPoseError: If a process that renders is ended.
    """
    if importlib.util.find_spec("vtk") is None:
        raise MissingExtraError("vtk", "synth", "render hands")
    with held_folder(folder):
        yield from _make(folder, count, config, num_workers or os.cpu_count() or 1)


def _make(
    folder: Path, count: int, config: SynthConfig, num_workers: int
) -> Iterator[int]:
    _claim(folder, config)
    stretches = [(a, min(a + _STRETCH, count)) for a in range(0, count, _STRETCH)]
    todo = [stretch for stretch in stretches if not _is_made(folder, *stretch)]
    done = count - sum(stop - start for start, stop in todo)
    yield done
    for start, stop in _work(folder, todo, config, num_workers):
        done += stop - start
        yield done
    labels = [label for s in stretches for label in _read(_part(folder, *s))]
    _write_compact(folder / "annotations.json", coco_json(labels, config))


def encode_sample(sample: SynthSample) -> bytes:
    """Return the sample's JPEG file."""
    bgr = cv2.cvtColor(sample.image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, sample.quality])[
        1
    ].tobytes()


def _claim(folder: Path, config: SynthConfig) -> None:
    """Note the configuration in a new folder; refuse a folder with another one."""
    note = folder / "synth.json"
    wanted = config.to_dict()
    if note.is_file():
        found = _read(note, "choose another folder or delete this one")
        if not isinstance(found, dict):
            found = {}
        other = sorted(key for key in wanted if found.get(key) != wanted[key])
        if other:
            raise OutputError(
                f"{folder}: holds samples made with another {', '.join(other)}; choose "
                "another folder or delete it"
            )
    elif any(path.name != LOCK_NAME for path in folder.iterdir()):
        raise OutputError(f"{folder}: is not empty; choose another folder")
    else:
        write_json(note, wanted)


def _read(path: Path, remedy: str = "delete it and run the command again") -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be read ({error}); {remedy}") from error


def _write_compact(path: Path, value: Any) -> None:
    """Write JSON on one line: indented, its numbers would take most of the disk."""
    write_bytes(path, json.dumps(value, separators=(",", ":")).encode())


def _part(folder: Path, start: int, stop: int) -> Path:
    return folder / "parts" / f"{start:07d}-{stop:07d}.json"


def _is_made(folder: Path, start: int, stop: int) -> bool:
    """Tell whether the labels of a stretch are there, and all its pictures."""
    part = _part(folder, start, stop)
    return part.is_file() and all(
        (folder / "images" / label["file"]).is_file() for label in _read(part)
    )


def _work(
    folder: Path, todo: Sequence[tuple[int, int]], config: SynthConfig, num_workers: int
) -> Iterator[tuple[int, int]]:
    """Make stretches in other processes and name each when it is done."""
    if todo:
        # The hand's skin is drawn and stored once, before several would do it.
        load_hand_model(config.wheel)
        with _open_pool(folder, config, min(num_workers, len(todo))) as pool:
            try:
                yield from pool.map(_make_stretch, todo)
            except BrokenProcessPool as error:
                raise HandyPoseError(
                    f"{folder}: a process that renders was ended, as the system does "
                    "where memory is short; run the command again, with fewer --workers"
                ) from error


def _open_pool(folder: Path, config: SynthConfig, num_workers: int) -> Executor:
    """Start processes that render; this one may hold TensorFlow (see `raster`)."""
    context = multiprocessing.get_context("spawn")
    arguments = (folder, config)
    return ProcessPoolExecutor(num_workers, context, _start_worker, arguments)


#: Of a process that renders: the folder, the configuration and what makes the samples.
_worker: tuple[Path, SynthConfig, Callable[[int, int], SynthSample]] | None = None


def _start_worker(folder: Path, config: SynthConfig) -> None:
    global _worker
    os.environ.setdefault("LP_NUM_THREADS", "1")
    cv2.setNumThreads(1)
    end_with_parent()
    _worker = folder, config, _open_photographer(config)


def _open_photographer(config: SynthConfig) -> Callable[[int, int], SynthSample]:
    """Return what makes the samples; imports VTK."""
    from handypose_tf.synth.photographer import photograph_hands, photograph_people

    model, backgrounds = load_hand_model(config.wheel), Backgrounds(config.photos)
    if config.people:
        body = load_body(config.wheel)
        return photograph_people(body, model, backgrounds, size=config.size)
    return photograph_hands(model, backgrounds, size=config.size, hard=config.hard)


def end_with_parent() -> None:
    """Let this process end when the one that started it is killed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _make_stretch(stretch: tuple[int, int]) -> tuple[int, int]:
    """Write the pictures of a stretch, then its labels."""
    if _worker is None:
        raise RuntimeError("this process was not started by `_start_worker`")
    folder, config, photographer = _worker
    labels = []
    for index in range(*stretch):
        sample = photographer(config.seed, index)
        label = label_of(index, sample)
        write_bytes(folder / "images" / label["file"], encode_sample(sample))
        labels.append(label)
    _write_compact(_part(folder, *stretch), labels)
    return stretch

"""Many samples as a COCO-keypoints data set, made in parallel and restartable.

The folder: `images/`, `annotations.json`, `synth.json` (what was asked for) and
`parts/`, the labels of each finished stretch of samples. A stretch whose labels are
there is not made again, whatever the count that is asked for next.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from handypose_tf import __version__
from handypose_tf.errors import MissingExtraError, OutputError
from handypose_tf.files import write_bytes, write_json
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.synth.anatomy.body import load_body
from handypose_tf.synth.sample import HandLabel, SynthSample
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.hand_model import load_hand_model

#: Samples of a stretch: what is lost, at most, when a run is interrupted.
_STRETCH = 50

#: Change whenever the same seed gives other pictures.
SCENE_VERSION = 1
PEOPLE_VERSION = 1
HARD_VERSION = 1


@dataclass(frozen=True)
class SynthConfig:
    """What a data set is made from; two equal ones give the same pictures.

    Attributes:
        wheel: The anatomy's wheel.
        seed: Of everything random.
        size: Side of the pictures, pixels.
        photos: Photos for backgrounds.
        people: Whole people in place of hands.
        hard: Share of the pictures of hands that show hard ones.
    """

    wheel: Path
    seed: int = 0
    size: int = 256
    photos: tuple[Path, ...] = ()
    people: bool = False
    hard: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return what decides about the pictures, as JSON."""
        listing = "\n".join(f"{p.name} {p.stat().st_size}" for p in self.photos)
        return {
            "seed": self.seed,
            "size": self.size,
            "anatomy": self.wheel.name,
            "num_background_photos": len(self.photos),
            "background_photos_sha256": hashlib.sha256(listing.encode()).hexdigest(),
            "scene_version": PEOPLE_VERSION if self.people else SCENE_VERSION,
            **({"people": True} if self.people else {}),
            **({"hard": self.hard, "hard_version": HARD_VERSION} if self.hard else {}),
        }


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
        OutputError: If the folder holds samples of another configuration, or cannot be
            written.
    """
    if importlib.util.find_spec("vtk") is None:
        raise MissingExtraError("vtk", "synth", "render hands")
    _claim(folder, config)
    stretches = [(a, min(a + _STRETCH, count)) for a in range(0, count, _STRETCH)]
    todo = [stretch for stretch in stretches if not _part(folder, *stretch).is_file()]
    done = count - sum(stop - start for start, stop in todo)
    yield done
    for start, stop in _work(folder, todo, config, num_workers or os.cpu_count() or 1):
        done += stop - start
        yield done
    labels = [
        label for s in stretches for label in json.loads(_part(folder, *s).read_text())
    ]
    _write_compact(folder / "annotations.json", coco_json(labels, config))


def coco_json(labels: Sequence[dict[str, Any]], config: SynthConfig) -> dict[str, Any]:
    """Return a COCO-keypoints file of samples' labels (see :func:`label_of`)."""
    side = config.size
    hands = [(label["index"], hand) for label in labels for hand in label["hands"]]
    return {
        "info": _info(config),
        "images": [
            {"id": x["index"], "file_name": x["file"], "width": side, "height": side}
            for x in labels
        ],
        "annotations": [
            {"id": number, "image_id": index, "category_id": 1, **hand}
            for number, (index, hand) in enumerate(hands)
        ],
        "categories": [
            {
                "id": 1,
                "name": "hand",
                "keypoints": list(KEYPOINT_NAMES),
                "skeleton": [[a + 1, b + 1] for a, b in BONES],
            }
        ],
    }


def label_of(index: int, sample: SynthSample) -> dict[str, Any]:
    """Return what `parts/` stores of a sample."""
    hands = [_annotation(hand) for hand in sample.hands]
    return {"index": index, "file": f"{index:07d}.jpg", "hands": hands}


def _annotation(hand: HandLabel) -> dict[str, Any]:
    """Return the part of a COCO annotation that does not depend on numbering."""
    shown = hand.visibility > 0
    points = np.where(shown[:, None], hand.keypoints.astype(float).round(2), 0.0)
    triples = zip(points.tolist(), hand.visibility.tolist(), strict=True)
    skin = {} if hand.melanin is None else {"melanin": round(float(hand.melanin), 4)}
    return {
        "keypoints": [number for (x, y), v in triples for number in (x, y, v)],
        "num_keypoints": int(shown.sum()),
        "bbox": hand.box.astype(float).round(2).tolist(),
        "area": round(float(hand.box[2] * hand.box[3]), 1),
        "is_left": int(hand.is_left),
        "iscrowd": int(hand.is_hidden),
        **skin,
    }


def _info(config: SynthConfig) -> dict[str, Any]:
    hands = "CC0 (MakeHuman base mesh, rig and targets)"
    photos = "; photos behind the hands keep their own licences"
    return {
        "description": "Rendered hands with exact keypoints",
        "version": __version__,
        "source": "handypose synth",
        "licence": hands + (photos if config.photos else ""),
        **config.to_dict(),
    }


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
        found = json.loads(note.read_text())
        other = sorted(key for key in wanted if found.get(key) != wanted[key])
        if other:
            raise OutputError(
                f"{folder}: holds samples made with another {', '.join(other)}; choose "
                "another folder or delete it"
            )
    elif folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{folder}: is not empty; choose another folder")
    else:
        write_json(note, wanted)


def _write_compact(path: Path, value: Any) -> None:
    """Write JSON on one line: indented, its numbers would take most of the disk."""
    write_bytes(path, json.dumps(value, separators=(",", ":")).encode())


def _part(folder: Path, start: int, stop: int) -> Path:
    return folder / "parts" / f"{start:07d}-{stop:07d}.json"


def _work(
    folder: Path, todo: Sequence[tuple[int, int]], config: SynthConfig, num_workers: int
) -> Iterator[tuple[int, int]]:
    """Make stretches in other processes and name each when it is done."""
    if todo:
        # The hand's skin is drawn and stored once, before several would do it.
        load_hand_model(config.wheel)
        with _open_pool(folder, config, min(num_workers, len(todo))) as pool:
            yield from pool.map(_make_stretch, todo)


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

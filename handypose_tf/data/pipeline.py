"""From readers to batches: shuffled, mixed, cropped and augmented, in a known order.

The order of an epoch is computed beforehand from `(seed, epoch)` alone. So any step of
any epoch can be the first, every worker can take its own part, and the samples of a
batch can be named afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf.data.augment.in_graph import augment_in_graph
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.data.batches import BatchPipeline
from handypose_tf.data.decode import Tensors, decode_entry, entry_dataset
from handypose_tf.data.readers import Reader
from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.images.drawing import contact_sheet, draw_keypoints
from handypose_tf.images.header import read_header

_PICTURES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, kw_only=True)
class HandPipeline(BatchPipeline):
    """Batches of hands out of one or several readers.

    `batches` gives `(image, targets)`: uint8 `(batch, height, width, 3)`, and for each
    of `keypoint_outputs` float32 `(batch, num_keypoints, 3)`, x and y in pixels of the
    image and visibility, 0 outside it. With `handedness` the targets also hold that:
    int8 `(batch, 1)`, 1 left, 0 right, -1 unknown; with `presence` float32
    `(batch, 1)`, 1 hand, 0 none.

    Attributes:
        readers: The data; all with the same keypoints.
        image_size: `(height, width)` of the network's input.
        batch_size: Samples of a step, over all workers and replicas.
        weights: For each reader how often its hands are drawn, relative to their
            number; without weights each hand comes once an epoch.
        crop_scale: See `augment`.
        augmentation: How much samples are changed.
        shuffle: Whether the order changes with the epoch; without, it is the readers'.
        seed: Seed of order and augmentation.
        samples_per_epoch: Length of an epoch; the number of all hands if `None`.
        drop_remainder: Leave out a last, smaller batch.
        num_threads: Samples that are made at once.
        backgrounds: Folder of pictures that `augmentation.fill` and `.background` use.
        handedness: Whether targets tell the side of hands too.
        presence: Whether targets tell hands from places without one too.
        keypoint_outputs: Names of the targets that hold the points: a network's
            `"heatmaps"`, `"points"`, or both.

    Raises:
        DataError: If readers do not fit each other, or there is too little to fill a
            batch.
    """

    readers: Sequence[Reader]
    image_size: tuple[int, int]
    batch_size: int
    weights: Sequence[float] | None = None
    crop_scale: float | None = DEFAULT_CROP_SCALE
    augmentation: Augmentation = PLAIN
    shuffle: bool = True
    seed: int = 0
    samples_per_epoch: int | None = None
    drop_remainder: bool = True
    num_threads: int = field(default_factory=lambda: min(16, os.cpu_count() or 1))
    backgrounds: Path | None = None
    handedness: bool = False
    presence: bool = False
    keypoint_outputs: Sequence[str] = ("heatmaps",)
    _background_files: list[str] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Check what can be checked without decoding a picture."""
        if self.backgrounds is not None:
            self._background_files.extend(list_pictures(self.backgrounds))
        names = {tuple(reader.keypoint_names) for reader in self.readers}
        if len(names) != 1:
            sources = ", ".join(map(str, self.readers)) or "none"
            raise DataError(f"data must have the same keypoints; given: {sources}")
        if self.weights is not None and len(self.weights) != len(self.readers):
            raise DataError(
                f"{len(self.weights)} weights do not go with {len(self.readers)} data"
            )
        self._check_filled("lower the batch size")

    @classmethod
    def for_model(
        cls,
        model: Any,
        data: Reader | Sequence[Reader],
        batch_size: int,
        **options: Any,
    ) -> HandPipeline:
        """Return the batches that fit a model: size, crops, and targets of all heads.

        Args:
            model: A `HandyPose`.
            data: What `open_source` gave, one or several.
            batch_size: Samples of a step.
            **options: Further attributes.

        Examples:
            >>> hands = open_source("coco:labelled/train.json")  # doctest: +SKIP
            >>> pipeline = HandPipeline.for_model(model, hands, 16)  # doctest: +SKIP
            >>> model.fit(pipeline.batches(0), shuffle=False)  # doctest: +SKIP
        """
        own = {
            "image_size": model.image_size,
            "crop_scale": model.description.crop_scale,
            "handedness": model.has_handedness,
            "presence": model.has_presence,
            "keypoint_outputs": model.description.keypoint_outputs,
        }
        readers = [data] if isinstance(data, Reader) else data
        return cls(readers=readers, batch_size=batch_size, **{**own, **options})

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """All records, reader after reader."""
        return tuple(record for reader in self.readers for record in reader.records())

    @property
    def num_samples(self) -> int:
        """Samples of an epoch."""
        return self.samples_per_epoch or len(self.records)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return which record comes at each place of an epoch, `(num_samples,)`."""
        count = self.num_samples
        if not self.shuffle:
            return np.resize(np.arange(len(self.records)), count)
        rng = np.random.default_rng([self.seed, epoch])
        if self.weights is None:
            return _rounds(rng, len(self.records), count)
        sizes = np.array([len(reader.records()) for reader in self.readers])
        starts = np.cumsum(sizes) - sizes
        chances = np.asarray(self.weights) * sizes
        chosen = rng.choice(len(sizes), count, p=chances / chances.sum())
        result = np.empty(count, np.int64)
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            places = np.flatnonzero(chosen == number)
            result[places] = start + _rounds(rng, size, len(places))
        return result

    def sample_ids(self, epoch: int, step: int) -> list[str]:
        """Return the names of the samples of one batch, over all workers."""
        places = slice(step * self.batch_size, (step + 1) * self.batch_size)
        return [self.records[i].sample_id for i in self.order(epoch)[places]]

    def samples(self, epoch: int, places: NDArray[np.integer]) -> tf.data.Dataset:
        """Return augmented samples of given places of an epoch, in their order."""
        records = [self.records[i] for i in self.order(epoch)[places]]
        columns = {"seed": _seeds(self.seed, epoch, places)}
        if self.augmentation.background and any(record.mask for record in records):
            columns["mask"] = np.array([record.mask for record in records], object)
        if self._background_files:
            rng = np.random.default_rng([self.seed, epoch, 1])
            files = rng.choice(self._background_files, self.num_samples)[places]
            columns["background"] = files
        extra = tf.data.Dataset.from_tensor_slices(columns)
        return tf.data.Dataset.zip((entry_dataset(records), extra)).map(
            self._make_sample, num_parallel_calls=self.num_threads, deterministic=True
        )

    def draw(self, epoch: int = 0, count: int = 32, tile: int = 192) -> NDArray:
        """Draw the first samples of an epoch with their points, as a contact sheet.

        Args:
            epoch: Counted from 0.
            count: Samples to draw.
            tile: Side of each, pixels.

        Returns:
            One uint8 RGB picture.
        """
        places = np.arange(min(count, self.num_samples))
        pictures, captions = [], []
        for sample in self.samples(epoch, places).as_numpy_iterator():
            points = sample["keypoints"]
            pictures.append(
                draw_keypoints(
                    sample["image"],
                    points,
                    visibility=sample["visibility"],
                    skeleton=self.readers[0].skeleton,
                )
            )
            captions.append(os.fsdecode(sample["sample_id"]).rpartition("/")[2])
        return contact_sheet(pictures, captions, tile=tile)

    def _make_sample(self, entry: Tensors, extra: Tensors) -> Tensors:
        scale, context = self.crop_scale, None
        if scale is not None:
            aspect = max(self.image_size) / min(self.image_size)
            context = self.augmentation.context(scale * aspect)
        if "mask" in extra:
            entry["mask"] = extra["mask"]
        sample = decode_entry(entry, context=context)
        if "background" in extra:
            encoded = tf.io.read_file(extra["background"])
            sample["background"] = tf.io.decode_jpeg(encoded, channels=3)
        return augment_in_graph(
            sample,
            extra["seed"],
            image_size=self.image_size,
            crop_scale=scale,
            strengths=self.augmentation,
        )

    def _to_pair(self, sample: Tensors) -> tuple[tf.Tensor, Tensors]:
        visibility = sample["visibility"][:, None]
        points = tf.concat([sample["keypoints"], visibility], axis=-1)
        targets = dict.fromkeys(self.keypoint_outputs, points)
        if self.handedness:
            targets["handedness"] = sample["is_left"][None]
        if self.presence:
            is_hand = tf.reduce_all(visibility >= 0)
            targets["presence"] = tf.cast(is_hand, tf.float32)[None]
        return sample["image"], targets


def list_pictures(folder: str | os.PathLike[str]) -> list[str]:
    """Return the JPEG and PNG files of a folder and those inside it, in order.

    Raises:
        DataError: If there are none, or one is broken or no JPEG or PNG.
    """
    if not Path(folder).is_dir():
        raise DataError(f"{folder}: no such folder; check the path of the backgrounds")
    files = sorted(
        str(path)
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in _PICTURES
    )
    if not files:
        raise DataError(f"{folder}: no JPEG or PNG for backgrounds in it")
    for file in files:
        try:
            read_header(file)
        except (OSError, ValueError) as error:
            raise DataError(f"{file}: {error}; mend it or take it away") from error
    return files


def _rounds(rng: np.random.Generator, size: int, count: int) -> NDArray[np.int64]:
    """Return `count` of `size` indices in random order, all once before any twice."""
    rounds = max(1, -(-count // size))
    return np.concatenate([rng.permutation(size) for _ in range(rounds)])[:count]


def _seeds(seed: int, epoch: int, places: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the seed of each sample, `(len(places), 4)`.

    The 2 keeps them apart from those of the order and of the backgrounds.
    """
    same = np.broadcast_to([seed, epoch, 2], (len(places), 3))
    return np.concatenate([same, places[:, None]], axis=1).astype(np.int64)

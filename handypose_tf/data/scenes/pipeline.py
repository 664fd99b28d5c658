"""From a maker of scenes to batches; as with `HandPipeline`, any step can be first."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf.data.augment.appearance import change_look
from handypose_tf.data.augment.draws import Draws
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.data.batches import BatchPipeline
from handypose_tf.data.scenes.maker import MAX_SCENE_HANDS, SceneMaker, scene_boxes
from handypose_tf.errors import DataError
from handypose_tf.images.drawing import contact_sheet, draw_boxes

#: Hands green, places where nobody knows grey.
_HAND_COLOR, _IGNORED_COLOR = (60, 220, 60), (150, 150, 150)


@dataclass(frozen=True, kw_only=True)
class ScenePipeline(BatchPipeline):
    """Batches of made-up whole pictures, and the hands in them.

    `batches` gives `(image, {"maps": hands})`, as `samples` has them.

    Attributes:
        maker: What makes a scene of a seed.
        image_size: `(height, width)` of the network's input, a square.
        batch_size: Scenes of a step, over all workers and replicas.
        num_samples: Scenes of an epoch.
        augmentation: How the look of scenes is changed.
        changing: Whether every epoch has scenes of its own.
        seed: Seed of the scenes.
        drop_remainder: Leave out a last, smaller batch.
        num_threads: Scenes that are made at once.

    Raises:
        DataError: If the input is no square, or a batch is not filled.
    """

    maker: SceneMaker
    image_size: tuple[int, int]
    batch_size: int
    num_samples: int
    augmentation: Augmentation = PLAIN
    changing: bool = True
    seed: int = 0
    drop_remainder: bool = True
    num_threads: int = field(default_factory=lambda: min(16, os.cpu_count() or 1))
    prefetch: ClassVar[int] = 3

    def __post_init__(self) -> None:
        """Check the sizes."""
        height, width = self.image_size
        if height != width:
            raise DataError(f"scenes are squares, not {height} x {width} pixels")
        self._check_filled("lower the batch size or raise data.samples_per_epoch")

    def sample_ids(self, epoch: int, step: int) -> list[str]:
        """Return the names of the scenes of one batch, over all workers."""
        end = min((step + 1) * self.batch_size, self.num_samples)
        numbers = self._numbers(epoch, np.arange(step * self.batch_size, end))
        return [f"scene {number} of seed {self.seed}" for number in numbers]

    def samples(self, epoch: int, places: NDArray[np.integer]) -> tf.data.Dataset:
        """Return scenes of given places of an epoch, in their order.

        Returns:
            Elements with `image`, uint8 `(side, side, 3)`, and `hands`, float32
            `(MAX_SCENE_HANDS, 7)`, as `handypose_tf.losses.DetectionLoss` takes them.
        """
        side = self.image_size[0]

        def make(number: tf.Tensor) -> dict[str, tf.Tensor]:
            image, hands = tf.numpy_function(
                self._make, [number], (tf.uint8, tf.float32)
            )
            return {
                "image": tf.ensure_shape(image, (side, side, 3)),
                "hands": tf.ensure_shape(hands, (MAX_SCENE_HANDS, 7)),
            }

        numbers = tf.data.Dataset.from_tensor_slices(self._numbers(epoch, places))
        return numbers.map(
            make, num_parallel_calls=self.num_threads, deterministic=True
        )

    def draw(self, epoch: int = 0, count: int = 32, tile: int = 256) -> NDArray:
        """Draw the first scenes of an epoch with their hands, as a contact sheet."""
        places = np.arange(min(count, self.num_samples))
        pictures = []
        for scene in self.samples(epoch, places).as_numpy_iterator():
            hands, ignored = scene_boxes(scene["hands"], self.image_size[0])
            picture = draw_boxes(scene["image"], ignored, _IGNORED_COLOR)
            pictures.append(draw_boxes(picture, hands, _HAND_COLOR))
        return contact_sheet(pictures, tile=tile)

    def _to_pair(self, sample: Any) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        return sample["image"], {"maps": sample["hands"]}

    def _numbers(self, epoch: int, places: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the number of the scene at each place of an epoch."""
        first = epoch * self.num_samples if self.changing else 0
        return (first + places).astype(np.int64)

    def _make(self, number: NDArray[np.int64]) -> tuple[NDArray, NDArray]:
        scene = int(number)
        image, hands = self.maker.make(self.image_size[0], (self.seed, scene))
        changed = change_look(image, Draws((self.seed, scene, 1)), self.augmentation)
        return changed, hands

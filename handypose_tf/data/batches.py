"""Batches that training asks of data: any step of any epoch can be the first."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.worker import Worker
from handypose_tf.errors import DataError
from handypose_tf.images import Image

if TYPE_CHECKING:
    import tensorflow as tf


class BatchPipeline(ABC):
    """Batches whose order depends on seed and epoch alone.

    Attributes:
        batch_size: Samples of a step, over all workers and replicas.
        drop_remainder: Leave out a last, smaller batch.
        num_samples: Samples of an epoch.
        prefetch: Batches that are made ahead.
    """

    batch_size: int
    drop_remainder: bool
    prefetch: ClassVar[int] = 2

    if TYPE_CHECKING:

        @property
        def num_samples(self) -> int:
            """Samples of an epoch."""

    @property
    def num_steps(self) -> int:
        """Batches of an epoch."""
        if self.drop_remainder:
            return self.num_samples // self.batch_size
        return -(-self.num_samples // self.batch_size)

    @abstractmethod
    def sample_ids(self, epoch: int, step: int) -> list[str]:
        """Return the names of the samples of one batch, over all workers."""

    @abstractmethod
    def samples(self, epoch: int, places: NDArray[np.integer]) -> tf.data.Dataset:
        """Return samples of given places of an epoch, in their order."""

    @abstractmethod
    def draw(self, epoch: int = 0, count: int = 32) -> Image:
        """Draw the first samples of an epoch with what they teach: a contact sheet."""

    @abstractmethod
    def _to_pair(self, sample: Any) -> tuple[Any, Any]:
        """Return a sample's image, and its targets by output."""

    def batches(
        self, epoch: int, first_step: int = 0, worker: Worker | None = None
    ) -> tf.data.Dataset:
        """Return the batches of an epoch.

        Args:
            epoch: Counted from 0.
            first_step: Batches that are passed over, without being made.
            worker: Part of each batch; the whole if `None`.

        Returns:
            Elements `(image, targets by output)`, as the class says: `batch_size` of
            them, or its part for one replica of the worker.
        """
        worker = worker or Worker()
        end = min(self.num_steps * self.batch_size, self.num_samples)
        places = worker.places(self.batch_size, first_step, end)
        size = self.batch_size // (worker.count * worker.num_replicas)
        return (
            self.samples(epoch, places)
            .map(self._to_pair, num_parallel_calls=1)
            .batch(size, drop_remainder=self.drop_remainder)
            .prefetch(self.prefetch)
        )

    def _check_filled(self, remedy: str) -> None:
        """Refuse an epoch without a whole batch, by a `DataError`."""
        if self.num_steps == 0:
            raise DataError(
                f"{self.num_samples} samples do not fill a batch of {self.batch_size}; "
                f"{remedy}"
            )

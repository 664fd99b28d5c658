"""Which part of every batch a process makes, where several train together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Which part of every global batch a process makes.

    Attributes:
        index: 0 to `count - 1`.
        count: Processes that share a global batch equally.
        num_replicas: Replicas of this process, each with its own batch.
    """

    index: int = 0
    count: int = 1
    num_replicas: int = 1

    def places(self, batch_size: int, first_step: int, end: int) -> NDArray[np.int64]:
        """Return the places of an epoch that are this worker's.

        Args:
            batch_size: Samples of a step, over all workers and replicas.
            first_step: Batches that are passed over.
            end: Samples of the epoch.

        Raises:
            DataError: If a batch cannot be shared equally.
        """
        num_replicas = self.count * self.num_replicas
        if batch_size % num_replicas:
            raise DataError(
                f"a batch of {batch_size} cannot be shared equally by {num_replicas} "
                "replicas; change batch_size"
            )
        places = np.arange(first_step * batch_size, end)
        share = batch_size // self.count
        return places[places % batch_size // share == self.index]

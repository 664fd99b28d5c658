"""What the trainer asks of a task: data, a network, its losses, and what counts."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from handypose_tf.data.batches import BatchPipeline
from handypose_tf.data.credits import DataCredits
from handypose_tf.errors import ModelError
from handypose_tf.images import Image
from handypose_tf.models.described_model import DescribedModel

Figures = Mapping[str, float]


class Task(ABC):
    """Something that a network learns.

    Args:
        config: Its data, network, augmentation and loss.

    Raises:
        DataError: If data are missing, bad, or too few.

    Attributes:
        config: As given.
        training: What it is trained on.
        validation: What chooses the best checkpoint; `None` for nothing.
        frozen: Last level of the backbone that is not trained; `None` for none.
        notes: What was made to fit the data, a line each.
    """

    config: Any
    training: BatchPipeline
    validation: BatchPipeline | None
    notes: tuple[str, ...] = ()

    def __init__(self, config: Any) -> None:
        self.config = config
        self.frozen: str | None = config.model.frozen
        self.training, self.validation = self.open_data()

    @abstractmethod
    def open_data(self) -> tuple[Any, Any]:
        """Return what is trained on, and what chooses the best epoch or `None`."""

    def build(self) -> Any:
        """Build the network with its first weights.

        Raises:
            ModelError: If a part of the configuration does not fit the network.
        """
        try:
            return self.build_network()
        except TypeError as error:
            raise ModelError(
                f"the configuration's model: a value of `overrides` is of the wrong "
                f"kind: {error}"
            ) from error
        except ValueError as error:
            raise ModelError(f"the configuration's model: {error}") from error

    @abstractmethod
    def build_network(self) -> DescribedModel:
        """Build the network with its first weights, whatever that raises."""

    @abstractmethod
    def losses(self, model: Any) -> dict[str, Any]:
        """Return the losses of a model's outputs and their weights, for `compile`."""

    def metrics(self, model: Any) -> dict[str, Any]:
        """Return Keras metrics of a model's outputs, for the validation's batches."""
        return {}

    def measure(self, model: Any) -> dict[str, float]:
        """Return figures of a model that batches cannot give."""
        return {}

    def finish(self, model: Any) -> bool:
        """Fit what no loss teaches to what was trained; tell whether it was needed."""
        return False

    @abstractmethod
    def score(self, figures: Figures) -> float:
        """Return what the best epoch has most of, of an epoch's figures."""

    @abstractmethod
    def facts(self, figures: Figures) -> dict[str, Any]:
        """Return what a trained model says of itself, for `describe`."""

    def credits(self) -> dict[str, DataCredits]:
        """Return what each data set to train on states, by its name."""
        return {}

    def origin(self) -> dict[str, Any]:
        """Return what the first weights are and where they come from."""
        return {}

    @abstractmethod
    def describe_data(self) -> dict[str, Any]:
        """Return names, sizes and checksums of the data."""

    @abstractmethod
    def draw(self, model: Any) -> Image:
        """Draw some samples with what a model finds in them."""


def finite_score(value: float) -> float:
    """Return a score that a diverged epoch does not win by."""
    return value if math.isfinite(value) else -math.inf

"""The whole state of a run in one file, so that it can be left and resumed anywhere."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError

_POSITION = "position"

#: What a file raises that is no state, or half of one.
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass
class Position:
    """Where a run is.

    Attributes:
        epoch: Epochs that are finished.
        step: Steps of the present epoch that are done.
        loss: Mean loss of these steps.
        history: A row of figures for every finished epoch.
    """

    epoch: int = 0
    step: int = 0
    loss: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


class TrainingState:
    """Weights, optimiser and random state of a compiled model.

    Under a strategy over workers every method is a collective one: all must call it.

    Args:
        model: A compiled model; its optimiser's variables are made here, so build it
            under the strategy's scope.
    """

    def __init__(self, model: Any) -> None:
        self._weights = [*model.variables]
        self._all = [*self._weights, *_optimizer_variables(model)]

    def weights(self) -> list[NDArray]:
        """Return the model's variables, batch norms and random states included."""
        return [variable.numpy() for variable in self._weights]

    def set_weights(self, values: list[NDArray]) -> None:
        """Assign what `weights` returned."""
        for variable, value in zip(self._weights, values, strict=True):
            variable.assign(value)

    def to_bytes(self, position: Position, weights: list[NDArray]) -> bytes:
        """Return the state as the bytes of an `.npz` file.

        Args:
            position: Where the run is.
            weights: The model's variables; the optimiser's are read here.
        """
        rest = [variable.numpy() for variable in self._all[len(weights) :]]
        values = enumerate([*weights, *rest])
        arrays: dict[str, Any] = {f"{i:05d}": value for i, value in values}
        arrays[_POSITION] = np.array(json.dumps(asdict(position)))
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    def load(self, path: str | os.PathLike[str]) -> Position:
        """Assign a saved state and return where the run was.

        Raises:
            ModelError: If the file is damaged or belongs to another model.
        """
        try:
            with open(path, "rb") as opened, np.load(opened) as file:
                position = Position(**json.loads(str(file[_POSITION])))
                values = [file[key] for key in sorted(file.files) if key != _POSITION]
        except _BROKEN as error:
            raise ModelError(
                f"{path}: not a training state ({error}); train in another folder"
            ) from error
        shapes = [tuple(variable.shape) for variable in self._all]
        if [value.shape for value in values] != shapes:
            raise ModelError(
                f"{path}: belongs to another model, optimiser or Keras generation; "
                "train in another folder"
            )
        for variable, value in zip(self._all, values, strict=True):
            variable.assign(value)
        return position


def _optimizer_variables(model: Any) -> list[Any]:
    """Make and return the variables of a model's optimiser.

    Optimisers of tensorflow-addons are of the kind that Keras 2 calls legacy.
    """
    optimizer = model.optimizer
    if hasattr(optimizer, "build"):
        optimizer.build(model.trainable_variables)
        return [*optimizer.variables]
    optimizer._create_all_weights(model.trainable_variables)
    return [*optimizer.weights]

"""What the models of this library have in common: they are built from plain data."""

from __future__ import annotations

import json
from typing import Any, Self

from tensorflow import keras

from handypose_tf.errors import ModelError
from handypose_tf.files.versions import package_versions
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.models.complexity import count_graph_macs

#: What `describe` may set, in any model.
_FACTS = ("trained", "licence", "training_data", "accuracy", "decode")

#: What a model that nobody has trained says of itself.
UNTRAINED: dict[str, Any] = {
    "trained": False,
    "licence": "none: untrained",
    "training_data": "none",
    "accuracy": {},
}


#: Stride of the deepest level: sides that are multiples keep all grids aligned.
_GRID = 32


class SettingsModel(keras.Model):
    """A flat functional model whose configuration is the builder's data.

    Not the graph is stored but the data it is built from, so that a model moves
    between Keras 2 and Keras 3.

    Args:
        inputs: The picture.
        outputs: `{maps_name: raw maps}`, and what a model gives beside them.
        settings: The network as data.
        backbone: The own backbone the graph stands on, if there is one.
        **kwargs: `name` of the model.

    Attributes:
        maps_name: Name of the raw output, which a decoder reads.
        result_name: What the decoder makes of it is called.
        facts: What `describe` may set.
    """

    maps_name: str
    result_name: str
    facts: tuple[str, ...] = _FACTS

    def __init__(
        self,
        inputs: Any,
        outputs: dict[str, Any],
        *,
        settings: dict[str, Any],
        backbone: keras.Model | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        # A function, as Keras would save a model in an attribute as one more layer.
        self.own_backbone = lambda: backbone
        self._settings_json = json.dumps(settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The network as data; a copy."""
        return json.loads(self._settings_json)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the input in pixels."""
        height, width = self.input_shape[1:3]
        return height, width

    @property
    def stride(self) -> int:
        """Pixels of the input a cell of the raw maps."""
        return round(self.image_size[0] / self.output[self.maps_name].shape[1])

    def describe(self, **facts: Any) -> None:
        """Add facts to the settings that travel with the model's files.

        Args:
            **facts: Any of the class's `facts`: `trained`, `licence`,
                `training_data`, `accuracy`, `decode` and what the class adds.
        """
        unknown = facts.keys() - {*self.facts}
        if unknown:
            raise ValueError(
                f"Facts are {sorted(self.facts)}. Received: {sorted(unknown)}"
            )
        self._settings_json = json.dumps({**self.settings, **facts})

    def at_size(self, image_size: int | tuple[int, int]) -> Self:
        """Return the same network with the same weights for another size of input.

        All layers are convolutions or pool, so weights serve every size; they are best
        near the one that they were trained at. Figures of accuracy are left behind.

        Args:
            image_size: Side or `(height, width)` in pixels; multiples of 32.

        Raises:
            ModelError: If a side is no multiple of 32, or the backbone is your own.
        """
        sides = (image_size, image_size) if isinstance(image_size, int) else image_size
        if any(side <= 0 or side % _GRID for side in sides):
            raise ModelError(
                f"an input of {sides[0]} x {sides[1]} pixels does not fit the grids of "
                f"the network; give multiples of {_GRID}"
            )
        if self.own_backbone() is not None:
            raise ModelError(
                "the backbone is your own and has one size; build it at the other one "
                "and load the weights"
            )
        settings = {**self.settings, "image_size": [*sides], "accuracy": {}}
        twin = type(self).from_config({"name": self.name, "settings": settings})
        twin.set_weights(self.get_weights())
        return twin

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that makes the result of the raw maps."""
        raise NotImplementedError

    def metadata(self, precision: str = "float32") -> ModelMetadata:
        """Return what prediction, cards and tables need to know."""
        raise NotImplementedError

    def common_metadata(self, precision: str) -> dict[str, Any]:
        """Return the fields of `ModelMetadata` that every kind of model has."""
        settings = self.settings
        return {
            **{name: settings[name] for name in ("preset", *UNTRAINED)},
            "image_size": self.image_size,
            "precision": precision,
            "parameters": self.count_params(),
            "macs": count_graph_macs(self),
            "versions": package_versions(),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the builder's data, and the own backbone if there is one."""
        config: dict[str, Any] = {"name": self.name, "settings": self.settings}
        backbone = self.own_backbone()
        if backbone is not None:
            config["backbone"] = keras.utils.serialize_keras_object(backbone)
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        """Rebuild a model, without weights."""
        config = dict(config)
        if isinstance(config.get("backbone"), dict):
            config["backbone"] = keras.utils.deserialize_keras_object(
                config["backbone"], custom_objects=custom_objects
            )
        return cls(**config)

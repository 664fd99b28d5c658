"""What the models of this library have in common: they are built from plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from tensorflow import keras

from handypose_tf.errors import ModelError
from handypose_tf.files.versions import package_versions
from handypose_tf.litert.metadata import Decode, ModelMetadata, known_fields
from handypose_tf.models.complexity import count_graph_macs
from handypose_tf.models.description import Description

#: What `describe` may set, in any model.
_FACTS = ("trained", "licence", "training_data", "accuracy", "decode", "min_score")


#: Stride of the deepest level: sides that are multiples keep all grids aligned.
_GRID = 32


class DescribedModel(keras.Model):
    """A flat functional model whose configuration is the builder's data.

    Not the graph is stored but the data it is built from, so that a model moves
    between Keras 2 and Keras 3.

    Args:
        inputs: The picture.
        outputs: `{maps_name: raw maps}`, and what a model gives beside them.
        description: The model as data.
        backbone: The own backbone the graph stands on, if there is one.
        **kwargs: `name` of the model.

    Attributes:
        description: The model as data; `describe` changes it.
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
        description: Description,
        backbone: keras.Model | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        # A function, as Keras would save a model in an attribute as one more layer.
        self.own_backbone = lambda: backbone
        self.description = description

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
        """Change what is known of the model, which travels with its files.

        Args:
            **facts: Any of the class's `facts`: `trained`, `licence`,
                `training_data`, `accuracy`, `decode` and what the class adds.
        """
        unknown = facts.keys() - {*self.facts}
        if unknown:
            raise ValueError(
                f"Facts are {sorted(self.facts)}. Received: {sorted(unknown)}"
            )
        self.description = self.description.with_facts(**facts)

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
        twin = self.rebuilt(image_size=[*sides], accuracy={})
        twin.set_weights(self.get_weights())
        return twin

    def rebuilt(self, **facts: Any) -> Self:
        """Return the same network, or one with other facts, with new weights.

        Args:
            **facts: Values of the description, as `Description.to_dict` names them.
        """
        settings = self.description.with_facts(**facts).to_dict()
        config: dict[str, Any] = {"name": self.name, "settings": settings}
        if (backbone := self.own_backbone()) is not None:
            config["backbone"] = backbone
        return type(self).from_config(config)

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that makes the result of the raw maps."""
        raise NotImplementedError

    def final_decode(self) -> Decode:
        """Return how the result is made, with what follows from the network."""
        return self.description.decode

    def metadata(self, precision: str = "float32") -> ModelMetadata:
        """Return what prediction, cards and tables need to know."""
        described = replace(self.description, decode=self.final_decode())
        return measured_metadata(self, described, precision)

    def get_config(self) -> dict[str, Any]:
        """Return the builder's data, and the own backbone if there is one."""
        settings = self.description.to_dict()
        config: dict[str, Any] = {"name": self.name, "settings": settings}
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
        description = Description.from_dict(config.pop("settings"))
        if isinstance(config.get("backbone"), dict):
            config["backbone"] = keras.utils.deserialize_keras_object(
                config["backbone"], custom_objects=custom_objects
            )
        return cls(description, **config)


def measured_metadata(
    model: keras.Model, description: Description, precision: str
) -> ModelMetadata:
    """Return a network's description with what is counted of it."""
    measured = {
        "image_size": model.input_shape[1:3],
        "precision": precision,
        "parameters": model.count_params(),
        "macs": count_graph_macs(model),
        "versions": package_versions(),
    }
    return known_fields(ModelMetadata, {**vars(description), **measured})

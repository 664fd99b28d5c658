"""Names of layers inside `.tflite` files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from handypose_tf.errors import ModelError


def matching_names(names: Mapping[str, str], patterns: Sequence[str]) -> list[str]:
    """Return the tensors in whose names one of the regular expressions is found.

    Args:
        names: A tensor's own name -> what it is called, as `tensor_names` gives them.
        patterns: Regular expressions.

    Raises:
        ModelError: If one is found in none.
    """
    kept: set[str] = set()
    for pattern in patterns:
        found = {own for own, name in names.items() if re.search(pattern, name)}
        if not found:
            known = ", ".join(layer_name(name) for name in [*names.values()][:3])
            raise ModelError(
                f"no layer's name holds {pattern!r}; the first ones are {known}"
            )
        kept |= found
    return [own for own in names if own in kept]


def layer_name(tensor_name: str) -> str:
    """Return the Keras layer in a tensor's name, which lists all that was fused.

    The names are `MODEL/LAYER/OPERATION`, separated by semicolons.
    """
    parts = tensor_name.partition(";")[0].split("/")
    return parts[1] if len(parts) > 1 else tensor_name

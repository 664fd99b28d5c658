"""One picture to be: things, the joints of the hands among them, camera and light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import SHADOW_CELL, Lights, Shadows
from handypose_tf.synth.world.things import Thing


@dataclass(frozen=True)
class Scene:
    """Everything that is rendered; metres.

    Attributes:
        things: Skin, clothes and all that is before the camera.
        hands: `(num_hands, 21, 3)` joints; right and left hands take turns.
        camera: The view.
        lights: In the camera's frame.
        shadow_cell: Side of a cell of the shadow grids, see :class:`Shadows`.
        melanin: Of all hands' skin; `None` where it is not told.
    """

    things: tuple[Thing, ...]
    hands: FloatArray
    camera: Camera
    lights: Lights
    shadow_cell: float = SHADOW_CELL
    melanin: float | None = None

    def shadows(self) -> Shadows:
        """Return the lights' depth grids."""
        points = np.concatenate([thing.lit.points for thing in self.things])
        return Shadows(self.camera.view(points), self.lights, cell=self.shadow_cell)

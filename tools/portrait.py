"""The picture of `handypose demo`: one open right hand in soft light before a wall.

`python tools/portrait.py DIR` makes `demo_hand.jpg` and `demo_hand.json`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.files import write_json
from handypose_tf.geometry import tight_box
from handypose_tf.images import Image, write_image
from handypose_tf.synth.anatomy.arm import fetch
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.photographer import surface_light
from handypose_tf.synth.picture.film import Film, expose
from handypose_tf.synth.picture.renderer import Renderer
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.scenes.hands import hands_scene
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.hand_model import HandModel, load_hand_model
from handypose_tf.synth.world.illumination import make_lights
from handypose_tf.synth.world.person import Person, shape_body

_SEED = 3
_WIDTH, _HEIGHT, _FOCAL = 640, 480, 1120.0
_DISTANCE = 0.62

#: What the hand of `handypose demo` does.
OPEN = Posture(
    flexion=np.array([[6, 10, 6], [10, 14, 8], [13, 18, 10], [12, 20, 12]], float),
    spread=np.array([-8.0, -1.0, 6.0, 14.0]),
    arch=np.array([2.0, 5.0]),
    thumb_spread=50,
    thumb_lift=24,
    thumb_roll=5,
    thumb_flexion=np.array([8.0, 10.0]),
    wrist=np.array([-6.0, 5.0]),
)
_PERSON = Person({}, SkinTone(melanin=0.05, blood=2.3, crease=0.6))
_WALL = np.array([0.52, 0.55, 0.58], np.float32)


def make_portrait(
    model: HandModel, posture: Posture = OPEN
) -> tuple[Image, dict[str, Any]]:
    """Return the picture, uint8 RGB, and its labels."""
    rng = np.random.default_rng(_SEED)
    scene = _scene(model, posture, rng)
    shadows = scene.shadows()
    rendering = Renderer(oversampling=3)(scene, shadows)
    wall = _WALL * surface_light(scene, shadows, gap=0.09)
    light = rendering.colour + (1 - rendering.coverage[..., None]) * wall
    film = Film(0.78, np.ones(3), contrast=1.08, vignette=0.12, blur=0.5, noise=0.006)
    image = expose(light, film, rng)
    keypoints = rendering.keypoints[0]
    return image, {
        "keypoints": keypoints.astype(float).round(2).tolist(),
        "visibility": rendering.is_seen[0].astype(float).tolist(),
        "box": tight_box(keypoints).astype(float).round(2).tolist(),
        "is_left": False,
        "source": (
            f"rendered by `python tools/portrait.py`, seed {_SEED}; "
            "anatomy: MakeHuman base mesh and rig, CC0"
        ),
    }


def _scene(model: HandModel, posture: Posture, rng: np.random.Generator) -> Scene:
    hand = model.pose(shape_body(model.anatomy, _PERSON), posture)
    upright = np.diag([1.0, -1.0, -1.0])
    turn = rotation([0, 0, 1], -10) @ upright @ rotation([1, 0, 0], -10)
    turn = turn @ rotation([0, 1, 0], 174)
    shift = np.array([0, 0, _DISTANCE]) - turn @ [0.0, 0.062, 0.0]
    lights = make_lights(
        rng,
        dome=([0, -1, 0], np.array([0.75, 0.77, 0.79]), np.array([0.45, 0.41, 0.38])),
        keys=[
            (np.array([-0.45, -0.5, -0.74]), np.array([1.75, 1.62, 1.45]), 0.24),
            (np.array([0.82, -0.2, -0.53]), np.array([0.22, 0.25, 0.3]), 0.4),
        ],
        num_dome=60,
        num_key=48,
    )
    camera = Camera(_WIDTH, _HEIGHT, _FOCAL, turn, shift)
    return hands_scene(model, [hand], (), _PERSON.skin, camera, lights)


def main(folder: Path) -> None:
    """Write the picture and its labels."""
    image, labels = make_portrait(load_hand_model(fetch()))
    write_image(folder / "demo_hand.jpg", image)
    write_json(folder / "demo_hand.json", labels)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

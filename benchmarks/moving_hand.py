"""Clips of one rendered hand with true keypoints: at rest, and moving.

`make_clips(FOLDER)` writes `still.avi`, `moving.avi` (640 x 480, 30 frames/s, motion
JPEG) and `still.npz`, `moving.npz` with `keypoints` (num_frames, 21, 2). The hand at
rest is one picture under new noise in each frame; the moving one wanders over most of
the picture, rolls, comes nearer, and opens and closes. Nothing is drawn anew if the
files are there.

Needs the extra `[synth]`, and a network the first time. In a process of its own: VTK
and TensorFlow do not go together.

  python benchmarks/moving_hand.py FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from handypose_tf.files import whole_file
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.synth.anatomy.arm import fetch
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.picture.film import Film, expose
from handypose_tf.synth.picture.renderer import Renderer
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posture import Posture, blend
from handypose_tf.synth.scenes.hands import hands_scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import Lights
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.hand_model import HandModel, load_hand_model
from handypose_tf.synth.world.illumination import make_lights
from handypose_tf.synth.world.person import Person, shape_body

WIDTH, HEIGHT, FPS = 640, 480, 30
CLIPS = {"still": 120, "moving": 180}

_FOCAL, _SEED = 700.0, 11
_PERSON = Person({}, SkinTone(melanin=0.12, blood=2.0, crease=0.6))
_FILM = Film(0.8, np.ones(3), contrast=1.05, vignette=0.1, blur=0.5, noise=0.012)
_POSTURES = ("open_easy", "fist", "point")
_JPEG_QUALITY = 95


class Stage:
    """Renders one hand in front of one background.

    Args:
        model: The hand.
        seed: Of background, lights and noise.
    """

    def __init__(self, model: HandModel, seed: int = _SEED) -> None:
        self._model = model
        self._body = shape_body(model.anatomy, _PERSON)
        self._render = Renderer()
        rng = np.random.default_rng(seed)
        self._behind = Backgrounds().draw(rng, HEIGHT, WIDTH)
        self._lights = _lights(rng)

    def light(self, seconds: float) -> tuple[FloatArray, FloatArray]:
        """Return the linear light and the keypoints at a time of the motion."""
        hand = self._model.pose(self._body, _posture(seconds))
        camera = _camera(seconds)
        scene = hands_scene(self._model, [hand], (), _PERSON.skin, camera, self._lights)
        rendering = self._render(scene, scene.shadows())
        behind = (1 - rendering.coverage[..., None]) * self._behind
        return rendering.colour + behind, rendering.keypoints[0]


def make_clips(folder: Path) -> dict[str, Path]:
    """Write the clips that are not there yet; return the videos by name."""
    videos = {name: folder / f"{name}.avi" for name in CLIPS}
    missing = [name for name, video in videos.items() if not video.exists()]
    stage = Stage(load_hand_model(fetch())) if missing else None
    for name in missing:
        frames, keypoints = _still(stage) if name == "still" else _moving(stage)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(videos[name].with_suffix(".npz"), keypoints=keypoints)
        write_frames(videos[name], frames)
    return videos


def write_frames(path: Path, frames: Sequence[Image]) -> None:
    """Write RGB frames as motion JPEG."""
    height, width = frames[0].shape[:2]
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    with whole_file(path) as part:
        writer = cv2.VideoWriter(str(part), codec, FPS, (width, height))
        writer.set(cv2.VIDEOWRITER_PROP_QUALITY, _JPEG_QUALITY)
        for frame in frames:
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()


def _still(stage: Stage) -> tuple[list[Image], FloatArray]:
    rng = np.random.default_rng(_SEED)
    light, keypoints = stage.light(0.0)
    frames = [expose(light.copy(), _FILM, rng) for _ in range(CLIPS["still"])]
    return frames, np.repeat(keypoints[None], len(frames), axis=0)


def _moving(stage: Stage) -> tuple[list[Image], FloatArray]:
    rng = np.random.default_rng(_SEED + 1)
    frames, points = [], []
    for frame in range(CLIPS["moving"]):
        light, keypoints = stage.light(frame / FPS)
        frames.append(expose(light, _FILM, rng))
        points.append(keypoints)
    return frames, np.stack(points)


def _posture(seconds: float) -> Posture:
    """Open, close and point, two seconds from one to the next."""
    step, share = divmod(seconds / 2, 1)
    first, second = (
        POSES[_POSTURES[(int(step) + i) % len(_POSTURES)]] for i in range(2)
    )
    return blend(first, second, (1 - np.cos(np.pi * share)) / 2)


def _camera(seconds: float) -> Camera:
    """Look at a hand that wanders, rolls by 35 degrees and comes nearer."""
    upright = np.diag([1.0, -1.0, -1.0])
    turn = rotation([0, 0, 1], 35 * np.sin(1.3 * seconds) - 10) @ upright
    turn = turn @ rotation([0, 1, 0], 165 + 15 * np.sin(0.9 * seconds))
    depth = 0.7 + 0.12 * np.sin(1.1 * seconds)
    place = [0.14 * np.sin(1.9 * seconds), 0.03 + 0.06 * np.sin(2.6 * seconds), depth]
    shift = np.array(place) - turn @ [0.0, 0.062, 0.0]
    return Camera(WIDTH, HEIGHT, _FOCAL, turn, shift)


def _lights(rng: np.random.Generator) -> Lights:
    return make_lights(
        rng,
        dome=([0, -1, 0], np.array([0.75, 0.77, 0.79]), np.array([0.45, 0.41, 0.38])),
        keys=[(np.array([-0.45, -0.5, -0.74]), np.array([1.75, 1.62, 1.45]), 0.24)],
        num_dome=60,
        num_key=48,
    )


if __name__ == "__main__":
    for video in make_clips(Path(sys.argv[1])).values():
        print(video)

"""Render bare feet close by, as places without a hand.

    python tools/weights/render_feet.py --backgrounds backgrounds --out hands

Photos of people with licences to train on show shoes; what a network takes for hands
are toes. People of `handypose synth` are drawn without shoes, and the camera looks at a
foot of theirs. Writes `OUT/feet/*.jpg`, `OUT/train/feet.json` and
`OUT/held_out/feet.json`, the first tenth.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from handypose_tf.files import write_bytes, write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import FloatArray, tight_box
from handypose_tf.synth.anatomy.arm import fetch
from handypose_tf.synth.anatomy.body import BONES, load_body
from handypose_tf.synth.dataset import encode_sample
from handypose_tf.synth.photographer import exposure_of
from handypose_tf.synth.picture.film import draw_film, expose
from handypose_tf.synth.picture.renderer import Renderer
from handypose_tf.synth.sample import SynthSample
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds, find_photos
from handypose_tf.synth.world.crowd import Casting
from handypose_tf.synth.world.hand_model import load_hand_model
from handypose_tf.synth.world.illumination import draw_lights

SEED, SIZE, HELD_OUT = 91, 256, 10

#: Height of what a picture shows at the foot's distance, metres.
NEAR, FAR = 0.3, 0.75

#: A joint of a hand within this part of the picture's side makes it be drawn anew.
MARGIN, TRIES = 0.1, 30


def open_studio(wheel: Path, photos: tuple[Path, ...]) -> None:
    """Open a worker's people and backgrounds."""
    global _casting, _backgrounds, _feet, _render
    body, hand = load_body(wheel), load_hand_model(wheel)
    _casting, _backgrounds = Casting(body, hand, barefoot=1.0), Backgrounds(photos)
    order, part = list(BONES), body.parts["body"]
    _feet = [
        np.flatnonzero(body.weights[part.vertices, order.index(f"foot.{side}")] > 0.5)
        for side in "RL"
    ]
    _render = Renderer(1)


def draw_camera(rng: np.random.Generator, foot: FloatArray) -> Camera:
    """Draw a camera that looks at a foot from anywhere, at soles too."""
    view = float(np.exp(rng.uniform(np.log(NEAR), np.log(FAR))))
    focal = SIZE * float(np.exp(rng.uniform(np.log(0.9), np.log(2.5))))
    turn = (
        rotation([0, 0, 1], rng.normal(0, 35))
        @ np.diag([1.0, -1.0, -1.0])
        @ rotation([1, 0, 0], rng.uniform(-80, 80))
        @ rotation([0, 1, 0], rng.uniform(-180, 180))
    )
    target = foot.mean(axis=0) + rng.uniform(-0.12, 0.12, 3) * view
    distance = max(focal * view / SIZE, 0.4)
    return Camera(SIZE, SIZE, focal, turn, np.array([0, 0, distance]) - turn @ target)


def photograph(index: int) -> tuple[bytes, list[float]]:
    """Return the JPEG file and the foot's box of one picture."""
    rng = np.random.default_rng([SEED, index])
    for _ in range(TRIES):
        person = _casting.draw(rng)
        bare = person.things[0].lit.points
        foot = bare[_feet[rng.integers(2)]]
        camera = draw_camera(rng, foot)
        hands = np.abs(camera.project(person.keypoints) / SIZE - 0.5).max(axis=-1)
        if hands.min() > 0.5 + MARGIN:
            break
    lights = draw_lights(rng, num_dome=16, num_key=3)
    scene = Scene(person.things, person.keypoints, camera, lights)
    rendering = _render(scene, scene.shadows())
    behind = _backgrounds.draw(rng, SIZE, SIZE)
    light = rendering.colour + (1 - rendering.coverage[..., None]) * behind
    film = draw_film(rng)
    image = expose(light * exposure_of(rendering), film, rng)
    inside = np.clip(camera.project(foot), 0, SIZE - 1)
    x, y, width, height = tight_box(inside)
    side = max(width, height, 40.0) * rng.uniform(0.65, 1.15)
    corner = [x + (width - side) / 2, y + (height - side) / 2]
    box = [round(float(value), 1) for value in (*corner, side, side)]
    return encode_sample(SynthSample(image, (), film.quality)), box


def main() -> None:
    """Render, and write both sides."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backgrounds", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    studio = fetch(), tuple(find_photos(args.backgrounds))
    (args.out / "feet").mkdir(parents=True, exist_ok=True)
    entries: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    with ProcessPoolExecutor(initializer=open_studio, initargs=studio) as pool:
        taken = pool.map(photograph, range(args.count), chunksize=4)
        for index, (jpeg, box) in enumerate(tqdm(taken, total=args.count)):
            name = f"feet/{index:05d}.jpg"
            write_bytes(args.out / name, jpeg)
            picture = {"file_name": name, "width": SIZE, "height": SIZE}
            entries.append((picture, [{"bbox": box, "no_hand": True}]))
    held_out = args.count // HELD_OUT
    for side, part in (("train", entries[held_out:]), ("held_out", entries[:held_out])):
        write_json(args.out / side / "feet.json", coco_content(part))
        print(f"{args.out / side / 'feet.json'}: {len(part)}")


if __name__ == "__main__":
    main()

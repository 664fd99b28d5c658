"""From a scene to a picture in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST
from handypose_tf.synth.picture.raster import Fragments, Rasteriser, fragments
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import Lights, Shadows, irradiance, shine
from handypose_tf.synth.space.mesh import IntArray
from handypose_tf.synth.space.surface import Spots, Surface
from handypose_tf.synth.world.things import Thing

#: Strength of the fine relief of the skin on its normals.
_RELIEF = np.float32(0.22)
_RELIEF_AXIS = np.array([1.0, -1.0, 0.5], np.float32)

#: A joint is hidden if something is seen in front of it by more than its own flesh: a
#: share of the length wrist to middle knuckle; at the wrist, at knuckles, further out.
_FLESH_WRIST, _FLESH_KNUCKLE, _FLESH_FINGER = 0.38, 0.24, 0.15
_KNUCKLES = (1, 2, 5, 9, 13, 17)


@dataclass(frozen=True)
class Rendering:
    """A picture of the foreground.

    Attributes:
        colour: `(height, width, 3)` linear RGB, times the coverage.
        coverage: `(height, width)` 0..1, how much of a pixel is not background.
        skin: `(height, width)` 0..1, how much of a pixel is the arm's skin.
        keypoints: `(num_hands, 21, 2)` pixels.
        is_seen: `(num_hands, 21)` joints that nothing but their own flesh hides; False
            outside the picture.
    """

    colour: FloatArray
    coverage: FloatArray
    skin: FloatArray
    keypoints: FloatArray
    is_seen: NDArray[np.bool_]


class Renderer:
    """Renders scenes, one after another.

    Args:
        oversampling: Rays through each pixel, along a side.
    """

    def __init__(self, oversampling: int = 2) -> None:
        self._oversampling = oversampling
        self._rasteriser = Rasteriser()

    def __call__(self, scene: Scene, shadows: Shadows) -> Rendering:
        """Render one scene; lights and shadows are in the camera's frame."""
        camera = scene.camera.scaled(self._oversampling)
        points, triangles = _join(scene)
        seen = self._rasteriser(points, triangles, camera)
        pixels = fragments(seen, points, triangles, camera)
        values = pixels.interpolate(_attributes(scene, points, shadows), triangles)
        surface, is_skin = _surface(scene, pixels, values[:, 8:10])
        views = -camera.rays(pixels.columns, pixels.rows)
        colour = shade(surface, values, views, scene.lights)

        def picture(of_pixels: NDArray, elsewhere: float = 0.0) -> FloatArray:
            shape = (*seen.shape, *of_pixels.shape[1:])
            result = np.full(shape, elsewhere, np.float32)
            result[pixels.rows, pixels.columns] = of_pixels
            return result

        depth = picture(values[:, 10], np.inf)
        return Rendering(
            shrink(picture(colour), self._oversampling),
            shrink((seen >= 0).astype(np.float32), self._oversampling),
            shrink(picture(is_skin), self._oversampling),
            np.stack([scene.camera.project(hand) for hand in scene.hands]),
            np.stack([joints_seen(depth, hand, camera) for hand in scene.hands]),
        )


def _join(scene: Scene) -> tuple[FloatArray, IntArray]:
    """Return all things' points in the camera's frame, and their triangles."""
    points = [thing.points for thing in scene.things]
    first = np.cumsum([0, *(len(part) for part in points)])
    faces = [
        thing.triangles + start
        for thing, start in zip(scene.things, first, strict=False)
    ]
    return scene.camera.view(np.concatenate(points)), np.concatenate(faces)


def _attributes(scene: Scene, points: FloatArray, shadows: Shadows) -> FloatArray:
    """Return what is interpolated: normal, light, place, and depth."""
    normals = np.concatenate([thing.normals for thing in scene.things])
    normals = (normals @ scene.camera.rotation.T).astype(np.float32)
    light = np.concatenate([_light(thing, scene, shadows) for thing in scene.things])
    places = np.concatenate([thing.places for thing in scene.things])
    return np.concatenate([normals, light, places, points[:, 2:]], axis=1)


def _light(thing: Thing, scene: Scene, shadows: Shadows) -> FloatArray:
    lit, is_skin = thing.lit, thing.material.is_skin
    normals = (lit.normals @ scene.camera.rotation.T).astype(np.float32)
    points = scene.camera.view(lit.points)
    light = gather(points, normals, scene.lights, shadows, is_skin=is_skin)
    return light if lit.refine is None else lit.refine(light)


def _surface(
    scene: Scene, pixels: Fragments, places: FloatArray
) -> tuple[Surface, NDArray]:
    """Return what each pixel's surface is like, and whether it is skin."""
    result = Surface.empty(len(places))
    is_skin = np.zeros(len(places), np.float32)
    last = np.cumsum([len(thing.triangles) for thing in scene.things])
    of_thing = np.searchsorted(last, pixels.triangle, side="right")
    for number in np.unique(of_thing):
        mine = np.flatnonzero(of_thing == number)
        thing = scene.things[number]
        triangle = pixels.triangle[mine] - (last[number] - len(thing.triangles))
        spots = Spots(triangle, pixels.barycentric[mine], places[mine])
        result.put(mine, thing.material.surface(spots))
        is_skin[mine] = thing.material.is_skin
    return result, is_skin


def shrink(image: FloatArray, oversampling: int) -> FloatArray:
    """Average the rays of each pixel."""
    if oversampling == 1:
        return image
    size = (image.shape[1] // oversampling, image.shape[0] // oversampling)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def shade(
    surface: Surface, values: FloatArray, views: FloatArray, lights: Lights
) -> FloatArray:
    """Return the colour of each pixel, linear RGB `(num_pixels, 3)`.

    Args:
        surface: What each pixel shows.
        values: `(num_pixels, 8 or more)` normal (3), irradiance (3), share of the key
            lights and of the dome that arrives there.
        views: `(num_pixels, 3)` directions towards the camera.
        lights: The lamps.
    """
    normals = values[:, :3] + _RELIEF * surface.relief[:, None] * _RELIEF_AXIS
    normals /= np.sqrt((normals**2).sum(axis=1, keepdims=True)) + np.float32(1e-9)
    views = views / np.sqrt((views**2).sum(axis=1, keepdims=True))
    edge = 1 - np.clip(np.einsum("pc,pc->p", normals, views), 0, 1)
    sheen = (0.028 + 0.4 * edge**5) * values[:, 7] ** 2
    reflected = shine(normals, views, surface.roughness, lights)
    reflected *= values[:, 6:7]
    reflected += sheen[:, None] * (0.4 * lights.dome_radiance)
    return surface.colour * values[:, 3:6] + surface.gloss[:, None] * reflected


def gather(
    points: FloatArray,
    normals: FloatArray,
    lights: Lights,
    shadows: Shadows,
    *,
    is_skin: bool,
) -> FloatArray:
    """Return each point's irradiance (3), and its share of key and dome light.

    Args:
        points: `(num_points, 3)` in the camera's frame.
        normals: `(num_points, 3)` in the camera's frame.
        lights: The lamps.
        shadows: Their depth grids.
        is_skin: Whether light creeps round the edge of the shadow.
    """
    visible = shadows.visible(points)
    dome, key = visible[:, : lights.num_dome], visible[:, lights.num_dome :]
    shares = [key.mean(axis=1) if key.size else 0 * dome[:, 0], dome.mean(axis=1)]
    light = irradiance(normals, visible, lights, is_skin=is_skin)
    return np.column_stack([light, *shares])


def joints_seen(
    depth: FloatArray, keypoints: FloatArray, camera: Camera
) -> NDArray[np.bool_]:
    """Test each joint against the depth of what its pixel shows.

    Args:
        depth: `(height, width)` metres.
        keypoints: `(21, 3)` of a hand, in the world's frame.
        camera: With as many pixels as `depth`.
    """
    joints = camera.view(keypoints)
    columns, rows = np.rint(camera.to_pixels(joints)).astype(int).T
    size = camera.width, camera.height
    inside = (columns >= 0) & (columns < size[0]) & (rows >= 0) & (rows < size[1])
    unit = np.linalg.norm(keypoints[MIDDLE_KNUCKLE] - keypoints[WRIST])
    flesh = np.full(len(joints), _FLESH_FINGER)
    flesh[WRIST], flesh[list(_KNUCKLES)] = _FLESH_WRIST, _FLESH_KNUCKLE
    seen = depth[rows.clip(0, size[1] - 1), columns.clip(0, size[0] - 1)]
    return inside & (seen > joints[:, 2] - flesh * unit)

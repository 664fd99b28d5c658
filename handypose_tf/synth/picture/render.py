"""From a scene to a picture in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST
from handypose_tf.synth.look.skin import skin_surface
from handypose_tf.synth.picture.raster import Fragments, Rasteriser, fragments
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import Lights, Shadows, irradiance, shine
from handypose_tf.synth.space.mesh import IntArray
from handypose_tf.synth.space.surface import Surface
from handypose_tf.synth.world.hand_model import HandModel, PosedHand
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
    """Renders hands, one after another.

    Args:
        model: The hand's surface.
        oversampling: Rays through each pixel, along a side.
    """

    def __init__(self, model: HandModel, oversampling: int = 2) -> None:
        self._model = model
        self._oversampling = oversampling
        self._rasteriser = Rasteriser()

    def __call__(self, scene: Scene, shadows: Shadows) -> Rendering:
        """Render one scene; lights and shadows are in the camera's frame."""
        camera = scene.camera.scaled(self._oversampling)
        mesh = _join(self._model, scene, camera)
        seen = self._rasteriser(mesh.points, mesh.triangles, camera)
        pixels = fragments(seen, mesh.points, mesh.triangles, camera)
        light = _gather(self._model, scene, shadows)
        attributes = np.concatenate([mesh.normals, light, mesh.places], axis=1)
        values = pixels.interpolate(attributes, mesh.triangles)
        colour = np.zeros((*seen.shape, 3), np.float32)
        surface = self._surface(scene, pixels, values[:, 8:10])
        colour[pixels.rows, pixels.columns] = shade(
            surface, values, -camera.rays(pixels.columns, pixels.rows), scene.lights
        )
        is_skin = (seen >= 0) & (seen < len(scene.hands) * len(self._model.triangles))
        depth = mesh.depth(pixels, seen.shape)
        return Rendering(
            shrink(colour, self._oversampling),
            shrink((seen >= 0).astype(np.float32), self._oversampling),
            shrink(is_skin.astype(np.float32), self._oversampling),
            np.stack([scene.camera.project(hand.keypoints) for hand in scene.hands]),
            np.stack([joints_seen(depth, h.keypoints, camera) for h in scene.hands]),
        )

    def _surface(self, scene: Scene, pixels: Fragments, places: FloatArray) -> Surface:
        """Return what each pixel's surface is like: skin, or a thing's picture."""
        num_skin = len(self._model.triangles)
        first = len(scene.hands) * num_skin
        result = Surface.empty(len(places))
        mine = np.flatnonzero(pixels.triangle < first)
        number = pixels.triangle[mine] % num_skin
        texels = self._model.texels(number, pixels.barycentric[mine])
        result.put(mine, skin_surface(texels, scene.tone))
        for thing in scene.things:
            last = first + len(thing.triangles)
            inside = (pixels.triangle >= first) & (pixels.triangle < last)
            mine = np.flatnonzero(inside)
            result.put(mine, thing.material.surface(places[mine]))
            first = last
        return result


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


@dataclass(frozen=True)
class _Mesh:
    """The hands, then the things, as one mesh in the camera's frame."""

    points: FloatArray
    normals: FloatArray
    places: FloatArray
    triangles: IntArray

    def depth(self, pixels: Fragments, shape: tuple[int, ...]) -> FloatArray:
        """Return how far away what each pixel shows is, metres; inf for nothing."""
        result = np.full(shape, np.inf, np.float32)
        depth = pixels.interpolate(self.points[:, 2:], self.triangles)
        result[pixels.rows, pixels.columns] = depth[:, 0]
        return result


def _join(model: HandModel, scene: Scene, camera: Camera) -> _Mesh:
    meshes: list[PosedHand | Thing] = [*scene.hands, *scene.things]
    first = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    faces = [model.triangles] * len(scene.hands)
    faces += [thing.triangles for thing in scene.things]
    no_places = np.zeros((len(model.along_arm) * len(scene.hands), 2), np.float32)
    normals = np.concatenate([mesh.normals for mesh in meshes])
    return _Mesh(
        camera.view(np.concatenate([mesh.points for mesh in meshes])),
        (normals @ camera.rotation.T).astype(np.float32),
        np.concatenate([no_places, *(thing.places for thing in scene.things)]),
        np.concatenate(
            [face + start for face, start in zip(faces, first, strict=False)]
        ),
    )


def _gather(model: HandModel, scene: Scene, shadows: Shadows) -> FloatArray:
    """Return, for each point, its irradiance (3), and its share of key and dome light.

    Hands gather light on their coarser surface; the result is smooth.
    """
    camera = scene.camera

    def light(points: NDArray, normals: NDArray, *, is_skin: bool) -> FloatArray:
        turned = (normals @ camera.rotation.T).astype(np.float32)
        seen = camera.view(points)
        return gather(seen, turned, scene.lights, shadows, is_skin=is_skin)

    of_hands = [
        model.refine(light(hand.coarse, hand.coarse_normals, is_skin=True))
        for hand in scene.hands
    ]
    of_things = [light(t.points, t.normals, is_skin=False) for t in scene.things]
    return np.concatenate([*of_hands, *of_things])


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

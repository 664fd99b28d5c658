"""From a scene of people to a picture in linear light."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.look.complexion import BareSkin
from handypose_tf.synth.picture.raster import Fragments, Rasteriser, fragments
from handypose_tf.synth.picture.render import (
    Rendering,
    gather,
    joints_seen,
    shade,
    shrink,
)
from handypose_tf.synth.scenes.people import PeopleScene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import Shadows
from handypose_tf.synth.space.surface import Surface
from handypose_tf.synth.world.things import Thing

#: Side of a cell of the shadow grids, metres: the mesh's points are 4 cm apart.
_SHADOW_CELL = 0.035


class PeopleRenderer:
    """Renders people, one scene after another.

    Args:
        oversampling: Rays through each pixel, along a side.
    """

    def __init__(self, oversampling: int = 1) -> None:
        self._oversampling = oversampling
        self._rasteriser = Rasteriser()

    def __call__(self, scene: PeopleScene) -> Rendering:
        """Render one scene."""
        camera = scene.camera.scaled(self._oversampling)
        things = [_View(thing, camera) for thing in scene.all_things]
        points = np.concatenate([view.points for view in things])
        first = np.cumsum([0, *(len(view.points) for view in things)])
        triangles = np.concatenate(
            [v.thing.triangles + k for v, k in zip(things, first, strict=False)]
        )
        seen = self._rasteriser(points, triangles, camera)
        pixels = fragments(seen, points, triangles, camera)
        shadows = Shadows(points, scene.lights, cell=_SHADOW_CELL)
        values = pixels.interpolate(_attributes(things, scene, shadows), triangles)
        surface, skin = _surface(things, pixels, values[:, 8:10])
        views = -camera.rays(pixels.columns, pixels.rows)
        layers = np.zeros((*seen.shape, 5), np.float32)
        layers[pixels.rows, pixels.columns] = np.column_stack(
            [shade(surface, values, views, scene.lights), np.ones(len(skin)), skin]
        )
        depth = np.full(seen.shape, np.inf, np.float32)
        depth[pixels.rows, pixels.columns] = values[:, 10]
        small = shrink(layers, self._oversampling)
        return Rendering(
            small[..., :3],
            small[..., 3],
            small[..., 4],
            np.stack([scene.camera.project(hand) for hand in scene.hands]),
            np.stack([joints_seen(depth, hand, camera) for hand in scene.hands]),
        )


class _View:
    """A thing in the camera's frame."""

    def __init__(self, thing: Thing, camera: Camera) -> None:
        self.thing = thing
        self.is_skin = isinstance(thing.material, BareSkin)
        self.points = camera.view(thing.points)
        self.normals = (thing.normals @ camera.rotation.T).astype(np.float32)


def _attributes(
    things: list[_View], scene: PeopleScene, shadows: Shadows
) -> FloatArray:
    """Return what is interpolated: normal, light, place, and depth."""
    rows = []
    for view in things:
        points, normals = view.points, view.normals
        light = gather(points, normals, scene.lights, shadows, is_skin=view.is_skin)
        rows.append(np.column_stack([normals, light, view.thing.places, points[:, 2:]]))
    return np.concatenate(rows).astype(np.float32)


def _surface(
    things: list[_View], pixels: Fragments, places: FloatArray
) -> tuple[Surface, FloatArray]:
    """Return what each pixel's surface is like, and whether it is skin."""
    result = Surface.empty(len(places))
    skin = np.zeros(len(places), np.float32)
    last = np.cumsum([len(view.thing.triangles) for view in things])
    of_thing = np.searchsorted(last, pixels.triangle, side="right")
    for number in np.unique(of_thing):
        mine = np.flatnonzero(of_thing == number)
        result.put(mine, things[number].thing.material.surface(places[mine]))
        skin[mine] = things[number].is_skin
    return result, skin

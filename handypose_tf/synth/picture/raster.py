"""Which triangle does each pixel see: VTK as an off-screen rasteriser.

Every triangle is drawn flat in a colour that is its number, so one pass gives depth
tested visibility; positions and attributes are then interpolated exactly in numpy.
Points are in the camera's frame: metres, x right, y down, z forward.

Never in one process with TensorFlow: where Mesa draws on the CPU, its LLVM and
TensorFlow's own kill the process (measured: VTK 9.6, TensorFlow 2.21, in either order).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import MissingExtraError
from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.mesh import IntArray

try:
    import vtk
    from vtk.util.numpy_support import (
        numpy_to_vtk,
        numpy_to_vtkIdTypeArray,
        vtk_to_numpy,
    )
except ImportError as error:
    raise MissingExtraError("vtk", "synth", "render hands") from error

# Without a display VTK falls back to EGL by itself; that is no news for the user.
vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)

#: Nothing closer than this is drawn, metres.
NEAR = 0.02
FAR = 50.0


class Rasteriser:
    """An off-screen window that is kept between pictures."""

    def __init__(self) -> None:
        self._mesh = vtk.vtkPolyData()
        mapper = vtk.vtkPolyDataMapper()
        mapper.SetInputData(self._mesh)
        mapper.SetScalarModeToUseCellData()
        mapper.SetColorModeToDirectScalars()
        actor = vtk.vtkActor()
        actor.SetMapper(mapper)
        actor.GetProperty().LightingOff()
        self._renderer = vtk.vtkRenderer()
        self._renderer.SetBackground(0, 0, 0)
        self._renderer.AddActor(actor)
        self._window = vtk.vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.AddRenderer(self._renderer)

    def __call__(
        self, points: FloatArray, triangles: IntArray, camera: Camera
    ) -> IntArray:
        """Return the number of the triangle that each pixel sees.

        Args:
            points: `(num_points, 3)` in the camera's frame.
            triangles: `(num_triangles, 3)`, drawn from both sides.
            camera: Gives the picture's size and focal length.

        Returns:
            `(height, width)`; -1 where nothing is.
        """
        self._set_mesh(points, triangles)
        self._set_camera(camera)
        self._window.Render()
        return self._read(camera)

    def _set_mesh(self, points: NDArray, triangles: NDArray) -> None:
        vertices = vtk.vtkPoints()
        vertices.SetData(
            numpy_to_vtk(np.ascontiguousarray(points, np.float32), deep=True)
        )
        offsets = np.arange(0, 3 * len(triangles) + 1, 3)
        array = vtk.vtkCellArray()
        array.SetData(_id_array(offsets), _id_array(triangles.ravel()))
        number = np.arange(1, len(triangles) + 1)[:, None] >> np.array([16, 8, 0])
        colour = numpy_to_vtk((number & 255).astype(np.uint8), deep=True)
        self._mesh.SetPoints(vertices)
        self._mesh.SetPolys(array)
        self._mesh.GetCellData().SetScalars(colour)
        self._mesh.Modified()

    def _set_camera(self, camera: Camera) -> None:
        self._window.SetSize(camera.width, camera.height)
        view = self._renderer.GetActiveCamera()
        view.SetPosition(0, 0, 0)
        view.SetFocalPoint(0, 0, 1)
        view.SetViewUp(0, -1, 0)
        view.SetViewAngle(2 * np.degrees(np.arctan(camera.height / 2 / camera.focal)))
        view.SetClippingRange(NEAR, FAR)

    def _read(self, camera: Camera) -> IntArray:
        pixels = vtk.vtkUnsignedCharArray()
        last = camera.width - 1, camera.height - 1
        self._window.GetRGBACharPixelData(0, 0, *last, 0, pixels)
        picture = vtk_to_numpy(pixels).reshape(camera.height, camera.width, 4)[::-1]
        number = picture[..., :3].astype(np.int32) @ np.array([65536, 256, 1], np.int32)
        return number - 1


def _id_array(numbers: IntArray) -> vtk.vtkIdTypeArray:
    return numpy_to_vtkIdTypeArray(np.ascontiguousarray(numbers, np.int64), deep=True)


@dataclass(frozen=True)
class Fragments:
    """The pixels that see something.

    Attributes:
        rows, columns: `(num_pixels,)` where they are.
        triangle: `(num_pixels,)` what they see.
        barycentric: `(num_pixels, 3)` where in the triangle.
    """

    rows: IntArray
    columns: IntArray
    triangle: IntArray
    barycentric: FloatArray

    def interpolate(self, values: NDArray, triangles: NDArray) -> FloatArray:
        """Interpolate `(num_points, channels)` to `(num_pixels, channels)`."""
        corners = triangles[self.triangle]
        total = values[corners[:, 0]] * self.barycentric[:, :1]
        total += values[corners[:, 1]] * self.barycentric[:, 1:2]
        total += values[corners[:, 2]] * self.barycentric[:, 2:]
        return total


def fragments(
    seen: IntArray,
    points: FloatArray,
    triangles: IntArray,
    camera: Camera,
) -> Fragments:
    """Cut each pixel's ray with the triangle that it sees (perspective-correct)."""
    rows, columns = np.nonzero(seen >= 0)
    triangle = seen[rows, columns]
    rays = camera.rays(columns, rows)
    used, place = np.flatnonzero(np.bincount(triangle)), np.zeros(len(triangles), int)
    place[used] = np.arange(len(used))
    a, b, c = (points[triangles[used, k]] for k in range(3))
    sides = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    volume = np.einsum("pkc,pc->pk", sides[place[triangle]], rays)
    total = volume.sum(axis=1, keepdims=True)
    # A triangle seen edge-on has no volume with the ray: its corners share the pixel.
    volume = np.where(total == 0, 1.0, volume) / np.where(total == 0, 3.0, total)
    clipped = np.clip(volume, 0, 1)
    clipped /= clipped.sum(axis=1, keepdims=True)
    return Fragments(rows, columns, triangle, clipped.astype(np.float32))

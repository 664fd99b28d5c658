"""Which point of which triangle a pixel sees."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("vtk", reason="rendering needs the extra `synth`")

from handypose_tf.synth.picture.raster import fragments


class StraightCamera:
    """Looks along z: every ray has the direction (column, row, 1)."""

    def rays(self, columns, rows):
        return np.stack([columns, rows, np.ones_like(rows)], axis=1).astype(float)


POINTS = np.array([[0, 0, 2], [4, 0, 2], [0, 4, 2], [2, 2, 4]], float)


def test_a_pixel_is_cut_with_the_triangle_it_sees():
    """At z = 2 the ray (1, 1, 1) meets (2, 2, 2): half of both far corners."""
    seen = np.full((2, 2), -1)
    seen[1, 1] = 0
    found = fragments(seen, POINTS, np.array([[0, 1, 2]]), StraightCamera())
    np.testing.assert_allclose(found.barycentric, [[0, 0.5, 0.5]], atol=1e-6)


def test_a_triangle_seen_edge_on_has_numbers_too():
    """All three corners lie in one plane with the eye: any point of it may be seen."""
    flat = np.array([[1, 1, 1], [2, 2, 2], [3, 3, 3]], float)
    seen = np.full((2, 2), -1)
    seen[1, 1] = 0
    found = fragments(seen, flat, np.array([[0, 1, 2]]), StraightCamera())
    np.testing.assert_allclose(found.barycentric, [[1 / 3, 1 / 3, 1 / 3]], atol=1e-6)

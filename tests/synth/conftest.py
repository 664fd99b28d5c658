"""A made-up hand for the tests that need none, and the real one where it is at hand."""

from __future__ import annotations

import importlib.util
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from made_up_hand import made_up_joints
from render_process import call

from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.synth.anatomy.arm import BONES, JOINTS, WHEEL, Anatomy
from handypose_tf.synth.anatomy.body import JOINTS as BODY_JOINTS
from handypose_tf.synth.anatomy.body import HumanBody, load_body


@pytest.fixture
def joints() -> np.ndarray:
    return made_up_joints()


@pytest.fixture(scope="session")
def rod_anatomy() -> Anatomy:
    """An anatomy that is one square rod from the elbow to the middle finger's end."""
    heights = np.linspace(-0.24, 0.17, 9)
    ring = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.01
    vertices = np.array([(x, y, z) for y in heights for x, z in ring])
    first = 4 * np.arange(len(heights) - 1)[:, None]
    side = np.arange(4)
    after = (side + 1) % 4
    faces = np.stack(
        [first + side, first + 4 + side, first + 4 + after, first + after], axis=-1
    )
    weights = np.zeros((len(vertices), len(BONES)))
    names = list(BONES)
    weights[:, names.index("wrist")] = vertices[:, 1] >= 0
    weights[:, names.index("lowerarm02")] = vertices[:, 1] < 0
    rows = len(vertices) + len(JOINTS)
    return Anatomy(
        vertices=vertices.astype(np.float32),
        faces=faces.reshape(-1, 4),
        weights=weights.astype(np.float32),
        joints=made_up_joints().astype(np.float32),
        texture=np.zeros((faces.size // 4, 4, 2), np.float32),
        nails=np.zeros((8, 8), np.uint8),
        targets={"longer": np.full((rows, 3), 0.01, np.float32)},
    )


@pytest.fixture(scope="session")
def real_anatomy() -> Anatomy:
    from handypose_tf.synth.anatomy.arm import load

    wheel = cache_folder() / WHEEL
    if not wheel.is_file():
        pytest.skip(f"needs the hand's anatomy: {wheel} (`handypose synth` fetches it)")
    return load(wheel)


@pytest.fixture(scope="session")
def body(real_anatomy) -> HumanBody:
    return load_body(cache_folder() / WHEEL)


@pytest.fixture
def rest(body) -> dict[str, np.ndarray]:
    """The body's joints by name."""
    return dict(zip(BODY_JOINTS, body.joints.astype(float), strict=True))


@pytest.fixture(scope="session")
def render_process():
    """Run functions of `render_jobs` in a process that never sees TensorFlow."""
    if importlib.util.find_spec("vtk") is None:
        pytest.skip("needs VTK: pip install 'handypose-tf[synth]'")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        yield lambda job, *args, **options: pool.submit(
            call, job, args, options
        ).result(timeout=120)

"""The flip test: cells meet cells, whatever their offset, and maps are averaged."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import dot_model
import numpy as np
import pytest
from small_models import SMALL

from handypose_tf.errors import ModelError
from handypose_tf.evaluation.flipped import predict_flipped
from handypose_tf.geometry import box_region, warp_image
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.litert.metadata import Decode
from handypose_tf.models import handypose, save_model

SIZE, STRIDE, SCALE = 64, 4, 1.5
CELLS = SIZE // STRIDE
BOX = np.array([41.0, 22.0, 40.0, 32.0])


class SpotModel:
    """One heatmap a spot: a Gaussian at the bright spot of the crop.

    Args:
        cell_offset: Pixel of the crop that cell 0 stands for.
        bias: Cells that the model errs to the right by, in every picture it sees.
    """

    path = Path("spot.keras")
    metadata = SimpleNamespace(decode=Decode(method="dark"))

    def __init__(self, cell_offset: float, bias: float = 0.0) -> None:
        self.cell_offset, self.bias = cell_offset, bias
        self.crops: list[np.ndarray] = []

    def heatmaps(self, image, box):
        matrix = box_region(box, scale=SCALE).matrix(SIZE)
        crop = warp_image(image, matrix, SIZE).astype(float)[..., 0]
        self.crops.append(crop)
        y, x = np.mgrid[:SIZE, :SIZE]
        spot = np.array([(crop * axis).sum() for axis in (x, y)]) / crop.sum()
        column, row = (spot - self.cell_offset) / STRIDE + [self.bias, 0]
        rows, columns = np.mgrid[:CELLS, :CELLS]
        square = (columns - column) ** 2 + (rows - row) ** 2
        to_cells = np.diag([1 / STRIDE, 1 / STRIDE, 1.0])
        to_cells[:2, 2] = -self.cell_offset / STRIDE
        return np.exp(-square / 8)[..., None].astype(np.float32), to_cells @ matrix


def picture(x: float, y: float) -> np.ndarray:
    rows, columns = np.mgrid[:90, :120]
    spot = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 2.5**2))
    return np.repeat(np.rint(255 * spot)[..., None], 3, axis=-1).astype(np.uint8)


@pytest.mark.parametrize("cell_offset", [0.0, (STRIDE - 1) / 2])
def test_a_point_stays_where_it_is(cell_offset):
    """A grid that is not centred would cost (s - 1 - 2 offset) / 2 s cells: 1 px."""
    model = SpotModel(cell_offset)
    keypoints, scores = predict_flipped(model, picture(58.3, 40.6), BOX[None])
    assert keypoints[0, 0] == pytest.approx([58.3, 40.6], abs=0.05)
    assert scores.shape == (1, 1) and scores[0, 0] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("cell_offset", [0.0, (STRIDE - 1) / 2])
def test_an_error_to_one_side_is_averaged_out(cell_offset):
    model = SpotModel(cell_offset, bias=0.7)
    maps, _ = model.heatmaps(picture(58.3, 40.6), BOX)
    assert maps.shape == (CELLS, CELLS, 1)
    keypoints, scores = predict_flipped(model, picture(58.3, 40.6), BOX[None])
    assert keypoints[0, 0] == pytest.approx([58.3, 40.6], abs=0.05)
    # The mean of two Gaussians of standard deviation 2, each .7 cells beside it.
    assert scores[0, 0] == pytest.approx(np.exp(-(0.7**2) / 8), abs=0.03)


def test_centred_cells_see_the_mirror_image_of_the_crop():
    model = SpotModel((STRIDE - 1) / 2)
    predict_flipped(model, picture(50.0, 30.0), BOX[None])
    plain, mirrored = model.crops
    assert np.abs(plain - mirrored[:, ::-1]).max() <= 2


def test_a_model_without_heatmaps_is_refused():
    model = SpotModel(0.0)
    model.heatmaps = lambda image, box: None
    with pytest.raises(ModelError, match=r"spot\.keras: gives no heatmaps.*export"):
        predict_flipped(model, picture(1, 1), BOX[None])


def test_a_litert_file_with_heatmaps_finds_its_dots(tmp_path):
    dots = np.array([[48.0, 30.0], [66.0, 27.0], [60.0, 46.0]])
    image = dot_model.dot_image(90, 120, dots, radius=4.0)
    estimator = HandPoseEstimator(dot_model.write_dot_model(tmp_path / "dots.tflite"))
    keypoints, scores = predict_flipped(estimator, image, np.stack([BOX, BOX - 2]))
    assert keypoints.shape == (2, 21, 2) and scores.shape == (2, 21)
    assert keypoints[0, :3] == pytest.approx(dots, abs=0.6)
    assert keypoints[1, :3] == pytest.approx(dots, abs=0.6)


def test_a_litert_file_without_heatmaps_is_refused(tmp_path):
    path = dot_model.write_dot_model(tmp_path / "dots.tflite", heatmaps=False)
    with pytest.raises(ModelError, match=r"dots\.tflite: gives no heatmaps"):
        predict_flipped(HandPoseEstimator(path), picture(1, 1), BOX[None])


def test_a_mirrored_picture_gives_the_mirrored_answer(tmp_path):
    """Random weights see no symmetry; the flip test makes it."""
    path = save_model(handypose(image_size=64, overrides=SMALL), tmp_path / "a.keras")
    with pytest.warns(UserWarning, match="never trained"):
        estimator = HandPoseEstimator(path)
    rng = np.random.default_rng(5)
    image = rng.integers(0, 256, (9, 12, 3), np.uint8).repeat(10, 0).repeat(10, 1)
    mirror = np.ascontiguousarray(image[:, ::-1])
    mirrored_box = np.array([119 - BOX[0] - BOX[2], *BOX[1:]])
    keypoints, _ = predict_flipped(estimator, image, BOX[None])
    others, _ = predict_flipped(estimator, mirror, mirrored_box[None])
    distance = np.abs(keypoints - (others * [-1, 1] + [119, 0])).max(axis=(0, 2))
    # Two cells of nearly one height may change places by rounding.
    assert (distance < 0.05).mean() > 0.8

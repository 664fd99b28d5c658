"""Batches of scenes: the same for the same seed, from any step on, for any worker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handypose_tf.data.scenes.pipeline import ScenePipeline
from handypose_tf.data.worker import Worker
from handypose_tf.errors import DataError


class NumberedScenes:
    """Scenes whose first pixel and first hand tell the last number of their seed."""

    def make(self, size, seed):
        image = np.full((size, size, 3), seed[-1], np.uint8)
        hands = np.zeros((16, 7), np.float32)
        hands[0] = seed[-1]
        return image, hands


@pytest.fixture
def pipeline():
    return ScenePipeline(
        maker=NumberedScenes(), image_size=(8, 8), batch_size=4, num_samples=10
    )


def numbers(batches):
    """Return the numbers of the scenes of each batch."""
    return [image[:, 0, 0, 0].tolist() for image, _ in batches.as_numpy_iterator()]


def test_an_epoch_has_scenes_of_its_own_in_a_known_order(pipeline):
    assert pipeline.num_steps == 2
    assert numbers(pipeline.batches(0)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert numbers(pipeline.batches(2)) == [[20, 21, 22, 23], [24, 25, 26, 27]]
    image, targets = next(pipeline.batches(2).as_numpy_iterator())
    assert image.dtype == np.uint8 and image.shape == (4, 8, 8, 3)
    assert targets["maps"][:, 0, 0].tolist() == [20, 21, 22, 23]


def test_any_step_can_be_the_first_and_workers_share_a_batch(pipeline):
    assert numbers(pipeline.batches(0, 1)) == [[4, 5, 6, 7]]
    second = pipeline.batches(0, 0, Worker(index=1, count=2))
    assert numbers(second) == [[2, 3], [6, 7]]
    assert pipeline.sample_ids(1, 1) == [f"scene {n} of seed 0" for n in range(14, 18)]
    with pytest.raises(DataError, match="a batch of 4 cannot be shared equally by 3"):
        pipeline.batches(0, 0, Worker(count=3))


def test_a_validation_s_scenes_stay_and_the_last_batch_is_kept(pipeline):
    fixed = replace(pipeline, changing=False, drop_remainder=False)
    assert numbers(fixed.batches(5)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_an_input_that_is_no_square_is_refused(pipeline):
    with pytest.raises(DataError, match="scenes are squares, not 8 x 16 pixels"):
        replace(pipeline, image_size=(8, 16))

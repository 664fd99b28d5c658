import numpy as np
import pytest

from handypose_tf.errors import DataError
from handypose_tf.images import write_image
from handypose_tf.synth.world.backgrounds import Backgrounds, find_photos, make_up


@pytest.fixture
def photos(tmp_path):
    red = np.zeros((90, 160, 3), np.uint8)
    red[..., 0] = 200
    write_image(tmp_path / "b.png", red)
    write_image(tmp_path / "sub" / "a.png", red[:, :, ::-1].copy())
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_photos_are_found_in_folders_below_too_and_sorted(photos):
    names = [path.name for path in find_photos([photos])]
    assert names == ["b.png", "a.png"]


def test_a_folder_without_pictures_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no pictures in this folder"):
        find_photos([tmp_path])


def test_a_broken_photo_is_told_before_the_work(photos):
    whole = (photos / "b.png").read_bytes()
    (photos / "sub" / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"sub/cut\.png: .*mend it or take it away"):
        find_photos([photos])


def test_a_drawn_photo_shows_its_colour(photos):
    backgrounds = Backgrounds(find_photos([photos])[:1])
    drawn = [backgrounds.draw(np.random.default_rng(s), 40, 56) for s in range(30)]
    assert all(light.shape == (40, 56, 3) for light in drawn)
    red = [light for light in drawn if light[..., 1:].max() < 1e-6]
    assert 10 <= len(red) < 30  # the others are made up


@pytest.mark.parametrize("seed", range(12))
def test_made_up_pictures_are_those_of_the_seed(seed):
    first, second = (make_up(np.random.default_rng(seed), 32, 48) for _ in range(2))
    assert first.shape == (32, 48, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)


def test_made_up_pictures_differ():
    means = [make_up(np.random.default_rng(s), 24, 24).mean() for s in range(20)]
    assert np.std(means) > 20

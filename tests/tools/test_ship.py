"""A trained model becomes the files of `savedmodels/`, each telling its own figures."""

import json
from pathlib import Path

import pytest
from noise_hands import write_noise_hands
from small_models import SMALL
from tensorflow import keras

from handypose_tf.files import file_sha256
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.models import hand_detector, handypose, load_model, save_model

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def ship(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import ship

    return ship


@pytest.fixture
def hands(tmp_path) -> Path:
    """Twelve hands on noise, to train on and held out alike."""
    content = write_noise_hands(tmp_path, 12, low=20, high=70)
    (tmp_path / "hands.json").write_text(json.dumps(content))
    for name in ("train", "held_out"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "all.json").write_text(json.dumps(content))
    return tmp_path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*crops of:UserWarning")
@pytest.mark.filterwarnings("ignore:.*looks like noise:UserWarning")
def test_a_pose_network_ships(ship, hands, tmp_path):
    # Weights of which some, and not all, points come out right by chance.
    keras.utils.set_random_seed(2)
    small = {"waterfall": {"filters": 8}, "decoder": {"filters": 8}}
    model = handypose(image_size=64, overrides=small, handedness=True, presence=True)
    path = save_model(model, tmp_path / "best.keras")
    out = tmp_path / "out"
    out.mkdir()
    dev = f"coco:{hands}/hands.json"
    words = ["--hands", hands, "--dev", dev, "--out", out, "--plots", tmp_path]
    argv = [path, "--without", "presence", "--precisions", "float16", *words]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pose_shipper.MIN_SIZE", 10)
        # By chance a higher score is not better, which is refused.
        calibration = "handypose_tf.evaluation.score_calibration"
        patch.setattr(f"{calibration}.check_rising", lambda fitted: fitted)
        patch.setattr("pose_shipper.golden_decode", lambda file: {"model": file.name})
        ship.main([*map(str, argv)])
    kept, tflite = (
        out / f"handypose_lite0_64{ending}" for ending in (".keras", "_float16.tflite")
    )
    shipped, metadata = load_model(kept).description, read_metadata(tflite)
    assert shipped.handedness and not shipped.presence
    assert shipped.trained and "EfficientNet-Lite pre-trained" in shipped.training_data
    [name, _] = shipped.accuracy
    assert name == "pck_box@0.2, 12 human-labelled COCO hands"
    assert metadata.accuracy.keys() == shipped.accuracy.keys()
    assert metadata.decode.calibration == shipped.decode.calibration is not None
    card = json.loads((out / "handypose_lite0_64.card.json").read_text())
    assert card["accuracy"] == shipped.accuracy
    assert card["sha256"][tflite.name] == file_sha256(tflite)
    assert [*card["figures"]] == [kept.name, tflite.name]
    assert [*card["exports"]] == ["float16"]


def test_what_a_kind_of_model_is_shipped_with(ship, tmp_path):
    pose = handypose(image_size=64, overrides=SMALL)
    detector = hand_detector(image_size=64, overrides=SMALL)
    words = ["--dev", "coco:none.json", "--out", str(tmp_path)]
    for model, option in ((pose, "--hands"), (detector, "--recipe")):
        path = save_model(model, tmp_path / "a.keras")
        with pytest.raises(SystemExit, match=option):
            ship.main([str(path), *words])

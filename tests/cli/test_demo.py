from __future__ import annotations

import json
import re

import numpy as np
import pytest
from dot_model import dot_image, true_keypoints, write_dot_model
from PIL import Image

from handypose_tf.cli.main import main
from handypose_tf.geometry import tight_box
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import demo_picture, read_image

SHIFT = np.array([3.0, -4])


@pytest.fixture
def assets(tmp_path, monkeypatch, centers):
    """A picture of dots whose noted truth is 5 pixels off; the tip of 20 unseen."""
    folder = tmp_path / "assets"
    true = true_keypoints(centers)
    folder.mkdir()
    image = Image.fromarray(dot_image(300, 400, centers, 9))
    image.save(folder / "demo_hand.jpg", quality=100, subsampling=0)
    facts = {
        "keypoints": (true + SHIFT).tolist(),
        "visibility": [1] * 20 + [0],
        "box": tight_box(true).tolist(),
        "source": "drawn by a test",
    }
    (folder / "demo_hand.json").write_text(json.dumps(facts))
    monkeypatch.setattr(demo_picture, "ASSETS", folder)
    return folder


def test_prints_and_writes_everything(assets, dot_model, tmp_path, centers, capsys):
    out = tmp_path / "out"
    assert main(["demo", "--model", str(dot_model), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines[2:23]]
    assert [row[0] for row in rows] == list(KEYPOINT_NAMES)
    found = np.array([[float(x), float(y)] for _, x, y, _, _ in rows])
    np.testing.assert_allclose(found, true_keypoints(centers), atol=0.5)
    assert rows[20][4] == "-" and all(4.5 < float(row[4]) < 5.5 for row in rows[:20])
    mean, share = re.match(r"mean error ([\d.]+) px, ([\d.]+) of", lines[23]).groups()
    errors = [float(row[4]) for row in rows[:20]]
    assert float(mean) == pytest.approx(np.mean(errors), abs=0.1)
    assert float(share) == pytest.approx(float(mean) / 70, abs=0.01)
    assert sorted(path.name for path in out.iterdir()) == [
        *("hand.jpg", "hands.json", "heatmaps.jpg")
    ]


def test_results_are_the_same_as_printed(assets, dot_model, tmp_path, centers):
    out = tmp_path / "out"
    main(["demo", "--model", str(dot_model), "--out", str(out)])
    [entry] = json.loads((out / "hands.json").read_text("utf-8"))
    [hand] = entry["hands"]
    np.testing.assert_allclose(hand["keypoints"], true_keypoints(centers), atol=0.5)
    assert read_image(out / "hand.jpg").shape == (300, 400, 3)
    heatmaps = read_image(out / "heatmaps.jpg").astype(int)
    x, y = centers[0]
    assert heatmaps[y, x].sum() > heatmaps[250, 300].sum() + 100


def test_a_model_without_heatmaps(assets, tmp_path, capsys):
    model = write_dot_model(tmp_path / "a.tflite", heatmaps=False)
    out = tmp_path / "out"
    assert main(["demo", "--model", str(model), "--out", str(out)]) == 0
    assert "no heatmaps.jpg: a.tflite gives keypoints only" in capsys.readouterr().out
    assert not (out / "heatmaps.jpg").exists()


@pytest.mark.parametrize("name", ["demo_hand.jpg", "demo_hand.json"])
def test_missing_assets_are_one_line(assets, dot_model, name, capsys):
    (assets / name).unlink()
    assert main(["demo", "--model", str(dot_model)]) == 1
    err = capsys.readouterr().err
    assert name in err and err.count("\n") == 1

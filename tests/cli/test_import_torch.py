from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from golden import golden_picture, golden_state

from handypose_tf.cli.main import main

torch = pytest.importorskip("torch", reason="compares with PyTorch")

HEAD = ["--head", "wasp_v2"]


@pytest.fixture
def checkpoint(shared_dir, tmp_path) -> Path:
    """A checkpoint as the released code writes it."""
    state = golden_state(shared_dir / "golden", "wasp_v2")
    tensors = {f"module.{key}": torch.tensor(array) for key, array in state.items()}
    tensors["module.backbone.bn1.num_batches_tracked"] = torch.tensor(3)
    path = tmp_path / "released.pth"
    torch.save({"epoch": 80, "state_dict": tensors}, path)
    return path


@pytest.mark.shared
@pytest.mark.slow
def test_a_checkpoint_becomes_a_model(checkpoint, shared_dir, tmp_path, capsys):
    from handypose_tf.models import load_model

    out, facts = tmp_path / "models" / "hand.keras", tmp_path / "facts.json"
    arguments = [str(checkpoint), *HEAD, "--out", str(out), "--size", "128"]
    assert main(["import-torch", *arguments, "--json", str(facts)]) == 0
    assert capsys.readouterr().out == (
        f"{out}: handypose_wasp_v2_released, 128 px, 47,067,541 parameters, "
        "3.8 G MACs\n"
    )
    model = load_model(out)
    found = np.asarray(model(golden_picture(128))["heatmaps"]).transpose(0, 3, 1, 2)
    golden = np.load(shared_dir / "golden" / "wasp_v2.npz")["heatmaps_128"]
    assert np.abs(found - golden).max() / golden.std() <= 2e-5
    metadata = model.metadata()
    assert metadata.trained and metadata.licence == "as the checkpoint's"
    assert metadata.training_data == "not stated; imported from released.pth"
    assert json.loads(facts.read_text("utf-8")) == metadata.to_dict()


def fails_with_one_line(capsys, *arguments: str) -> str:
    assert main(["import-torch", *arguments]) == 1
    out, err = capsys.readouterr()
    assert not out and err.startswith("handypose: error: ") and err.count("\n") == 1
    return err


def test_a_missing_file(tmp_path, capsys):
    out = str(tmp_path / "m.keras")
    err = fails_with_one_line(capsys, "none.pth", *HEAD, "--out", out)
    assert "none.pth: no such file" in err


def test_another_file(tmp_path, capsys):
    path, out = tmp_path / "notes.txt", tmp_path / "m.keras"
    path.write_text("hello")
    err = fails_with_one_line(capsys, str(path), *HEAD, "--out", str(out))
    assert "notes.txt: not a checkpoint" in err and not out.exists()


def test_keys_that_do_not_fit(tmp_path, capsys):
    path, out = tmp_path / "a.pth", tmp_path / "m.keras"
    torch.save({"a.weight": torch.zeros(3)}, path)
    err = fails_with_one_line(capsys, str(path), *HEAD, "--out", str(out))
    assert "missing backbone.bn1.bias" in err and "more" in err and not out.exists()


def test_a_wrong_ending_is_told_before_any_work(capsys):
    err = fails_with_one_line(capsys, "none.pth", *HEAD, "--out", "m.h5")
    assert "m.h5: must end with .keras" in err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["a.pth", "--out", "m.keras"], "--head"),
        (["a.pth", *HEAD], "--out"),
        (["a.pth", "--head", "wasp", "--out", "m.keras"], "multi_level_waterfall"),
        (["a.pth", *HEAD, "--out", "m.keras", "--size", "100"], "multiple of 16"),
        (["a.pth", *HEAD, "--out", "m.keras", "--size", "32000"], "from 32 to 1024"),
        (
            ["a.pth", *HEAD, "--out", "m.keras", "--size", "big"],
            "'big' is not a multiple of 16",
        ),
    ],
)
def test_usage(arguments, text, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["import-torch", *arguments])
    assert caught.value.code == 2 and text in capsys.readouterr().err

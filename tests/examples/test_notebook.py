"""The notebook runs from photos to an own `.task`, and lies here without outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fenced_blocks import ROOT

from handypose_tf.images import read_image, write_image

NOTEBOOK = ROOT / "examples" / "own_photos.ipynb"

#: Runs a notebook in its own folder: argv is the notebook and the result.
RUN = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], 4)
try:
    nbclient.NotebookClient(notebook, timeout=1500, kernel_name="python3").execute()
finally:
    nbformat.write(notebook, sys.argv[2])
"""


@pytest.fixture
def cells() -> list[dict[str, Any]]:
    return json.loads(NOTEBOOK.read_text("utf-8"))["cells"]


def test_it_lies_here_without_outputs(cells: list[dict[str, Any]]) -> None:
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(codes) == 7
    for cell in codes:
        assert cell["outputs"] == [] and cell["execution_count"] is None


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_photos_become_a_task(
    photo: Path, tmp_path: Path, mediapipe_folder: Path
) -> None:
    if not find_spec("nbclient") or not find_spec("ipykernel"):
        pytest.skip("needs nbclient and ipykernel, of the extra [test]")
    write_photos(photo, tmp_path / "photos")
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    [parameters] = [c for c in notebook["cells"] if c["id"] == "parameters"]
    parameters["source"] = [
        line.replace("EPOCHS = None", "EPOCHS = 1") for line in parameters["source"]
    ]
    (tmp_path / "own_photos.ipynb").write_text(json.dumps(notebook), "utf-8")
    words = [sys.executable, "-c", RUN, "own_photos.ipynb", "done.ipynb"]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = outputs_of(json.loads((tmp_path / "done.ipynb").read_text("utf-8")))
    assert "8 of 8 hands kept" in outputs["label-code"]
    assert "best: epoch" in outputs["train-code"]
    assert "before" in outputs["measure-code"] and "after" in outputs["measure-code"]
    assert "hand_landmarker.task: 8." in outputs["export-code"]
    assert "image/png" in outputs["look-code"] + outputs["draw-code"]
    assert (tmp_path / "my_hands" / "hand.tflite").is_file()


def write_photos(photo: Path, folder: Path) -> None:
    """Write the rendered hand as eight photos that are no near-duplicates."""
    image = read_image(photo)
    for number in range(8):
        turned = np.rot90(image, number % 4)
        turned = turned[:, ::-1] if number >= 4 else turned
        write_image(folder / f"{number}.jpg", np.ascontiguousarray(turned))


def python_path() -> str:
    """Return what a kernel imports this library by, wherever it runs."""
    return os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])


def outputs_of(notebook: dict[str, Any]) -> dict[str, str]:
    """Return what each cell gave: text, and the kinds of its data."""
    return {
        cell["id"]: " ".join(
            "".join(output.get("text", ())) + " ".join(output.get("data", ()))
            for output in cell.get("outputs", ())
        )
        for cell in notebook["cells"]
    }

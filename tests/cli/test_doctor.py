from __future__ import annotations

import json
import platform
from importlib.metadata import version

import pytest

from handypose_tf.cli import doctor
from handypose_tf.cli.main import main


def test_prints_versions(capsys, tmp_path):
    assert main(["doctor", "--json", str(tmp_path / "d.json")]) == 0
    out = capsys.readouterr().out
    assert f"Python {platform.python_version()} on " in out
    assert f"numpy {version('numpy')}\n" in out
    assert "Keras generation in use: " in out and "shipped models: " in out
    findings = json.loads((tmp_path / "d.json").read_text("utf-8"))
    assert findings["packages"]["ai-edge-litert"] == version("ai-edge-litert")


@pytest.mark.parametrize(
    ("tensorflow", "switch", "generation"),
    [
        ("2.21.0", "", 3),
        ("2.16.1", "0", 3),
        ("2.21.0", "1", 2),
        ("2.21.0", "True", 2),
        ("2.15.1", "", 2),
        (None, "1", None),
    ],
)
def test_keras_generation(tensorflow, switch, generation):
    versions = {} if tensorflow is None else {"tensorflow": tensorflow}
    environment = {"TF_USE_LEGACY_KERAS": switch}
    assert doctor.keras_generation(versions, environment) == generation


GOOD = {"tensorflow": "2.21.0", "keras": "3.15.1", "ai-edge-litert": "2.3.0"}


@pytest.mark.parametrize(
    ("versions", "environment", "message"),
    [
        ({"tensorflow-addons": "0.23.0"}, {}, "does not import beside Keras 3"),
        ({}, {"TF_USE_LEGACY_KERAS": "1"}, r"tf_keras is missing.*\[keras2\]"),
        ({"ai-edge-litert": None}, {}, "pip install ai-edge-litert"),
        ({"tensorflow": None}, {}, r"only \.tflite prediction works"),
        (
            {"opencv-contrib-python": "4.12.0", "opencv-python-headless": "4.12.0"},
            {},
            "opencv-python-headless and opencv-contrib-python share one folder",
        ),
    ],
)
def test_odd_combinations(versions, environment, message):
    import re

    [line] = doctor.odd_combinations({**GOOD, **versions}, environment)
    assert re.search(message, line)


@pytest.mark.parametrize(
    ("versions", "environment"),
    [
        ({}, {}),
        ({"tf_keras": "2.21.0"}, {"TF_USE_LEGACY_KERAS": "1"}),
        (
            {"tensorflow": "2.15.1", "keras": "2.15.0", "tensorflow-addons": "0.23.0"},
            {},
        ),
    ],
)
def test_good_combinations(versions, environment):
    assert doctor.odd_combinations({**GOOD, **versions}, environment) == []


def test_extras_are_read_from_the_packages_metadata():
    requirements = [
        "numpy",
        'numpy<2; extra == "addons"',
        'tensorflow==1.0; extra == "addons"',
        "no-such-package>=3 ; extra == 'torch'",
        'handypose-tf[test]; extra == "dev"',
        'pytest>=8; python_version >= "3.11" and extra == "dev"',
    ]
    assert doctor.missing_by_extra(requirements) == {
        "addons": ["tensorflow"],
        "torch": ["no-such-package"],
        "dev": [],
    }


def test_an_extra_that_lacks_something_names_the_remedy(monkeypatch, capsys):
    missing = {"torch": ["torch"], "test": []}
    monkeypatch.setattr(doctor, "missing_by_extra", lambda: missing)
    main(["doctor"])
    out = capsys.readouterr().out
    assert "extra [torch]: lacks torch: pip install 'handypose-tf[torch]'" in out
    assert "extra [test]: complete" in out

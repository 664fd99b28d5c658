"""Print what is installed, what is missing and what does not go together.

TensorFlow is imported, and its devices listed, only with --devices.

Example:
  handypose doctor
  handypose doctor --devices
"""

from __future__ import annotations

import argparse
import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from handypose_tf import __version__
from handypose_tf.cli.console import say
from handypose_tf.cli.keras2 import KERAS2_SWITCH
from handypose_tf.cli.options import add_file, add_flag
from handypose_tf.files import write_json
from handypose_tf.litert.shipped import bundled_models

DISTRIBUTION = "handypose-tf"

#: Every wheel that brings `cv2`; mediapipe and others ask for the contrib ones.
OPENCV = (
    *("opencv-python-headless", "opencv-python"),
    *("opencv-contrib-python", "opencv-contrib-python-headless"),
    *("opencv-python-rolling", "opencv-python-headless-rolling"),
    *("opencv-contrib-python-rolling", "opencv-contrib-python-headless-rolling"),
)

PACKAGES = ("tensorflow", "keras", "tf_keras", "numpy", *OPENCV, "ai-edge-litert")

#: The variable by which TensorFlow hands out Keras 2 in place of Keras 3.
_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")
_NAME, _PIN = re.compile(r"[\w.-]+"), re.compile(r"==([\w.]+)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose doctor` takes."""
    add_flag(parser, "--devices", "import TensorFlow, list its devices")
    add_file(parser, "--json", "write the findings as JSON too")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings."""
    versions = {name: found for name in PACKAGES if (found := installed(name))}
    findings: dict[str, Any] = {
        "handypose_tf": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "packages": versions,
        "keras_generation": keras_generation(versions, os.environ),
        "extras": missing_by_extra(),
        "models": [path.name for path in bundled_models()],
        "warnings": odd_combinations(
            {**versions, "tensorflow-addons": installed("tensorflow-addons")},
            os.environ,
        ),
    }
    if arguments.devices:
        findings["devices"] = _devices()
    say("\n".join(_lines(findings)))
    if arguments.json is not None:
        write_json(arguments.json, findings)
    return 0


def installed(name: str) -> str | None:
    """Return a distribution's version, or `None` if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def keras_generation(
    versions: Mapping[str, str], environment: Mapping[str, str]
) -> int | None:
    """Return which Keras `from tensorflow import keras` gives: 2, 3 or `None`."""
    tensorflow = versions.get("tensorflow")
    if tensorflow is None:
        return None
    if _wants_keras2(environment):
        return 2
    major, minor = (int(part) for part in tensorflow.split(".")[:2])
    return 3 if (major, minor) >= (2, 16) else 2


def odd_combinations(
    versions: Mapping[str, str | None], environment: Mapping[str, str]
) -> list[str]:
    """Return a line for each thing that will not work, with its remedy."""
    lines = []
    tensorflow, keras = versions.get("tensorflow"), versions.get("keras")
    keras_3 = bool(keras) and str(keras).startswith("3.")
    if versions.get("tensorflow-addons") and keras_3:
        lines.append(
            "tensorflow-addons does not import beside Keras 3: "
            f"pip install '{DISTRIBUTION}[addons]' into an environment of its own"
        )
    if _wants_keras2(environment) and keras_3 and not versions.get("tf_keras"):
        lines.append(
            f"{KERAS2_SWITCH} is set but tf_keras is missing: unset it or "
            f"pip install '{DISTRIBUTION}[keras2]'"
        )
    if not versions.get("ai-edge-litert"):
        lines.append(".tflite models need LiteRT: pip install ai-edge-litert")
    if not tensorflow:
        lines.append(
            "without TensorFlow only .tflite prediction works: pip install tensorflow"
        )
    opencv = [name for name in OPENCV if versions.get(name)]
    if len(opencv) > 1:
        lines.append(
            f"{' and '.join(opencv)} share one folder and break each other on updates: "
            f"pip uninstall {' '.join(opencv)}, then install one of them again"
        )
    return lines


def missing_by_extra(requirements: list[str] | None = None) -> dict[str, list[str]]:
    """Return for each extra the packages that are absent or of another version.

    Args:
        requirements: Lines of the package's own metadata; read if `None`.

    Returns:
        Extra to names; empty where the extra is complete. No extras are known when
        the package runs from a checkout that was never installed.
    """
    if requirements is None:
        try:
            requirements = requires(DISTRIBUTION) or []
        except PackageNotFoundError:
            requirements = []
    missing: dict[str, list[str]] = {}
    for line in requirements:
        wanted, _, marker = line.partition(";")
        extra, name = _EXTRA.search(marker), _NAME.match(wanted)
        if extra and name and name[0] != DISTRIBUTION:
            absent = [] if _is_met(wanted, name[0]) else [name[0]]
            missing.setdefault(extra[1], []).extend(absent)
    return missing


def _is_met(wanted: str, name: str) -> bool:
    """Whether a package is installed, in the version that `==` pins if any."""
    found, pin = installed(name), _PIN.search(wanted)
    return found is not None and (pin is None or pin[1] == found)


def _wants_keras2(environment: Mapping[str, str]) -> bool:
    return environment.get(KERAS2_SWITCH, "").lower() in ("1", "true")


def _devices() -> list[str]:
    """Return TensorFlow's devices, e.g. `"GPU /physical_device:GPU:0"`."""
    try:
        import tensorflow as tf
    except ImportError as error:
        return [f"TensorFlow cannot be imported: {error}"]
    devices = tf.config.list_physical_devices()
    return [f"{device.device_type} {device.name}" for device in devices]


def _lines(findings: Mapping[str, Any]) -> list[str]:
    versions = [f"{name} {found}" for name, found in findings["packages"].items()]
    generation = findings["keras_generation"]
    lines = [
        f"handypose-tf {findings['handypose_tf']}",
        f"Python {findings['python']} on {findings['platform']}",
        f"{findings['cpus']} processors",
        *versions,
        f"Keras generation in use: {generation or 'none'}",
        f"shipped models: {', '.join(findings['models']) or 'none'}",
    ]
    for extra, missing in findings["extras"].items():
        remedy = f"pip install '{DISTRIBUTION}[{extra}]'"
        state = f"lacks {', '.join(missing)}: {remedy}" if missing else "complete"
        lines.append(f"extra [{extra}]: {state}")
    if not findings["extras"]:
        lines.append("extras: unknown, not installed (pip install -e . in a checkout)")
    lines += [f"device: {device}" for device in findings.get("devices", [])]
    lines += [f"warning: {line}" for line in findings["warnings"]]
    return lines

"""Write a model as a .tflite file for phones, run it, and tell what that costs.

The batch is 1, the decoding is inside and stays float; the input is 0..255 whatever
--io. With --check the change of PCK and EPE on those hands is measured, paired; of a
detector's file, how many of the hands it finds in their whole photos.

Example:
  handypose export handypose_lite0 --out hand.tflite
  handypose export handypose_lite0 --size 160 --out small_hand.tflite
  handypose export model.keras --precision int8 --out hand_int8.tflite \
    --calibration coco:hands/train.json --check coco:hands/held_out.json
  handypose export model.keras --precision int8 --out hand_int8.tflite \
    --calibration coco:hands/train.json --keep-float stem --keep-float block0_
  handypose export runs/qat/last.keras --precision qat-int8 --out hand_qat.tflite \
    --against model.keras --check coco:hands/held_out.json
  handypose export handypose_detector --out detector.tflite
  handypose export model.keras --task hand.task --detector palm_lite
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.evaluate_detector import is_detector
from handypose_tf.cli.keras2 import use_keras2
from handypose_tf.cli.options import (
    LARGEST_SIDE,
    Options,
    add_count,
    add_data,
    add_file,
    add_flag,
    add_images,
    whole_parser,
)
from handypose_tf.errors import ModelError
from handypose_tf.files import write_json
from handypose_tf.litert.precision import (
    CALIBRATED,
    IO_TYPES,
    PRECISIONS,
    QUANTIZERS,
)

if TYPE_CHECKING:
    from handypose_tf.export import Quantization
    from handypose_tf.models.described_model import DescribedModel

#: Crops that the layers' errors are measured on, and layers that are named.
_LAYER_CROPS, _LAYERS = 16, 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose export` takes."""
    parser.add_argument("model", metavar="MODEL", help="preset that ships, or .keras")
    said = "default: float32, with --task float16"
    parser.add_argument("--precision", choices=PRECISIONS, help=said)
    target = parser.add_mutually_exclusive_group(required=True)
    add_file(target, "--out", "the .tflite file")
    bundle = "a .task bundle for apps that have MediaPipe's HandLandmarker"
    add_file(target, "--task", bundle)
    parser.add_argument(
        "--detector",
        default="palm_full",
        metavar="NAME",
        help="of the bundle: palm_full, palm_lite (MediaPipe's, fetched once) or a file"
        " (default: %(default)s)",
    )
    parser.add_argument(
        "--io",
        choices=IO_TYPES,
        default="float32",
        help="type of the picture (default: %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=whole_parser(32, LARGEST_SIDE),
        metavar="PX",
        help="side of the crop, a multiple of 32 (default: that of the training)",
    )
    add_flag(parser, "--heatmaps", "give the heatmaps too")
    hands = "annotated hands to measure the loss on"
    add_data(parser, hands, name="--check", required=False)
    parser.add_argument(
        "--against",
        metavar="MODEL",
        help="measure the change from this model, e.g. what was fine-tuned to MODEL",
    )
    add_images(parser, "folder of the pictures of both")
    add_file(parser, "--json", "what was measured, as JSON")
    _add_quantization(parser.add_argument_group("quantisation"))
    parser.set_defaults(usage_error=parser.error)


def _add_quantization(group: Options) -> None:
    data = "training data, for int8 and int16x8"
    add_data(group, data, name="--calibration", required=False)
    crops = "crops of it to calibrate on, 100 to 500 (default: %(default)s)"
    add_count(group, "--crops", crops, default=200)
    group.add_argument(
        "--keep-float",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="regular expressions of layers that int8 leaves in float",
    )
    group.add_argument(
        "--quantiser",
        choices=QUANTIZERS,
        default="tensorflow",
        help="default: %(default)s",
    )
    add_flag(group, "--layers", "name the layers that int8 costs most")


def run(arguments: argparse.Namespace) -> int:
    """Export, print a table and write it as JSON."""
    arguments.precision = arguments.precision or (
        "float16" if arguments.task else "float32"
    )
    _check_usage(arguments)
    if PRECISIONS[arguments.precision].is_fine_tuned:
        use_keras2("export a quantisation-aware model")
    return _run_task(arguments) if arguments.task else _run_file(arguments)


def _run_file(arguments: argparse.Namespace) -> int:
    with quiet_native_log():
        from handypose_tf.data import open_source
        from handypose_tf.export import export_and_check, open_checker

    model = _load(arguments.model, arguments.size)
    against = arguments.against
    reference = _load(against, arguments.size) if against else model
    quantization = _quantization(arguments, model)
    hands = arguments.check
    check = open_source(hands, images=arguments.images) if hands else None
    with quiet_native_log():
        report = export_and_check(
            model,
            arguments.out,
            arguments.precision,
            io=arguments.io,
            heatmaps=arguments.heatmaps,
            quantization=quantization,
            checker=open_checker(reference, check),
        )
    _show(report.path, dict(report.rows()))
    if arguments.layers or not report.holds:
        _name_layers(model, quantization)
    if arguments.json:
        write_json(arguments.json, report.to_dict())
    return 0


def _run_task(arguments: argparse.Namespace) -> int:
    with quiet_native_log():
        from handypose_tf.export import export_task
        from handypose_tf.export.task_bundle import check_task_model
        from handypose_tf.models import load_model

    model = load_model(arguments.model)
    model = model.at_size(arguments.size) if arguments.size else model
    check_task_model(model)
    with quiet_native_log():
        report = export_task(
            model,
            arguments.task,
            arguments.precision,
            detector=arguments.detector,
            quantization=_quantization(arguments, model),
        )
    _show(report.path, dict(report.rows()))
    return 0


#: What a bundle has no use for, and what each is where it was not given.
_FILE_ONLY = {
    **dict.fromkeys(("check", "against", "json"), None),
    **{"io": "float32", "heatmaps": False, "layers": False},
}


def _check_usage(arguments: argparse.Namespace) -> None:
    for name, suffix in (("out", ".tflite"), ("task", ".task")):
        path = getattr(arguments, name)
        if path is not None and path.suffix != suffix:
            arguments.usage_error(f"--{name} must end with {suffix}, is {path}")
    given = [name for name, no in _FILE_ONLY.items() if getattr(arguments, name) != no]
    if arguments.task and is_detector([arguments.model]):
        raise ModelError(f"{arguments.model}: a detector; --task takes a pose model")
    if arguments.task and given:
        arguments.usage_error(f"--{given[0]} is for --out, not for --task")
    if arguments.precision in CALIBRATED and not arguments.calibration:
        arguments.usage_error(f"{arguments.precision} needs --calibration")
    if arguments.keep_float and arguments.precision != "int8":
        arguments.usage_error("--keep-float is for --precision int8")


def _load(name: str, size: int | None) -> DescribedModel:
    """Load a model by path or preset, for another size of input if one is given."""
    from handypose_tf.models.files import load_any

    model = load_any(name)
    return model.at_size(size) if size else model


def _quantization(arguments: argparse.Namespace, model: DescribedModel) -> Quantization:
    """Say how to quantise; what is wrong in it is told before data are read."""
    from handypose_tf.data import open_source
    from handypose_tf.export import Quantization, open_calibration

    told = Quantization(
        keep_float=tuple(arguments.keep_float), quantizer=arguments.quantiser
    )
    if arguments.precision not in CALIBRATED:
        return told
    reader = open_source(arguments.calibration, images=arguments.images)
    crops = open_calibration(reader, model.metadata(), count=arguments.crops)
    return replace(told, calibration=crops)


def _show(path: Path, rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    say(f"{path}")
    for name, value in rows.items():
        say(f"  {name:<{width}}  {value}")


def _name_layers(model: DescribedModel, quantization: Quantization) -> None:
    """Print the layers whose 8 bits err most."""
    from handypose_tf.export.layer_errors import layer_errors

    if quantization.calibration is None:
        return
    say("  layers that err most, rms in steps of their own output; --keep-float NAME:")
    errors = layer_errors(model, quantization.calibration, num_crops=_LAYER_CROPS)
    for error in errors[:_LAYERS]:
        say(f"    {error.steps:6.2f}  {error.operation:<18} {error.name}")

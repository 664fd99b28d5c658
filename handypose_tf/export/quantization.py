"""What a user may say of a quantisation, and what to calibrate it on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec

from handypose_tf.checks import check_choice
from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.litert.precision import (
    CALIBRATED,
    PRECISIONS,
    QUANTIZED,
    QUANTIZERS,
)


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """How a network is quantised.

    Attributes:
        calibration: Crops that show the ranges of activations; for `CALIBRATED`.
        keep_float: Regular expressions; layers whose name one is found in stay float.
            For `"int8"` only.
        quantizer: `"tensorflow"`, TensorFlow's converter, or `"litert"`, the package
            litert-quantizer (extra `quantize`), which loses more on
            handypose_mediapipe_full.

    Raises:
        ValueError: If there is no such quantiser.
        MissingExtraError: If it is not installed.
        ModelError: If what is to stay float is told by no regular expression.
    """

    calibration: Calibration | None = None
    keep_float: tuple[str, ...] = ()
    quantizer: str = "tensorflow"

    def __post_init__(self) -> None:
        """Refuse before long work what no conversion can do."""
        check_choice("quantizer", self.quantizer, QUANTIZERS)
        if self.quantizer == "litert" and find_spec("litert_quantizer") is None:
            raise MissingExtraError(
                "litert-quantizer", "quantize", "quantise with --quantiser litert"
            )
        for pattern in self.keep_float:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ModelError(
                    f"{pattern!r} is no regular expression: {error}"
                ) from error

    def check(self, precision: str) -> None:
        """Refuse a precision that these settings do not go with.

        Raises:
            ValueError: If the precision is unknown, wants crops and has none, or the
                settings mean nothing for it.
            ModelError: If the quantiser does not make it.
        """
        check_choice("precision", precision, PRECISIONS)
        if self.quantizer == "litert" and precision not in QUANTIZED:
            raise ModelError(
                f"litert-quantizer makes {', '.join(QUANTIZED)}, not {precision}; "
                "use the quantiser tensorflow"
            )
        if precision in CALIBRATED and self.calibration is None:
            raise ValueError(
                f"{precision} needs `calibration`, 100 to 500 crops of training data. "
                "Received: none"
            )
        if self.keep_float and precision != "int8":
            raise ValueError(
                f"`keep_float` is for int8. Received: {self.keep_float} for {precision}"
            )

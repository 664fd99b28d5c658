"""What a user may say of a quantisation, and what to calibrate it on."""

from __future__ import annotations

from dataclasses import dataclass

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.litert.metadata import PRECISIONS

#: Precisions whose activations have fixed ranges, measured on real crops.
CALIBRATED = ("int8", "int16x8")

QUANTIZERS = ("tensorflow", "litert")


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """How a network is quantised.

    Attributes:
        calibration: Crops that show the ranges of activations; for `CALIBRATED`.
        keep_float: Regular expressions; layers whose name one is found in stay float.
            For `"int8"` only.
        quantizer: `"tensorflow"`, TensorFlow's converter, or `"litert"`, the package
            litert-quantizer (extra `quantize`). Measured on the shipped lite0 and 991
            hands, they differ by .07 points of pck_box@.2 and .4 % of EPE.
    """

    calibration: Calibration | None = None
    keep_float: tuple[str, ...] = ()
    quantizer: str = "tensorflow"

    def __post_init__(self) -> None:
        """Check the name."""
        if self.quantizer not in QUANTIZERS:
            raise ValueError(
                f"`quantizer` must be one of {QUANTIZERS}. Received: {self.quantizer!r}"
            )

    def check(self, precision: str) -> None:
        """Refuse a precision that these settings do not go with.

        Raises:
            ValueError: If the precision is unknown, wants crops and has none, or the
                settings mean nothing for it.
        """
        if precision not in PRECISIONS:
            raise ValueError(
                f"`precision` must be one of {PRECISIONS}. Received: {precision!r}"
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

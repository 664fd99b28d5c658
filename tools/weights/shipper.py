"""What every model goes through on its way into `savedmodels/`."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any

from handypose_tf.data import Reader
from handypose_tf.export import (
    Calibration,
    ExportReport,
    Quantization,
    export_and_check,
    open_checker,
)
from handypose_tf.files import file_sha256, write_checksum, write_json
from handypose_tf.litert.metadata import read_metadata, write_metadata
from handypose_tf.models import HandyPose

LICENCE = "Apache-2.0"

#: Smaller hands count neither way, pixels.
MIN_SIZE = 48

Figures = dict[str, Any]


class Shipper(ABC):
    """What every model goes through.

    Args:
        model: The trained model.
        args: Of the command line.
    """

    precisions: tuple[str, ...] = ("int8",)
    model: Any

    def __init__(self, model: Any, args: argparse.Namespace) -> None:
        self.model, self.args = model, args

    @abstractmethod
    def prepare(self) -> tuple[list[Path], Figures]:
        """Write the `.keras` file if it ships; return it, and facts for the card.

        `figures` among them are those of what does not ship.
        """

    @property
    @abstractmethod
    def crops(self) -> Calibration:
        """What int8 is calibrated on."""

    @property
    @abstractmethod
    def check_on(self) -> Reader:
        """What exported files are checked on."""

    @abstractmethod
    def measure(self, path: Path) -> Figures | None:
        """Return all figures of a file; `None` where it is not measured."""

    @abstractmethod
    def finish(self, files: list[Path], figures: dict[str, Figures]) -> Figures:
        """Let each file tell its own figures; return facts for the card."""

    def ship(self) -> None:
        """Write model files and card."""
        files, facts = self.prepare()
        figures: dict[str, Figures] = facts.pop("figures", {})
        checker = open_checker(self.model, self.check_on)
        reports: dict[str, ExportReport] = {}
        for precision in self.precisions:
            crops = self.crops if precision == "int8" else None
            reports[precision] = export_and_check(
                self.model,
                self.place(f"_{precision}.tflite"),
                precision,
                heatmaps=isinstance(self.model, HandyPose),
                quantization=Quantization(calibration=crops),
                checker=checker,
            )
        files += [report.path for report in reports.values()]
        for file in files:
            if (found := self.measure(file)) is not None:
                figures[file.name] = found
        facts |= self.finish(files, figures)
        card = self.model.metadata().to_dict() | facts
        card |= {
            "figures": figures,
            "exports": {name: report.to_dict() for name, report in reports.items()},
            "sha256": {file.name: file_sha256(file) for file in files},
            "page": f"docs/models/{self.model.description.preset}.md",
        }
        write_json(self.place(".card.json"), card)
        for file in files:
            print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")

    def place(self, ending: str) -> Path:
        """Return the path of one of the model's files."""
        stem = f"{self.model.description.preset}_{self.model.image_size[0]}"
        return self.args.out / f"{stem}{ending}"


def state(path: Path, **facts: Any) -> None:
    """Put facts into an exported file's metadata."""
    write_metadata(path, replace(read_metadata(path), **facts))
    write_checksum(path)

"""The folder of a run: what lies in it, and whether it can be written."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from handypose_tf.data.credits import DataCredits
from handypose_tf.errors import ModelError, OutputError
from handypose_tf.files import write_json
from handypose_tf.files.tables import write_csv
from handypose_tf.files.versions import package_versions
from handypose_tf.training.config import RunConfig
from handypose_tf.training.config_file import build_config

#: Keys that may change between a run and its resumption.
_FREE = (
    *("out", "epochs", "strategy", "save_every", "tensorboard", "jit_compile"),
    *("callbacks", "data.licence"),
)

#: A state, its successor while it is written, and two models.
_SPACE_FACTOR = 4


class RunFolder:
    """Paths and small files of a run.

    Args:
        path: The folder.
        is_chief: Whether this process writes; others get a folder of their own that
            nobody keeps.
    """

    def __init__(self, path: str | Path, is_chief: bool = True) -> None:
        self.path = Path(path).expanduser()
        self._scratch: tempfile.TemporaryDirectory | None = None
        written = self.path
        if not is_chief:
            self._scratch = tempfile.TemporaryDirectory(prefix="handypose-")
            written = Path(self._scratch.name)
        self.is_chief = is_chief
        self.state = self.path / "state.npz"
        self.run = self.path / "run.json"
        self.best = written / "best.keras"
        self.last = written / "last.keras"
        self.log = written / "log.csv"
        self.nan = written / "nan.json"
        self.tensorboard = written / "tensorboard"

    def check_free(self, *, resume: bool) -> None:
        """Refuse a folder whose models a run would replace; the chief does.

        Args:
            resume: Whether a run may be here already, to go on with.

        Raises:
            OutputError: If the folder holds a run that is not to be resumed, or models
                of one whose state is gone.
        """
        if not self.is_chief:
            return
        if self.state.exists():
            if not resume:
                raise OutputError(
                    f"{self.path}: already holds a run; resume it or name another"
                )
            return
        for model in (self.best, self.last):
            if model.exists():
                raise OutputError(
                    f"{model}: would be replaced, of a run that cannot be resumed "
                    f"without its {self.state.name}; name another folder"
                )

    def prepare(self, facts: dict[str, Any], *, resume: bool, num_bytes: int) -> None:
        """Check that the run can begin here, and write `run.json`; the chief does.

        Args:
            facts: What `describe_run` returned.
            resume: Whether a run may be here already.
            num_bytes: Size of one state.

        Raises:
            OutputError: If the folder holds a run that is not to be resumed, cannot be
                written, or its disk is too full.
            ModelError: If the run to be resumed has another configuration or data.
        """
        self.check_free(resume=resume)
        if self.state.exists() and self.is_chief:
            self._check_same(facts)
        if self.is_chief:
            write_json(self.run, facts)
            self._check_space(num_bytes)

    def write_log(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Write the CSV of all finished epochs."""
        write_csv(self.log, rows)

    def _check_same(self, facts: dict[str, Any]) -> None:
        """Refuse to resume a run of another configuration or other data.

        Settings that a later version of this library added have their defaults.
        """
        try:
            before = json.loads(self.run.read_text("utf-8"))
            config, data = before["config"], before["data"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{self.run}: not the facts of a run ({error}); train in another folder"
            ) from error
        old = _flat(asdict(build_config(config, str(self.run))))
        new = _flat(facts["config"])
        changed = [
            key
            for key in {**old, **new}
            if not {key, key.split(".")[0]} & {*_FREE} and old.get(key) != new.get(key)
        ]
        if data != json.loads(json.dumps(facts["data"])):
            changed.append("the data themselves")
        if changed:
            raise ModelError(
                f"{self.path}: was begun with other {', '.join(changed)}; train in "
                "another folder, or with the configuration in run.json"
            )

    def _check_space(self, num_bytes: int) -> None:
        needed, free = _SPACE_FACTOR * num_bytes, shutil.disk_usage(self.path).free
        if free < needed:
            raise OutputError(
                f"{self.path}: {free / 2**20:.0f} MiB free, a run needs "
                f"{needed / 2**20:.0f}; make room or name another folder"
            )


def describe_run(
    config: RunConfig,
    data: dict[str, Any],
    origin: dict[str, Any],
    credits: Mapping[str, DataCredits],
) -> dict[str, Any]:
    """Return what lies beside each checkpoint.

    Args:
        config: Of the run.
        data: Names, sizes and checksums.
        origin: Of the first weights.
        credits: What each data set to train on states of its licences and its teacher.
    """
    return {
        "config": asdict(config),
        "versions": package_versions(),
        "commit": _commit(),
        "data": data,
        "origin": origin,
        "credits": {source: stated.to_dict() for source, stated in credits.items()},
    }


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested mappings as one, with dots in its keys."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _commit() -> str | None:
    """Return the commit of this library's checkout, marked if files differ from it."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always"]
    command += ["--dirty", "--abbrev=40", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()

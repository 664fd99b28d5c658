"""A 64-bit Arm computer under QEMU, as `set_up.sh` has laid it out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handypose_tf.files.wheel_files import cache_folder

ROOT = Path(__file__).resolve().parents[2]

#: Longer than any run; emulation is some fifty times slower than the machine.
_TIMEOUT = 500


@dataclass(frozen=True)
class Processor:
    """An Arm core that QEMU knows.

    Attributes:
        model: QEMU's name.
        part: Arm's number of the core.
        features: Instructions, in the words of `/proc/cpuinfo`.
    """

    model: str
    part: str
    features: str

    @property
    def cpuinfo(self) -> str:
        """What `/proc/cpuinfo` says of four such cores."""
        facts = {
            "BogoMIPS": "108.00",
            "Features": self.features,
            "CPU implementer": "0x41",
            "CPU architecture": "8",
            "CPU variant": "0x0",
            "CPU part": self.part,
            "CPU revision": "3",
        }
        lines = "".join(f"{name}\t: {value}\n" for name, value in facts.items())
        return "".join(f"processor\t: {number}\n{lines}\n" for number in range(4))


#: Without and with 8-bit dot products: XNNPACK has other kernels for each.
PROCESSORS = {
    "Raspberry Pi 4": Processor(
        "cortex-a72", "0xd08", "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
    ),
    "Raspberry Pi 5": Processor(
        *("cortex-a76", "0xd0b"),
        "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid "
        "asimdrdm lrcpc dcpop asimddp",
    ),
}


def arm_folder() -> Path:
    """Return where `set_up.sh` puts the computer."""
    return Path(os.environ.get("HANDYPOSE_ARM", cache_folder() / "arm"))


def run_on_arm(
    processor: Processor, words: Sequence[str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the emulated computer's Python on the package of this checkout.

    Args:
        processor: Which core to be.
        words: Arguments of Python.
        folder: Where the computer is, if not at `arm_folder()`.
    """
    folder = folder or arm_folder()
    root = folder / "root"
    _describe(processor, root)
    [python] = root.glob("usr/bin/python3.[0-9]*")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        "PYTHONHOME": str(root / "usr"),
        "PYTHONPATH": f"{folder / 'site'}:{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    qemu = folder / "host" / "usr" / "bin" / "qemu-aarch64-static"
    return subprocess.run(
        [qemu, "-cpu", processor.model, "-L", root, python, *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=_TIMEOUT,
    )


def _describe(processor: Processor, root: Path) -> None:
    """Write the files that runtimes read to learn about their processor.

    QEMU shows the real machine's; measured, LiteRT crashes on an x86 `/proc/cpuinfo`.
    """
    for name, text in {
        "proc/cpuinfo": processor.cpuinfo,
        "sys/devices/system/cpu/possible": "0-3\n",
        "sys/devices/system/cpu/present": "0-3\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

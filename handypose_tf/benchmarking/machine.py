"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")

#: Where systems keep a processor's name, the best first.
_NAME = re.compile(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", re.MULTILINE)

#: Flags of `/proc/cpuinfo` that matrix products depend on, the fastest first.
_INSTRUCTIONS = (
    *("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2"),
    *("i8mm", "asimddp", "asimd"),
)


def machine_name() -> str:
    """Return processor, number of cores and architecture in words."""
    text = _CPUINFO.read_text("utf-8") if _CPUINFO.is_file() else ""
    found = _NAME.search(text)
    name = found[1].strip() if found else platform.processor() or "unknown processor"
    words = set(text.split())
    known = ", ".join(flag for flag in _INSTRUCTIONS if flag in words)
    cores = f"{os.cpu_count() or 1} cores"
    return ", ".join(filter(None, [name, cores, platform.machine(), known]))


def machine_slug() -> str:
    """Return a name for files, e.g. `intel-xeon-2-cores-x86-64`."""
    name, cores, kind = machine_name().split(", ")[:3]
    words = re.sub(r"\(.*?\)|@.*|\bCPU\b|\bProcessor\b", " ", name)
    return re.sub(r"[^a-z0-9]+", "-", f"{words} {cores} {kind}".lower()).strip("-")

from __future__ import annotations

import platform
import re

import pytest

from handypose_tf.benchmarking import machine, machine_name, machine_slug

LAPTOP = """processor\t: 0
model name\t: Intel(R) Core(TM) i7-1165G7 CPU @ 2.80GHz
flags\t\t: fpu avx2 avx512f avx512_vnni
"""
PI = """processor\t: 0
Features\t: fp asimd evtstrm aes asimddp cpuid

Model\t\t: Raspberry Pi 5 Model B Rev 1.0
"""


@pytest.mark.parametrize(
    ("text", "name", "flags", "slug"),
    [
        (
            LAPTOP,
            "Intel(R) Core(TM) i7-1165G7",
            "avx512_vnni, ",
            "intel-core-i7-1165g7",
        ),
        (PI, "Raspberry Pi 5 Model B", "asimddp, asimd", "raspberry-pi-5-model-b"),
    ],
)
def test_names(tmp_path, monkeypatch, text, name, flags, slug):
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    monkeypatch.setattr(machine, "_CPUINFO", path)
    assert machine_name().startswith(name) and flags in machine_name()
    assert machine_slug().startswith(slug)
    assert re.fullmatch(r"[a-z0-9-]+", machine_slug())


def test_without_cpuinfo(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_CPUINFO", tmp_path / "none")
    assert platform.machine() in machine_name() and "cores" in machine_slug()

"""The script of `handypose completion`, in the shells that are installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from handypose_tf.cli import completion
from handypose_tf.cli.main import available_commands, main

ASK = 'COMP_WORDS=({words}); COMP_CWORD={at}; _handypose; echo "${{COMPREPLY[@]}}"'


@pytest.fixture(scope="module")
def script() -> str:
    return completion.completion_script()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("handypose ex", ["export"]),
        ("handypose label --gr", ["--group-by"]),
        ("handypose label --group-by ''", ["photo", "folder"]),
        ("handypose predict photo.jpg --no-sm", ["--no-smooth"]),
        ("handypose data in", ["inspect"]),
        ("handypose data inspect --on", ["--on-error"]),
        ("handypose train --init ima", ["imagenet"]),
        (
            "handypose predict --model handypose_lite0_224_i",
            ["handypose_lite0_224_int8"],
        ),
        ("handypose predict pho", []),
    ],
)
def test_bash_completes(script: str, words: str, expected: list[str]) -> None:
    ask = ASK.format(words=words, at=len(words.split()) - 1)
    said = subprocess.run(
        ["bash", "-u"], input=script + ask, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == expected and not said.stderr


def test_every_command_is_known(script: str) -> None:
    for command in available_commands():
        assert f"            {command}) words='" in script


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "zsh"]) == 0
    script = capsys.readouterr().out
    ask = "echo ${_comps[handypose]}"
    said = subprocess.run(
        ["zsh", "-f"], input=script + ask, capture_output=True, text=True, check=True
    )
    assert "_handypose" in said.stdout

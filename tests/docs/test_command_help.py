"""The page of the command line holds the help of every command."""

from __future__ import annotations

import runpy

from fenced_blocks import ROOT

from handypose_tf.cli.main import available_commands

HOOK = runpy.run_path(str(ROOT / "docs" / "hooks" / "command_help.py"))


def test_every_command_s_help_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    built = HOOK["on_page_markdown"](page)
    for command in available_commands():
        assert f"## handypose {command}\n" in built
        assert f"usage: handypose {command} [-h]" in built
    assert "usage: handypose data inspect [-h]" in built
    assert HOOK["MARKER"] not in built


def test_other_pages_stay_as_they_are() -> None:
    assert HOOK["on_page_markdown"]("# A page\n") == "# A page\n"

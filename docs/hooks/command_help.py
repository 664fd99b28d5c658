"""Puts what `handypose COMMAND --help` prints into the page of the command line.

MkDocs calls `on_page_markdown` for every page while it builds the site.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any
from unittest import mock

from handypose_tf.cli.main import available_commands, main

MARKER = "<!-- help of every command -->"

#: Commands that have commands of their own.
_ACTIONS = {"data": ("inspect", "convert")}

_COLUMNS = "88"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marker by a section for each command."""
    if MARKER not in markdown:
        return markdown
    return markdown.replace(MARKER, "\n".join(map(_section, available_commands())))


def _section(command: str) -> str:
    calls = [(command,), *((command, action) for action in _ACTIONS.get(command, ()))]
    helps = "\n".join(f"```text\n{help_text(call)}```\n" for call in calls)
    return f"## handypose {command}\n\n{helps}"


def help_text(call: tuple[str, ...]) -> str:
    """Return what `handypose ... --help` prints."""
    output = io.StringIO()
    with (
        mock.patch.dict(os.environ, COLUMNS=_COLUMNS),
        contextlib.redirect_stdout(output),
        contextlib.suppress(SystemExit),
    ):
        main([*call, "--help"])
    return output.getvalue()

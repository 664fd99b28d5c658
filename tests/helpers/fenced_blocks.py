"""The code blocks of a Markdown page, and what a comment above one says of it.

`<!-- no test: reason -->` above a fence keeps a block from being run; commands in it
are still parsed. `<!-- needs: module -->` runs it only where the module is installed.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(
    r"(?:<!--\s*(?P<mark>no test|needs):\s*(?P<words>.+?)\s*-->\s*\n+)?"
    r"^(?P<indent> *)```(?P<language>[a-z]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)

#: Commands stand in fences of these names; the README's have none.
SHELL = ("", "sh", "bash", "shell")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        place: Page and line.
        language: What stands behind the fence.
        text: Its content.
        untested: Why it is not run; `None` if it is.
        needs: Module without which it cannot run.
    """

    place: str
    language: str
    text: str
    untested: str | None = None
    needs: str | None = None

    @property
    def commands(self) -> list[str]:
        """Commands, one each; a backslash joins lines, comments are dropped."""
        if self.language not in SHELL:
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in map(str.strip, lines) if line and line[0] != "#"]


def read_blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in order."""
    content = page.read_text("utf-8")
    return [_block(page, content, match) for match in _BLOCK.finditer(content)]


def _block(page: Path, content: str, match: re.Match[str]) -> Block:
    line = content.count("\n", 0, match.start("text")) + 1
    marks = {match["mark"]: match["words"]}
    return Block(
        f"{page.name}:{line}",
        match["language"],
        textwrap.dedent(match["text"]),
        marks.get("no test"),
        marks.get("needs"),
    )

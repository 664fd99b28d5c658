"""Each command and each Python example of README and docs is run, page by page.

The blocks of a page run in order, in one folder and one namespace. Commands that take
minutes, fetch files or need an extra are parsed and not run: their own tests run them,
and so are the scripts of `examples/` (test_examples.py). Other programs are not run.
"""

from __future__ import annotations

import importlib
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from fenced_blocks import ROOT, Block, read_blocks

from handypose_tf.cli.main import COMMANDS, main

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

#: Commands of a second or two, which are run; the others' arguments are parsed.
RUN = ("demo", "predict", "evaluate", "models", "doctor", "data")

#: Pages that load and convert whole Keras models: too long for every run.
SLOW = ("build-with-it.md", "ship-it.md", "train-on-your-photos.md")

#: Rooms whose doors are for users.
DOCUMENTED = {
    *("backbones", "beam", "data", "evaluation", "export", "inference", "labelling"),
    *("layers", "losses", "metrics", "models", "tasks", "training"),
}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def pages_with_examples() -> list[Any]:
    return [
        pytest.param(page, marks=[pytest.mark.slow] * (page.name in SLOW))
        for page in PAGES
        if read_blocks(page)
    ]


@pytest.mark.parametrize("page", pages_with_examples(), ids=name)
def test_examples_of_a_page(
    page: Path, working_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace = readme_names() if page.name == "README.md" else {"__name__": page.stem}
    missing = None
    for block in read_blocks(page):
        assert block.untested is None or len(block.untested) > 5, block.place
        for command in block.commands:
            run_command(command, block, monkeypatch)
        if block.needs and not find_spec(block.needs):
            missing = f"{block.place} needs {block.needs}"
        elif block.language == "python" and not block.untested:
            exec(compile(block.text, block.place, "exec"), namespace)
    if missing:
        pytest.skip(missing)


def run_command(command: str, block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run or parse one of our commands; fail if it is wrong."""
    if not command.startswith("handypose "):
        return
    words = shlex.split(command, comments=True)[1:]
    with monkeypatch.context() as patch:
        if block.untested or words[0] not in RUN:
            module = importlib.import_module(COMMANDS[words[0]])
            patch.setattr(module, "run", lambda arguments: 0)
        try:
            code = main(words)
        except SystemExit as error:
            code = error.code
    assert code == 0, f"{block.place}: {command}"


def readme_names() -> dict[str, Any]:
    """Return what the README's short examples take for granted."""
    import tensorflow as tf

    level1, level2, level3 = (tf.zeros((1, side, side, 8)) for side in (16, 8, 4))
    return {
        "level1": level1,
        "level2": level2,
        "level3": level3,
        "deepest": tf.zeros((1, 2, 2, 8)),
        "images": tf.zeros((1, 192, 192, 3)),
    }


def test_fences_say_what_they_hold() -> None:
    blocks = [block for page in PAGES[1:] for block in read_blocks(page)]
    assert not [block.place for block in blocks if not block.language]


def test_each_room_has_a_page_of_reference() -> None:
    rooms = {path.parent.name for path in (ROOT / "handypose_tf").glob("*/__init__.py")}
    pages = (ROOT / "docs" / "reference").glob("*.md")
    text = "\n".join(page.read_text("utf-8") for page in pages)
    without = [room for room in rooms if f"handypose_tf.{room}" not in text]
    assert sorted(without) == ["cli", "files", "web", "weights"]


@pytest.mark.parametrize("room", sorted(DOCUMENTED))
def test_what_a_room_s_door_shows_is_on_a_page_of_reference(room: str) -> None:
    """Functions and classes; constants stand where they are used."""
    pages = (ROOT / "docs" / "reference").glob("*.md")
    text = "\n".join(page.read_text("utf-8") for page in pages)
    shown = {*re.findall(r"::: [\w.]+\.(\w+)", text)}
    for members in re.findall(r"members: ?(\[[^]]*\]|(?:\n +- \w+)+)", text):
        shown |= {*re.findall(r"\w+", members)}
    public = importlib.import_module(f"handypose_tf.{room}").__all__
    constants = {name for name in public if name.isupper() and len(name) > 3}
    assert sorted({*public} - constants - shown) == []

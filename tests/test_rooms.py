"""The house's rules (docs/design.md): who may import whom, and what stays unimported.

Every `import` counts, also one inside a function.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "handypose_tf"
ROOT = Path(__file__).resolve().parents[1] / PACKAGE

#: Floor of each room. A file beside the rooms stands on the ground floor.
FLOORS = {
    **dict.fromkeys(("layers", "backbones", "losses", "metrics", "litert"), 2),
    **dict.fromkeys(("models", "weights", "data", "synth"), 3),
    **dict.fromkeys(("evaluation", "export", "inference"), 4),
    "labelling": 4,
    "benchmarking": 4,
    "web": 4,
    "tasks": 5,
    "training": 6,
    **dict.fromkeys(("beam", "cli"), 7),
}
GROUND = {"checks", "errors", "files", "geometry", "hand", "images"}
GROUND |= {"keras_classes", "lazy", "palm"}

#: The only doors between rooms of one floor: models are built, then given weights;
#: evaluation runs models; a model is a teacher.
DOORS = {
    ("models", "weights"),
    ("evaluation", "inference"),
    ("export", "inference"),
    ("export", "evaluation"),
    ("labelling", "inference"),
    ("losses", "layers"),
    ("backbones", "layers"),
}

#: The storeys of `synth`, from the ground up.
SYNTH = ("space", "anatomy", "pose", "look", "world", "scenes", "picture")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


class WithoutTypes(ast.NodeTransformer):
    """Takes out what stands under `if TYPE_CHECKING`."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        is_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_types else self.generic_visit(node)


def imported_modules(path: Path, *, types: bool = True) -> set[str]:
    """Return the package's own modules that a file imports, for types alone or not."""
    modules: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree if types else WithoutTypes().visit(tree)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            modules |= {n if n in MODULES else node.module for n in names}
    return {name for name in modules if name in MODULES and name != PACKAGE}


def room(module: str) -> str:
    return module.split(".")[1]


FILES = sorted(ROOT.rglob("*.py"))
MODULES = {module_name(path) for path in FILES}
IMPORTS = {
    module_name(path): imported_modules(path)
    for path in FILES
    if module_name(path) != PACKAGE
}


def test_no_two_test_files_have_one_name():
    """Pytest imports them by name, and refuses the second when all are run."""
    names = sorted(path.name for path in (ROOT.parent / "tests").rglob("test_*.py"))
    assert names == sorted(set(names))


def test_what_is_imported_of_the_package_is_there():
    """Scripts and examples, too, which no other quick test imports."""
    wrong = []
    for folder in ("handypose_tf", "tests", "tools", "examples", "benchmarks"):
        for path in sorted((ROOT.parent / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                named = node.module if isinstance(node, ast.ImportFrom) else None
                if named and named.partition(".")[0] == PACKAGE:
                    wrong += [f"{path}: {named}"] * (named not in MODULES)
    assert not wrong, "\n".join(wrong)


def test_every_room_has_a_floor():
    assert {room(module) for module in IMPORTS} <= FLOORS.keys() | GROUND


def test_rooms_import_lower_floors_only():
    wrong = []
    for module, imports in IMPORTS.items():
        for other in imports:
            here, there = room(module), room(other)
            is_lower = FLOORS.get(there, 1) < FLOORS.get(here, 1)
            both_on_ground = {here, there} <= GROUND
            if here != there and not (
                is_lower or both_on_ground or (here, there) in DOORS
            ):
                wrong.append(f"{module} imports {other}")
    assert not wrong, "\n".join(wrong)


def test_synth_s_storeys_import_lower_ones_only():
    """The files beside its storeys (photographer, data set) are its roof."""

    def storey(module: str) -> int | None:
        parts = module.split(".")
        if parts[1] != "synth":
            return None
        return SYNTH.index(parts[2]) if parts[2:3] and parts[2] in SYNTH else len(SYNTH)

    wrong = [
        f"{module} imports {other}"
        for module, imports in IMPORTS.items()
        for other in imports
        if (here := storey(module)) is not None
        and (there := storey(other)) is not None
        and there > here
    ]
    assert not wrong, "\n".join(wrong)
    assert {storey(module) for module in IMPORTS} == {None, *range(len(SYNTH) + 1)}


@pytest.mark.parametrize("by_room", [False, True])
def test_there_are_no_circles(by_room):
    graph: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        module = module_name(path)
        for other in imported_modules(path, types=False) - {module}:
            if by_room and module != PACKAGE and room(module) != room(other):
                graph[room(module)].add(room(other))
            elif not by_room:
                graph[module].add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(reversed(error.args[1]))}")


DESIGN = (ROOT.parent / "docs" / "design.md").read_text("utf-8")


def test_the_page_s_floors_are_these():
    """The drawing: `floor 4  inference/  what it does`, rooms below under it."""
    drawn, floor = {}, 0
    for line in DESIGN.partition("```text")[2].partition("```")[0].splitlines():
        if line.startswith("floor "):
            floor = int(line[6])
        for name in re.findall(r"^.{9}(?:\w+(?:/|\.py)(?: +|$))+", line):
            drawn |= dict.fromkeys(re.findall(r"(\w+)(?:/|\.py)", name[9:]), floor)
    assert drawn == {**FLOORS, **dict.fromkeys(GROUND, 1)}


def test_the_page_names_files_that_are_there():
    roots = (ROOT, ROOT.parent, ROOT / "synth")
    roots += (ROOT / "export", ROOT.parent / "tools/weights")
    for name in re.findall(r"`([\w/]+\.py)`", DESIGN):
        assert any((root / name).is_file() for root in roots), name


def test_every_measured_decision_is_dated():
    rows = [line for line in DESIGN.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"\| 2026-\d\d-\d\d \|$", row), row


def test_every_door_is_used():
    used = {(room(m), room(other)) for m, found in IMPORTS.items() for other in found}
    assert used >= DOORS


def test_a_module_s_private_names_stay_inside():
    wrong = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module in MODULES:
                names = [alias.name for alias in node.names if alias.name[0] == "_"]
                wrong += [f"{path}: {name} of {module}" for name in names]
    assert not [line for line in wrong if "__version__" not in line]


#: Statements after which TensorFlow, Keras and matplotlib are not imported.
LIGHT = {
    "package": "import handypose_tf",
    "rooms": "import handypose_tf.models, handypose_tf.data, handypose_tf.metrics",
    "presets": "from handypose_tf.models.presets import PRESETS",
    "result": "from handypose_tf import HandPose",
    "beam": "import handypose_tf.beam",
    "estimator": "from handypose_tf import HandPoseEstimator",
    "inference": (
        "import pkgutil, importlib, handypose_tf.inference as room\n"
        "for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):\n"
        "    importlib.import_module(module.name)"
    ),
    "scenes": "import handypose_tf.data.scenes.maker",
    "samples": "import handypose_tf.data.augment.augmentation",
    "litert": "import handypose_tf.litert.network, handypose_tf.litert.census",
    "benchmarking": "import handypose_tf.benchmarking",
    "commands": (
        "from handypose_tf.cli import benchmark, demo, doctor, main, models, predict"
    ),
}


def test_tensorflow_is_not_imported():
    """In one process: what none of them brought, no single one brings."""
    heavy = {"tensorflow", "keras", "tf_keras", "matplotlib", "torch", "h5py"}
    heavy |= {"apache_beam"}
    code = (
        "import sys\n"
        f"for name, statement in {LIGHT!r}.items():\n"
        "    exec(statement)\n"
        f"    brought = sorted({heavy!r} & sys.modules.keys())\n"
        "    assert not brought, f'{name} imports {brought}'\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT.parent
    )
    assert result.returncode == 0, result.stderr

"""The `handypose` command: finds the sub-command, runs it, turns errors into lines.

A command is a module of this folder with a docstring (its first line is the help, all
of it is shown by `--help`), `add_arguments(parser)` and `run(arguments) -> exit code`.
Only the module of the command that is run gets imported; its own imports of TensorFlow
and the like belong into `run`.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TextIO

from handypose_tf import __version__
from handypose_tf.cli.options import add_flag
from handypose_tf.cli.outputs import RESULTS, check_outputs
from handypose_tf.errors import HandyPoseError, OutputError
from handypose_tf.files import is_full, is_standard_output, output_error

#: Command -> its module, in the order of `handypose --help`.
COMMANDS = {
    "demo": "handypose_tf.cli.demo",
    "predict": "handypose_tf.cli.predict",
    "train": "handypose_tf.cli.train",
    "evaluate": "handypose_tf.cli.evaluate",
    "calibrate": "handypose_tf.cli.calibrate",
    "export": "handypose_tf.cli.export",
    "benchmark": "handypose_tf.cli.benchmark",
    "label": "handypose_tf.cli.label",
    "synth": "handypose_tf.cli.synth",
    "data": "handypose_tf.cli.data",
    "import-torch": "handypose_tf.cli.import_torch",
    "import-mediapipe": "handypose_tf.cli.import_mediapipe",
    "web": "handypose_tf.cli.web",
    "models": "handypose_tf.cli.models",
    "doctor": "handypose_tf.cli.doctor",
    "completion": "handypose_tf.cli.completion",
}

FAILED, INTERRUPTED = 1, 130

#: What native libraries print unless the user says otherwise. What TensorFlow calls an
#: error (a remapper that failed) is none; what is one, it raises. So does OpenCV, or a
#: line of ours names the file.
_QUIET = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `handypose` and return its exit code.

    Returns:
        0; 1 after an error that a line on stderr tells; 130 after Ctrl-C. Wrong usage
        raises `SystemExit(2)`, as `argparse` does.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    prepare_streams()
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # of traces it warns
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        return _run(argv)


def prepare_streams() -> None:
    """Have streams that take every name, also where the caller closed one.

    A stream that is closed (`2>&-`) would be taken by the next file that is opened, and
    what native libraries print would be written into that. A terminal that is no UTF-8
    is shown escapes.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(argv: Sequence[str]) -> int:
    debug = "--debug" in argv
    try:
        chosen = next((word for word in argv if not word.startswith("-")), None)
        parser = command_parser(chosen)
        if not argv:
            parser.print_help()
            return 0
        _check_command(parser, chosen)
        arguments = parser.parse_args(argv)
        for name, value in vars(arguments).items():
            setattr(arguments, name, _in_home(value))
        check_outputs(arguments, parser.error)
        with _words_apart(arguments):
            code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except HandyPoseError as error:
        if debug:
            raise
        print(f"handypose: error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        if debug:
            raise
        return INTERRUPTED
    except BrokenPipeError:  # the reader (`| head`) has gone
        _drop_stdout()
        return FAILED
    except OSError as error:
        if debug or not is_full(error):
            raise
        print(f"handypose: error: {_full_disk(error)}", file=sys.stderr)
        return FAILED


def _in_home(value: object) -> object:
    """Expand `~/`, which shells leave alone behind `--out=` and in quotes."""
    if isinstance(value, list):
        return [_in_home(item) for item in value]
    if isinstance(value, str | Path) and os.fspath(value).split("/")[0] == "~":
        return type(value)(os.path.expanduser(value))
    return value


def _words_apart(arguments: argparse.Namespace) -> AbstractContextManager[object]:
    """Send words for people to stderr where results go to standard output."""
    if any(is_standard_output(getattr(arguments, name, None)) for name in RESULTS):
        return redirect_stdout(sys.stderr)
    return nullcontext()


def _drop_stdout() -> None:
    """Write no more, not even by Python's own flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _full_disk(error: OSError) -> OutputError:
    """Return the line of a full disk that nobody nearer has told."""
    if error.filename is None:
        _drop_stdout()
    return output_error(error.filename or "standard output", error)


def available_commands() -> dict[str, str]:
    """Return the commands whose module is installed."""
    return {name: module for name, module in COMMANDS.items() if find_spec(module)}


def _check_command(parser: argparse.ArgumentParser, chosen: str | None) -> None:
    """End with a near name where there is no such command."""
    commands = [*available_commands()]
    if chosen is None or chosen in commands:
        return
    close = difflib.get_close_matches(chosen, commands, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(commands)}"
    parser.error(f"no command {chosen!r}: {hint}")


def command_parser(chosen: str | None) -> argparse.ArgumentParser:
    """Return the parser, complete for the chosen command alone."""
    common = argparse.ArgumentParser(add_help=False)
    add_flag(common, "--debug", "show the traceback of an error")
    parser = argparse.ArgumentParser(
        prog="handypose",
        parents=[common],
        description="Hand keypoints from photos: predict, train, evaluate, export.",
        epilog="`handypose COMMAND --help` tells more and gives an example.",
    )
    parser.add_argument(
        "--version", action="version", version=f"handypose-tf {__version__}"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, module_name in available_commands().items():
        if name == chosen:
            _add_command(commands, common, name, importlib.import_module(module_name))
        else:
            commands.add_parser(name, help=_help_line(module_name))
    return parser


def _add_command(
    commands: argparse._SubParsersAction,
    common: argparse.ArgumentParser,
    name: str,
    module: ModuleType,
) -> None:
    text = module.__doc__ or ""
    command = commands.add_parser(
        name,
        help=text.partition("\n")[0],
        description=text,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(command)
    command.set_defaults(run=module.run)


def _help_line(module_name: str) -> str:
    """Return the first line of a module's docstring without importing it."""
    spec = find_spec(module_name)
    get_source = getattr(spec.loader if spec else None, "get_source", None)
    source = get_source(module_name) if get_source else None
    docstring = ast.get_docstring(ast.parse(source)) if source else None
    return (docstring or "").partition("\n")[0]


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    # Written at once, for several threads may warn.
    (file or sys.stderr).write(f"handypose: warning: {message}\n")

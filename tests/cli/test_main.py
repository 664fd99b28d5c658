from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from handypose_tf import __version__
from handypose_tf.cli import main as cli
from handypose_tf.errors import DataError

COMMAND = '''"""Do as told.

example:
  handypose do --how error
"""

import warnings

from handypose_tf.errors import DataError


def add_arguments(parser):
    parser.add_argument("--how", default="well")


def run(arguments):
    if arguments.how == "error":
        raise DataError("a.jpg: is broken; mend it")
    if arguments.how == "interrupt":
        raise KeyboardInterrupt
    if arguments.how == "defect":
        raise RuntimeError("a defect")
    if arguments.how == "warn":
        warnings.warn("take care")
    return 0
'''


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A command of its own, `handypose do`, beside one that is not installed."""
    (tmp_path / "do_command.py").write_text(COMMAND)
    monkeypatch.syspath_prepend(tmp_path)
    names = {"do": "do_command", "absent": "handypose_tf.cli.absent"}
    monkeypatch.setattr(cli, "COMMANDS", names)
    yield
    sys.modules.pop("do_command", None)


def test_a_tilde_is_the_home(command, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    seen = {}
    module = importlib.import_module("do_command")
    monkeypatch.setattr(module, "run", lambda arguments: seen.update(vars(arguments)))
    cli.main(["do", "--how=~/out"])
    assert seen["how"] == "/home/me/out"
    cli.main(["do", "--how=~me/out"])
    assert seen["how"] == "~me/out"


def test_success(command):
    assert cli.main(["do"]) == 0


def test_a_users_error_is_one_line(command, capsys):
    assert cli.main(["do", "--how", "error"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "handypose: error: a.jpg: is broken; mend it\n")


@pytest.mark.parametrize("argv", [["--debug", "do"], ["do", "--debug"]])
def test_debug_shows_the_traceback(command, argv):
    with pytest.raises(DataError):
        cli.main([*argv, "--how", "error"])


def test_interrupt_is_quiet(command, capsys):
    assert cli.main(["do", "--how", "interrupt"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_defect_is_not_hidden(command):
    with pytest.raises(RuntimeError, match="a defect"):
        cli.main(["do", "--how", "defect"])


@pytest.mark.filterwarnings("default")
def test_a_warning_is_one_line(command, capsys):
    assert cli.main(["do", "--how", "warn"]) == 0
    assert capsys.readouterr().err == "handypose: warning: take care\n"


@pytest.mark.parametrize("argv", [["fly"], ["absent"], ["do", "--wings"]])
def test_wrong_usage_is_two(command, argv, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert "usage: handypose" in capsys.readouterr().err


def test_help_lists_what_is_installed_without_importing_it(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    assert "Do as told." in out and "absent" not in out
    assert "do_command" not in sys.modules


def test_a_commands_help_has_its_example(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["do", "--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    assert "example:\n  handypose do --how error\n" in out and "--how" in out


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"handypose-tf {__version__}\n"


@pytest.mark.parametrize("name", list(cli.available_commands()))
def test_every_command_explains_itself_without_tensorflow(name):
    script = (
        "import sys\n"
        "sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from handypose_tf.cli.main import main\n"
        f"main([{name!r}, '--help'])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert f"usage: handypose {name}" in run.stdout
    assert f"  handypose {name}" in run.stdout.partition("xample:")[2]


def test_a_closed_pipe_is_quiet():
    script = "for i in range(100_000): print(i)"
    code = (
        "import sys; from handypose_tf.cli import main as cli\n"
        "class Module: run = staticmethod(lambda arguments: exec(arguments.script))\n"
        "cli.command_parser = lambda chosen: __import__('argparse').ArgumentParser()\n"
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        f"parser.set_defaults(run=Module.run, script={script!r})\n"
        "cli.command_parser = lambda chosen: parser\n"
        "parser.add_argument('command')\n"
        "sys.exit(cli.main(['demo']))\n"
    )
    run = subprocess.run(
        f'"{sys.executable}" -c "$CODE" | head -1',
        shell=True,
        env={"CODE": code, "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "0\n" and run.stderr == ""


def test_without_a_command_the_commands_are_listed(capsys):
    assert cli.main([]) == 0
    out = capsys.readouterr().out
    assert "predict" in out and "doctor" in out


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("predct", "did you mean predict?"),
        ("lable", "did you mean label?"),
        ("zzz", "there are demo, predict"),
    ],
)
def test_a_near_command_is_proposed(word, hint, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main([word, "photo.jpg"])
    assert f"no command {word!r}: {hint}" in capsys.readouterr().err

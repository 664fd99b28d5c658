r"""Print what completes commands, options and model names in a shell.

The script is made once and starts nothing; make it anew after an update. bash 4 and
zsh take it.

Example:
  handypose completion bash > ~/.local/share/bash-completion/completions/handypose
  handypose completion zsh > ~/.handypose_completion
  echo 'source ~/.handypose_completion' >> ~/.zshrc
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Iterator

from handypose_tf.cli.console import say
from handypose_tf.cli.main import available_commands, command_parser
from handypose_tf.litert.shipped import bundled_models
from handypose_tf.models.presets import DETECTORS, PRESETS

#: Options that take the name of a shipped model, beside files.
_OF_MODELS = ("--model", "--from", "--teacher", "--second-teacher", "--pose")

#: Words that options know beside their choices.
_WORDS = {
    "--init": ("shipped", "imagenet", "mediapipe"),
    "--teacher": ("mediapipe", "mediapipe-lite"),
    "--detector": ("auto", "none", *DETECTORS),
}

_SCRIPT = """\
_handypose() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words=""
    local previous="${{COMP_WORDS[COMP_CWORD-1]}}"
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words={commands}
    else
        case "${{COMP_WORDS[1]}} $previous" in
{values}
        esac
        if [ -z "$words" ]; then
            case "$current" in
                -*) case "${{COMP_WORDS[1]}}" in
{options}
                esac ;;
            esac
        fi
    fi
    if [ -n "$words" ]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    fi
}}
complete -o default -F _handypose handypose
"""

_BEFORE = {
    "bash": "",
    "zsh": "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose completion` takes."""
    parser.add_argument("shell", choices=tuple(_BEFORE), help="the shell's name")


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    say(_BEFORE[arguments.shell] + completion_script())
    return 0


def completion_script() -> str:
    """Return the script for bash; files are completed where it knows no word."""
    names = [*available_commands()]
    parsers = {name: [*_parsers(name)] for name in names}
    values = [
        _case(8, f"{name} {before}", words)
        for name in names
        for before, words in _values(name, parsers[name]).items()
    ]
    options = [_case(12, name, _flags(parsers[name])) for name in names]
    return _SCRIPT.format(
        commands=shlex.quote(" ".join(names)),
        values="\n".join(values),
        options="\n".join(options),
    )


def _parsers(name: str) -> Iterator[argparse.ArgumentParser]:
    """Give the parser of a command, and those of its own commands."""
    [all_commands] = _sub_commands(command_parser(name))
    parser = all_commands.choices[name]
    yield parser
    for own in _sub_commands(parser):
        yield from own.choices.values()


def _sub_commands(parser: argparse.ArgumentParser) -> list[argparse._SubParsersAction]:
    kind = argparse._SubParsersAction
    return [action for action in parser._actions if isinstance(action, kind)]


def _flags(parsers: Iterable[argparse.ArgumentParser]) -> list[str]:
    """Return the long options."""
    actions = (action for parser in parsers for action in parser._actions)
    flags = (flag for action in actions for flag in action.option_strings)
    return sorted({flag for flag in flags if flag.startswith("--")})


def _values(
    command: str, parsers: Iterable[argparse.ArgumentParser]
) -> dict[str, list[str]]:
    """Return what may follow an option, or the command itself."""
    files = {path.stem for path in bundled_models()}
    models = sorted({*files, *PRESETS, *DETECTORS})
    found: dict[str, list[str]] = {}
    for action in (action for parser in parsers for action in parser._actions):
        for before in action.option_strings or (command,):
            words = [*map(str, action.choices or ()), *_WORDS.get(before, ())]
            words += models if before in _OF_MODELS else []
            if words:
                found[before] = words
    return found


def _case(indent: int, pattern: str, words: Iterable[str]) -> str:
    """Return a line of a shell's `case`."""
    joined = shlex.quote(" ".join(words))
    return f"{' ' * indent}{shlex.quote(pattern)}) words={joined} ;;"

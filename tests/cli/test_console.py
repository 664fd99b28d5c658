from __future__ import annotations

import os
import warnings

import pytest

from handypose_tf.cli.console import progress, quiet_native_log


def test_progress_passes_items_on_and_is_silent_without_a_terminal(capsys):
    assert list(progress([1, 2, 3], "thing")) == [1, 2, 3]
    assert list(progress(iter("ab"), "thing")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_native_output_is_dropped_and_warnings_are_kept(capfd):
    with pytest.warns(UserWarning, match="kept"), quiet_native_log():
        os.write(2, b"native noise\n")
        warnings.warn("kept", stacklevel=1)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_native_output_comes_back_after_an_error(capfd):
    with pytest.raises(OSError, match="broken"), quiet_native_log():
        raise OSError("broken")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"

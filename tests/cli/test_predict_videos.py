from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from dot_model import dot_image, true_keypoints
from videos import cut_off, spoil_frame, write_video

import handypose_tf
from handypose_tf.cli.main import main
from handypose_tf.images import write_image
from handypose_tf.inference import HandPose
from handypose_tf.inference.video.frames import VideoFile

SHAPE = np.array([[-10.0, -35], [30, 15], [-20, 35]])


def centers(frame: int) -> np.ndarray:
    return SHAPE + np.array([60 + 5 * frame, 75])


def frames(count: int) -> list[np.ndarray]:
    return [dot_image(150, 240, centers(i), 9, grey=0) for i in range(count)]


@pytest.fixture
def predict(dot_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--model", str(dot_model), "--detector", "none", "--max-hands", "1"]
    return lambda *argv: main(["predict", *map(str, argv), *options])


@pytest.fixture
def clip(tmp_path) -> Path:
    return write_video(tmp_path / "clip.avi", frames(20))


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_video_gives_lines_and_a_video(predict, clip, tmp_path, capsys):
    assert predict(clip, "--out", "drawn", "--jsonl", "a.jsonl", "--no-smooth") == 0
    lines = read(tmp_path / "a.jsonl")
    assert list(lines[0]) == ["video", "frame", "time", "width", "height", "hands"]
    assert [line["frame"] for line in lines] == list(range(20))
    assert lines[10]["time"] == pytest.approx(0.4)
    for i, line in enumerate(lines):
        [hand] = map(HandPose.from_dict, line["hands"])
        assert hand.id == 1
        # Motion JPEG smears the dots' colours a little.
        true = true_keypoints(centers(i))
        np.testing.assert_allclose(hand.keypoints, true, atol=4)
    images = [frame.image for frame in VideoFile(tmp_path / "drawn" / "clip.avi.mp4")]
    assert len(images) == 20 and images[0].shape == (150, 240, 3)
    out, err = capsys.readouterr()
    assert out.startswith(f"{clip}: 20 frames, 1 hand, ") and err == ""
    assert out.endswith("frames/s -> drawn/clip.avi.mp4 (without sound)\n")


def test_smoothing_lags_and_is_the_default(predict, clip, tmp_path):
    for name in ("smooth", "no-smooth"):
        lines = ["--jsonl", f"{name}.jsonl"]
        predict(clip, f"--{name}", *lines, "--min-cutoff", 1, "--beta", 0)
    smooth, raw = (
        np.array(
            [line["hands"][0]["keypoints"] for line in read(tmp_path / f"{name}.jsonl")]
        )
        for name in ("smooth", "no-smooth")
    )
    lag = (raw - smooth)[-1, :, 0].mean()
    # 125 px/s at 1 Hz: 19.9 px in the end, 95 % of it after 0.76 s (measured 18.7).
    assert lag == pytest.approx(19, abs=1)


def test_a_broken_frame_is_counted_and_passed(predict, clip, tmp_path, capsys):
    spoil_frame(clip, 5)
    assert predict(clip, "--out", "drawn", "--jsonl", "a.jsonl") == 0
    lines = read(tmp_path / "a.jsonl")
    assert [line["frame"] for line in lines if "error" in line] == [4]
    assert [hand["id"] for line in lines for hand in line["hands"]] == [1] * 19
    assert "20 frames, 1 of them unreadable, 1 hand, " in capsys.readouterr().out
    assert len(list(VideoFile(tmp_path / "drawn" / "clip.avi.mp4"))) == 20


def test_a_cut_off_video_is_said_and_fails(predict, clip, tmp_path, capsys):
    assert predict(cut_off(clip, 10), "--jsonl", "a.jsonl") == 1
    err = capsys.readouterr().err
    assert "of 20 frames; it is cut off" in err and len(err.splitlines()) == 1
    assert 8 <= len(read(tmp_path / "a.jsonl")) <= 10


def test_pictures_as_a_sequence(predict, tmp_path):
    for i, image in enumerate(frames(5)):
        write_image(tmp_path / "in" / f"{i}.png", image)
    code = predict(
        *("in", "--sequence", "--fps", 10, "--out", "drawn", "--jsonl", "a.jsonl")
    )
    assert code == 0
    lines = read(tmp_path / "a.jsonl")
    assert [line["time"] for line in lines] == [0, 0.1, 0.2, 0.3, 0.4]
    assert [Path(line["image"]).name for line in lines] == [
        f"{i}.png" for i in range(5)
    ]
    assert [line["hands"][0]["id"] for line in lines] == [1] * 5
    assert len(list((tmp_path / "drawn").iterdir())) == 5


def test_videos_of_one_name_get_their_own_places(predict, clip, tmp_path, capsys):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / clip.name).write_bytes(clip.read_bytes())
    code = predict(f"one/{clip.name}", f"two/{clip.name}", "--out", "drawn")
    assert code == 0
    drawn = sorted(p.relative_to(tmp_path) for p in (tmp_path / "drawn").rglob("*.mp4"))
    name = clip.name if clip.suffix == ".mp4" else f"{clip.name}.mp4"
    assert drawn == [Path("drawn/one", name), Path("drawn/two", name)]
    assert predict("rtsp://127.0.0.1:9/a", "rtsp://127.0.0.1:9/b/a", "--out", "x") == 1
    assert "would be drawn there" in capsys.readouterr().err


def test_a_camera(predict, tmp_path, monkeypatch):
    left = [image[:, :, ::-1] for image in frames(6)]
    real = cv2.VideoCapture

    class Capture:
        def __new__(cls, number):  # what is written is looked at again
            return super().__new__(cls) if number == 0 else real(number)

        def isOpened(self):
            return True

        def get(self, what):
            return 0.0

        def read(self):
            return bool(left), left.pop(0) if left else None

        def release(self):
            pass

    clock = itertools.count()
    with monkeypatch.context() as patch:
        patch.setattr(cv2, "VideoCapture", Capture)
        patch.setattr(time, "monotonic", lambda: next(clock) / 30)
        assert predict("--camera", 0, "--jsonl", "a.jsonl", "--out", "drawn") == 0
    lines = read(tmp_path / "a.jsonl")
    assert [line["video"] for line in lines] == ["camera 0"] * 6
    assert len(list(VideoFile(tmp_path / "drawn" / "camera_0.mp4"))) == 6


def test_no_camera_is_one_line(predict, monkeypatch, capsys):
    assert predict("--camera", 63) == 1
    err = capsys.readouterr().err.splitlines()
    assert err[-1].startswith("handypose: error: camera 63 cannot be opened; check")


def test_no_window_says_what_to_install(predict, clip, monkeypatch, capsys):
    def fail(*_):
        raise cv2.error("not implemented")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "namedWindow", fail)
    assert predict(clip, "--show") == 1
    assert "pip install opencv-python" in capsys.readouterr().err
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert predict(clip, "--show") == 1
    assert "no screen" in capsys.readouterr().err


def test_q_closes_the_window_and_ends(predict, clip, tmp_path, monkeypatch):
    keys = iter([-1, -1, ord("q")])
    shown = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "namedWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "destroyWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "imshow", lambda name, image: shown.append(image))
    monkeypatch.setattr(cv2, "waitKey", lambda _: next(keys))
    assert predict(clip, "--show", "--jsonl", "a.jsonl") == 0
    assert len(shown) == len(read(tmp_path / "a.jsonl")) == 3


def test_the_input_is_never_overwritten(predict, tmp_path, capsys):
    (tmp_path / "clip.mp4").write_bytes(
        write_video(tmp_path / "clip.avi", frames(2)).read_bytes()
    )
    assert predict("clip.mp4", "--out", ".") == 1
    assert "would replace it" in capsys.readouterr().err


def test_no_video_is_one_line_and_the_next_goes_on(predict, clip, tmp_path, capsys):
    assert predict("none.mp4", clip, "--jsonl", "a.jsonl") == 1
    assert "none.mp4: no such file" in capsys.readouterr().err
    assert len(read(tmp_path / "a.jsonl")) == 20


def test_a_pattern_of_videos(predict, clip, tmp_path):
    (tmp_path / "other.avi").write_bytes(clip.read_bytes())
    assert predict("*.avi", "--jsonl", "a.jsonl") == 0
    lines = read(tmp_path / "a.jsonl")
    assert [line["video"] for line in lines] == ["clip.avi"] * 20 + ["other.avi"] * 20
    assert {hand["id"] for line in lines for hand in line["hands"]} == {1}


def test_ctrl_c_leaves_whole_files(dot_model, tmp_path):
    """A long video, stopped once some frames are written."""
    clip = write_video(tmp_path / "clip.avi", frames(20) * 100)
    command = [sys.executable, "-m", "handypose_tf.cli", "predict", str(clip)]
    command += ["--model", str(dot_model), "--detector", "none"]
    command += ["--out", "drawn", "--jsonl", "a.jsonl"]
    env = {**os.environ, "PYTHONPATH": str(Path(handypose_tf.__file__).parents[1])}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=pipe, stdout=pipe)
    part = tmp_path / "a.jsonl.part"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if part.exists() and part.stat().st_size > 5000:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == b"handypose: error: stopped; what is written is whole\n"
    lines = read(tmp_path / "a.jsonl")
    assert 3 < len(lines) < 2000 and not part.exists()
    found = list(VideoFile(tmp_path / "drawn" / "clip.avi.mp4"))
    assert len(found) == len(lines)
    assert len(list((tmp_path / "drawn").iterdir())) == 1

#!/usr/bin/env bash
# handypose_mediapipe_lite in two runs: at 160 px from MediaPipe's lite network; then its
# waterfall and decoder on that network as published (graft.py), which stays as it is, at
# 192 px. `make train-mediapipe-lite DATA=FOLDER`, with the data of train_mediapipe_full.sh.
# 52,800 samples.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")

handypose train "$tools/mediapipe_lite/1.yaml" --resume
[ -e start_lite.keras ] ||
    python "$tools/graft.py" runs/lite_160/last.keras --out start_lite.keras
handypose train "$tools/mediapipe_lite/2.yaml" --resume

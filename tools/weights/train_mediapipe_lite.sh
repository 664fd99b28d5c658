#!/usr/bin/env bash
# handypose_mediapipe_lite in two runs from MediaPipe's lite network, at 160 and at 192 px.
#
# `make train-mediapipe-lite DATA=FOLDER`, with the data of train_mediapipe_full.sh. The
# first run was without places that a detector took for hands. 52,800 samples; so far the
# second run was ended after two of its five epochs, and no such weights ship.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")

for run in 1 2; do
    handypose train "$tools/mediapipe_lite/$run.yaml" --resume
done

#!/usr/bin/env bash
# handypose_mediapipe_lite in five runs: waterfall and decoder at 160 px, with the encoder;
# then on MediaPipe's lite network as published (graft.py), at 192 px, the third with
# convolutions for side and presence; then all of it from stride 32 on, at a low rate, as the
# thirteenth of the full one. The heads for metres are fitted to what that made of it, which
# the fifth, with more feet, leaves as it is.
#
# `make train-mediapipe-lite DATA=FOLDER`, with the data of train_mediapipe_full.sh. The
# weights that ship: in run 2 side and presence read the waterfall's pooled features too
# (commit 0c82340); what they had learned was left behind, and run 3 began with
# MediaPipe's; run 4 began with last.keras as it shipped. 259,200 samples.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")

handypose train "$tools/mediapipe_lite/1.yaml" --resume
[ -e start_lite.keras ] || \
    python "$tools/graft.py" runs/lite_160/last.keras --out start_lite.keras
for run in 2 3; do
    handypose train "$tools/mediapipe_lite/$run.yaml" --resume
done
handypose train "$tools/mediapipe_lite/4.yaml" --resume
[ -e world_lite.keras ] || python "$tools/graft.py" runs/lite_192_c/best.keras \
    --world --hands hands --out world_lite.keras
handypose train "$tools/mediapipe_lite/5.yaml" --resume

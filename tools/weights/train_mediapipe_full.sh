#!/usr/bin/env bash
# handypose_mediapipe_full in sixteen runs. Four without MediaPipe's own head: photos of hands
# alone at 160 px; with graded photos of people and presence at 192 px; with grips rendered
# by `handypose synth --hard 0.75 --count 1600 --seed 51` and places without a hand at
# 160 px; and once more at 192 px. Then their waterfall and decoder on MediaPipe's network
# as published (graft.py), at 160 and 192 px; and once more so, at 192 px, in five runs that
# leave that network as it is, the last two with convolutions for side and presence. The
# twelfth and thirteenth train it all from stride 32 on, at a low rate, the latter with more
# rendered hands, bare feet, parts of bodies, and hands that the twelfth labelled; the heads
# for metres are then fitted to what that made of the encoder, which the fourteenth, with more
# feet, leaves as it is. The fifteenth trains all from stride 16 on, with hands turned
# further, more rendered ones, and labels that the fourteenth gave and a viewer passed; the sixteenth
# leaves the encoder again. What ships is the mean of the sixteenth with the
# thirteenth, and for side and presence with the fourteenth.
#
# `make train-mediapipe-full DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py
# and prepare_people.py), `people_places/` (mine_negatives.py on photos of people) and
# `backgrounds/` (cut_backgrounds.py). The weights that ship: run 1 was without outlines of
# hands, run 2 without rendered ones; run 5 had the points' maps in the decoder too, whose
# weights for them were cut away before run 6; runs 1 to 4 were made before the preset had
# MediaPipe's head; in runs 8 and 9 side and presence read the waterfall's pooled features
# (commit 0c82340), which were left behind; run 12 began with mean.keras as it shipped
# (kernels as float16), and its photos of hands had the labels of `teacher_labels.json`,
# 600 rendered hands of seed 51 its rendered ones; run 13 began with best.keras as it
# shipped, had 1,000 of seed 51, the labels of `teacher_labels.json` again, and of run 12
# labels by its int8 file, and 900 feet seen from above (commit 9b37edb); run 15 had run 14's
# last.keras, and the labels of its int8 file and the
# 810 feet of run 13 (commit 74ecc37). 792,960 samples.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")

for run in 1 2 3 4; do
    handypose train "$tools/mediapipe_full/$run.yaml" --resume
done
[ -e start.keras ] || python "$tools/graft.py" runs/full_192_c/last.keras --out start.keras
for run in 5 6; do
    handypose train "$tools/mediapipe_full/$run.yaml" --resume
done
[ -e start_e.keras ] || python "$tools/graft.py" runs/full_192_d/last.keras --out start_e.keras
for run in 7 8 9 10; do
    handypose train "$tools/mediapipe_full/$run.yaml" --resume
done
# What the detector that ships takes for hands, and in rendered people what the one before it
# did (--detector), feet above all.
mine=(python "$tools/mine_negatives.py")
[ -e people_places/train/no_hands_b.json ] || "${mine[@]}" people_places --only people_scenes \
    --most-photos 5000 --min-score 0.12 --name no_hands_b
[ -e hands/train/no_hands_people.json ] || "${mine[@]}" hands --only people --name no_hands_people
handypose train "$tools/mediapipe_full/11.yaml" --resume
python "$tools/mean_points.py" runs/full_192_i/last.keras runs/full_192_h/last.keras \
    --out runs/full_192_i/mean.keras
[ -e hands/train/no_hands_b.json ] || "${mine[@]}" hands --only people_scenes \
    --most-photos 450 --min-score 0.12 --name no_hands_b
handypose train "$tools/mediapipe_full/12.yaml" --resume
# Feet, knees, elbows and faces where MediaPipe's pose network sees them (in an environment
# of its own: PEOPLE is the folder of photos, POSE_PYTHON has mediapipe 0.10.21); toes, which
# those photos do not show; and hands that MediaPipe could not label.
[ -e parts.json ] || "$POSE_PYTHON" "$tools/body_parts.py" "$PEOPLE" --out parts.json
[ -e hands/train/people_parts.json ] || \
    python "$tools/prepare_people.py" "$PEOPLE" --out hands --parts parts.json
[ -e hands/train/feet.json ] || \
    python "$tools/render_feet.py" --backgrounds backgrounds --out hands
[ -e hands/synth_b/annotations.json ] || handypose synth --hard 0.75 --count 2000 --seed 61 \
    --out hands/synth_b --backgrounds backgrounds
[ -e hands/train/people_own.json ] || \
    python "$tools/own_labels.py" "$PEOPLE" hands --model runs/full_192_j/best.keras
handypose train "$tools/mediapipe_full/13.yaml" --resume
[ -e world.keras ] || \
    python "$tools/graft.py" runs/full_192_k/best.keras --world --hands hands --out world.keras
handypose train "$tools/mediapipe_full/14.yaml" --resume
[ -e hands/synth_c/annotations.json ] || handypose synth --hard 0.75 --count 3000 --seed 71 \
    --out hands/synth_c --backgrounds backgrounds
python "$tools/own_labels.py" "$PEOPLE" hands --model runs/full_192_m/last.keras
handypose train "$tools/mediapipe_full/15.yaml" --resume
handypose train "$tools/mediapipe_full/16.yaml" --resume
python "$tools/mean_points.py" runs/full_192_o/last.keras runs/full_192_k/best.keras \
    --heads runs/full_192_m/last.keras --out mean_o.keras
python "$tools/graft.py" mean_o.keras --world --hands hands --out mean_world.keras

#!/usr/bin/env bash
# handypose_lite0 in four runs: most of the learning at 160 px, then 224 px, then with the
# head that tells left from right, last with places that are no hand and hands of people.
#
# `make train-lite0 DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py) and
# `backgrounds/` (pictures without hands). START names the weights to begin with:
# `imagenet`, or a file; what ships began with
# `git show 4614a7c:savedmodels/handypose_lite0_192.keras > handypose_lite0_192.keras`.
# `no_hands.json` of mine_negatives.py is part of the recipe since the fourth run. Four hours
# on two cores; a run that was killed goes on where it was.
set -euo pipefail
recipe=$(dirname "$(realpath "$0")")/recipe.yaml
start=${START:-handypose_lite0_192.keras}

handypose train "$recipe" --resume --set out=runs/lite0_160 --set model.weights="$start"
handypose train "$recipe" --resume --set out=runs/lite0_224 \
    --set model.weights=runs/lite0_160/last.keras --set model.image_size=224 \
    --set epochs=5 --set optimizer.learning_rate=7.0e-4 --set seed=22
handypose train "$recipe" --resume --set out=runs/lite0_224_sides \
    --set model.weights=runs/lite0_224/last.keras --set model.image_size=224 \
    --set model.handedness=true --set loss.handedness_weight=0.005 \
    --set epochs=9 --set optimizer.learning_rate=1.0e-3 --set seed=23
handypose train "$recipe" --resume --set out=runs/lite0_224_no_hands \
    --set model.weights=runs/lite0_224_sides/last.keras --set model.image_size=224 \
    --set model.handedness=true --set loss.handedness_weight=0.005 \
    --set epochs=6 --set optimizer.learning_rate=7.0e-4 --set seed=25

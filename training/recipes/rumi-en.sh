#!/usr/bin/env bash
# How rumi-en is made: one run from scratch on the English texts. Made on a GPU; 4,500 steps take a day of two cores.
#
#   bash training/recipes/rumi-en.sh [FOLDER]
#
# The texts are those of RUMI_CORPUS_DIR, or else they are fetched. What was typed for the file that ships, its card says.
set -euo pipefail
runs=${1:-runs/models}
export RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}

rumi-train --language en --preset base --batch 32 --dropout 0.4 --steps 4500 --out "$runs/en"
rumi-export "$runs/en" --out "$runs/rumi-en.onnx" --quantize int8

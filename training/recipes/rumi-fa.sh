#!/usr/bin/env bash
# How rumi-fa is made: one run from scratch on the Persian texts, in which words that rhyme weigh more.
#
#   bash training/recipes/rumi-fa.sh [FOLDER]
#
# The texts are those of RUMI_CORPUS_DIR, or else they are fetched. What was typed for the file that ships, its card says.
# A smaller size is for a trial: MINUTES=2 PRESET=small bash training/recipes/rumi-fa.sh
set -euo pipefail
preset=${PRESET:-large}
minutes=${MINUTES:-600}
batch=${BATCH:-16}

runs=${1:-runs/models}
export RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}

rumi-train --language fa --preset "$preset" --minutes "$minutes" --batch "$batch" --dropout 0.15 --rhyme --out "$runs/fa"
rumi-export "$runs/fa" --out "$runs/rumi-fa.onnx" --quantize int8

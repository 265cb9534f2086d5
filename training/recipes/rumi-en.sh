#!/usr/bin/env bash
# How rumi-en is made: a run from scratch on the English texts, a shorter one from there in which words that rhyme weigh
# more, and the mean of the two; a larger decoder from scratch; and a last run that learns from all of them.
#
#   bash training/recipes/rumi-en.sh [FOLDER]
#
# The runs from scratch are meant for a GPU, where they take minutes. The others take 40 and 75 minutes on a core that
# multiplies 16-bit floats; by their steps, those from scratch would take such a core six and twelve hours. The file that
# ships began as an older rumi-en, which had learned from a part of these texts: its card says what was typed. The texts
# are those of RUMI_CORPUS_DIR, or else they are fetched.
# A smaller size is for a trial: STEPS=20 MINUTES=1 PRESET=small bash training/recipes/rumi-en.sh
set -euo pipefail
preset=${PRESET:-base}
larger=${PRESET:-large}
steps=${STEPS:-7000}
last_steps=${STEPS:-2600}
minutes=${MINUTES:-40}
batch=${BATCH:-64}

runs=${1:-runs/models}
RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}
export RUMI_CORPUS_DIR

rumi-train --language en --licence MIT --preset "$preset" --steps "$steps" --batch "$batch" --dropout 0.25 \
  --out "$runs/en-1"
rumi-train --language en --init "$runs/en-1/model.safetensors" --rhyme --minutes "$minutes" --batch 16 --dropout 0.3 \
    --learning-rate 0.004 --out "$runs/en-2"
python -m training.rhyme.average "$runs/en-3" "$runs/en-1" "$runs/en-2"
rumi-train --language en --preset "$larger" --steps "$steps" --batch "$batch" --dropout 0.3 --out "$runs/en-4"
rumi-train --language en --init "$runs/en-3/model.safetensors" --teacher "$runs/en-1" --teacher "$runs/en-3" \
  --teacher "$runs/en-4" --steps "$last_steps" --batch 16 --dropout 0.15 --learning-rate 0.006 --out "$runs/en"
rumi-export "$runs/en" --out "$runs/rumi-en.onnx" --quantize int8

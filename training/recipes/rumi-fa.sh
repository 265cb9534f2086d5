#!/usr/bin/env bash
# How rumi-fa is made: a run from scratch, then two rounds of self-training, then the mean of the runs.
# The first run had a share of a GPU for 6.7 minutes; the rest took two cores 82 minutes of training and about as much of
# writing.
#
#   bash training/recipes/rumi-fa.sh [FOLDER]
#
# The texts are those of RUMI_CORPUS_DIR, or else they are fetched. What was typed for the file that ships, its card says.
set -euo pipefail
runs=${1:-runs/models}
export RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}

model() { # a model file of a run
    rumi-export "$1" --out "$runs/fa-writer.onnx" --quantize int8
}
verse() { # FORM SEED COUNT: verse of that model file; lines that should rhyme and do not are written again
    local file="$runs/$1-$2.json"
    rumi-generate --model "$runs/fa-writer.onnx" --form "$1" --temperature 0.9 --seed "$2" -n "$3" --json > "$file"
    python -m training.rhyme.resample "$runs/fa-writer.onnx" "$file"
}
learn() { # RUN SEED MINUTES OUT: a run that goes on from another, on all verse that was written so far
    local files=("$runs"/*.json)
    rumi-train --language fa --init "$runs/$1/model.safetensors" --rhyme "${files[@]/#/--self-training=}" \
        --dropout 0.1 --batch 16 --minutes "$3" --seed "$2" --out "$runs/$4"
}

rumi-train --language fa --preset large --dropout 0.2 --rhyme --minutes 6.7 --out "$runs/fa-1"

model "$runs/fa-1"
verse couplet 1000000 4000
verse rubai 2000000 7500
verse ghazal 3000000 1200
learn fa-1 1 28 fa-2
learn fa-1 2 28 fa-3
python -m training.rhyme.average "$runs/fa-mean" "$runs/fa-2" "$runs/fa-3"

model "$runs/fa-mean"
verse couplet 4000000 800
verse rubai 5000000 8000
verse ghazal 6000000 600
learn fa-mean 3 26 fa-4
python -m training.rhyme.average "$runs/fa-mean-2" "$runs/fa-mean" "$runs/fa-4"

rumi-export "$runs/fa-mean-2" --out "$runs/rumi-fa.onnx" --quantize int8

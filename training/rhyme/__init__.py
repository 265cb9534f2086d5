"""Training that minds rhyme: weights, self-training, resampling, the mean of runs."""

"""What a model is: its shape, its alphabet, its card and the decoder. Knows nothing of training or of screens."""

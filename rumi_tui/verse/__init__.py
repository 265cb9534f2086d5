"""What verse is, whoever wrote it: words, rhyme, forms of each language. No torch, no screen, no model."""

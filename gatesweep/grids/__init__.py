"""A grid of models as chunks: planned, trained, scored."""

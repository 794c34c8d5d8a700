"""The Lab: one model on one noisy gate, understood completely."""

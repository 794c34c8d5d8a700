"""The engine: tensors only; nothing of gates, labels, files or screens."""

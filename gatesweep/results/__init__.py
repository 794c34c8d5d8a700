"""The dataset: its schema, what is computed from it, how it is shown and written."""

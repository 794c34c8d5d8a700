"""One method of fitting per file; `protocol.py` says what a method must offer."""

"""The command line: every command parses, delegates and prints; what it needs is imported inside it."""

from gatesweep.cli.main import main

__all__ = ["main"]

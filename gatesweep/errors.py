"""The one way gatesweep refuses input."""

__all__ = ["InputError"]


class InputError(ValueError):
    """Input that breaks a rule: says the rule, what was given, and the remedy.

    Example:
        >>> import gatesweep as gs
        >>> gs.sweep(noise_level=-1)
        Traceback (most recent call last):
        gatesweep.errors.InputError: noise_level must be a number, 0 or more, at most 1e+06, got -1. The default is 0.05
    """

    def __init__(self, rule: str, given: object, remedy: str) -> None:
        text = repr(given)
        self.rule, self.given, self.remedy = rule, given, remedy
        super().__init__(f"{rule}, got {text if len(text) <= 80 else text[:77] + '...'}. {remedy}")

    def __reduce__(self) -> tuple:
        return type(self), (self.rule, self.given, self.remedy)

"""The one way gatesweep refuses input."""

__all__ = ["InputError"]


class InputError(ValueError):
    """Input that breaks a rule: says the rule, what was given, and the remedy."""

    def __init__(self, rule: str, given: object, remedy: str) -> None:
        text = repr(given)
        self.rule, self.given, self.remedy = rule, given, remedy
        super().__init__(f"{rule}, got {text if len(text) <= 80 else text[:77] + '...'}. {remedy}")

    def __reduce__(self) -> tuple:
        return type(self), (self.rule, self.given, self.remedy)

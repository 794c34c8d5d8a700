"""The command line as tests call it."""

from click.testing import CliRunner, Result

from gatesweep.cli import main

__all__ = ["run"]


def run(*arguments, status=0) -> Result:
    """What a command says; a crash is raised, and another exit status is a failure."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result

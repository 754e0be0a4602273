"""The contracts of import-linter: a package imports only packages on lower layers."""

import pytest
from importlinter.cli import lint_imports


def test_the_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    result = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert result == 0, capsys.readouterr().out

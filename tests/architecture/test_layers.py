"""The contracts of import-linter: a package imports only packages on lower layers."""

from functools import cache

import grimp
import pytest
from importlinter.cli import lint_imports

MOST_LEVELS = 8


def test_the_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    result = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert result == 0, capsys.readouterr().out


def test_no_chain_of_imports_inside_compliance_is_long() -> None:
    graph = grimp.build_graph("lms", cache_dir=None)
    inside = graph.find_descendants("lms.compliance")

    @cache
    def chain(module: str) -> tuple[str, ...]:
        below = graph.find_modules_directly_imported_by(module) & inside
        return module, *max((chain(each) for each in sorted(below)), key=len, default=())

    longest = max((chain(module) for module in sorted(inside)), key=len)
    assert len(longest) <= MOST_LEVELS, " > ".join(longest)

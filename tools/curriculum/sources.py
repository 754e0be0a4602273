"""The curriculum: its course files, and the two files that only this lint reads: approved figures and red lines."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from lms.catalogue.source.checks.repeated import repeated
from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.parsing.parsed import ParsedSources
from lms.catalogue.source.parsing.validation import ParsedFile, parse_yaml
from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.read import SourceFile, decode_file
from lms.catalogue.source.schemas.base import LongText, Schema, ShortText, Slug


class ApprovedFigure(Schema):
    """A figure that course texts may use, with its source."""

    id: Slug
    """A name for it."""
    says: LongText
    """The fact in one sentence, in our words."""
    written: list[ShortText] = Field(min_length=1)
    """The ways it is written, such as “6 in 10” and “400 million”."""
    publishers: list[ShortText] = Field(min_length=1)
    """Who published it: one of them is named beside the figure."""
    year: int = Field(ge=1945, le=2100)
    """The year it was published in: named beside the figure."""


class FiguresFile(Schema):
    """The only figures that course texts may use: modules/figures.yml."""

    figures: list[ApprovedFigure] = Field(min_length=1)
    """The approved figures."""


class RedLine(Schema):
    """A rule that is stated in the same words everywhere."""

    id: Slug
    """A name for it."""
    text: ShortText
    """The rule, word for word."""


class RedLinesFile(Schema):
    """The red lines: modules/red-lines.yml."""

    red_lines: list[RedLine] = Field(min_length=1)
    """The rules, in their order."""


S = TypeVar("S", bound=Schema)


@dataclass(frozen=True, slots=True)
class Curriculum:
    """The parsed curriculum; ``problems`` are those of ``flask content check`` and of the two files."""

    sources: ParsedSources
    figures: tuple[ApprovedFigure, ...]
    red_lines: tuple[RedLine, ...]
    problems: tuple[Problem, ...]

    @property
    def core_sectors(self) -> list[str]:
        """Returns the slugs of the core sectors."""
        return [slug for slug, core in self.sources.sector_slugs.items() if core]


def load_curriculum(modules: Path, quizzes: Path) -> Curriculum:
    """Reads, parses and checks both folders."""
    sources, problems = check_folders(modules, quizzes)
    figures = _parse(FiguresFile, modules / "figures.yml", problems)
    red_lines = _parse(RedLinesFile, modules / "red-lines.yml", problems)
    if red_lines and red_lines.value:
        for position, name in repeated([rule.id for rule in red_lines.value.red_lines]):
            line = red_lines.yaml.line("red_lines", position)
            problems.append(error("modules/red-lines.yml", line, f"the rule “{name}” appears twice"))
    if figures and figures.value:
        for position, name in repeated([figure.id for figure in figures.value.figures]):
            line = figures.yaml.line("figures", position)
            problems.append(error("modules/figures.yml", line, f"the figure “{name}” appears twice"))
    return Curriculum(
        sources=sources,
        figures=tuple(figures.value.figures) if figures and figures.value else (),
        red_lines=tuple(red_lines.value.red_lines) if red_lines and red_lines.value else (),
        problems=tuple(problems),
    )


def _parse(schema: type[S], path: Path, problems: list[Problem]) -> ParsedFile[S] | None:
    if not path.is_file():
        return None
    file = decode_file(f"modules/{path.name}", path.read_bytes())
    if not isinstance(file, SourceFile):
        problems.append(file)
        return None
    parsed = parse_yaml(schema, file.path, file.text)
    problems += parsed.problems
    return parsed

"""Rules for the files that all courses share: glossary, figures, red lines, considerations."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from lms.catalogue.source.formats import Term
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.texts import Catalogue
from lms.catalogue.source.yamltext import YamlText

GLOSSARY, FIGURES = "modules/glossary.yml", "modules/figures.yml"
RED_LINES, CONSIDERATIONS = "modules/red-lines.yml", "modules/considerations.yml"


def check_shared(catalogue: Catalogue) -> Iterator[Problem]:
    """Checks that nothing is there twice, and that every translated term says how sure it is."""
    if catalogue.glossary and catalogue.glossary.value:
        yield from _glossary(catalogue.glossary.value.terms, catalogue.glossary.yaml)
    if catalogue.figures and catalogue.figures.value:
        ids = [figure.id for figure in catalogue.figures.value.figures]
        lines = _lines(catalogue.figures.yaml, "figures", len(ids))
        yield from _once(ids, FIGURES, lines, "the figure")
    if catalogue.red_lines and catalogue.red_lines.value:
        ids = [rule.id for rule in catalogue.red_lines.value.red_lines]
        lines = _lines(catalogue.red_lines.yaml, "red_lines", len(ids))
        yield from _once(ids, RED_LINES, lines, "the rule")
    if catalogue.considerations and catalogue.considerations.value:
        numbers = [str(one.number) for one in catalogue.considerations.value.considerations]
        lines = _lines(catalogue.considerations.yaml, "considerations", len(numbers))
        yield from _once(numbers, CONSIDERATIONS, lines, "consideration")


def _glossary(terms: list[Term], yaml: YamlText) -> Iterator[Problem]:
    lines = _lines(yaml, "terms", len(terms))
    yield from _once([term.slug for term in terms], GLOSSARY, lines, "the term")
    for language in {language for term in terms for language in term.term}:
        words = [term.term.get(language, "").lower() for term in terms]
        yield from _once(words, GLOSSARY, lines, f"the {language} word", warning)
    forms = Counter(form.lower() for term in terms for form in (term.term["en"], *term.forms))
    for line, term in zip(lines, terms, strict=True):
        for form in term.forms:
            if forms[form.lower()] > 1:
                yield error(GLOSSARY, line, f"the form “{form}” is there twice")
        marked = term.certainty if isinstance(term.certainty, dict) else term.term
        unsure = sorted(set(term.term) - {"en"} - set(marked))
        if unsure:
            sentence = f"say how sure the words for “{term.slug}” are (V, G or C): {', '.join(unsure)}"
            yield warning(GLOSSARY, line, sentence)


def _lines(yaml: YamlText, part: str, count: int) -> list[int]:
    return [yaml.line(part, position) for position in range(count)]


def _once(
    names: Sequence[str],
    path: str,
    lines: Sequence[int],
    what: str,
    problem: Callable[[str, int, str], Problem] = error,
) -> Iterator[Problem]:
    """Names what is there twice."""
    for position, name in enumerate(names):
        if name and name in names[:position]:
            yield problem(path, lines[position], f"{what} “{name}” is there twice")

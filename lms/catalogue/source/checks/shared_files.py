"""Checks of the files that all courses share: sectors, glossary, considerations."""

from collections import Counter
from collections.abc import Iterator

from lms.catalogue.source.checks.repeated import repeated
from lms.catalogue.source.parsing.parsed import ParsedSources
from lms.catalogue.source.parsing.yaml_document import YamlDocument
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.schemas.shared_files import GlossaryTerm
from lms.kernel.i18n import gettext as _

SECTORS, GLOSSARY = "modules/sectors.yml", "modules/glossary.yml"
CONSIDERATIONS = "modules/considerations.yml"


def check_shared_files(sources: ParsedSources) -> Iterator[Problem]:
    """Checks that nothing appears twice, and that every translated term says how sure it is."""
    sectors, glossary, considerations = sources.sectors, sources.glossary, sources.considerations
    if sectors is None:
        yield error(SECTORS, 1, _("this file is missing; it names the sectors"))
    elif sectors.value:
        for position, slug in repeated([sector.slug for sector in sectors.value.sectors]):
            message = _("the sector “%(sector)s” appears twice", sector=slug)
            yield error(SECTORS, sectors.yaml.line("sectors", position), message)
    if glossary and glossary.value:
        yield from _glossary(glossary.value.terms, glossary.yaml)
    if considerations and considerations.value:
        for position, number in repeated([str(it.number) for it in considerations.value.considerations]):
            message = _("consideration %(number)s appears twice", number=number)
            yield error(CONSIDERATIONS, considerations.yaml.line("considerations", position), message)


def _glossary(terms: list[GlossaryTerm], yaml: YamlDocument) -> Iterator[Problem]:
    for position, slug in repeated([term.slug for term in terms]):
        yield error(GLOSSARY, yaml.line("terms", position), _("the term “%(term)s” appears twice", term=slug))
    for language in {language for term in terms for language in term.term}:
        for position, word in repeated([term.term.get(language, "").lower() for term in terms]):
            message = _("the %(language)s word “%(word)s” appears twice", language=language, word=word)
            yield warning(GLOSSARY, yaml.line("terms", position), message)
    forms = Counter(form.lower() for term in terms for form in (term.term["en"], *term.forms))
    for position, term in enumerate(terms):
        line = yaml.line("terms", position)
        for form in term.forms:
            if forms[form.lower()] > 1:
                yield error(GLOSSARY, line, _("the form “%(form)s” appears twice", form=form))
        marked = term.certainty if isinstance(term.certainty, dict) else term.term
        unsure = sorted(set(term.term) - {"en"} - set(marked))
        if unsure:
            message = _(
                "the certainty (V, G or C) of “%(term)s” is missing for %(languages)s",
                term=term.slug,
                languages=", ".join(unsure),
            )
            yield warning(GLOSSARY, line, message)

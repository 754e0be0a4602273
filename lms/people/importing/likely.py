"""New people of a list who are probably recorded already, under a number without zeros or another one. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from lms.kernel.identifiers import key_without_zeros
from lms.people.importing.parse import Note, comparison_key
from lms.people.importing.plan import KnownEmployee


def find_likely_people(
    new: Iterable[tuple[str, str]], known: Mapping[str, KnownEmployee]
) -> Iterator[tuple[str, Note]]:
    """Yields the keys of new people, given with names, who are probably recorded already, with a note that says so.

    Their number is a recorded one but for leading zeros, which spreadsheets lose; or they have the name of somebody
    recorded under another number.
    """
    by_number = {key_without_zeros(key): employee for key, employee in known.items()}
    by_name = {comparison_key(employee.name): employee for employee in known.values()}
    for key, name in new:
        if employee := by_number.get(key_without_zeros(key)):
            yield key, {"code": "likely_number", "text": employee.staff_number}
        elif employee := by_name.get(comparison_key(name)):
            yield key, {"code": "likely_name", "text": employee.staff_number}

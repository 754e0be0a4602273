"""Awards of the organisation's people, and their certificates."""

from collections.abc import Sequence
from datetime import date

from flask import Response
from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.certification.api import AwardState, RecordedAward, list_awards_after, load_award_for, render_certificate
from lms.kernel.identifiers import identifier_key
from lms.people.api import load_canonical_ids, merged_ids
from lms.rest.endpoints import Shape, endpoint
from lms.rest.pages import PageQuery, Part
from lms.rest.v1.queries import find_numbers, find_persons_by_number, slugs_of_courses
from lms.web.downloads import download


class AwardEntry(Shape):
    """That somebody earned a course on a day. It never changes; a corrected name is another award."""

    serial: str
    person_id: int
    staff_number: str | None = Field(description="Of the organisation; null for somebody who is not known by one.")
    name: str | None = Field(description="As printed; null once it was erased.")
    course: str
    course_title: str = Field(description="As printed.")
    edition: int | None = Field(description="As printed.")
    sector: str | None = Field(description="Of courses that are per sector.")
    how: str = Field(description="quiz, session, prior or import.")
    earned_on: date
    valid_from: date
    valid_until: date
    state: AwardState = Field(description="Today. It is not a training status.")


class AwardsPart(Part):
    """A part of the awards."""

    items: list[AwardEntry]


class AwardsQuery(PageQuery):
    """Which awards."""

    staff_number: str | None = Field(None, max_length=40)
    course: str | None = Field(None, max_length=80, description="The short name of a course.")


@endpoint("GET", "/awards", scope=TokenScope.AWARDS_READ, query=AwardsQuery, answer=AwardsPart)
def awards(*, caller: TokenHolder, query: AwardsQuery) -> AwardsPart:
    """Awards of the organisation's people.

    Each as corrected last, in the order in which they were recorded. What somebody earned after they had left is not
    among them.
    """
    persons: frozenset[int] | None = None
    if query.staff_number is not None:
        own = find_persons_by_number(caller.actor, [query.staff_number]).get(identifier_key(query.staff_number))
        persons = merged_ids([own], load_canonical_ids()) if own else frozenset()
    found = list_awards_after(caller.actor, query.after, query.limit + 1, persons=persons, course_slug=query.course)
    part, cursor = query.part_of(found, lambda each: each.award.id)
    return AwardsPart(items=_shapes(caller, part), next_cursor=cursor)


@endpoint("GET", "/certificates/<serial>", scope=TokenScope.AWARDS_READ, answer=AwardEntry)
def certificate(*, caller: TokenHolder, serial: str) -> AwardEntry:
    """The award of a certificate, by its serial; case and hyphens do not matter."""
    return _shapes(caller, [load_award_for(caller.actor, serial)])[0]


@endpoint("GET", "/certificates/<serial>.pdf", scope=TokenScope.AWARDS_READ, answer="application/pdf")
def certificate_file(*, caller: TokenHolder, serial: str) -> Response:
    """The certificate as a PDF."""
    known = load_award_for(caller.actor, serial)
    return download(render_certificate(known.award, known.name), f"{known.serial}.pdf")


def _shapes(caller: TokenHolder, found: Sequence[RecordedAward]) -> list[AwardEntry]:
    numbers = find_numbers(caller.actor, {each.award.person_id for each in found})
    slugs = slugs_of_courses()
    return [
        AwardEntry(
            serial=each.serial,
            person_id=each.award.person_id,
            staff_number=numbers.get(each.award.person_id),
            name=each.name,
            course=slugs[each.award.course_id],
            course_title=each.award.printed.get("course", ""),
            edition=each.award.printed.get("edition"),
            sector=each.award.sector,
            how=each.award.how,
            earned_on=each.award.earned_on,
            valid_from=each.award.valid_from,
            valid_until=each.award.valid_until,
            state=each.state,
        )
        for each in found
    ]

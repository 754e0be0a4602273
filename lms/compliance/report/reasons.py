"""The reasons of prepared statuses: of a valid one from its award alone, of the others from their people's facts."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date

from lms.certification.api import print_serial
from lms.compliance.projection.rows import STATUSES
from lms.compliance.report.queries import PreparedStatus, list_prepared
from lms.compliance.source_data.load import LoadedFacts, load_facts
from lms.compliance.source_data.population import ReasonedStatus, status_row
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.award_end import DatedAward, effective_end
from lms.compliance.status.definitions import Limit, Reason, StatusRule, TrainingStatus
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.explain import sentence, valid_writer
from lms.compliance.status.facts import Id, by_person

_VALID = STATUSES.index(TrainingStatus.VALID)
_IN_PROGRESS = STATUSES.index(TrainingStatus.IN_PROGRESS)


def list_reasoned(
    posts: Collection[tuple[int, int]], day: date, organisations: Collection[int], courses: Collection[Id] | None
) -> Mapping[tuple[int, int], Sequence[ReasonedStatus]]:
    """Lists for posts (person, organisation) what is required on a day, of some courses or (None) of all, and why.

    The facts are read of those people only who do not hold all that is required, in six queries; one reads the rest.
    A status whose facts are no longer there is left out.
    """
    found: dict[tuple[int, int], list[ReasonedStatus]] = {post: [] for post in posts}
    prepared = list_prepared({person for person, _organisation in posts}, day)
    rows = [row for row in prepared if row[:2] in found]
    if courses is not None:
        rows = [row for row in rows if row.course_id in courses]
    evaluated = frozenset(row.person_id for row in rows if row.place != _VALID)
    begun = frozenset(row.person_id for row in rows if row.place == _IN_PROGRESS)
    reasons = _Reasons(load_facts(Scope(frozenset(organisations), evaluated), progress=begun), day)
    for row in rows:
        status = reasons.of_valid(row) if row.place == _VALID else reasons.of_other(row)
        if status is not None:
            found[row.person_id, row.organisation_id].append(status)
    return found


class _Reasons:
    """The statuses of a day with their reasons, in the language of the page, job or file."""

    def __init__(self, loaded: LoadedFacts, day: date) -> None:
        self._loaded = loaded
        self._day = day
        self._persons = by_person(loaded.facts)
        self._requirements = {int(each.id): each for each in loaded.facts.requirements}
        self._sentences: dict[Hashable, str] = {}
        self._write_valid = valid_writer()

    def of_valid(self, row: PreparedStatus) -> ReasonedStatus:
        """Returns a status that a live award explains, with the same sentence wherever its days are the same."""
        key = row.requirement_id, *row[7:]
        why = self._sentences.get(key)
        if why is None:
            why = self._sentences[key] = self._sentence_of_valid(row)
        course = self._loaded.courses[row.course_id]
        return ReasonedStatus(
            row.requirement_id, row.organisation_id, row.course_id, course.slug, course.title, TrainingStatus.VALID,
            None, row.valid_through, print_serial(row.serial or ""), why,
        )  # fmt: skip

    def _sentence_of_valid(self, row: PreparedStatus) -> str:
        requirement = self._requirements[row.requirement_id]
        version = requirement.version_on(self._day)
        if version is None or row.edition is None or row.earned_on is None or row.valid_until is None:
            raise ValueError("a valid status without a version in force or without an award")
        end, limit = effective_end(DatedAward(row.edition, row.earned_on, row.valid_until), version)
        sector = row.sector if requirement.per_sector else None
        if sector is None and row.revoked_on is None and limit is Limit.VALIDITY:
            return self._write_valid(end, row.earned_on, row.edition)
        return sentence(
            Reason(
                rule=StatusRule.LIVE_AWARD,
                status=TrainingStatus.VALID,
                sector=sector,
                earned_on=row.earned_on,
                edition=row.edition,
                effective_end=end,
                limit=limit,
                revoked_on=row.revoked_on,
            )
        )

    def of_other(self, row: PreparedStatus) -> ReasonedStatus | None:
        """Returns a status as the facts give it, or None where they are no longer there."""
        known, requirement = self._persons.get(row.person_id), self._requirements.get(row.requirement_id)
        if known is None or requirement is None:
            return None
        obligation = Obligation(known, row.organisation_id, requirement, self._loaded.facts.gap_days)
        status = status_row(obligation, obligation.on(self._day), row.organisation_id, self._loaded)
        return ReasonedStatus(
            row.requirement_id, row.organisation_id, row.course_id, status.course_slug, status.course_title,
            status.status, status.due_on, status.valid_through, status.award, status.sentence,
        )  # fmt: skip

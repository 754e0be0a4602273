"""Whose counts coordinators may see: those of organisations of their scope that agreed to share them."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement

from lms.coverage.models import CoverageRelease
from lms.people.models import Organisation


def sharing_organisations(scope: Collection[int] | None) -> ColumnElement[bool]:
    """Returns the condition on organisations that share their counts, of some (None: of all)."""
    shared = Organisation.shares_coverage.is_(True)
    return shared if scope is None else shared & Organisation.id.in_(sorted(scope))


def may_be_shown(releases: Iterable[CoverageRelease], sharing: Iterable[Organisation]) -> bool:
    """Says whether every organisation that is counted in some releases is among those that share now."""
    agreed = {each.id for each in sharing}
    return all(agreed.issuperset(each.organisations) for each in releases)

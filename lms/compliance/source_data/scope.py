"""Whose facts are read, and under which person they count: the conditions that every statement about facts shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from lms.compliance.requirements.models import Exemption
from lms.kernel.db import UtcDateTime, read_rows
from lms.people.api import merged_ids
from lms.people.models import Employment, PersonMerge, Placement


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose facts are loaded: people employed in some organisations (None for all), or some persons of them."""

    organisations: frozenset[int] | None = None
    persons: frozenset[int] | None = None

    def with_merged(self, canonical_ids: Mapping[int, int]) -> "Scope":
        """Returns the scope with everybody merged with its persons."""
        if self.persons is None or not canonical_ids:
            return self
        return Scope(self.organisations, merged_ids(self.persons, canonical_ids))


ORGANISATIONS: BindParameter[int] = bindparam("organisations", expanding=True)
_PERSONS: BindParameter[int] = bindparam("persons", expanding=True)
_KNOWN = bindparam("known_as_of", type_=UtcDateTime)


@dataclass(frozen=True, slots=True)
class StatementVariant:
    """Which conditions the statements have: they are built once for each variant and then run with other values.

    Building one takes longer than running it, and one person's facts are read with every write about them.
    """

    by_organisation: bool
    by_person: bool
    past: bool = False
    merged: bool = False

    def employed(self) -> ColumnElement[bool]:
        """Returns the condition on employments in scope."""
        conditions: list[ColumnElement[bool]] = []
        if self.by_organisation:
            conditions.append(Employment.organisation_id.in_(ORGANISATIONS))
        if self.by_person:
            conditions.append(Employment.person_id.in_(_PERSONS))
        return and_(true(), *conditions)

    def recorded(self, column: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """Returns the condition that a fact was recorded by the moment of knowledge."""
        return column <= _KNOWN if self.past else true()

    def unretracted(self, table: type[Placement] | type[Exemption] | type[PersonMerge]) -> ColumnElement[bool]:
        """Returns the condition that a fact was recorded and not withdrawn by the moment of knowledge."""
        if not self.past:
            return table.retracted_at.is_(None)
        return (table.recorded_at <= _KNOWN) & or_(table.retracted_at.is_(None), table.retracted_at > _KNOWN)

    def has_person(self, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Returns the condition that a column names a person in scope, or one who may be merged with them.

        Who was merged may have earned something where they are not employed within reach; what turns out to be
        nobody's within reach counts for nobody, since nobody there has a placement.
        """
        if self.by_person:
            return column.in_(_PERSONS)
        within = column.in_(select(Employment.person_id).where(self.employed()))
        if not self.merged:
            return within
        known = self.unretracted(PersonMerge)
        concerned = union_all(select(PersonMerge.surviving_id).where(known), select(PersonMerge.merged_id).where(known))
        return or_(within, column.in_(concerned))


@dataclass(frozen=True, slots=True)
class ScopedReader:
    """Whose rows are read, and under which person they count: those of merged persons under the surviving one."""

    scope: Scope
    canonical_ids: Mapping[int, int]
    known_as_of: datetime | None

    @property
    def shape(self) -> StatementVariant:
        """Returns the shape of the statements."""
        return StatementVariant(
            self.scope.organisations is not None,
            self.scope.persons is not None,
            self.known_as_of is not None,
            bool(self.canonical_ids),
        )

    def rows(self, build: Callable[[StatementVariant], Select[*tuple[Any, ...]]]) -> Sequence[Any]:
        """Runs a statement with the values of this scope."""
        values = {
            "organisations": sorted(self.scope.organisations or ()),
            "persons": sorted(self.scope.persons or ()),
            "known_as_of": self.known_as_of,
        }
        return read_rows(build(self.shape), values).all()

    def of_some(self, persons: frozenset[int]) -> "ScopedReader":
        """Returns the reader of these people's rows only, of all that are in scope."""
        return replace(self, scope=replace(self.scope, persons=persons).with_merged(self.canonical_ids))

    def of(self, person_id: int) -> int:
        """Returns the person under whom a row counts."""
        return self.canonical_ids.get(person_id, person_id)

"""Filters of directories as conditions of the database, so that a page of many thousand people is one query."""

from collections.abc import Callable
from datetime import date
from typing import Any

from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator as Op,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from sqlalchemy import ColumnElement, String, and_, cast, false, func, not_, or_, true

from lms.kernel.identifiers import identifier_key
from lms.people.models import Employment, Person
from lms.rest.models import DirectoryEntry
from lms.rest.scim.queries import is_active
from lms.rest.scim.resources import DirectoryUser
from lms.rest.scim.rules import user_name_key

TEXTS: dict[str, Any] = {
    "id": cast(Employment.id, String),
    "externalid": DirectoryEntry.external_id,
    "username": func.coalesce(DirectoryEntry.user_name, Employment.staff_number),
    "name.formatted": Person.name,
    "name.familyname": Person.family_name,
    "name.givenname": Person.given_name,
    "emails.value": Person.email,
    "employeenumber": Employment.staff_number,
}
"""The columns by the name of the attribute."""

CASE_COUNTS = frozenset({"id", "externalid"})

PARTS: dict[Op, Callable[[Any, str], ColumnElement[bool]]] = {
    Op.co: lambda column, value: column.contains(value, autoescape=True),
    Op.sw: lambda column, value: column.startswith(value, autoescape=True),
    Op.ew: lambda column, value: column.endswith(value, autoescape=True),
}


def condition_of(scim_filter: ScimFilter[Any], today: date) -> ColumnElement[bool]:
    """Returns the condition of a filter of users. Raises ``InvalidFilterException`` for what cannot be asked."""
    bound = ScimFilter[DirectoryUser](scim_filter)
    return _Conditions(bound, today).visit(bound.ast)


class _Conditions(FilterVisitor[ColumnElement[bool]]):
    def __init__(self, bound: Any, today: date, inside: str = "") -> None:
        self.bound, self.today, self.inside = bound, today, inside

    def _name(self, path: AttrPath) -> str:
        if self.inside:
            return f"{self.inside}.{path.attr}".lower()
        resolved = self.bound.resolve_comparison(path)
        return str(resolved.urn).rpartition(":")[2].lower()

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        name, value = self._name(node.attr_path), node.value
        if name == "active" and node.op in (Op.eq, Op.ne) and value is not None:
            is_true = str(value).lower() == "true"
            return is_active(self.today) if is_true == (node.op == Op.eq) else not_(is_active(self.today))
        if name in ("emails.type", "addresses.type") and node.op == Op.eq:
            return true() if str(value).lower() == "work" else false()
        column = TEXTS.get(name)
        # PostgreSQL has no text with a zero byte, and does not compare with one.
        if column is None or "\0" in str(value) or (node.op not in PARTS and node.op not in (Op.eq, Op.ne)):
            raise InvalidFilterException
        if value is None:
            missing: ColumnElement[bool] = column.is_(None)
            return missing if node.op == Op.eq else not_(missing)
        text = str(value)
        if node.op in PARTS:
            return PARTS[node.op](*((column, text) if name in CASE_COUNTS else (func.lower(column), text.lower())))
        same = self._equal(name, column, text)
        return same if node.op == Op.eq else or_(column.is_(None), not_(same))

    def _equal(self, name: str, column: Any, text: str) -> ColumnElement[bool]:
        has_number = Employment.staff_number_key == identifier_key(text)
        if name == "employeenumber":
            return has_number
        if name == "username":
            # Of whom the directory has said nothing yet, the staff number stands in its place.
            unnamed = and_(DirectoryEntry.employment_id.is_(None), has_number)
            return or_(DirectoryEntry.user_name_key == user_name_key(text), unnamed)
        if name == "emails.value":
            return Person.email == text.lower()
        same: ColumnElement[bool] = column == text if name in CASE_COUNTS else func.lower(column) == text.lower()
        return same

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        name = self._name(node.attr_path)
        if name == "active":
            return true()
        column = TEXTS.get("emails.value" if name == "emails" else name)
        if column is None:
            raise InvalidFilterException
        present: ColumnElement[bool] = column.is_not(None)
        return present

    def visit_not(self, node: Not) -> ColumnElement[bool]:
        return not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        join = and_ if node.op == LogicalOperator.and_ else or_
        return join(*map(self.visit, node.terms))

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        if self.inside or node.attr_path.attr.lower() != "emails":
            raise InvalidFilterException
        return and_(Person.email.is_not(None), _Conditions(self.bound, self.today, "emails").visit(node.val_filter))

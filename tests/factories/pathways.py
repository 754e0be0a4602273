"""Pathways for tests. Call inside an application context with the session ready to write."""

from datetime import timedelta

from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.pathways import operations, queries
from lms.pathways.models import PathwayVersion

CONTACTS = [
    {"kind": "focal-point", "name": "Focal point, Rivers Relief", "phone": "+211 912 345 678", "hours": "8-17"},
    {"kind": "emergency", "name": "Night telephone", "phone": "116", "hours": "Day and night", "note": "Arabic too"},
    {"kind": "staff-concern", "name": "Safeguarding line", "phone": "0800 555 000"},
]


def pathway(station_id: int, **changes: object) -> PathwayVersion:
    """Publishes a station's next pathway version, verified today."""
    current = queries.find_current(station_id)
    values: dict[str, object] = {
        "contacts": CONTACTS,
        "note": "The agreed form lies in the office.",
        "verified_on": clock.today(),
        "review_by": clock.today() + timedelta(days=90),
        "change": "The night telephone is new.",
        "base_number": current.number if current else 0,
    }
    return operations.write_version(SYSTEM, station_id, **(values | changes))  # type: ignore[arg-type]

"""What the demonstration consists of: stations, organisations, sectors, courses, requirements and pathways."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Station:
    """A duty station; times are counted in an IANA zone."""

    slug: str
    name: str
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Employer:
    """An organisation. ``people`` is how many it has, ``stations`` where they work and how likely."""

    slug: str
    name: str
    initials: str
    time_zone: str
    shares_coverage: bool
    people: int
    numbers: str
    domain: str
    grace_days: int
    stations: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SectorPlan:
    """A sector: how many people, and which share of them keeps up, a year ago and now."""

    slug: str
    people: int
    then: float
    now: float
    roles: tuple[tuple[str, int, float], ...]
    """Roles with their weight and the share of them that works with children."""


ARAVIA, MENOSIA = "Aravia", "Menosia"
EAST, WEST = "Africa/Nairobi", "Africa/Lagos"

STATIONS = (
    Station("north-river", "North river", ARAVIA, EAST),
    Station("hill-camp", "Hill camp", ARAVIA, EAST),
    Station("port-saba", "Port Saba", ARAVIA, EAST),
    Station("lake-town", "Lake town", MENOSIA, WEST),
    Station("east-crossing", "East crossing", MENOSIA, WEST),
    Station("dry-valley", "Dry valley", MENOSIA, WEST),
)

EMPLOYERS = (
    Employer(
        "rivers-relief", "Rivers Relief", "RR", EAST, True, 260, "R", "rivers.example", 0,
        (("north-river", 4), ("hill-camp", 3), ("port-saba", 2), ("lake-town", 2)),
    ),
    Employer(
        "lantern-aid", "Lantern Aid", "LA", WEST, True, 190, "L", "lantern.example", 0,
        (("lake-town", 3), ("east-crossing", 3), ("hill-camp", 2), ("north-river", 1)),
    ),
    Employer(
        "common-well", "Common Well Alliance", "CWA", WEST, False, 150, "W", "commonwell.example", 14,
        (("dry-valley", 3), ("east-crossing", 2), ("port-saba", 2)),
    ),
)  # fmt: skip

SECTORS = (
    SectorPlan("protection", 65, 0.88, 0.86,
          (("case-worker", 4, 1.0), ("community-mobiliser", 3, 0.6), ("legal-adviser", 1, 0.1))),
    SectorPlan("food-security-livelihoods", 75, 0.92, 0.60,
          (("distribution-assistant", 4, 0.2), ("cash-officer", 2, 0.0), ("driver", 2, 0.0), ("monitor", 2, 0.2))),
    SectorPlan("education", 80, 0.70, 0.86,
          (("teacher", 6, 1.0), ("school-inspector", 1, 0.5), ("caretaker", 1, 0.3), ("driver", 1, 0.0))),
    SectorPlan("health", 90, 0.72, 0.89,
          (("nurse", 4, 0.7), ("community-health-worker", 4, 0.6), ("laboratory-assistant", 1, 0.0),
           ("ambulance-driver", 1, 0.2), ("cleaner", 1, 0.0))),
    SectorPlan("mhpss", 45, 0.93, 1.00,
          (("counsellor", 4, 0.8), ("psychologist", 2, 0.7), ("play-facilitator", 2, 1.0))),
    SectorPlan("nutrition", 60, 0.82, 0.84,
          (("nutrition-assistant", 4, 0.7), ("cook", 2, 0.2), ("screener", 3, 1.0))),
    SectorPlan("wash", 85, 0.70, 0.52,
          (("promoter", 4, 0.5), ("engineer", 2, 0.0), ("technician", 3, 0.0), ("water-truck-driver", 2, 0.0))),
    SectorPlan("shelter-settlement", 50, 0.92, 0.64,
          (("site-engineer", 2, 0.0), ("carpenter", 3, 0.0), ("community-mobiliser", 2, 0.4))),
    SectorPlan("camp-management", 50, 0.83, 0.80,
          (("guard", 3, 0.1), ("registrar", 2, 0.4), ("camp-manager", 1, 0.1), ("community-mobiliser", 2, 0.5))),
)  # fmt: skip
"""The sectors; the figures add up to 600 people."""

COURSES = (
    "safe-identification",
    "safe-referral",
    "child-safeguarding",
    "psychological-first-aid",
    "sector-briefs",
    "child-friendly-communication",
)
IDENTIFICATION, REFERRAL, SAFEGUARDING, FIRST_AID, BRIEFS, COMMUNICATION = COURSES

VOLUNTARY = (
    "gender-inclusion-disability",
    "working-across-sectors",
    "first-days",
    "child-safe-feedback",
    "safety-audits",
)
"""The courses that nobody must hold; some take them all the same."""

WITH_CHILDREN = frozenset({FIRST_AID, COMMUNICATION})
"""What is required only of those who work with children."""

ADDED_SINCE = {BRIEFS: 300, COMMUNICATION: 270}
"""The courses that came later, required since so many days before the anchor day; the others from the beginning."""

DUE_DAYS = dict.fromkeys(COURSES, 30)
SHORTER_AT = "rivers-relief"
SHORTER_DUE_DAYS = 14
"""Who has a second version of what it asks for child safeguarding, and how many days it gives."""

WINDOW_DAYS = 60

EVERYBODY_BECAUSE = "Agreed by the heads of all organisations: every sector, every role."
OWN_BECAUSE = "Part of our safeguarding policy, agreed with the staff council."
CHILDREN_BECAUSE = "Whoever works with children must know how to comfort without harm."
BRIEF_BECAUSE = "Every sector can raise or lower the risks for children: everybody takes the brief of their own."
COMMUNICATION_BECAUSE = "Whoever talks with children must be understood by every one of them."
SHORTER_BECAUSE = "After the audit: new colleagues met children before they had learned the code of conduct."


def contact(kind: str, name: str, phone: str, hours: str, note: str = "") -> dict[str, str]:
    """Returns one contact of a pathway."""
    return {"kind": kind, "name": name, "phone": phone, "hours": hours, "note": note}


PATHWAYS: dict[str, tuple[dict[str, str], ...]] = {
    "north-river": (
        contact("emergency", "Night telephone of the station", "+999 20 555 0101", "Day and night", "Also in Arabic"),
        contact("focal-point", "Child protection focal point, Rivers Relief", "+999 20 555 0102", "7:00 to 18:00"),
        contact("staff-concern", "Safeguarding line, Rivers Relief", "+999 20 555 0103", "Day and night"),
        contact("health", "North river health centre", "+999 20 555 0104", "Day and night"),
        contact("mhpss", "Counsellors, Lantern Aid", "+999 20 555 0105", "8:00 to 16:00"),
        contact("staff-care", "Staff counsellor, Rivers Relief", "+999 20 555 0106", "9:00 to 21:00"),
    ),
    "hill-camp": (
        contact("emergency", "Camp control room", "+999 20 555 0201", "Day and night"),
        contact("focal-point", "Child protection desk, block C", "+999 20 555 0202", "8:00 to 17:00"),
        contact("staff-concern", "Safeguarding line, Rivers Relief", "+999 20 555 0103", "Day and night"),
        contact("gbv", "Women and girls' centre", "+999 20 555 0204", "8:00 to 16:00"),
    ),
    "port-saba": (
        contact("emergency", "Port clinic", "+999 20 555 0301", "Day and night"),
        contact("focal-point", "Child protection focal point, Rivers Relief", "+999 20 555 0302", "8:00 to 17:00"),
        contact("staff-concern", "Ombudsperson, Common Well Alliance", "+999 20 555 0303", "9:00 to 16:00"),
    ),
    "lake-town": (
        contact("emergency", "Lake town hospital", "+999 40 555 0401", "Day and night"),
        contact("focal-point", "Child protection focal point, Lantern Aid", "+999 40 555 0402", "7:30 to 17:30"),
        contact("staff-concern", "Safeguarding line, Lantern Aid", "+999 40 555 0403", "Day and night"),
        contact("mhpss", "Talking room, Lantern Aid", "", "9:00 to 15:00", "The blue door behind the library"),
    ),
    "east-crossing": (
        contact("emergency", "Reception centre, night desk", "+999 40 555 0501", "Day and night"),
        contact("focal-point", "Focal point for children who arrive alone", "+999 40 555 0502", "6:00 to 22:00"),
        contact("staff-concern", "Safeguarding line, Lantern Aid", "+999 40 555 0403", "Day and night"),
    ),
}  # fmt: skip
"""What the pathways say. Dry valley has none yet; the numbers are of a country code that nobody has."""

OVERDUE_PATHWAY = "port-saba"
REVISED_PATHWAY = "north-river"
REVISED_BY = "rivers-relief"
"""Whose HR wrote the change; a coordinator confirmed it."""

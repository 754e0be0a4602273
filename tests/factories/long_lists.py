"""The addresses of all that is listed, looked up and exported of a large organisation (``large_organisation``)."""

import base64
from datetime import timedelta

from flask import Flask

from lms.kernel import clock


def pages_of(people: int) -> dict[str, tuple[str, ...]]:
    """Returns the pages to open beside those of ``addresses``, by who opens them: filters, searches, last pages."""
    some, last, name = people // 11, people // 55, "Haddad+47"
    later, soon = people // 555 or 1, clock.today() + timedelta(days=32)
    people_filters = (
        "", f"?page={last}", "?page=2&state=now", "?state=left", "?state=future", "?station=north-river",
        "?sector=wash", f"?sector=wash&state=now&station=north-river&page={later}", "?sector=wash&state=left",
        "?station=north-river&state=future", f"?q=L-{some:05}", f"?q=l+{some:05}", f"?q={name}", "?q=nobody",
    )  # fmt: skip
    report_filters = (
        "", f"?page={people // 71}", "?sector=wash", "?station=north-river", "?course=safe-identification",
        "?status=overdue", f"?status=expired&page={people // 1000 or 1}", f"?lapses_before={soon}",
        "?role=promoter", "?contract=staff",
    )  # fmt: skip
    return {
        "hana": (
            *(f"/people{each}" for each in people_filters),
            *(f"/compliance/people{each}" for each in report_filters),
            *(f"/compliance{each}" for each in report_filters[2:]),
            *(
                f"/compliance/matrix{each}"
                for each in (f"?page={people // 71}", "?station=north-river", "?status=overdue")
            ),
            *(f"/exemptions{each}" for each in (f"?page={later}", "?state=current", "?kind=leave&state=over")),
            *(f"/sessions{each}" for each in (f"?page={later}", "?state=withdrawn")),
            f"/sessions/prior/list?page={people // 125}",
            *(f"/reminders{each}" for each in (f"?page={last}", "?q=Haddad", "?kind=in_14", "?state=waiting")),
            *(
                f"/people/import/1{each}"
                for each in ("", f"?page={last}", f"?outcome=added&page={last}", "?outcome=rejected")
            ),
            *(f"/people/registrations{each}" for each in (f"?page={later}", "/1", "/2", "/3")),
            *(f"/people/queries{each}" for each in (f"?page={later}", "?answered=1")),
            *(
                f"/compliance/lookup?q={each}"
                for each in (f"L-{some:05}", f"person{some}@example.org", f"L{some:012}")
            ),
            "/people/codes?station=north-river", f"/people/{some}", f"/people/{some}/placement",
            f"/people/{some}/merge?q={name}", f"/sessions/{some}", "/sessions/new?station=1",
            "/requirements/1",
        ),
        "root": (
            *(f"/admin/users{each}" for each in (f"?page={last}", f"?q={name}", "?role=hr")),
            *(
                f"/admin/audit{each}"
                for each in (
                    "?account=1", "?action=people.import_person", "?subject=employment",
                    f"?before={people * 4 // 5}",
                )
            ),
            f"/admin/users/{some}",
        ),
    }  # fmt: skip


def pages_of_programs(people: int) -> tuple[str, ...]:
    """Returns what a program of HR asks for: the first part of lists, one in the middle, and one staff number."""
    middle = base64.urlsafe_b64encode(str(people // 2).encode()).decode()
    lists = (f"/{each}?limit=100" for each in ("people", "placements", "awards", "status"))
    parts = (each + more for each in lists for more in ("", f"&cursor={middle}"))
    one = (f"/{each}?staff_number=L-{people // 11:05}" for each in ("people", "placements", "awards"))
    return *parts, *one, "/placements?on=2026-06-01", "/requirements"


EXPORTS = {
    "hana": (
        "/people.csv", "/compliance.csv", "/compliance.xlsx", "/compliance.pdf", "/compliance/people.csv",
        "/compliance/people.xlsx", "/compliance/matrix.csv", "/compliance/matrix.xlsx", "/compliance/changes.csv",
        "/compliance/coverage.csv", "/exemptions.csv", "/exemptions/print", "/reminders/print",
        "/people/import/1/rows.csv",
    ),
    "root": ("/admin/audit.csv",),
}  # fmt: skip
"""Files and prints: they hold everything, as asked."""


def addresses(app: Flask) -> list[str]:
    """Returns the addresses of all pages that need nothing in their address; files hold everything, as asked."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(each for each in rules if "." not in each and not each.startswith("/log"))

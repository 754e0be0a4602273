"""A second opinion on status: the same definitions, written from their text, one day at a time and slowly.

It reads the calculator's file of facts as plain JSON and shares no code with `lms`.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

Json = dict[str, Any]
DAY = timedelta(days=1)
ORDER = ["overdue", "expired", "revoked", "grace", "not_started"]
ORDER += ["in_progress", "expiring", "valid", "exempt", "not_required"]


def on(text: str) -> date:
    return date.fromisoformat(text)


class Reference:
    """One person, organisation and requirement of a file, known at the end of a day or (None) entirely."""

    def __init__(self, doc: Json, person: str, organisation: str, requirement: Json, known: date | None) -> None:
        moment = None if known is None else datetime.combine(known, time.max, UTC)

        def is_known(fact: Json) -> bool:
            if moment is None:
                return fact.get("retracted_at") is None
            if datetime.fromisoformat(fact["recorded_at"]) > moment:
                return False
            withdrawn = fact.get("retracted_at")
            return withdrawn is None or datetime.fromisoformat(withdrawn) > moment

        self.requirement = requirement
        self.per_sector: bool = requirement["per_sector"]
        self.gap_days: int = doc["settings"]["gap_days"]
        self.versions = [v for v in requirement["versions"] if is_known(v)]
        self.placements = [
            p for p in doc["placements"] if is_known(p) and p["person"] == person and p["organisation"] == organisation
        ]
        known_awards = [a for a in doc["awards"] if is_known(a)]
        replaced = [a["supersedes"] for a in known_awards]
        self.awards = [
            a
            for a in known_awards
            if a["id"] not in replaced and a["person"] == person and a["course"] == requirement["course"]
        ]
        self.revocations = [r for r in doc["revocations"] if is_known(r)]
        self.exemptions = [
            e
            for e in doc["exemptions"]
            if is_known(e)
            and e["person"] == person
            and e["requirement"] in (None, requirement["id"])
            and e["organisation"] in (None, organisation)
        ]
        self.progress = [
            p for p in doc["progress"] if is_known(p) and p["person"] == person and p["course"] == requirement["course"]
        ]
        self.version = cache(self._version)
        self.placement = cache(self._placement)
        self.first_day = min((on(p["from"]) for p in self.placements), default=date(2024, 1, 1))

    def _version(self, day: date) -> Json | None:
        best: Json | None = None
        for v in self.versions:
            if on(v["effective_from"]) > day:
                continue
            rank = (v["effective_from"], v["recorded_at"])
            if best is None or rank >= (best["effective_from"], best["recorded_at"]):
                best = v
        if best is not None and best["effective_through"] and on(best["effective_through"]) < day:
            return None
        return best

    def _placement(self, day: date) -> Json | None:
        """The placement on a day that the version in force matches; of several, the one that began last."""
        v = self.version(day)
        if v is None:
            return None
        m = v["match"]
        found = []
        for p in self.placements:
            if on(p["from"]) > day or (p["through"] and on(p["through"]) < day):
                continue
            if m["sectors"] and not {p["sector"], *p["also_sectors"]} & set(m["sectors"]):
                continue
            if m["stations"] and p["station"] not in m["stations"]:
                continue
            if m["roles"] and p["role"] not in m["roles"]:
                continue
            if m["contracts"] and p["contract"] not in m["contracts"]:
                continue
            if m["works_with_children"] is not None and p["works_with_children"] != m["works_with_children"]:
                continue
            found.append(p)
        return max(found, key=lambda p: (p["from"], p["recorded_at"], p["sector"], p["station"]), default=None)

    def exempt(self, day: date) -> bool:
        return any(on(e["from"]) <= day and (e["until"] is None or day <= on(e["until"])) for e in self.exemptions)

    def obliged(self, day: date, sector: str | None) -> bool:
        p = self.placement(day)
        return p is not None and not self.exempt(day) and (not self.per_sector or p["sector"] == sector)

    def effective_end(self, award: Json, v: Json) -> date:
        ends = [on(award["valid_until"])]
        if v["max_age"]:
            ends.append(on(award["earned_on"]) + int(v["max_age"][1:-1]) * DAY - DAY)
        if v["min_edition"] is not None and award["edition"] < v["min_edition"]:
            ends.append(on(v["renew_by"]))
        return min(ends)

    def revoked_on(self, award: Json, day: date) -> date | None:
        days = [on(r["effective_on"]) for r in self.revocations if r["award"] == award["id"]]
        return min((d for d in days if d <= day), default=None)

    def ended_on(self, award: Json, v: Json, day: date) -> date:
        end = self.effective_end(award, v)
        revoked = self.revoked_on(award, day)
        return end if revoked is None else min(end, revoked - DAY)

    def window_open(self, award: Json, day: date) -> bool:
        t = on(award["earned_on"])
        while t <= day:
            p, v = self.placement(t), self.version(t)
            if p is not None and v is not None and (not self.per_sector or p["sector"] == award["sector"]):
                end = self.effective_end(award, v)
                if end - v["window_days"] * DAY <= t <= end and day <= end:
                    return True
            t += DAY
        return False

    def start(self, day: date, sector: str | None, last_end: date | None) -> date:
        s = day
        while s > self.first_day:
            if self.obliged(s - DAY, sector):
                s -= DAY
                continue
            gap = []
            t = s - DAY
            while t >= self.first_day and not self.obliged(t, sector):
                gap.append(t)
                t -= DAY
            if t < self.first_day or len(gap) > self.gap_days:
                break
            if any(self.exempt(g) for g in gap) or last_end in gap:
                break
            s = t
        return s

    def status(self, day: date) -> tuple[str, date | None, date | None, str | None]:
        """The status, the due day, the last valid day and the award."""
        p, v = self.placement(day), self.version(day)
        if p is None or v is None:
            return "not_required", None, None, None
        sector = p["sector"] if self.per_sector else None
        awards = [
            a for a in self.awards if on(a["earned_on"]) <= day and (not self.per_sector or a["sector"] == sector)
        ]
        awards.sort(key=lambda a: (self.ended_on(a, v, day), on(a["earned_on"]), a["id"]))
        live = [a for a in awards if self.effective_end(a, v) >= day and self.revoked_on(a, day) is None]
        if live:
            a = live[-1]
            word = "expiring" if self.window_open(a, day) else "valid"
            return word, None, self.effective_end(a, v), a["id"]
        if self.exempt(day):
            return "exempt", None, None, None
        last = awards[-1] if awards else None
        last_end = None if last is None else self.ended_on(last, v, day)
        s = self.start(day, sector, last_end)
        if last is None or last_end is None or last_end < s:
            at_start = self.version(s)
            assert at_start is not None
            due_on = s + at_start["due_days"] * DAY
            after = date.min if last is None else on(last["earned_on"])
            made = any(
                after < on(x["on"]) <= day and (sector is None or x["sector"] in (None, sector)) for x in self.progress
            )
            word = "overdue" if day > due_on else "in_progress" if made else "not_started"
            return word, due_on, None, None
        if last_end < self.effective_end(last, v):
            return "revoked", None, last_end, last["id"]
        word = "grace" if day <= last_end + v["grace_days"] * DAY else "expired"
        return word, None, last_end, last["id"]


def explain(doc: Json, as_of: date, known: date | None) -> tuple[list[Json], list[Json]]:
    """The rows of the calculator without their reasons, and the overall rows."""
    rows, overall = [], []
    pairs = sorted({(p["person"], p["organisation"]) for p in doc["placements"]})
    nothing: Json = {"id": None, "course": None, "per_sector": False, "versions": []}
    for person, organisation in pairs:
        if not Reference(doc, person, organisation, nothing, known).placements:
            continue
        worst = "not_required"
        for requirement in sorted(doc["requirements"], key=lambda r: str(r["id"])):
            if requirement["organisation"] not in (None, organisation):
                continue
            one = Reference(doc, person, organisation, requirement, known)
            word, due_on, through, award = one.status(as_of)
            worst = min(worst, word, key=ORDER.index)
            rows.append(
                {
                    "person": person,
                    "organisation": organisation,
                    "requirement": requirement["id"],
                    "status": word,
                    "due_on": due_on and due_on.isoformat(),
                    "valid_through": through and through.isoformat(),
                    "award": award,
                }
            )
        overall.append({"person": person, "organisation": organisation, "status": worst})
    return rows, overall

"""Pure rules of importing: from wanted and present placements to a plan.

One person's rows are judged together. A placement that is there already, under the same first day or within a longer
one of the same work, changes nothing: so a list can be imported twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.people.importing.parse import Note, Wanted, Work, fold
from lms.people.rules import overlap

OUTCOMES = ("added", "moved", "ended", "unchanged", "refused")
"""What a row comes to."""

CHANGES = ("added", "moved", "ended")
"""The outcomes that record something."""

BATCH = 500
"""How many people are applied in one transaction."""

MOST_ROWS_OF_ONE = 100
"""More rows than this of one staff number are no history of placements, but a wrong column."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A placement: recorded under a number, or wanted and without one yet."""

    id: int | None
    work: Work
    from_on: date
    through_on: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with a staff number at the organisation, and their live placements."""

    employment_id: int
    person_id: int
    name: str
    held: tuple[Held, ...] = ()
    staff_number: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row comes to, and why."""

    outcome: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done about one person: verdicts by row, placements to withdraw, placements to record."""

    verdicts: Mapping[int, Verdict]
    take_back: tuple[int, ...] = ()
    add: tuple[Held, ...] = ()


def same_name(one: str, other: str) -> bool:
    """Says whether two spellings are one name: accents, capitals, commas and the order of the words do not count."""
    if one == other:
        return True
    first, second = (sorted(fold(name.replace(",", " ")).split()) for name in (one, other))
    return bool(first) and first == second


def conflicts(rows: Sequence[Wanted]) -> dict[int, list[Note]]:
    """Returns what rows of one staff number say against each other, by row number.

    A row that repeats another is refused, of rows that share days all are, each naming the other; and rows under
    different names are all refused, because nobody can say which of them is right.
    """
    if len(rows) > MOST_ROWS_OF_ONE:
        return {row.number: [{"code": "too_many_rows", "row": rows[0].number}] for row in rows}
    found: dict[int, list[Note]] = {}
    kept: list[Wanted] = []
    for row in rows:
        twin = next((other for other in kept if replace(row, number=other.number) == other), None)
        if twin is not None:
            found[row.number] = [{"code": "same_as_row", "row": twin.number}]
        else:
            kept.append(row)
    for index, row in enumerate(kept):
        for other in kept[:index]:
            code = "other_name_in_row"
            if same_name(row.name, other.name):
                if not overlap(row.from_on, row.through_on, other.from_on, other.through_on):
                    continue
                code = "overlaps_row"
            found.setdefault(row.number, []).append({"code": code, "row": other.number})
            found.setdefault(other.number, []).append({"code": code, "row": row.number})
    # Three say enough.
    return {number: notes[:3] for number, notes in found.items()}


def judge_person(rows: Sequence[Wanted], known: Known | None) -> Plan:
    """Says what the sound rows of one staff number come to, and what is to be done."""
    if known is not None:
        strangers = [row for row in rows if not same_name(row.name, known.name)]
        if strangers:
            refused = Verdict("refused", ({"code": "other_name_here"},))
            return Plan({row.number: refused for row in rows})
    before = known.held if known else ()
    state = list(before)
    verdicts: dict[int, Verdict] = {}
    for row in sorted(rows, key=lambda each: each.from_on):
        verdicts[row.number], state = _step(row, state)
    live = {held.id for held in state}
    return Plan(
        verdicts,
        tuple(held.id for held in before if held.id is not None and held.id not in live),
        tuple(held for held in state if held.id is None),
    )


def judge_absent(held: Sequence[Held], last_on: date) -> Plan | None:
    """Says what is done about somebody whom the list does not name: who works on the last day leaves with it.

    Nothing for who has left before, who leaves that day anyway, or who only starts later.
    """
    running = next(
        (
            each
            for each in held
            if each.from_on <= last_on and (each.through_on is None or each.through_on >= last_on)
        ),
        None,
    )
    if running is None:
        return None
    later = tuple(each.id for each in held if each.from_on > last_on and each.id is not None)
    if running.through_on == last_on and not later:
        return None
    ends = running.through_on != last_on and running.id is not None
    note: Note = {"code": "absent", "day": last_on.isoformat()}
    return Plan(
        {0: Verdict("ended", (note,))},
        (*((running.id,) if ends and running.id is not None else ()), *later),
        (replace(running, id=None, through_on=last_on),) if ends else (),
    )


def batches_of(people: Iterable[str]) -> dict[str, int]:
    """Gives each person, by staff number and in their order, the batch they are applied with; the first is 1."""
    return {key: index // BATCH + 1 for index, key in enumerate(people)}


def _step(row: Wanted, state: list[Held]) -> tuple[Verdict, list[Held]]:
    base = next(
        (each for each in state if overlap(row.from_on, row.from_on, each.from_on, each.through_on)), None
    )
    through_on = base.through_on if base and row.keeps_end else row.through_on
    others = [each for each in state if each is not base]
    if base is not None and row.fits(base.work):
        if through_on == base.through_on:
            return Verdict("unchanged"), state
        wanted = replace(base, id=None, through_on=through_on)
        note: Note = {"code": "ends" if through_on else "open_again", "day": _written(through_on)}
        verdict = Verdict("ended", (note,))
    else:
        wanted = Held(None, row.work(base.work if base else None), row.from_on, through_on)
        verdict = _move(row, base, others)
    in_the_way = next(
        (
            each
            for each in others
            if overlap(wanted.from_on, wanted.through_on, each.from_on, each.through_on)
        ),
        None,
    )
    if in_the_way is not None:
        note = {
            "code": "overlaps_recorded",
            "day": _written(in_the_way.from_on),
            "through": _written(in_the_way.through_on),
        }
        return Verdict("refused", (note,)), state
    if base is not None and base.from_on < wanted.from_on:
        others.append(replace(base, id=None, through_on=wanted.from_on - _DAY))
    return verdict, [*others, wanted]


def _move(row: Wanted, base: Held | None, others: Iterable[Held]) -> Verdict:
    if base is None:
        follows = any(each.through_on == row.from_on - _DAY for each in others)
        return Verdict("moved" if follows else "added")
    if base.from_on == row.from_on:
        return Verdict("moved", ({"code": "takes_place", "day": _written(base.from_on)},))
    return Verdict("moved", ({"code": "before_ends", "day": _written(row.from_on - _DAY)},))


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""

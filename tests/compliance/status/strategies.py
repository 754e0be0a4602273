"""Small random worlds for Hypothesis: files of facts about few people within a few months.

Every world is built by one function from a way to pick; Hypothesis picks in some worlds, so that a failure
shrinks, and a seeded generator in most, so that rare combinations come up as often as their odds say.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Pick = Callable[[Sequence[Any]], Any]

FIRST = date(2024, 1, 20)
SPAN = 120
LATER = 60
OFFSETS = range(SPAN + 1)
SECTORS = ("wash", "health")
SOME_SECTORS: tuple[list[str], ...] = ([], [], [], ["wash"], ["health"])
MOSTLY_P1 = ("p1", "p1", "p1", "p1", "p1", "p2")
MOSTLY_C1 = ("c1", "c1", "c1", "c1", "c2")


def day_at(offset: int) -> str:
    return (FIRST + timedelta(days=offset)).isoformat()


def recorded(pick: Pick) -> str:
    return f"{day_at(pick(range(-10, SPAN)))}T08:00:00Z"


def retracted(pick: Pick) -> str | None:
    return recorded(pick) if pick(range(6)) == 5 else None


def interval(pick: Pick) -> tuple[str, str | None]:
    first, length = pick(OFFSETS), pick((0, 2, 7, 20, 40, 80, None, None))
    return day_at(first), None if length is None else day_at(first + length)


def several(pick: Pick, build: Callable[[Pick], Json], most: int) -> list[Json]:
    return [build(pick) for _ in range(pick(range(most + 1)))]


def placement(pick: Pick) -> Json:
    first, last = interval(pick)
    return {
        "person": pick(MOSTLY_P1),
        "organisation": pick(("o1", "o1", "o1", "o1", "o2")),
        "station": pick(("s1", "s2")),
        "sector": pick(SECTORS),
        "also_sectors": pick(SOME_SECTORS),
        "role": "promoter",
        "contract": pick(("staff", "volunteer")),
        "works_with_children": pick((True, False)),
        "from": first,
        "through": last,
        "recorded_at": recorded(pick),
        "retracted_at": retracted(pick),
    }


def version(pick: Pick) -> Json:
    first, last = pick(((day_at(-30), None), (day_at(-30), None), (day_at(pick(OFFSETS)), None), interval(pick)))
    edition = pick((None, None, 2))
    return {
        "effective_from": first,
        "effective_through": last,
        "due_days": pick((0, 5, 14)),
        "window_days": pick((0, 5, 20)),
        "grace_days": pick((0, 4)),
        "max_age": pick((None, None, None, "P10D", "P30D")),
        "min_edition": edition,
        "renew_by": None if edition is None else day_at(pick(OFFSETS)),
        "match": {
            "sectors": pick(SOME_SECTORS),
            "stations": pick(([], [], [], ["s1"])),
            "roles": pick(([], [], ["promoter"])),
            "contracts": pick(([], [], [], ["staff"])),
            "works_with_children": pick((None, None, None, True)),
        },
        "recorded_at": recorded(pick),
    }


def requirement(pick: Pick) -> Json:
    return {
        "id": "",
        "organisation": pick(("o1", None)),
        "course": pick(MOSTLY_C1),
        "per_sector": pick((False, False, True)),
        "versions": [version(pick), *several(pick, version, 2)],
    }


def award(pick: Pick) -> Json:
    earned = pick(OFFSETS)
    return {
        "id": "",
        "person": pick(MOSTLY_P1),
        "course": pick(MOSTLY_C1),
        "sector": pick((None, *SECTORS)),
        "edition": pick((1, 2)),
        "earned_on": day_at(earned),
        "valid_until": day_at(earned + pick((0, 5, 15, 25, 60, 90))),
        "supersedes": None,
        "recorded_at": recorded(pick),
    }


def revocations_of(pick: Pick, held: list[Json]) -> list[Json]:
    revoked = [each for each in held for _ in range(pick((0, 0, 0, 1, 1, 2)))]
    return [
        {
            "award": each["id"],
            "effective_on": str(date.fromisoformat(each["earned_on"]) + timedelta(days=pick((0, 1, 4, 10, 30, 70)))),
            "recorded_at": recorded(pick),
        }
        for each in revoked
    ]


def exemption(pick: Pick) -> Json:
    first, last = interval(pick)
    return {
        "person": pick(MOSTLY_P1),
        "requirement": pick((None, "r1", "r2")),
        "organisation": pick((None, "o1", "o2")),
        "from": first,
        "until": last,
        "recorded_at": recorded(pick),
        "retracted_at": retracted(pick),
    }


def progress(pick: Pick) -> Json:
    return {
        "person": pick(MOSTLY_P1),
        "course": pick(MOSTLY_C1),
        "sector": pick((None, *SECTORS)),
        "on": day_at(pick(OFFSETS)),
        "recorded_at": recorded(pick),
    }


def world(pick: Pick) -> Json:
    """A file of facts with every key present."""
    held = several(pick, award, 4)
    for place, each in enumerate(held):
        each["id"] = f"a{place}"
        if place and pick(range(5)) == 4:
            each["supersedes"] = f"a{pick(range(place))}"
    return {
        "settings": {"gap_days": pick((0, 3, 8, 30))},
        "placements": [{**placement(pick), "person": "p1", "organisation": "o1"}, *several(pick, placement, 3)],
        "requirements": [{**requirement(pick), "id": id_} for id_ in ("r1", "r2")],
        "awards": held,
        "revocations": revocations_of(pick, held),
        "exemptions": several(pick, exemption, 2),
        "progress": several(pick, progress, 2),
    }


def made_by(build: Callable[[Pick], Any]) -> st.SearchStrategy[Any]:
    """Things that `build` makes: most from a seed, some picked one by one."""

    @st.composite
    def picked(draw: st.DrawFn) -> Any:
        return build(lambda options: draw(st.sampled_from(options)))

    seeded = st.integers(0, 2**32).map(lambda seed: build(Random(seed).choice))
    return st.one_of(seeded, seeded, seeded, picked())


WORLDS = made_by(world)
AWARDS = made_by(award)
VERSIONS = made_by(version)
PROGRESS = made_by(progress)
RECORDED = made_by(recorded)
DAYS = st.sampled_from(OFFSETS).map(lambda offset: FIRST + timedelta(days=offset))
ASKED_DAYS = st.integers(-5, SPAN + LATER).map(lambda offset: FIRST + timedelta(days=offset))

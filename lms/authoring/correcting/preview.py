"""The consequence of a correction as its page shows it: rounded counts, never names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from lms.assessment.api import CorrectionKind, TakenQuiz, preview_correction
from lms.authoring.correcting.queries import Workplace, list_workplaces
from lms.authoring.correcting.rules import EffectRow, count_rows, name_of, named_organisations
from lms.authoring.statistics.rules import round_people
from lms.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """Rounded counts of people, None for fewer than five: who had the question, who passes and fails now.

    ``sectors`` are by slug and ``organisations`` by name; of these only those that the actor's roles cover are named.
    """

    people: int | None
    passing: int | None
    failing: int | None
    higher: int | None
    lower: int | None
    changes_nothing: bool
    sectors: list[EffectRow]
    organisations: list[EffectRow]


def load_effect(actor: Actor, edition_id: int, slug: str, kind: CorrectionKind, key: Any) -> ShownEffect:
    """Computes what a correction would change; records nothing. Raises as ``preview_correction`` does."""
    effect = preview_correction(edition_id, slug, kind, key)
    workplaces = list_workplaces((*effect.passing, *effect.failing))
    named = named_organisations(actor)
    passing, failing = ({each.person_id: each for each in group} for group in (effect.passing, effect.failing))
    return ShownEffect(
        people=round_people(effect.people),
        passing=round_people(len(passing)),
        failing=round_people(len(failing)),
        higher=round_people(effect.higher),
        lower=round_people(effect.lower),
        changes_nothing=not (passing or failing or effect.higher or effect.lower),
        sectors=count_rows(
            *({person: _sector(workplaces.get(each)) for person, each in group.items()} for group in (passing, failing))
        ),
        organisations=count_rows(
            *(_by_organisation(group.values(), workplaces, named) for group in (passing, failing))
        ),
    )


def _sector(place: Workplace | None) -> str | None:
    return place.sector if place else None


def _by_organisation(
    taken: Iterable[TakenQuiz], workplaces: dict[TakenQuiz, Workplace], named: Collection[int] | None
) -> dict[int, str | None]:
    places = {each.person_id: workplaces.get(each) for each in taken}
    return {
        person: name_of(place.organisation_id, place.organisation, named) if place else None
        for person, place in places.items()
    }

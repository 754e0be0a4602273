"""Populations kept between requests, so that sorting, filtering and leafing through a report costs little.

Each process keeps the last few, as long as nothing was recorded: what tells is asked of the database every time
(`queries.fingerprint`), so no figure is ever older than the facts.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from flask import current_app

from lms.compliance.report.fingerprint import fingerprint
from lms.compliance.source_data.load import Loaded
from lms.compliance.source_data.person_status import load
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Reach

MOST_KEPT = 3
MOST_POSTS = 3000
"""More posts than these are not kept: a process would grow by too much."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Loaded facts and the population they tell of."""

    loaded: Loaded
    population: Population


@dataclass(slots=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    by_question: "OrderedDict[Any, Prepared]" = field(default_factory=OrderedDict)


def prepare(reach: Reach, known_as_of: datetime | None = None) -> Prepared:
    """Returns the population within reach as known at a moment, from memory where nothing has changed."""
    kept: _Kept = current_app.extensions.setdefault("compliance_prepared", _Kept())
    key = (reach, known_as_of, fingerprint())
    with kept.lock:
        found = kept.by_question.get(key)
        if found is not None:
            kept.by_question.move_to_end(key)
            return found
    loaded = load(reach, known_as_of)
    made = Prepared(loaded, Population(loaded.facts))
    if len(made.population.posts) <= MOST_POSTS:
        with kept.lock:
            kept.by_question[key] = made
            while len(kept.by_question) > MOST_KEPT:
                kept.by_question.popitem(last=False)
    return made

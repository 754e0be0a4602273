"""Caches of a process: for an application, for a database."""

import pytest
from flask import Flask

from lms.kernel.caching import Cache, application_cache, cached
from lms.kernel.db import reading, unit_of_work


def test_the_least_recently_used_entry_goes_first() -> None:
    cache = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_a_value_is_loaded_once_and_none_is_not_cached() -> None:
    cache, loaded = Cache(2), []

    def load() -> str | None:
        loaded.append(1)
        return None if len(loaded) == 1 else "found"

    assert [cache.get_or_load("key", load) for _ in range(3)] == [None, "found", "found"]
    assert len(loaded) == 2


def test_each_application_has_its_own_cache(app_context: Flask) -> None:
    application_cache("here", 4).put("key", 1)
    assert application_cache("here", 4).get("key") == 1
    with Flask("another").app_context():
        assert application_cache("here", 4).get("key") is None


def test_what_a_writing_transaction_reads_is_not_cached(app_context: Flask) -> None:
    with unit_of_work():
        assert cached(("thing", 1), lambda: "uncertain") == "uncertain"
    with reading():
        assert cached(("thing", 1), lambda: "certain") == "certain"
        assert cached(("thing", 1), lambda: "not asked") == "certain"


def test_nothing_is_cached_in_debug_mode(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app_context.config, "DEBUG", True)
    application_cache("here", 4).put("key", 1)
    assert application_cache("here", 4).get("key") is None
    with reading():
        assert [cached(("thing", 1), lambda word=word: word) for word in ("old", "new")] == ["old", "new"]

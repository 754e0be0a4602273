"""Values loaded once in a transaction."""

from flask import Flask

from lms.kernel.db import session, unit_of_work
from lms.kernel.transaction_memo import clear_memo, load_once
from lms.people.models import Organisation, Person
from tests.factories import people


class Loader:
    """Counts how often it loads."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_a_value_is_loaded_once_until_its_table_is_written(app_context: Flask) -> None:
    load = Loader()
    assert [load_once("key", (Organisation,), load) for _ in range(2)] == [1, 1]
    people.person("Noor Said")
    assert load_once("key", (Organisation,), load) == 1
    valley = people.organisation("green-valley", initials="GV")
    assert load_once("key", (Organisation,), load) == 2
    valley.name = "Valley"
    assert load_once("key", (Person, Organisation), load) == 3
    assert load_once("other", (Person,), load) == 4
    clear_memo()
    assert load_once("other", (Person,), load) == 5


def test_it_is_forgotten_at_the_end_of_the_transaction(app: Flask) -> None:
    load = Loader()
    with app.app_context():
        for _ in range(2):
            with unit_of_work():
                load_once("key", (Person,), load)
        assert load.times == 2


def test_a_savepoint_keeps_it_and_its_rollback_forgets_it(app_context: Flask) -> None:
    load = Loader()
    load_once("key", (Person,), load)
    with session.begin_nested():
        people.organisation("green-valley", initials="GV")
    assert load_once("key", (Person,), load) == 1
    savepoint = session.begin_nested()
    savepoint.rollback()
    assert load_once("key", (Person,), load) == 2

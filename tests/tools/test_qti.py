"""Another implementation of QTI 3 marks exported questions as we do: the right answers, wrong ones, some, and none."""

from random import Random

import pytest

from tools.qti import playing
from tools.qti.banks import FILES, load_bank

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not playing.is_installed(), reason=playing.MISSING)]


def test_another_player_gives_the_marks_that_we_give() -> None:
    every = [each for path in FILES for each in load_bank(path) if each["type"] != "branching"]
    one_of_each = {each["type"]: each for each in reversed(every)}
    with playing.player() as page:
        marked = list(playing.compare(page, list(one_of_each.values()), 5, Random(1)))
        assert [each for each in marked if each.ours != each.theirs] == []
        assert {each.question["type"] for each in marked if each.theirs == 1} == set(one_of_each)
        assert {each.ours for each in marked} > {0, 1}, "some are right in part"
        for kind in ("single", "multiple"):
            question = one_of_each[kind]
            right = [each["id"] for each in question["options"] if each.get("correct")]
            wrong = next(each["id"] for each in question["options"] if not each.get("correct"))
            assert playing.answer(page, question, right) == 1
            assert playing.answer(page, question, [wrong]) == 0

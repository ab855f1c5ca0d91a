import numpy as np
import pytest

from mia_teach import Scores


def test_scores_part_by_membership_and_are_frozen():
    scores = Scores(np.array([3.0, 1.0, 2.0]), np.array([True, False, True]), "a")
    assert scores.members.tolist() == [3, 2]
    assert scores.non_members.tolist() == [1]
    with pytest.raises(ValueError, match="read-only"):
        scores.score[0] = 9


def test_the_callers_arrays_stay_the_callers():
    score = np.array([1.0, 2.0])
    scores = Scores(score, np.array([True, False]))
    score[0] = 5
    assert scores.score[0] == 1


def test_infinite_scores_are_scores():
    assert Scores(np.array([-np.inf, np.inf]), np.array([False, True])).members[0] == np.inf


@pytest.mark.parametrize(
    ("score", "member", "words"),
    [
        ([1.0, np.nan], [True, False], "1 of 2 scores are not a number"),
        ([1.0, 2.0, 3.0], [True, False], "same length"),
        ([[1.0, 2.0]], [[True, False]], "one row"),
        ([1.0, 2.0], [True, True], "no non-members"),
        ([1.0, 2.0], [False, False], "no members"),
        ([1.0, 2.0], [0.3, 1.0], "True or False"),
    ],
)
def test_it_refuses_with_a_sentence(score, member, words):
    with pytest.raises(ValueError, match=words):
        Scores(score, member)


def test_pooled_scores_keep_each_record_beside_its_own_truth():
    parts = [
        Scores([3.0, 1.0], [True, False], "a"),
        Scores([0.0, 2.0, 5.0], [False, True, False], "b"),
    ]
    together = Scores.pooled(parts)
    assert together.members.tolist() == [3.0, 2.0]
    assert together.non_members.tolist() == [1.0, 0.0, 5.0]
    assert (together.name, Scores.pooled(parts, "all").name) == ("a", "all")
    with pytest.raises(ValueError, match="at least one target"):
        Scores.pooled([])

"""The guessing game: twelve people and a model's confidence in each; who was in its training set?"""

import math

import numpy as np
import traitlets

from mia_teach.data import Dataset
from mia_teach.labs.lab import Goal, Lab, browser_files, pack
from mia_teach.plots.confidence_bars_display import ConfidenceBarsDisplay
from mia_teach.rate import Rate, percent
from mia_teach.scores import Scores

HAND = 12
BINS = 20
_AGE_MEAN, _AGE_DEVIATION = 62.65, 15.59  # of SUPPORT2, from the table in datasets/README.md
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties")
_DISEASES = {
    "ARF/MOSF w/Sepsis": "organ failure with sepsis",
    "CHF": "heart failure",
    "COPD": "chronic lung disease",
    "Cirrhosis": "cirrhosis of the liver",
    "Colon Cancer": "colon cancer",
    "Coma": "coma",
    "Lung Cancer": "lung cancer",
    "MOSF w/Malig": "organ failure with cancer",
}


def in_words(patients: Dataset) -> list[str]:
    """Sex, decade of life and disease group of SUPPORT2 patients: as much as a game needs, and no more.

    The exact age would come near to naming some of these real people; the decade does not.

    >>> from mia_teach import load_support2
    >>> in_words(load_support2("disease")[:2])
    ['man in his sixties, lung cancer', 'woman in her sixties, cirrhosis of the liver']
    """
    ages = _AGE_MEAN + _AGE_DEVIATION * patients.x[:, patients.feature_names.index("age")]
    women = patients.x[:, patients.feature_names.index("sex = female")] == 1
    return [
        f"{_person(age, woman)}, {_DISEASES[patients.class_names[group]]}"
        for age, woman, group in zip(ages, women, patients.y, strict=True)
    ]


class GuessingGame(Lab):
    """Judge twelve people by eye and uncover the truth; then let a threshold play many rounds at once.

    The examples are taken in their order: ``deals`` times twelve for the eye, the next ``rounds`` for the rule. The
    rule says "was in" when the confidence is above ``lab.threshold``; it and ``lab.values()`` are for later cells.

    Args:
        scores: the model's confidence in each person's true label (0 to 1) beside the truth, in a random order.
        about: a few words on each person.
        threshold: where the rule stands at first; at 0 it calls everybody a member.
        goals: what to reach, by default three that can be reached on these scores.

    >>> confidence = np.linspace(0.01, 0.99, 32)
    >>> lab = GuessingGame(Scores(confidence, confidence > 0.7), ["somebody"] * 32, deals=1, rounds=20)
    >>> for person in range(1, 13):
    ...     lab = lab.mark(person, False)
    >>> lab.reveal().values()["right"]
    12
    >>> lab.threshold = 0.7
    >>> lab.values()["wins"]
    20
    """

    _esm, _css = browser_files(__file__)
    controls = ("deal", "marks", "revealed", "threshold")

    title = traitlets.Unicode("Who was in the training set?").tag(sync=True)
    deal = traitlets.Int(0, help="which twelve lie on the table, from 0").tag(sync=True)
    marks = traitlets.List(traitlets.Int(), help="1 was in, 0 was not in, -1 not judged yet").tag(sync=True)
    revealed = traitlets.Bool(False).tag(sync=True)
    threshold = traitlets.Float(0.0).tag(sync=True)
    _about = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _confidence = traitlets.Bytes(help="of everybody dealt").tag(sync=True)
    _member = traitlets.Bytes(help="the truth about everybody dealt").tag(sync=True)
    _luck = traitlets.Bytes(help="how often coin flips win at least 0, 1, ... of twelve").tag(sync=True)
    _found = traitlets.Bytes(help="members found by the rule at 0 %, 1 %, ... 100 %").tag(sync=True)
    _accused = traitlets.Bytes(help="non-members called members there").tag(sync=True)
    _intervals = traitlets.Bytes(help="low and high end for 0, 1, ... rounds won").tag(sync=True)
    _histogram = traitlets.Dict(help="counts of both sides, for the picture of the rule").tag(sync=True)

    def __init__(
        self,
        scores: Scores,
        about: list[str],
        *,
        deals: int = 20,
        rounds: int = 200,
        threshold: float = 0.0,
        goals: tuple[Goal, ...] | None = None,
        **options,
    ):
        dealt = HAND * deals
        _check(scores, about, dealt + rounds)
        self.deals, self.about = deals, list(about[:dealt])
        self.confidence, self.member = scores.score[:dealt], scores.member[:dealt]
        score, member = scores.score[dealt : dealt + rounds], scores.member[dealt : dealt + rounds]
        if member.all() or not member.any():
            raise ValueError(f"All of the {rounds} rounds are on one side; shuffle the examples.")
        above = score > np.arange(101)[:, None] / 100
        self._rounds = int(member.sum()), int((~member).sum())
        self.found, self.accused = above[:, member].sum(1).tolist(), above[:, ~member].sum(1).tolist()
        self._ends = [Rate(wins, rounds).interval for wins in range(rounds + 1)]
        bins = np.linspace(0, 1, BINS + 1)
        super().__init__(
            goals=_goals(self._wins(), rounds) if goals is None else goals,
            marks=[-1] * HAND,
            threshold=threshold,
            _about=self.about,
            _confidence=pack(self.confidence),
            _member=pack(self.member, "i4"),
            _luck=pack([luck(wins) for wins in range(HAND + 1)]),
            _found=pack(self.found, "i4"),
            _accused=pack(self.accused, "i4"),
            _intervals=pack(self._ends),
            _histogram={
                "members": np.histogram(score[member], bins)[0].tolist(),
                "non_members": np.histogram(score[~member], bins)[0].tolist(),
            },
            **options,
        )

    def mark(self, person: int, was_in: bool) -> "GuessingGame":
        """Judge one of the twelve, counted from 1, where no panel can be shown."""
        if not 1 <= person <= HAND:
            raise ValueError(f"There is no person {person} on the table; they are numbered from 1 to {HAND}.")
        if not self.revealed:
            self.marks = [int(was_in) if i == person - 1 else mark for i, mark in enumerate(self.marks)]
        return self

    def reveal(self) -> "GuessingGame":
        """Uncover the truth about the twelve, once all are judged."""
        if open_ := [str(i + 1) for i, mark in enumerate(self.marks) if mark < 0]:
            raise ValueError(f"Judge all twelve first; still open: {', '.join(open_)}.")
        self.revealed = True
        return self

    def values_at(self, deal, marks, revealed, threshold):
        place = round(100 * threshold)
        members, non_members = self._rounds
        found, accused = self.found[place], self.accused[place]
        wins = found + non_members - accused
        low, high = self._ends[wins]
        return {
            **self._hand(deal, marks, revealed),
            "threshold": threshold,
            "rounds": members + non_members,
            "wins": wins,
            "accuracy": wins / (members + non_members),
            "low": low,
            "high": high,
            "tpr": found / members,
            "fpr": accused / non_members,
            "advantage": found / members - accused / non_members,
        }

    def words(self, values):
        v = values
        said = f"Deal {v['deal']} of {self.deals}: {v['judged']} of {HAND} judged."
        if v["right"] is not None:
            said = (
                f"Deal {v['deal']} of {self.deals}: you win {v['right']} of {HAND}. "
                f"Members found: {v['members_found']} of {v['members']}. "
                f"Others wrongly called members: {v['others_accused']} of {HAND - v['members']}. "
                f"Flipping coins wins {v['right']} or more in {percent(v['luck'])} of deals."
            )
        if v["threshold"] == 0:
            return f"{said} No rule yet: at 0 % everybody is called a member."
        return (
            f"{said} Rule: “was in” above {round(100 * v['threshold'])} %. "
            f"It wins {v['wins']} of {v['rounds']} rounds: accuracy {percent(v['accuracy'])} "
            f"({percent(v['low'])} to {percent(v['high'])}), "
            f"advantage {percent(v['advantage']).replace('-', '−')}."
        )

    def lines(self):
        names, confidence, _ = self._table()
        people = [f"{name}: confidence {percent(c)}" for name, c in zip(names, confidence, strict=True)]
        return [*people, *super().lines()]

    def describe(self):
        return f"{HAND} bars: the model's confidence in the true disease group of each patient on the table."

    def picture(self):
        names, confidence, _ = self._table()
        return ConfidenceBarsDisplay(confidence, names).plot().figure_

    @traitlets.validate("deal", "marks", "threshold")
    def _possible(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "deal" and not 0 <= value < self.deals:
            raise traitlets.TraitError(
                f"There is no deal {value}; they are numbered from 0 to {self.deals - 1}."
            )
        if name == "marks" and (len(value) != HAND or not set(value) <= {-1, 0, 1}):
            raise traitlets.TraitError(
                f"{HAND} marks are needed, each 1 (was in), 0 (was not in) or -1; {value} came."
            )
        if name == "threshold":
            if not 0 <= value <= 1:
                raise traitlets.TraitError(f"A threshold of {value} came; a confidence lies between 0 and 1.")
            return round(100 * value) / 100
        return value

    def _table(self):
        """Names, confidences and truth of those on the table."""
        hand = slice(HAND * self.deal, HAND * (self.deal + 1))
        names = [f"{i}. {about}" for i, about in enumerate(self.about[hand], start=1)]
        return names, self.confidence[hand], self.member[hand]

    def _hand(self, deal, marks, revealed):
        member = self.member[HAND * deal : HAND * (deal + 1)].tolist()
        judged = sum(mark >= 0 for mark in marks)
        shown = {"deal": deal + 1, "judged": judged}
        if not revealed:
            return {
                **shown,
                **dict.fromkeys(("right", "members", "members_found", "others_accused", "luck")),
            }
        found = sum(mark == 1 for mark, truth in zip(marks, member, strict=True) if truth)
        accused = sum(mark == 1 for mark, truth in zip(marks, member, strict=True) if not truth)
        right = sum(mark == truth for mark, truth in zip(marks, member, strict=True))
        return {
            **shown,
            "right": right,
            "members": sum(member),
            "members_found": found,
            "others_accused": accused,
            "luck": luck(right),
        }

    def _wins(self):
        return [
            found + self._rounds[1] - accused for found, accused in zip(self.found, self.accused, strict=True)
        ]


def luck(wins: int, rounds: int = HAND) -> float:
    """The probability that a fair coin, flipped once a round, wins at least ``wins`` rounds.

    >>> luck(2, 2), luck(0, 5)
    (0.25, 1.0)
    """
    return sum(math.comb(rounds, k) for k in range(wins, rounds + 1)) / 2**rounds


def _goals(wins, rounds):
    return (
        Goal("Judge all twelve patients of a deal", {"judged": (">=", HAND)}, "judge_all"),
        Goal("Win at least nine of twelve in one deal", {"right": (">=", 9)}, "nine_of_twelve"),
        Goal(
            f"Find a rule that wins at least {max(wins) - 2} of the {rounds} rounds",
            {"wins": (">=", max(wins) - 2)},
            "good_rule",
        ),
    )


def _check(scores, about, needed):
    if len(scores.score) < needed or len(about) < needed:
        raise ValueError(
            f"{len(scores.score)} scores and {len(about)} descriptions came; {needed} people are needed. "
            "Give more of them, or ask for fewer deals or rounds."
        )
    if not ((scores.score >= 0) & (scores.score <= 1)).all():
        raise ValueError("A confidence is a probability from 0 to 1. Use the probability of the true label.")


def _person(age, woman):
    who, whose = ("woman", "her") if woman else ("man", "his")
    if age < 20:
        return f"{who} under twenty"
    if age >= 90:
        return f"{who} of ninety or more"
    return f"{who} in {whose} {_DECADES[int(age // 10) - 2]}"

"""Lesson 00: a rule for guessing, what its guesses are worth, and where the zero point of accuracy lies."""

import math

import numpy as np
from jaxtyping import Bool, Float

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "00"


def _guess_members(
    confidence: Float[np.ndarray, " examples"], threshold: float
) -> Bool[np.ndarray, " examples"]:
    """True for every example whose confidence is above the threshold."""
    return confidence > threshold


def _accuracy_and_advantage(
    guess: Bool[np.ndarray, " examples"], member: Bool[np.ndarray, " examples"]
) -> tuple[float, float]:
    """Share of rounds won, and true positive rate minus false positive rate.

    Source: Yeom et al. 2018, "Privacy risk in machine learning", definition 4.
    """
    accuracy = (guess == member).mean()
    advantage = guess[member].mean() - guess[~member].mean()
    return float(accuracy), float(advantage)


def _fair_report(
    guess: Bool[np.ndarray, " examples"], member: Bool[np.ndarray, " examples"]
) -> tuple[float, float]:
    """The accuracy of the best guess without looking, and the accuracy in which both sides count the same."""
    members = member.mean()
    zero_point = max(members, 1 - members)
    balanced = (guess[member].mean() + (~guess[~member]).mean()) / 2
    return float(zero_point), float(balanced)


def _luck(wins: int, rounds: int) -> float:
    """Probability that fair coin flips win at least this many rounds."""
    ways = sum(math.comb(rounds, k) for k in range(wins, rounds + 1))
    return ways / 2**rounds


_CONFIDENCE = np.array([0.9, 0.2, 0.6, 0.5])
_OTHERS = np.array([0.97, 0.30, 0.31, 0.003])
_SURE = np.array([0.95, 0.80, 0.70, 0.60])

guess_members = Exercise(
    name="guess_members",
    lesson=LESSON,
    reference=_guess_members,
    cases=(Case(_CONFIDENCE, 0.5), Case(_OTHERS, 0.3), Case(_SURE, 0.65)),
    hints=(
        "Members tend to get the higher confidence. Which side of the threshold do you call “was in”?",
        "Comparing an array with a number compares every entry and gives an array of True and False. No loop is needed.",
        "One line is enough: `return confidence ... threshold`, with the right sign in place of the dots. Exactly on "
        "the threshold is not above it.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda confidence, threshold: confidence < threshold,
            "You call the unconfident ones members. A model is surer about people it has learnt from: look at which "
            "side of your threshold the 0.9 falls.",
        ),
        Wrong(
            "threshold_included",
            lambda confidence, threshold: confidence >= threshold,
            "Nearly: a confidence exactly on the threshold is called a member too. In this course a score must be "
            "larger than the threshold, so that ties never count for the attack.",
        ),
        Wrong(
            "per_cent",
            lambda confidence, threshold: 100 * confidence > threshold,
            "Everybody with even one per cent is called a member: per cents are compared with a share. Both numbers "
            "here run from 0 to 1.",
        ),
        Wrong(
            "fixed_threshold",
            lambda confidence, threshold: confidence > 0.5,
            "Right for one threshold only: the rule compares with a number of its own and ignores the `threshold` it "
            "is given.",
        ),
        Wrong(
            "relative_to_mean",
            lambda confidence, threshold: confidence > confidence.mean(),
            "You compare with the mean of those on the table. Then a person's verdict depends on who else happens to "
            "be asked about; use the threshold that is given.",
        ),
        Wrong(
            "numbers_not_truths",
            lambda confidence, threshold: (confidence > threshold).astype(int),
            "The right ones are marked, but with 1 and 0. Give True and False: only those can pick entries out of an "
            "array, as in `guess[member]`.",
        ),
    ),
)

_GUESS_2 = np.array([True, False, True, False, False, True])
_MEMBER_2 = np.array([True, True, False, False, False, False])
# No rate is one half, and never are as many accused as there are members: then mistakes could not be told apart.
_GUESS_3 = np.array([True, True, False, True, True, False, False, False])
_MEMBER_3 = np.array([True, True, True, False, False, False, False, False])
_GUESS_4 = np.array([False, True, True, False, True, True, False])
_MEMBER_4 = np.array([True, True, False, True, False, False, False])
_SPLIT_CASES = (Case(_GUESS_3, _MEMBER_3), Case(_GUESS_4, _MEMBER_4))


def _rates(guess, member):
    return guess[member].mean(), guess[~member].mean()


accuracy_and_advantage = Exercise(
    name="accuracy_and_advantage",
    lesson=LESSON,
    reference=_accuracy_and_advantage,
    cases=_SPLIT_CASES,
    returns=("accuracy", "advantage"),
    hints=(
        "A round is won when guess and truth agree, whichever way. The advantage looks at members and the others "
        "separately.",
        "The mean of an array of True and False is the share of True. `guess == member` says who was judged rightly; "
        "`guess[member]` holds the guesses about members only.",
        "The true positive rate is `guess[member].mean()`, and `~member` picks the others for the false positive rate. "
        "The advantage is the first minus the second. Return the pair `accuracy, advantage`.",
    ),
    wrong=(
        Wrong(
            "swapped_order",
            lambda guess, member: _accuracy_and_advantage(guess, member)[::-1],
            "Both numbers are right, in the wrong order. The accuracy comes first.",
        ),
        Wrong(
            "advantage_sign_flipped",
            lambda guess, member: (
                (guess == member).mean(),
                guess[~member].mean() - guess[member].mean(),
            ),
            "The advantage has the wrong sign. It is good for the adversary to call members members, and bad to call "
            "the others so.",
        ),
        Wrong(
            "only_guessed_members_count",
            lambda guess, member: ((guess & member).mean(), np.subtract(*_rates(guess, member))),
            "Your accuracy counts only members that were found. Saying “was not in” about somebody who was not in "
            "wins the round as well.",
        ),
        Wrong(
            "rates_over_everybody",
            lambda guess, member: (
                (guess == member).mean(),
                (guess & member).mean() - (guess & ~member).mean(),
            ),
            "Your two rates are shares of everybody. The true positive rate is a share of the members alone, the "
            "false positive rate a share of the others alone.",
        ),
        Wrong(
            "precision_for_rate",
            lambda guess, member: (
                (guess == member).mean(),
                member[guess].mean() - (~member)[guess].mean(),
            ),
            "You ask how many of those called members really are members. The true positive rate asks it the other "
            "way round: of the members, how many were called so?",
        ),
        Wrong(
            "precision_difference",
            lambda guess, member: ((guess == member).mean(), member[guess].mean() - member[~guess].mean()),
            "You compare the people called members with the people not called so. The two rates split people by the "
            "truth: `guess[member]` are the guesses about members.",
        ),
        Wrong(
            "true_negative_rate",
            lambda guess, member: ((guess == member).mean(), guess[member].mean() - (~guess[~member]).mean()),
            "You take away the share of the others who were rightly left alone. That share speaks for the adversary; "
            "taken away is the share who were called members.",
        ),
        Wrong(
            "sign_dropped",
            lambda guess, member: ((guess == member).mean(), abs(np.subtract(*_rates(guess, member)))),
            "Your advantage can't be negative. An adversary who accuses the others more often than the members has "
            "a negative one: the sign is part of the answer.",
        ),
        Wrong(
            "correlation",
            lambda guess, member: ((guess == member).mean(), np.corrcoef(guess, member)[0, 1]),
            "That is the correlation of guesses and truth. It is related to the advantage, but changes with how often "
            "the adversary says “was in”; asked for is a plain difference of two shares.",
        ),
        Wrong(
            "distance_from_half",
            lambda guess, member: ((guess == member).mean(), (guess == member).mean() - 0.5),
            "Your advantage is how far the accuracy lies above one half. Asked for is a difference of two shares, one "
            "of the members and one of the others.",
        ),
        Wrong(
            "counted",
            lambda guess, member: ((guess == member).sum(), np.subtract(*_rates(guess, member))),
            "Your accuracy is a count. Divide it by the number of rounds, or take a mean in place of a sum.",
        ),
        Wrong(
            "true_positive_rate_only",
            lambda guess, member: ((guess == member).mean(), guess[member].mean()),
            "Your advantage is the true positive rate alone. Somebody who calls everybody a member would have all of "
            "it; what must be taken away?",
        ),
        Wrong(
            "advantage_from_accuracy",
            lambda guess, member: ((guess == member).mean(), 2 * (guess == member).mean() - 1),
            "Twice the accuracy minus 1 is the advantage only when members and the others are equally many. Here they "
            "are not.",
        ),
        Wrong(
            "per_cent",
            lambda guess, member: tuple(100 * x for x in _accuracy_and_advantage(guess, member)),
            "These are per cents. Give shares, from 0 to 1; per cents are for showing.",
        ),
    ),
)

_MANY = np.array([True] * 5 + [False])
_EVERYBODY = np.array([True] * 6)
_MANY_GUESS = np.array([True, True, True, True, False, True])

fair_report = Exercise(
    name="fair_report",
    lesson=LESSON,
    reference=_fair_report,
    cases=(Case(_EVERYBODY, _MANY), Case(_MANY_GUESS, _MANY), Case(_GUESS_2, _MEMBER_2)),
    returns=("zero point", "balanced accuracy"),
    hints=(
        "Somebody who never looks at the model can still choose the answer that is right more often. How often is it "
        "right?",
        "`member.mean()` is the share of members. Whoever always says “was in” wins that share of the rounds, whoever "
        "always says “was not in” wins the rest. For the second number, look at each side by itself.",
        "The zero point is the larger of `member.mean()` and `1 - member.mean()`. The balanced accuracy is the mean of "
        "two shares: members called members, `guess[member].mean()`, and others called others, `(~guess[~member]).mean()`.",
    ),
    wrong=(
        Wrong(
            "zero_point_is_half",
            lambda guess, member: (0.5, _fair_report(guess, member)[1]),
            "Half of the rounds is what a blind guesser wins when the two sides are equally many. With five members to "
            "one other person, what does “always in” win?",
        ),
        Wrong(
            "share_called_members",
            lambda guess, member: (guess.mean(), _fair_report(guess, member)[1]),
            "Your zero point is how often the adversary says “was in”. The zero point belongs to somebody who never "
            "looks: it depends on who was in, not on the guesses.",
        ),
        Wrong(
            "counted",
            lambda guess, member: (max(member.sum(), (~member).sum()), _fair_report(guess, member)[1]),
            "Your zero point is a count of people. Divide it by the number of all people.",
        ),
        Wrong(
            "always_in_only",
            lambda guess, member: (member.mean(), _fair_report(guess, member)[1]),
            "Your zero point is what “always in” wins. When members are the rarer side, a blind guesser does better.",
        ),
        Wrong(
            "plain_accuracy",
            lambda guess, member: (_fair_report(guess, member)[0], (guess == member).mean()),
            "Your second number is the plain accuracy, the very one to repair. The larger side outvotes the smaller "
            "in it: take the share that is right on each side first.",
        ),
        Wrong(
            "halved_shares_of_everybody",
            lambda guess, member: (_fair_report(guess, member)[0], (guess == member).mean() / 2),
            "Both of your shares are shares of everybody. Divide each by the size of its own side, members or others, "
            "and only then take the mean.",
        ),
        Wrong(
            "distance_from_half",
            lambda guess, member: (_fair_report(guess, member)[0], (guess == member).mean() - 0.5),
            "Your second number is how far the plain accuracy lies above one half, which is the zero point only of a "
            "balanced game. Average the two sides instead.",
        ),
        Wrong(
            "members_only",
            lambda guess, member: (_fair_report(guess, member)[0], guess[member].mean()),
            "Your second number looks at the members alone, which is how false alarms stay out of a report. What of "
            "the people who were not in?",
        ),
        Wrong(
            "false_alarms_counted_as_right",
            lambda guess, member: (_fair_report(guess, member)[0], sum(_rates(guess, member)) / 2),
            "You average the two rates of being called a member. On the side of the others a guess is right when it "
            "says “was not in”.",
        ),
        Wrong(
            "advantage",
            lambda guess, member: (_fair_report(guess, member)[0], np.subtract(*_rates(guess, member))),
            "Your second number is the advantage, whose zero point is 0. It holds the same knowledge; asked for is the "
            "accuracy, on which a blind guesser stands at one half.",
        ),
        Wrong(
            "share_above_zero",
            lambda guess, member: (
                _fair_report(guess, member)[0],
                (guess == member).mean() - _fair_report(guess, member)[0],
            ),
            "You report how far the accuracy lies above the zero point. An attack can know much and still lie below "
            "it; average the two sides instead.",
        ),
    ),
)

luck = Exercise(
    name="luck",
    lesson=LESSON,
    reference=_luck,
    cases=(Case(2, 3), Case(9, 12), Case(0, 4), Case(5, 5)),
    stretch=True,
    hints=(
        "Write down all ways in which three coin flips can fall. In how many of them are at least two right?",
        "There are 2 ** rounds ways in all, equally likely. `math.comb(rounds, k)` of them have exactly k wins; “at "
        "least” means adding up several k.",
        "`sum(math.comb(rounds, k) for k in range(wins, rounds + 1))`, divided by the number of all ways. Mind that a "
        "range leaves out its end.",
    ),
    wrong=(
        Wrong(
            "exactly_this_many",
            lambda wins, rounds: math.comb(rounds, wins) / 2**rounds,
            "That is the probability of exactly this many wins. Whoever wins more would have impressed you too.",
        ),
        Wrong(
            "more_than",
            lambda wins, rounds: _luck(wins + 1, rounds),
            "You count only those who win more. “At least” includes the number itself.",
        ),
        Wrong(
            "at_most",
            lambda wins, rounds: 1 - _luck(wins + 1, rounds),
            "You add up from 0 to the wins: that is “at most”. Luck is a suspect at the other end.",
        ),
        Wrong(
            "last_left_out",
            lambda wins, rounds: _luck(wins, rounds) - 1 / 2**rounds,
            "One way is missing: the one in which every round is won. A range stops before its end.",
        ),
        Wrong(
            "not_divided",
            lambda wins, rounds: sum(math.comb(rounds, k) for k in range(wins, rounds + 1)),
            "You counted the ways, and rightly. A probability cannot exceed 1: divide by the number of all ways in "
            "which the flips can fall.",
        ),
        Wrong(
            "halves_added",
            lambda wins, rounds: sum(0.5**k for k in range(wins, rounds + 1)),
            "You add up one power of one half for each number of wins. Every series of `rounds` flips is equally "
            "likely, whatever its number of wins: what differs is how many such series there are.",
        ),
        Wrong(
            "one_series",
            lambda wins, rounds: 0.5**rounds,
            "That is the probability of one series of flips. Many different series have this many wins or more: how "
            "many?",
        ),
        Wrong(
            "one_sequence",
            lambda wins, rounds: 0.5**wins,
            "That is the probability of winning one given set of rounds. There are many sets of rounds one could win.",
        ),
    ),
)

quiz = Quiz(
    [
        Question(
            "The insurer plays the membership game about Ruth. What does it want to know?",
            [
                Choice(
                    "Which illness she has",
                    "It knows that before it begins: it has the bills, and gives her measurements to the model itself.",
                    wrong="attribute_inference",
                ),
                Choice(
                    "Whether her record was among those that trained the model",
                    "That is the game's one question. Her measurements it has; that she joined the study is the secret.",
                ),
                Choice(
                    "The records of the others who trained the model",
                    "That would be a reconstruction of the training set. In this game nobody's record is recovered.",
                    wrong="reconstruction",
                ),
                Choice(
                    "How well the model works for women of her age",
                    "That is a question about a group. The game is about one person.",
                    wrong="group_property",
                ),
            ],
            name="what_is_won",
        ),
        Question(
            "Somebody says “was in” about everybody. What is that strategy's advantage?",
            [
                Choice(
                    "0, whatever the share of members",
                    "It finds all members and accuses all others too, and the two rates cancel.",
                ),
                Choice(
                    "1, since no member is missed",
                    "That is its true positive rate. The false positive rate, also 1, has to be taken away.",
                    wrong="true_positive_rate_only",
                ),
                Choice(
                    "One half, as for flipping a coin",
                    "One half is an accuracy, and only in a balanced game. The advantage of not looking is something else.",
                    wrong="accuracy_for_advantage",
                ),
                Choice(
                    "The share of members among all rounds",
                    "That is its accuracy, which is why accuracy misleads when the two sides are unequal.",
                    wrong="depends_on_share",
                ),
            ],
            name="always_in",
        ),
        Question(
            "You win nine of twelve rounds. What may you conclude?",
            [
                Choice(
                    "You see a member in three of four cases",
                    "That was your share in this deal. The interval around it reaches from below one half to nearly all.",
                    wrong="sample_for_truth",
                ),
                Choice(
                    "The model gives away who trained it",
                    "It may well. But a coin wins nine or more of twelve now and then, so this deal alone cannot tell.",
                    wrong="ignores_luck",
                ),
                Choice(
                    "Nothing is leaking, since you lost three",
                    "Losing some rounds is compatible with a large leak. An attack need not be perfect to do harm.",
                    wrong="perfect_or_nothing",
                ),
                Choice(
                    "Not much yet: a coin does as well now and then",
                    "The interval is far too wide. The same share over 200 rounds would be another matter.",
                ),
            ],
            name="nine_of_twelve",
        ),
        Question(
            "A model's owner now shows only the predicted group and hides all confidences. What is the adversary left with?",
            [
                Choice(
                    "Nothing, for without confidences there is no threshold",
                    "There is still right or wrong, and in this lesson that alone won most rounds.",
                    wrong="labels_tell_nothing",
                ),
                Choice(
                    "The same as before, for a label is a confidence",
                    "A label says only which confidence is the largest. Often that is much, but it is less.",
                    wrong="labels_tell_all",
                ),
                Choice(
                    "Whether the model is right, as it more often is for members",
                    "An overfitted model is right about nearly all members and about far fewer others.",
                ),
                Choice(
                    "The weights, from which the confidences can be computed",
                    "Weights are a third level of access. Who sees only labels does not have them.",
                    wrong="levels_confused",
                ),
            ],
            name="labels_only",
        ),
        Question(
            "An attack reports 85 % accuracy on 5,000 members and 1,000 others. What do you ask first?",
            [
                Choice(
                    "How many of the others it called members",
                    "“Always in” already wins 5,000 of these 6,000 rounds, so only the others' side can show knowledge.",
                ),
                Choice(
                    "Nothing: 85 % is far above the 50 % of a coin",
                    "A coin is not the rival here. Whoever says “was in” every time wins more than 83 %.",
                    wrong="zero_point_is_half",
                ),
                Choice(
                    "Whether 6,000 rounds are enough",
                    "They are plenty. The trouble is which people were asked about, and more of the same would not mend it.",
                    wrong="only_sample_size",
                ),
                Choice(
                    "How many of the members it found",
                    "Nearly all, perhaps, and so does “always in”. The other side of the ledger is missing.",
                    wrong="members_only",
                ),
            ],
            name="unbalanced_report",
        ),
    ],
    lesson=LESSON,
)

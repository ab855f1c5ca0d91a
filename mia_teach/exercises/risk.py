"""Lesson 08: exposure record by record, precision of each group, an interval that counts people, luck alone."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz
from mia_teach.rate import Rate, precision
from mia_teach.risk import over_people

LESSON = "08"


# ---- 1. exposure, record by record ---------------------------------------------------------------


def _exposures(
    accused: Bool[np.ndarray, "targets examples"], member: Bool[np.ndarray, "targets examples"]
) -> Float[np.ndarray, " examples"]:
    """Of the targets that trained on the record, the share in which it is accused; NaN where none did."""
    found, trained = (accused & member).sum(axis=0), member.sum(axis=0)
    return np.where(trained > 0, found / np.maximum(trained, 1), np.nan)


def _of_all_targets(accused, member):
    return (accused & member).mean(axis=0)


def _share_of_accusations(accused, member):
    count = accused.sum(axis=0)
    return np.where(count > 0, (accused & member).sum(axis=0) / np.maximum(count, 1), np.nan)


def _advantage(accused, member):
    return _exposures(accused, member) - _exposures(accused, ~member)


def _exposure_case(seed, targets, examples):
    rng = np.random.default_rng(seed)
    member = rng.random((targets, examples)) < 0.5
    member[:, 0], member[0, 1:], member[1, 1:] = False, True, False  # nobody trained on the first
    return Case(rng.random(member.shape) < np.where(member, rng.random(examples), 0.2), member)


exposures = Exercise(
    name="exposures",
    lesson=LESSON,
    reference=_exposures,
    cases=(
        Case(
            np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]], bool),
            np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 0]], bool),
        ),
        _exposure_case(0, 6, 5),
        _exposure_case(1, 12, 8),
    ),
    hints=(
        "A TPR of its own for each record: which accusations of it are right, and how many chances were there to find it?",
        "`accused & member` marks the right accusations, `member` the chances. Sum each over the targets, `axis=0`, and "
        "divide.",
        "`found, trained = (accused & member).sum(axis=0), member.sum(axis=0)`, then `found / trained`. Where `trained` is 0 "
        "NumPy gives NaN, with a warning: that is the right answer.",
    ),
    wrong=(
        Wrong(
            "per_target",
            lambda accused, member: np.array(
                [one[own].mean() if own.any() else np.nan for one, own in zip(accused, member, strict=True)]
            ),
            "One number for each target came: the usual TPR of each model. Exposure is one number for each record, so sum "
            "over the targets, `axis=0`.",
        ),
        Wrong(
            "of_all_targets",
            _of_all_targets,
            "You divide by all targets. A model that never saw the record gave nobody a chance to find it in there; only "
            "those that trained on it count.",
        ),
        Wrong(
            "any_accusation",
            lambda accused, member: accused.mean(axis=0),
            "`member` is not used: this is how often a record is accused, rightly or falsely.",
        ),
        Wrong(
            "false_alarms",
            lambda accused, member: _exposures(accused, ~member),
            "That is the other side: the share of false accusations among the models that never saw the record. Exposure "
            "looks at those that did.",
        ),
        Wrong(
            "share_of_accusations",
            _share_of_accusations,
            "You divide by the accusations: of those, how many were right? That is a precision. Exposure asks of the "
            "trainings, how many were found.",
        ),
        Wrong(
            "half_of_the_targets",
            lambda accused, member: (accused & member).sum(axis=0) / (len(member) / 2),
            "You divide by half of the targets. That is right in a balanced design only; here records are members of "
            "different numbers of models. Count them.",
        ),
        Wrong(
            "counts",
            lambda accused, member: (accused & member).sum(axis=0).astype(float),
            "These are counts. A record that was trained on twice as often has twice as many chances to be found: divide.",
        ),
        Wrong(
            "advantage",
            _advantage,
            "You subtract each record's false alarms. That is an advantage record by record; asked for is the TPR alone.",
        ),
        Wrong(
            "nought_for_never_trained",
            lambda accused, member: np.nan_to_num(_exposures(accused, member)),
            "Where no target trained on a record you give 0, which says that it is safe. Nobody tried: NaN.",
        ),
        Wrong(
            "missed",
            lambda accused, member: 1 - _exposures(accused, member),
            "That is the share of trainings in which the record is not found.",
        ),
    ),
)


# ---- 2. what an accusation is worth, group by group ----------------------------------------------


def _precision_by_group(
    accused: Bool[np.ndarray, " examples"],
    member: Bool[np.ndarray, " examples"],
    group: Int[np.ndarray, " examples"],
    n_groups: int,
    base_rate: float,
) -> Float[np.ndarray, " groups"]:
    """Bayes' rule with each group's own TPR and FPR; NaN where a side is empty or nobody is accused."""
    worth = []
    for g in range(n_groups):
        inside, outside = accused[(group == g) & member], accused[(group == g) & ~member]
        if len(inside) and len(outside):
            worth.append(precision(inside.mean(), outside.mean(), base_rate))
        else:
            worth.append(np.nan)
    return np.array(worth)


def _worth_with(rates):
    """A wrong precision: other rates, or another way to combine them, for each group."""

    def function(accused, member, group, n_groups, base_rate):
        worth = []
        for g in range(n_groups):
            of = group == g
            if not (of & member).any() or not (of & ~member).any():
                worth.append(np.nan)
                continue
            tpr, fpr, base = rates(accused, member, of, base_rate)
            caught, false = base * tpr, (1 - base) * fpr
            worth.append(caught / (caught + false) if caught + false else np.nan)
        return np.array(worth)

    return function


def _own(accused, member, of):
    return accused[of & member].mean(), accused[of & ~member].mean()


def _nought_for_none(*case):
    return np.nan_to_num(_precision_by_group(*case))


def _only_groups_that_occur(accused, member, group, n_groups, base_rate):
    return _precision_by_group(accused, member, group, n_groups, base_rate)[np.unique(group)]


def _group_case(seed, n, n_groups, base_rate):
    rng = np.random.default_rng(seed)
    group = np.concatenate([np.repeat(np.arange(n_groups), 8), rng.integers(0, n_groups, n)])
    member = np.concatenate([np.tile([True, False], 4 * n_groups), rng.random(n) < 0.4])
    accused = rng.random(len(group)) < np.where(member, 0.7, 0.3)
    accused[: 8 * n_groups : 4], accused[1 : 8 * n_groups : 8] = True, True
    group[group == n_groups - 1] = n_groups  # nobody is left in the group before the last
    return Case(accused, member, group, n_groups + 1, base_rate)


precision_by_group = Exercise(
    name="precision_by_group",
    lesson=LESSON,
    reference=_precision_by_group,
    cases=(
        Case(
            np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 0], bool),
            np.array([1, 1, 0, 0, 0, 0, 1, 1, 0, 0], bool),
            np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]),
            2,
            0.5,
        ),
        _group_case(0, 30, 3, 0.1),
        _group_case(1, 60, 4, 0.01),
    ),
    hints=(
        "Within one group, two rates are needed: how often are its members accused, and how often its non-members?",
        "Take both rates from the group's own people, never from all. Then Bayes' rule, as in lesson 02, with the base rate "
        "that is given: `mt.precision(tpr, fpr, base_rate)`.",
        "For group g: `of = group == g`, `tpr = accused[of & member].mean()`, `fpr = accused[of & ~member].mean()`. An empty "
        "side has no mean, so its precision is NaN.",
    ),
    wrong=(
        Wrong(
            "fpr_of_everybody",
            _worth_with(
                lambda accused, member, of, base: (accused[of & member].mean(), accused[~member].mean(), base)
            ),
            "The TPR is the group's, the FPR everybody's. The promised false positive rate is an average too: some groups "
            "are accused falsely far more often than others.",
        ),
        Wrong(
            "tpr_of_everybody",
            _worth_with(
                lambda accused, member, of, base: (accused[member].mean(), accused[of & ~member].mean(), base)
            ),
            "The FPR is the group's, the TPR everybody's. Exposure is uneven; that is what the group is looked at for.",
        ),
        Wrong(
            "everybody",
            _worth_with(
                lambda accused, member, of, base: (accused[member].mean(), accused[~member].mean(), base)
            ),
            "Both rates are everybody's, so every group gets the same number. Mask with the group first.",
        ),
        Wrong(
            "in_this_sample",
            _worth_with(lambda accused, member, of, base: (*_own(accused, member, of), member[of].mean())),
            "This is the share of members among the accused of this experiment, in which about half are members. "
            "`base_rate` says how rare they are where the attack is used.",
        ),
        Wrong(
            "base_rates_swapped",
            _worth_with(lambda accused, member, of, base: (*_own(accused, member, of), 1 - base)),
            "The base rate weighs the wrong side: it is the share of members, so it goes with the TPR.",
        ),
        Wrong(
            "rates_swapped",
            _worth_with(lambda accused, member, of, base: (*_own(accused, member, of)[::-1], base)),
            "TPR and FPR have changed places. Members are accused with the TPR.",
        ),
        Wrong(
            "base_rate_left_out",
            _worth_with(lambda accused, member, of, base: (*_own(accused, member, of), 0.5)),
            "This is the precision where one half are members: the base rate is not used.",
        ),
        Wrong(
            "shares_of_the_group",
            _worth_with(
                lambda accused, member, of, base: (
                    (accused & member)[of].mean(),
                    (accused & ~member)[of].mean(),
                    base,
                )
            ),
            "Both counts are divided by the whole group. A TPR is a share of its members, an FPR of its non-members; only "
            "then may the base rate weigh them.",
        ),
        Wrong(
            "nought_for_nobody",
            _nought_for_none,
            "Where a group has no members or no non-members you give 0, which says that every accusation is false. There "
            "were none to judge: NaN.",
        ),
        Wrong(
            "only_groups_that_occur",
            _only_groups_that_occur,
            "One number for each group that occurs came. The place in the result is the group, so it has `n_groups` places; "
            "a group without people gets NaN.",
        ),
        Wrong(
            "share_of_false",
            lambda *case: 1 - _precision_by_group(*case),
            "That is how often an accusation is wrong. Precision is the share that is right.",
        ),
    ),
)


# ---- 3. trainings counted as people, repaired -------------------------------------------------------


def _group_intervals(
    exposure: Float[np.ndarray, " examples"], group: Int[np.ndarray, " examples"], n_groups: int
) -> Float[np.ndarray, "groups ends"]:
    """Low and high of each group's mean exposure, over people, all holding together with 95 % confidence."""
    each = 1 - 0.05 / n_groups
    found = [over_people(exposure[group == g], confidence=each) for g in range(n_groups)]
    return np.array([(one.low, one.high) for one in found])


def _intervals_with(shares=None, confidence=lambda n_groups, people: 1 - 0.05 / n_groups, ends=None):
    """Wrong intervals: of other shares, at another confidence, or with other ends."""

    def function(exposure, group, n_groups):
        rows = []
        for g in range(n_groups):
            own = exposure[group == g] if shares is None else shares(exposure, group == g)
            level = confidence(n_groups, len(own))
            rows.append(_both(own, level) if ends is None else ends(own, level))
        return np.array(rows)

    return function


def _both(shares, confidence):
    found = over_people(shares, confidence=confidence)
    return found.low, found.high


def _trainings_as_people(own, level):
    trainings = 32 * len(own)
    found = Rate(round(own.sum() * 32), trainings, level)
    return found.low, found.high


def _student(own, level):
    from scipy.stats import t

    half = t.ppf((1 + level) / 2, len(own) - 1) * own.std(ddof=1) / len(own) ** 0.5
    return own.mean() - half, own.mean() + half


def _interval_case(seed, sizes):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return Case(rng.integers(0, 33, len(group)) / 32, rng.permutation(group), len(sizes))


group_intervals = Exercise(
    name="group_intervals",
    lesson=LESSON,
    reference=_group_intervals,
    cases=(
        Case(np.array([1.0, 0.0, 0.5, 0.5, 0.25, 0.0]), np.array([0, 0, 0, 1, 1, 1]), 2),
        _interval_case(0, (4, 9, 20)),
        _interval_case(1, (3, 5, 8, 30)),
    ),
    hints=(
        "How many independent people stand behind each group's number? And how many groups were looked at before one was "
        "found worth reporting?",
        "`over_people` counts people. For all intervals to hold together with 95 %, each may be wrong with 5 % divided by "
        "the number of groups.",
        "`over_people(exposure[group == g], confidence=1 - 0.05 / n_groups)` has `.low` and `.high`. Put the pairs of all "
        "groups into `np.array([...])`.",
    ),
    wrong=(
        Wrong(
            "uncorrected",
            _intervals_with(confidence=lambda n_groups, people: 0.95),
            "People are counted, as they should be, but each interval is at 95 % by itself. Of many groups one then stands "
            "out by luck, and that is the one that gets reported. Share the 5 % among the groups.",
        ),
        Wrong(
            "confidence_divided",
            _intervals_with(confidence=lambda n_groups, people: 0.95 / n_groups),
            "You divided the confidence by the number of groups, so the intervals became narrower. What is shared is the "
            "error: 1 − 0.05 / n_groups.",
        ),
        Wrong(
            "sidak",
            _intervals_with(confidence=lambda n_groups, people: 0.95 ** (1 / n_groups)),
            "Šidák's correction: right where the groups' errors are independent. These groups were attacked through the same "
            "models, so Bonferroni's is asked for, which needs no independence and is hardly wider: 1 − 0.05 / n_groups.",
        ),
        Wrong(
            "confidence_powered",
            _intervals_with(confidence=lambda n_groups, people: 0.95**n_groups),
            "0.95 to the power of n_groups is what is left of the confidence of all together if nothing is done. Each "
            "interval needs more than 95 %, not less.",
        ),
        Wrong(
            "by_people",
            _intervals_with(confidence=lambda n_groups, people: 1 - 0.05 / people),
            "The error is divided by the people of the group. What was looked at again and again are the groups: divide by "
            "`n_groups`.",
        ),
        Wrong(
            "trainings_as_people",
            _intervals_with(ends=_trainings_as_people),
            "The audit's way: each training counts as if it were another person. 32 trainings of one person tell about "
            "that person 32 times.",
        ),
        Wrong(
            "trainings_uncorrected",
            _intervals_with(ends=_trainings_as_people, confidence=lambda n_groups, people: 0.95),
            "The audit's way, word for word: trainings are counted as people, and no price is paid for looking at many "
            "groups.",
        ),
        Wrong(
            "student",
            _intervals_with(ends=_student),
            "Student's interval over people: the right unit. But it trusts a bell curve where exposures pile up at 0 and at "
            "1, and it has width 0 as soon as nobody of a small group was found. Use `over_people`.",
        ),
        Wrong(
            "student_uncorrected",
            _intervals_with(ends=_student, confidence=lambda n_groups, people: 0.95),
            "Student's interval at 95 % for each group: it trusts a bell curve that isn't there, and pays nothing for looking "
            "at many groups.",
        ),
        Wrong(
            "rounded_to_found",
            _intervals_with(shares=lambda exposure, of: (exposure[of] >= 0.5).astype(float)),
            "You turned each exposure into found or not found. That answers another question (how many are found more often "
            "than not); asked for is the mean exposure.",
        ),
        Wrong(
            "the_others",
            _intervals_with(shares=lambda exposure, of: exposure[~of]),
            "These are the intervals of everybody outside each group.",
        ),
        Wrong(
            "everybody",
            _intervals_with(shares=lambda exposure, of: exposure),
            "Every row is the interval of all people. Mask with the group: `exposure[group == g]`.",
        ),
        Wrong(
            "ends_swapped",
            lambda *case: _group_intervals(*case)[:, ::-1],
            "The upper end comes first. Each row is low, then high.",
        ),
        Wrong(
            "transposed",
            lambda *case: _group_intervals(*case).T,
            "All low ends stand in one row and all high ends in another. A row for each group is asked for, low and then "
            "high: transpose with `.T`.",
        ),
    ),
)


# ---- stretch: what luck alone would do -----------------------------------------------------------


def _people_by_luck(found: Int[np.ndarray, " people"], trained: int) -> Float[np.ndarray, " counts"]:
    """Expected number of people found at least 0, 1, …, `trained` times if all had the average exposure."""
    from scipy.stats import binom

    share = found.mean() / trained
    return len(found) * binom.sf(np.arange(trained + 1) - 1, trained, share)


def _luck_with(tail, share=lambda found, trained: found.mean() / trained, people=len):
    def function(found, trained):
        from scipy.stats import binom

        return people(found) * tail(binom, np.arange(trained + 1), trained, share(found, trained))

    return function


def _at_least(binom, counts, trained, share):
    return binom.sf(counts - 1, trained, share)


def _poisson(found, trained):
    from scipy.stats import poisson

    return len(found) * poisson.sf(np.arange(trained + 1) - 1, found.mean())


people_by_luck = Exercise(
    name="people_by_luck",
    lesson=LESSON,
    stretch=True,
    reference=_people_by_luck,
    cases=(
        Case(np.array([2, 0, 1, 1]), 2),
        Case(np.array([0, 0, 0, 5, 1, 0, 2, 4]), 5),
        Case(np.array([0] * 30 + [8] * 3 + [1] * 7), 8),
    ),
    hints=(
        "If all people had the same exposure, how often would one of them be found in `trained` trainings? Which distribution "
        "counts hits among equal chances?",
        "The binomial one, with the average exposure `found.mean() / trained`. At least k is one minus at most k − 1: "
        "`binom.sf(k - 1, ...)`.",
        "`from scipy.stats import binom`, then `len(found) * binom.sf(np.arange(trained + 1) - 1, trained, share)`.",
    ),
    wrong=(
        Wrong(
            "exactly",
            _luck_with(lambda binom, k, n, p: binom.pmf(k, n, p)),
            "That is how many are found exactly so often. Add up from there on: at least.",
        ),
        Wrong(
            "more_than",
            _luck_with(lambda binom, k, n, p: binom.sf(k, n, p)),
            "`binom.sf(k, ...)` is the chance of *more* than k. For at least k ask for more than k − 1; the first number must "
            "be everybody.",
        ),
        Wrong(
            "at_most",
            _luck_with(lambda binom, k, n, p: binom.cdf(k, n, p)),
            "These are the people found at most so often: the curve must fall, from everybody to hardly anybody.",
        ),
        Wrong(
            "shares",
            _luck_with(_at_least, people=lambda found: 1),
            "These are chances of one person. Multiply by how many people there are.",
        ),
        Wrong(
            "observed",
            lambda found, trained: (found >= np.arange(trained + 1)[:, None]).sum(axis=1).astype(float),
            "That is what was observed. Asked for is what luck alone would give, to compare with it.",
        ),
        Wrong(
            "half",
            _luck_with(_at_least, share=lambda found, trained: 0.5),
            "You let everybody be found every other time. Equal exposure means the average one: `found.mean() / trained`.",
        ),
        Wrong(
            "median",
            _luck_with(_at_least, share=lambda found, trained: np.median(found) / trained),
            "You took the median. Then luck alone would find fewer (or more) people than were found in all; the mean keeps "
            "the total.",
        ),
        Wrong(
            "poisson",
            _poisson,
            "A Poisson count has no upper end and only fits rare events. Here nobody can be found more often than trained on: "
            "binomial.",
        ),
        Wrong(
            "without_nought",
            lambda found, trained: _people_by_luck(found, trained)[1:],
            "The first place is for at least 0 times, which is everybody; there are `trained` + 1 places.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "An attack finds 2 % of a model's members at a false positive rate of 1 %. The audit concludes: the risk to any "
            "single patient is 2 %. What is wrong?",
            [
                Choice(
                    "The attack should have been given more models",
                    "It may well find more then. But the sentence would stay wrong with any number in it.",
                    wrong="weak_attack_only",
                ),
                Choice(
                    "2 % is an average; some may always be found",
                    "A share of members is found: nothing says that it is another one in each training. Count record by record.",
                ),
                Choice(
                    "2 % lies within chance of the 1 % allowed",
                    "With enough members it is clearly above. Whoever is found in every training is not found by chance.",
                    wrong="within_chance",
                ),
                Choice(
                    "The risk is lower, since a member is rare",
                    "That concerns what an accusation is worth, the precision. Exposure speaks of people who are members.",
                    wrong="base_rate_for_exposure",
                ),
            ],
            name="average_is_nobody",
        ),
        Question(
            "You attack 64 models and pick the ten records that were found most often. How do you find out how often the next "
            "models trained on those ten would give them away?",
            [
                Choice(
                    "Pick on some models, measure on the others",
                    "Whoever is picked for a large number had luck as well. Other models know nothing of that luck, if the two "
                    "parts were no shadows of each other.",
                ),
                Choice(
                    "Take the interval of each of the ten",
                    "Clopper and Pearson's interval holds for a record that was named beforehand. These were chosen by their "
                    "numbers.",
                    wrong="interval_after_choice",
                ),
                Choice(
                    "Pick the hundred most often found instead",
                    "The luck is diluted and still there. It is the same models that choose and judge.",
                    wrong="dilutes_the_choice",
                ),
                Choice(
                    "Take how often they were found in these models",
                    "That is true of these 64, luck included. The next models do not repeat the luck for which the ten were picked.",
                    wrong="fact_of_the_past",
                ),
            ],
            name="picked_and_judged",
        ),
        Question(
            "Which patients did the attack of this lesson find most reliably?",
            [
                Choice(
                    "Those far away from all other patients",
                    "A little more than others: from the first fifth to the last a weak trend. Far out is not yet surprising.",
                    wrong="distance_from_the_crowd",
                ),
                Choice(
                    "Those of the most frequent illness",
                    "They were found least: others like them teach the model the same.",
                    wrong="frequent_class",
                ),
                Choice(
                    "Those of a race with few patients",
                    "Nobody can tell: counted in people, the interval of each race held the average of all patients.",
                    wrong="small_groups",
                ),
                Choice(
                    "Those whose label surprises other models",
                    "What a model can't infer from others it can only know by heart; rare illnesses are full of such people.",
                ),
            ],
            name="who_is_found",
        ),
        Question(
            "A patient stands in the table twice, under two numbers. Each copy is dealt to the training sets by a coin of its "
            "own, and the audit finds neither. Is the patient safe?",
            [
                Choice(
                    "Yes: with two copies one hides the other",
                    "From this audit. In the world both copies are in or out together, and a model learns them twice.",
                    wrong="copies_hide",
                ),
                Choice(
                    "Yes, if other attacks do not find them either",
                    "Any attack that compares with and without will be confused by a copy on both sides. The design is at fault.",
                    wrong="another_attack",
                ),
                Choice(
                    "No: the coin has to be tossed for the person",
                    "Then both copies are in or out together. Learnt twice, the same people were found more often than learnt once.",
                ),
                Choice(
                    "No: a copy among the non-members is accused",
                    "That could be, with a threshold for all. Here it happened hardly ever; the trouble is on the other side.",
                    wrong="copies_are_accused",
                ),
            ],
            name="twins",
        ),
        Question(
            "A controller says: our model has no names in it, so it is anonymous and the GDPR does not apply. What does the "
            "European Data Protection Board's opinion 28/2024 say about such a claim?",
            [
                Choice(
                    "A model is a set of numbers, so it holds no personal data",
                    "The Board says the contrary: a model trained on personal data can't be taken for anonymous in all cases.",
                    wrong="numbers_are_anonymous",
                ),
                Choice(
                    "A model trained on personal data is always personal data",
                    "Not always either: it has to be judged case by case.",
                    wrong="always_personal",
                ),
                Choice(
                    "It must be shown that extracting personal data is insignificantly likely",
                    "By all means reasonably likely to be used, from the model and from its answers, and case by case.",
                ),
                Choice(
                    "It is enough that the average attack advantage is small and reported",
                    "An average describes nobody, and a person asks about themselves. No figure of this kind is in the opinion.",
                    wrong="average_advantage_suffices",
                ),
            ],
            name="anonymous_model",
        ),
    ],
    lesson=LESSON,
)

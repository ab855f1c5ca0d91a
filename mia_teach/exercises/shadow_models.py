"""Lesson 03: who trains on what, what the attack classifier sees, a design that tells the truth, a promise tested."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "03"


# --- 1. who trains on what -----------------------------------------------------------------------------


def _shadow_plan(
    household: Int[np.ndarray, " records"],
    candidates: Int[np.ndarray, " candidates"],
    coins: Bool[np.ndarray, "shadows households"],
) -> tuple[Int[np.ndarray, " own"], Bool[np.ndarray, "shadows own"]]:
    """Positions of the records of households without a candidate, and which shadow trains on which of them."""
    shared = np.isin(household, household[candidates])
    own = np.flatnonzero(~shared)
    return own, coins[:, household[own]]


def _planned(own_records, membership=lambda household, own, coins: coins[:, household[own]]):
    """A wrong plan: which records the adversary takes, and how the coins become a membership."""

    def function(household, candidates, coins):
        own = own_records(household, candidates)
        return own, membership(household, own, coins)

    return function


def _right_own(household, candidates):
    return np.flatnonzero(~np.isin(household, household[candidates]))


def _whole_pool(household, candidates):
    return np.arange(len(household))


def _other_records(household, candidates):
    return np.setdiff1d(np.arange(len(household)), candidates)


def _their_households(household, candidates):
    return np.flatnonzero(np.isin(household, household[candidates]))


def _positions_as_households(household, candidates):
    return np.flatnonzero(~np.isin(household, candidates))


def _numbers_of_households(household, candidates):
    return np.unique(household[_right_own(household, candidates)])


def _plan_case(seed: int, records: int, households: int, shadows: int) -> Case:
    """Records of households of two to four baskets, a quarter of the records candidates."""
    random = np.random.default_rng(seed)
    household = random.permutation(households)[random.integers(0, records // 2, records)]
    candidates = np.sort(random.choice(records, records // 4, replace=False))
    return Case(household, candidates, random.random((shadows, households)) < 0.5)


shadow_plan = Exercise(
    name="shadow_plan",
    lesson=LESSON,
    reference=_shadow_plan,
    cases=(
        Case(
            np.array([0, 0, 3, 3, 5, 5, 7, 4]),
            np.array([0, 4]),
            np.array(
                [
                    [True, False, True, True, False, True, False, True],
                    [False, True, True, False, True, True, True, False],
                ]
            ),
        ),
        _plan_case(1, 24, 30, 3),
        _plan_case(2, 40, 60, 4),
    ),
    hints=(
        "Two steps. First: which records belong to a household of which some basket is a candidate? Then: the coins "
        "of the households that are left.",
        "`household[candidates]` are the households the target's owner knows, and `np.isin` says of each record "
        "whether its household is among them. `np.flatnonzero` makes positions of a row of True and False.",
        "`own = np.flatnonzero(~np.isin(household, household[candidates]))`. The coins have one column for each "
        "household, so each record in `own` takes the column of its household: `household[own]`.",
    ),
    wrong=(
        Wrong(
            "whole_pool",
            _planned(_whole_pool),
            "The candidates themselves are in the shadows' pool. A shadow that trained on a record answers on it as "
            "the target would, so the attack is practised on its own exam questions. An adversary who did not hold "
            "the target's records could not do this.",
        ),
        Wrong(
            "same_households",
            _planned(_other_records),
            "No candidate is left, but other baskets of the same households are. What somebody buys this week "
            "resembles what they bought last week, so the shadows meet near-copies of the candidates.",
        ),
        Wrong(
            "only_the_targets_households",
            _planned(_their_households),
            "These are the records of the very households that the target may know. The adversary is a stranger "
            "with records of other people; the selection is the wrong way round.",
        ),
        Wrong(
            "positions_for_households",
            _planned(_positions_as_households),
            "`candidates` holds positions of records, and here they are compared with the numbers of households. "
            "Which household does the record at a position belong to?",
        ),
        Wrong(
            "household_numbers",
            _planned(_numbers_of_households, lambda household, own, coins: coins[:, own]),
            "The first answer holds numbers of households, each once. Asked for are positions of records: a household "
            "with three baskets has three.",
        ),
        Wrong(
            "mask_for_positions",
            lambda household, candidates, coins: (
                ~np.isin(household, household[candidates]),
                _shadow_plan(household, candidates, coins)[1],
            ),
            "The right records, as a row of True and False. What follows needs their positions, so that the membership "
            "beside them has one column for each.",
        ),
        Wrong(
            "a_coin_for_each_record",
            _planned(_right_own, lambda household, own, coins: coins[:, own]),
            "The records are right. Their coins are looked up by the record's position, but the columns of `coins` are "
            "households. Look at two baskets of one household: they must share a coin.",
        ),
        Wrong(
            "tails",
            _planned(_right_own, lambda household, own, coins: ~coins[:, household[own]]),
            "Everything is in its place and turned over: True in `coins` means that the shadow trains on the "
            "household's baskets.",
        ),
        Wrong(
            "axes_swapped",
            _planned(_right_own, lambda household, own, coins: coins.T[household[own]]),
            "The membership lies on its side. Everywhere in the course models come first: one row for each shadow, one "
            "column for each of its records.",
        ),
        Wrong(
            "all_columns",
            _planned(_right_own, lambda household, own, coins: coins[:, household]),
            "The membership has a column for every record there is. Only the adversary's own records are put before "
            "the shadows: one column for each position in your first answer.",
        ),
    ),
)


# --- 2. what the attack classifier sees ----------------------------------------------------------------


def _softmax(logits, axis=1):
    p = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return p / p.sum(axis=axis, keepdims=True)


def _attack_features(
    logits: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"], top: int
) -> Float[np.ndarray, "examples columns"]:
    """The `top` largest probabilities, largest first, then the loss, then 1 where the model is right and 0 elsewhere."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    largest = np.sort(p, axis=1)[:, ::-1][:, :top]
    loss = -np.log(p[np.arange(len(labels)), labels])
    right = p.argmax(axis=1) == labels
    return np.column_stack([largest, loss, right])


def _columns(largest=None, loss=None, right=None):
    """Wrong features: one of the three parts of (logits, labels, top) replaced."""

    def function(logits, labels, top):
        whole = _attack_features(logits, labels, top)
        parts = [whole[:, :top], whole[:, top], whole[:, top + 1]]
        for i, replaced in enumerate((largest, loss, right)):
            if replaced is not None:
                parts[i] = replaced(logits, labels, top)
        return np.column_stack(parts)

    return function


def _at(values, labels):
    return values[np.arange(len(labels)), labels]


def _over_examples(logits, labels, top):
    p = _softmax(logits, axis=0)
    return np.column_stack(
        [np.sort(p, axis=1)[:, ::-1][:, :top], -np.log(_at(p, labels)), p.argmax(axis=1) == labels]
    )


attack_features = Exercise(
    name="attack_features",
    lesson=LESSON,
    reference=_attack_features,
    cases=(
        Case(np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])), np.array([2, 1]), 2),
        Case(
            np.array([[1.0, -1.0, 0.5, 2.0], [0.0, 3.0, 1.0, -2.0], [2.0, 2.5, 0.0, 1.0]]),
            np.array([0, 1, 3]),
            3,
        ),
        Case(np.random.default_rng(3).normal(0, 2, (8, 6)), np.arange(8) % 6, 3),
    ),
    hints=(
        "Three parts side by side: sorted probabilities, the loss, right or wrong. Begin with the probabilities, "
        "softmax over the classes of each record.",
        "`np.sort(p, axis=1)` is ascending; `[:, ::-1]` turns every row round and `[:, :top]` cuts it. For the loss "
        "you need the probability at each record's label: `p[np.arange(len(labels)), labels]`.",
        "`largest = np.sort(p, axis=1)[:, ::-1][:, :top]`, `loss = -np.log(...)` of the label's probability, `right = "
        "p.argmax(axis=1) == labels`; then `np.column_stack([largest, loss, right])`.",
    ),
    wrong=(
        Wrong(
            "first_classes",
            _columns(largest=lambda logits, labels, top: _softmax(logits)[:, :top]),
            "These are the probabilities of the first classes, in the order of their names. The attack classifier "
            "would learn about kinds of baskets, and could not be used on a model with other kinds.",
        ),
        Wrong(
            "ascending",
            _columns(largest=lambda logits, labels, top: np.sort(_softmax(logits), axis=1)[:, -top:]),
            "The right probabilities, smallest first. The largest is asked for in the first column; then it stays in "
            "the same place whatever `top` is.",
        ),
        Wrong(
            "smallest",
            _columns(largest=lambda logits, labels, top: np.sort(_softmax(logits), axis=1)[:, :top]),
            "These are the smallest probabilities. With 96 classes they are all near 0; how sure a model is shows at "
            "the other end.",
        ),
        Wrong(
            "logits_for_probabilities",
            _columns(largest=lambda logits, labels, top: np.sort(logits, axis=1)[:, ::-1][:, :top]),
            "The largest logits came, not probabilities. A number added to all logits of a record changes no answer "
            "of the model, and it would change your features.",
        ),
        Wrong(
            "softmax_over_records",
            _over_examples,
            "The softmax runs down the records instead of across the classes: your columns sum to 1, and each row "
            "should. One record's features would change with the other records in the batch.",
        ),
        Wrong(
            "loss_negative",
            _columns(loss=lambda logits, labels, top: np.log(_at(_softmax(logits), labels))),
            "The loss came out negative. The logarithm of a probability is; the loss is minus that, small for a record "
            "the model expected.",
        ),
        Wrong(
            "probability_for_loss",
            _columns(loss=lambda logits, labels, top: _at(_softmax(logits), labels)),
            "In the loss's column stands the label's probability. It ranks alike, but it is squeezed against 1 where "
            "members are, and a classifier that adds up its features feels that.",
        ),
        Wrong(
            "loss_of_the_prediction",
            _columns(loss=lambda logits, labels, top: -np.log(_softmax(logits).max(axis=1))),
            "This is the loss of the model's favourite class. It ignores the label, so an answer that is sure and wrong "
            "looks like one that is sure and right.",
        ),
        Wrong(
            "loss_and_right_swapped",
            lambda logits, labels, top: _attack_features(logits, labels, top)[:, [*range(top), top + 1, top]],
            "All the columns are there, and the last two have changed places: the loss comes first, then right or "
            "wrong.",
        ),
        Wrong(
            "loss_in_bits",
            _columns(loss=lambda logits, labels, top: -np.log2(_at(_softmax(logits), labels))),
            "The loss came out half as large again: it is in bits, from a logarithm to base 2. The course's loss is in "
            "nats, from the natural logarithm.",
        ),
        Wrong(
            "wrong_for_right",
            _columns(right=lambda logits, labels, top: logits.argmax(axis=1) != labels),
            "The last column is 1 where the model is wrong. A linear classifier would find its way, but the column is "
            "called right.",
        ),
        Wrong(
            "prediction_for_right",
            _columns(right=lambda logits, labels, top: logits.argmax(axis=1)),
            "In the last column stands the number of the predicted class. Asked for is whether it is the true one, 1 or "
            "0.",
        ),
    ),
)


# --- 3. a design that tells the truth ------------------------------------------------------------------


def published_design(models: int, examples: int, *, seed: int) -> Bool[np.ndarray, "models examples"]:
    """Membership in which every example is in exactly half of the models, drawn without pairs.

    This is how the code published with LiRA draws it (`train.py`, Carlini et al. 2022).

    >>> published_design(4, 6, seed=0).sum(axis=0)
    array([2, 2, 2, 2, 2, 2])
    """
    order = np.random.default_rng(seed).random((models, examples)).argsort(axis=0)
    return order < models // 2


def _allowed_shadows(member: Bool[np.ndarray, "models examples"], target: int) -> Int[np.ndarray, " shadows"]:
    """Positions of all models that may serve as shadows: without the target and without its complement."""
    mirror = (member == ~member[target]).all(axis=1)
    allowed = ~mirror
    allowed[target] = False
    return np.flatnonzero(allowed)


def _kept(keep):
    """A wrong choice: True for the models kept, from (member, target)."""
    return lambda member, target: np.flatnonzero(keep(member, target))


def _not_the_target(member, target):
    return np.arange(len(member)) != target


def _pairs(member):
    """The position of each model's complement."""
    return np.array([(member == ~own).all(axis=1).argmax() for own in member])


def _one_of_each_pair(member, target):
    partner, rows = _pairs(member), np.arange(len(member))
    return (rows < partner) & (rows != target) & (partner != target)


def _paired_case(seed: int, pairs: int, examples: int, target: int) -> Case:
    """A balanced design in pairs, its rows shuffled."""
    random = np.random.default_rng(seed)
    half = np.array([random.permutation(examples) < examples // 2 for _ in range(pairs)])
    return Case(np.concatenate([half, ~half])[random.permutation(2 * pairs)], target)


allowed_shadows = Exercise(
    name="allowed_shadows",
    lesson=LESSON,
    reference=_allowed_shadows,
    cases=(
        Case(
            np.array(
                [
                    [True, True, False, False],
                    [True, False, True, False],
                    [False, False, True, True],
                    [True, False, False, True],
                    [False, True, False, True],
                    [False, True, True, False],
                ]
            ),
            1,
        ),
        _paired_case(1, 4, 12, 0),
        _paired_case(2, 5, 20, 7),
        _paired_case(3, 6, 16, 11),
    ),
    hints=(
        "Add up the columns of all models but the target. When is that sum the same for every record? Somebody must "
        "leave together with the target.",
        "The partner trained on exactly what the target left out: its row is `~member[target]`. Compare it with all "
        "rows at once; `.all(axis=1)` asks whether a whole row agrees.",
        "`mirror = (member == ~member[target]).all(axis=1)` is True for the partner alone. Allowed is who is neither "
        "`mirror` nor the target; `np.flatnonzero` gives the positions.",
    ),
    wrong=(
        Wrong(
            "partner_kept",
            _kept(_not_the_target),
            "Only the target is out. Add up the columns of your shadows: a record they hold one time less often is a "
            "member of the target. The model that trained on just the rest is still among them.",
        ),
        Wrong(
            "target_kept",
            _kept(lambda member, target: (member != ~member[target]).any(axis=1)),
            "The partner is out, and the target itself is among its shadows. Then the adversary would know the answer.",
        ),
        Wrong(
            "next_row",
            _kept(
                lambda member, target: ~np.isin(np.arange(len(member)), [target, (target + 1) % len(member)])
            ),
            "The row after the target is taken for the partner. Here the rows are shuffled; the membership itself "
            "tells who the partner is.",
        ),
        Wrong(
            "partner_half_way_round",
            _kept(
                lambda member, target: (
                    ~np.isin(np.arange(len(member)), [target, (target + len(member) // 2) % len(member)])
                )
            ),
            "The row half the models further on is taken for the partner, as if all first halves came before all "
            "second ones. Here the rows are shuffled; the membership itself tells who the partner is.",
        ),
        Wrong(
            "descending",
            lambda member, target: _allowed_shadows(member, target)[::-1],
            "The right positions, from the last to the first. They are asked for in ascending order.",
        ),
        Wrong(
            "pairs_by_number",
            _kept(lambda member, target: np.arange(len(member)) // 2 != target // 2),
            "Rows 0 and 1, 2 and 3, and so on are taken for pairs. The package writes them so; here the rows are "
            "shuffled. The membership itself tells who the partner is.",
        ),
        Wrong(
            "only_the_partner",
            _kept(lambda member, target: (member == ~member[target]).all(axis=1)),
            "Only the partner came, the one model that must go. From it alone the adversary reads off the target's "
            "members: all that it left out.",
        ),
        Wrong(
            "one_of_each_pair",
            _kept(_one_of_each_pair),
            "Safe, and wasteful: of each other pair one model is thrown away. A pair tells nothing about the target, "
            "as each record is in just one of the two. Both may stay.",
        ),
        Wrong(
            "mask_for_positions",
            lambda member, target: np.isin(np.arange(len(member)), _allowed_shadows(member, target)),
            "The right models, as a row of True and False. Asked for are their positions.",
        ),
        Wrong(
            "rows_of_membership",
            lambda member, target: member[_allowed_shadows(member, target)],
            "These are the allowed models' memberships. Asked for are the models' positions, so that their answers can "
            "be taken too.",
        ),
    ),
)


# --- stretch: is the promise kept? ---------------------------------------------------------------------


def _promise(
    shadow_score: Float[np.ndarray, "shadows own"],
    shadow_member: Bool[np.ndarray, "shadows own"],
    target_score: Float[np.ndarray, " examples"],
    target_member: Bool[np.ndarray, " examples"],
    promised: float,
) -> tuple[float, float]:
    """(threshold, true FPR): the lowest threshold that at most `promised` of the shadows' non-members exceed."""
    outside = np.sort(shadow_score[~shadow_member])[::-1]
    threshold = outside[int(promised * len(outside))]
    accused = target_score > threshold
    return float(threshold), float(accused[~target_member].mean())


def _promised(threshold, true_fpr=lambda score, member, threshold: (score > threshold)[~member].mean()):
    """A wrong promise: where the threshold is taken from, and how the false alarms are counted."""

    def function(shadow_score, shadow_member, target_score, target_member, promised):
        cut = threshold(shadow_score, shadow_member, target_score, target_member, promised)
        return float(cut), float(true_fpr(target_score, target_member, cut))

    return function


def _exceeded_by(values, promised, shift=0):
    ordered = np.sort(values)[::-1]
    return ordered[int(promised * len(ordered)) + shift]


def _right_threshold(shadow_score, shadow_member, target_score, target_member, promised):
    return _exceeded_by(shadow_score[~shadow_member], promised)


def _promise_case(seed: int, shadows: int, own: int, examples: int, promised: float) -> Case:
    """Scores to one decimal, so that some are equal; every shadow has own / 2 non-members."""
    random = np.random.default_rng(seed)
    inside = np.array([random.permutation(own) < own // 2 for _ in range(shadows)])
    member = random.random(examples) < 0.4
    return Case(
        random.normal(inside * 1.0).round(1), inside, random.normal(0.3 + member).round(1), member, promised
    )


promise = Exercise(
    name="promise",
    lesson=LESSON,
    stretch=True,
    reference=_promise,
    returns=("threshold", "true FPR"),
    cases=(
        Case(
            np.array([[4.0, 1.0, 3.0, 2.0], [5.0, 6.0, 0.0, 7.0]]),
            np.array([[True, False, True, False], [True, False, False, True]]),
            np.array([8.0, 2.0, 3.0, 9.0, 1.5, 7.0]),
            np.array([True, False, False, True, False, True]),
            0.25,
        ),
        _promise_case(1, 2, 20, 30, 0.25),
        _promise_case(2, 4, 16, 40, 0.125),
        _promise_case(3, 3, 24, 60, 0.25),
    ),
    hints=(
        "Two groups of non-members. The shadows' choose the threshold, since the adversary knows them; the target's "
        "judge it.",
        "`np.sort(...)[::-1]` puts the scores of the shadows' non-members largest first. If k of them may be accused, "
        "the threshold is the next one, at position k: only larger scores are accused.",
        "`outside = np.sort(shadow_score[~shadow_member])[::-1]`, `threshold = outside[int(promised * len(outside))]`. "
        "The true FPR is the share of the target's non-members with a larger score.",
    ),
    wrong=(
        Wrong(
            "peeked",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: _exceeded_by(
                    target_score[~target_member], promised
                )
            ),
            "The threshold comes from the target's own non-members. Then the promise is kept by construction, and no "
            "adversary could make it: who these non-members are is the very thing in question.",
        ),
        Wrong(
            "threshold_from_members",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: _exceeded_by(
                    shadow_score[shadow_member], promised
                )
            ),
            "The threshold comes from the shadows' members. A false positive rate speaks of people who were not in the "
            "training set.",
        ),
        Wrong(
            "threshold_from_everybody",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: _exceeded_by(
                    shadow_score.ravel(), promised
                )
            ),
            "The threshold comes from all scores of the shadows, members included. They lie higher, so you accuse "
            "fewer non-members than you may.",
        ),
        Wrong(
            "one_too_strict",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: _exceeded_by(
                    shadow_score[~shadow_member], promised, -1
                )
            ),
            "One too strict: your threshold is the last score that might still be accused, and only larger scores "
            "are. Count how many of the shadows' non-members exceed it.",
        ),
        Wrong(
            "interpolated",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: np.quantile(
                    shadow_score[~shadow_member], 1 - promised
                )
            ),
            "The quantile is interpolated between two scores. The lowest threshold that keeps the promise is itself one of the "
            "scores; among thousands the difference is nothing, in the small cases here it shows.",
        ),
        Wrong(
            "wrong_tail",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: np.sort(
                    shadow_score[~shadow_member]
                )[int(promised * (~shadow_member).sum())]
            ),
            "You counted from the wrong end: nearly all of the shadows' non-members exceed this threshold. A larger "
            "score speaks for a member, so the few who may be accused are those with the largest scores.",
        ),
        Wrong(
            "mean_of_each_shadow_s_threshold",
            _promised(
                lambda shadow_score, shadow_member, target_score, target_member, promised: np.mean(
                    [
                        _exceeded_by(one[~side], promised)
                        for one, side in zip(shadow_score, shadow_member, strict=True)
                    ]
                )
            ),
            "A threshold for each shadow, and then their mean. That keeps the promise for none of them in particular; "
            "here the non-members of all shadows are counted together, and the threshold is one of their scores.",
        ),
        Wrong(
            "wrong_order",
            lambda *given: _promise(*given)[::-1],
            "Both numbers are right and have changed places: the threshold comes first, then the true FPR.",
        ),
        Wrong(
            "at_least",
            _promised(
                _right_threshold, lambda score, member, threshold: (score >= threshold)[~member].mean()
            ),
            "The threshold is right. Records whose score equals it are accused here; the course accuses only larger "
            "scores.",
        ),
        Wrong(
            "false_alarms_among_everybody",
            _promised(
                _right_threshold, lambda score, member, threshold: ((score > threshold) & ~member).mean()
            ),
            "The threshold is right, and the innocent who stand accused are counted rightly. But they are divided by "
            "all records; the FPR is a share of the non-members.",
        ),
        Wrong(
            "share_of_everybody",
            _promised(_right_threshold, lambda score, member, threshold: (score > threshold).mean()),
            "The threshold is right. The second number is the share of all records accused; the FPR looks at the "
            "non-members alone.",
        ),
        Wrong(
            "tpr_for_fpr",
            _promised(_right_threshold, lambda score, member, threshold: (score > threshold)[member].mean()),
            "The threshold is right. The second number is the share of the members found, the TPR.",
        ),
        Wrong(
            "judged_on_the_shadows",
            lambda shadow_score, shadow_member, target_score, target_member, promised: (
                _promise(shadow_score, shadow_member, target_score, target_member, promised)[0],
                _promise(shadow_score, shadow_member, shadow_score, shadow_member, promised)[1],
            ),
            "The false alarms are counted among the shadows' non-members, from whom the threshold was taken. That the "
            "promise holds there is no news; the question is what happens on the target.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "You train fifty shadow models and learn an attack classifier on them. The target may be asked once, about the "
            "suspects and nobody else, and the classifier ranks them just as the plain loss does. What have the fifty "
            "models bought you?",
            [
                Choice(
                    "Nothing: the same ranking is the same attack",
                    "An attack is a ranking and a place to cut it. The loss alone says who is more suspect than whom, "
                    "and never who is suspect enough.",
                    wrong="ranking_is_all",
                ),
                Choice(
                    "A threshold, with an idea of its false alarms",
                    "On the shadows you know the truth, so you see how many innocent records exceed any threshold. "
                    "How well that carries over depends on how like the target they are.",
                ),
                Choice(
                    "A smaller error, since fifty models average out",
                    "More models steady the fit. Here the fit was steady with one, and averaging the shadows takes no "
                    "noise out of the target's own answers.",
                    wrong="averaging_helps_the_target",
                ),
                Choice(
                    "A proof that the target leaks no more than that",
                    "You found one attack that does no better. The classifier for each class, on the same shadows, "
                    "already does.",
                    wrong="no_gain_is_a_bound",
                ),
            ],
            name="what_shadows_buy",
        ),
        Question(
            "A shop's model is attacked. The shadows train on other baskets than the target's candidates, but on "
            "baskets of the same customers. What does the result say about an adversary who is a stranger?",
            [
                Choice(
                    "It may flatter: the shadows know these customers",
                    "A customer's baskets resemble each other, so a shadow has met something close to the candidate. "
                    "A stranger has no such shadows. How much that matters, only an experiment with strangers can say.",
                ),
                Choice(
                    "It is fair, as no basket is on both sides",
                    "No basket is, and yet no household is new: what people buy repeats itself. Records that share a "
                    "person are not independent.",
                    wrong="records_are_people",
                ),
                Choice(
                    "It is too low: two models share their customers",
                    "If sharing customers does anything, it should help the attack, as the shadows practise on people "
                    "like the candidates. A stranger may do worse.",
                    wrong="overlap_hurts",
                ),
                Choice(
                    "It is void, as shadows may share nothing with a target",
                    "They share the kind of data, the task and the training, and must, or they would teach nothing. "
                    "What they should not share is people.",
                    wrong="shadows_share_nothing",
                ),
            ],
            name="whose_records",
        ),
        Question(
            "For 64 models every record is put into exactly 32 of them. One model is the target. The attack may use the "
            "other 63 models with their memberships, and reaches an AUC of 1.000. What do you suspect first?",
            [
                Choice(
                    "That the target is overfitted beyond all measure",
                    "Even a model that has learnt everything by heart answers some new records as surely as old ones. "
                    "A perfect score asks for another explanation.",
                    wrong="perfect_means_overfitted",
                ),
                Choice(
                    "That 63 shadows are enough to solve the problem",
                    "More shadows may steady an attack and never make it perfect: what they say about a record is "
                    "uncertain because training is.",
                    wrong="enough_shadows_are_perfect",
                ),
                Choice(
                    "That the threshold was tuned on the target itself",
                    "That would flatter an accuracy. AUC needs no threshold, and it is 1 only when every member "
                    "outranks every non-member.",
                    wrong="auc_has_a_threshold",
                ),
                Choice(
                    "That the other models' memberships tell the answer",
                    "Members of the target are in 31 of the others, non-members in 32. Counting is enough, without a "
                    "single answer of a model.",
                ),
            ],
            name="balanced_design",
        ),
        Question(
            "Your shadows trained for 2 epochs, the target for 8. Your classifier for all classes promises that 5 % of the "
            "non-members will be accused. Its AUC on the target is as good as ever. What about the promise?",
            [
                Choice(
                    "It is kept, since the ranking is as good as ever",
                    "A ranking survives any stretching of the scores. A threshold is a fixed place on their scale, and "
                    "the better-trained target is surer of everything.",
                    wrong="auc_vouches_for_thresholds",
                ),
                Choice(
                    "It is kept if there are enough shadow models",
                    "Then you know the shadows' false alarms exactly, and they are still the shadows'. No number of "
                    "unlike models says how the target behaves.",
                    wrong="more_shadows_repair_mismatch",
                ),
                Choice(
                    "It is broken: far more non-members will be accused",
                    "The target is surer than the shadows of everything, seen or not. What was remarkable in a shadow "
                    "is ordinary in the target.",
                ),
                Choice(
                    "It is broken: hardly any non-members will be accused",
                    "That is what happens with shadows that trained for longer than the target. These trained for "
                    "less.",
                    wrong="direction_reversed",
                ),
            ],
            name="mismatch",
        ),
        Question(
            "A classifier for each class finds more members among baskets with baby things than one classifier for "
            "all classes. Where does the gain come from?",
            [
                Choice(
                    "It has more parameters and fits the shadows better",
                    "By itself that would make it worse on the target: each classifier has far fewer answers to learn "
                    "from. It pays off only because the classes really differ.",
                    wrong="parameters_are_power",
                ),
                Choice(
                    "It compares a basket with others of its own kind",
                    "For a kind that the model finds hard, even a middling answer is remarkable. Among all baskets it "
                    "is not.",
                ),
                Choice(
                    "It sees more answers, as each class is counted again",
                    "It sees the very same answers, divided among 96 classifiers. Each of them has far fewer.",
                    wrong="per_class_has_more_data",
                ),
                Choice(
                    "It has learnt what baby baskets contain, and knows them",
                    "It sees five numbers of an answer and never a basket. What it has learnt is how sure a network is "
                    "of this kind, seen and unseen.",
                    wrong="classifier_sees_baskets",
                ),
            ],
            name="own_kind",
        ),
    ],
    lesson=LESSON,
)

"""Lesson 11, graded: the best of several attacks, honestly, and a report whose words are no stronger than its counts."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong
from mia_teach.rate import lower_end, upper_end

# ---- 1. the best of several attacks ------------------------------------------------------------


def _best_attack_shows(scores, member, chooses, delta):
    """What the best of several attacks shows of ε, when attack and threshold were chosen on other models.

    scores: of several attacks on one canary, a column for each model, (attacks, models); member: which models trained on it;
    chooses: which models choose, (models,); delta: of the claim.
    Returns: (the attack, counted from 0; the lower bound on ε that the other models show, 95 % sure; the bound's ceiling).
    """
    promised, thresholds = [], []
    for score in scores:
        held = mt.Scores(score[chooses], member[chooses])
        thresholds.append(mt.audit.threshold_from(held, delta=delta))
        as_if_fixed = mt.audit.Threshold(thresholds[-1].value)
        promised.append(mt.audit.clopper_pearson(held, threshold=as_if_fixed, delta=delta).epsilon)
    best = int(np.argmax(promised))
    test = mt.Scores(scores[best, ~chooses], member[~chooses])
    shown = mt.audit.clopper_pearson(test, threshold=thresholds[best], delta=delta)
    return best, shown.epsilon, shown.ceiling


def _cut(score, member, models, delta):
    return mt.audit.threshold_from(mt.Scores(score[models], member[models]), delta=delta).value


def _bound(score, member, models, cut, delta, confidence=0.95):
    scores = mt.Scores(score[models], member[models])
    return mt.audit.clopper_pearson(
        scores, threshold=mt.audit.Threshold(cut), delta=delta, confidence=confidence
    )


def _shown(chosen=None, judged=None, measure=None, said=None):
    """A wrong audit: other models that choose or are judged, another measure of an attack, another bound."""

    def function(scores, member, chooses, delta):
        on = chooses if chosen is None else chosen(chooses)
        test = ~chooses if judged is None else judged(chooses)
        cuts = [_cut(score, member, on, delta) for score in scores]
        if measure is None:
            worth = [_bound(*pair, delta).epsilon for pair in _each(scores, member, on, cuts)]
        else:
            worth = [
                measure(score, member, chooses, cut, delta) for score, cut in zip(scores, cuts, strict=True)
            ]
        best = int(np.argmax(worth))
        if said is not None:
            return best, *said(scores[best], member, test, cuts[best], delta, len(scores))
        shown = _bound(scores[best], member, test, cuts[best], delta)
        return best, shown.epsilon, shown.ceiling

    return function


def _each(scores, member, models, cuts):
    return [(score, member, models, cut) for score, cut in zip(scores, cuts, strict=True)]


def _everybody(chooses):
    return np.ones_like(chooses)


def _by_auc(score, member, chooses, cut, delta):
    own, others = score[chooses & member], score[chooses & ~member]
    return (own[:, None] > others).mean()


def _by_the_test(score, member, chooses, cut, delta):
    return _bound(score, member, ~chooses, cut, delta).epsilon


def _bare_rates(score, member, test, cut, delta, attacks):
    accused = score > cut
    tpr, fpr = accused[test & member].mean(), accused[test & ~member].mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (tpr - delta) / fpr, (1 - fpr - delta) / (1 - tpr)
    return max(0.0, np.log(max(ratios))), _bound(score, member, test, cut, delta).ceiling


def _paid_for_the_attacks(score, member, test, cut, delta, attacks):
    one = _bound(score, member, test, cut, delta, 1 - 0.05 / attacks)
    return one.epsilon, one.ceiling


def _ceiling_of_all_models(score, member, test, cut, delta, attacks):
    every = _bound(score, member, np.ones_like(test), cut, delta)
    return _bound(score, member, test, cut, delta).epsilon, every.ceiling


def _canary_in_some_models(rng):
    """Drawn until one attack is the best: of two equals each would be a right answer."""
    while True:
        case = _five_attacks(rng)
        scores, member, chooses, delta = case.args
        cuts = [_cut(score, member, chooses, delta) for score in scores]
        second, best = sorted(_bound(*one, delta).epsilon for one in _each(scores, member, chooses, cuts))[
            -2:
        ]
        if best - second > 1e-6:
            return case


def _five_attacks(rng):
    """Three are certain about part of the members, one leans towards all of them, one hardly does."""
    models = 2 * int(rng.integers(170, 230))
    member, chooses = rng.random(models) < 0.5, rng.permutation(models) < models // 2
    sure = rng.uniform(0.45, 0.6, 3)
    parts = [4.0 * (rng.random(models) < share) * member for share in sure]
    moved = np.stack([*parts, 1.5 * member, 0.3 * member])
    return Case(rng.permutation(moved + rng.normal(0, 0.9, moved.shape)), member, chooses, 1e-5)


def _forty_models():
    """Two attacks on models that choose and, from the 20th on, that judge.

    The first misses two members of those that choose and one of the others; the second accuses two strangers while choosing,
    beside a few members, and nobody wrongly afterwards. So it has the larger AUC and promises less.
    """
    member, place = np.tile([True, False], 20), np.arange(40)
    scores = np.tile(member + place / 100, (2, 1))
    scores[0, [2, 6, 36]], scores[1, [1, 5]] = -1.0, 1.125
    return Case(scores, member, place < 20, 0.0)


best_attack_shows = Task(
    name="best_attack_shows",
    points=5,
    question="""
Leyla has changed jobs, and a vendor sends her an audit: "several attacks, every threshold, and the largest lower bound was this". She lets the vendor send
the scores. Some models trained on the canary, the others did not; each was attacked by all of the attacks. What may the vendor say, at 95 %?

Let the models that `chooses` marks choose, and the others be judged. For each attack take the threshold that `mt.audit.threshold_from` finds on the choosing
models, and the bound that `mt.audit.clopper_pearson` gives *there*; the attack with the largest is chosen. (Nothing is claimed with these bounds, so give
it the bare value there: `mt.audit.Threshold(value)`.) Return **the attack**, **the bound that it shows on the other models** at its threshold, and **that
bound's ceiling**.
""",
    reference=_best_attack_shows,
    draw=_canary_in_some_models,
    example=_forty_models(),
    returns=("attack", "bound", "ceiling"),
    wrong=(
        Wrong(
            "everything_on_all",
            _shown(chosen=_everybody, judged=_everybody),
            "Attack, threshold and bound all come from the same models. It is the vendor's audit: looked first, and was sure afterwards.",
        ),
        Wrong(
            "judged_on_all",
            _shown(judged=_everybody),
            "The chosen attack is judged on all models, those that chose it among them. What was luck there counts as a find.",
        ),
        Wrong(
            "judged_where_chosen",
            _shown(judged=lambda chooses: chooses),
            "The bound is that of the choosing models. They picked attack and threshold so that it comes out large; only the others can be "
            "counted.",
        ),
        Wrong(
            "best_on_the_test",
            _shown(measure=_by_the_test),
            "The thresholds come from the choosing models, and the attack is the one that does best on the others. So the models that judge have "
            "chosen as well.",
        ),
        Wrong(
            "by_auc",
            _shown(measure=_by_auc),
            "You choose the attack with the largest AUC. That is about all thresholds; ε is shown at one, where few are accused wrongly.",
        ),
        Wrong(
            "bare_rates",
            _shown(said=_bare_rates),
            "The attack is right. The bound is made of the rates as measured; other models would give others, and a bound that is 95 % sure "
            "has to allow for it.",
        ),
        Wrong(
            "paid_for_all_attacks",
            _shown(said=_paid_for_the_attacks),
            "The attack is right. You share the error among all attacks, as if they had been compared on the models that judge. There only one "
            "of them was counted.",
        ),
        Wrong(
            "ceiling_of_all_models",
            _shown(said=_ceiling_of_all_models),
            "Attack and bound are right. The ceiling counts all models; a perfect attack would have been judged on the same ones as this.",
        ),
    ),
)


# ---- 2. words for a report ---------------------------------------------------------------------


def _words_for_a_report(hits, members, alarms, strangers, claims, delta):
    """Bounds, ceilings and verdicts of several audits that shall hold together with 95 %.

    hits, members: accused of the models with the canary, one number an audit; alarms, strangers: of those without;
    claims: the ε that each vendor claims, at this delta.
    Returns: (lower bounds on ε; their ceilings; "refuted", "not refuted" or "could not be" for each).
    """
    each, bounds, ceilings = 1 - 0.05 / len(claims), [], []
    for h, m, a, n in zip(hits, members, alarms, strangers, strict=True):
        counted = mt.Scores(np.repeat([1.0, 0.0, 1.0, 0.0], [h, m - h, a, n - a]), np.arange(m + n) < m)
        bound = mt.audit.clopper_pearson(counted, threshold=0.5, delta=delta, confidence=each)
        bounds.append(bound.epsilon)
        ceilings.append(bound.ceiling)
    bounds, ceilings = np.array(bounds), np.array(ceilings)
    said = np.where(ceilings > claims, "not refuted", "could not be")
    return bounds, ceilings, np.where(bounds > claims, "refuted", said)


def _for_the_claim(h, m, a, n, alpha):
    return lower_end(h, m, alpha), upper_end(a, n, alpha)


def _both_events(tpr, fpr, delta):
    with np.errstate(divide="ignore"):
        ratio = np.maximum((tpr - delta) / fpr, (1 - fpr - delta) / (1 - tpr))
    return np.log(np.maximum(ratio, 1.0))


def _in_words(bounds, ceilings, claims):
    said = np.where(ceilings > claims, "not refuted", "could not be")
    return np.where(bounds > claims, "refuted", said)


def _report(
    alpha=lambda audits: 0.025 / audits, ends=_for_the_claim, events=_both_events, words=_in_words, best=None
):
    """A wrong report: another error, other ends, fewer events, other words, other ceilings."""

    def function(hits, members, alarms, strangers, claims, delta):
        level = alpha(len(claims))
        bounds = events(*ends(hits, members, alarms, strangers, level), delta)
        nobody, perfect = np.zeros_like(strangers), level if best is None else best(level, len(claims))
        ceilings = _both_events(*_for_the_claim(members, members, nobody, strangers, perfect), delta)
        return bounds, ceilings, words(bounds, ceilings, claims)

    return function


def _accusing_only(tpr, fpr, delta):
    return np.log(np.maximum((tpr - delta) / fpr, 1.0))


def _against_the_claim(h, m, a, n, alpha):
    return upper_end(h, m, alpha), lower_end(a, n, alpha)


def _bare(h, m, a, n, alpha):
    return h / m, a / n


def _never_blind(bounds, ceilings, claims):
    return np.where(bounds > claims, "refuted", "not refuted")


def _blind_if_not_refuted(bounds, ceilings, claims):
    return np.where(bounds > claims, "refuted", "could not be")


def _by_the_ceiling(bounds, ceilings, claims):
    return np.where(ceilings > claims, "refuted", "could not be")


def _audits_of_vendors(rng):
    def audit(least, most, tpr, fpr, claim):
        members, strangers = rng.integers(least, most, 2)
        hits = np.clip(rng.binomial(members, rng.uniform(*tpr)), 1, members - 1)
        alarms = np.clip(rng.binomial(strangers, rng.uniform(*fpr)), 1, strangers - 1)
        return hits, members, alarms, strangers, round(rng.uniform(*claim), 2)

    audits = [
        audit(250, 400, (0.55, 0.75), (0.05, 0.1), (0.5, 0.9)),  # refuted
        audit(250, 400, (0.95, 0.98), (0.4, 0.5), (0.6, 0.9)),  # refuted by those who are not accused
        audit(200, 400, (0.1, 0.2), (0.05, 0.1), (1.5, 3.0)),  # not refuted
        audit(18, 40, (0.85, 0.95), (0.05, 0.1), (3.0, 6.0)),  # beyond its ceiling
        *(audit(30, 200, (0.2, 0.8), (0.1, 0.2), (0.5, 4.0)) for _ in range(int(rng.integers(1, 4)))),
    ]
    order = rng.permutation(len(audits))
    hits, members, alarms, strangers, claims = (np.array(part)[order] for part in zip(*audits, strict=True))
    return Case(hits, members, alarms, strangers, claims, float(rng.choice([1e-4, 1e-3])))


words_for_a_report = Task(
    name="words_for_a_report",
    points=5,
    question="""
A hospital has had the claims of several vendors audited and wants one page: which vendor may not be believed, about which one nothing was found, and about which
one nothing *could have been*. Patients will be told what stands there. The counts of every audit, at thresholds that were fixed beforehand, have come in.

All statements of the page shall hold **together** with 95 %, each audit with an equal part of the error. Give each audit's **lower bound on ε** as in round 1 (both
events, each rate at the end of its interval that speaks for the claim, 0 where nothing is shown), its **ceiling**, and its verdict in
exactly these words: `"refuted"`; `"not refuted"`, where a perfect attack with the same numbers of models would have refuted the claim; `"could not be"`, where not
even that one would. (`mt.audit.clopper_pearson` takes scores: counts can be written as ones and noughts.)
""",
    reference=_words_for_a_report,
    draw=_audits_of_vendors,
    example=Case(
        np.array([60, 19, 97]),
        np.array([100, 20, 100]),
        np.array([5, 1, 40]),
        np.array([100, 20, 100]),
        np.array([1.2, 2.0, 2.4]),
        0.001,
    ),
    returns=("bounds", "ceilings", "verdicts"),
    wrong=(
        Wrong(
            "each_at_95",
            _report(alpha=lambda audits: 0.025),
            "Every audit has the whole error to spend. On a page with several of them the chance that one errs is several times as large.",
        ),
        Wrong(
            "whole_error_for_each_rate",
            _report(alpha=lambda audits: 0.05 / audits),
            "Within an audit each of the two rates has spent the whole of the audit's error. A bound rests on both at once.",
        ),
        Wrong(
            "bare_rates",
            _report(ends=_bare),
            "The bounds are made of the rates as measured. With twenty models a rate is a guess; take the ends of its interval.",
        ),
        Wrong(
            "ends_against_the_claim",
            _report(ends=_against_the_claim),
            "The rates are taken at the wrong ends: the vendor is convicted by what may have been luck. An end has to speak *for* the claim.",
        ),
        Wrong(
            "accusing_only",
            _report(events=_accusing_only),
            "Only the accused are counted. Where nearly all with the canary are accused, those who are *not* accused tell more.",
        ),
        Wrong(
            "never_blind",
            _report(words=_never_blind),
            "Bounds and ceilings are right. You say “not refuted” also where no attack whatever could have refuted; patients would take it for a "
            "test that was passed.",
        ),
        Wrong(
            "blind_if_not_refuted",
            _report(words=_blind_if_not_refuted),
            "Bounds and ceilings are right. Whatever is not refuted is said to have been beyond the audit. Some of these could have been "
            "refuted, and were not.",
        ),
        Wrong(
            "by_the_ceiling",
            _report(words=_by_the_ceiling),
            "Bounds and ceilings are right. You convict by the ceiling, by what a perfect attack *would* have shown. What this attack did show "
            "is the bound.",
        ),
        Wrong(
            "ceiling_at_95",
            _report(best=lambda level, audits: level * audits),
            "The bounds are right. The ceilings are those of an audit that stands alone, with more error to spend than these have.",
        ),
    ),
)


assignment = Assignment(
    name="11_audits", title="11 Auditing a privacy claim", tasks=(best_attack_shows, words_for_a_report)
)

# %% [markdown] section="card"
# # 05 Labels only
#
# After this lesson you can
#
# - **attack** a model that answers with a letter, and count every question it is asked,
# - **choose** the noise that feels out how firm a label is, on models of your own, with categories kept apart from numbers,
# - **find** a decision boundary by halves,
# - **judge** what hiding confidences and rationing questions protect, and against whom.
#
# **Builds on** lesson 02 (gap attack, TPR at a low FPR) and lesson 04 (a record's own past). **Time** 60 minutes.
#
# **Data** LendingClub: 10,000 real loans, 114 columns, and the grade that the lender gave, A to G.
#
# **Threat model** Somebody who holds applications with their grades and may ask the lender's model for grades, so many
# questions and no more; from round 4 on also with models trained for the purpose.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** The cells that ask all models about noisy copies, and the walk of round 3, are
# the slow ones; each is one call that nobody should interrupt. The oracle counts as long as it lives: whoever runs a
# cell twice is billed twice, and the printed bill then differs from the neighbour's. That is no error, and worth a
# sentence.
#
# **What goes wrong in thinking.** "No probabilities, no leak." The margin is still there and can be felt out. "More
# noise finds more." The figure of round 2 has a maximum. And the bill is summed over all models, though only the
# target's answers cost anything.

# %%
from dataclasses import replace

import numpy as np

import mia_teach as mt
from mia_teach.attacks import label_only, sides
from mia_teach.attacks.label_only import LabelOracle
from mia_teach.attacks.lira import lira
from mia_teach.exercises import label_only as check
from mia_teach.labs.prediction import Prediction
from mia_teach.labs.query_budget import QueryBudget, QueryGrid
from mia_teach.plots import IntervalDisplay, in_percent

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("05")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 02, which attack needed nothing but the predicted label, and what was its false positive rate?
# 2. In lesson 04, why is a right answer on an odd record worse news for its owner than one on an easy record?
#
# <details><summary>Answers</summary>
#
# 1. The gap attack: accuse whoever is classified rightly. It accuses every non-member who is classified rightly too, so its
#    false positive rate *is* the test accuracy.
# 2. Models that never saw an easy record get it right as well. On an odd one they fail, so a right answer must have
#    been learnt by heart.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Ines is invented, her situation is not. After a separation she compared loans on a portal, which showed her a grade, E,
# and an offer. Now she applies for a job, and the firm asks a broker about every candidate: any debts?
#
# The broker holds 2,000 applications from that portal, grades included. Which of them became loans, the broker does not know. The
# lender does: the loans it gave trained its grading model.
#
# Since what happened to Marta in lesson 04, the lender has acted. Its model no longer shows probabilities. You enter an
# application and get one letter. "Nobody can compute a likelihood from a letter", says the announcement. "It is
# safe now."

# %% [markdown] section="predict"
# ## Predict
#
# With probabilities, one question a loan and the [loss](glossary.md#loss), such a broker finds about 2 members in a hundred
# while accusing [[1 %|definition]] of the non-members.
#
# Now the broker gets one letter a loan, from one question. It is the right grade or it is not. Right for nearly every loan the model
# trained on, and for many of the others. The broker may also train 16 models and ask *those* anything, as often as need be.
#
# Commit your number before you run anything else; the answer comes in *Surprise*, over eight targets.

# %%
prediction = Prediction(
    "One question about each loan, one letter as the answer, and 16 shadow models: which share of the members does "
    "the broker find at 1 % false positives?",
    lesson="05",
    name="one_letter_tpr_at_1_percent",
    unit="%",
    low=0,
    high=100,
    tolerance=5,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "One letter, right or wrong. What is it worth to somebody with sixteen shadow models?"
# The usual answers are 0 ("a yes or no has no threshold there", from those who remember the gap
# attack) and 1 to 2 ("less than with probabilities"). Both reasons are good and both fall in *Surprise*; write them down.
#
# **Timing of the whole lesson.** Card to predict 10, build 23, lab 7, exercises 12, surprise to recap 8. In 45 minutes:
# leave out round 3, exercises 1 and 3 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: an oracle that counts
#
# The broker's applications are 2,000 real loans. 18 models learn in a [balanced design](glossary.md#balanced-design), each
# on 1,000 of them, in nine pairs: what one has seen, its partner has not. The first models of eight pairs play the lender in
# turn, models 0, 2, …, 14: eight targets, as in lesson 04, so the ninth pair never does. A target's partner stays out, and the
# other 16 are the [shadow models](glossary.md#shadow-model) of an adversary who trains them on the same list. (Any two targets share
# 14 of them, and each target is a shadow of the other seven: an interval over targets hardly holds the luck of the shadows.)

# %%
loans = mt.load_lending_club()
loans = loans[np.random.default_rng(0).permutation(len(loans))[:2100]]
records, strangers = loans[:2000], loans[2000:]
x, grades = records.x, records.y
member = mt.balanced_shadows(18, 2000, seed=0)
models = mt.train(mt.mlp(114, 128, 7), records, member, epochs=40, learning_rate=5e-3, seed=1)

right = mt.signals.correct(models.logits(x), grades)
print("right on loans that a model trained on:", mt.percent(right[member].mean()))
print("right on other loans:                  ", mt.percent(right[~member].mean()))

# %% [markdown]
# What the broker gets is an oracle, so all that is left is a [label-only attack](glossary.md#label-only-attack). The oracle
# holds the model so that nobody can reach the probabilities, answers with numbers of grades, and counts. Here it has a
# [budget](glossary.md#query-budget) of 50,000 answers. Ask about all loans, then for 25 more letters on each.

# %%
oracle = LabelOracle(models[0], budget=50_000)
told = oracle(x)
print("first ten letters: ", *(records.class_names[k] for k in told[:10]))
print("those on the loans:", *(records.class_names[k] for k in grades[:10]))
print(oracle)
try:
    oracle(np.repeat(x, 25, axis=0))
except label_only.QueryBudgetError as refusal:
    print(refusal)

# %% [markdown]
# One question about each loan is the [gap attack](glossary.md#gap-attack) of lesson 02: accuse whoever is answered rightly.
# What one could do before, with one set of probabilities and no model of one's own, is the loss: in AUC the ceiling, until round 4.


# %%
TARGETS = range(0, 16, 2)
games = [replace(mt.Game.from_ensemble(models, records), target=target) for target in TARGETS]


def judged(score, name):
    """Scores of every target; score has the shape (models, loans)."""
    return [game.judge(score[game.target], name=name) for game in games]


def over_targets(parts, measure, fpr=0.01):
    """Mean over the targets of "auc" or "tpr" (at this FPR), with a 95 % interval."""
    rocs = [mt.Roc.from_scores(one) for one in parts]
    values = [roc.auc if measure == "auc" else roc.tpr_at(fpr).value for roc in rocs]
    return mt.Interval.from_values(values, within=(0, 1))


# %%
def report(parts, tied=False):
    """One line: TPR at 1 % FPR and AUC over the targets; also how many non-members tie at the top."""
    auc, tpr = over_targets(parts, "auc").words(), over_targets(parts, "tpr").words(".1%")
    many = np.mean([mt.Roc.from_scores(one).tied_at_the_top for one in parts])
    print(f"{parts[0].name:34} {tpr:27} {auc:24}" + f" {many:5.1f}" * tied)


heading = f"{'':34} {'TPR at 1 % FPR':27} {'AUC':24}"
gap = judged(right.astype(float), "gap attack, 1 letter")
loss = judged(mt.signals.label_log_odds(games[0].logits, grades), "loss, from probabilities")
print(heading, "tied at the top")
report(gap, tied=True)
report(loss, tied=True)

# %% [markdown]
# The announcement seems to hold. Letters cost the broker {{ f"{over_targets(loss, 'auc').value - over_targets(gap, 'auc').value:.3f}" }}
# of AUC, and at [[1 %|definition]] FPR the gap attack finds nobody at all. Ask the package why:

# %%
print(mt.Roc.from_scores(gap[0]).tpr_at(0.01))

# %% [markdown]
# A yes or no has one point on the ROC curve and no dial. The non-members who are answered rightly all share the highest
# score: accuse all of them, or nobody.

# %% [markdown] audience="instructor"
# **Round 1 (5 minutes).** Ask for a repair of the tie. Somebody will say "flip a coin among them". That reaches any FPR, and
# finds members in proportion: a straight line from 0 to the one point. It is honest, and it makes the coin accuse.

# %% [markdown]
# ### Round 2: feel around
#
# The probabilities are hidden. The margin behind them, how far a record lies from where its letter would change, is not. A
# record that was trained on sits deeper in its class than it would otherwise. So ask again, about slightly different applications: income, debts and the other numbers moved by
# Gaussian noise. How long does the letter hold?
#
# Two loans of grade E, both answered rightly by the first target, picked for contrast. Which of them did it train on?

# %%
groups = label_only.one_hot_groups(records.feature_names)
rng = np.random.default_rng(0)
for loan in (39, 1731):
    copies = np.repeat(x[[loan]], 40, axis=0)
    letters = oracle(label_only.perturbed(copies, rng, scale=0.4, groups=groups))
    print(f"loan {loan:4}: ", "".join(records.class_names[k] for k in letters))
print(oracle)

# %%
for loan in (39, 1731):
    print(f"loan {loan}: {'member' if member[0, loan] else 'non-member'}")

# %% [markdown]
# The share of right letters is a score, the [noise robustness](glossary.md#noise-robustness) (Choquette-Choo 2021). Its
# currency is the question: 20 for each loan are 40,000 for the broker's list.
#
# Two things have to be decided: *how much* noise, and *on what*. Of the 114 columns 34 are numbers, the others categories, written
# as 0 and 1: the state in 50 of them, the purpose, "is missing".
#
# `own_answers` puts the same questions to all 18 models, the clean loan first, then noisy copies. (What it gives for a
# target is what its oracle would answer; the assertion compares.)

# %%
same_questions = {"groups": groups, "queries": 50, "seed": 0}
little = {s: label_only.own_answers(models, x, grades, scale=s, **same_questions) for s in (0.1, 0.2, 0.3)}

unlimited = LabelOracle(models[0])
by_oracle = label_only.noise_robustness(unlimited, x, grades, scale=0.2, queries=20, groups=groups, seed=0)
assert np.allclose(by_oracle, little[0.2][:20, 0].mean(axis=0))
print(unlimited)

# %%
much = {s: label_only.own_answers(models, x, grades, scale=s, **same_questions) for s in (0.5, 1.0)}
answers = little | much  # by the noise


def robustness_of(scale, questions):
    """Share of right letters among the first questions; (models, loans)."""
    return answers[scale][:questions].mean(axis=0)


by_scale = {scale: judged(robustness_of(scale, 20), f"noise {scale}, 20 letters") for scale in answers}
print(heading, "tied at the top")
for parts in by_scale.values():
    report(parts, tied=True)

# %%
LOSS, GAP, LIRA = ("#009E73", "--"), ("#595959", ":"), ("#CC79A7", "-.")  # one look each, as in the lab


def level(ax, parts, measure, look):
    """An attack that no question changes, as a level line."""
    color, ls = look
    ax.axhline(over_targets(parts, measure).value, color=color, ls=ls, label=parts[0].name)


# %%
aucs = [over_targets(parts, "auc") for parts in by_scale.values()]
ax = IntervalDisplay(list(by_scale), aucs, name="noise, 20 letters a loan").plot(color="black").ax_
level(ax, loss, "auc", LOSS)
level(ax, gap, "auc", GAP)
ax.set(xlabel="deviation of the noise (of a column: 1)", ylabel="AUC", xscale="log", ylim=(0.7, 0.92))
ax.set_xticks(list(by_scale), list(by_scale))
ax.minorticks_off()
ax.legend(loc="lower left")
said = ", ".join(f"{auc.value:.3f} at {scale}" for scale, auc in zip(by_scale, aucs, strict=True))
mt.show(ax, alt=f"AUC against the noise: {said}; between the gap attack's and the loss's line up to 0.5")

# %% [markdown]
# With the right noise 20 letters give back most of what the lender took away:
# {{ f"{over_targets(by_scale[0.2], 'auc').value:.3f}" }}, where the loss has {{ f"{over_targets(loss, 'auc').value:.3f}" }}. With
# too much of it the attack is worse in AUC than asking *once*. How far away from the loan are such copies?

# %%
numbers = np.setdiff1d(np.arange(x.shape[1]), np.concatenate(groups))
far = np.linalg.norm(strangers.x[:, None] - x, axis=2)  # from 100 other loans to the broker's
lengths = {
    "noise 0.2 on 34 numbers": 0.2 * len(numbers) ** 0.5,
    "one changed category": 2**0.5,
    "noise 0.2 on all 114 columns": 0.2 * x.shape[1] ** 0.5,
    "nearest other loan (median)": np.median(far.min(axis=1)),
    "noise 1.0 on 34 numbers": len(numbers) ** 0.5,
    "other loans (median)": np.median(far),
}
for what, length in lengths.items():
    print(f"{what:28} {length:.1f}")

# %% [markdown]
# Noise of [[1.0|definition]] leads past the nearest other loan, though not as far as most loans lie. Such a copy asks about other people.
#
# And on what? First the same deviation on other columns, then the same *length* as noise of [[0.2|definition]] on the numbers.

# %%
columns = {
    "numbers only": {"groups": groups},
    "numbers, 1 category in 10 changed": {"groups": groups, "flip": 0.1},
    "all columns, same deviation": {},
    "all columns, same length": {"scale": 0.2 * (len(numbers) / x.shape[1]) ** 0.5},
}
elsewhere = {}
print(heading)
for name, where in columns.items():
    letters = label_only.own_answers(models, x, grades, **{"scale": 0.2, "queries": 20, "seed": 0, **where})
    elsewhere[name] = judged(letters.mean(axis=0), name)
    report(elsewhere[name])

# %% [markdown]
# Most of the gap between the first row and the third was length. At equal length
# {{ f"{over_targets(elsewhere['numbers only'], 'auc').value - over_targets(elsewhere['all columns, same length'], 'auc').value:.3f}" }}
# of AUC remains. And no applicant comes from a little less Alaska and some Ohio. A changed category can be sent,
# but is longer than noise on all numbers.
#
# But who told the broker which noise is right? We read it off the truth about eight targets, and a broker has none. What the broker
# does know are the members of the 16 shadow models.

# %%
names = [f"{scale:>8}" for scale in answers]
print(f"{'noise':24}", *names)
on_shadows = range(2, 18)  # all but the first target and its partner
for who, those in {"shadows (known)": on_shadows, "target (hidden)": [0]}.items():
    found = [
        np.mean([mt.Roc.from_scores(mt.Scores(robustness_of(s, 20)[k], member[k])).auc for k in those])
        for s in answers
    ]
    print(f"AUC on {who:17}", *(f"{auc:8.3f}" for auc in found))

# %% [markdown]
# The shadows point to the noise that is best on the target as well.

# %% [markdown] audience="instructor"
# **Round 2 (8 minutes).** Let the group bet on the two loans before the second cell. Ask: *what would you do with images?*
# (Shift by a pixel, mirror: `augmentation_robustness`. The principle is the same, and 5 questions go a long way.) Slip to
# listen for: "more noise finds more". The figure has a maximum, and where it lies depends on the data.

# %% [markdown]
# ### Round 3: walk to the boundary
#
# Noise feels in all directions. One can also look for the nearest place where the letter changes, on the
# [decision boundary](glossary.md#decision-boundary). HopSkipJump (Chen 2020) starts at another loan with another letter, halves
# the line between the two until it stands at the boundary, feels by random directions which way the boundary leans, steps along
# it, and halves again. The distance it ends with is the score: members lie deeper.

# %%
budgets, walked = (20, 50, 100), {}
for questions in budgets:
    walk = {
        t: label_only.boundary_distance(
            LabelOracle(models[t]), x, grades, start=strangers.x, queries=questions, seed=0
        )
        for t in TARGETS
    }
    walked[questions] = judged(walk, f"walk, {questions} letters")


# %%
def against_questions(runs, measure):
    """A line for each run with its color and marker: means over the targets, with intervals."""
    ax = None
    for name, (parts, color, marker) in runs.items():
        means = [over_targets(one, measure) for one in parts.values()]
        ax = IntervalDisplay(list(parts), means, name=name).plot(ax, color=color, marker=marker).ax_
    ax.set(xlabel="questions about each loan", xscale="log")
    ticks = sorted({questions for parts, *_ in runs.values() for questions in parts})
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()
    return ax


# %%
noisy = {q: judged(robustness_of(0.2, q), f"noise 0.2, {q} letters") for q in (1, 2, 5, 10, 20, 50)}
ax = against_questions({"noise 0.2": (noisy, "black", "o"), "walk": (walked, "#E69F00", "s")}, "auc")
level(ax, loss, "auc", LOSS)
level(ax, gap, "auc", GAP)
ax.set(ylabel="AUC", ylim=(0.78, 0.95))
ax.legend(loc="upper left", ncols=2)
by_noise, by_walk = over_targets(noisy[50], "auc").value, over_targets(walked[100], "auc").value
said = f"noise to {by_noise:.3f} with 50, walk to {by_walk:.3f} with 100"
mt.show(ax, alt=f"AUC rises with the questions: {said}; the loss's line is a little higher")

# %%
print(heading)
for parts in (noisy[50], *walked.values(), loss):
    report(parts)

# %% [markdown]
# So masking bought the lender questions: in AUC {{ f"{by_noise:.3f}" }} for 50 noisy letters and {{ f"{by_walk:.3f}" }} for 100 on a walk
# against {{ f"{over_targets(loss, 'auc').value:.3f}" }} for one set of probabilities. Noise is the better bargain here, where we stop
# at 100; published walks ask more than 1,000 questions about each record (Wu 2024). The walk has a price of its own: it ends at
# applications with a third of a state, which a careful form would refuse.
#
# What are questions worth? A form that takes 1,000 a day from one customer makes the broker wait, and one application sent in
# 50 versions can be noticed.

# %%
for letters in (1, 20, 100):
    questions = letters * len(x)
    print(
        f"letters a loan: {letters:3}, questions: {questions:7,}, days at 1,000 a day: {questions // 1000:3}"
    )

# %% [markdown]
# And at [[1 %|definition]] FPR? Nobody here finds more than a few members in a hundred: the loss {{ over_targets(loss, "tpr"):.1%}}, noise
# of [[0.2|definition]] nobody, the walk {{ over_targets(walked[50], "tpr"):.1%}} with 50 letters. So the loss is a ceiling in AUC only. All have one threshold for
# all loans, as in lesson 02: what stands at the top is easy, seen or not. The noise scores tie there on top of it.

# %% [markdown] audience="instructor"
# **Round 3 (4 minutes).** Prompt: *which of the two would you run with 5 questions, which with 100?* Have somebody say why the
# walk with 20 is hardly more than the first bisection. Ask who in a company would notice either.

# %% [markdown]
# ### Round 4: the loan's own past, in letters
#
# Lesson 04 answered that with models that never saw the record. Nothing in the idea needs probabilities. Ask your own
# models the *same* noisy questions, and compare each loan's robustness with what is usual for it:
#
# $$\text{score} = \text{robustness under the target} - \text{mean robustness under shadows that never saw it}$$
#
# Their answers are letters too, and they cost nothing: these models are the broker's own. Before you run on: the target still gives 20 letters
# a loan. Which share of the members will be found at [[1 %|definition]] FPR?


# %%
def shadows_of(target):
    """The 16 models that are neither this target nor its partner."""
    return [k for k in range(18) if k // 2 != target // 2]


def calibrated(robustness):
    """Each target's robustness minus the mean of the shadows that never saw the loan; by target."""
    score = {}
    for t in TARGETS:
        shadows = shadows_of(t)
        score[t] = robustness[t] - sides.mean(robustness[shadows], ~member[shadows])
    return score


# %%
own_past = {
    q: judged(calibrated(robustness_of(0.2, q)), f"calibrated, {q} letter{'s' * (q > 1)}") for q in noisy
}
likelihood = [game.judge(lira(game.view, variance="pooled"), name="LiRA, probabilities") for game in games]
print(heading, "tied at the top")
for parts in (*own_past.values(), likelihood):
    report(parts, tied=True)

# %%
runs = {"calibrated by 16 shadows": (own_past, "#56B4E9", "^"), "not calibrated": (noisy, "black", "o")}
ax = against_questions(runs, "tpr")
level(ax, likelihood, "tpr", LIRA)
level(ax, loss, "tpr", LOSS)
ax.set(ylabel="TPR at 1 % FPR (share of members)", ylim=(-0.01, 0.4))
in_percent(ax.yaxis)
ax.legend(loc="lower right", bbox_to_anchor=(1, 0.12))
rates = {q: over_targets(parts, "tpr") for q, parts in own_past.items()}
said = ", ".join(f"{rates[q]:.1%} with {q}" for q in (1, 5, 20, 50))
mt.show(ax, alt=f"TPR at 1 % FPR of calibrated letters: {said}; LiRA {over_targets(likelihood, 'tpr'):.1%}")

# %% [markdown]
# With 20 letters and 16 models the broker finds {{ rates[20].words(".1%") }} of the members. The loss, with full
# probabilities, found {{ over_targets(loss, "tpr"):.1%}}; LiRA with full probabilities and the same shadows finds
# {{ over_targets(likelihood, "tpr"):.1%}}. Letters with shadows far outdo
# probabilities without, and nearly match probabilities with.
#
# The lender still has one line of defence, and the figure shows it at the left edge: with a *single* question the calibrated
# attack accuses nobody at [[1 %|definition]]. Of the 1,000 non-members
# {{ np.mean([mt.Roc.from_scores(one).tied_at_the_top for one in own_past[1]]):.0f}} tie at the top, and ten are allowed. "One question per
# application, then", says the lender.

# %% [markdown] audience="instructor"
# **Round 4 (6 minutes).** Let somebody explain the jump without the word "shadow". (Compare each loan with itself, in models
# that never met it.) Ask why the same noisy copies go to all models: a copy that happens to be hard is hard for all of them,
# and cancels. Then stop at the left edge and take bets on what *Surprise* will do with it.

# %% [markdown] section="lab"
# ## Lab: query budget
#
# The panel has measured every combination of noise, questions and calibration on the eight targets. Move them, and watch
# AUC, ROC curve and the bill. The panel names three goals, and ticks what you have met.

# %%
grid = QueryGrid.measure(answers, mt.Game.from_ensemble(models, records), targets=TARGETS)
lab = QueryBudget(grid, lesson="05")
lab

# %% [markdown]
# The next cell reads what you left in the panel and sends the bill for the broker's list.

# %%
v = lab.values()
print(f"noise {lab.scale}, {lab.queries} a loan, {'calibrated' if lab.calibrated else 'not calibrated'}")
print(f"AUC {v['auc']:.3f}, TPR at 1 % FPR {mt.percent(v['tpr'])}")
print(f"bill: {lab.queries * len(x):,} questions to the lender")

# %% [markdown] audience="instructor"
# **Lab (7 minutes).** Goal 2 has several solutions; ask for two and for what they have in common. For goal 3 let pairs
# compete for the smallest number of questions (the panel does not ask for that).

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. The gap, class by class
#
# From letters alone: the gap attack's advantage (TPR − FPR when everybody is accused who is answered rightly) among the
# records of each *true* class. A class without members or without non-members has no such difference; its place holds NaN, as `mean` gives it
# of nothing.


# %% exercise="gap_by_class"
def gap_by_class(predictions, labels, member, n_classes):
    """Advantages (n_classes,), NaN where a side is empty. labels, predictions: integers; member: bools."""
    ### BEGIN SOLUTION
    right = predictions == labels
    classes = [labels == c for c in range(n_classes)]
    return np.array([right[of & member].mean() - right[of & ~member].mean() for of in classes])
    ### END SOLUTION


gap_by_class = check.gap_by_class(gap_by_class)

# %% tests="gap_by_class"
_said, _true = np.array([0, 1, 1, 1, 0, 1]), np.array([0, 0, 0, 1, 1, 1])
_in = np.array([True, False, False, True, True, False])
assert np.allclose(gap_by_class(_said, _true, _in, 2), [1.0, -0.5])

# %% [markdown]
# On the eight targets, with the rare grades E, F and G as one.

# %%
worse = np.minimum(grades, 4)
each = [gap_by_class(np.minimum(LabelOracle(models[t])(x), 4), worse, member[t], 5) for t in TARGETS]
for grade, values in zip(("A", "B", "C", "D", "E to G"), np.transpose(each), strict=True):
    count = (worse == "ABCDE".index(grade[0])).sum()
    print(f"grade {grade:6} ({count:3} loans): advantage {mt.Interval.from_values(values).words()}")

# %% [markdown]
# One letter, and for people with a grade like Ines's the gap attack is nearly perfect. Models hardly ever guess a rare grade; one that
# names it has most likely seen it. (The interval is over targets, and all of them share these few loans; *Surprise* has one over loans.)

# %% [markdown]
# ### 2. Robustness under a budget
#
# One record, one `ask(rows)` that gives labels, and a budget. Return the share of right answers to the record itself *and* to as
# many noisy copies `x + noise[i]`, from the first on, as the budget has room for. This `ask` is strict: a call for more
# than is left is refused as a whole, with −1 for every row.


# %% exercise="robustness"
def robustness(ask, x, label, noise, budget):
    """Share of right answers. x: (features,); label: int; noise: (copies, features), enough of them; budget: ≥ 1."""
    ### BEGIN SOLUTION
    rows = np.concatenate([x[None], x + noise[: budget - 1]])
    return (ask(rows) == label).mean()
    ### END SOLUTION


robustness = check.robustness(robustness)

# %% tests="robustness"
_oracle = LabelOracle(lambda rows: np.stack([-rows[:, 0], rows[:, 0]], axis=1), budget=4)
_noise = np.array([[-2.0], [0.5], [-3.0], [-4.0]])
assert robustness(_oracle, np.array([1.0]), 1, _noise, 4) == 0.5
assert _oracle.left == 0

# %% [markdown]
# Ask the first target about the two loans of round 2, with an oracle that gives 50 answers for each and not one more.

# %%
noise = np.zeros((60, x.shape[1]))
noise[:, numbers] = np.random.default_rng(1).normal(scale=0.4, size=(60, len(numbers)))
for loan in (39, 1731):
    strict = LabelOracle(models[0], budget=50)
    share = robustness(strict, x[loan], grades[loan], noise, 50)
    print(f"loan {loan:4}: {mt.percent(share)} right, {strict}")

# %% [markdown]
# ### 3. The boundary, by halves
#
# On the line from `x` to `start`, which has another label: keep `low` (share of the way, label still that of `x`) and `high` (label
# another, whichever), begin with 0 and 1, ask half-way, until `high - low` is at most the tolerance. Return the distance from
# `x` to the point at `high`.


# %% exercise="boundary"
def boundary(ask, x, start, tolerance):
    """A distance. ask(rows): labels; x, start: (features,); tolerance: a share of the line's length."""
    ### BEGIN SOLUTION
    label, low, high = ask(x[None])[0], 0.0, 1.0
    while high - low > tolerance:
        middle = (low + high) / 2
        if ask((x + middle * (start - x))[None])[0] != label:
            high = middle
        else:
            low = middle
    return high * np.linalg.norm(start - x)
    ### END SOLUTION


boundary = check.boundary(boundary)

# %% tests="boundary"
_oracle = LabelOracle(lambda rows: np.stack([0.3 - rows[:, 0], rows[:, 0] - 0.3], axis=1))
assert np.isclose(boundary(_oracle, np.zeros(2), np.array([0.6, 0.8]), 0.1), 0.5625)
assert _oracle.queries <= 6

# %% [markdown]
# Is a line to a single stranger enough? 200 loans that the first target answers rightly, members and non-members; the start is
# the first stranger that gets another letter.

# %%
first_target = LabelOracle(models[0])
chosen, letters = np.flatnonzero(right[0])[:200], first_target(strangers.x)
starts = [strangers.x[np.argmax(letters != grades[i])] for i in chosen]
line = [boundary(first_target, x[i], start, 0.01) for i, start in zip(chosen, starts, strict=True)]
each_asks = (first_target.queries - len(letters)) // 200
print(f"among loans answered rightly, {each_asks} questions a loan or 100, one target:")
for name, score in {"one line": line, "walk": walked[100][0].score[chosen]}.items():
    print(f"{name:9} AUC {mt.Roc.from_scores(mt.Scores(score, member[0, chosen])).auc_interval()}")

# %% [markdown]
# Hardly or not at all: the length of a line depends on whom it leads to. The *nearest* boundary is what depth means, and the walk spends
# its questions on finding it.

# %% [markdown]
# ### 4. A published count
#
# A much used toolbox sets this attack's threshold with a parameter `max_queries`, 1 by default (ART, `label_only_boundary_distance.py`):
# "Maximum number of queries. Maximum number of HSJ iterations on a single sample will be max_queries * max_iter." It counts walks and
# calls them queries. Repair the count: how many questions does one walk ask about one record?
#
# One for the record; in each step t = 1, 2, …, `steps`: `halvings`, then `int(first · √t)` directions but at most `most`, then one for the step
# that is tried (at least).


# %% exercise="walk_queries"
def walk_queries(steps, first, most, halvings) -> int:
    """Questions about one record, at least; all arguments are whole numbers."""
    ### BEGIN SOLUTION
    return 1 + sum(halvings + min(int(first * t**0.5), most) + 1 for t in range(1, steps + 1))
    ### END SOLUTION


walk_queries = check.walk_queries(walk_queries)

# %% tests="walk_queries"
assert walk_queries(2, 10, 12, 3) == 1 + (3 + 10 + 1) + (3 + 12 + 1)

# %%
one = walk_queries(50, 100, 10_000, 7)  # that toolbox's defaults; 7 halvings, as here
print(f'"1 query", 50 steps: {one:,} questions about one loan')
print(f"the broker's list: {one * len(x):,} questions, {one * len(x) / 1000 / 365:,.0f} years at 1,000 a day")

# %% [markdown]
# The attack works; the bill is wrong. "The same number of queries" can hide a factor of thousands, so count at the oracle and nowhere
# else.

# %% [markdown]
# ### Stretch: the likelihood ratio in letters
#
# Round 4 used one side. Write the ratio of lesson 04 for a robustness: each record's own means, and for each side one deviation,
# pooled over all records (the root of the mean squared distance from the record's own mean).


# %% exercise="robustness_ratio" tags=["stretch"]
def robustness_ratio(score, shadow_score, member):
    """log N in − log N out (examples,). score: (examples,); shadow_score, member: (shadows, examples)."""

    ### BEGIN SOLUTION
    def log_density(side):
        middle = shadow_score.mean(axis=0, where=side)
        spread = np.sqrt(np.mean((shadow_score - middle)[side] ** 2))
        return -(((score - middle) / spread) ** 2) / 2 - np.log(spread)

    return log_density(member) - log_density(~member)
    ### END SOLUTION


robustness_ratio = check.robustness_ratio(robustness_ratio)

# %%
shown = robustness_of(0.2, 20)
ratio = {t: robustness_ratio(shown[t], shown[shadows_of(t)], member[shadows_of(t)]) for t in TARGETS}
print(heading)
for parts in (own_past[20], judged(ratio, "ratio, 20 letters")):
    report(parts)

# %% [markdown]
# The second side raises the AUC; at [[1 %|definition]] FPR the plain difference already had nearly all.

# %% [markdown] audience="instructor"
# **Exercises (12 minutes).** Where time is short do 2 and 4. In exercise 2 the usual answer asks `budget` copies *and* the record; the
# reply names the one question too many. For exercise 4: in fairness, the toolbox says in the same sentence what it counts. The
# slip is the name, and whoever fills a table from it.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `gap_by_class`, *nought for no records*: ask what a blank in a patient's record means, and what a doctor does who
#   reads it as a nought.
# - `robustness`, *one question too many*: in pairs, one is the oracle with a tally sheet and a budget of four. The
#   record itself costs a stroke; nobody forgets it a second time.
# - `boundary`, *last unchanged*: draw the line and the two places. At `low` the letter has not changed; who returns
#   it claims a distance at which nothing has happened yet.
# - `walk_queries`, *steps as questions*: have them multiply out what one record costs, and what that makes for the
#   broker's whole list. The next cell shows it in years.

# %% [markdown] section="surprise"
# ## Surprise
#
# One question about each loan. The target's answer is right or wrong: one bit. What makes it tie is not the target, it is the
# *shadows*: in round 4 they too were asked once, and eight models give nine possible means.

# %% [markdown]
# But they are the broker's own, whose probabilities can be read: that is all the resolution needed. If models that never saw a loan give its true grade a mean probability of p, then a non-member is answered rightly
# about p of the time, and a member nearly always. So a right letter is worth $1/p$ as a likelihood ratio, and a wrong one nothing. Only
# the order counts for a threshold, and $1 - p$ puts right letters in the same order:
#
# $$\text{score} = \text{right} \times (1 - p)$$


# %%
probability = mt.signals.label_probability(games[0].logits, grades)


def hardness(*asked, shadows=16):
    """1 − p by models that never saw a loan, without those asked and their partners."""
    others = [k for k in range(18) if k // 2 not in {one // 2 for one in asked}]
    own = np.roll(others, -(asked[0] // 2) * shadows)[:shadows]  # the next target takes the next ones
    return 1 - sides.mean(probability[own], ~member[own])


def one_letter(target, **which):
    """Right or wrong, once, times how surprising right is to models that never saw the loan."""
    return right[target] * hardness(target, **which)


# %% [markdown]
# Is p such a guess? The check, on non-members of all eight targets:

# %%
p = np.concatenate([1 - hardness(t)[~member[t]] for t in TARGETS])
was_right = np.concatenate([right[t, ~member[t]] for t in TARGETS])
for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0)):
    here = (low <= p) & (p < high)
    mean, share = mt.percent(p[here].mean()), mt.percent(was_right[here].mean())
    print(f"p from {low} to {high}: {mean:>6} on average, answered rightly {share:>6} of {here.sum():5,}")

# %% [markdown]
# The order holds: from row to row more are answered rightly. The size does not, since the models are too sure at both ends, but the
# score uses only the order.
#
# Now the attack, also with fewer shadows (of 4 only two never saw a given loan); there the targets go round the shadows, as in
# lesson 04, so that the intervals hold their luck too. Two controls: the same score without a question to
# the target, and a right letter without any model, weighed by how rare its grade is in the broker's list.

# %%
single = judged({t: one_letter(t) for t in TARGETS}, "1 letter, 16 shadows")
rare = 1 - np.bincount(grades)[grades] / len(grades)
no_models = judged(right * rare, "1 letter, no model, rare grades")
print(heading)
for parts in (loss, single):
    report(parts)
for few in (8, 4):
    report(judged({t: one_letter(t, shadows=few) for t in TARGETS}, f"1 letter, {few} shadows"))
report(judged({t: hardness(t) for t in TARGETS}, "no letter, 16 shadows"))
report(no_models)

# %%
found = over_targets(single, "tpr")
prediction.reveal(found)

# %% [markdown]
# One letter, asked once, finds {{ found.words(".1%") }} of the members at [[1 %|definition]] FPR. How hard a loan is says by itself
# nothing about who was a member. It says *whose* right letter is evidence.
#
# Not quite a jump from nothing: round 4's single letter had its first threshold just above [[1 %|definition]].

# %%
for parts in (own_past[1], single):
    at = [f"{mt.percent(fpr)} FPR {over_targets(parts, 'tpr', fpr).words('.1%')}" for fpr in (0.01, 0.02)]
    print(f"{parts[0].name:22}", ", ".join(at))

# %% [markdown]
# So the zero was mostly a tie that sat on the threshold. What reading probabilities adds is the step at [[2 %|definition]] from
# {{ over_targets(own_past[1], "tpr", 0.02):.1%}} to {{ over_targets(single, "tpr", 0.02):.1%}}.
#
# At 1,000 questions a day the whole list takes 2 days, every application sent once, as any customer sends it. Attacks that
# need one question were found before, with questions made for the purpose (Wu 2024, Peng 2024); here the application itself will do.
#
# Each threshold so far was read off the target's own non-members, whom the broker can't know. What can be done is to set it on the shadows, each judged
# by the others: a [promised false positive rate](glossary.md#promised-false-positive-rate).


# %%
def promised(target, fpr=0.01):
    """The score that this share of the shadows' non-members exceed, each shadow judged by the others."""
    scores = [(right[k] * hardness(target, k))[~member[k]] for k in shadows_of(target)]
    return np.quantile(np.concatenate(scores), 1 - fpr)


kept = [one_letter(t) > promised(t) for t in TARGETS]
for name, side in {"members found": member, "true FPR": ~member}.items():
    share = mt.Interval.from_values([one[side[t]].mean() for one, t in zip(kept, TARGETS, strict=True)])
    print(f"{name:14} {share.words('.1%')}")

# %% [markdown]
# The promise holds, and costs little. Who is found? Four attacks, each with the threshold that gives [[1 %|definition]] on its
# target. The eight targets share their loans, so however many of them find a loan, it is one trial: it counts with the share of
# the targets that trained on it and find it. The interval is over the loans, for grades like Ines's.


# %%
def found_by_grade(parts):
    """Share of each grade's loans found at 1 % FPR by a target that trained on them; interval over loans."""
    accused = np.stack([one.score > mt.Roc.from_scores(one).threshold_at(0.01) for one in parts])
    held = np.stack([one.member for one in parts])
    there = held.any(axis=0)  # a loan that no target trained on says nothing here
    share = (accused & held).sum(axis=0) / np.maximum(held.sum(axis=0), 1)
    return [mt.risk.over_people(share[there & (worse == grade)]) for grade in range(5)]


by_grade = {parts[0].name: found_by_grade(parts) for parts in (loss, single, own_past[20], likelihood)}
like_ines = (worse == 4).sum()
print(f"{'members of grade':26}", *(f"{g:>8}" for g in "ABCD"), f"  E to G ({like_ines} loans)")
for name, shares in by_grade.items():
    print(f"{name:26}", *(f"{mt.percent(one.value):>8}" for one in shares[:4]), f"  {shares[4].words('.1%')}")

# %% [markdown]
# Ines has an E. Models that never saw such an application hardly ever guess its letter. Of her like, {{ like_ines }} loans of the grades E to G,
# one question finds {{ by_grade[single[0].name][4].words(".1%") }}, LiRA with all probabilities {{ by_grade[likelihood[0].name][4].words(".1%") }}, and the loss
# nobody. So few loans leave wide intervals, and still show that a single letter finds most of them. The lender's change of the interface has done
# little for her.

# %% [markdown]
# It has done more for the others. With probabilities the same broker would find {{ over_targets(likelihood, "tpr"):.1%}} of all,
# where one letter finds {{ found:.1%}}. And a broker without models? With the loss it was {{ over_targets(loss, "tpr"):.1%}}; with letters it is
# {{ over_targets(walked[50], "tpr"):.1%}} by a walk of 50 and {{ over_targets(no_models, "tpr"):.1%}} by one letter, rare grades
# first. Before you call something a defence, write down whom it stops. Ines needs a model that does not learn her by heart, and that
# is decided in training, not at the interface.

# %% [markdown] audience="instructor"
# **Surprise (4 minutes).** Return to the two reasons noted at *Predict*. The tie was real; it was the shadows' resolution that
# made it. And the bit does carry less than probabilities; what was missing was the prior surprise. *How does one train
# a model that does not learn Ines by heart?* (Lessons 09 and 10.)

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A clinic puts a model online that names the likeliest of 40 diagnoses, nothing else, and answers each account 100 times a day. "So a
# membership attack is impossible", says its supplier, "we tested it: the gap attack has no threshold at [[1 %|definition]] false alarms,
# and the boundary attack needs thousands of queries." Write five sentences to the clinic: what did the test leave out, what would you
# measure, and what would you say to patients with a rare diagnosis?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# The test tried only attacks without models of the adversary's own. Whoever trains a few on similar records knows which diagnoses a stranger's
# record would never get, and then one right answer is evidence: one query for each patient, 100 patients a day. I would measure exactly that, with
# shadow models, TPR at [[1 %|definition]] FPR over several target models, and count queries at the interface. I would report it by diagnosis,
# since it is the rare ones whom others fail on, and the average hides them. To those patients I would say that hiding probabilities does
# not hide them, and that the protection has to be in the training.
#
# *Rubric, a point each*: the adversary may own shadows · one query suffices, a limit only slows it · low FPR, several targets · by
# group, the rare are exposed · protection in training, not at the interface.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. "Nobody can compute a likelihood from a letter", the lender has announced. Which sentence could it print after this
#    lesson, word for word?
# 2. The attack needs Ines's true grade. Who knows it, and who only guesses it? What does a guess do to the one
#    letter?
# 3. One application in 50 versions can be noticed, 2,000 applications sent once cannot. Whom does a limit on
#    questions keep out, and who still comes in?

# %% [markdown] section="recap"
# ## Recap
#
# 1. Hiding confidences hides no margin. Noise or a walk feels it out: AUC {{ f"{by_noise:.3f}" }} with 50 letters, where the loss
#    has {{ f"{over_targets(loss, 'auc').value:.3f}" }}.
# 2. Questions are the currency. Count them at the oracle, copies and halvings included; one's own models are free.
# 3. Noise is chosen on shadows, and compared by its length. Too much of it is worse in AUC than asking once.
# 4. A loan's own past works in letters: {{ rates[20]:.1%}} of the members at [[1 %|definition]] FPR with 20 letters, with full probabilities
#    {{ over_targets(likelihood, "tpr"):.1%}}.
# 5. One letter, asked once, found {{ found:.1%}}, and most surely those whom models that never saw them get wrong.

# %% [markdown]
# **You may now claim** "with so many questions about each record, counted at the oracle, and so many shadows, this attack finds so
# many members at this FPR, over so many targets".
#
# **You may not claim** that a model is safe because it shows labels only, because questions are rationed, or because the gap attack can't be
# set to a low FPR.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [decision boundary](glossary.md#decision-boundary),
# [label-only attack](glossary.md#label-only-attack), [noise robustness](glossary.md#noise-robustness),
# [query budget](glossary.md#query-budget)
#
# **Sources**
#
# - C. Choquette-Choo and others, Label-only membership inference attacks, 2021
# - Z. Li and Y. Zhang, Membership leakage in label-only exposures, 2021
# - J. Chen, M. Jordan and M. Wainwright, HopSkipJumpAttack: a query-efficient decision-based attack, 2020
# - Y. Wu and others, You only query once: an efficient label-only membership inference attack, 2024
# - Y. Peng and others, OSLO: one-shot label-only membership inference attacks, 2024
# - The Adversarial Robustness Toolbox, `art/attacks/inference/membership_inference/label_only_boundary_distance.py`
# - LendingClub loans of 2018, by way of OpenIntro's `loans_full_schema`; its card is in `datasets/README.md`
#
# **Next**: [06 White box: gradients](06_white_box.ipynb)

# %%
mt.progress.so_far("05")

# %% [markdown] section="card"
# # 02 Threshold attacks
#
# After this lesson you can
#
# - **turn** a model's answer into a score in four ways, and say which of them rank people alike,
# - **draw** an attack's ROC curve from counts, and read from it what the attack can do,
# - **judge** an attack where it hurts: true positives at few false positives, with an interval,
# - **say** what an accusation is worth when members are rare.
#
# **Builds on** lesson 00 (the game, advantage) and lesson 01 (loss, train/test gap). **Time** 60 minutes.
#
# **Data** SUPPORT2: 9,105 real, seriously ill patients of five hospitals, 48 measurements each; the model names one
# of 8 disease groups.
#
# **Threat model** Somebody who holds a patient's record and diagnosis, and may ask the model once for its class
# probabilities, wants to know whether this patient was in the training set.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** In round 3 a refusal is printed, and somebody will call it a crash; it is caught
# on purpose, and its sentence is the point. In the explorer goal 1 lies in a hair's breadth of the linear picture:
# switch to logarithmic axes and use the arrow keys. The verdict below the panel belongs to the line as it was when
# the cell ran.
#
# **What goes wrong in thinking.** AUC is heard as a share of people found. [[1 %|definition]] FPR is heard as "an
# accusation is right in [[99 %|definition]] of cases"; keep 1,000 people with one member in the corner of the board
# until somebody needs them. And from "this attack accuses nobody" the class concludes "this model is safe"; lesson 04
# attacks such models again.

# %%
from dataclasses import replace
from inspect import getsource
from textwrap import fill

import numpy as np
from scipy.special import softmax

import mia_teach as mt
from mia_teach.attacks import threshold
from mia_teach.exercises import threshold as check
from mia_teach.labs.prediction import Prediction
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from mia_teach.plots import IntervalDisplay, RocDisplay, ScoreHistogramDisplay

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("02")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In the membership game half of the records are members. Somebody guesses right in [[60 of 100]] rounds. What is
#    their advantage?
# 2. In lesson 01, did a model have to have a gap between training and test accuracy before it leaked?
#
# <details><summary>Answers</summary>
#
# 1. About [[0.2]]. Guessing right half of the time is the zero point, and advantage doubles the distance from it: it
#    is the true positive rate minus the false positive rate.
# 2. No. A gap is enough for a leak, but a model can leak without one: its losses may differ between members and
#    non-members while its accuracies do not.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Ruth again, from lesson 00: years ago she lay in intensive care with lung cancer, and a study of seriously ill patients
# was under way. A model trained on the study's patients is now online: it takes 48 measurements of the third day in
# hospital and names the disease group.
#
# This time the insurer disputes a claim of hers. It has her laboratory values from old bills, feeds them to the model
# and reads a very confident "lung cancer". "This model knows her," says the insurer. "She was in that study, so she knew
# how ill she was when she signed."
#
# Is the insurer right? Nobody asks here how well an attack does on average over thousands of records. One person
# stands accused, and everything depends on how often such an accusation is true.

# %% [markdown] section="predict"
# ## Predict
#
# You will train models on 1,000 patients each and attack them with the simplest attack there is: whoever gets a
# confident and correct answer is accused of being a member.
#
# Draw one member and one non-member at random. The attack finds the member more suspicious in a bit more than four
# pairs of five. That number is called [AUC](glossary.md#auc).
#
# Now let the insurer be careful: it accuses only the most suspicious, so few that just [[1 %|definition]] of the
# non-members are accused. Commit your number before you run anything else. Round 3 shows the first model; the mean
# over eight comes in *Surprise*.

# %%
prediction = Prediction(
    "An attack has an AUC of about 0.83. It is set so strict that it accuses 1 % of the non-members. "
    "Which share of the members does it find, on average over eight models?",
    lesson="02",
    name="tpr_at_1_percent",
    unit="%",
    low=0,
    high=100,
    tolerance=1,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (5 minutes).** Say: "It wins four pairs of five. Now it may accuse one innocent person of a hundred, not
# more. Which share of the members does it still find?" Collect a few numbers aloud before anybody runs a cell, and write them on the board
# without comment. Expect answers far too high: AUC sounds like a share of people found. Do not
# define TPR and FPR beyond what the cell says; the point is that a good AUC raises a hope which the strict end of
# the curve does not keep. Ask for the confidence too, and come back to it in *Surprise*.
#
# **Timing of the whole lesson.** Card to predict 10, build 22, lab 8, exercises 12, surprise to recap 8. In 45 minutes:
# leave out the exercises and the transfer question, and give them as homework.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: four signals
#
# Eight models of the same make, each with 1,000 patients of its own, drawn at random from the 9,105. You attack the
# first one; the other seven wait for the end of the lesson.

# %%
data = mt.load_support2("disease")
member = mt.fixed_size(8, len(data), size=1000, seed=2)
network = mt.mlp(48, 128, 8)
targets = mt.train(network, data, member, epochs=40, learning_rate=5e-3, seed=2)

game = mt.Game.from_ensemble(targets, data)
view, inside = game.view, member[0]
game

# %% [markdown]
# The adversary sees `view`: the model's answers and the true labels, never the membership. A [signal](glossary.md#signal)
# boils the answer on one record down to one number. Four of them, for the true class $y$ and probabilities $p_k$:
#
# - **label probability** $p_y$,
# - **loss** $-\log p_y$, on which the model was trained,
# - [entropy](glossary.md#entropy) $-\sum_k p_k \log p_k$: how undecided the answer is, whatever the truth,
# - [modified entropy](glossary.md#modified-entropy) $-(1-p_y)\log p_y - \sum_{k \ne y} p_k \log(1-p_k)$: near zero
#   only for an answer that is sure *and right* (Song & Mittal 2021).

# %% [markdown]
# Look at three patients before you look at thousands. Two of them get nearly the same value from one of the signals,
# though the model is right about the one and badly wrong about the other. Which signal is it?

# %%
patients = [3, 0, 727]
answers, labels = view.target_logits[patients], view.labels[patients]
signals = {
    "label probability": mt.signals.label_probability(answers, labels),
    "loss": mt.signals.cross_entropy(answers, labels),
    "entropy": mt.signals.entropy(answers),
    "modified entropy": mt.signals.modified_entropy(answers, labels),
}
print(f"{'patient':18}", *(f"{patient:>11}" for patient in patients))
print(f"{'':18}", *(f"{'member' if inside[patient] else 'non-member':>11}" for patient in patients))
for name, values in signals.items():
    print(f"{name:18}", *(f"{value:11.3f}" for value in values))

# %% [markdown]
# Entropy: patient 3 got a right answer, patient 0 a wrong one, and both answers are equally sure. Loss and modified
# entropy know the label and tell the two apart. Patient 727 got the surest right answer of all, and was **never in
# the training set**. Keep patient 727 in mind: an answer can be sure and right without being remembered.
#
# An attack turns a signal into a [score](glossary.md#score): one number for each record, larger means "more likely
# a member". So loss and entropies are negated. One more unit is handy: the
# [log-odds](glossary.md#log-odds) $\log\frac{p_y}{1-p_y}$, which pulls apart what a probability squeezes against 1.
# Expect two hills that overlap. At which end do they differ most?

# %%
scores = game.judge(threshold.label_log_odds(view), name="label log-odds")
display = ScoreHistogramDisplay.from_scores(scores, bins=60, name="label log-odds (larger = more suspect)")

spans = [f"from {side.min():.0f} to {side.max():.0f}" for side in (scores.members, scores.non_members)]
mt.show(display, alt=f"Histograms of the log-odds: members lie {spans[0]}, non-members {spans[1]}")

# %% [markdown]
# The left tail belongs to non-members alone: the model is badly wrong about them, and it is hardly ever wrong about
# a member. The right end is shared.
#
# A [threshold attack](glossary.md#threshold-attack) accuses every record whose score is larger than a threshold. So
# only the *order* of the scores matters. Which signals order the records alike?

# %%
by_loss = threshold.loss(view).argsort()
for name in ("loss", "label_probability", "label_log_odds", "modified_entropy", "entropy"):
    score = getattr(threshold, name)(view)
    same = "yes" if (score[by_loss][1:] >= score[by_loss][:-1]).all() else "no"
    auc = mt.Roc.from_scores(game.judge(score, name=name)).auc_interval()
    print(f"{name:18} same order as the loss: {same:4} AUC {auc}")

# %% [markdown]
# Loss, label probability and log-odds are one signal in three units: each grows when the others do, so they rank
# every pair of records alike, and no evaluation can tell them apart.
#
# Modified entropy orders the records a little differently and does about as well here. Plain entropy does worse,
# since it cannot see that a sure answer is wrong.

# %% [markdown] audience="instructor"
# **Round 1 (7 minutes).** What usually goes wrong: "log-odds is the better attack, because the histogram looks
# better". Let the group find one pair of records that log-odds and loss order differently; there is none. Prompt:
# *what would an API have to return so that this equality breaks?* (Rounded or float32 numbers; round 3 shows it.)

# %% [markdown]
# ### Round 2: the ROC by hand
#
# Put a threshold somewhere and count two things: which share of the members lies above it, the
# [true positive rate](glossary.md#true-positive-rate) (TPR), and which share of the non-members, the
# [false positive rate](glossary.md#false-positive-rate) (FPR). Do it for four thresholds.

# %%
for cut in (-5, 0, 5, 10):
    found, blamed = (scores.members > cut).sum(), (scores.non_members > cut).sum()
    tpr, fpr = mt.percent(found / len(scores.members)), mt.percent(blamed / len(scores.non_members))
    print(
        f"log-odds above {cut:2}:  TPR {tpr:>7} ({found:5,} members)   FPR {fpr:>6} ({blamed:5,} non-members)"
    )

# %% [markdown]
# Every threshold gives one point, FPR across and TPR up; all thresholds together give the
# [ROC curve](glossary.md#roc-curve). The area below it is the [AUC](glossary.md#auc), which is also the chance that a
# random member outranks a random non-member. The largest TPR − FPR along the curve is the
# [advantage](glossary.md#advantage) of its best threshold: the longest vertical distance to the diagonal of guessing.
#
# The cross marks an attack that needs no probabilities at all: accuse whoever the model is *right* about.

# %%
roc = mt.Roc.from_scores(scores)
right = threshold.gap(view)  # 1 where the model is right, 0 where it is wrong
train_accuracy, test_accuracy = right[inside].mean(), right[~inside].mean()
display = RocDisplay.from_roc(roc).plot(color="black")
display.ax_.plot(
    test_accuracy, train_accuracy, "X", color="#595959", markersize=11, clip_on=False, label="gap attack"
)
display.ax_.legend(loc="lower right")

cross = f"FPR {mt.percent(test_accuracy)} and TPR {mt.percent(train_accuracy)}"
mt.show(display, alt=f"ROC curve with AUC {roc.auc:.3f}; the gap attack is one point close to it, at {cross}")

# %% [markdown]
# The AUC is {{ roc.auc_interval() }}: a fine curve. Now the cross. The [gap attack](glossary.md#gap-attack) accuses a
# member exactly when the model is right about a member, so its TPR *is* the training accuracy. In the same way its
# FPR *is* the test accuracy. Subtract, and its advantage is the generalisation gap of lesson 01. Yeom and others
# proved that in 2018; it holds exactly, not about.

# %%
gap = mt.Roc.from_scores(game.judge(threshold.gap(view), name="gap"))
print(f"training accuracy minus test accuracy      {train_accuracy:.3f} - {test_accuracy:.3f}")
print(f"their difference                           {train_accuracy - test_accuracy:.3f}")
print(f"advantage of the gap attack                {gap.advantage:.3f}")
print(f"advantage of the best log-odds threshold   {roc.advantage:.3f}")

# %% [markdown]
# So whoever publishes both accuracies has published an attack's advantage. It is a floor for what this model leaks,
# never a ceiling: with probabilities instead of labels, the best threshold does better.
#
# But look where both attacks stand. The gap attack accuses {{ test_accuracy:.1%}} of all non-members. Would you let the
# insurer work like that?

# %% [markdown] audience="instructor"
# **Round 2 (6 minutes).** Let somebody explain at the board, without symbols, why the cross sits at (test accuracy,
# training accuracy). Common slip: reading Yeom's equality as an upper bound on *every* attack. It is the advantage
# of one attack, hence a lower bound on the best. Prompt: *can a model with no gap have a ROC above the diagonal?*

# %% [markdown]
# ### Round 3: what AUC hides
#
# An accusation has to be right nearly always, so only the far left of the curve counts: there false positives are
# few. On linear axes that region is too narrow to see. Logarithmic axes open it up. Expect the same curve, and watch
# its distance to the diagonal on the left.

# %%
display = RocDisplay.from_roc(roc).plot(log=True, color="black")
display.ax_.axvline(0.01, color="#595959", lw=1)
display.ax_.annotate("FPR 1 % ", (0.01, 0.5), ha="right")

few = roc.tpr_at(0.01)
mt.show(display, alt=f"The ROC curve on logarithmic axes, near the diagonal; at FPR 1 % its TPR is {few:.1%}")

# %% [markdown]
# On the left the curve stays within a factor of two of the diagonal, and at the very end it falls below. Read the
# numbers there, with their counts:

# %%
print("TPR at 1 %   FPR:", roc.tpr_at(0.01))
print("TPR at 0.1 % FPR:", roc.tpr_at(0.001))
try:
    print("TPR at 0.01 % FPR:", roc.tpr_at(0.0001))
except ValueError as refusal:
    print(fill(f"TPR at 0.01 % FPR: {refusal}", width=90))

# %% [markdown]
# At [[1 %|definition]] FPR the attack finds {{ roc.tpr_at(0.01):.1%}} of the members. Blind accusation would have found
# [[1 %|definition]]. This is one model; the other seven follow in *Surprise*. The brackets hold the
# [Clopper–Pearson interval](glossary.md#clopper-pearson-interval), the TPRs that fit these counts.
#
# The last line is a refusal, and an honest one. With {{ roc.n_non_members:,}} non-members, an FPR of
# [[0.01 %|definition]] would be less than one person. A rate that small *cannot be seen* with so few; ten false
# positives, a hundred thousand non-members, would make it steady.
#
# Where, then, does the AUC come from? Sort all records by their score and look at both ends.

# %%
order = scores.score.argsort()[::-1]  # the most suspect first
first_member = int(scores.member[order].argmax())
illness = np.array(data.class_names)[data.y]
sepsis, lung = illness == "ARF/MOSF w/Sepsis", illness == "Lung Cancer"

print(f"{'':20} {'members':>8} {'non-members':>12}    {'sepsis':>6} {'lung cancer':>12}")
ends = {"most suspect 16": order[:16], "most suspect 97": order[:97], "least suspect 4,000": order[-4000:]}
for name, some in ends.items():
    found, blamed = scores.member[some].sum(), (~scores.member[some]).sum()
    print(f"{name:20} {found:8} {blamed:12,}    {sepsis[some].sum():6,} {lung[some].sum():12,}")
print(f"{first_member} non-members stand before the first member, and patient {order[0]} before all others")

# %% [markdown]
# The first {{ first_member }} accusations would all be false. A blind order begins as badly in
# {{ mt.percent((~scores.member).mean() ** first_member, ".0%") }} of cases, since {{ mt.percent((~scores.member).mean(), ".0%") }} of the records are
# non-members; so the top is no better than blind. Among the least suspect there is hardly a member: *there* the AUC is earned. This attack is good at **acquitting** and useless for **accusing**.

# %% [markdown]
# The top is nearly all sepsis, the commonest class, patient {{ order[0] }} among them: the model is sure of many of
# them, seen or not. Up there, "confident and right" says *easy* rather than *seen*. The first patient with lung
# cancer comes at rank {{ lung[order].argmax() + 1 }}: one strict threshold for all illnesses never gets to Ruth. Her
# answer can only be weighed against those of patients like her (*Surprise* tries it), or patient by patient,
# which is what lessons 03 and 04 are about.
#
# So whom can the insurer honestly accuse? With one threshold for all patients, nobody.

# %% [markdown]
# **Digits that run out.** Low rates hang on a handful of records at the very top, and so on the digits with which
# scores are stored. Train the first model five times as long, so that it grows surer, and store the same probability
# in three ways: all digits (float64), seven digits (float32), and three decimals as an API may round them.

# %%
sharper = mt.train(network, data, member[:1], epochs=200, learning_rate=5e-3, seed=2)
sharp = mt.Game.from_ensemble(sharper, data)
probability = threshold.label_probability(sharp.view)

# %%
first = threshold.label_probability(view)
stored = {
    "float64": (sharp, probability),
    "float32": (sharp, probability.astype(np.float32)),
    "3 decimals": (sharp, probability.round(3)),
    "3 decimals, first model": (game, first.round(3)),
}
for name, (one, score) in stored.items():
    curve = mt.Roc.from_scores(one.judge(score, name=name))
    print(f"{name}: AUC {curve.auc:.3f}")
    print(fill(f"TPR at 1 % FPR {curve.tpr_at(0.01)}", 90, initial_indent="   ", subsequent_indent="   "))

# %% [markdown]
# The AUC hardly notices, or even rises: a tie counts half, and at the top non-members had been in front. But once
# more than [[1 %|definition]] of the non-members share the highest score, no threshold can single out fewer of them,
# and the TPR that one may claim drops to zero.
#
# An insurer who sees three decimals is finished with *this score* at this FPR, on the first model too; another signal
# or another query may not be. For an auditor, who has the logits and computes in float64 as the package does, rounding
# is only a blunt ruler. A paper that computes in float32 may be reporting its rounding.

# %% [markdown] audience="instructor"
# **Round 3 (6 minutes), the heart of the lesson.** Ask: *the AUC is fine and the first ten accusations are all
# wrong; how can both be true?* Let them find the left tail of the histogram. What usually goes wrong: "then the
# model is safe". No: one weak attack was measured. Lesson 04 finds many times more members of such models at
# the same FPR. Second trap: reading the interval as covering the choice of the threshold; it treats the threshold as given.

# %% [markdown]
# ### Round 4: what an accusation is worth
#
# TPR and FPR each look at one side. Ruth needs the opposite direction: of those accused, which share are members?
# That is [precision](glossary.md#precision), and it depends on a number the experiment does not contain: how
# frequent members are among the people who could be accused, the [base rate](glossary.md#base-rate) $b$.
#
# $$\text{precision} = \frac{b \cdot \text{TPR}}{b \cdot \text{TPR} + (1-b) \cdot \text{FPR}}$$

# %% [markdown]
# In a balanced game $b$ is one half. Our records hold 1 member in {{ 1 / inside.mean():.0f}}, so counting in them gives
# another precision; the formula re-weights the counts for any other $b$. Among all former patients of a region it may
# be [[1 in 1,000]]. Compare three thresholds: the one of best advantage, the strict one, and that of an imagined attack
# which is far better.

# %%
precision = mt.precision
best = (roc.tpr - roc.fpr).argmax()
points = {
    "best advantage": (roc.tpr[best], roc.fpr[best]),
    "1 % FPR": (roc.tpr_at(0.01).value, 0.01),
    "imagined: 30 % at 0.1 %": (0.30, 0.001),
}
rates = {"1 in 2": 1 / 2, "our records": inside.mean(), "1 in 100": 1 / 100, "1 in 1,000": 1 / 1000}
print(" " * 24, *(f"{name:>12}" for name in rates))
for name, (tpr, fpr) in points.items():
    print(f"{name:24}", *(f"{mt.percent(precision(tpr, fpr, rate)):>12}" for rate in rates.values()))

# %% [markdown]
# Read the first row from left to right. In a balanced game the best threshold looks convincing:
# {{ precision(*points["best advantage"], 1 / 2):.1%}} of its accusations are right. When [[1 in 1,000]] is a member,
# {{ precision(*points["best advantage"], 1 / 1000):.1%}} are. The model and the attack have not changed.

# %% [markdown]
# Now compare the first two rows. Being stricter made accusations *worse*: the top of this ranking is full of easy
# non-members. A good attack gains as it gets stricter, like the third; yet in the last column even that one is wrong
# about most people it accuses.
#
# When members are rare, precision is about $b \cdot \text{TPR} / \text{FPR}$. The ratio TPR/FPR is what an accuser must
# make large, and it is limited by how small an FPR can be reached, and shown.

# %% [markdown]
# ### The measuring language of this course
#
# From here on every lesson reports attacks like this:
#
# 1. A score is larger for members, and whoever scores **above** the threshold is accused. Ties accuse nobody.
# 2. **TPR at a low FPR comes first**, AUC second, accuracy in a balanced game never alone.
# 3. Every rate comes with its **counts and an interval**, and says over how many models.
# 4. An FPR needs enough non-members: at least one false positive to be seen at all, ten or more to be steady.
# 5. A threshold that is chosen on some records is **judged on others** (exercise 3).
# 6. What an accusation is worth is said **with a base rate**.

# %% [markdown] audience="instructor"
# **Round 4 (3 minutes).** Have each pair choose a base rate for a case of their own (a hospital in a town, a dating
# site, a loan portfolio) before they read the table. The usual slip is to answer "is this accusation right?"
# with 1 − FPR. Natural frequencies help: draw 1,000 people, colour the member, colour the false alarms.

# %% [markdown] section="lab"
# ## Lab: threshold explorer
#
# Drag the line in the histogram or the point on the curve, or use the slider with the arrow keys. The panel has three
# goals and ticks off each one on which you come to rest:
#
# 1. few false alarms: at most [[1 %|definition]] FPR, and nearly as many members found as any threshold finds there,
# 2. the greatest advantage,
# 3. nearly the best precision there is when only one record in a hundred is a member. How many innocents does it cost?
#
# Try the logarithmic axes for the first goal. Then change the signal to label probability: the histogram crowds at both
# ends, and the ROC curve stays.

# %%
attacks = {
    "label log-odds": threshold.label_log_odds,
    "label probability": threshold.label_probability,
    "entropy": threshold.entropy,
}
judged = {name: game.judge(attack(view), name=name) for name, attack in attacks.items()}
lab = ThresholdExplorer(judged, lesson="02")
lab

# %% [markdown]
# The next cell reads where you left the threshold, and turns it into a verdict on real people. Move it, then run the
# cell again. Its share is the panel's precision once members are "1 in {{ 1 / inside.mean():.0f}} (these records)".

# %%
chosen = judged[lab.signal]
accused = chosen.score > lab.threshold
true, false = (accused & chosen.member).sum(), (accused & ~chosen.member).sum()
print(f"{lab.signal} above {lab.threshold:.2f} accuses {accused.sum():,} patients.")
print(f"{true:,} of them were in the training set; {false:,} are accused falsely.")
print(f"Of these accusations {mt.percent(true / max(1, accused.sum()))} are right.")

# %% [markdown] audience="instructor"
# **Lab (8 minutes).** Goal 1 is reached with the keyboard most easily (strict end, then arrow keys). Many look for
# goal 3 at the strict end and are surprised that precision is *worse* there than in the middle: the first
# records are easy non-members. Have the price in innocents said aloud. Discussion: which of the three goals would the insurer, the hospital, Ruth set?

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. A point of the ROC
#
# Return the pair (FPR, TPR) when every score **above** the threshold is accused. For a hint, run
# `check.roc_point.hint()` in a new cell.


# %% exercise="roc_point"
def roc_point(score, member, threshold) -> tuple[float, float]:
    """(FPR, TPR). score: floats (examples,); member: True or False (examples,); threshold: a number."""
    ### BEGIN SOLUTION
    accused = score > threshold
    return accused[~member].mean(), accused[member].mean()
    ### END SOLUTION


roc_point = check.roc_point(roc_point)

# %% tests="roc_point"
assert roc_point(np.array([2.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False]), 1.0) == (0.0, 0.5)
assert roc_point(np.array([2.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False]), -1.0) == (1.0, 1.0)

# %% [markdown]
# With it, the strict point of round 3 is one line. It must agree with the package's own counting.

# %%
fpr, tpr = roc_point(scores.score, scores.member, roc.threshold_at(0.01))
print(f"FPR {mt.percent(fpr)}, TPR {mt.percent(tpr)}; the package counts a TPR of {roc.tpr_at(0.01):.1%}")

# %% [markdown]
# ### 2. Modified entropy
#
# Write Song and Mittal's formula for probabilities of shape (examples, classes):
# $-(1-p_y)\log p_y - \sum_{k \ne y} p_k \log(1-p_k)$, one number for each example. In the check no probability is
# exactly 0 or 1. (The package's own version starts from logits, so that it survives those too.)


# %% exercise="modified_entropy"
def modified_entropy(probability, labels):
    """Nats (examples,). probability: floats (examples, classes); labels: integers (examples,)."""
    ### BEGIN SOLUTION
    is_label = np.arange(probability.shape[1]) == labels[:, None]
    p = probability
    terms = np.where(is_label, (1 - p) * np.log(p), p * np.log(1 - p))
    return -terms.sum(axis=1)
    ### END SOLUTION


modified_entropy = check.modified_entropy(modified_entropy)

# %% tests="modified_entropy"
_logits = np.random.default_rng(7).normal(size=(20, 5))
_p = np.exp(_logits) / np.exp(_logits).sum(axis=1, keepdims=True)
_labels = np.arange(20) % 5
assert np.allclose(modified_entropy(_p, _labels), mt.signals.modified_entropy(_logits, _labels))

# %% [markdown]
# The insurer sees probabilities, not logits, so your function serves it too. It must reach the AUC of round 1.

# %%
score = -modified_entropy(softmax(view.target_logits, axis=1), view.labels)
print(
    "AUC of modified entropy:", mt.Roc.from_scores(game.judge(score, name="modified entropy")).auc_interval()
)

# %% [markdown]
# ### 3. A threshold judged by its own records
#
# Much published code reports an attack's accuracy like this: try every threshold, keep the best accuracy. The code
# released with LiRA, the attack of lesson 04, does (`plot.py`, Carlini 2022: `np.max(1-(fpr+(1-tpr))/2)`), and the
# line was copied into many scripts, such as the evaluation of a benchmark of language models (Shi 2024). In fairness: over tens of thousands of
# records the optimism is negligible, Carlini and others argue *against* reporting accuracy, and the AUC printed
# beside it is not affected. Over a few hundred records it matters. Here are the two steps:

# %%
print(getsource(check.best_threshold))
print(getsource(check.balanced_accuracy))

# %% [markdown]
# Neither function is wrong. What is wrong is to hand both of them the same records. Try it on scores that are **pure
# noise**, with 100 members and 100 non-members, 200 times over. An honest measurement says one half.

# %%
best_threshold, balanced_accuracy = check.best_threshold, check.balanced_accuracy
noise = np.random.default_rng(2).normal(size=(200, 200))
truth = np.arange(200) % 2 == 0

published = [balanced_accuracy(score, truth, best_threshold(score, truth)) for score in noise]
print("accuracy on pure noise, the published way:", mt.Interval.from_values(published))

# %% [markdown]
# Repair it. `tuning` is True for the records that may choose the threshold; all others judge it.


# %% exercise="honest_accuracy"
def honest_accuracy(score, member, tuning) -> float:
    """Balanced accuracy on other records. score: floats; member, tuning: True or False; all (examples,)."""
    ### BEGIN SOLUTION
    threshold = best_threshold(score[tuning], member[tuning])
    return balanced_accuracy(score[~tuning], member[~tuning], threshold)
    ### END SOLUTION


honest_accuracy = check.honest_accuracy(honest_accuracy)

# %% tests="honest_accuracy"
_score, _member = np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False])
assert honest_accuracy(_score, _member, np.array([True, True, False, False])) == 0.5
assert honest_accuracy(-_score, _member, np.array([False, False, True, True])) == 0.5

# %%
tuning = np.arange(200) < 100
honest = [honest_accuracy(score, truth, tuning) for score in noise]
print("accuracy on pure noise, the published way:", mt.Interval.from_values(published))
print("accuracy on pure noise, judged on others: ", mt.Interval.from_values(honest))

# %% [markdown]
# Noise looked like an attack, and the interval around the inflated number did not warn you. Judging on other records
# costs half of them; that is the price of an honest number.
#
# The same holds for `roc.advantage`, the best of all thresholds: fine for thousands of records, flattering for few.
# `tpr_at` too reads its threshold off the non-members it counts; with {{ int(0.01 * roc.n_non_members) }} of them above it
# the effect is small, with 5 it is not, and the interval covers the members only. And it holds for every audit of
# lesson 11, where a threshold tuned on its own judges "proves" leaks that are not there.

# %% [markdown]
# ### Stretch: precision with an interval
#
# `true_alarms` of `members` and `false_alarms` of `non_members` were accused. Give the lower and upper end of the
# precision at `base_rate`, such that both measured rates may be uncertain at once and the ends still hold it with at
# least [[95 %|definition]] confidence. Share the [[5 %|definition]] of error equally between the two: `confidence=0.975`
# each. You have `mt.Rate(hits, total, confidence=...)` with `.low` and `.high`, and `mt.precision(tpr, fpr, base_rate)`.


# %% exercise="precision_interval" tags=["stretch"]
def precision_interval(true_alarms, members, false_alarms, non_members, base_rate) -> tuple[float, float]:
    """(low, high) of the share of members among the accused; all arguments are single numbers."""
    ### BEGIN SOLUTION
    tpr = mt.Rate(true_alarms, members, confidence=0.975)
    fpr = mt.Rate(false_alarms, non_members, confidence=0.975)
    return mt.precision(tpr.low, fpr.high, base_rate), mt.precision(tpr.high, fpr.low, base_rate)
    ### END SOLUTION


precision_interval = check.precision_interval(precision_interval)

# %% [markdown]
# It puts an interval on a number of round 4: the strict threshold, where one record in a hundred is a member.

# %%
strict = roc.tpr_at(0.01)
false_alarms = int((scores.non_members > roc.threshold_at(0.01)).sum())
low, high = precision_interval(strict.hits, strict.total, false_alarms, roc.n_non_members, 1 / 100)
print(f"precision between {mt.percent(low)} and {mt.percent(high)}")

# %% [markdown] audience="instructor"
# **Exercises (12 minutes).** Where time is short, do 1 and 3; exercise 2 is the longest (broadcasting labels
# against classes). Prompt for 3: *where else in machine learning do we choose and judge on the same records?* (Early stopping
# on the test set, the best of many seeds.) Be fair about the sources: the code is a helper for plots, its authors
# argue for low-FPR reporting, and the fault bites only where evaluation sets are small.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `roc_point`, *axes swapped*: let them point at the cross of round 2 and say "across, up". Both its numbers have
#   names that they know, the two accuracies.
# - `modified_entropy`, *every label for every row*: write a table of 3 × 2 and `a[np.arange(3), [0, 1, 0]]` beside
#   it, and leave it there. The same slip comes in lessons 03, 04, 06 and 09.
# - `honest_accuracy`, *judged where tuned*: print the largest of the 200 accuracies of noise, and ask which of the
#   200 experiments would have become a paper.

# %% [markdown] section="surprise"
# ## Surprise
#
# Back to your prediction. One model is one run, so attack all eight: for each, the strict threshold that accuses at
# most [[1 %|definition]] of its non-members, and the members found.

# %%
games = [replace(game, target=target) for target in range(8)]
eight = [one.judge(threshold.label_log_odds(one.view), name="log-odds") for one in games]
rocs = [mt.Roc.from_scores(one) for one in eight]
strict_tprs = [one.tpr_at(0.01) for one in rocs]
pooled = mt.Rate(sum(rate.hits for rate in strict_tprs), sum(rate.total for rate in strict_tprs))
over_models = mt.Interval.from_values([rate.value for rate in strict_tprs])
top_is_outsider = sum(not one.member[one.score.argmax()] for one in eight)
print("mean AUC of the eight models:", mt.Interval.from_values([one.auc for one in rocs]))
print("TPR at 1 % FPR, pooled counts:", pooled)
print("TPR at 1 % FPR, mean of models:", over_models.words(".1%"))
print("models whose most suspect patient is a non-member:", top_is_outsider)

# %%
display = IntervalDisplay(range(1, 9), strict_tprs).plot(color="black", linestyle="none")
display.ax_.axhline(0.01, color="#595959", ls=(0, (2, 2)), label="guessing")
display.ax_.set(xlabel="model", ylabel="TPR at 1 % FPR (share of members)", ylim=(0, 0.04))
display.ax_.set_yticks([0, 0.01, 0.02, 0.03, 0.04], ["0 %", "1 %", "2 %", "3 %", "4 %"])
display.ax_.legend()

touch = sum(rate.low <= 0.01 <= rate.high for rate in strict_tprs)
alt = f"TPR at 1 % FPR of eight models, on average {over_models:.1%}; {touch} intervals hold 1 %"
mt.show(display, alt=alt)

# %%
prediction.reveal(over_models)

# %% [markdown]
# {{ touch }} of these 8 intervals hold the [[1 %|definition]] of guessing: such a model, alone, cannot tell this attack
# from blind accusation. Together the eight can: both intervals lie above it, and what they show is still tiny. In
# {{ top_is_outsider }} of the 8 models the most suspect patient of all had never been seen. By blind order that happens with probability
# {{ f"{(~scores.member).mean() ** len(eight):.2f}" }}, so at its very top the attack is no better than blind.
#
# Two intervals, two questions. The pooled one asks what these counts allow, as if every record were a fresh draw. The
# one over models asks what *another model of this kind* would show, since eight models repeat the whole experiment.
# When they differ, report the wider. Neither contains other data or other architectures.
#
# Does the attack gain as it gets stricter? TPR/FPR is 1 for guessing.

# %%
for fpr in (0.01, 0.05, 0.25, 0.50):
    ratio = mt.Interval.from_values([one.tpr_at(fpr).value / fpr for one in rocs])
    print(f"FPR {mt.percent(fpr, '.0%'):>4}   TPR/FPR {ratio.words('.1f')}")

# %% [markdown]
# It loses: in {{ sum(one.tpr_at(0.01).value / 0.01 < one.tpr_at(0.25).value / 0.25 for one in rocs) }} of the eight models
# the ratio at [[1 %|definition]] is smaller than where [[25 %|definition]] of the non-members stand accused.
#
# Now Ruth. One threshold for all accuses
# {{ sum((one.score[lung] > curve.threshold_at(0.01)).sum() for one, curve in zip(eight, rocs)) }} patients with lung cancer
# in the eight models together, so compare her with patients like her. The threshold that [[1 %|definition]] of the non-members exceed is read off
# the *other seven* models, and then this model is attacked; once for all patients, once for lung cancer alone.

# %%
for name, some in {"all patients": np.full(len(data), True), "lung cancer alone": lung}.items():
    tprs, fprs = [], []
    for one in eight:
        others = [other.score[some & ~other.member] for other in eight if other is not one]
        accused = one.score > np.quantile(np.concatenate(others), 0.99)
        tprs.append(accused[some & one.member].mean())
        fprs.append(accused[some & ~one.member].mean())
    tpr, fpr = mt.Interval.from_values(tprs), mt.Interval.from_values(fprs)
    print(f"{name:18} TPR {tpr.words('.1%')}   FPR {fpr.words('.1%')}")

# %% [markdown]
# Against its own kind, the same score finds more: {{ tpr:.1%}} of the members with lung cancer. It is still no proof. When
# one patient in a hundred was in the study, {{ precision(tpr.value, fpr.value, 1 / 100):.1%}} of such accusations are
# right. But "useless" was a verdict on one threshold for everybody, not on the model's answers. Lessons 03 and 04 go all
# the way, to a comparison for each patient.

# %% [markdown] audience="instructor"
# **Surprise (4 minutes).** Put the group's numbers from the board beside the result. Ask who was sure. The Brier score
# rewards those who said "I do not know". Prompt: *what should the report to the hospital say in one sentence?*

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A hospital may publish one of two models. An auditor attacked each on 2,000 members and 2,000 non-members:
#
# | | AUC | TPR at [[0.1 %]] FPR |
# |---|---|---|
# | model A | [[0.83]] | [[0.1 %]] (2 members) |
# | model B | [[0.56]] | [[5 %]] (100 members) |
#
# The auditor recommends model B, "with an AUC near one half". Write five sentences to the hospital's board: do you agree, who
# is at risk, what would you still want to know?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# I disagree. With model A the attack sorts out many non-members and can accuse nobody: at [[0.1 %]] FPR it does no better
# than chance. With model B it is at chance for most patients, yet it points at 100 members while blaming 2
# non-members; for those 100 the promise of confidentiality is broken. The FPR rests on 2 false positives, so I would ask
# for at least ten times as many non-members, for intervals and for several trained models. I would also ask how rare members are where
# an accuser would look, and whether a stronger attack was tried on model A: so far one attack found nothing, which
# is not the same as safety.
#
# *Rubric, a point each*: reads the low-FPR column before the AUC · speaks of the exposed people, not of the average ·
# notices the 2 false positives and asks for more · asks for base rate or precision · does not call model A safe.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. Patient 727 got the surest right answer of all and was never in the training set. What do you say to an insurer
#    who accuses just this patient?
# 2. Asked for a TPR at [[0.01 %|definition]] FPR the package refuses, where other tools draw the curve on between two
#    counts. Whom does each of the two serve?
# 3. Ruth is never accused, since sepsis fills the top. Is a threshold for each illness fairer? To the members, to the
#    innocent, to those with a rare illness?

# %% [markdown] section="recap"
# ## Recap
#
# 1. Loss, label probability and log-odds are one signal: they rank alike. Entropy is another, and weaker, one.
# 2. The gap attack's advantage *is* training minus test accuracy, a floor for what leaks.
# 3. AUC can be high because non-members are easy to acquit. At [[1 %|definition]] FPR this attack found
#    {{ over_models:.1%}} of the members: one threshold for all accuses nobody honestly.
# 4. An FPR must be affordable in non-members, a threshold is judged on other records, a rate comes with counts.
# 5. When members are rare, only a large TPR/FPR helps; this attack's shrinks as it gets stricter, where it should grow.

# %% [markdown]
# **You may now claim** "at this FPR this attack finds so many members, of so many, over so many models".
#
# **You may not claim** that a high AUC identifies anybody, that a weak attack proves a model safe, or that an
# accusation is right because the FPR is small.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [base rate](glossary.md#base-rate),
# [Clopper–Pearson interval](glossary.md#clopper-pearson-interval), [entropy](glossary.md#entropy),
# [gap attack](glossary.md#gap-attack),
# [log-odds](glossary.md#log-odds), [modified entropy](glossary.md#modified-entropy),
# [precision](glossary.md#precision), [ROC curve](glossary.md#roc-curve), [score](glossary.md#score),
# [signal](glossary.md#signal), [threshold attack](glossary.md#threshold-attack)
#
# **Sources**
#
# - S. Yeom and others, Privacy risk in machine learning: analyzing the connection to overfitting, 2018
# - L. Song and P. Mittal, Systematic evaluation of privacy risks of machine learning models, 2021
# - N. Carlini and others, Membership inference attacks from first principles, 2022, section III; the code is
#   `research/mi_lira_2021/plot.py` in the repository tensorflow/privacy
# - B. Jayaraman and others, Revisiting membership inference under realistic assumptions, 2021 (base rates)
# - W. Shi and others, Detecting pretraining data from large language models, 2024; its evaluation script is
#   `src/eval.py` in swj0419/detect-pretrain-code
# - C. Clopper and E. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, 1934
# - E. DeLong and others, Comparing the areas under two or more correlated ROC curves, 1988 (the AUC's interval)
# - W. Knaus and others, The SUPPORT prognostic model, 1995. Data courtesy of the Vanderbilt University Department of
#   Biostatistics (hbiostat.org/data)
#
# **Next**: [03 Shadow models](03_shadow_models.ipynb)

# %%
mt.progress.so_far("02")

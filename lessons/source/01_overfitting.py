# %% [markdown] section="card"
# # 01 Overfitting: where the leak begins
#
# After this lesson you can
#
# - **measure** how much better a model does on its training records, with an interval,
# - **read** the losses of members and non-members, record by record,
# - **say**, after trying it, which of size, width, training time and wrong labels makes a model leak,
# - **tell** why a small gap protects nobody in particular.
#
# **Builds on** lesson 00 (the game, members, rates, intervals). **Time** 45 minutes.
#
# **Data** MNIST-5k: 5,000 handwritten digits, 500 of each, by census staff and school pupils. To be quick, each image
# is reduced to its 64 principal components (the directions in which the images differ most).
#
# **Threat model** Somebody who holds a digit, knows what it says and may ask a network for its confidences wants to
# know whether this very digit was in the training set. From round 4 on this somebody trains networks too.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** The lab's first cell trains the networks for all 216 settings and is the slowest
# of the lesson; run it before you speak about round 4's pictures, and only once. The scatter plot below the lab marks
# the panel's position at the moment it runs. After a restart nobody need find the right cells by hand: *Run All Above
# Selected Cell*.
#
# **What goes wrong in thinking.** "Learnt by heart, so given away." Most of what is learnt by heart would have been
# guessed. The opposite slip comes right after: "a small gap, so nobody is known." And in the lab wrong labels are
# thought to mark the members; they fall on both sides alike.

# %%
import numpy as np
from matplotlib.figure import Figure
from scipy.spatial.distance import cdist

import mia_teach as mt
from mia_teach import signals
from mia_teach.exercises import overfitting as check
from mia_teach.labs.overfitting_playground import OverfittingGrid, OverfittingPlayground, points
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import MEMBER, NON_MEMBER, ImagesDisplay, IntervalDisplay, ScoreHistogramDisplay, style
from mia_teach.rate import percent

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("01")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 00's game an adversary calls [[80 %]] of the members "members", and [[70 %]] of the others too. What is
#    the advantage?
# 2. Who sees more in that game: somebody who gets labels, or somebody who gets confidences?
#
# <details><summary>Answers</summary>
#
# 1. [[0.1]]: the share of members called members minus the share of the others called members. Finding most members
#    is worth little when the others are accused nearly as often.
# 2. Confidences: they contain the label, and they also tell two right answers apart. This lesson lives on that
#    difference.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Vera is invented, her situation is not. She once saw a debt counsellor, who kept copies of her cheques. With the
# handwritten digits of its clients the counsellor's firm trained a small network that reads amounts, and sold it.
#
# Vera's bank bought it. The bank has every cheque she ever wrote, and lets the network read them, as it does with
# everybody's. Nearly all digits are read correctly. But somebody in the credit department looks at how *sure* the
# network is of each. If it is surer of the very digits it has learnt from, then it tells who was at the counsellor's,
# and Vera's next loan is refused.
#
# The networks below learn digits of MNIST, whose writers have nothing to fear from you.

# %% [markdown] section="predict"
# ## Predict
#
# A network with 128 hidden units trains on 500 digits until it knows every one of them by heart: training accuracy
# [[100 %|definition]].
#
# Now draw one of its members and one digit it has never seen, both at random. The one with the lower
# [loss](glossary.md#loss), for which the network is surer of the true label, is your guess for the member. Blind
# guessing is right in [[50 %|definition]] of such pairs. How often is the loss right?

# %%
prediction = Prediction(
    "In which share of the pairs does the member have the lower loss, on average over eight such networks?",
    lesson="01",
    name="pairs_won",
    unit="%",
    low=0,
    high=100,
    tolerance=4,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "It knows all 500 by heart. So how well can you tell them from digits it has never
# seen?" Write the numbers on the board without comment. Expect high ones; that is the hope which *Surprise*
# corrects. Those who say 50 confuse the network's accuracy with the attack's.
#
# **Timing of the whole lesson.** Card to predict 8, build 13, lab 8, exercises 11, surprise to recap 5. In 35 minutes:
# leave out the exercises but for the second; the others do well as homework.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: two accuracies
#
# Eight networks, each with 500 digits of its own. The other 4,500 are new to it. `snapshots` keeps the networks as they
# were after some [epochs](glossary.md#epoch). Expect the accuracy on members to reach the top, and watch where the
# other one stops.

# %%
data = mt.principal_components(mt.load_mnist_5k(), 64)
member = mt.fixed_size(8, len(data), size=500, seed=1)
epochs = (1, 3, 10, 30, 60)
networks = mt.train(mt.mlp(64, 128, 10), data, member, epochs=60, snapshots=epochs, learning_rate=2e-3)
answers = {epoch: networks.at_epoch(epoch).logits(data.x) for epoch in epochs}


def accuracy(logits, side):
    """Each model's accuracy on one side, as a mean over the models with its interval."""
    right = signals.correct(logits, data.y)
    return mt.Interval.from_values([one[among].mean() for one, among in zip(right, side, strict=True)])


# %%
train = [accuracy(answers[epoch], member) for epoch in epochs]
test = [accuracy(answers[epoch], ~member) for epoch in epochs]

curves = IntervalDisplay(epochs, train, name="members (training)").plot(color=MEMBER)
new_ones = IntervalDisplay(epochs, test, name="non-members (test)")
new_ones.plot(curves.ax_, color=NON_MEMBER, ls="--", marker="s")
curves.ax_.set(xlabel="epochs", ylabel="accuracy, mean of eight networks", xscale="log", ylim=(0, 1.03))
curves.ax_.set_xticks(epochs, epochs)
alt = f"Accuracy after 1 to 60 epochs. Members: from {train[0]:.1%} to {train[-1]:.1%}. "
mt.show(curves, alt=alt + f"Non-members: from {test[0]:.1%} to {test[-1]:.1%}.")

# %% [markdown]
# After 60 epochs the networks read {{ train[-1].words(".1%") }} of their own digits and {{ test[-1].words(".1%") }} of
# the new ones. The difference of the two, {{ points(train[-1].value - test[-1].value) }} (percentage points), is the
# [generalisation gap](glossary.md#generalisation-gap); a model that has a large one
# [overfits](glossary.md#overfitting). It is there from the first epochs on, and grows until every member is read,
# after about {{ min(epoch for epoch, one in zip(epochs, train) if one.value == train[-1].value) }} epochs.

# %% [markdown]
# ### Round 2: the same story in losses
#
# Right or wrong is a coarse answer. The loss, $-\log p_y$, tells how surprised the network is by the true label: 0 for
# certainty, {{ np.log(10):.2f}} nats (the unit of natural logarithms) for a blind guess among ten digits. Below, each side is a histogram over powers of
# ten, left after the first epoch, right after the last. How much will the two sides still overlap?

# %%
loss = {epoch: signals.cross_entropy(answers[epoch], data.y) for epoch in epochs}
middle = {epoch: (np.median(loss[epoch][member]), np.median(loss[epoch][~member])) for epoch in epochs}
with style():
    axes, bins = Figure(figsize=(9, 3.4)).subplots(1, 2), np.linspace(-8, 2, 61)
for ax, epoch in zip(axes, (1, 60), strict=True):
    inside, outside = np.log10(loss[epoch][member]), np.log10(loss[epoch][~member])
    sides = ScoreHistogramDisplay.from_values(inside, outside, bins=bins, name="loss, power of ten (nats)")
    sides.plot(ax)
    ax.set(title=f"epoch {epoch}", ylim=(0, 1.35 * max(sides.members.max(), sides.non_members.max())))
alt = f"Losses of members and non-members: medians {middle[1][0]:.2f} and {middle[1][1]:.2f} after epoch 1, "
alt += f"{middle[60][0]:.4f} and {middle[60][1]:.4f} after 60. "
alt += "Low losses on both sides; only non-members have high ones."
mt.show(ax, alt=alt)

# %% [markdown]
# Two things came. The members' median loss fell from {{ middle[1][0]:.2f}} to {{ middle[60][0]:.4f}}, and the
# non-members' fell almost as far, from {{ middle[1][1]:.2f}} to {{ middle[60][1]:.4f}}: most new digits look like some
# old one. And on the right a tail of non-members is left behind: no member has a loss above
# {{ loss[60][member].max():.3f}}, while {{ (loss[60][~member] > loss[60][member].max()).mean():.1%}} of the others do.
#
# So, from a network that has learnt all its members, a high loss says "not a member" very clearly. A low loss says little. Keep that asymmetry in mind: an attacker
# wants to say "member".

# %% [markdown] audience="instructor"
# **Build (13 minutes).** After round 2 ask: *which side of the right histogram would you accuse, and whom would you hit?*
# The usual slip is to read the two humps as two groups of people; they overlap almost wholly. After round 3 let
# somebody say in one sentence what the accuracy could not see. In round 4 cover the row names of the pictures and
# ask which row is which; before the four lines ask which attack finds the ten, and after them which of the four the
# firm would print.

# %% [markdown]
# ### Round 3: a leak without a gap?
#
# Yeom and others showed in 2018 that a gap is *enough* for a leak: accuse what the model reads correctly, and your
# [advantage](glossary.md#advantage) is the gap. They also argued that it is not *needed*. Try it on a task that is
# almost too easy: zeros and ones only.
#
# Sixteen networks for each of four training-set sizes. The function counts pairs as in your prediction: the
# share of pairs in which the member has the lower loss. It has a name, [AUC](glossary.md#auc), and [[0.5|definition]]
# is guessing.


# %%
def auc(loss, inside):
    """How often a member has a lower loss than a non-member, over all pairs."""
    # equal losses hardly occur here; where they do, count each such pair half
    return (loss[inside][:, None] < loss[~inside]).mean()


# %%
easy, sizes = data[data.y <= 1], (50, 100, 200, 500)
drawn = np.concatenate([mt.fixed_size(16, len(easy), size=size, seed=size) for size in sizes])
readers = mt.train(mt.mlp(64, 64, 2), easy, drawn, epochs=30, learning_rate=3e-3).logits(easy.x)
right, surprise = signals.correct(readers, easy.y), signals.cross_entropy(readers, easy.y)
gaps = [one[inside].mean() - one[~inside].mean() for one, inside in zip(right, drawn, strict=True)]
aucs = [auc(one, inside) for one, inside in zip(surprise, drawn, strict=True)]
gap_at = {size: mt.Interval.from_values(gaps[16 * i : 16 * i + 16]) for i, size in enumerate(sizes)}
auc_at = {size: mt.Interval.from_values(aucs[16 * i : 16 * i + 16]) for i, size in enumerate(sizes)}

# %%
with style():
    left, right_side = Figure(figsize=(9, 3.4)).subplots(1, 2)
IntervalDisplay(sizes, list(gap_at.values()), name="zeros and ones").plot(left, color="black")
IntervalDisplay(sizes, list(auc_at.values())).plot(right_side, color="black")
left.axhline(train[-1].value - test[-1].value, color="#595959", ls="--", label="ten digits, round 1")
left.legend(loc="center right")
right_side.axhline(0.5, color="#595959", ls=(0, (2, 2)))
left.set(ylabel="gap of the accuracies (share)", ylim=(-0.005, 0.14), title="The gap")
right_side.set(ylabel="AUC of the loss", ylim=(0.45, 0.75), title="The leak (dotted: guessing)")
for ax in (left, right_side):
    ax.set(xlabel="digits in the training set", xscale="log")
    ax.set_xticks(sizes, sizes)
    ax.minorticks_off()
alt = [f"{size} digits: gap {points(gap_at[size])}, AUC {auc_at[size]}." for size in sizes]
mt.show(left, alt=f"Zeros and ones, 16 networks a size. {' '.join(alt)}")

# %% [markdown]
# With 100 digits the gap is {{ points(gap_at[100]) }}: the networks read practically every zero and one, new or old. And the
# loss still tells members from others in {{ auc_at[100].words(".1%") }} of the pairs, the interval far from one half.
# The leak was in how sure the answers are, not in whether they are right. Only with 500 digits does the AUC sink to
# {{ auc_at[500] }}.
#
# A gap in accuracy is sufficient for a leak. It is not necessary. Whoever reports "no overfitting, so no privacy
# risk" has looked at the coarser of two instruments.

# %% [markdown]
# ### Round 4: the gap is an average
#
# Back to all ten digits. Which records carry the leak? To see it for one record you need networks that trained on it and
# networks that did not: 32 networks on random halves of 2,000 digits. The first sixteen choose the records with the largest
# difference between their loss outside and inside.

# %%
some = data[:2000]
halves = mt.balanced_shadows(32, len(some), seed=0)
pairs = mt.train(mt.mlp(64, 64, 10), some, halves, epochs=20, learning_rate=3e-3)
logits = pairs.logits(some.x)
losses, choosing, judging = signals.cross_entropy(logits, some.y), slice(0, 16), slice(16, 32)


# %%
def inside_outside(values, models):
    """Each record's mean over the models that trained on it, and over the others."""
    inside, chosen = halves[models], values[models]
    return [(chosen * side).sum(axis=0) / side.sum(axis=0) for side in (inside, ~inside)]


with_it, without = inside_outside(losses, choosing)
most, least = np.argsort(with_it - without)[:10], np.argsort(np.abs(with_it - without))[:10]

# %%
shown = np.concatenate([most, least])
captions = [f"“{some.y[i]}”\n{without[i]:.1f} → {with_it[i]:.1f}" for i in shown]
images = mt.load_mnist_5k().x[shown]
pictures = ImagesDisplay(images, captions, rows=("memorised most", "memorised least")).plot()
labels = [", ".join(str(y) for y in some.y[row]) for row in (most, least)]
alt = f"Ten odd digits, labelled {labels[0]}: mean loss {without[most].mean():.1f} in networks without them, "
alt += f"{with_it[most].mean():.1f} with them. "
alt += f"Ten plain ones, labelled {labels[1]}: the same loss either way."
mt.show(pictures, alt=alt)

# %% [markdown]
# Above each digit stand its label, its loss in networks that never saw it, and its loss in those that did. The upper
# row is what nobody could guess: odd strokes, and labels that you might dispute. Such records are
# [memorised](glossary.md#memorisation), for there is no other way to get them right.

# %% [markdown]
# Now the harm, in the *other* sixteen networks, which had no part in choosing the ten. Two attacks, each on everybody and
# on the ten. The first asks one threshold of all records, the one at which [[1 %|definition]] of a network's non-members
# are accused. The second gives each record a threshold of its own: half-way, on the log scale, between its two mean
# losses in the first sixteen networks. TPR and FPR are the shares of members and of others that are accused, the
# [true positive rate](glossary.md#true-positive-rate) and the [false positive rate](glossary.md#false-positive-rate).
# Which attack finds the ten?

# %%
new, truth = losses[judging], halves[judging]
rocs = [mt.Roc.from_scores(mt.Scores(-one, inside)) for one, inside in zip(new, truth, strict=True)]
one_for_all = np.array([[-roc.threshold_at(0.01)] for roc in rocs])  # one loss a network
thresholds = {"one": one_for_all, "own": np.sqrt(with_it * without)}  # own: one loss a record
tpr, fpr = {}, {}
for kind, limit in thresholds.items():
    for whom, records in (("everybody", np.arange(2000)), ("the ten", most)):
        accused, inside = (new < limit)[:, records], truth[:, records]
        tpr[kind, whom] = mt.Rate(int((accused & inside).sum()), int(inside.sum()))
        fpr[kind, whom] = mt.Rate(int((accused & ~inside).sum()), int((~inside).sum()))
        print(f"{kind} threshold, {whom}:".ljust(26), "TPR", tpr[kind, whom])
        print(" " * 26, "FPR", fpr[kind, whom])

# %%
overall_auc = mt.Interval.from_values([roc.auc for roc in rocs])
wins = [(new[k][most][truth[k][most], None] < new[k][~truth[k]]).mean() for k in range(16)]
ten_win = mt.Interval.from_values(wins)
print("pairs won by members (AUC):", overall_auc.words(".1%"))
print("pairs won by the ten:      ", ten_win.words(".1%"))

# %% [markdown]
# One threshold for all finds the ten in {{ tpr["one", "the ten"].hits }} of {{ tpr["one", "the ten"].total }} cases: learnt,
# they are still harder than most digits nobody learnt. Against a random non-member they win only
# {{ ten_win.words(".0%") }} of the pairs, so from this attack they are safer than the average member. A threshold of its own finds {{ tpr["own", "the ten"].hits }} of
# {{ tpr["own", "the ten"].total }} and blames {{ fpr["own", "the ten"].hits }} of {{ fpr["own", "the ten"].total }}, while
# the same attack on everybody calls {{ tpr["own", "everybody"].value:.0%}} of members and
# {{ fpr["own", "everybody"].value:.0%}} of the others members. For most records the losses
# with and without them overlap, and a line between them parts little.

# %% [markdown]
# These are the same records in sixteen networks, so the intervals are a little too sure; and the networks do overfit. Long and
# others found such records in 2018 in models that generalise well. If Vera writes a four like nobody else, an average
# over all clients says nothing about her, and neither does an attack with one threshold. The price
# of a threshold of her own: the attacker has to train networks, with and without the record. Lessons 03 and 04 are about that.

# %% [markdown] section="lab"
# ## Lab: overfitting playground
#
# Four settings, 216 combinations, five networks each: all are trained first (`OverfittingGrid.train??` shows how), so that the
# panel answers at once. [Wrong labels](glossary.md#label-noise) fall on members and non-members alike, so a wrong
# label by itself gives nobody away.

# %%
grid = OverfittingGrid.train(data[:2500])
grid

# %% [markdown]
# Move the sliders, or drag in the curves to choose an epoch. Before each move, say what will happen to the gap, to the
# TPR at [[1 %|definition]] FPR and to the AUC. No single slider reaches goal 3. The panel ticks off three goals:
#
# 1. raise the AUC without changing the data,
# 2. find a useful model that hardly leaks,
# 3. find a high AUC with which, at [[1 %|definition]] FPR, hardly anybody is found.
#
# And watch one thing on the way: train longer on true labels, and see whether AUC and TPR go the same way.

# %%
lab = OverfittingPlayground(grid, lesson="01")
lab

# %% [markdown]
# Does the gap explain the leak? The next two cells put your position among all {{ grid.measures["auc"][..., 0].size }}.

# %%
means = {name: values.mean(axis=-1) for name, values in grid.measures.items()}
gap, leak = means["train_accuracy"] - means["test_accuracy"], means["auc"]  # widths, noises, sizes, epochs
small = leak[(gap < 0.05) & (means["test_accuracy"] >= 0.8)]
together = np.corrcoef(gap.ravel(), leak.ravel())[0, 1]
print(f"{gap.size} combinations: correlation of gap and AUC {together:.2f}")
print(f"{small.size} with a gap below 5 points and a test accuracy of at least 80 %")

# %%
quiet = {"size": 1500, "width": 128, "epochs": 2, "noise": 0.0}
early, late = (grid.at(size=250, width=32, epochs=epoch, noise=0.0) for epoch in (4, 20))
change = {name: grid.measures[name][late] - grid.measures[name][early] for name in ("auc", "tpr")}
rise = {name: mt.Interval.from_values(values) for name, values in change.items()}

# %%
here = lab.values()
with style():
    ax = Figure().subplots()
for i, noise in enumerate(grid.settings["noise"]):
    marker, colour, label = "os^"[i], mt.plots.CYCLE[i + 1], f"{percent(noise, '.0%')} wrong labels"
    ax.scatter(100 * gap[:, i], leak[:, i], s=25, marker=marker, color=colour, label=label)
ax.scatter(100 * here["gap"], here["auc"], s=150, marker="X", color="black", label="your position")
ax.set(xlabel="gap (percentage points)", ylabel="AUC of the loss attack")
ax.legend()
alt = f"{gap.size} combinations: gap and AUC rise together (correlation {together:.2f}). "
alt += f"Below 5 points of gap, at 80 % test accuracy or more, AUC {small.min():.3f} to {small.max():.3f}. "
alt += f"You: gap {points(here['gap'])}, AUC {here['auc']:.3f}."
mt.show(ax, alt=alt)

# %% [markdown]
# Yes, mostly: over these settings gap and AUC go together (correlation {{ together:.2f}}). On the left,
# {{ (gap < 0.05).sum() }} have a gap below 5 points, and most of them have learnt little: half read less than
# {{ np.median(means["test_accuracy"][gap < 0.05]):.0%}} of the new digits. Only {{ small.size }} read at least
# [[80 %|definition]], with AUCs from {{ small.min():.3f}} to {{ small.max():.3f}}. With
# 1,500 digits, 128 units and 2 epochs, say: test accuracy
# {{ grid.interval("test_accuracy", **quiet).value:.1%}}, gap
# {{ points((means["train_accuracy"] - means["test_accuracy"])[grid.at(**quiet)]) }}, AUC
# {{ grid.interval("auc", **quiet) }}. A small gap, a small leak, and an interval that leaves one half out.

# %% [markdown]
# And the thing to watch: 250 digits, 32 units, true labels. From epoch 4 to epoch 20 the AUC rises by
# {{ rise["auc"] }}, the mean over five networks of each one's difference. The TPR at [[1 %|definition]] FPR changes by
# {{ points(rise["tpr"]) }}: no sign that it rises too. A better ranking on average need not be a better accusation: the
# lowest losses of all belong to easy digits, members or not.

# %% [markdown] audience="instructor"
# **Lab (8 minutes).** Let pairs play: one names the move and predicts three arrows (gap, TPR, AUC), the other moves.
# Usual surprises: on true labels width hardly matters from 32
# units on; on wrong labels it matters a lot, since they must be stored one by one. Goal 2 is reached by stopping early on much data, which opens lesson 09.
# Goal 3 takes wrong labels, many units, long training and not too few digits: the leak of the many wrong labels lifts the
# whole ranking and not its top. Discussion: *your model must reach
# a given accuracy; which of the four would you turn down first, and what does it cost?*

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function. After a restart, run all cells above first (*Run* menu: *Run All Above Selected Cell*).
#
# ### 1. The loss of one record
#
# Return the cross-entropy of each record, $\log\sum_k e^{z_k} - z_y$, from its logits $z$ (the network's raw numbers, of
# which softmax makes probabilities) and its label $y$. It must
# survive logits of any size: memorised records have extreme ones, and it is their losses that the attack needs. For a
# hint, run `check.cross_entropy.hint()` in a new cell.


# %% exercise="cross_entropy"
def cross_entropy(logits, labels):
    """One loss a record, in nats. logits: floats (examples, classes); labels: one class number a record."""
    ### BEGIN SOLUTION
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return log_sum - logits[np.arange(len(labels)), labels]
    ### END SOLUTION


cross_entropy = check.cross_entropy(cross_entropy)

# %% tests="cross_entropy"
assert np.allclose(cross_entropy(np.array([[0.0, 0.0, 0.0]]), np.array([2])), [np.log(3.0)])
_extreme = np.array([[-2e5, 3e5], [800.0, 800.0]])
assert np.allclose(cross_entropy(_extreme, np.array([0, 1])), [5e5, np.log(2.0)])

# %%
mine = cross_entropy(answers[60][0], data.y)
print(f"largest loss of a member {mine[member[0]].max():.3f}, of others {mine[~member[0]].max():.1f} nats")

# %% [markdown]
# ### 2. The gap, and how sure it is
#
# Return the generalisation gap of one model as an `mt.Interval(value, low, high)`: training accuracy minus test
# accuracy. Think about which of the two is an estimate: you have asked about *every* member, but about a sample of all
# the digits in the world. `mt.Rate(hits, total)` has a `.value` and the exact ends `.low` and `.high`. Hints:
# `check.generalisation_gap.hint()`.


# %% exercise="generalisation_gap"
def generalisation_gap(train_correct, test_correct):
    """The gap as an mt.Interval of shares. Both arguments: one True (read correctly) or False a record."""
    ### BEGIN SOLUTION
    train = train_correct.mean()
    test = mt.Rate(int(test_correct.sum()), len(test_correct))
    return mt.Interval(train - test.value, train - test.high, train - test.low)
    ### END SOLUTION


generalisation_gap = check.generalisation_gap(generalisation_gap)

# %% tests="generalisation_gap"
_gap = generalisation_gap(np.ones(10, dtype=bool), np.arange(200) < 150)
_test = mt.Rate(150, 200)
assert np.allclose([_gap.value, _gap.low, _gap.high], [0.25, 1 - _test.high, 1 - _test.low])

# %%
reads = signals.correct(answers[60][0], data.y)
print("gap of the first network:", points(generalisation_gap(reads[member[0]], reads[~member[0]])))

# %% [markdown]
# That is one network, with the luck of its test set. Eight trainings answer another question: what would
# another network show?
#
# ### 3. Repair a test set
#
# In 2020 Barz and Denzler compared the test images of two famous benchmarks with the training images. Of CIFAR-10's
# test images [[3.3 %|Barz 2020]] had a duplicate in the training set, of CIFAR-100's [[10 %|Barz 2020]]: often the same
# shot, shifted or coloured a little differently. Many papers had reported accuracies on them, in good faith; on a
# cleaned test set the networks did worse. Here is a test set in CIFAR-100's state: 900 new digits, and 100 slightly changed
# copies of training digits that somebody has mixed in.

# %%
rng = np.random.default_rng(0)
members = np.flatnonzero(member[0])
others = rng.permutation(np.flatnonzero(~member[0]))[:900]
copied = rng.choice(members, 100, replace=False)
changed = data.x[copied] + rng.normal(0, 0.05, (100, 64))
test_x, test_y = np.concatenate([data.x[others], changed]), np.concatenate([data.y[others], data.y[copied]])

test_logits = networks.logits(test_x)[0]
test_reads, test_loss = signals.correct(test_logits, test_y), cross_entropy(test_logits, test_y)
print("gap as reported:", points(generalisation_gap(reads[members], test_reads)))

# %% [markdown]
# Find out which test images may **stay**: those that have no training image within the tolerance, in Euclidean
# distance. An image exactly at the tolerance counts as a copy. `cdist(test, train)` is the table of all distances.
# Hints: `check.purge.hint()`.


# %% exercise="purge"
def purge(test, train, tolerance):
    """True for each test image that may stay. test and train: floats (images, features); tolerance: a distance."""
    ### BEGIN SOLUTION
    nearest = cdist(test, train).min(axis=1)
    return nearest > tolerance
    ### END SOLUTION


purge = check.purge(purge)

# %% tests="purge"
assert purge(np.array([[0.0], [5.0], [9.0]]), np.array([[9.25], [1.0]]), 0.5).tolist() == [True, True, False]
assert purge(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [6.0, 8.0]]), 5.0).tolist() == [False]

# %%
nearest = cdist(test_x, data.x[members]).min(axis=1)
ranges = [f"{one.min():.2f} to {one.max():.2f}" for one in (nearest[900:], nearest[:900])]
print(f"distance to the nearest member: copies {ranges[0]}, new digits {ranges[1]}")

stays = purge(test_x, data.x[members], tolerance=0.6)
print(f"{(~stays).sum()} of {len(stays):,} removed, {(~stays[900:]).sum()} of them copies")
for when, kept in (("before:", stays | True), ("after:", stays)):
    print(f"{when:8}gap {points(generalisation_gap(reads[members], test_reads[kept]))}")

# %% [markdown]
# The tolerance of [[0.6]] lies between the two ranges. Here copies and others part cleanly; with real near-duplicates
# somebody has to look.
#
# The copies made the model look better than it is, on one network here and by arithmetic everywhere: if a share $c$ of
# the test set are copies, about $1 - c$ of the gap remains. In an audit it is the same slip with another name: a
# [near-duplicate](glossary.md#near-duplicate) of a member, counted as a non-member. It makes the model look safer too.

# %% [markdown]
# ### Stretch: whose gap is it?
#
# Feldman's *memorisation* of a record: how often is it read correctly by models that trained on it, minus how often by
# models that did not? Return it for every record, from two tables of True and False. Then the mean over all records
# is a number that you know. Hints: `check.memorisation.hint()`.


# %% exercise="memorisation" tags=["stretch"]
def memorisation(correct, member):
    """One number a record, from −1 to 1. correct and member: True or False (models, examples)."""
    ### BEGIN SOLUTION
    inside = (correct & member).sum(axis=0) / member.sum(axis=0)
    outside = (correct & ~member).sum(axis=0) / (~member).sum(axis=0)
    return inside - outside
    ### END SOLUTION


memorisation = check.memorisation(memorisation)

# %%
recognised = signals.correct(logits, some.y)
memory = memorisation(recognised, halves)
overall = recognised[halves].mean() - recognised[~halves].mean()
none_seen = percent((memory == 0).mean())
print(f"mean memorisation {memory.mean():.3f}, gap of the 32 networks {overall:.3f}")
print(f"none seen in 32 networks: {none_seen} of the records")

# %% [markdown]
# The gap *is* the mean of memorisation here, because every record is in half of the networks. {{ none_seen }} of the
# records showed none in 32 networks. Which part do the most memorised carry, a twentieth of all? Pick the 100 on
# the first sixteen networks, and add up on the other sixteen. These come in pairs, of which the second trained on what the
# first left out; so each pair gives every record once inside and once outside, and one estimate.

# %%
first = memorisation(recognised[choosing], halves[choosing])
top = np.argsort(-first, kind="stable")[:100]
flattering = first[top].sum() / first.sum()

by_pair = [memorisation(recognised[k : k + 2], halves[k : k + 2]) for k in range(16, 32, 2)]
carried = mt.Interval.from_values([one[top].sum() / one.sum() for one in by_pair])
print(f"picked and added up on the same sixteen networks: {percent(flattering)}")
print(f"added up on the other sixteen:                    {carried.words('.1%')}")

# %% [markdown]
# They carry {{ carried.words(".1%") }} of the gap. On the networks that picked them it looks like {{ flattering:.1%}}: whoever
# is at the top of a ranking is there by luck too, and on other networks the luck is gone.

# %% [markdown] audience="instructor"
# **Exercises (11 minutes).** Where time is short do 1 and 2. In exercise 3 let somebody say aloud why copies make a
# model look *safer* to an auditor; most expect the opposite.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `cross_entropy`, *clipped*: ask which record the attacker wants most. It is among those that now all have the same
#   loss.
# - `generalisation_gap`, *training set as a sample*: two neighbours compare the gaps of networks with different digits.
#   The numbers differ, and a wider interval would say so; but the exercise speaks about the one on the table.
# - `purge`, *row by row*: let them draw the table of distances for three test images and two training images on
#   paper, and mark where a copy could stand.

# %% [markdown] section="surprise"
# ## Surprise
#
# Back to your prediction: 500 digits learnt by heart, eight networks, one loss a digit.

# %%
by_heart = [
    mt.Roc.from_scores(mt.Scores(-cross_entropy(one, data.y), inside, "loss"))
    for one, inside in zip(answers[60], member, strict=True)
]
pairs_won = mt.Interval.from_values([roc.auc for roc in by_heart])
at_one = mt.Interval.from_values([roc.tpr_at(0.01).value for roc in by_heart])
print("training accuracy:", train[-1].words(".1%"))
print("TPR at 1 % FPR:   ", at_one.words(".1%"), "  guessing: 1.0 %")
print("AUC:              ", pairs_won, "  guessing: 0.500")

# %%
prediction.reveal(pairs_won)

# %% [markdown]
# Training accuracy {{ train[-1]:.1%}}, and still the member wins only {{ pairs_won.words(".1%") }} of the pairs, mean over eight
# networks with its interval. At [[1 %|definition]] false positives the attack finds {{ at_one.words(".1%") }} of the
# members, hardly more than guessing does.
#
# "Learnt by heart" sounded worse. But most digits would have been read as surely without being learnt, and a member that is
# easy looks like a non-member that is easy. The few others stand in round 4. The interval speaks of other training sets
# from these 5,000 digits, not of other data.
#
# One debt is left from exercise 3: what did the copies do to the attack on the first network?

# %%
for when, kept in (("with the copies:", stays | True), ("without them:", stays)):
    both = np.concatenate([mine[members], test_loss[kept]])
    print(f"{when:17}AUC {auc(both, np.arange(len(both)) < len(members)):.3f}")

# %% [markdown]
# Copies of members have low losses too. Counted as non-members they hide the members, and the model looks safer than it
# is.

# %% [markdown] audience="instructor"
# **Surprise (3 minutes).** Put the board's numbers beside the result. Then ask the opposite question: *so is Vera safe?*
# The answer is round 4. Those two sentences, "most are safe from this attack" and "some are wholly exposed", must
# both be said aloud, or the class leaves with one of them.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A firm had 600 digits labelled by crowd workers, who got about [[30 %]] of them wrong, and trained a network of 128
# units for 7 epochs. Its test set was labelled by experts. The report: "training accuracy
# {{ grid.interval("train_accuracy", size=600, width=128, epochs=7, noise=0.3):.1%}}, test accuracy
# {{ grid.interval("clean_accuracy", size=600, width=128, epochs=7, noise=0.3):.1%}}. Hardly any gap: the model has memorised
# nothing." (These are the means of five networks of your grid.) What is wrong, and what would you measure instead?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# The two accuracies were measured on different tasks. Training labels are wrong in nearly a third of the cases, test labels
# are clean, so the training accuracy starts with a handicap, and memorising wrong labels makes up for it. On a test
# set with labels of the same kind the accuracy is
# {{ grid.interval("test_accuracy", size=600, width=128, epochs=7, noise=0.3):.1%}}, and the gap is large. I would draw members and
# non-members from the same source with the same labelling, and look at losses rather than accuracies: here the loss
# attack has an AUC of {{ grid.interval("auc", size=600, width=128, epochs=7, noise=0.3) }}. And since an average hides
# people, I would look for the records that are exposed most, first of all among the wrong labels.
#
# *Rubric, a point each*: sees that the two label sources differ · measures both sides on the same distribution · uses
# losses or an attack instead of accuracies · asks for single exposed records.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. The ten odd digits: would you throw them out of the training set? Whose cheques are then misread?
# 2. You may be among 600 digits with true labels, or among 1,500 of which a third are wrong. In which training set do
#    you want your cheque to be? What did you look at in the playground?
# 3. Barz and Denzler cleaned two benchmarks after years of use. Who in a firm gains by cleaning the test set before
#    the report, and who loses?

# %% [markdown] section="recap"
# ## Recap
#
# 1. The generalisation gap is training minus test accuracy; the uncertain half of it is the test accuracy.
# 2. Losses see more than accuracies: zeros and ones leaked in {{ auc_at[100].words(".1%") }} of the pairs, at a gap of
#    {{ points(gap_at[100]) }}.
# 3. Fewer records, longer training and, once training is long enough, wrong labels make a model leak
#    more: on the playground's grid the AUC goes from {{ leak.min():.3f}} to {{ leak.max():.3f}}.
# 4. Eight networks that knew 500 digits by heart gave away {{ pairs_won.words(".1%") }} of the pairs and, at few false
#    positives, next to nobody.
# 5. The gap is an average. By a threshold of its own each of ten odd digits was found out, in
#    {{ tpr["own", "the ten"].hits }} of {{ tpr["own", "the ten"].total }} cases; by one threshold for all, in
#    {{ tpr["one", "the ten"].hits }} of {{ tpr["one", "the ten"].total }}.

# %% [markdown]
# **You may now claim** "this model overfits by so many points, with this interval", and "at these settings a loss
# attack ranks members above others in so many pairs".
#
# **You may not claim** that a model without a gap keeps secrets, that a leak measured on average bounds the harm to
# one person, or anything at all from a test set whose copies were never looked for.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [AUC](glossary.md#auc), [epoch](glossary.md#epoch),
# [generalisation gap](glossary.md#generalisation-gap), [label noise](glossary.md#label-noise),
# [loss](glossary.md#loss), [memorisation](glossary.md#memorisation), [near-duplicate](glossary.md#near-duplicate),
# [overfitting](glossary.md#overfitting)
#
# **Sources**
#
# - S. Yeom and others, Privacy risk in machine learning: analyzing the connection to overfitting, 2018
# - Y. Long and others, Understanding membership inferences on well-generalized learning models, 2018
# - V. Feldman and C. Zhang, What neural networks memorize and why: discovering the long tail via influence
#   estimation, 2020
# - B. Barz and J. Denzler, Do we train on test data? Purging CIFAR of near-duplicates, 2020
# - Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits; 5,000 of them are used here
#
# **Next**: [02 Threshold attacks](02_threshold.ipynb)

# %%
mt.progress.so_far("01")

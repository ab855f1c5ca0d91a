# %% [markdown] section="card"
# # 04 Likelihood-ratio attacks
#
# After this lesson you can
#
# - **explain** why one threshold for all records cannot accuse, and compare a record with its own past instead: with what
#   models say of it that trained on it, and models that did not,
# - **run** LiRA and RMIA, and report them at low false positive rates with intervals over several targets,
# - **choose** an attack for the shadow models you can afford: 2, 4, 16 or 64,
# - **find** a slip in published code by asking what each deviation is the deviation of.
#
# **Builds on** lesson 02 (ROC, low false positive rates) and lesson 03 (shadow models). **Time** 75 minutes.
#
# **Data** MNIST-5k, handwritten digits in 64 principal components, to look at single records; LendingClub, 10,000 real
# loans with the grade that the lender gave, A to G.
#
# **Threat model** Somebody who holds a record and its label, may ask the model once for its class probabilities, and
# owns records like it, on which to train models of the same make.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** Two cells train 66 models each, the first of round 1 and the first of
# *Surprise*: start the former while you tell Marta's case, the latter while the room still argues about the slip. Of
# the first six lessons this one holds most in memory; views are made one by one in *Surprise* for that reason, and
# whoever collects them in a list may lose the kernel. Round 3 prints a refusal that is meant to come.
#
# **What goes wrong in thinking.** "The zero is safe because it was not in." It would be as safe as a member. "LiRA
# makes the model leak." The leak was there, and one threshold could not see it. A score is read as odds to bet on,
# and four shadows that find nothing are read as a safe model.

# %%
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

import mia_teach as mt
from mia_teach.attacks import sides, threshold
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.exercises import likelihood_ratio as check
from mia_teach.labs.likelihood_explorer import LikelihoodExplorer
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import ImagesDisplay, InOutDisplay, IntervalDisplay, RocDisplay, in_percent, style

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("04")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 02 an attack had a fine AUC and still could accuse nobody. Who stood at the top of its ranking?
# 2. In lesson 03, why must the target's partner of a balanced design never be among the shadows?
#
# <details><summary>Answers</summary>
#
# 1. Easy records, members or not: the model is sure of them in any case. One threshold for all asks "how sure?", and at
#    the sure end that means *easy* rather than *seen*.
# 2. The partner trained on exactly what the target left out. With it, every member is held by one shadow fewer than
#    every non-member, and counting alone gives the target away, without a single answer of a model.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Marta is invented, her situation is not. After a hospital stay she borrowed money online to pay the bills. The lender
# judged her application a poor one, grade E, and lent at a high rate. She told nobody.
#
# The lender's grading model is online: enter an application and it names the grade, with probabilities. In a custody
# dispute the other side holds a copy of her application, the grade stamped on it, found among old papers. Did she
# ever borrow, or only ask?
#
# In lesson 02 such an accuser was lost: a sure answer means an easy application. But this one has a computer, takes
# other people's loans, trains models of the same make, half of them with Marta's application and half without, and asks:
# does the lender's model speak like those that knew her?

# %% [markdown] section="predict"
# ## Predict
#
# You will attack a model that learnt 1,000 LendingClub loans. The loss attack of lesson 02, set so strict that it
# accuses [[1 %|definition]] of the non-members, finds between one and two members in a hundred there: blind accusation
# with a little luck.
#
# Now 64 shadow models, half of them with each loan in training, half without. Same target, same strictness, same single
# question to it. Commit your number before you run anything else; the answer comes in *Surprise*, over eight targets.

# %%
prediction = Prediction(
    "At 1 % false positives the loss attack finds about 1.7 % of a model's loans. Which share does the attack with 64 "
    "shadow models find?",
    lesson="04",
    name="lira_tpr_at_1_percent",
    unit="%",
    low=0,
    high=100,
    tolerance=5,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "The same model, the same single question. All that is new stands on the attacker's own
# desk. How much more is found?" Most answers lie between 2 and 10. Ask for the reason as well: some expect little "because
# the model has not changed", which is the point to come back to. Whoever knows the paper will remember an order of
# magnitude on CIFAR-10; here it is more.
#
# **Timing of the whole lesson.** Card to predict 10, build 32, lab 8, exercises 15, surprise to recap 10. In 60
# minutes: leave out round 4, exercise 1, the stretch and the transfer question. In 45: rounds 4 and 5, all exercises and
# the transfer question.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: two records
#
# Digits first, since one can look at them. 66 networks learn in a [balanced design](glossary.md#balanced-design): each of
# 2,000 digits is in the training set of half of them. The first is the target. Its partner is left out, which leaves 64
# shadows, 32 with each digit and 32 without. Another 2,000 digits that nobody trains on wait for round 5.

# %%
images = mt.load_mnist_5k()
digits = mt.principal_components(images, 64)
records, outsiders = digits[:2000], digits[2000:4000]
member = mt.balanced_shadows(66, len(records), seed=0)

network = mt.mlp(64, 128, 10)
models = mt.train(network, records, member, epochs=40, learning_rate=5e-3, seed=1)
game = mt.Game.from_ensemble(models, records, population=outsiders)
view = game.view
view

# %% [markdown]
# Here are two of the digits, picked for contrast, with what the target says of them in [log-odds](glossary.md#log-odds) of the
# true class. One was in its training set. Which one do you accuse?

# %%
easy, odd = 340, 252
phi = mt.signals.label_log_odds(view.target_logits, view.labels)
by_loss = (-phi).argsort().argsort() + 1  # 1 is the most suspect

captions = [f"digit {i}: a {view.labels[i]}\nlog-odds {phi[i]:.1f}" for i in (easy, odd)]
pictures = ImagesDisplay(images.x[[easy, odd]].reshape(2, 28, 28), captions, columns=2, scale=1.6)
ranks = [f"digit {i}, a {view.labels[i]}, is number {by_loss[i]:,} of 2,000 by the loss" for i in (easy, odd)]
mt.show(pictures, alt=f"Two handwritten digits: {ranks[0]}, {ranks[1]}")
print(*ranks, sep="\n")

# %% [markdown]
# By the loss the zero is among the most suspect of all and the odd two is in the lower half. Now ask the
# shadows. For each of the two, one stroke is one shadow's answer; the curves are normal densities with the strokes' means
# and deviations. From left to right the adversary trains more models.

# %%
names = {i: f"digit {i}, a {view.labels[i]}" for i in (easy, odd)}
with style():
    figure = Figure(figsize=(11, 6.6), layout="constrained")
    axes = figure.subplots(2, 3, sharex="row")
for row, record in zip(axes, (easy, odd), strict=True):
    for ax, shadows in zip(row, (4, 16, 64), strict=True):
        title = f"{names[record]}: {shadows} shadows"
        InOutDisplay.from_view(view, record, shadows=shadows, name=title).plot(ax, legend=False)
figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=3, frameon=False)

seen, shadow_phi = view.shadow_member, mt.signals.label_log_odds(view.shadow_logits, view.labels)
mean_in, mean_out = sides.mean(shadow_phi, seen), sides.mean(shadow_phi, ~seen)
means = [f"{names[i]}: {mean_in[i]:.1f} with it, {mean_out[i]:.1f} without" for i in (easy, odd)]
mt.show(figure, alt=f"Densities of log-odds with 4, 16, 64 shadows. Means with 64, {means[0]}; {means[1]}")

# %% [markdown]
# Whether a model saw the zero or not, it answers about 18: that answer cannot tell. The two is
# another matter. Networks that never saw it are nearly sure that it is *not* a two ({{ mean_out[odd]:.1f}}); those that
# trained on it give {{ mean_in[odd]:.1f}}, and the target gives {{ phi[odd]:.1f}}. Nobody gets there without having learnt it.

# %%
for record in (easy, odd):
    print(f"digit {record}: {'member' if game.member[0, record] else 'non-member'}")

# %% [markdown]
# So the same number means different things for different records. That is what one threshold for all throws away.
#
# Why log-odds, and not the loss or the probability itself? Because of the bell curves. A bell (a normal density) needs two
# numbers, its mean and its standard deviation, from here on *deviation*; it fits only if the answers have no long tail on one side. Skewness measures that tail. It is
# 0 for a bell; 32 values drawn from a true bell show a little of it by chance, in the last row.

# %%
answers = {
    "log-odds": shadow_phi,
    "probability": mt.signals.label_probability(view.shadow_logits, view.labels),
    "loss": mt.signals.cross_entropy(view.shadow_logits, view.labels),
    "drawn from a bell": np.random.default_rng(0).normal(size=seen.shape),
}
print("skewness of a typical digit, over models that   never saw it   trained on it")
for name, values in answers.items():
    skew = [np.median(np.abs(sides.skewness(values, side))) for side in (~seen, seen)]
    print(f"{name:46} {skew[0]:12.1f} {skew[1]:15.1f}")

# %% [markdown] audience="instructor"
# **Round 1 (9 minutes).** Take a vote on the two digits before the densities appear; nearly everybody accuses the zero. Let
# somebody say why 4 shadows already suffice for the two and 64 do not for the zero. Common slip: "the zero is safe
# because it is a non-member". It would be as safe as a member; have them find the sentence in the text.

# %% [markdown]
# ### Round 2: the likelihood ratio
#
# Put the pictures into a formula. For each record, with φ the target's log-odds,
#
# $$\text{score} = \log N(\varphi;\, \mu_{in}, \sigma_{in}) - \log N(\varphi;\, \mu_{out}, \sigma_{out})$$
#
# How likely is this answer for a model that trained on the record, how likely for one that did not, and the
# [likelihood ratio](glossary.md#likelihood-ratio) of the two as a difference of logarithms. This is [LiRA](glossary.md#lira), the
# attack of Carlini and others (2022). In the balanced design every record serves as member for half of the shadows, so one set of
# models describes all 2,000 records at once.

# %%
score = lira(view)
by_ratio = (-score).argsort().argsort() + 1
print(f"{'':16}{'score':>7} {'rank':>6} {'rank by loss':>13}")
for record, name in names.items():
    print(f"{name:16}{score[record]:7.1f} {by_ratio[record]:6,} {by_loss[record]:13,}")

# %% [markdown]
# The zero falls from the top into the crowd, its score near 0: no evidence either way. The odd two rises to
# rank {{ by_ratio[odd] }}.
#
# Read the score as a *score*, not as odds to bet on. Where two bells of unlike width overlap, the wide one is higher on *both*
# sides of the narrow one, so an answer that is surer than every bell's middle can count against membership; and nobody has seen
# a bell's far tails, where ratios of a billion come from. Only the ranking is used.

# %% [markdown]
# Now the whole curve. One target has 1,000 non-members, too few to see a false positive rate of [[0.1 %|definition]]
# steadily, so attack eight targets: every model can play the target, with the others as its shadows.
#
# The table gives each target its own threshold and the mean of the eight; the interval is over targets. At
# [[0.1 %|definition]] each of these thresholds lets one single non-member pass. (Any two targets share 62 of their 64 shadows,
# and each target is a shadow of the other seven. So the intervals hold the luck of the targets, and hardly that of the shadows.)

# %%
games = [replace(game, target=target) for target in range(0, 16, 2)]  # one of each pair
views = [one.view for one in games]


def judged(attack, name, views=views, games=games):
    """The scores of an attack on every target."""
    return [one.judge(attack(view), name=name) for view, one in zip(views, games, strict=True)]


# %%
def rates(parts, fpr):
    """TPR at this FPR, target by target."""
    return np.array([mt.Roc.from_scores(one).tpr_at(fpr).value for one in parts])


def over_targets(parts, fpr):
    """Their mean, with an interval over the targets."""
    return mt.Interval.from_values(rates(parts, fpr), within=(0, 1))


# %%
def report(parts):
    """One line: TPR at 1 % and at 0.1 % FPR with 95 % intervals, then AUC; means over the targets."""
    auc = mt.Interval.from_values([mt.Roc.from_scores(one).auc for one in parts])
    low, lower = over_targets(parts, 0.01).words(".1%"), over_targets(parts, 0.001).words(".1%")
    print(f"{parts[0].name:24} {low:27} {lower:27} {auc.value:.3f}")


heading = f"{'':24} {'TPR at 1 % FPR':27} {'TPR at 0.1 % FPR':27} AUC"
by_attack = {
    "loss": judged(threshold.label_log_odds, "loss"),
    "calibrated loss": judged(threshold.difficulty_calibrated, "calibrated loss"),
    "LiRA": judged(lira, "LiRA, online"),
}
print(heading)
for parts in by_attack.values():
    report(parts)

# %% [markdown]
# *Online* says that half of the shadows trained on the record; round 4 does without. The row in the middle is the simplest idea of its kind: how much lower is the target's loss than the mean loss of models
# that never saw the record? It is called [difficulty calibration](glossary.md#difficulty-calibration) (Watson 2022), needs no bell, and is already far ahead of the loss.
#
# On logarithmic axes. The curves give all eight targets *one* threshold, which a likelihood ratio allows since it means the
# same for each of them; the points are the table's. At [[0.1 %|definition]] LiRA's point lies a little above its curve: a
# threshold of one's own, resting on one person, flatters.

# %%
looks = [("#009E73", "--", "o"), ("#56B4E9", "-", "^"), ("#CC79A7", "-.", "s")]
ax = None
for (name, parts), (color, line, marker) in zip(by_attack.items(), looks, strict=True):
    curve = mt.Roc.from_scores(mt.Scores.pooled(parts))
    ax = RocDisplay.from_roc(curve, name=name).plot(ax, log=True, color=color, ls=line).ax_
    ends = [over_targets(parts, fpr) for fpr in (0.001, 0.01)]
    IntervalDisplay([0.001, 0.01], ends).plot(ax, ls="none", marker=marker, color=color, clip_on=False)
ax.legend(loc="lower right")

tprs = {name: over_targets(parts, 0.01) for name, parts in by_attack.items()}
said = ", ".join(f"{name} {tpr:.1%}" for name, tpr in tprs.items())
mt.show(ax, alt=f"ROC curves, logarithmic. TPR at 1 % FPR: {said}; the loss follows the diagonal")

# %% [markdown]
# At [[1 %|definition]] FPR the loss finds {{ tprs["loss"]:.1%}} of the members, LiRA {{ tprs["LiRA"]:.1%}}; at
# [[0.1 %|definition]] the loss {{ over_targets(by_attack["loss"], 0.001):.1%}}, LiRA {{ over_targets(by_attack["LiRA"], 0.001):.1%}}.
# Same targets, same single answer on each record. The leak was there all the time; one threshold for all could not see it.
#
# The AUC tells that story badly. It rises too, here from {{ np.mean([mt.Roc.from_scores(one).auc for one in by_attack["loss"]]):.3f}}
# to {{ np.mean([mt.Roc.from_scores(one).auc for one in by_attack["LiRA"]]):.3f}}, and would make an auditor shrug: "from poor
# to fair". Nothing in it says that some members are now found with hardly a false alarm.

# %% [markdown] audience="instructor"
# **Round 2 (8 minutes).** Ask what the score of the zero would be with *twice* as many shadows. (About the same: near 0;
# more shadows sharpen the estimate of an effect that is not there.) Slip to listen for: "LiRA makes the model leak". In
# the paper the AUC hardly moves on CIFAR-10; here it moves as well. Say so if somebody quotes the paper.

# %% [markdown]
# ### Round 3: what four shadows can do
#
# 64 models of a real size may cost months of computing. Ask for the attack with four, two on each side, and the package
# refuses:


# %%
try:
    lira(view.first(4))
except ValueError as refusal:
    print(str(refusal).replace(". ", ".\n"))

# %% [markdown]
# Why refuse? Look back at the first picture of round 1: two answers that happen to lie close together make a needle of a
# density, and the score divides by its width twice over. With `variance="pooled"` all records share one deviation for each side, the
# [pooled deviation](glossary.md#pooled-deviation), taken from every answer's distance to its *own record's* centre: 4,000
# distances instead of two.
#
# See what the refusal saves you from. The function below is LiRA with each record's own deviation and no safety catch. Say a
# number before you run on: with four shadows, what share of the members will it find at [[1 %|definition]] FPR?


# %%
def own_deviations(view):
    """What lira(view) computes, for any number of models."""
    phi = mt.signals.label_log_odds(view.target_logits, view.labels)
    shadows, score = mt.signals.label_log_odds(view.shadow_logits, view.labels), 0.0
    for sign, side in ((1, view.shadow_member), (-1, ~view.shadow_member)):
        spread = sides.deviation(shadows, side)
        z = (phi - sides.median(shadows, side)) / spread
        score = score + sign * (-(z**2) / 2 - np.log(spread))
    return score


assert np.allclose(own_deviations(view), lira(view))

# %% [markdown]
# The targets go round the shadows, as in lesson 03: with four, the first target is attacked with the first four, the second
# with the next four, and so on; with 16 each group serves two targets, with 32 four. So with few shadows the intervals hold the luck of the shadows too. With all 64 they hardly do.


# %%
def going_round(count):
    """Each target's view with so many shadows: the next target takes the next ones."""
    return [view.first(count, skip=number * count) for number, view in enumerate(views)]


# %%
counts = (4, 8, 16, 32, 64)
some_views = {count: going_round(count) for count in counts}
each_own = [over_targets(judged(own_deviations, "own", some_views[count]), 0.01) for count in counts]


def pooled(view):
    return lira(view, variance="pooled")


one_for_all = [over_targets(judged(pooled, "pooled", some_views[count]), 0.01) for count in counts]

# %%
display = IntervalDisplay(counts, one_for_all, name="pooled deviation").plot(
    color="black", ls="--", marker="s"
)
IntervalDisplay(counts, each_own, name="each record's own").plot(display.ax_, color="#CC79A7", ls="-.")
display.ax_.axhline(0.01, color="#595959", ls=(0, (2, 2)), label="guessing")
display.ax_.legend(loc="lower right")
display.ax_.set(
    xlabel="shadow models", ylabel="TPR at 1 % FPR (share of members)", xscale="log", ylim=(0, 0.25)
)
display.ax_.set_xticks(counts, counts)
display.ax_.minorticks_off()
in_percent(display.ax_.yaxis)
alt = "TPR at 1 % FPR against the number of shadows. "
for name, line in {"Pooled": one_for_all, "Own": each_own}.items():
    alt += f"{name} deviation: {line[0]:.1%} with 4, {line[2]:.1%} with 16, {line[-1]:.1%} with 64. "
mt.show(display, alt=alt)

# %% [markdown]
# With 4 shadows, own deviations find {{ each_own[0].words(".1%") }} of the members at [[1 %|definition]] FPR: the attack is
# broken, though nothing raised an error in our function. Pooled deviations find {{ one_for_all[0].words(".1%") }}, with
# the same models. With 32 the two are level at [[1 %|definition]]: {{ each_own[3].words(".1%") }} and {{ one_for_all[3].words(".1%") }}.
# With 64, records' own deviations have the higher mean, since records do differ in them; how much it is worth where few are accused,
# the table of round 5 says.
#
# An audit that ran LiRA with a handful of shadows and the wrong deviation, and found nothing, has measured its own
# mistake.

# %% [markdown] audience="instructor"
# **Round 3 (6 minutes).** Before the figure: *how often do two numbers drawn from a bell lie within a tenth of its deviation
# of each other?* (About one pair in 18; and the top of a ranking of 2,000 consists of such accidents.) Prompt: at which count would you
# change from pooled to own? Read it off where the bars overlap.

# %% [markdown]
# ### Round 4: the adversary who came late
#
# To train shadows *with* Marta's application one must hold it before training. Often the record comes last: the models
# are there, none of them ever saw it. That is the [offline attack](glossary.md#offline-attack). Only the side without the record exists in the picture, and the
# question becomes: how far above its usual answers does the target's answer lie?
#
# $$\text{one side: } \log \Phi\!\left(\frac{\varphi - \mu_{out}}{\sigma_{out}}\right) \qquad
# \text{two sides: } -\log N(\varphi;\, \mu_{out}, \sigma_{out})$$

# %% [markdown]
# Φ is the normal distribution function: the share of a bell that lies below. The left form grows with φ. The right one asks only
# how *unusual* the answer is, and calls one that is unusually **bad** suspect as well. The LiRA paper describes the first; its
# published code computes the second (`generate_ours_offline` in `plot.py`), and so does code that was copied from it. Decide
# which one you would run, and why, before you look.


# %%
def one_sided(view):
    return lira(view, variant="offline", variance="pooled")


def two_sided(view):
    return lira(view, variant="offline", variance="pooled", sides=2)


online = judged(pooled, "online")
late = judged(one_sided, "offline, one-sided")
unusual = judged(two_sided, "offline, two-sided")
print(heading)
for parts in (online, late, unusual):
    report(parts)

# %% [markdown]
# Being late costs: {{ over_targets(online, 0.01):.1%}} becomes {{ over_targets(late, 0.01):.1%}}. Being careless about the side
# costs again, down to {{ over_targets(unusual, 0.01):.1%}}, and in the AUC far more. Why?

# %%
print(
    f"digits whose answer is better on average once they were trained on: {mt.percent((mean_in > mean_out).mean())}"
)
for name, attack in {"one-sided": one_sided, "two-sided": two_sided}.items():
    top = attack(view).argsort()[-200:]
    print(
        f"{name}: of the 200 most suspect, {(phi < mean_out)[top].sum():2} were answered worse than is usual for them"
    )

# %% [markdown]
# Training on a record makes its answer better, on average, for six digits in seven; for the rest it was no better. Two-sided
# scoring gives that knowledge away: it lifts records on which this target happens to do badly.

# %% [markdown] audience="instructor"
# **Round 4 (4 minutes).** Ask for a record that the two-sided score accuses and the one-sided acquits: draw the bell, put φ on
# the left. In fairness to the code: its authors use the offline attack as a cheap variant beside their main one.

# %% [markdown]
# ### Round 5: RMIA, when two models must do
#
# [RMIA](glossary.md#rmia) (Zarifzadeh 2024) drops the Gaussians, and with them every deviation. It asks two plain questions.
#
# *How much likelier is the record under the target than usual?* That is a ratio of two probabilities of its true class,
# $r(x) = p(x \mid \text{target}) \,/\, p(x)$, where $p(x)$ is the mean over models with the record and without it.
#
# *Is that much?* Compare it with [outsiders](glossary.md#population), people who surely were in no training set, and count:
#
# $$\text{score} = \text{share of outsiders } z \text{ with } \frac{r(x)}{r(z)} > \gamma$$
#
# With γ = 1, as here, a score of [[0.99]] says: this record's ratio exceeds that of [[99 %|definition]] of the outsiders.

# %% [markdown]
# Offline there are no models with the record, so they are guessed from those without: $p(x) = \frac{(1+a)\,p_{out}(x) + 1 - a}{2}$,
# where $a = 1$ would say "training changes nothing" and $a = 0$ "training makes it certain"; here $a = 0.3$. The logits are divided
# by a [temperature](glossary.md#temperature) of 2 first, so that answers near certainty keep apart.


# %%
def rmia_online(view):
    return rmia(view, temperature=2.0)


def rmia_offline(view):
    return rmia(view, variant="offline", temperature=2.0)


# %%
columns = {
    "LiRA, own": own_deviations,
    "LiRA, pooled": pooled,
    "RMIA online": rmia_online,
    "RMIA offline": rmia_offline,
}
scale = {}
for count in (2, 4, 16, 64):
    some = going_round(count)
    for name, attack in columns.items():
        if count > 2 or "RMIA" in name:  # one model a side has no deviation
            scale[name, count] = judged(attack, name, some)


# %%
def cell(name, count, fpr):
    """Per cent of the members found, and the interval over targets."""
    if (name, count) not in scale:
        return "–"
    rate = over_targets(scale[name, count], fpr)
    return "{:.1f} ({:.1f} to {:.1f})".format(*(100 * x for x in (rate.value, rate.low, rate.high)))


for fpr in (0.01, 0.001):
    print(f"TPR at {mt.percent(fpr)} FPR, in per cent\n{'shadows':>8}", *(f"{name:>21}" for name in columns))
    for count in (2, 4, 16, 64):
        print(f"{count:8}", *(f"{cell(name, count, fpr):>21}" for name in columns))

# %% [markdown]
# This table is the lesson. With **two** shadows only RMIA is there, and finds {{ over_targets(scale["RMIA online", 2], 0.01):.1%}} at
# [[1 %|definition]]. With **four** and with **16**, RMIA online has the highest mean at both false positive rates; with **64** it is LiRA
# with own deviations. Does LiRA or RMIA lead with four shadows, and with 64? Paired, target by target. Of four differences one may stand out by
# luck, so the intervals are wider: the four hold together with [[95 %|definition]] ([Bonferroni](glossary.md#bonferroni-correction)). With 64 shadows
# they hold the luck of the targets alone, for all share them.

# %%
ahead = {}
for one, other, count in (("RMIA online", "LiRA, pooled", 4), ("LiRA, own", "RMIA online", 64)):
    for fpr in (0.01, 0.001):
        differences = rates(scale[one, count], fpr) - rates(scale[other, count], fpr)
        ahead[count, fpr] = mt.Interval.from_values(differences, confidence=1 - 0.05 / 4)
        lead = ahead[count, fpr].points("+.1f")
        print(f"{count:2} shadows, {mt.percent(fpr)} FPR: {one} minus {other:12} {lead}")

# %% [markdown]
# Shown is RMIA's lead with four shadows at [[1 %|definition]], by {{ ahead[4, 0.01].points() }}. The others' intervals hold 0. (The question of round 3 is
# answered by the first two columns: with 64 shadows each record's own deviation has the higher mean at both rates, and most at [[0.1 %|definition]].) For whoever
# comes **late**, RMIA offline finds {{ over_targets(scale["RMIA offline", 64], 0.01):.1%}} with 64 shadows at [[1 %|definition]], where
# offline LiRA found {{ over_targets(late, 0.01):.1%}}.
#
# No attack has the highest mean everywhere, so a report names attack, variant and number of models.
#
# RMIA offline with two shadows finds next to nothing at [[0.1 %|definition]]. Its scores are shares of {{ f"{len(outsiders):,}" }}
# outsiders, and where non-members share the highest one, no threshold lets a single one pass:

# %%
tied = [mt.Roc.from_scores(one).tied_at_the_top for one in scale["RMIA offline", 2]]
print("non-members that share the highest score, by target:", *tied)

# %% [markdown]
# For one target the outsiders change nobody's rank: whoever has the larger ratio beats more of them. What they add is a
# **promise**. Accusing above [[0.99]] should blame one non-member in a hundred, and the adversary knows it *before any truth is
# known*, which is what the thresholds of lesson 03 tried. Offline, where records and outsiders are treated alike:

# %%
for cut in (0.90, 0.95, 0.99):
    fpr = mt.Interval.from_values([(one.non_members > cut).mean() for one in scale["RMIA offline", 64]])
    print(f"accused above {cut:.2f}: promised FPR {mt.percent(1 - cut)}, true FPR {fpr.words('.1%')}")

# %% [markdown]
# The promise is kept: all three intervals hold it. It is good as long as the outsiders are like the target's non-members;
# lesson 07 shows on genomes what a reference from the wrong population does to a promise.

# %% [markdown] audience="instructor"
# **Round 5 (5 minutes).** The population does not improve the ranking for a single target; many papers leave that
# unsaid. Let the group derive it: the score is an increasing function of r(x). Then ask what else a common scale is good for.

# %% [markdown] section="lab"
# ## Lab: likelihood explorer
#
# Choose a digit, add shadow models, and watch its two densities. The panel says where the digit stands by loss and by
# likelihood ratio, and whether it stands accused at [[1 %|definition]] FPR. (Watch the line of accusation in the histogram too: with
# more shadows it moves.) Decide for yourself before you show the truth. Three goals:
#
# 1. a member that the likelihood ratio accuses although the loss puts it into the lower half,
# 2. a digit whose verdict is another with more shadows than with 4; what changed, its bells or the line?
# 3. a false alarm that even all 64 shadows raise.

# %%
lab = LikelihoodExplorer(game, images=images.x[:2000].reshape(2000, 28, 28), lesson="04")
lab

# %% [markdown]
# The next cell takes the digit you left in the panel and attacks it in all eight targets: where was it a member, and
# how did it score? Choose another one and run it again; the one of your first goal is worth tracking.

# %%
for number, (one, parts) in enumerate(zip(games, by_attack["LiRA"], strict=True), start=1):
    inside = "member" if one.member[one.target, lab.record] else "non-member"
    above = (parts.non_members > parts.score[lab.record]).mean()
    print(
        f"target {number}: {inside:10}  score {parts.score[lab.record]:6.1f}, outranked by {mt.percent(above)} of the non-members"
    )

# %% [markdown] audience="instructor"
# **Lab (8 minutes).** Goal 3 makes the best discussion: what do the digits have in common that are wrongly accused with all 64
# shadows? (The target is lucky on them; a bell of 32 answers does not exclude luck.) Ask each pair to name one digit whose
# membership nobody could ever find out.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. Log-odds that survive sure answers
#
# $\log\frac{p_y}{1-p_y}$, from logits of shape (examples, classes). Sure answers have $p_y = 1$ to the last digit, so the
# way through the probability ends in infinities. `np.logaddexp.reduce(z, axis=1)` is $\log\sum_k e^{z_k}$ without overflow.


# %% exercise="label_log_odds"
def label_log_odds(logits, labels):
    """Log-odds of the true class (examples,). logits: floats (examples, classes); labels: integers (examples,)."""
    ### BEGIN SOLUTION
    is_label = np.arange(logits.shape[1]) == labels[:, None]
    others = np.where(is_label, -np.inf, logits)
    return logits[is_label] - np.logaddexp.reduce(others, axis=1)
    ### END SOLUTION


label_log_odds = check.label_log_odds(label_log_odds)

# %% tests="label_log_odds"
_logits = 30 * np.random.default_rng(4).normal(size=(20, 5))
_labels = np.arange(20) % 5
assert np.allclose(label_log_odds(_logits, _labels), mt.signals.label_log_odds(_logits, _labels))

# %% [markdown]
# How many digits does the detour through a float32 probability cost? Count the different values.

# %%
p = mt.signals.label_probability(view.target_logits, view.labels).astype(np.float32)
with np.errstate(divide="ignore"):
    detour = np.log(p / (1 - p))
direct = label_log_odds(view.target_logits, view.labels)
print(
    f"different log-odds among 2,000 digits: {len(np.unique(direct)):,} direct, {len(np.unique(detour)):,} by the detour"
)
print(f"infinite: {np.isinf(direct).sum()} direct, {np.isinf(detour).sum()} by the detour")

# %% [markdown]
# ### 2. The likelihood ratio
#
# LiRA online for every record, with the **mean** and the standard deviation (NumPy's `std`, ddof 0) of its own shadows on each side.
# `member` says which shadow trained on which record. `values.mean(axis=0, where=member)` is the mean over the models that
# did, for every record at once; `std` takes `where=` too.


# %% exercise="lira_score"
def lira_score(phi, shadow_phi, member):
    """log N in − log N out (examples,). phi: (examples,); shadow_phi, member: (shadows, examples)."""

    ### BEGIN SOLUTION
    def log_density(side):
        middle, spread = shadow_phi.mean(axis=0, where=side), shadow_phi.std(axis=0, where=side)
        return -(((phi - middle) / spread) ** 2) / 2 - np.log(spread)

    return log_density(member) - log_density(~member)
    ### END SOLUTION


lira_score = check.lira_score(lira_score)

# %% tests="lira_score"
_rng = np.random.default_rng(3)
_member = np.arange(12)[:, None] < np.array([6, 5, 7])
_shadow_phi, _phi = _rng.normal(size=(12, 3)), _rng.normal(size=3)
_inside = [_shadow_phi[_member[:, i], i] for i in range(3)]
_outside = [_shadow_phi[~_member[:, i], i] for i in range(3)]
_expected = [
    -(((f - a.mean()) / a.std()) ** 2) / 2
    - np.log(a.std())
    + ((f - b.mean()) / b.std()) ** 2 / 2
    + np.log(b.std())
    for f, a, b in zip(_phi, _inside, _outside, strict=True)
]
assert np.allclose(lira_score(_phi, _shadow_phi, _member), _expected)

# %% [markdown]
# The pictures of round 1 show means. The package's `lira` takes medians, as the paper's code does. Does it matter?

# %%
with_means = mt.Roc.from_scores(game.judge(lira_score(phi, shadow_phi, view.shadow_member), name="means"))
with_medians = mt.Roc.from_scores(game.judge(score, name="medians"))
for one in (with_means, with_medians):
    print(f"{one.name:8} TPR at 1 % FPR {one.tpr_at(0.01)}")

# %% [markdown]
# Hardly, on this target. Medians resist a shadow model that went astray; with 32 well-behaved ones there is nothing to resist.

# %% [markdown]
# ### 3. A published slip
#
# The code published with LiRA can pool the deviations. It reads like this (`plot.py`, Carlini 2022), where `dat_in` holds the
# shadows' log-odds of the records they trained on:
#
# ```python
# if fix_variance:
#     std_in = np.std(dat_in)
#     std_out = np.std(dat_in)
# ```
#
# The lines stand, word for word, in more than ten later projects. They differ from what a bell of one record needs in two ways.
# Repair both: return σ_in and σ_out, each from its own side, and each as
# the root of the mean squared distance from the **record's own mean** on that side.


# %% exercise="pooled_deviations"
def pooled_deviations(shadow_phi, member) -> tuple[float, float]:
    """(σ_in, σ_out). shadow_phi: log-odds (shadows, examples); member: which shadow trained on which record."""

    ### BEGIN SOLUTION
    def spread(side):
        distance = shadow_phi - shadow_phi.mean(axis=0, where=side)
        return np.sqrt(np.mean(distance[side] ** 2))

    return spread(member), spread(~member)
    ### END SOLUTION


pooled_deviations = check.pooled_deviations(pooled_deviations)

# %% tests="pooled_deviations"
_values, _held = (
    np.array([[0.0, 8.0], [2.0, 12.0], [1.0, 5.0], [7.0, 5.0]]),
    np.array([[1, 1], [1, 1], [0, 0], [0, 0]], bool),
)
assert np.allclose(pooled_deviations(_values, _held), (np.sqrt(2.5), np.sqrt(4.5)))

# %% [markdown]
# With your numbers in the formula, beside the published one. First compare the deviations themselves.


# %%
def with_deviations(deviations):
    def attack(view):
        phi = label_log_odds(view.target_logits, view.labels)
        shadows, held = mt.signals.label_log_odds(view.shadow_logits, view.labels), view.shadow_member
        inside, outside = deviations(shadows, held)
        z_in = (phi - shadows.mean(axis=0, where=held)) / inside
        z_out = (phi - shadows.mean(axis=0, where=~held)) / outside
        return (z_out**2 - z_in**2) / 2 + np.log(outside / inside)

    return attack


# %%
def published(shadow_phi, member):
    return shadow_phi[member].std(), shadow_phi[member].std()


def equal(shadow_phi, member):
    """Repaired by half: distances from each record's own mean, but one number for both sides."""
    return (pooled_deviations(shadow_phi, member)[0],) * 2


repairs = {"published": published, "repaired by half": equal, "repaired": pooled_deviations}
for name, deviations in repairs.items():
    inside, outside = deviations(shadow_phi, view.shadow_member)
    print(f"{name:18} in {inside:.2f}, out {outside:.2f}")

# %%
print(heading)
for count in (4, 64):
    for name, deviations in repairs.items():
        report(judged(with_deviations(deviations), f"{name}, {count}", some_views[count]))

# %% [markdown]
# *Published* and *repaired by half* agree row by row: once σ_in and σ_out are *equal*, their size no longer matters. It
# scales every score alike and leaves the ranking as it was. What costs is the equality. Training on a record pulls the models'
# answers together, σ_in is smaller than σ_out, and one number for both hides that.
#
# The loss here is moderate; *Surprise* has data on which it is not. In fairness: the paper's main results use a deviation
# for each record, which these lines do not touch.

# %% [markdown]
# ### Stretch: RMIA by hand
#
# For each record, the share of outsiders it beats. `p` and `q` are the target's probabilities of the true class on records
# and on outsiders, `p_out` and `q_out` the means of the models that never saw them. With
# $r = p \,/\, \left(\frac{1+a}{2}\, p_{out} + \frac{1-a}{2}\right)$, and `q` likewise, count how often $r(x)/r(z) > \gamma$.


# %% exercise="rmia_score" tags=["stretch"]
def rmia_score(p, p_out, q, q_out, a, gamma):
    """Shares (examples,). p, p_out: (examples,); q, q_out: (outsiders,), all probabilities; a, gamma: numbers."""
    ### BEGIN SOLUTION
    record = p / ((1 + a) / 2 * p_out + (1 - a) / 2)
    outsider = q / ((1 + a) / 2 * q_out + (1 - a) / 2)
    return (record[:, None] / outsider > gamma).mean(axis=1)
    ### END SOLUTION


rmia_score = check.rmia_score(rmia_score)

# %% [markdown]
# It must agree with the package's offline score. Then let the adversary own fewer outsiders: 2,000, 200, 20.

# %%
beside = view.population


def probability(logits, labels):
    return mt.signals.label_probability(logits / 2, labels)  # the temperature of round 5


p, q = probability(view.target_logits, view.labels), probability(beside.target_logits, beside.labels)
p_out = sides.mean(probability(view.shadow_logits, view.labels), ~seen)
q_out = probability(beside.shadow_logits, beside.labels).mean(axis=0)
same = np.abs(rmia_score(p, p_out, q, q_out, 0.3, 1) - rmia_offline(view)).max() < 0.002
print("as the package's score:", "yes" if same else "no")
for some in (2000, 200, 20):
    curve = mt.Roc.from_scores(game.judge(rmia_score(p, p_out, q[:some], q_out[:some], 0.3, 1), name="own"))
    tied = f"{curve.tied_at_the_top} non-members tied at the top"
    print(f"{some:5,} outsiders: AUC {curve.auc:.3f}, TPR at 1 % FPR {curve.tpr_at(0.01):.1%}, {tied}")

# %% [markdown]
# The AUC does not notice how few outsiders there are. Low false positive rates do: as soon as more than one non-member in a
# hundred beats *all* outsiders, no threshold can single out fewer.

# %% [markdown] audience="instructor"
# **Exercises (15 minutes).** Where time is short do 2 and 3. In exercise 3 the likely answer stops half-way:
# each side by itself, but still `np.std` of the whole table. The reply says why that measures records rather than
# models; it happens to rank nearly as well, which is worth saying aloud: a wrong quantity can give a right-looking number.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `label_log_odds`, *through the probability*: ask at which log-odds a float32 probability has become 1 (about 17)
#   and a float64 one (about 37), and where the zero of round 1 stands.
# - `lira_score`, *zeros counted*: two numbers and a mask on the board, `[4, 6]` with one of them masked. Whoever
#   multiplies gets a mean of 2 or 3, and nobody believes that.
# - `pooled_deviations`, *around one common mean*: ask what varies inside one of the bells of round 1, records or
#   models. The finger goes to the strokes, and each stroke is a model.

# %% [markdown] section="surprise"
# ## Surprise
#
# Now Marta's lender. 66 models, each on half of 2,000 loans; they learn the grades A to G by heart. Eight targets, three attacks.

# %%
loans = mt.load_lending_club()
loans = loans[np.random.default_rng(0).permutation(len(loans))[:4000]]
held = mt.balanced_shadows(66, 2000, seed=0)
lenders = mt.train(
    mt.mlp(loans.x.shape[1], 128, 7), loans[:2000], held, epochs=40, learning_rate=5e-3, seed=1
)
lending = mt.Game.from_ensemble(lenders, loans[:2000], population=loans[2000:])
loan_games = [replace(lending, target=target) for target in range(0, 16, 2)]

# %%
print(heading)
loan_scores = {}
for name, attack in {
    "loss": threshold.label_log_odds,
    "RMIA, online": rmia_online,
    "LiRA, online": lira,
}.items():
    loan_views = (one.view for one in loan_games)  # made one by one, since eight take 100 MB
    loan_scores[name] = judged(attack, name, loan_views, loan_games)
    report(loan_scores[name])

# %%
tpr = {}
for name, deviations in {"published": published, "repaired": pooled_deviations}.items():
    few = (one.view.first(4, skip=4 * number) for number, one in enumerate(loan_games))
    parts = judged(with_deviations(deviations), f"{name}, 4 shadows", few, loan_games)
    report(parts)
    tpr[name] = rates(parts, 0.01)
more = mt.Interval.from_values(tpr["repaired"] - tpr["published"])
print(f"repaired minus published, target by target: {more.points()} more of the members at 1 % FPR")

# %%
found = over_targets(loan_scores["LiRA, online"], 0.01)
prediction.reveal(found)

# %% [markdown]
# At [[1 %|definition]] FPR the likelihood ratio finds {{ found.words(".1%") }} of the loans, the loss
# {{ over_targets(loan_scores["loss"], 0.01):.1%}}. And with four shadows the published slip costs {{ more.points() }} of the members, which is
# {{ mt.percent(more.value / tpr["repaired"].mean(), ".0%") }} of what the repaired attack finds. (The targets go round the shadows here too.)
#
# What would it mean for Marta? First, what an accusation is worth at the base rates of lesson 02, with one threshold for all
# eight targets.

# %%
everybody = mt.Roc.from_scores(mt.Scores.pooled(loan_scores["LiRA, online"]))
for fpr in (0.01, 0.001):
    tpr = everybody.tpr_at(fpr).value
    worth = [mt.percent(mt.precision(tpr, fpr, rate)) for rate in (1 / 2, 1 / 100, 1 / 1000)]
    print(
        f"at {mt.percent(fpr)} FPR, TPR {mt.percent(tpr)}: right in {worth[0]} (1 in 2), {worth[1]} (1 in 100), {worth[2]} (1 in 1,000)"
    )

# %% [markdown]
# In a custody dispute the base rate is no [[1 in 1,000]]: somebody has reason to suspect her. A single answer of a model, which
# in lesson 02 could accuse nobody, has become evidence.
#
# And second: who is found? The same strict threshold, by the grade that the lender gave.

# %%
every, grade_of = mt.Scores.pooled(loan_scores["LiRA, online"]), np.tile(loans.y[:2000], 8)
accused = every.score > everybody.threshold_at(0.01)


def share(side):
    """Accused on this side, and out of how many."""
    return f"{mt.percent(accused[side].mean()):>9} of {side.sum():5,}"


# %%
right = mt.signals.correct(lending.logits, lending.labels)
print("grade   members accused   non-members accused   right on loans never seen")
for grade, name in enumerate(loans.class_names):
    own, here = grade_of == grade, lending.labels == grade
    inside, outside = share(own & every.member), share(own & ~every.member)
    fresh = mt.percent(right[:, here][~held[:, here]].mean())
    print(f"{name:6} {inside} {outside} {fresh:>18}")

# %% [markdown]
# Read the last column first. The poor grades are rare, and models that never saw such a loan hardly ever name its grade; models
# that did know it by heart. So those whom it would hurt most to be found are found most surely, and an average over all loans
# does not show it. Marta had an E.
#
# The counts are over eight targets and share the same few loans (there are {{ (loans.y[:2000] >= 4).sum() }} of grade E
# and worse), so read the last rows as a direction. Lesson 08 takes up who is exposed, with intervals for it.

# %% [markdown] audience="instructor"
# **Surprise (5 minutes).** Put the group's numbers beside the result. Ask: *what should the lender have told its
# customers?* And: *which of the two tables would you put into a report, if you may print only one?*

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A clinic has trained a network for a week on one large machine. Its data protection officer wants a membership audit and
# can pay for **three** further trainings of that size. A consultant offers: "We run the state of the art, LiRA with
# three shadow models and individual variances, and report the AUC." Write five sentences to the officer: what would you ask
# for instead, and what could even a good audit on this budget not say?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# With three shadows a deviation for each patient would come from one or two numbers; the attack would look harmless because it is
# broken, and even a pooled one lacks a second model on one side. I would ask for RMIA, which needs one model without the patient, and
# for outsiders to compare with; a fourth training would allow LiRA with pooled deviations. I would ask for TPR at [[1 %]] and
# [[0.1 %]] FPR with counts instead of an AUC, from several thousand patients outside the training set, and for a list of the most unusual
# patients, since the average hides them. Whatever comes out is a lower bound: an adversary with sixty models would find more, and
# one target gives no interval over trainings.
#
# *Rubric, a point each*: individual variances from three models are noise · names RMIA, or a fourth model · low FPR with
# enough non-members · the most exposed, not the average · a weak or cheap attack is a lower bound.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. No question to the model can ever tell whether the zero was in. Is it a member in any sense that matters to
#    whoever wrote it?
# 2. The published slip stands in more than ten projects. Which of this lesson's numbers would have shown it to their
#    authors, and which did not?
# 3. In the custody dispute the base rate is no longer small. What must the expert say beside the score, and what may
#    the judge not conclude from it?

# %% [markdown] section="recap"
# ## Recap
#
# 1. One answer means different things for different records: compare it with what models say with and without the record.
# 2. LiRA does so with two bells. At [[1 %|definition]] FPR it found {{ tprs["LiRA"]:.1%}} of the digits and {{ found:.1%}}
#    of the loans, where the loss found hardly more than chance.
# 3. Few shadows: pool the deviations, each side by itself, or use RMIA. Each record's own deviation needs dozens.
# 4. Offline works, if one-sided: training makes a record's answer better. With 64 shadows RMIA pays less for being late.
# 5. The exposed are the unusual. The clear zero gets the same answer with and without training; the average describes neither.

# %% [markdown]
# **You may now claim** "with so many shadows this attack finds so many members at this FPR, over so many targets", and name
# variant, side, center and deviation.
#
# **You may not claim** that a model is safe because the loss, or a LiRA with four shadows and own deviations, found nothing; nor
# that a record's score is the probability that it was a member.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [difficulty calibration](glossary.md#difficulty-calibration),
# [likelihood ratio](glossary.md#likelihood-ratio), [LiRA](glossary.md#lira),
# [offline attack](glossary.md#offline-attack), [pooled deviation](glossary.md#pooled-deviation),
# [population](glossary.md#population), [RMIA](glossary.md#rmia), [temperature](glossary.md#temperature)
#
# **Sources**
#
# - N. Carlini and others, Membership inference attacks from first principles, 2022; the code is
#   `research/mi_lira_2021/plot.py` in the repository tensorflow/privacy
# - L. Watson and others, On the importance of difficulty calibration in membership inference attacks, 2022
# - S. Zarifzadeh, P. Liu and R. Shokri, Low-cost high-power membership inference attacks, 2024
# - Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits
# - LendingClub loans of 2018, by way of OpenIntro's `loans_full_schema`; the data cards are in `datasets/README.md`
#
# **Next**: [05 Labels only](05_label_only.ipynb)

# %%
mt.progress.so_far("04")

# %% [markdown] section="card"
# # 10 Differential privacy
#
# After this lesson you can
#
# - **state** what (ε, δ) promises against every attacker, and what it does not,
# - **draw** the region that no attack's ROC can enter, and measure attacks against it,
# - **write** DP-SGD in a dozen lines, and account for what it gives away,
# - **judge** a noise by its cost in accuracy, and a claimed ε by how it was counted.
#
# **Builds on** lesson 04 (LiRA), lesson 06 (gradients of single records) and lesson 09 (the most exposed). **Time** 90 minutes.
#
# **Data** An invented survey; handwritten digits, 8×8 pixels (scikit-learn), and MNIST-5k, some mislabelled on purpose.
#
# **Threat model** Anybody at all: somebody who knows every record but one, sees every step of the training and computes without
# limit wants to know whether the one record was used.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** Importing Opacus takes some seconds, once; where it is missing the cell says so
# and the lesson goes on. The accountants and the grid of the lab take a moment without showing anything; the star beside the
# cell is the sign that they work.
#
# **What goes wrong in thinking.** A failed attack is taken for the promise, and ε for a rate of success. "She might
# be lying, so nothing is known": after a yes the odds are three times what they were. One pair (ε, δ) is taken for
# all that a mechanism keeps. And the clip is thought to change ε; it changes what is learnt.

# %%
import warnings
from itertools import chain, islice, repeat

import numpy as np
import torch
from matplotlib.figure import Figure

import mia_teach as mt
from mia_teach import DPSGD, mechanisms
from mia_teach.attacks.lira import lira
from mia_teach.canaries import Shares, unused_directions
from mia_teach.exercises import differential_privacy as check
from mia_teach.labs.defence_frontier import Setting, attacked, found
from mia_teach.labs.prediction import Prediction
from mia_teach.labs.privacy_dial import PrivacyDial, PrivacyGrid, run_limit, strongest
from mia_teach.plots import IntervalDisplay, RocDisplay, in_percent, style

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("10")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 09, what was the floor under every mask that leaves the label alone?
# 2. In lesson 06, whose gradients were long in the last layer, and what has that to do with memory?
#
# <details><summary>Answers</summary>
#
# 1. One letter: right or wrong, asked once, weighed by how seldom models that never saw the record get it right. Masks change what
#    is seen of the memory and not the memory.
# 2. Those of records that the model gets wrong: the gradient is (p − y) times the layer's input. Whoever is odd pulls hardest, so
#    the model learns the odd ones by heart.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Tess is invented, her answer was not easy. Some nurses, after a third night shift, have taken a pill from the ward's cupboard. Two
# years ago the hospital asked "anonymously". The report said: night shift, ward 7, three nurses, one yes. Two of the three knew their
# own answers. Tess moved away.
#
# This year all 2,000 nurses are asked again, and a model is to learn who will need help. Hanna of lesson 09, who now answers for
# data protection here, wants a sentence that needs no list of attacks: *whatever people know already, and whatever they compute,
# from what we publish they will hardly be able to tell whether you are in it.*
#
# Can such a sentence be true? And what does it cost?

# %% [markdown] section="predict"
# ## Predict
#
# Further down a model is trained with a promise of ε = 8 at δ = $10^{-5}$, a size often met in practice. LiRA with ten shadow models
# will find hardly more of its members at [[1 %|definition]] false positives than a guess would.
#
# Now the strongest attacker whom the promise allows watches the very same training, every step of it, and looks for a record that
# is the most visible there can be. Commit your number before you run anything else; the answer comes in *Surprise*.

# %%
prediction = Prediction(
    "DP-SGD with ε = 8 at δ = 1e-5. An attacker sees every step of the training and looks for a record as visible as "
    "the training permits. In which share of the cases is it found when it is there, at 1 % false positives?",
    lesson="10",
    name="strongest_tpr_at_epsilon_8",
    unit="%",
    low=0,
    high=100,
    tolerance=5,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "The attacker sees every step and computes without end. The promise is eight. How often is
# the one record found?" Two camps: "about 1, it is differentially private" and, from those who look up e⁸, "nearly 100". Write both
# reasons down. The first takes a failed attack for the promise, the second one pair (ε, δ) for the whole of it.
#
# **Timing of the whole lesson.** Card to predict 10, build 36, lab 8, exercises 20, surprise to recap 16. In 75 minutes: leave out the
# accountants in round 3, exercise 3 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: a lie, now and then
#
# "Did you ever take a pill from the cupboard?" Before answering, each nurse spins a wheel behind the screen. With probability ¾ it
# says *tell the truth*, otherwise *say the opposite*. That is [randomised response](glossary.md#randomised-response) (Warner 1965).
#
# No yes can be held against anybody. Yet the hospital learns its share: with a share s of true yeses, s·¾ + (1 − s)·¼ say yes, which can be
# solved for s.

# %%
truth = np.random.default_rng(0).random(2000) < 0.15
said = mechanisms.randomised_response(truth, np.log(3), seed=1)
share = mt.Rate(int(said.sum()), len(said))
low, value, high = ((one - 0.25) / 0.5 for one in (share.low, share.value, share.high))
print(f"said yes: {mt.percent(share.value)}")
print(f"so took a pill: {mt.percent(value)} ({mt.percent(low)} to {mt.percent(high)})")
print(f"in truth:       {mt.percent(truth.mean())}")

# %% [markdown]
# What has an attacker who hears Tess's "yes"? Whoever accuses on yes is right about those who took a pill three times out of four, and
# accuses every fourth of those who did not. One point in the ROC plane, and the best there is. Two worlds, one with
# her pill and one without, and the same event, *accuse*:
#
# $$\text{TPR} = P(\text{accuse} \mid \text{with}) \;\le\; e^{\varepsilon}\, P(\text{accuse} \mid \text{without}) + \delta = e^{\varepsilon}\,\text{FPR} + \delta$$
#
# with $e^{\varepsilon} = 3$ and δ = 0. Ask the same of *every* event and of both orders of the two worlds, and you have the definition.

# %% [markdown]
# Two data sets are [neighbours](glossary.md#neighbours) if one has one record more (at the wheel: if they differ in one answer). A [mechanism](glossary.md#mechanism) that answers with noise is
# ([ε](glossary.md#epsilon), [δ](glossary.md#delta))-[differentially private](glossary.md#differential-privacy) if for all neighbours and
# every set of answers the probability under one is at most $e^{\varepsilon}$ times that under the other, plus δ (Dwork 2006).
#
# An attack is nothing but a set of answers: those on which it accuses. So the definition *is* a bound on every attack's ROC curve, whatever
# the attacker knows or computes (Wasserman & Zhou 2010, Kairouz 2015). *No accusation* is a set of answers too. It gives a second line,
# which is lower where many are accused.


# %%
FPRS = np.linspace(0, 1, 501)


def region(ax, epsilon, delta=0.0, fpr=FPRS, **line):
    """Draw the line that (ε, δ) sets, and shade what lies beyond."""
    highest = mechanisms.largest_tpr(fpr, epsilon, delta)
    ax.fill_between(fpr, highest, 1.05, color="#767676", alpha=0.2, lw=0)
    look = {"color": "#E69F00", "lw": 2, "label": f"ε = {epsilon:.2f}, δ = {delta:g}", **line}
    ax.plot(fpr, highest, **look)


# %%
hears = [mt.Rate(int(said[truth == side].sum()), int((truth == side).sum())) for side in (False, True)]
ax = RocDisplay([0, hears[0].value, 1], [0, hears[1].value, 1], name="accuse on yes").plot(ls="none").ax_
region(ax, np.log(3))
ax.plot(hears[0].value, hears[1].value, "D", color="black", ms=8, label="accuse on yes, measured")
ax.legend(handles=ax.get_legend_handles_labels()[0][1:], loc="lower right")
at = f"FPR {mt.percent(hears[0].value)}, TPR {mt.percent(hears[1].value)}"
mt.show(
    ax,
    alt=f"The region that ε = ln 3 leaves to attacks, a corner cut by two lines; the measured attack in its tip: {at}",
)

# %% [markdown]
# The point stands in the tip of what is allowed: {{ hears[1].value:.1%}} found and {{ hears[0].value:.1%}} accused wrongly. The bound is
# not only safe here. It is reached.
#
# Two things that it does not say. It does not say that nothing is learnt about Tess: if the report finds that night nurses take pills,
# her colleagues will think so of her, whether she answered or not. And it speaks of one record. Whoever fills in two forms, or has three
# sisters who answer as well, gets [k times the ε](glossary.md#group-privacy) for k records.

# %% [markdown] audience="instructor"
# **Round 1 (8 minutes).** Do it with real coins and a harmless question; twenty people are enough to see the estimate fail and the
# secrecy hold. Let somebody derive the second line. Slip to listen for: "she might be lying, so nothing is known". Ask for the odds after a
# yes: three times what they were.

# %% [markdown]
# ### Round 2: noise on a number
#
# Mostly it is numbers that are published. "How many on ward 7 said yes?" One nurse more or less changes this count by at most 1, its
# [sensitivity](glossary.md#sensitivity). Laplace noise of scale sensitivity/ε makes it ε-private (Dwork 2006). The attacker knows the other
# answers, subtracts them, and looks at what is left: noise around 1 with Tess's yes, around 0 without.
#
# 20,000 times each, with ε = 1:

# %%
counts = np.repeat([1.0, 0.0], 20_000)
with_yes = counts == 1
left_over = mt.Scores(
    mechanisms.laplace(counts, sensitivity=1, epsilon=1.0, seed=2), with_yes, "Laplace, measured"
)
laplace = mt.Roc.from_scores(left_over)
for at in (0.01, 0.1, 0.3, 0.5):
    rate, allowed = laplace.tpr_at(at), mechanisms.largest_tpr(at, 1.0)
    print(f"FPR {mt.percent(at):>6}: found {rate}, allowed {mt.percent(float(allowed))}")

# %% [markdown]
# At low rates the attack takes all that is allowed, and at one half again; around the corner between them, as at [[30 %|definition]], less.
# With ε = 1 a member is accused at most e times as often as a non-member, however seldom one accuses. How many accusations are *right* is
# another question: at most {{ mt.precision(mechanisms.largest_tpr(0.01, 1.0), 0.01, 0.5):.1%}} at the first of these rates if half took part, and far fewer if few did.

# %% [markdown]
# Gaussian noise behaves otherwise. Its tails are thin: far out an answer is so much likelier with Tess's yes that no factor $e^{\varepsilon}$ covers
# it. That is what δ is for: the probability mass that is left over. With μ = sensitivity / σ one knows the best attack
# exactly (Dong 2022), and for every ε the least δ that goes with it (Balle & Wang 2018).

# %%
gauss = mt.Roc.from_scores(
    mt.Scores(mechanisms.gaussian(counts, sigma=1.0, seed=3), with_yes, "Gauss, measured")
)
low_rates = np.geomspace(1e-3, 1, 300)
pairs = {delta: mechanisms.gaussian_epsilon(1.0, delta) for delta in (1e-5, 1e-2, 0.1)}
exact = float(mechanisms.gaussian_largest_tpr(0.01, 1.0))
for delta, epsilon in pairs.items():
    allowed = mt.percent(float(mechanisms.largest_tpr(0.01, epsilon, delta)))
    print(f"ε = {epsilon:.2f} with δ = {delta:g} allows {allowed} at 1.0 % FPR")
print(f"the mechanism itself allows {mt.percent(exact)}; measured {gauss.tpr_at(0.01)}")

# %%
with style():
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    axes = figure.subplots(1, 2)
for ax, roc in zip(axes, (laplace, gauss), strict=True):
    RocDisplay.from_roc(roc).plot(ax, log=True, color="black")
region(axes[0], 1.0, fpr=low_rates)
for (delta, epsilon), ls in zip(pairs.items(), ("-", "--", ":"), strict=True):
    region(axes[1], epsilon, delta, fpr=low_rates, ls=ls)
for ax in axes:
    ax.legend(loc="lower right", fontsize=9)
pair = float(mechanisms.largest_tpr(0.01, pairs[1e-5], 1e-5))
rates = f"{gauss.tpr_at(0.01):.1%} at 1 % FPR, δ = 1e-5 alone would allow {mt.percent(pair)}"
mt.show(
    figure,
    alt=f"Left: the Laplace attack runs along its line. Right: three pairs above the Gaussian attack; it finds {rates}",
)

# %% [markdown]
# Look at the right picture. The mechanism keeps *all three* pairs at once, and infinitely many more. (Nobody should promise the two with a large
# δ; here they only help to draw the curve.) Each line touches the truth somewhere; the
# usual one, δ = $10^{-5}$, does so only far to the left of this picture. At [[1 %|definition]] FPR it allows {{ pair:.1%}}, where no attack can exceed
# {{ exact:.1%}}, and {{ gauss.tpr_at(0.01).value:.1%}} were measured, which is as much to within chance. A single pair is a promise, not a description.

# %% [markdown]
# And δ itself? At worst it is the probability that the promise breaks altogether: with δ = 1/n one could publish a random nurse's answer and
# keep it. With Gaussian noise nothing breaks altogether; answers exceed the factor now and then, most of them by little, and δ is their mean
# excess. So a promise needs a δ far below 1/n; told n, as `examples=`, the package refuses any other.

# %% [markdown] audience="instructor"
# **Round 2 (8 minutes).** Before the figure ask for a sketch of the Gaussian curve beside the Laplace one. The figure's point, many pairs
# for one mechanism, returns in *Surprise*; do not let it pass.

# %% [markdown]
# ### Round 3: many answers, few people each
#
# The hospital publishes its count every month, and Tess's yes is in each. The attacker takes the mean: the noise shrinks, her yes stays. So each
# further answer spends more of the promise, which is called [composition](glossary.md#composition).
#
# How fast is it spent? The last two columns count it in two ways. For k Gaussian answers μ grows as √k, and ε follows exactly. One may
# also add up the k single ε. Which of the two would Hanna rather print?

# %%
print("months   found at 1 % FPR                     at most   ε exactly   ε added up")
for months in (1, 4, 16, 64):
    monthly = [mechanisms.gaussian(counts[::2], sigma=4.0, seed=10 + m) for m in range(months)]
    accused = np.mean(monthly, axis=0) > 2.3263 * 4 / months**0.5  # 99 % of the noise lies below
    rate = mt.Rate(int(accused[with_yes[::2]].sum()), int(with_yes[::2].sum()))
    so_far = months**0.5 / 4
    at_most = mt.percent(float(mechanisms.gaussian_largest_tpr(0.01, so_far)))
    exactly = mechanisms.gaussian_epsilon(so_far, 1e-5)
    # adding up: k pairs (ε, δ/k) are kept together with (kε, δ)
    added = months * mechanisms.gaussian_epsilon(0.25, 1e-5 / months)
    print(f"{months:6}   {rate!s:36} {at_most:>7} {exactly:11.2f} {added:12.2f}")

# %% [markdown]
# After 64 months {{ rate:.1%}} of the yeses are found. By then the exact count is ε = {{ f"{exactly:.0f}" }}, the sum
# {{ f"{added:.0f}" }}. Both are true: an ε that is too large promises too little, and breaks no promise. But after one month the two agree, and
# with every answer they part further. Whoever adds up buys noise that nobody needs.

# %% [markdown]
# Composition costs. The help against it is [subsampling](glossary.md#subsampling). If each month every nurse is asked only if a coin of
# their own says so, with probability q, then most months say nothing of Tess, and nobody but Tess knows which. That hides her a second
# time, and it is how a model trains: a batch is a random few of the records. One answer with noise 1:

# %%
asked = {"everybody": 1.0, "each on a coin": 0.1}
once = {who: DPSGD(noise_multiplier=1.0, sample_rate=q, steps=1).epsilon(1e-5) for who, q in asked.items()}
for who, q in asked.items():
    print(f"{who:15} (q = {q:g}): ε = {once[who]:.2f}")

# %% [markdown]
# The coin brings {{ f"{once['everybody']:.2f}" }} down to {{ f"{once['each on a coin']:.2f}" }}.
#
# **Hanna has to print one ε for a whole training**: many answers, a random few of the records in each. That is counted by an
# [accountant](glossary.md#privacy-accountant).
#
# It follows the [privacy loss](glossary.md#privacy-loss) of an answer, the log of how much likelier the answer is in one world than in the
# other. (Not a training loss: it is the log-likelihood ratio, the score of the best attack.) Losses of single steps add up, and ε is what
# their sum hardly ever exceeds.

# %% [markdown]
# Five ways to count come now. They differ in what they keep of the losses:
#
# | way to count | what it keeps |
# |---|---|
# | added up | one ε for each step |
# | moments (RDP; Mironov 2017) | means of e to multiples of the loss |
# | distribution (PLD; Koskela 2020), rounded up | the whole distribution, on a grid |
# | the same, rounded down | the same |
# | Gaussian approximation (Dong 2022) | the limit of infinitely many tiny steps |
#
# One and the same run: noise 1, a tenth of the records a step, 120 steps, δ = $10^{-5}$. The next cell only prepares. Before you run the
# second: on which side may each of the five err, and so which may Hanna print?

# %%
run = DPSGD(noise_multiplier=1.0, sample_rate=0.1, steps=120)
one_step = DPSGD(noise_multiplier=1.0, sample_rate=0.1, steps=1)
# the one Gaussian answer that T small steps resemble more and more: μ = q √(T (e^(1/σ²) − 1)) (Dong 2022)
mu = 0.1 * np.sqrt(120 * np.expm1(1.0))


def rounded_down(run, delta):
    """The same distribution of losses as in "pld", with every rounding in the attacker's disfavour: below the truth."""
    from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

    how = {"pessimistic_estimate": False, "use_connect_dots": False, "value_discretization_interval": 1e-4}
    loss = from_gaussian_mechanism(run.noise_multiplier, sampling_prob=run.sample_rate, **how)
    return loss.self_compose(run.steps).get_epsilon_for_delta(delta)


# %%
accounts = {
    "added up, step by step": 120 * one_step.epsilon(1e-5 / 120),
    "moments (RDP)": run.epsilon(1e-5, accountant="rdp"),
    "distribution of losses (PLD), rounded up": run.epsilon(1e-5),
    "the same, rounded down": rounded_down(run, 1e-5),
    "Gaussian approximation": mechanisms.gaussian_epsilon(mu, 1e-5),
}
for name, epsilon in accounts.items():
    print(f"{name:42} ε = {epsilon:7.2f}")

# %% [markdown]
# Any of the first three, for they are proved to err upwards only: an ε that is too large breaks no promise. Adding up gives {{ f"{accounts['added up, step by step']:.0f}" }}: safe, and no use.
# RDP gives {{ f"{accounts['moments (RDP)']:.2f}" }} and PLD
# {{ f"{accounts['distribution of losses (PLD), rounded up']:.2f}" }}, the tighter one; from here on the package counts with it.
#
# The fourth errs downwards, by the grid, so it is no number to print. It shows how good the third is: the truth lies between {{ f"{accounts['the same, rounded down']:.2f}" }} and
# {{ f"{accounts['distribution of losses (PLD), rounded up']:.2f}" }}, so it is known to a hundredth.
#
# The last is proved on neither side, and here it lies *below* the truth. Quick and smooth, and no bound: somebody
# who signs {{ f"{accounts['Gaussian approximation']:.1f}" }} signs for what the training does not keep.

# %% [markdown] audience="instructor"
# **Round 3 (9 minutes).** Ask who in the room would have reported which number. For the curious: the privacy loss is the very score of lesson 04;
# PLD is its histogram.

# %% [markdown]
# ### Round 4: a model that keeps the promise
#
# Each step of a training publishes a sum of gradients. One record moves it as far as its gradient is long, and that has no limit. So [DP-SGD](glossary.md#dp-sgd)
# (Abadi 2016) makes one. In each step
#
# 1. every record joins on its own coin, with probability q;
# 2. each gradient longer than C is shortened to C: [clipping](glossary.md#clipping);
# 3. they are added up, and every coordinate gets Gaussian noise of deviation σC;
# 4. the sum is divided by the batch size to be expected, and one takes a step.

# %% [markdown]
# So a step is a Gaussian answer with sensitivity C, and the run's ε is that of round 3. Everything computed from the steps afterwards keeps
# it too, the finished model first of all: [post-processing](glossary.md#post-processing) is free.

# %% [markdown]
# 4,000 digits from MNIST-5k, 200 of them mislabelled, canaries as in lesson 09: if anybody is learnt by heart, it is they. Twelve models learn
# 2,000 each, in a [balanced design](glossary.md#balanced-design); six are attacked, each by the ten that are neither it nor its partner. The other
# 1,000 digits measure accuracy.
#
# One training to the end, as in the lessons before. Then DP-SGD with 200 steps and a tenth of the records in each: without noise (ε = ∞, it still clips), and
# with the least noise for ε = 8, 2 and ½.

# %%
images = mt.principal_components(mt.load_mnist_5k(), 64)
odd = np.zeros(4000, bool)
odd[np.random.default_rng(1).permutation(4000)[:200]] = True
digits, new_digits = mt.mislabelled(images[:4000], odd, seed=2), images[4000:]
member = mt.balanced_shadows(12, 4000, seed=0)
network, TARGETS = mt.mlp(64, 32, 10), range(0, 12, 2)

# %%
to_the_end = mt.train(network, digits, member, epochs=25, batch_size=100, learning_rate=8e-3, seed=1)

# %%
EPSILONS = (np.inf, 8.0, 2.0, 0.5)
how = {"sample_rate": 0.1, "steps": 200, "examples": 2000}
promises = {epsilon: DPSGD.for_epsilon(epsilon, 1e-5, **how) for epsilon in EPSILONS}
for epsilon, settings in promises.items():
    print(f"ε = {epsilon:g}".replace("inf", "∞") + f": noise {settings.noise_multiplier:.2f}")

# %%
trained = {"to the end, no promise": to_the_end}
for epsilon, settings in promises.items():
    models = mt.train(network, digits, member, privacy=settings, learning_rate=1.0, seed=1)
    trained[f"DP-SGD, ε = {epsilon:g}".replace("inf", "∞")] = models

# %% [markdown]
# Three attacks that you know: the [loss](glossary.md#loss), one letter (lesson 05) and LiRA. The share of members found, once of all and once of the mislabelled
# alone, at a threshold that accuses [[1 %|definition]] of *their own* non-members, one threshold for all targets; intervals over the six targets.


# %%
def judged(models):
    """Accuracy on new digits, and the share that each attack finds among all and among the mislabelled."""
    logits = models.logits(digits.x)
    accuracy = mt.signals.correct(models.logits(new_digits.x), new_digits.y).mean(axis=1)
    one = Setting("", logits, accuracy)
    each = [attacked(one, digits.y, member, target) for target in TARGETS]
    row = {"accuracy": mt.Interval.from_values(accuracy[list(TARGETS)])}
    for name in ("loss", "label", "adaptive"):
        parts = [mt.Scores(a[name], member[t], name) for a, t in zip(each, TARGETS, strict=True)]
        for who, group in (("all", np.ones_like(odd)), ("odd", odd)):
            rates = found(parts, np.tile(group, (len(parts), 1)))
            row[name, who] = mt.Interval.from_values(rates, within=(0, 1))
    return row


# %%
table = {name: judged(models) for name, models in trained.items()}
ATTACKS = {"loss": "loss", "label": "one letter", "adaptive": "LiRA"}
print("accuracy on new digits")
for name, row in table.items():
    print(f"{name:24} {row['accuracy'].words()}")
for who, said_of in (("all", "found, of all members"), ("odd", "of the mislabelled")):
    print(f"{said_of:24}", *(f"{name:25}" for name in ATTACKS.values()))
    for name, row in table.items():
        print(f"{name:24}", *(f"{row[a, who].words('.1%'):25}" for a in ATTACKS))

# %%
by_epsilon = [table[f"DP-SGD, ε = {epsilon}"] for epsilon in ("∞", "8", "2", "0.5")]
plain, ticks, end = table["to the end, no promise"], ["∞", "8", "2", "½"], {"color": "#595959", "ls": ":"}
with style():
    price = Figure(figsize=(10, 4), layout="constrained")
    left, right = price.subplots(1, 2)
IntervalDisplay(range(4), [row["accuracy"] for row in by_epsilon], name="DP-SGD").plot(left, color="black")
left.axhline(plain["accuracy"].value, label="to the end", **end)
for who, name, color, marker in (("all", "all", "black", "o"), ("odd", "mislabelled", "#E69F00", "s")):
    line = IntervalDisplay(range(4), [row["adaptive", who] for row in by_epsilon], name=f"DP-SGD, {name}")
    line.plot(right, color=color, marker=marker)

# %%
for who, name, ls in (("all", "all", ":"), ("odd", "mislabelled", "--")):
    right.axhline(plain["adaptive", who].value, label=f"to the end, {name}", **{**end, "ls": ls})
right.set(yscale="log", ylim=(0.004, 1))
in_percent(right.yaxis)
for ax, name in ((left, "accuracy on new digits"), (right, "TPR at 1 % FPR, LiRA (share of members)")):
    ax.set(xlabel="ε at δ = 1e-5", ylabel=name)
    ax.set_xticks(range(4), ticks)
    ax.legend(loc="best", fontsize=9)
right.legend(loc="center", bbox_to_anchor=(0.5, 0.76), fontsize=9)
costs = ", ".join(
    f"{row['accuracy'].value:.3f} at {tick}" for row, tick in zip(by_epsilon, ticks, strict=True)
)
mt.show(
    price,
    alt=f"Left: accuracy by ε: {costs}. Right: LiRA finds between 1 % and 2 % at every ε, also among the mislabelled",
)

# %% [markdown]
# Trained to the end, LiRA finds {{ plain["adaptive", "all"].value:.1%}} of all and {{ plain["adaptive", "odd"].value:.1%}} of those who were mislabelled. With
# ε = 8 it finds {{ by_epsilon[1]["adaptive", "all"].value:.1%}} and {{ by_epsilon[1]["adaptive", "odd"].value:.1%}}.

# %% [markdown]
# What does the promise cost? Compare trainings that differ in noise only. Accuracy is {{ by_epsilon[0]["accuracy"].value:.3f}} without noise, {{ by_epsilon[1]["accuracy"].value:.3f}} at ε = 8 and
# {{ by_epsilon[3]["accuracy"].value:.3f}} at ½. That the first two do no worse than the training to the end, {{ plain["accuracy"].value:.3f}}, is no gift of privacy:
# clipped, and in fewer steps, they learn fewer wrong labels by heart.
#
# And without any noise LiRA finds as few. Nothing is promised there, and the attack does not notice. Keep that for *Surprise*.
#
# One thing is in no ε at all: the learning rate was tried out on these digits, and choosing by results on private data spends privacy too (Papernot & Steinke 2022).

# %% [markdown]
# What the promise *allows* at [[1 %|definition]] FPR, beside what LiRA finds:

# %%
print(f"{'':8} {'pair (ε, δ) allows':20} {'whole run allows':18} LiRA finds")
limits = {}
for epsilon, row in zip(EPSILONS[1:], by_epsilon[1:], strict=True):
    limits[epsilon] = float(run_limit(promises[epsilon], 0.01))
    pair = mt.percent(float(mechanisms.largest_tpr(0.01, epsilon, 1e-5)), ".2%")
    print(
        f"ε = {epsilon:<4g} {pair:20} {mt.percent(limits[epsilon]):18} {row['adaptive', 'all'].words('.1%')}"
    )

# %% [markdown]
# At ε = 8 the pair alone excludes next to nothing. As in round 2 the run keeps many pairs, and all of them together allow
# {{ limits[8.0]:.1%}} (`run_limit` takes the lowest of their lines). LiRA is far below both. Is the bound too careful, or the attack too weak?

# %% [markdown] audience="instructor"
# **Round 4 (11 minutes).** The learning rate was tried out on these digits, which no ε here counts. Ask who paid for it, and let somebody try `learning_rate=0.5`: good for ε = ½, bad for the others. And ask why the mislabelled are safest of all: their long gradients are
# the ones that clipping shortens.

# %% [markdown] section="lab"
# ## Lab: privacy dial
#
# Softmax regression on small digits, 700 for each of eight models, trained with DP-SGD at four noises and two sample rates, and looked at after 10, 30 and 100 steps. Turn the dials; the panel
# names three goals, and ticks what you have met. Notice which dial is missing: the clip. Noise is counted in clips, so C changes what the model
# learns and not what is promised. And a measured curve rests on few false alarms at its left end, where luck can lift it a little into the grey.

# %%
small = mt.load_digits()
small = small[np.random.default_rng(0).permutation(len(small))]
grid = PrivacyGrid.measure(
    mt.logistic(64, 10),
    small[:1400],
    small[1400:],
    mt.balanced_shadows(8, 1400, seed=0),
    noise=(0.6, 1.0, 2.0, 5.0),
    rates=(0.05, 0.2),
    steps=(10, 30, 100),
    targets=range(0, 8, 2),
    games=16_000,
    seed=1,
)
lab = PrivacyDial(grid, lesson="10")
lab

# %% [markdown]
# The next cell reads what you left in the panel and asks how much more a group would have to fear: k records of one person, taken together,
# have k times the ε, and a δ that grows faster.

# %%
v = lab.values()
print(
    f"noise {lab.noise:g}, {mt.percent(lab.rate)} a step, {lab.steps} steps: ε = {v['epsilon']:.2f}, accuracy {v['accuracy']:.3f}"
)
for k in (1, 2, 4):
    # from record to record: P ≤ e^ε P' + δ, then P' ≤ e^ε P'' + δ …; so δ (1 + e^ε + … + e^((k−1)ε)), at most
    delta = k * np.exp((k - 1) * v["epsilon"]) * grid.delta
    print(f"{k} record{'s' * (k > 1)} of one person: ε = {k * v['epsilon']:.2f}, δ = {delta:.0e}")

# %% [markdown] audience="instructor"
# **Lab (8 minutes).** Goal 1 has one or two solutions, and they lie at the *larger* noise with many steps and large batches: ask why. (Averages over more records drown
# less.) Goal 3 is the figure of round 2 again, for a model that one could use.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. Clip each example
#
# The gradients of a batch, a row for each record. Shorten every row that is longer than `clip` to that length, leave the others as they are, and return the
# sum. There may be rows of zeros, and batches without any row.


# %% exercise="clipped_sum"
def clipped_sum(gradients, clip):
    """Sum (parameters,) of the clipped rows. gradients: (batch, parameters); clip: a length above 0."""
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(gradients, axis=1)
    return (clip / np.maximum(lengths, clip)) @ gradients
    ### END SOLUTION


clipped_sum = check.clipped_sum(clipped_sum)

# %% tests="clipped_sum"
assert np.allclose(clipped_sum(np.array([[0.0, 5.0], [0.3, 0.4]]), 1.0), [0.3, 1.4])
assert np.allclose(clipped_sum(np.zeros((0, 2)), 1.0), 0)

# %% [markdown]
# ### 2. The noise for a clipped sum
#
# Then the noise, and the mean. A published implementation claimed ε = [[0.21|Tramèr 2022]]; an attack showed that it was more than
# [[2.79|Tramèr 2022]] (Tramèr 2022): the noise was too small by a factor of the batch size. Write the step without that slip: what must be added to the
# *sum*, and by what is it divided then?
#
# `normal` are standard normal numbers, one for each coordinate; `drawn` is how many records happened to be in this batch, `expected` how many are on
# average.


# %% exercise="noisy_mean"
def noisy_mean(total, clip, noise_multiplier, drawn, expected, normal):
    """Noisy mean gradient (parameters,). total: clipped sum (parameters,); normal: (parameters,)."""
    ### BEGIN SOLUTION
    return (total + noise_multiplier * clip * normal) / expected
    ### END SOLUTION


noisy_mean = check.noisy_mean(noisy_mean)

# %% tests="noisy_mean"
assert np.allclose(noisy_mean(np.array([2.0, 0.0]), 3.0, 2.0, 7, 4.0, np.array([0.0, 1.0])), [0.5, 1.5])
assert np.allclose(noisy_mean(np.zeros(1), 1.0, 1.0, 0, 2.0, np.array([-1.0])), -0.5)

# %% [markdown]
# Together they are DP-SGD. Softmax regression on 1,000 small digits: its gradient is (p − y) times the input, as in lesson 06, for each record an outer
# product. Here is the whole training, in NumPy.

# %%
x, y, rng = small.x[:1000], small.y[:1000], np.random.default_rng(0)
own = DPSGD(noise_multiplier=1.0, max_grad_norm=1.0, sample_rate=0.1, steps=60)
weights = np.zeros((65, 10))
inputs, wanted = np.column_stack([x, np.ones(len(x))]), np.eye(10)[y]
for _ in range(own.steps):
    drawn = rng.random(len(x)) < own.sample_rate
    logits = inputs[drawn] @ weights
    p = np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
    gradients = (inputs[drawn][:, :, None] * (p - wanted[drawn])[:, None]).reshape(len(p), 650)
    total, normal = clipped_sum(gradients, own.max_grad_norm), rng.standard_normal(650)
    step = noisy_mean(total, own.max_grad_norm, own.noise_multiplier, len(p), 100.0, normal)
    weights -= step.reshape(65, 10)

# %%
tested = np.column_stack([small.x[1000:], np.ones(len(small) - 1000)])
by_hand = mt.Rate(int((np.argmax(tested @ weights, axis=1) == small.y[1000:]).sum()), len(tested))
print(f"a dozen lines: accuracy {by_hand}, ε = {own.epsilon(1e-5, examples=1000):.2f} at δ = 1e-5")
print(f"the same run counted by RDP: ε = {own.epsilon(1e-5, accountant='rdp'):.2f}")

# %% [markdown]
# Nobody ships a dozen lines. [Opacus](https://opacus.ai) does the same to an ordinary PyTorch training: `make_private` wraps model, optimiser and loader, draws batches by coins and keeps
# the account. If it is not installed, the cell says so and the lesson goes on.


# %%
def with_opacus(steps):
    from opacus import PrivacyEngine
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(0)
    engine, model = PrivacyEngine(), mt.logistic(64, 10).double()
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    loader = DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=100)
    parts = {"module": model, "optimizer": optimiser, "data_loader": loader}
    model, optimiser, loader = engine.make_private(**parts, noise_multiplier=1.0, max_grad_norm=1.0)
    batches = chain.from_iterable(repeat(loader))  # pass after pass, each batch drawn by coins
    for batch, labels in islice(batches, steps):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(batch), labels).backward()
        optimiser.step()
    return model, engine.get_epsilon(1e-5)


# %% tags=["nbval-ignore-output"]
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, their_epsilon = with_opacus(own.steps)
    hit = theirs(torch.tensor(small.x[1000:])).argmax(dim=1).numpy() == small.y[1000:]
    print(f"Opacus: accuracy {mt.Rate(int(hit.sum()), len(hit))}, ε = {their_epsilon:.2f}")
except ImportError:
    print("Opacus is not installed here; pip install opacus brings it. The lesson goes on without.")

# %% [markdown]
# Other coins, other noise, another accountant (Opacus uses PRV, a relative of PLD): ε is {{ f"{their_epsilon:.2f}" }} there and
# {{ f"{own.epsilon(1e-5):.2f}" }} by the package, and the difference is that of two roundings.

# %% [markdown]
# ### 3. The region that no attack can enter
#
# For each false positive rate the largest true positive rate that (ε, δ) allows, from both events: an accusation, and none.


# %% exercise="largest_tpr"
def largest_tpr(fpr, epsilon, delta):
    """True positive rates (rates,), at most 1. fpr: (rates,) from 0 to 1; epsilon, delta: numbers."""
    ### BEGIN SOLUTION
    accusing = np.exp(epsilon) * fpr + delta
    acquitting = 1 - np.exp(-epsilon) * (1 - delta - fpr)
    return np.minimum(np.minimum(accusing, acquitting), 1.0)
    ### END SOLUTION


largest_tpr = check.largest_tpr(largest_tpr)

# %% tests="largest_tpr"
assert np.allclose(largest_tpr(np.array([0.0, 0.2, 0.8]), np.log(2), 0.1), [0.1, 0.5, 0.95])

# %% [markdown]
# A hospital that can bear a precision of one half, for nurses of whom [[1 in 100|definition]] took part, asks: is ε = 8 small enough, and if not, which ε is?
# (Precision as in lesson 02, at the largest TPR.) An attacker chooses how seldom to accuse, so here are three FPRs; and beside the pairs, the whole run of round 4.

# %%
strict = np.array([0.01, 0.001, 0.0001])
highest = {f"pair, ε = {e:g}": largest_tpr(strict, e, 1e-5) for e in (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)}
highest["whole run, ε = 8"] = run_limit(promises[8.0], strict)
worth = {
    name: [mt.precision(float(tpr), float(fpr), 0.01) for tpr, fpr in zip(row, strict, strict=True)]
    for name, row in highest.items()
}
even = {name: mt.precision(float(row[0]), 0.01, 0.5) for name, row in highest.items()}

# %%
print("precision at most   if 1 in 100 took part, at FPR      if half did, at")
print(f"{'':16}", *(f"{mt.percent(fpr, '.2%'):>12}" for fpr in strict), f"{'1.00 %':>16}")
for name, row in worth.items():
    print(f"{name:16}", *(f"{mt.percent(one):>12}" for one in row), f"{mt.percent(even[name]):>16}")

# %% [markdown]
# At [[1 %|definition]] FPR the pair at ε = 8, taken alone, would let {{ f"{worth['pair, ε = 8'][0]:.1%}" }} of the accusations be right. The whole run allows only
# {{ f"{worth['whole run, ε = 8'][0]:.1%}" }} there, and looks small enough. But an attacker who accuses more seldom may be right in {{ f"{worth['whole run, ε = 8'][1]:.1%}" }}, and
# still more seldom in {{ f"{worth['whole run, ε = 8'][2]:.1%}" }}. So ε = 8 is not small enough. ε = 4 is, at all three: {{ f"{max(worth['pair, ε = 4']):.1%}" }} at most, since, but for δ,
# members are accused at most $e^\varepsilon$ times as often as others, however seldom that is.
#
# Where half took part the same ε is another risk: ε = 1 allows {{ f"{even['pair, ε = 1']:.1%}" }} instead of {{ f"{worth['pair, ε = 1'][0]:.1%}" }}. No ε is small by itself.

# %% [markdown]
# ### Stretch: batches that nobody drew
#
# Drawing by coins is slow, so many trainings shuffle once and walk through batches in order, and report the ε of coins. That was published again and again (Chua 2024). Take the plainest such
# training: batches of `batch_size` in a fixed order that the attacker knows, pass after pass, `steps` steps in all. Return μ, sensitivity over noise of all steps together, for the record that
# takes part most often. Noise is in clips, so each part has sensitivity 1; k of them together √k.


# %% exercise="fixed_batches_mu" tags=["stretch"]
def fixed_batches_mu(examples, batch_size, steps, noise_multiplier):
    """A number above 0. A last batch that is not full is a batch too."""
    ### BEGIN SOLUTION
    batches = -(-examples // batch_size)
    takes_part = -(-steps // batches)
    return takes_part**0.5 / noise_multiplier
    ### END SOLUTION


fixed_batches_mu = check.fixed_batches_mu(fixed_batches_mu)

# %%
print("noise   reported, as if by coins   batches in fixed order")
for noise in (0.6, 1.0, 2.0):
    coins = DPSGD(noise, sample_rate=0.1, steps=60).epsilon(1e-5)
    fixed = mechanisms.gaussian_epsilon(fixed_batches_mu(1000, 100, 60, noise), 1e-5)
    print(f"{noise:5} {coins:18.2f} {fixed:24.2f}")

# %% [markdown]
# The same noise, the same batch size, as many steps, and another promise. An order shuffled in secret is no worse than "batches in fixed
# order", and lower bounds show that it can be far above "as if by coins" (Chua 2024). Ask every ε how its batches were drawn.

# %% [markdown] audience="instructor"
# **Exercises (20 minutes).** In exercise 1 nearly everybody first clips the sum or the mean; let them find two batches that differ in one row and whose results differ by 2C. Exercise 2's `drawn` is bait.
# The cell of Opacus needs about three seconds for its import.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `clipped_sum`, *normalised*: ask what becomes of a record that the model knows already. Its short gradient is made
#   as loud as all others, and the model is taught what it knows.
# - `noisy_mean`, *by the drawn*: ask what an attacker learns who sees by which number the sum was divided. Who sees
#   it need not look at any gradient.
# - `largest_tpr`, *one side*: have them mark the corner at the top right of round 1's figure and say which event it
#   is about. "Nobody is accused" is the sentence that is missing.

# %% [markdown] section="surprise"
# ## Surprise
#
# The attacker of the prediction sees every noisy sum, and slips in a record whose gradient points where no other record's does: in the last layer p − y adds up to 0 over the classes, so nobody
# pulls all ten logits up at once. Along that direction a sum holds this record's share, 1 or 0, and noise: a [gradient canary](glossary.md#gradient-canary) (Nasr 2023). It changes no prediction.
#
# The threshold needs no truth. Who knows σ and q, though not how the coins fell, can simulate 20,000 games and take the score that [[1 %|definition]] of the games without the record exceed. Score: the
# likelihood ratio of all shares, which no test beats.

# %%
privacy = promises[8.0]
simulated = mt.Roc.from_scores(strongest(privacy, games=20_000, seed=0))
threshold = simulated.threshold_at(0.01)


def caught(scores, threshold):
    """TPR and FPR at a threshold that was fixed beforehand."""
    return [
        mt.Rate(int((side > threshold).sum()), len(side)) for side in (scores.members, scores.non_members)
    ]


# %%
directions = unused_directions(network)


def watched(privacy, models):
    """What the attacker reads from every noisy sum of so many trainings: each canary's share of it."""
    share = np.zeros((privacy.steps, models, len(directions)))
    canaries = mt.GradientCanaries(10 * directions, mt.coin_flips(models, len(directions), seed=4))

    def watch(step, which, noisy_sums):
        share[step - 1, which] = np.einsum("mp,cp->mc", noisy_sums, directions)

    people = np.tile(member[:1], (models, 1))  # the same training set again and again
    mt.train(network, digits, people, privacy=privacy, canaries=canaries, watch=watch, seed=3)
    return Shares(share, canaries.inserted, privacy)


# %%
shares = watched(privacy, models=36)  # with 33 canaries in each
tpr, fpr = caught(shares.likelihood(), threshold)
print(f"found when it is there:     {tpr}")
print(f"accused when it is not:     {fpr}")
at_measured = float(run_limit(privacy, fpr.value))
print(
    f"the whole run allows:       {mt.percent(limits[8.0])} at 1.0 % FPR, {mt.percent(at_measured)} at {fpr:.1%}"
)

# %% [markdown]
# More than the run allows? No: the threshold was fixed beforehand, for [[1 %|definition]] of simulated games, and in this experiment
# {{ fpr.value:.1%}} of the records that were not there exceeded it. At that rate the run allows {{ at_measured:.1%}}. Both intervals hold what was to be expected,
# [[1 %|definition]] and at most {{ limits[8.0]:.1%}}.


# %%
prediction.reveal(tpr)

# %%
games = [mt.Game.from_ensemble(trained["DP-SGD, ε = 8"], digits, target=target) for target in TARGETS]
by_lira = mt.Scores.pooled([game.judge(lira(game.view, variance="pooled"), name="LiRA") for game in games])
curves = {
    "sees every step": (shares.likelihood(), "black", "-"),
    "LiRA, final model": (by_lira, "#CC79A7", "-."),
}
levels, axes_at_8 = np.geomspace(2e-3, 1, 200), None
for name, (scores, color, ls) in curves.items():
    curve = RocDisplay.from_roc(mt.Roc.from_scores(scores), name=name)
    axes_at_8 = curve.plot(axes_at_8, log=True, smallest=2e-3, color=color, ls=ls).ax_

# %%
region(axes_at_8, 8.0, 1e-5, fpr=levels)
axes_at_8.set_ylim(2e-3, 2)  # so that the pair's line does not lie on the frame
axes_at_8.plot(fpr.value, tpr.value, "D", color="black", ms=8, label="at the attacker's threshold")
axes_at_8.plot(
    levels, run_limit(privacy, levels), color="#009E73", ls="--", lw=2, label="allowed by the whole run"
)
axes_at_8.legend(loc="lower right", fontsize=9)
rates = f"FPR {fpr:.1%}, TPR {tpr:.1%}, where the run allows {mt.percent(at_measured)}"
lira_rate = f"LiRA finds {by_epsilon[1]['adaptive', 'all']:.1%} at 1 % FPR"
words = "the pair's line at 1, below it the run's, which the canary follows, and LiRA near the diagonal"
mt.show(axes_at_8, alt=f"ROC at ε = 8: {words}. At the attacker's threshold: {rates}. {lira_rate}")

# %% [markdown]
# Same training, same promise: LiRA finds {{ by_epsilon[1]["adaptive", "all"].value:.1%}}, this attacker {{ tpr }}, along the line of the whole run. So the bound was not too careful; LiRA, which
# sees the final model only and looks for ordinary records, was too weak to feel it. And whoever took e⁸ for the answer took one pair for the run.
#
# Now the point that was left: ε = ∞, clipped and without noise, where LiRA found as few. The same eyes, on three models:

# %%
total = watched(promises[np.inf], models=3).total()
print(f"without noise, LiRA finds:         {by_epsilon[0]['adaptive', 'all'].words('.1%')}")
tpr_bare, fpr_bare = caught(total, 0.5)
print(f"without noise, every step seen:    {tpr_bare}")
print(f"accused when it is not there:      {fpr_bare}")

# %% [markdown]
# All of them, and nobody wrongly. Two trainings that LiRA cannot tell apart; one keeps a promise and the other none. **A failed attack is no guarantee, and a guarantee is no attack.** Lesson 11 makes
# a method of that: with an attacker like this one you can test whether a claimed ε is kept.
#
# Who sees every step? In federated learning (lesson 06) the server does. A hospital that publishes only the final model is probably better off than its ε says. How much better nobody can prove
# for a network today, so a signature can lean only on the bound.

# %% [markdown] audience="instructor"
# **Surprise (8 minutes).** Return to the two camps of *Predict*. Ask what Hanna may sign now, with which words. A good version names what one record is, ε, δ, how batches were drawn and which accountant was
# used, and says that settings were chosen on other data.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A keyboard app trains its next-word model on 80,000 phones. "Differentially private, ε = 6", says the announcement, "so nobody can learn anything about you". The details, in a footnote: every *sentence*
# is a record, the data are shuffled each night, the accountant assumes coins, and δ is [[0.001|definition]]. Write five sentences to a user who types two hundred sentences a day: what is promised, to whom, and what would have to
# change?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# The promise is about one sentence, and you have written thousands: group privacy multiplies ε by their number, and nothing remains. It should be made for users: a user's whole share clipped, a
# user's coin tossed. The accountant did not count shuffling, so even one sentence's ε is not known to be 6. A δ of a thousandth allows publishing every thousandth sentence outright: of your two hundred a day, about one every five days. And no ε keeps
# anybody from learning what people of your town type; it bounds what *your* taking part adds.
#
# *Rubric, a point each*: sentence or user, group privacy · coins or shuffling · δ against 1/n · population facts are not covered · what to change.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. At which wheel would you yourself answer the question about the pills truthfully? What does the hospital learn
#    from 2,000 people at that wheel?
# 2. The survey comes back every month, with the same nurses. What is *one record* in Hanna's sentence, and who
#    explains it to Tess?
# 3. The learning rate was tried out on the very digits, and no ε here counts that. How would you choose it for
#    patients, so that the signature stays true?

# %% [markdown] section="recap"
# ## Recap
#
# 1. (ε, δ) bounds every attacker's ROC: TPR ≤ e^ε · FPR + δ, and the same with the sides exchanged.
# 2. A mechanism keeps many pairs at once. One pair at ε = 8 excludes next to nothing at [[1 %|definition]] FPR; the whole run allowed {{ limits[8.0]:.1%}}.
# 3. DP-SGD: coins, clip each record, add up, noise of σC, divide by the expected size. ε depends on noise, sample rate and steps; not on the clip.
# 4. PLD and RDP are bounds, PLD the lower; the Gaussian approximation lies below the truth. An ε counted for coins belongs to coins.
# 5. At ε = 8 accuracy was {{ by_epsilon[1]["accuracy"].value:.3f}}, at ½ {{ by_epsilon[3]["accuracy"].value:.3f}}. LiRA found between one and two members in a hundred at both, and without noise; the strongest attacker {{ tpr.value:.1%}} at 8, with {{ fpr.value:.1%}} accused wrongly.

# %% [markdown]
# **You may now claim** "this training keeps (ε, δ) for one record, drawn by coins, counted by PLD; no attacker finds more than so many members at this FPR".
#
# **You may not claim** that nothing can be learnt about a person, that a group or a person with many records has the same ε, that a failed attack shows privacy, or that a small measured leak is
# what ε means.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [clipping](glossary.md#clipping), [composition](glossary.md#composition), [delta](glossary.md#delta), [differential privacy](glossary.md#differential-privacy),
# [DP-SGD](glossary.md#dp-sgd), [epsilon](glossary.md#epsilon), [gradient canary](glossary.md#gradient-canary), [group privacy](glossary.md#group-privacy), [mechanism](glossary.md#mechanism), [neighbours](glossary.md#neighbours),
# [post-processing](glossary.md#post-processing), [privacy accountant](glossary.md#privacy-accountant), [privacy loss](glossary.md#privacy-loss), [randomised response](glossary.md#randomised-response),
# [sensitivity](glossary.md#sensitivity), [subsampling](glossary.md#subsampling)

# %% [markdown]
# **Sources**
#
# - S. Warner, Randomized response, 1965
# - C. Dwork and others, Calibrating noise to sensitivity in private data analysis, 2006 (ε)
# - C. Dwork and others, Our data, ourselves: privacy via distributed noise generation, 2006 (δ)
# - L. Wasserman and S. Zhou, A statistical framework for differential privacy, 2010
# - P. Kairouz, S. Oh and P. Viswanath, The composition theorem for differential privacy, 2015
# - M. Abadi and others, Deep learning with differential privacy, 2016
# - I. Mironov, Rényi differential privacy, 2017
# - B. Balle and Y.-X. Wang, Improving the Gaussian mechanism for differential privacy, 2018
# - A. Koskela, J. Jälkö and A. Honkela, Computing tight differential privacy guarantees using FFT, 2020
# - J. Dong, A. Roth and W. Su, Gaussian differential privacy, 2022
# - F. Tramèr and others, Debugging differential privacy: a case study for privacy auditing, 2022
# - N. Papernot and T. Steinke, Hyperparameter tuning with Rényi differential privacy, 2022
# - M. Nasr and others, Tight auditing of differentially private machine learning, 2023
# - L. Chua and others, How private are DP-SGD implementations?, 2024
# - Handwritten digits of scikit-learn and MNIST-5k; their cards are in `datasets/README.md`
#
# **Next**: [11 Auditing a privacy claim](11_audits.ipynb)

# %%
mt.progress.so_far("10")

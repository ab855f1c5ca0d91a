# %% [markdown] section="card"
# # 09 Defences without a guarantee
#
# After this lesson you can
#
# - **measure** a defence by what it costs in accuracy and whom it still lets be found, with intervals,
# - **adapt** an attack: undo a temperature, send your own models through the same filter, read only the label,
# - **stop** training early without peeking at the test or at the attack,
# - **look** at the most exposed people, where an average looks away.
#
# **Builds on** lesson 04 (LiRA, low false positive rates) and lesson 05 (one letter as evidence). **Time** 60 minutes.
#
# **Data** LendingClub, real loans with the grade that the lender gave; MNIST-5k, handwritten digits in 64 principal
# components, some of them mislabelled on purpose.
#
# **Threat model** Somebody who holds records and their labels, asks the model once about each, trains models of the same
# make, and knows which defence is in use.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** Round 3 trains in three cells and distils in a fourth, round 4 on digits once
# more: some seconds each, to be used for talking.
#
# **What goes wrong in thinking.** A mask is taken for forgetting. The attacker is thought to need the filter's code,
# where two decimals in every answer tell it. Points of unequal accuracy are compared, so that every defence looks
# good. And a canary is taken for a typical person; it is nearly the worst case.

# %%
from functools import partial

import numpy as np
from matplotlib.figure import Figure

import mia_teach as mt
from mia_teach import defences
from mia_teach.attacks import sides, threshold
from mia_teach.attacks.lira import lira
from mia_teach.exercises import defences as check
from mia_teach.labs.defence_frontier import DefenceFrontier, FrontierGrid, Setting, attacked, found
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import InOutDisplay, IntervalDisplay, in_percent, style

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("09")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 05 the lender hid all probabilities. Which single question still found people, and which people?
# 2. In lesson 04, what does LiRA compare a record's answer with?
#
# <details><summary>Answers</summary>
#
# 1. The application itself, asked once: a right letter, weighed by how seldom models that never saw the loan get it right.
#    It found those whom such models get wrong, people with rare grades.
# 2. With the answers of models that trained on this record, and of models that never saw it: its own past, not a threshold
#    for all.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Hanna is invented, her week is not. She answers for data protection at the lender whose model gave Ines away in lesson 05.
# On Monday a supplier shows her a *privacy filter*: it rounds every probability before it leaves the house. The slide says
# "members found by the attack: none".
#
# On Tuesday her own engineers offer a gentler training, which makes the model *better* and the attack blind. On Wednesday
# a researcher writes that such numbers usually come from the wrong attack, averaged over the wrong people.
#
# On Friday Hanna must sign one sentence: "Our applicants are protected." If she is wrong, somebody like Ines will read it
# after she has been found. What should she ask for until then?

# %% [markdown] section="predict"
# ## Predict
#
# One gentle training is [label smoothing](glossary.md#label-smoothing). A model is usually told: this digit is a two, with certainty. With smoothing of
# [[0.1|definition]] it is told: mostly a two, and keep a tenth of your belief for all the classes together. Nobody is
# taught to be entirely sure any more, and the sureness of members is what attacks feed on.

# %% [markdown]
# You will see digits on which smoothing makes the model more accurate. The [loss](glossary.md#loss) attack, which at
# [[1 %|definition]] false positives did little better than guessing before, then finds hardly anybody.
#
# An adversary with shadow models knows of the smoothing and trains them in the same way. Commit your number before you
# run anything else; the answer comes in *Surprise*, over eight targets.

# %%
prediction = Prediction(
    "Without smoothing, LiRA with shadow models finds about 15 % of this model's members at 1 % false positives. "
    "Which share does it find when target and shadows are trained with label smoothing?",
    lesson="09",
    name="smoothing_tpr_at_1_percent",
    unit="%",
    low=0,
    high=100,
    tolerance=4,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "Nobody is taught to be sure any more. The attacker knows it, and trains shadow models in
# the same way. Is more found than before, or less?" Nearly all answers lie below 15, "since members are less sure". Ask for the reason and write it
# down; it describes what smoothing does to one side of the comparison only.
#
# **Timing of the whole lesson.** Card to predict 9, build 25, lab 7, exercises 12, surprise to recap 7. In 50 minutes:
# leave out round 2, exercise 1 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: the filter
#
# Hanna's model learnt 1,000 loans by heart. So do twelve models here (smaller ones, with fewer shadows than in lesson 05, so the
# numbers differ), in a [balanced design](glossary.md#balanced-design)
# over 2,000 loans: six pairs, the first of each pair plays the target, its partner stays out, and the other ten are the
# [shadow models](glossary.md#shadow-model). 3,000 more loans that nobody trains on measure what a model is good for.
# Earlier epochs are kept for later.

# %%
loans = mt.load_lending_club()
loans = loans[np.random.default_rng(0).permutation(len(loans))]
records, strangers = loans[:2000], loans[2000:5000]
member = mt.balanced_shadows(12, 2000, seed=0)
network = mt.mlp(114, 48, 7)
recipe = {"epochs": 40, "batch_size": 100, "learning_rate": 8e-3, "seed": 1}
EPOCHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30)

models = mt.train(network, records, member, snapshots=EPOCHS, **recipe)
answers, elsewhere = models.logits(records.x), models.logits(strangers.x)
print("right on its own loans:", mt.percent(mt.signals.correct(answers, records.y)[member].mean()))
print("right on new loans:    ", mt.percent(mt.signals.correct(elsewhere, strangers.y).mean()))

# %% [markdown]
# Always naming the commonest of the seven grades would be right for
# {{ np.bincount(strangers.y).max() / len(strangers.y):.1%}}. A poor model with a nearly perfect memory: what an attacker
# hopes for. Now the filter. One applicant's answer, as the model computes it and as the filter lets it out:

# %%
filtered = partial(defences.rounded, digits=2)
print("grade         ", *(f"{grade:>9}" for grade in records.class_names))
p = np.exp(answers[0, 0] - np.logaddexp.reduce(answers[0, 0]))
read = np.exp(filtered(answers[0, :1]))[0]
for name, values in {"computed": p, "let out": p.round(2), "read": read}.items():
    print(f"{name:14}", *(f"{one:9.6f}" for one in values))

# %% [markdown]
# (The last row is what an attack computes with. Where the filter shows a zero no logarithm would be finite. Nobody takes
# it for impossible: it is anything below half a hundredth, and is read as the middle of that.)
#
# The supplier's test is the loss attack, threshold for all, with and without the filter. As in all that follows: the share
# of members found at [[1 %|definition]] FPR, one threshold for all targets, the interval over the six of them.


# %%
TARGETS = range(0, 12, 2)


def judged(attack, logits, name):
    """The scores of an attack on every target, with shadow models that answer as the target does."""
    games = [mt.Game(logits, records.y, member, target=target) for target in TARGETS]
    return [one.judge(attack(one.view), name=name) for one in games]


def tpr(parts, group=None):
    """Share of the members found at 1 % FPR, one threshold for all targets; mean over them, 95 % interval."""
    everybody = np.ones((len(parts), len(parts[0].score)), bool)
    return mt.Interval.from_values(found(parts, everybody if group is None else group), within=(0, 1))


# %%
before = judged(threshold.label_log_odds, answers, "loss, no filter")
after = judged(threshold.label_log_odds, filtered(answers), "loss, filtered")
for parts in (before, after):
    print(f"{parts[0].name:16} {tpr(parts).words('.1%')}")
print(mt.Roc.from_scores(after[0]).tpr_at(0.01))

# %% [markdown]
# The slide was honest. Nobody is found. Read the last line, though: the zero is a *tie*, as with the gap attack of
# lesson 05. Everybody whose grade is shown as certain has the same highest score, non-members among them, and no threshold
# lies between them.

# %% [markdown]
# A threshold for all was a weak attack before the filter came, hardly better than accusing every hundredth at random. Try
# LiRA. (From lesson 04: for each record it fits two normal curves, or *bells*, to the log-odds in shadow models that
# trained on it and in those that never saw it, and asks which of the two the target's answer fits better. Ten shadows are
# too few for a width of each record's own, so all records share one width per side: the [pooled deviation](glossary.md#pooled-deviation).)

# %% [markdown]
# First by somebody who does not know of the filter and compares a rounded answer with unrounded ones of shadow
# models; then by somebody who knows, and sends *their* answers through the same filter. Whoever adjusts to the defence is
# called [adaptive](glossary.md#adaptive-attack).


# %%
def adaptive(view):
    return lira(view, variance="pooled")


def unaware(logits):
    """LiRA on a filtered target by somebody whose own models answer without the filter."""
    games = [mt.Game(answers, records.y, member, target=target) for target in TARGETS]
    masked = [defences.defended(one, filtered, shadows=False) for one in games]
    return [one.judge(adaptive(one.view), name="LiRA, unaware of the filter") for one in masked]


plain = judged(adaptive, answers, "LiRA, no filter")
aware = judged(adaptive, filtered(answers), "LiRA, the same filter")
for parts in (plain, unaware(answers), aware):
    print(f"{parts[0].name:28} {tpr(parts).words('.1%')}")


# %%
def paired(after, before):
    """After minus before in each target, in percentage points: mean, 95 % interval."""
    everybody = np.ones((len(after), len(after[0].score)), bool)
    return mt.Interval.from_values(100 * (found(after, everybody) - found(before, everybody)))


print(f"the same filter minus no filter, target by target: {paired(aware, plain).words('.1f')} points")

# %% [markdown]
# So much for the slide: {{ tpr(aware):.1%}} of the members are found *through* the filter, {{ tpr(plain):.1%}} without it.
# A better attack was all it took; knowing of the filter added little. Target by target LiRA even finds
# {{ f"{paired(aware, plain).value:.1f}" }} points *more* with the filter. How can rounding help an attacker, when it only
# throws away?
#
# It can't help an ideal one: whoever has all digits can round them too, and so does at least as well. LiRA is not
# ideal. It takes the log-odds for normally distributed, and their far tails are not. Rounding cuts those tails off, where
# all is shown as 0 or 1. How far apart are a loan's two bells, and how wide?


# %%
def bells(logits, labels, held):
    """Mean distance between a record's two bells, and the pooled deviations of both sides."""
    phi, both = mt.signals.label_log_odds(logits, labels), (held, ~held)
    middles = [sides.mean(phi, side) for side in both]
    wide = [sides.pooled_deviation(phi, side, at) for side, at in zip(both, middles, strict=True)]
    return (middles[0] - middles[1]).mean(), *wide


print("over all twelve models:   distance   deviation: trained on it   never saw it")
for name, logits in {"no filter": answers, "filtered": filtered(answers)}.items():
    print("{:22} {:11.2f} {:26.2f} {:14.2f}".format(name, *bells(logits, records.y, member)))

# %% [markdown]
# Through the filter a loan's bells stand a little nearer to each other and are far narrower, above all that of the models
# that trained on it. So they overlap less, and the curves that LiRA draws tell the two apart a little better. The filter
# has not added a leak; it has done some of the attacker's tidying.

# %% [markdown] audience="instructor"
# **Round 1 (7 minutes).** Let the group find the tie themselves: show the supplier's two lines, ask what they would sign,
# then show the note. Ask what the filter *costs* (the table of round 2 says it). Slip to listen for: "but the attacker
# needs the filter's code". Two decimals will do, and they stand in every answer.

# %% [markdown]
# ### Round 2: four masks, three attackers
#
# Other masks were proposed with the first attacks (Shokri 2017): show only the likeliest classes, or raise the
# [temperature](glossary.md#temperature): divide the logits by T, so that all answers become softer. MemGuard (Jia 2019)
# adds noise that fools an attack and never changes the label; `noisy` has its idea without its search for the best noise.
#
# Before you run on: one of the four can be undone *exactly*. Which?

# %%
masks = {
    "no mask": lambda logits: logits,
    "2 decimals": filtered,
    "1 decimal": partial(defences.rounded, digits=1),
    "top 1 of 7": partial(defences.top_k, k=1),
    "temperature 5": partial(defences.temperature, t=5.0),
    "noise 3": partial(defences.noisy, scale=3.0, seed=0),
}


def accuracy(logits):
    """Each target's share of right answers on new loans."""
    return mt.signals.correct(logits, strangers.y).mean(axis=1)[list(TARGETS)]


# %% [markdown]
# The third attacker ignores all numbers and reads the first class: right or wrong, once, times how seldom those shadow models
# get this loan right that never saw it. That is the score of lesson 05's *Surprise*, and shadow models wear no mask.


# %%
def one_letter(logits):
    """Right or wrong by what is shown, times 1 − p by unmasked models that never saw the loan."""
    usual = [mt.Game(answers, records.y, member, target=t).view for t in TARGETS]
    p = [sides.mean(mt.signals.label_probability(v.shadow_logits, v.labels), ~v.shadow_member) for v in usual]
    score = mt.signals.correct(logits, records.y)[list(TARGETS)] * (1 - np.array(p))
    return [mt.Scores(one, member[t], "one letter") for one, t in zip(score, TARGETS, strict=True)]


by_mask = {}
for name, mask in masks.items():
    shown = mask(answers)
    by_mask[name] = {
        "loss": judged(threshold.label_log_odds, shown, name),
        "LiRA, same mask": judged(adaptive, shown, name),
        "one letter": one_letter(shown),
    }

# %%
print(f"{'':14} accuracy", "", *(f"{attacker:24}" for attacker in by_mask["no mask"]))
for name, attacks in by_mask.items():
    rates = [f"{tpr(parts).words('.1%'):24}" for parts in attacks.values()]
    print(f"{name:14} {accuracy(masks[name](elsewhere)).mean():8.3f}", "", *rates)

# %% [markdown]
# Read it row by row, and take the *largest* number of each row: an attacker may choose. Noise brings LiRA down to
# {{ tpr(by_mask["noise 3"]["LiRA, same mask"]):.1%}}, but one letter stands where it stood, at
# {{ tpr(by_mask["noise 3"]["one letter"]):.1%}}, as it must with every mask that leaves the label alone. That is the floor
# under this kind of defence. (One decimal does not leave it alone: classes tie at the top, and it is the only mask here
# that costs accuracy to speak of.)
#
# The temperature's row looks as if it helped a little. It does not: whoever reads logarithms of probabilities can multiply
# them by T again. (How, if only probabilities are shown, is exercise 2.)

# %%
undone = judged(adaptive, 5.0 * masks["temperature 5"](answers), "temperature 5, undone")
same = all(np.allclose(one.score, other.score) for one, other in zip(plain, undone, strict=True))
print(f"temperature 5, undone: {tpr(undone).words('.1%')}; the scores of no mask at all: {same}")

# %% [markdown]
# And the noise? Here each record has *its* noise, the same whenever it is asked about, as MemGuard demands. A lender who
# draws new noise for every answer has a hole: whoever asks often takes the mean.


# %%
def asked(times):
    """The mean of so many answers, each with new noise."""
    return np.mean([defences.noisy(answers, scale=3.0, seed=seed) for seed in range(times)], axis=0)


for times in (1, 5, 20):
    print(f"asked {times:2} times: {tpr(judged(adaptive, asked(times), 'mean')).words('.1%')}")

# %% [markdown]
# A mask changes what is seen of the memory. It does not change the memory.

# %% [markdown] audience="instructor"
# **Round 2 (6 minutes).** Before the table ask each pair for one attack on one mask. The row of *top 1* invites a
# misreading: LiRA gets weaker there, since the hidden classes are a guess, and one letter does not. Ask: *which mask would
# stop one letter?* (Wrong labels, which cost accuracy.)

# %% [markdown]
# ### Round 3: train otherwise
#
# What changes the memory is training. The cheapest such defence is to stop, [early stopping](glossary.md#early-stopping): here is the same training, seen after each of
# the epochs that were kept, with the accuracy on new loans and what the adaptive attacker finds. (The shadows stop at the
# same epoch.) Say where you would stop before you look.

# %%
STEPS = (*EPOCHS, 40)
early = {epoch: models.at_epoch(epoch) for epoch in STEPS}
right_at = {epoch: accuracy(one.logits(strangers.x)) for epoch, one in early.items()}
found_at = {epoch: judged(adaptive, one.logits(records.x), "LiRA") for epoch, one in early.items()}
with style():
    figure = Figure(figsize=(10, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2)
right_line = [mt.Interval.from_values(right_at[e]) for e in STEPS]
IntervalDisplay(STEPS, right_line).plot(left, color="black")
IntervalDisplay(STEPS, [tpr(found_at[e]) for e in STEPS]).plot(right, color="#CC79A7", marker="s", ls="-.")
left.set(xlabel="epochs", ylabel="accuracy on new loans")
right.set(xlabel="epochs", ylabel="TPR at 1 % FPR (share of members)", ylim=(0, None))
in_percent(right.yaxis)
best = max(STEPS, key=lambda e: right_at[e].mean())
told = f"Accuracy is highest at epoch {best} and falls; the share found rises to {tpr(found_at[40]):.1%}"
mt.show(figure, alt=told)

# %% [markdown]
# After epoch {{ best }} the model is at its best, {{ f"{right_at[best].mean():.3f}" }} instead of
# {{ f"{right_at[40].mean():.3f}" }}, and the attacker finds {{ tpr(found_at[best]):.1%}} instead of
# {{ tpr(found_at[40]):.1%}}. Up to there privacy is not paid for; it comes with good practice. From there to the left it
# is: every epoch less costs accuracy and protects more.
#
# That is the yardstick. Whoever sells a defence has to beat an early stop *at the same accuracy*. (The epoch was picked
# here on the very loans that the figure shows. Exercise 1 does it cleanly.)
#
# Now the other arguments of `train`, each in three strengths: weight decay, dropout, label smoothing.


# %%
def setting(name, trained):
    """What the panel below needs of models: answers to the loans, accuracy on new ones."""
    right = mt.signals.correct(trained.logits(strangers.x), strangers.y).mean(axis=1)
    return Setting(name, trained.logits(records.x), right)


def trained_with(argument, strengths):
    return [
        setting(f"{value}", mt.train(network, records, member, **{argument: value}, **recipe))
        for value in strengths
    ]


none = setting("none", models)
training = {"early stopping": [setting(f"after epoch {e}", early[e]) for e in (10, 4, 2)]}
training["weight decay"] = trained_with("weight_decay", (0.3, 1.0, 3.0))

# %%
training["dropout"] = trained_with("dropout", (0.3, 0.5, 0.8))

# %%
training["label smoothing"] = trained_with("label_smoothing", (0.1, 0.3, 0.6))

# %% [markdown]
# One more idea changes who teaches whom. In [distillation](glossary.md#distillation) a *teacher* learns from half of the
# loans. A *student* learns from the other half, with the teacher's probabilities in place of the grades (Shejwalkar &
# Houmansadr 2021, after Hinton 2015). Only the student answers the public. It never saw the teacher's loans, nor the grade
# of any loan.

# %%
first, second = defences.halves(member, seed=0)
students = defences.distil(network, records, first, second, snapshots=(5, 10), **recipe)
training["distillation"] = [setting(f"student's epoch {e}", students.at_epoch(e)) for e in (40, 10, 5)]

# %%
trained = FrontierGrid.measure(none, training, records.y, member, targets=TARGETS)


def row(defence, strength, name):
    """Accuracy, then what the loss and the adaptive attacker find."""
    cells = [trained.interval(defence, strength).words()]
    cells += [trained.interval(defence, strength, attacker=one).words(".1%") for one in ("loss", "adaptive")]
    print(f"{defence:16} {name:20} {cells[0]:24} {cells[1]:24} {cells[2]}")


print(f"{'':37} {'accuracy':24} {'loss':24} adaptive")
for defence, names in trained.strengths.items():
    for strength, name in enumerate(names):
        if strength or defence == "early stopping":
            row(defence, strength, name)

# %%
looks = dict(zip(trained.strengths, ("black", "#0072B2", "#009E73", "#D55E00", "#CC79A7"), strict=True))
with style():
    picture = Figure(figsize=(7.6, 5), layout="constrained")
    plane = picture.subplots()
for (defence, color), marker in zip(looks.items(), "os^DX", strict=True):
    points = [trained.interval(defence, s, attacker="adaptive") for s in range(4)]
    where = [trained.interval(defence, s).value for s in range(4)]
    IntervalDisplay(where, points, name=defence).plot(plane, color=color, marker=marker, alpha=0.85)

# %%
for defence, strength in ((d, s) for d in looks for s in (1, 2, 3)):
    y = trained.interval(defence, strength, attacker="adaptive").value
    name = trained.strengths[defence][strength].split()[-1]
    offset = (-14 if strength == 2 else 6, -13 if (defence, strength) == ("distillation", 3) else 5)
    spot = trained.interval(defence, strength).value, y
    plane.annotate(name, spot, offset, textcoords="offset points", color=looks[defence])
plane.set(xlabel="accuracy on new loans", ylabel="TPR at 1 % FPR, adaptive attacker", ylim=(-0.01, None))
in_percent(plane.yaxis)
plane.legend(loc="upper right")

start = trained.interval("dropout", 0, attacker="adaptive")
said = ", ".join(f"{d} {trained.interval(d, 3, attacker='adaptive'):.1%}" for d in trained.strengths)
mt.show(picture, alt=f"Accuracy against leak; every line begins at {start:.1%}. At the strongest: {said}")

# %% [markdown]
# (A number at a point is its strength: the epoch, the weight of the decay, the share dropped or smoothed.)
#
# An early stop, strong weight decay and strong dropout end near each other: more accurate than the undefended model, and
# with less than half of its leak. What they share is that the model no longer fits its members to the end.

# %% [markdown]
# Now the yardstick. After epoch 4 the accuracy is {{ f"{trained.interval('early stopping', 2).value:.3f}" }} and
# {{ trained.interval("early stopping", 2, attacker="adaptive"):.1%}} are found; with weight decay [[3.0|definition]]
# {{ f"{trained.interval('weight decay', 3).value:.3f}" }} and
# {{ trained.interval("weight decay", 3, attacker="adaptive"):.1%}}; with dropout [[0.8|definition]]
# {{ f"{trained.interval('dropout', 3).value:.3f}" }} and {{ trained.interval("dropout", 3, attacker="adaptive"):.1%}}. The
# accuracies' intervals overlap widely. Neither beats the stop, which costs nothing and saves time.
#
# At *no* strength here did weight decay or dropout cost accuracy. But in a small dose they are no defence: with weight
# decay [[0.3|definition]] {{ trained.interval("weight decay", 1, attacker="adaptive"):.1%}} are found.

# %% [markdown]
# Distillation leaks {{ trained.interval("distillation", 1, attacker="adaptive"):.1%}} with an accuracy of
# {{ f"{trained.interval('distillation', 1).value:.3f}" }}; it pays with half of the loans for the teacher and half for the
# student. Its yardstick: plain training, stopped after epoch 2, has an accuracy of {{ f"{right_at[2].mean():.3f}" }}
# and leaks {{ tpr(found_at[2]):.1%}}.
#
# And label smoothing: the loss, near guessing anyway, finds next to nobody; of all records the adaptive attacker finds
# no fewer than without; and on these loans it costs accuracy as well. Keep it in mind for *Surprise*.

# %% [markdown] audience="instructor"
# **Round 3 (7 minutes).** The three training cells run a few seconds each; use them for the question *what does each of
# them change in the network?* Then let pairs argue which two points of the figure can be compared at all. (Those one above
# the other.)

# %% [markdown]
# ### Round 4: whom does the average speak of?
#
# All shares so far are of *all* members. Aerni and others (2024) repeated the evaluations of five published defences and
# asked about the most exposed records instead. They stand in for them with [canaries](glossary.md#canary): records with a
# wrong label, which a model can only learn by heart.
#
# Digits, where accuracy is high and a leak is easily overlooked. Among 2,000 of them 100 get a wrong label; 18 models
# learn half of them each, eight are attacked. A further set of 1,500 digits validates, and 1,500 more test.

# %%
images = mt.principal_components(mt.load_mnist_5k(), 64)
canary = np.zeros(2000, bool)
canary[np.random.default_rng(1).permutation(2000)[:100]] = True
digits = mt.mislabelled(images[:2000], canary, seed=2)
validation, test = images[2000:3500], images[3500:]
held = mt.balanced_shadows(18, 2000, seed=0)
small = mt.mlp(64, 64, 10)
on_digits = {"epochs": 40, "batch_size": 100, "learning_rate": 8e-3, "seed": 1}
readers = mt.train(small, digits, held, snapshots=EPOCHS, **on_digits)

# %%
split = defences.halves(held, seed=0)
pupils = defences.distil(small, digits, *split, **on_digits)
DIGIT_TARGETS = range(0, 16, 2)


def on_validation(trained):
    return mt.signals.correct(trained.logits(validation.x), validation.y).mean()


best = max(EPOCHS, key=lambda e: on_validation(readers.at_epoch(e)))
trainings = {
    "to the end": readers,
    f"stopped after {best}": readers.at_epoch(best),
    "stopped after 2": readers.at_epoch(2),
    "distilled": pupils,
}


# %%
def attacks_on(trained):
    """The scores of the three attackers on eight targets, and their accuracy on test digits."""
    one = Setting(
        "", trained.logits(digits.x), mt.signals.correct(trained.logits(test.x), test.y).mean(axis=1)
    )
    each = [attacked(one, digits.y, held, t) for t in DIGIT_TARGETS]
    parts = {
        name: [mt.Scores(a[name], held[t], name) for a, t in zip(each, DIGIT_TARGETS, strict=True)]
        for name in ("loss", "adaptive")
    }
    return parts, mt.Interval.from_values(one.accuracy[list(DIGIT_TARGETS)])


only = np.tile(canary, (len(DIGIT_TARGETS), 1))
results = {name: attacks_on(trained) for name, trained in trainings.items()}

# %%
print(f"{'':18} accuracy   loss: AUC  {'LiRA: all':24} LiRA: canaries")
for name, (parts, useful) in results.items():
    auc = np.mean([mt.Roc.from_scores(one).auc for one in parts["loss"]])
    everybody, few = tpr(parts["adaptive"]), tpr(parts["adaptive"], only)
    print(f"{name:18} {useful.value:8.3f} {auc:11.3f}  {everybody.words('.1%'):24} {few.words('.1%')}")

# %% [markdown]
# Read the second row as a report would print it. Accuracy up; AUC of the loss attack
# {{ f"{np.mean([mt.Roc.from_scores(one).auc for one in results[f'stopped after {best}'][0]['loss']]):.3f}" }}, hardly
# better than a coin. LiRA finds {{ tpr(results[f"stopped after {best}"][0]["adaptive"]):.1%}} of all. A good day for
# privacy.

# %% [markdown]
# The last column says that of the people with odd records
# {{ tpr(results[f"stopped after {best}"][0]["adaptive"], only):.1%}} are found, at false alarms counted among *such*
# records. It is the best epoch for the average digit, and by then most of the odd ones are learnt by heart.
#
# Distillation does far better for them, {{ tpr(results["distilled"][0]["adaptive"], only):.1%}}, at a price in accuracy.
# But hold it against its neighbour in the table: plain training, stopped far too early, is as useful, and leaves
# {{ tpr(results["stopped after 2"][0]["adaptive"], only):.1%}} of them to be found.
#
# Canaries are no real people. They stand for those whom a model can only learn by heart, like Ines with her E.

# %% [markdown] audience="instructor"
# **Round 4 (5 minutes).** Ask who would be the canaries in a hospital. (Rare diagnoses, wrong codes, one of a kind.) In
# fairness: a wrong label is harder than most real oddities, so canaries show nearly the worst, not the typical exposed
# person.

# %% [markdown] section="lab"
# ## Lab: defence frontier
#
# All defences of this lesson on one plane: to the right is useful, down is private. First the masks, in three strengths
# each, join the trainings of round 3. An adaptive reader undoes the temperature.


# %%
def masked(name, mask, undo=None):
    """The undefended models behind a mask; what they say before it is what an adversary has of the shadows."""
    shown, right = mask(answers), mt.signals.correct(mask(elsewhere), strangers.y).mean(axis=1)
    return Setting(name, shown, right, read=None if undo is None else undo * shown, own=answers)


output = {
    "rounding": [
        masked("1 decimal" if d == 1 else f"{d} decimals", partial(defences.rounded, digits=d))
        for d in (3, 2, 1)
    ],
    "top classes": [masked(f"the top {k}", partial(defences.top_k, k=k)) for k in (5, 3, 1)],
    "temperature": [masked(f"T = {t}", partial(defences.temperature, t=t), undo=t) for t in (2, 5, 20)],
    "noise": [masked(f"deviation {s}", partial(defences.noisy, scale=s, seed=0)) for s in (1, 3, 10)],
}
grid = FrontierGrid.measure(none, training | output, records.y, member, targets=TARGETS)

# %% [markdown]
# Choose a defence and its strength, then change the attacker, and watch who moves. *The most exposed* are each target's
# tenth of loans whose log-odds training moves most, judged by the *other* models, with a threshold on their own
# non-members. The panel opens on the adaptive attacker; the loss lies flat on the floor. It names three goals and ticks what
# you have met.

# %%
lab = DefenceFrontier(grid, lesson="09")
lab

# %% [markdown]
# The next cell reads what you left in the panel and writes the sentence that Hanna could sign.

# %%
v = lab.values()
name = grid.strengths[lab.defence][lab.strength]
training_or_mask = f"With {lab.defence} ({name})" if lab.strength else "Without a defence"
print(f"{training_or_mask} our grades for new loans are right in {mt.percent(v['accuracy'])} of all cases.")
worst = max(("loss", "adaptive", "label"), key=lambda one: v[one])
whom = "the most exposed tenth" if lab.group == "exposed" else "all"
print(f"Of {whom}, the strongest of three attackers ({worst}) finds {mt.percent(v[worst])} at 1 % FPR.")

# %% [markdown]
# Now the same numbers for all and for the exposed tenth, each against no defence in the same targets, in percentage points:

# %%
compared = {"rounding": (2,), "label smoothing": (1,), "weight decay": (1, 3), "early stopping": (2,)}
change = {}
print(f"{'adaptive attacker':30} {'all':7} {'change':22} {'exposed':7} change")
for defence, strength in ((d, s) for d, some in compared.items() for s in some):
    leaked = grid.leak[list(grid.strengths).index(defence), :, 1]  # strengths, groups, targets
    change[defence, strength] = [
        mt.Interval.from_values(100 * (leaked[strength] - leaked[0])[g]) for g in (0, 1)
    ]
    cells = zip(leaked[strength].mean(axis=1), change[defence, strength], strict=True)
    told = [f"{mt.percent(rate):7} {points.words('+.1f'):22}" for rate, points in cells]
    print(f"{defence + ', ' + grid.strengths[defence][strength]:30}", *told)

# %% [markdown]
# All and exposed can part ways, in both directions. With two decimals LiRA finds
# {{ f"{change['rounding', 2][0].value:+.1f}" }} points of all and {{ f"{change['rounding', 2][1].value:+.1f}" }} of the
# exposed; with smoothing {{ f"{change['label smoothing', 1][0].value:+.1f}" }} and
# {{ f"{change['label smoothing', 1][1].value:+.1f}" }}. So what rounds 1 and 3 said of them holds for *all records*: there
# the leak grew a little, and for the exposed tenth it shrank. (It did not vanish: behind two decimals one letter still
# finds {{ grid.interval("rounding", 2, attacker="label", group="exposed"):.1%}} of them.) With weight decay
# [[0.3|definition]] the exposed pay more than the others: {{ f"{change['weight decay', 1][1].value:+.1f}" }} points, to
# {{ grid.interval("weight decay", 1, attacker="adaptive", group="exposed"):.1%}}.

# %% [markdown]
# Even the yardstick is one for all. At about the same accuracy, weight decay [[3.0|definition]] leaves
# {{ grid.interval("weight decay", 3, attacker="adaptive", group="exposed").words(".1%") }} of the exposed to be found, and
# the stop after epoch 4 {{ grid.interval("early stopping", 2, attacker="adaptive", group="exposed").words(".1%") }}: if
# anything more. Hanna must ask for both columns.

# %% [markdown] audience="instructor"
# **Lab (7 minutes).** No mask meets goal 1: one letter passes every one of them. Goal 2 has two families of solutions,
# rounding and smoothing; ask what they have in common. Let
# somebody follow the temperature with the adaptive attacker: the point does not move. For goal 3 ask what it costs.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. When to stop
#
# Round 3 looked at accuracy on new loans and at the attack, and then named an epoch. Whoever stops by those numbers may
# not report them. Write the honest rule: keep the best epoch so far by *validation*; as soon as `patience` epochs in a row
# have not beaten it, stop, and return it. Epochs count from 1. (An equal one has not beaten it.)


# %% exercise="stopping_epoch"
def stopping_epoch(validation, test, attack, patience) -> int:
    """The epoch to keep. validation, test: accuracies; attack: its TPR, all (epochs,); patience: ≥ 1."""
    ### BEGIN SOLUTION
    best = 0
    for epoch in range(len(validation)):
        if validation[epoch] > validation[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best + 1
    ### END SOLUTION


stopping_epoch = check.stopping_epoch(stopping_epoch)

# %% tests="stopping_epoch"
_curve = np.array([0.1, 0.3, 0.2, 0.4, 0.4, 0.3, 0.9])
assert stopping_epoch(_curve, _curve[::-1], 0 * _curve, 2) == 4
assert stopping_epoch(_curve, _curve[::-1], 0 * _curve, 1) == 2

# %% [markdown]
# Does peeking matter? Make each of the twelve models a lender of its own (the loss attack needs no shadows). Each has 150
# loans to validate with and looks at the first eight epochs. The honest one stops by your rule, with a patience of 2. The
# other wants a good report, and keeps the epoch at which the loss attack on *this one* model happens to find least.

# %%
LENDERS = range(12)
shown = [models.at_epoch(e) for e in range(1, 9)]
right = np.array([mt.signals.correct(one.logits(strangers.x), strangers.y) for one in shown])
by_150, by_rest = right[..., :150].mean(axis=2), right[..., 150:].mean(axis=2)
losses = [mt.signals.label_log_odds(one.logits(records.x), records.y) for one in shown]
leak = np.array(
    [[mt.Roc.from_scores(mt.Scores(phi[k], member[k])).tpr_at(0.01).value for k in LENDERS] for phi in losses]
)
honest = [stopping_epoch(by_150[:, k], by_rest[:, k], leak[:, k], 2) - 1 for k in LENDERS]
peeking = leak.argmin(axis=0)

# %%
reports = {}
for who, at in {"honest": honest, "peeking": peeking}.items():
    own, useful = leak[at, LENDERS], mt.Interval.from_values(by_rest[at, LENDERS])
    others = (leak[at].sum(axis=1) - own) / 11
    reports[who] = useful, *(mt.Interval.from_values(100 * one) for one in (own, others, others - own))
    print(f"{who:8} stops after {[int(e) + 1 for e in at]}: accuracy {useful.words()}")
    for name, one in zip(("reports", "elsewhere", "difference"), reports[who][1:], strict=True):
        print(f"{'':8} {name:10} {one.words('.2f')} % found")

# %% [markdown]
# *Elsewhere* is what the same epochs leak in the eleven models that did not choose them. The peeking lender
# reports {{ f"{reports['peeking'][1].value:.2f}" }} %, less than the honest one. Elsewhere the same epochs leak
# {{ f"{reports['peeking'][2].value:.2f}" }} %, the honest one's {{ f"{reports['honest'][2].value:.2f}" }} %: what was gained
# was luck of one model, by a difference whose interval leaves out zero. It was paid for in accuracy, too. The honest report is off by
# {{ f"{reports['honest'][3].value:.2f}" }} points, which may be nothing. (All of this lies near the [[1 %|definition]] of
# guessing, and the twelve share loans, so their intervals are somewhat too narrow.) A number that has chosen can no
# longer judge. Measure the attack once, on the model that validation chose.

# %% [markdown]
# ### 2. Behind a temperature
#
# An interface shows *probabilities*, $\mathrm{softmax}(z/T)$, and T is known. (A fresh look at the documents, or a fit on
# one's own models.) Return the log-odds of the true class as the model has them at T = 1.
# `np.logaddexp.reduce(values, axis=1)` is $\log\sum_k e^{z_k}$.


# %% exercise="log_odds_behind"
def log_odds_behind(shown, labels, t):
    """Log-odds (examples,). shown: probabilities (examples, classes); labels: integers (examples,); t: a number."""
    ### BEGIN SOLUTION
    z = t * np.log(shown)
    is_label = np.arange(z.shape[1]) == labels[:, None]
    return z[is_label] - np.logaddexp.reduce(np.where(is_label, -np.inf, z), axis=1)
    ### END SOLUTION


log_odds_behind = check.log_odds_behind(log_odds_behind)

# %% tests="log_odds_behind"
_z = 3 * np.random.default_rng(0).normal(size=(9, 4))
_p = np.exp(_z / 4) / np.exp(_z / 4).sum(axis=1, keepdims=True)
assert np.allclose(
    log_odds_behind(_p, np.arange(9) % 4, 4.0), mt.signals.label_log_odds(_z, np.arange(9) % 4)
)

# %% [markdown]
# On the first target behind a temperature of 5: how far are your log-odds from the model's own? Beside them the shortcut
# of multiplying the *shown* log-odds by T.

# %%
soft = defences.temperature(answers[0], t=5.0)
shown = np.exp(soft - np.logaddexp.reduce(soft, axis=1)[:, None])
truth = mt.signals.label_log_odds(answers[0], records.y)
ways = {
    "logarithms times T, then log-odds": log_odds_behind(shown, records.y, 5.0),
    "log-odds as shown, times T": 5.0 * mt.signals.label_log_odds(soft, records.y),
}
for name, way in ways.items():
    print(f"{name:34} largest distance from the model's own {np.abs(way - truth).max():6.2f}")

# %% [markdown]
# ### 3. The usual evaluation
#
# MemGuard's own evaluation reports the *inference accuracy* of the attack over all records, as was usual. Aerni 2024
# examined five later defences and found their leak underestimated by an order of magnitude, by weak attacks and by
# averages. Such an average in code:
#
# ```python
# accuracy = ((score > np.median(score)) == member).mean()
# ```
#
# Repair it. `exposed` marks the people whom the report should be about. Return the share of exposed *members* whose score
# is larger than a threshold that at most a share `fpr` of the exposed *non-members* exceed (by counts, as everywhere: with
# k false alarms allowed, the threshold is number k + 1 from the top).


# %% exercise="exposed_tpr"
def exposed_tpr(score, member, exposed, fpr) -> float:
    """A share of the exposed members. score: floats; member, exposed: bools; all (records,)."""
    ### BEGIN SOLUTION
    non_members = np.sort(score[exposed & ~member])[::-1]
    threshold = non_members[int(fpr * len(non_members))]
    return (score[exposed & member] > threshold).mean()
    ### END SOLUTION


exposed_tpr = check.exposed_tpr(exposed_tpr)

# %% tests="exposed_tpr"
_score, _member = np.arange(20.0), np.arange(20) % 2 == 0
assert exposed_tpr(_score, _member, np.arange(20) < 10, 0.2) == 0.2
assert exposed_tpr(_score, _member, np.full(20, True), 0.1) == 0.1

# %% [markdown]
# Both numbers for the trainings of round 4, LiRA on the digits. Here all eight targets stand in one row, and every canary
# counts once; round 4 took the mean over the targets, which hold unequally many canaries. Hence the small differences.

# %%
print(f"{'':18} {'published':>10} {'repaired':>10}")
for name, (parts, _) in results.items():
    row_of = mt.Scores.pooled(parts["adaptive"])
    published = ((row_of.score > np.median(row_of.score)) == row_of.member).mean()
    repaired = exposed_tpr(row_of.score, row_of.member, only.ravel(), 0.01)
    print(f"{name:18} {mt.percent(published):>10} {mt.percent(repaired):>10}")

# %% [markdown]
# The published column has its zero point at one half and moves a little. The repaired one has it at [[1 %|definition]].

# %% [markdown]
# ### Stretch: the frontier
#
# A setting is worth offering if no other *beats* it: at least as accurate, at most as leaky, and better in one of the two.
# Mark those that nobody beats.


# %% exercise="frontier" tags=["stretch"]
def frontier(accuracy, leak):
    """Bools (settings,): True where no other setting is as good in both and better in one. Both: (settings,)."""
    ### BEGIN SOLUTION
    as_good = (accuracy >= accuracy[:, None]) & (leak <= leak[:, None])
    better = (accuracy > accuracy[:, None]) | (leak < leak[:, None])
    return ~(as_good & better).any(axis=1)
    ### END SOLUTION


frontier = check.frontier(frontier)

# %% [markdown]
# Among everything in the panel, with the leak that the strongest of the three attackers finds:

# %%
at = [(d, s) for d in grid.strengths for s in range(1, 4)]
useful = np.array([grid.interval(d, s).value for d, s in at])
worst = [max(grid.interval(d, s, attacker=a).value for a in ("loss", "adaptive", "label")) for d, s in at]
for place in np.flatnonzero(frontier(useful, np.array(worst))):
    defence, strength = at[place]
    name = grid.strengths[defence][strength]
    print(f"{defence:16} {name:20} accuracy {useful[place]:.3f}, found {mt.percent(worst[place])}")

# %% [markdown]
# No mask is among them. Neither are weight decay and dropout: the stop after epoch 4 beats both over all records. The intervals of
# some overlap, so the frontier of another six targets may hold others, and that of the exposed is another one.

# %% [markdown] audience="instructor"
# **Exercises (12 minutes).** Where time is short do 2 and 3. In exercise 2 nearly everybody multiplies the log-odds; let
# them try it with two classes, where it is right. For exercise 3 have somebody explain why the threshold must be the
# group's own.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `stopping_epoch`, *hindsight*: cover the curve with a sheet of paper and uncover it epoch by epoch. When they say
#   "stop", leave the sheet where it is.
# - `log_odds_behind`, *as shown*: have them multiply all probabilities of one row by 5 and take the log-odds. Nothing
#   has moved; what has to be multiplied stands one step further in.
# - `exposed_tpr`, *quantile*: have them count the exposed non-members above their threshold. If it is one more than
#   allowed, *at most* has been broken; with a handful of people, a little is a person.

# %% [markdown] section="surprise"
# ## Surprise
#
# The same digits with their canaries, the same training, with and without label smoothing of [[0.1|definition]]; the
# shadows are smoothed as the target is.

# %%
smooth = mt.train(small, digits, held, label_smoothing=0.1, **on_digits)
smoothed, useful = attacks_on(smooth)
plainly, useful_before = results["to the end"]
print(f"{'':11} accuracy  {'loss':25} {'adaptive':25} adaptive, canaries")
for name, parts, right in (("plain", plainly, useful_before), ("smoothed", smoothed, useful)):
    cells = [tpr(parts["loss"]), tpr(parts["adaptive"]), tpr(parts["adaptive"], only)]
    print(f"{name:11} {right.value:8.3f}  " + " ".join(f"{one.words('.1%'):25}" for one in cells))

# %%
share = tpr(smoothed["adaptive"])
prediction.reveal(share)

# %% [markdown]
# The model is more accurate, {{ f"{useful.value:.3f}" }} instead of {{ f"{useful_before.value:.3f}" }}. The loss attack
# finds {{ tpr(smoothed["loss"]):.1%}} instead of {{ tpr(plainly["loss"]):.1%}}: by the usual evaluation a defence with a
# bonus. And the adaptive attacker finds {{ share.words(".1%") }}, where it was {{ tpr(plainly["adaptive"]):.1%}}. The
# "defence" has handed out members who could not be found before. Kaya and Dumitras (2021) saw the same with image models.
#
# Why? First the bells of round 1, over all digits and all models:

# %%
at_target = {"plain": readers, "smoothed": smooth}
apart = {name: bells(one.logits(digits.x), digits.y, held) for name, one in at_target.items()}
taught = np.log((1 - 0.1 + 0.1 / 10) / (0.1 - 0.1 / 10))
print("             distance   deviation: trained on it   never saw it")
for name, row_of in apart.items():
    print("{:10} {:10.2f} {:26.2f} {:14.2f}".format(name, *row_of))
print(f"what smoothing teaches: p = {1 - 0.1 + 0.1 / 10:.2f}, log-odds {taught:.2f}")

# %% [markdown]
# And one digit that the first target trained on, picked because the attacker misses it without smoothing and finds it with.
# (Mind the axes: they are not the same. LiRA uses the pooled widths, the figure the sixteen shadows' own.)

# %%
DIGIT = 12
print("a member of the target:", bool(held[0, DIGIT]))
for name, parts in {"plain": plainly["adaptive"], "smoothed": smoothed["adaptive"]}.items():
    score, limit = parts[0].score[DIGIT], mt.Roc.from_scores(mt.Scores.pooled(parts)).threshold_at(0.01)
    verdict = "found" if score > limit else "missed"
    print(f"{name:9} LiRA's score {score:5.2f}, threshold {limit:.2f}: {verdict}")

# %%
with style():
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    axes = figure.subplots(1, 2)
for ax, (name, one) in zip(axes, at_target.items(), strict=True):
    view = mt.Game(one.logits(digits.x), digits.y, held).view
    InOutDisplay.from_view(view, DIGIT, name=name).plot(ax, legend=False)
axes[1].axvline(taught, color="#767676", ls=":", lw=2, label="what smoothing teaches (dotted)")
figure.legend(*axes[1].get_legend_handles_labels(), loc="outside upper left", ncols=4, frameon=False)
narrow = " and ".join(f"{name} {row_of[1]:.2f}" for name, row_of in apart.items())
mt.show(figure, alt=f"Log-odds of one digit. Pooled width of the members' bells over all digits: {narrow}")

# %% [markdown]
# Smoothing names a sureness, log-odds {{ f"{taught:.2f}" }}, and training holds every member near it. Members are still
# surer than others, and by less: the distance of the bells fell from {{ f"{apart['plain'][0]:.2f}" }} to
# {{ f"{apart['smoothed'][0]:.2f}" }}. But their widths fell further, that of those who trained on the digit from
# {{ f"{apart['plain'][1]:.2f}" }} to {{ f"{apart['smoothed'][1]:.2f}" }}, that of the others from
# {{ f"{apart['plain'][2]:.2f}" }} to {{ f"{apart['smoothed'][2]:.2f}" }}. Members are *as sure as they were told to be*,
# each of them, and what strays from there betrays itself. One threshold for all sees the distance. Two bells see the
# widths.

# %% [markdown]
# Hanna can't sign "protected". She can sign: with this training, these attackers, at this false positive rate, so many of
# all, so many of the most exposed were found in so many models. Every defence here was judged by attacks that somebody had
# thought of, and twice in this lesson the next attack changed the verdict. None of them bounds what an attack of next year
# will find. A bound on *every* attacker takes noise in the training itself, and a proof: lesson 10.

# %% [markdown] audience="instructor"
# **Surprise (3 minutes).** Go back to the reasons given at *Predict*: "members are less sure" is true, and so are the
# others. What counts is how well the two can be told apart. Ask which *other* attack might see through distillation;
# nobody here has found one, and that is not a proof.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A hospital wants to publish a diagnosis model. Its supplier writes: "Answers carry two decimals and calibrated noise. An
# independent attack, averaged over all patients, was right in half of the cases, no better than a coin. Training used
# label smoothing for extra privacy." Write five sentences to the hospital: what was not tested, what would you measure,
# what would you compare it with, and what can nobody promise with such means?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# Rounding and noise act on answers, so the model still holds what it learnt by heart; an attacker sends shadow models
# through the same mask, or reads only which diagnosis comes first. I would run both, with shadow models trained as the
# target is, smoothing included, since smoothing can help such an attacker. "Right in half of the cases" is an average at a
# threshold that accuses every second patient; I would report the share found at [[1 %|definition]] false alarms, with
# intervals over several models, and the same for patients with rare diagnoses, with a threshold of their own. I would put
# an early stop, chosen by validation, beside it at the same accuracy. Even then the result speaks of the attacks that we
# tried: a promise against all of them needs another kind of training.
#
# *Rubric, a point each*: masks leave the memory · adaptive, own models under the same defence · low FPR with intervals ·
# the exposed, by their own threshold · an early stop as yardstick, at equal accuracy · tested attacks are no bound.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. Monday's supplier, Tuesday's engineers, Wednesday's researcher: which of the three gave Hanna a number that she
#    may print, and what must stand beside it?
# 2. The best epoch by validation keeps the average digit safe and lets the odd ones be learnt by heart. Who decides
#    that this is the best epoch?
# 3. In distillation one half of the loans teaches and the other half only asks. In which half would you want to be,
#    and may the lender choose?

# %% [markdown] section="recap"
# ## Recap
#
# 1. A mask changes what is seen, not what is stored. Rounding brought the loss to {{ tpr(after):.1%}} by a tie; LiRA
#    through the same filter found {{ tpr(aware):.1%}}.
# 2. A temperature is undone exactly, fresh noise by asking again, and one letter passes every mask that keeps the label.
# 3. An early stop helped model and members up to a point, and before that point it cost accuracy. It is the yardstick:
#    strong weight decay and dropout came near it at equal accuracy, and over all records did not beat it.
# 4. An average hides the exposed: with the best stop {{ tpr(results[f"stopped after {best}"][0]["adaptive"]):.1%}} of all,
#    and {{ tpr(results[f"stopped after {best}"][0]["adaptive"], only):.1%}} of the canaries.
# 5. On the digits, label smoothing took the loss from {{ tpr(plainly["loss"]):.1%}} to {{ tpr(smoothed["loss"]):.1%}} and
#    the adaptive attacker from {{ tpr(plainly["adaptive"]):.1%}} to {{ share:.1%}}.

# %% [markdown]
# **You may now claim** "at this accuracy, against these attackers, who know the defence, so many of all members and so
# many of the most exposed were found at this FPR, over so many targets".
#
# **You may not claim** that people are protected because one attack fails, because the average is low, or because the
# defence has a good reputation.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [adaptive attack](glossary.md#adaptive-attack), [canary](glossary.md#canary),
# [distillation](glossary.md#distillation), [early stopping](glossary.md#early-stopping), [label smoothing](glossary.md#label-smoothing)
#
# **Sources**
#
# - R. Shokri and others, Membership inference attacks against machine learning models, 2017 (section VIII: mitigation)
# - J. Jia and others, MemGuard: defending against black-box membership inference attacks via adversarial examples, 2019
# - V. Shejwalkar and A. Houmansadr, Membership privacy for machine learning models through knowledge transfer, 2021
# - G. Hinton, O. Vinyals and J. Dean, Distilling the knowledge in a neural network, 2015
# - Y. Kaya and T. Dumitras, When does data augmentation help with membership inference attacks?, 2021
# - M. Aerni, J. Zhang and F. Tramèr, Evaluations of machine learning privacy defenses are misleading, 2024
# - MNIST-5k and LendingClub; their cards are in `datasets/README.md`
#
# **Next**: [10 Differential privacy](10_differential_privacy.ipynb)

# %%
mt.progress.so_far("09")

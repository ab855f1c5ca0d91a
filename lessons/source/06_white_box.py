# %% [markdown] section="card"
# # 06 White box: gradients
#
# After this lesson you can
#
# - **compute** every record's own gradient, and say what is in it before a computer does,
# - **separate** what access adds from what shadow models add, by a control that has the one without the other,
# - **attack** a federated round from the server's seat, and from the seat of somebody who sees no weight at all,
# - **judge** an evaluation whose attack was trained on the records it is judged on.
#
# **Builds on** lesson 02 (the loss, TPR at a low FPR) and lesson 04 (a record's own past, LiRA). **Time** 90 minutes.
#
# **Data** MNIST-5k, handwritten digits in 64 principal components; SUPPORT2, seriously ill patients of five hospitals, for a second
# opinion.
#
# **Threat model** Somebody who holds records and all weights of a model wants to know which records trained it; from round 4
# on it is a server that sees how one client's training changes the weights.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** All gradients of 2,000 records together are a table of some hundred megabytes;
# `memory=2**24` keeps them in pieces of sixteen, so leave it in. The features of 18 models in round 2, the inverse
# Hessians of round 3 and the new nights of *Surprise* are the slow cells. All tables are long; on a small screen fold
# the code, and let one person read a row aloud.
#
# **What goes wrong in thinking.** The gradient is taken for what the model has learnt from a record; it is what it
# has *still* to learn. More access is taken for more leak, without a control that has the shadows and not the access.
# "Only updates leave the house" is taken for privacy, and "nobody sees the weights" too.

# %%
import copy
from dataclasses import replace

import numpy as np
import torch
from sklearn.linear_model import RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.func import grad, vmap
from torch.nn import functional as F

# %%
import mia_teach as mt
from mia_teach.attacks import sides, white_box
from mia_teach.attacks.lira import lira
from mia_teach.exercises import white_box as check
from mia_teach.labs.gradient_microscope import GradientMicroscope
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import IntervalDisplay, ScoreHistogramDisplay, in_percent

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("06")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 04, what did LiRA compare a record's answer with, and why in log-odds?
# 2. In lesson 05, the lender hid its probabilities. Which part of the attack did that make dearer, and which not?
#
# <details><summary>Answers</summary>
#
# 1. With the answers of shadow models that trained on this very record and of others that did not. In log-odds both look like
#    bells, which two numbers describe.
# 2. Questions to the target became dearer: one has to ask more of them. Models of one's own cost what they did before.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Amara is invented, her situation is not. At nineteen she was treated for a psychosis, in a small hospital. Today she applies to
# drive trains, and a firm that screens applicants holds a copy of her old record, bought with a bankrupt insurer's files. Is it
# real? Was she ever a patient there?
#
# The hospital trains a model together with five others. "No record leaves the house", says the contract: every night each
# hospital takes a training step on the day's patients, sixteen in the small one, and sends only the changed weights. A server
# adds them up. The firm that runs the server belongs to the same group as the screeners.
#
# What leaves the house is nine thousand numbers, each changed a little. Do they hold Amara?

# %% [markdown] section="predict"
# ## Predict
#
# The server takes the model before the step, computes for each of 2,000 records in which direction *this* record would push the
# weights, and ranks the records by how well that agrees with the direction in which the hospital pushed. On a model at the beginning of its training
# one of the night's 16 patients outranks another record about nine times out of ten.
#
# A colleague gets no weights and no gradients: for each record two answers of the model, one from before the step and one from
# after it. Commit the *colleague's* AUC before you run anything else; it comes in *Surprise*, over eight nights.

# %%
prediction = Prediction(
    "From the gradients' direction the server gets an AUC near 0.9. Which AUC does the colleague get, who sees each record's "
    "probabilities before and after the step and no weight?",
    lesson="06",
    name="two_answers_auc",
    unit="",
    low=0.4,
    high=1,
    tolerance=0.05,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "The server has nine thousand numbers of every update. A colleague has two
# probabilities. Who finds more, and by how much?" Most say little more than one half: "one small step hardly changes a probability". That is true, and beside the point,
# since the change is measured exactly. Note the reasons; the word to listen for is *noise*.
#
# **Timing of the whole lesson.** Card to predict 11, build 38, lab 9, exercises 16, surprise to recap 16. In 75 minutes: leave
# out attacks 2 and 3 of round 3, exercise 1 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: a gradient of one's own
#
# Digits again stand in for patients. 18 networks learn in a [balanced design](glossary.md#balanced-design), each on half of 2,000
# digits; as in lesson 05, eight of them play the target in turn, and a target's shadows are the 16 that are neither it nor its partner
# (so the other targets are among them). They are also kept as they were after 1 and 5 epochs, for round 4.

# %%
digits = mt.principal_components(mt.load_mnist_5k(), 64)
records = digits[:2000]
x, y = records.x, records.y
member = mt.balanced_shadows(18, 2000, seed=0)
recipe = {"epochs": 40, "learning_rate": 5e-3, "seed": 1, "snapshots": (1, 5)}
models = mt.train(mt.mlp(64, 128, 10), records, member, **recipe)

target = models[0]
print(f"weights of one model: {sum(p.numel() for p in target.parameters()):,}")

# %% [markdown]
# Training lowers the mean loss of a batch, and the mean hides the single record. But each record has a
# [gradient](glossary.md#gradient) of its own: for every weight, how fast *its* loss would rise if the weight did. Here is that of
# one digit, number 252, table by table. (`0` and `3` are the places in the network of the two layers that have weights.)

# %%
for name, own in white_box.per_example_gradients(target, x[[252]], y[[252]]).items():
    print(f"{name:9} shape {own.shape[1:]!s:9} norm {np.linalg.norm(own):.3f}")

# %% [markdown]
# That is {{ sum(p.numel() for p in target.parameters()):, }} numbers about one record, where lesson 02 had one, its loss. Training has pushed the
# members' gradients down, on the whole, and many nearly to 0. So a small [gradient norm](glossary.md#gradient-norm) speaks for a
# member.

# %%
norm = -white_box.gradient_norm(target, x, y)  # the attack's score is minus the norm
spread = np.log10(norm)
histogram = ScoreHistogramDisplay.from_values(
    spread[member[0]], spread[~member[0]], name="gradient norm, power of ten"
)
roc = mt.Roc.from_scores(mt.Scores(-norm, member[0]))
middle = [np.median(spread[side]) for side in (member[0], ~member[0])]
print("AUC of the gradient's norm, one target:", roc.auc_interval())
largest = np.mean(norm[~member[0]] > norm[member[0]].max())
said = f"medians {middle[0]:.1f} and {middle[1]:.1f}; {mt.percent(largest)} of the non-members lie beyond all members"
mt.show(histogram, alt=f"Histograms of log norms, members and non-members, alike on the left: {said}")

# %% [markdown]
# On the right stand non-members alone: {{ mt.percent(largest) }} of them have a larger gradient than any member. It clears them. But an accuser
# stands at the left end, and there the two sides are alike. An AUC of {{ f"{roc.auc:.3f}" }}, out of
# nine thousand numbers a record. Perhaps a single layer is more telling than all together?

# %% [markdown] audience="instructor"
# **Round 1 (8 minutes).** Ask how long a gradient is for a record that the model answers with certainty, and rightly. (Zero,
# member or not.) It prepares round 2. Slip to listen for: "the gradient shows what the model learnt from the record". It shows what it
# has *still* to learn.

# %% [markdown]
# ### Round 2: layer by layer, and the loss beside it
#
# `gradient_features` gives, for each record, the logarithm of the norm in each of the four tables, and beside them
# what the answers alone show: log-odds, loss, the three largest probabilities. Once for all 18 models:

# %%
seen = np.stack([white_box.gradient_features(models[k], x, y, memory=2**24) for k in range(18)])
squares = np.exp(2 * seen[..., :4])  # of 0.weight, 0.bias, 3.weight, 3.bias
norms = {
    "first layer": squares[..., :2].sum(axis=-1) ** 0.5,
    "last layer": squares[..., 2:].sum(axis=-1) ** 0.5,
    "all layers": squares.sum(axis=-1) ** 0.5,
}
assert np.allclose(norms["all layers"][0], norm)

# %%
TARGETS = range(0, 16, 2)
games = [replace(mt.Game.from_ensemble(models, records), target=target) for target in TARGETS]


def judged(score, name, games=games):
    """Scores of every target; score has the shape (models, records)."""
    return [game.judge(score[game.target], name=name) for game in games]


def values(parts, measure):
    """AUC or TPR at 1 % FPR of each target."""
    rocs = [mt.Roc.from_scores(one) for one in parts]
    return np.array([roc.auc if measure == "auc" else roc.tpr_at(0.01).value for roc in rocs])


# %%
def over_targets(parts, measure):
    """Mean over the targets with a 95 % interval."""
    return mt.Interval.from_values(values(parts, measure), within=(0, 1))


def report(parts):
    """One line: TPR at 1 % FPR and AUC over the targets."""
    auc, tpr = over_targets(parts, "auc").words(), over_targets(parts, "tpr").words(".1%")
    print(f"{parts[0].name:32} {tpr:27} {auc}")


heading = f"{'':32} {'TPR at 1 % FPR':27} AUC"

# %% [markdown]
# The same for 2,000 patients of SUPPORT2, whose disease group a smaller network predicts. Before you run on: which line will stand out?

# %%
ill = mt.load_support2()
ill = ill[np.random.default_rng(0).permutation(len(ill))[:2000]]
clinics = mt.train(mt.mlp(48, 64, 8), ill, member[:16:2], epochs=40, learning_rate=5e-3, seed=1)
games_ill = [replace(mt.Game.from_ensemble(clinics, ill), target=target) for target in range(8)]
seen_ill = [white_box.gradient_features(clinics[k], ill.x, ill.y, memory=2**24) for k in range(8)]

# %%
loss = judged(-seen[..., 5], "MNIST-5k: loss")
by_layer = {name: judged(-one, f"MNIST-5k: gradient, {name}") for name, one in norms.items()}
loss_ill = judged([-one[:, 5] for one in seen_ill], "SUPPORT2: loss", games_ill)
norm_ill = [-(np.exp(2 * one[:, :4]).sum(axis=1) ** 0.5) for one in seen_ill]
all_ill = judged(norm_ill, "SUPPORT2: gradient, all layers", games_ill)
print(heading)
for parts in (loss, *by_layer.values(), loss_ill, all_ill):
    report(parts)

# %% [markdown]
# None stands out from its loss. In AUC, to the second digit, every layer is the loss again on MNIST-5k, and all layers together are on SUPPORT2; at [[1 %|definition]] FPR nobody finds more than
# {{ max(over_targets(p, "tpr").value for p in (loss, *by_layer.values(), loss_ill, all_ill)):.1% }} of the members.
#
# The reason stands in the chain rule. With h the input of the last layer, p the probabilities and y the label as a row of zeros with
# a single 1, the gradient in the last weight is
#
# $$\nabla_W \ell = (p - y)\,h^\top, \qquad \|\nabla_W \ell\| = \|p - y\|\,\|h\|$$
#
# The first factor is in the *answers*. Whoever sees probabilities knows it. Only the second needs the weights. How much do the two vary?

# %%
bias, weight = np.exp(seen[0, :, 3]), np.exp(seen[0, :, 2])  # |p − y|, and |p − y| |h|
for name, factor in {"|p − y|": bias, "|h|": weight / bias}.items():
    low, high = np.quantile(factor, [0.05, 0.95])
    order = mt.Roc.from_scores(mt.Scores(-factor, member[0])).auc
    times = float(f"{high / low:.2g}")  # to two digits
    print(f"{name:8} differs by a factor of {times:11,.1f} between records, AUC {order:.3f}")

# %% [markdown]
# (The AUC of |h| lies under one half: members' inputs to the last layer are, if anything, a little *longer*.)
#
# The error differs by a factor of {{ "millions" if np.quantile(bias, 0.95) > 1e6 * np.quantile(bias, 0.05) else "thousands" }} from record to record, the input by less than two. So in the product the error decides,
# and in the earlier layers, to which it is passed back, as well. That is what Sablayrolles and others (2019) argued in general: for a model trained
# with enough randomness the best attack looks at the loss alone. "Enough" is an assumption; round 3 shows where it ends.

# %% [markdown] audience="instructor"
# **Round 2 (9 minutes).** Take bets on the layer before the table. Let somebody derive (p − y)hᵀ on the board; exercise 2 adds the bias.
# Prompt: *what would have to be true of |h| for the weights to help?* (It would have to differ between members and others.)

# %% [markdown]
# ### Round 3: what does add something
#
# Amara's hospital has two things to decide. When the model is finished, may others have its weights, or only its answers? And may a
# night's update leave the house? This round is about the first, round 4 and *Surprise* are about the second.
#
# Seven attacks come, one after another. You need not keep them in mind: this map waits for you here, and *Surprise* fills it in. Each
# attack is held against a *control*, which lacks one thing. Only the control says what that thing was worth.

# %% [markdown]
# | | attack | sees | costs | its control |
# |---|---|---|---|---|
# | 1 | a gradient's own past | weights of one version | 16 shadow models | the same shadows, answers only |
# | 2 | an attack network | weights of one version | 8 shadow models | the same network, answers only |
# | 3 | inverse Hessian | weights, and all other members | no shadow | LiRA; a model that saw none of the records |
# | 4 | alignment, all layers | weights of two versions | no shadow | attack 6 |
# | 5 | ascent | the update of a model changed on purpose | a model sent out for each suspect | attack 4 |
# | 6 | two answers | answers of two versions | two questions a record | is itself the control of 4 and 7 |
# | 7 | alignment, first layer | weights of two versions | no shadow | attack 6; new nights |

# %% [markdown]
# **1. A gradient's own past.** Lesson 04 compared a record's log-odds with those that it has in shadow models. A gradient's norm can be
# compared in the same way. `own_past` is LiRA with one deviation for all records, and takes any number that a model has about a record.


# %%
def shadows_of(target, count=16):
    """Models that are neither this target nor its partner; the next target takes the next ones, going round."""
    others = [k for k in range(18) if k // 2 != target // 2]
    return np.roll(others, -(target // 2) * count)[:count]


# %%
def own_past(values, count=16):
    """LiRA's log-ratio, pooled, of any statistic (models, records); by target."""
    score = {}
    for t in TARGETS:
        shadows = shadows_of(t, count)
        score[t] = 0.0
        # side says, for each shadow and record, whether the shadow trained on it, and then whether it did not
        for sign, side in ((1, member[shadows]), (-1, ~member[shadows])):
            center = sides.median(values[shadows], side)  # each record's, over the shadows of this side
            spread = sides.pooled_deviation(values[shadows], side, center)  # one for all records
            # plus the log-density of a bell with training on the record, minus that without
            score[t] = score[t] - sign * (((values[t] - center) / spread) ** 2 / 2 + np.log(spread))
    return score


# %% [markdown]
# The first row is round 2's norm with one threshold for all. Below it each norm is held against its own past in 16 shadow models. How many
# times as many members will be found at [[1 %|definition]] FPR?

# %%
calibrated = {name: judged(own_past(-np.log(one)), f"{name}, 16 shadows") for name, one in norms.items()}
print(heading)
for parts in (by_layer["all layers"], *calibrated.values()):
    report(parts)

# %% [markdown]
# From {{ over_targets(by_layer["all layers"], "tpr"):.1% }} to {{ over_targets(calibrated["all layers"], "tpr"):.1% }} of the members. A
# report could stop here: "with access to the weights we find ten times as many". On that sentence the hospital would keep the weights to
# itself and feel safe.
#
# But the two attacks differ in *two* ways, in access and in shadows. The missing control has the shadows and not the access: LiRA on
# log-odds, which anybody can compute who sees probabilities. How much of the gain will the weights keep?

# %%
likelihood = [game.judge(lira(game.view, variance="pooled"), name="log-odds, 16 shadows") for game in games]
report(likelihood)
assert np.allclose(likelihood[0].score, own_past(seen[..., 4])[0])
added = {m: values(calibrated["all layers"], m) - values(likelihood, m) for m in ("auc", "tpr")}
added = {m: mt.Interval.from_values(differences) for m, differences in added.items()}
print("what the gradient adds, target by target:")
print(f"{'':32} {added['tpr'].points('+.1f'):27} {added['auc'].words('+.4f')}")

# %% [markdown]
# Less than nothing: {{ added["tpr"].points("+.1f") }} at [[1 %|definition]] FPR, paired over the same eight targets. The gain was the shadows'.
# Whoever can train them finds as many from the answers.

# %% [markdown]
# **2. An attack network: many numbers at once.** Perhaps a single norm is too little. Nasr and others (2019) do not choose a layer. They train
# an attack network on everything: gradients, outputs, loss. Ours learns from 8 shadow models of each target, once from the outputs alone and
# once with the gradients' norms beside them. The first is the control of the second, so it must have learnt as well: a control that has
# not learnt flatters what is held against it. (The targets go round the shadows, as in lesson 04: half of them get the first eight, half the
# other eight, so the intervals hold a little of the shadows' luck. The networks' own random start is the same in all.)


# %%
unhurried = {"n_iter_no_change": 5, "batch_size": 512, "random_state": 0}


def network(columns):
    """Log-odds of membership by a small network that learnt on 8 shadows; by target."""
    score = {}
    for t in TARGETS:
        shadows = shadows_of(t, 8)
        rows = np.concatenate(seen[shadows][..., columns])
        small = MLPClassifier((32,), learning_rate_init=0.01, early_stopping=True, **unhurried)
        attack = make_pipeline(StandardScaler(), small).fit(rows, member[shadows].ravel())
        score[t] = attack.predict_proba(seen[t][:, columns])[:, 1]
    return score


# %% [markdown]
# Between the loss and LiRA with the same eight shadows stand the two networks. What do the norms add to the outputs?

# %%
nets = {
    "outputs": judged(network([4, 5, 6, 7, 8]), "network on outputs"),
    "everything": judged(network([*range(9)]), "network on outputs and norms"),
}
print(heading)
for parts in (loss, *nets.values()):
    report(parts)
eight = judged(own_past(seen[..., 4], count=8), "log-odds, the same 8 shadows")
report(eight)
gain = mt.Interval.from_values(values(nets["everything"], "auc") - values(nets["outputs"], "auc"))
print(f"what the norms add to the outputs: AUC {gain.words('+.3f')}")

# %% [markdown]
# {{ gain.words("+.3f") }} of AUC: again nothing that would speak for the weights. Both networks beat the loss in AUC. They have shadows, which the
# loss has not, and may weigh several numbers against each other; for that the outputs will do.
#
# At [[1 %|definition]] FPR the networks find {{ over_targets(nets["outputs"], "tpr"):.1% }} and {{ over_targets(nets["everything"], "tpr"):.1% }}, LiRA with the same eight
# shadows {{ over_targets(eight, "tpr"):.1% }}. A network learns one rule for all records; it knows no record's own past. (`white_box.gradient_network` packs such an attack into one call.)

# %% [markdown]
# **3. The inverse Hessian: everybody else.** The third adversary knows the weights *and all other members*, as an auditor does. Where
# would the weights lie without this one record?
#
# For a model at its optimum the curvature of the loss answers, the Hessian H: a record with gradient g has pulled the weights by about
# $-H^{-1}g/n$. Suri, Zhang and Evans (2024) turn this into a likelihood ratio, the [inverse-Hessian attack](glossary.md#inverse-hessian-attack).
#
# A softmax regression has 650 weights, so its H can be computed and inverted. (`damping` is added to its diagonal, or directions without
# curvature could not be inverted.) No shadow is needed; the other models are trained for a control only. Four targets have to do here, since each
# takes its time.

# %%
soft = mt.train(mt.logistic(64, 10), records, member, epochs=40, learning_rate=5e-3, seed=1)
soft_games = [replace(mt.Game.from_ensemble(soft, records), target=target) for target in range(0, 8, 2)]
pulled = {}
for k in range(0, 8, 2):
    inside = soft.member[k]
    position = np.where(inside, np.cumsum(inside) - 1, -1)  # to take each member out of "the others"
    known = {"others_x": x[inside], "others_labels": y[inside], "held": position}
    pulled[k] = white_box.inverse_hessian(soft[k], x, y, **known, learning_rate=5e-3, damping=0.1)

# %% [markdown]
# One knows all other members and has no shadow, the other has 16 shadows and knows no member. Who finds more?

# %%
soft_loss = -mt.signals.cross_entropy(soft_games[0].logits, y)
curvature = judged(pulled, "softmax: inverse Hessian", soft_games)
print(heading)
soft_loss_parts = judged(soft_loss, "softmax: loss", soft_games)
report(soft_loss_parts)
soft_lira = [
    game.judge(lira(game.view, variance="pooled"), name="softmax: 16 shadows") for game in soft_games
]
report(soft_lira)
report(curvature)

# %% [markdown]
# {{ over_targets(curvature, "tpr").words(".1%") }} of the members at [[1 %|definition]] FPR, from one model and no shadow. The loss finds {{ over_targets(soft_loss_parts, "tpr"):.1% }}, and
# LiRA with 16 shadows {{ over_targets(soft_lira, "tpr"):.1% }}. So this is not the shadows' gain. It need not be the weights' alone either: the attack also
# knows all other members, and LiRA does not.
#
# That knowledge is the price. Whoever can name all the others, for every record in turn, can name everybody: the attack belongs to audits.

# %% [markdown]
# One thing should make you suspicious. The authors' code is handed a flag `is_train` for each record, and our `held` is the same flag: the truth. The authors and we say that it
# only takes the record out of "the others". A control shows whether it does more: a model that has learnt from *other* digits, attacked with the same flags.

# %%
recipe = {"epochs": 40, "learning_rate": 5e-3, "seed": 1}
stranger = mt.train(mt.logistic(64, 10), digits[2000:4000], member[:1], **recipe)[0]
inside = soft.member[0]
known = {"others_x": x[inside], "others_labels": y[inside]}
known["held"] = np.where(inside, np.cumsum(inside) - 1, -1)
control = white_box.inverse_hessian(stranger, x, y, **known, learning_rate=5e-3, damping=0.1)
print("a model that saw none of them: AUC", mt.Roc.from_scores(mt.Scores(control, inside)).auc_interval())

# %% [markdown]
# With nothing to find it finds nothing. The flag is used fairly.
#
# So much for the hospital's first decision. To somebody with shadows and probabilities the finished weights gave nothing more, in attacks 1
# and 2. Attack 3 had the weights *and* all other members, and is the reason not to call weights harmless.

# %% [markdown] audience="instructor"
# **Round 3 (12 minutes).** The heart of the lesson. Stop after the first table and let the group write the headline of the press
# release; then ask for the control. Somebody will say that the paper of Nasr reports far more. They compare with attacks without
# shadows, on networks of millions of weights; ask what control they would want to see.

# %% [markdown]
# ### Round 4: weights in motion
#
# The second decision comes every night: sixteen patients, one step, and the change goes to the server. In
# [federated learning](glossary.md#federated-learning) a server sends a model out and gets it back after one step on a few records; the
# difference is the [update](glossary.md#federated-update).
#
# A step is minus the mean of its records' gradients. So the update *contains* each of them, divided by how many they are. Can a single one
# be found in it?


# %%
def one_step(model, rows, rate=0.1):
    """What a hospital does in a night: the new model, and what has changed, by name."""
    own = white_box.per_example_gradients(model, x[rows], y[rows])
    update = {name: torch.tensor(-rate * g.mean(axis=0)) for name, g in own.items()}
    new = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in new.named_parameters():
            weight += update[name]
    return new, update


# %% [markdown]
# **4. Alignment.** The server knows the model before the night. For each suspect record it computes the gradient, and asks how well its
# negative points along the update: the cosine, or [update alignment](glossary.md#update-alignment) (Melis 2019, Nasr 2019, Li 2023).
#
# First one night: 16 patients, a model after one epoch, 2,000 suspects. If the server names the 16 that are best aligned, how many of them
# were treated that night?

# %%
server = models.at_epoch(1)[0]
patients = np.random.default_rng(0).permutation(np.flatnonzero(member[0]))[:16]
new, update = one_step(server, patients)
cosine = white_box.update_alignment(server, x, y, update=update, memory=2**24)
tonight = np.isin(np.arange(2000), patients)
hits = tonight[np.argsort(-cosine)[:16]].sum()
print(f"among the 16 best aligned of 2,000 records: {hits} patients of this night, {16 - hits} others")
print("AUC:", mt.Roc.from_scores(mt.Scores(cosine, tonight)).auc_interval())

# %% [markdown]
# Of the 16 whom the server would name, {{ 16 - hits }} were not treated that night. A high rank is a reason to look again, no proof.

# %% [markdown]
# One night is one draw. Now eight nights, with 16, 64 and 256 patients, and a model after 1, 5 and 40 epochs on the hospital's 1,000. Two things
# could hide a patient: a larger crowd, and a model that has already learnt. Do they?
#
# All 2,000 are suspects, the hospital's other 984 patients among them. The night's patients are drawn from the 1,000 on which the model was
# trained: they have been there before. All of it is done to one model, here and in *Surprise*, so the intervals hold the luck of the nights
# only. `cosines` gives the same numbers as above for all updates in one pass.


# %%
def cosines(model, updates, layers=None):
    """Alignment of every record with every update; (updates, records)."""
    parts = []
    for _, own in white_box.gradient_chunks(model, x, y, layers=layers, memory=2**24):
        rows = torch.cat([g.flatten(1) for g in own.values()], dim=1)
        steps = torch.stack([torch.cat([step[name].flatten() for name in own]) for step in updates])
        parts.append(-F.normalize(steps, eps=1e-300) @ F.normalize(rows, eps=1e-300).T)
    return torch.cat(parts, dim=1).numpy()


assert np.allclose(cosines(server, [update])[0], cosine)

# %%
SIZES, EPOCHS = (16, 64, 256), (1, 5, 40)
hospital = np.flatnonzero(member[0])
queues = [np.random.default_rng(night).permutation(hospital) for night in range(8)]
rounds, aligned = {}, {}
for epoch in EPOCHS:
    sent = models.at_epoch(epoch)[0]
    for size in SIZES:
        rounds[epoch, size] = [one_step(sent, queue[:size]) for queue in queues]
    score = cosines(sent, [step for size in SIZES for _, step in rounds[epoch, size]])
    aligned |= {(epoch, size): score[8 * i : 8 * i + 8] for i, size in enumerate(SIZES)}

# %% [markdown]
# In each table the crowd grows from left to right, the training from top to bottom. The figure shows the second.


# %%
def by_night(scores, size):
    """What eight nights' scores say about the night's patients."""
    return [
        mt.Scores(score, np.isin(np.arange(2000), queue[:size]))
        for score, queue in zip(scores, queues, strict=True)
    ]


# %%
def table(cells, measure, *, sign="", rows="epoch {}", columns="{} patients"):
    """Print intervals by their keys, (row, column)."""
    named, spec = {"auc": ("AUC", ".3f"), "tpr": ("TPR at 1 % FPR", ".1%")}[measure]
    down, across = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    print(f"{named:15}", *(f"{columns.format(one):29}" for one in across))
    for row in down:
        shown = [cells[row, one] for one in across]
        shown = [one.points("+.1f") if sign and measure == "tpr" else one.words(sign + spec) for one in shown]
        print(f"{rows.format(row):15}", *(f"{words:29}" for words in shown))


# %%
gradient = {(epoch, size): by_night(score, size) for (epoch, size), score in aligned.items()}
for measure in ("auc", "tpr"):
    table({key: over_targets(parts, measure) for key, parts in gradient.items()}, measure)

# %%
looks = {1: ("black", "o", "-", 0.95), 5: ("#E69F00", "s", "--", 1), 40: ("#56B4E9", "^", ":", 1.05)}
ax = None
for epoch, (color, marker, line, aside) in looks.items():
    tprs = [over_targets(gradient[epoch, size], "tpr") for size in SIZES]
    display = IntervalDisplay(
        aside * np.array(SIZES), tprs, name=f"model after {epoch} epoch{'s' * (epoch > 1)}"
    )
    ax = display.plot(ax, color=color, marker=marker, ls=line).ax_
ax.set(xlabel="patients in the update", ylabel="TPR at 1 % FPR (share of the night's patients)", xscale="log")
ax.set_xticks(SIZES, SIZES)
ax.minorticks_off()
in_percent(ax.yaxis)
first = [over_targets(gradient[1, size], "tpr") for size in SIZES]
said = ", ".join(f"{tpr:.1%} with {size}" for tpr, size in zip(first, SIZES, strict=True))
mt.show(ax, alt=f"TPR at 1 % FPR falls with the size of the update. After 1 epoch: {said}")

# %% [markdown]
# There it is. After one epoch, a night with 16 patients betrays {{ over_targets(gradient[1, 16], "tpr").words(".1%") }} of them at [[1 %|definition]]
# FPR, with not a single shadow model, and an AUC of {{ f"{over_targets(gradient[1, 16], 'auc').value:.3f}" }}.
#
# A crowd hides them: with 256 patients in the step it is {{ over_targets(gradient[1, 256], "tpr"):.1% }}. Training alone does not. After 40 epochs the AUC
# with 16 is down to {{ f"{over_targets(gradient[40, 16], 'auc').value:.3f}" }}, yet
# {{ over_targets(gradient[40, 16], "tpr").words(".1%") }} of the patients are still found at [[1 %|definition]] FPR. And a
# small hospital's nights are small.

# %% [markdown]
# **5. Ascent.** A server need not be passive. It can push the model *up* a record's gradient before it sends it out: whoever trains on the
# record repairs the damage (Nasr 2019). 64 suspects, a model sent out for each. Does the trouble pay?

# %%
others = np.random.default_rng(1).permutation(np.flatnonzero(~tonight))[:48]
suspects = np.concatenate([patients, others])
client = {"client": lambda sent: one_step(sent, patients)[0]}
repaired = white_box.ascent_probe(server, x[suspects], y[suspects], **client, step=1.0)
for name, score in {"active": repaired, "passive": cosine[suspects]}.items():
    print(f"{name:8} AUC {mt.Roc.from_scores(mt.Scores(score, tonight[suspects])).auc_interval()}")

# %% [markdown]
# In one small step on one night the active server gains nothing that these intervals could show, and spoils the model 64 times. Its
# strength, in the paper, comes from repeating it over many rounds.

# %% [markdown] audience="instructor"
# **Round 4 (9 minutes).** Have them say why 256 hide each other: a two-hundred-and-fifty-sixth of the sum. Ask what secure aggregation changes. (The
# server sees the sum over hospitals only: as if the batch were larger. It changes the number, not the kind.) Leave the sentence "gradients
# win at last" in the air. *Surprise* takes it back.

# %% [markdown] section="lab"
# ## Lab: gradient microscope
#
# Choose what is seen (the trained model, or an update of a model that has not been trained at all), a layer and a record: the panel shows the norm or the cosine beside those of all others, and the rank by
# gradient against the rank by loss. It names three goals, and ticks what you have met.

# %%
images = mt.load_mnist_5k().x[:2000].reshape(-1, 28, 28)
lab = GradientMicroscope(target, records, member[0], images=images, lesson="06", seed=2)
lab

# %% [markdown]
# The next cell reads what you left in the panel.

# %%
v = lab.values()
print(
    f"record {lab.record}, layer {lab.layer}, {f'update of {lab.update}' if lab.update else 'trained model'}"
)
print(f"rank by gradient {v['rank']:,}, by loss {v['rank_by_loss']:,} of 2,000; AUC over all {v['auc']:.3f}")

# %% [markdown] audience="instructor"
# **Lab (9 minutes).** Let pairs find a non-member that an update accuses falsely, and say why. (It looks like a digit in the batch: its
# gradient points the same way.) In the trained model the cloud of ranks is a line; in the update it is a cloud. Ask what that means.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. Every record's own gradient
#
# `loss(weight, row, label)` gives one record's loss. Return each record's gradient with respect to the weight, the records first.
# `grad` and `vmap` of `torch.func` are imported; a loop with `backward()` will do as well, if it starts from nothing each time.


# %% exercise="own_gradients"
def own_gradients(loss, weight, x, labels):
    """Tensor (examples, classes, features). weight: (classes, features); x: (examples, features); labels: (examples,)."""
    ### BEGIN SOLUTION
    return vmap(grad(loss), in_dims=(None, 0, 0))(weight, x, labels)
    ### END SOLUTION


own_gradients = check.own_gradients(own_gradients)

# %% tests="own_gradients"
_w, _x, _y = torch.zeros(2, 3).double(), torch.arange(6.0).double().view(2, 3), torch.tensor([0, 1])


def _loss(w, row, label):
    return F.cross_entropy((w @ row)[None], label[None])


_own = own_gradients(_loss, _w, _x, _y)
assert torch.allclose(_own[0], torch.tensor([[0.0, -0.5, -1.0], [0.0, 0.5, 1.0]]).double())

# %% [markdown]
# With it, the gradients of the softmax regression of round 3, all 2,000 at once. Their mean over the members is what training has brought near 0.


# %%
layer = soft[0][0]  # the only layer of the first model


def softmax_loss(weight, row, label):
    return F.cross_entropy((weight @ row + layer.bias.detach())[None], label[None])


rows, labels = torch.tensor(x), torch.tensor(y)
own = own_gradients(softmax_loss, layer.weight.detach(), rows, labels)
inside = torch.tensor(soft.member[0])
print(f"norm of the mean over members: {own[inside].mean(dim=0).norm():.3f}")
print(f"mean of their norms:           {own[inside].flatten(1).norm(dim=1).mean():.3f}")

# %% [markdown]
# The members' gradients have not vanished. They cancel. That is why one record's gradient can be large in a finished model.

# %% [markdown]
# ### 2. The last layer, without autograd
#
# From logits, labels and the input h of the last layer: the norm of each record's gradient in the last weight *and* bias. The formula
# of round 2 has the weight; in the bias the gradient is the error p − y alone.


# %% exercise="last_layer_norm"
def last_layer_norm(logits, labels, hidden):
    """Norms (examples,). logits: (examples, classes), of any size; labels: (examples,); hidden: (examples, width)."""
    ### BEGIN SOLUTION
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    return np.linalg.norm(error, axis=1) * np.sqrt((hidden**2).sum(axis=1) + 1)
    ### END SOLUTION


last_layer_norm = check.last_layer_norm(last_layer_norm)

# %% tests="last_layer_norm"
assert np.allclose(last_layer_norm(np.zeros((1, 4)), np.array([2]), np.array([[1.0, 1.0]])), [1.5])

# %% [markdown]
# Autograd must agree:

# %%
with torch.no_grad():
    hidden = target[:3](torch.tensor(x)).numpy()
formula = last_layer_norm(games[0].logits[0], y, hidden)
autograd = -white_box.gradient_norm(target, x, y, layers=("3",))
agree = np.isclose(formula, autograd, rtol=1e-6, atol=1e-12)
print(f"{agree.sum():,} of {len(y):,} norms agree")

# %% [markdown]
# So this white-box attack needs no gradient at all: probabilities, and the size of h.

# %% [markdown]
# ### 3. The server's attack
#
# From each record's gradient, laid out in a row, and the client's update: the cosine between the record's *descent direction* and the
# update.


# %% exercise="alignment"
def alignment(gradients, update):
    """Cosines (examples,). gradients: (examples, parameters), none of them 0; update: (parameters,), new minus old."""
    ### BEGIN SOLUTION
    return -gradients @ update / (np.linalg.norm(gradients, axis=1) * np.linalg.norm(update))
    ### END SOLUTION


alignment = check.alignment(alignment)

# %% tests="alignment"
_g = np.array([[1.0, 0.0], [0.0, -2.0], [3.0, 3.0]])
assert np.allclose(alignment(_g, np.array([0.0, 0.5])), [0, 1, -(0.5**0.5)])

# %% [markdown]
# Must the server look at all layers? The eight nights with 64 patients, among the first 500 records, layer by layer:

# %%
for layers in (("0",), ("3",), ("3.bias",), ("0", "3")):
    own = white_box.per_example_gradients(server, x[:500], y[:500], layers=layers)
    rows = np.concatenate([g.reshape(500, -1) for g in own.values()], axis=1)
    steps = [np.concatenate([step[name].numpy().ravel() for name in own]) for _, step in rounds[1, 64]]
    present = [np.isin(np.arange(500), queue[:64]) for queue in queues]
    along = [alignment(rows, step) for step in steps]
    aucs = [mt.Roc.from_scores(mt.Scores(*pair)).auc for pair in zip(along, present, strict=True)]
    print(f"{' and '.join(layers):8} {rows.shape[1]:5,} numbers, AUC {mt.Interval.from_values(aucs)}")

# %% [markdown]
# Ten numbers, the bias of the last layer, hold the error and nothing of the record itself, and say least. The first layer, whose input *is* the record, says more than
# all layers together. Keep that in mind, and
# that the layer was found on these very nights: whoever picks the best of several has to show it on others.

# %% [markdown]
# ### Stretch: a published evaluation
#
# An attack network can also be trained on *known members of the target*. The first Privacy Meter, the tool of Nasr's group, did so with a part
# of them, and tested during training on the rest. Its final figure, "ROC of Membership Inference Attack", then took *all* members, the known ones among them
# (`meminf.py`, `test_attack` with `load_vis`).
#
# Here the attack is a linear classifier on the 1,290 numbers of the last layer's gradient, and half of the records are known:

# %%
last = white_box.per_example_gradients(target, x, y, layers=("3",))
numbers = np.concatenate([g.reshape(2000, -1) for g in last.values()], axis=1)
fold, random = np.empty(2000, int), np.random.default_rng(0)
for side in (member[0], ~member[0]):
    fold[side] = random.permutation(1000) % 4  # as many members as others in each


def fit(rows, inside):
    """A function that scores rows, learnt from these."""
    return make_pipeline(StandardScaler(), RidgeClassifier(alpha=1)).fit(rows, inside).decision_function


# %%
score = fit(numbers[fold < 2], member[0, fold < 2])(numbers)
shown = {"known": fold < 2, "all (published)": fold >= 0, "new": fold >= 2}
curves = {name: mt.Roc.from_scores(mt.Scores(score[of], member[0, of])) for name, of in shown.items()}
for name, curve in curves.items():
    print(f"judged on {name:16} AUC {curve.auc_interval()}")

# %% [markdown]
# The published way shows {{ f"{curves['all (published)'].auc:.3f}" }}, and on records that are new to it the attack has {{ f"{curves['new'].auc:.3f}" }}. Repair it without throwing half of the records away:
# let every fold be judged by an attack fitted to all the *other* folds.


# %% exercise="cross_fitted" tags=["stretch"]
def cross_fitted(features, member, fold, fit):
    """Scores (examples,). fold: integers (examples,); fit(rows, member) gives a function that scores rows."""
    ### BEGIN SOLUTION
    score = np.empty(len(member))
    for k in np.unique(fold):
        here = fold == k
        score[here] = fit(features[~here], member[~here])(features[here])
    return score
    ### END SOLUTION


cross_fitted = check.cross_fitted(cross_fitted)

# %%
fair = {}
for name, columns in {"1,290 numbers of the last layer": numbers, "9 features of round 2": seen[0]}.items():
    score = cross_fitted(columns, member[0], fold, fit)
    fair[name] = mt.Roc.from_scores(mt.Scores(score, member[0]))
    own = mt.Roc.from_scores(mt.Scores(fit(columns, member[0])(columns), member[0]))
    print(f"{name:32} judged on its own {own.auc:.3f}, by other folds {fair[name].auc_interval()}")

# %% [markdown]
# How much an unfair evaluation flatters depends on how much the attack can remember: with 1,290 numbers a lot, with nine hardly anything. You can't tell by
# looking at the published curve. And the fair number still presumes that somebody knows three quarters of the members. That is an auditor. An adversary trains on shadows, as in
# round 3.

# %% [markdown] audience="instructor"
# **Exercises (16 minutes).** Where time is short do 2 and 3. In fairness to the published tool: it prints the accuracy on new records during training, and a
# later version no longer has this attack. The figure is what people put into papers.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `own_gradients`, *gradients accumulate*: print the norm record by record. It grows like a bill that nobody has
#   paid, and the word `backward` needs no blame.
# - `last_layer_norm`, *one added to the length*: a right triangle with the sides |h| and 1. The bias is a further
#   direction, so the lengths meet at a right angle.
# - `alignment`, *dot product*: have them print the twenty best by their score and the twenty loudest records, sorted by
#   length alone. How many names stand on both lists? Whoever listens for direction should not hear loudness.

# %% [markdown] section="surprise"
# ## Surprise
#
# Gradients have won at last, in round 4. Or have they? The server had two things: gradients, and *two versions* of the model. The control
# of the map is still missing, which has the second without the first.
#
# **6. Two answers.** The colleague asks both versions for the record's probabilities, and takes the rise of its log-odds.


# %%
def log_odds(model):
    with torch.no_grad():
        return mt.signals.label_log_odds(model(torch.tensor(x)).numpy(), y)


def fall(before, after):
    """How far the loss falls; it is log(1 + exp(−log-odds))."""
    return np.logaddexp(0, -before) - np.logaddexp(0, -after)


rise, drop = {}, {}
for epoch, size in rounds:
    before = log_odds(models.at_epoch(epoch)[0])
    after = np.stack([log_odds(new) for new, _ in rounds[epoch, size]])
    rise[epoch, size] = by_night(after - before, size)
    drop[epoch, size] = by_night(fall(before, after), size)

# %% [markdown]
# Your prediction: the AUC after one epoch, 16 patients a night.

# %%
found = over_targets(rise[1, 16], "auc")
prediction.reveal(found)

# %% [markdown]
# {{ f"{found.value:.3f}" }}, where the direction of the gradient had {{ f"{over_targets(gradient[1, 16], 'auc').value:.3f}" }}.
#
# Does that last as the training goes on, and does it hold at [[1 %|definition]] FPR, where an accuser stands? Beside the cosine are the rise of
# the log-odds and the plain fall of the loss, for nights of 16:

# %%
looked_at = {"cosine": gradient, "rise": rise, "fall": drop}
for measure in ("auc", "tpr"):
    cells = {
        (name, e): over_targets(some[e, 16], measure) for name, some in looked_at.items() for e in EPOCHS
    }
    table(cells, measure, rows="{}", columns="epoch {}")

# %% [markdown]
# Now the rise finds more, now the fall. A control must not be the weaker of two, so in each of the nine settings take the one that does better
# there, picked with the truth, in favour of the answers. All saw the same nights: how far does the cosine lead it, night by night, and where does
# the whole interval lie above 0? Among nine differences one may stand out by luck, so the intervals are wider: the nine of a table hold together
# with [[95 %|definition]] ([Bonferroni](glossary.md#bonferroni-correction)).

# %%
two_answers = {
    (key, m): max((values(some[key], m) for some in (rise, drop)), key=np.mean)
    for key in rounds
    for m in ("auc", "tpr")
}


# %%
def lead(some, measure):
    """What some find more than two answers at their best, night by night; all intervals hold together."""
    gap = {key: values(some[key], measure) - two_answers[key, measure] for key in rounds}
    each = 1 - 0.05 / len(gap)  # Bonferroni
    gap = {key: mt.Interval.from_values(one, confidence=each) for key, one in gap.items()}
    table(gap, measure, sign="+")
    return gap


print("all layers minus two answers, night by night")
lost = {measure: lead(gradient, measure) for measure in ("auc", "tpr")}

# %% [markdown]
# **In AUC** two answers lose on average at most {{ f"{max(one.value for one in lost['auc'].values()):.3f}" }}; settings in which the
# whole interval lies above 0: {{ sum(one.low > 0 for one in lost["auc"].values()) or "none" }} of nine. The reason is one line of calculus. A small step Δ changes the loss by
# $\langle g, \Delta \rangle$, which is the cosine times two lengths. So the change of a record's loss *is* the dot product with its gradient, without anybody computing one;
# and log-odds divide it by the error, which decides most of the gradient's length (round 2).

# %% [markdown]
# **At [[1 %|definition]] FPR**, after one epoch, the cosine finds {{ over_targets(gradient[1, 16], "tpr"):.1% }}, the fall {{ over_targets(drop[1, 16], "tpr"):.1% }} and the rise
# {{ over_targets(rise[1, 16], "tpr"):.1% }}. The cosine leads the fall by {{ lost["tpr"][1, 16].points() }}. Settings in which the
# whole interval lies above 0: {{ sum(one.low > 0 for one in lost["tpr"].values()) or "none" }}. So no lead of all layers over two answers is shown here.
#
# After 40 epochs the cosine finds {{ over_targets(gradient[40, 16], "tpr"):.1% }}, the rise
# {{ over_targets(rise[40, 16], "tpr"):.1% }} and the fall {{ over_targets(drop[40, 16], "tpr"):.1% }}: there the hard records of other people move most, whoever was trained on. A fall needs a scale for each record, as in lesson 04.

# %% [markdown]
# So was it the change that leaked, and not the gradient? So far it looks like that. One control more, against the lesson's own claim.
#
# **7. Alignment in the first layer.** In exercise 3 the first layer alone did better than all layers. Answers add up all layers and can't
# leave any out. A server can. What does that add to two answers?

# %%
front = {}
for epoch in EPOCHS:
    steps = [step for size in SIZES for _, step in rounds[epoch, size]]
    score = cosines(models.at_epoch(epoch)[0], steps, layers=("0",))
    for i, size in enumerate(SIZES):
        front[epoch, size] = by_night(score[8 * i : 8 * i + 8], size)
print("first layer")
table({key: over_targets(parts, "tpr") for key, parts in front.items()}, "tpr")

# %% [markdown]
# And night by night, first layer minus two answers at their best; again the nine of a table hold together. Where does the whole interval lie
# above 0?

# %%
print("first layer minus two answers, night by night")
more = {measure: lead(front, measure) for measure in ("auc", "tpr")}

# %% [markdown]
# Here weights show more than answers: after one epoch {{ over_targets(front[1, 16], "tpr").words(".1%") }} of 16 patients at [[1 %|definition]] FPR, where the fall finds
# {{ over_targets(drop[1, 16], "tpr"):.1% }}. The whole interval of the difference lies above 0 in {{ (lambda n: "all" if n == 9 else f"{n} of the")(sum(one.low > 0 for one in more["auc"].values())) }} nine settings for the AUC, and in
# {{ (lambda n: "all nine" if n == 9 else n)(sum(one.low > 0 for one in more["tpr"].values())) }} for the TPR.
#
# Why the first layer? Its gradient is an error times the layer's input, and that input is the record. The same product lets a server
# *reconstruct* records from small updates (Zhu 2019).

# %% [markdown]
# Would you sign that? Two doubts are left. The first layer was chosen in exercise 3 on nights that are judged here again. And the night's
# patients had already been in the model's training; a patient who comes for the first time has not.
#
# So eight new nights, of 16 *new* patients each, judged among the 1,000 records that no training of this model has seen. Does the lead last?
# (Nights, patients and suspects change together; if it does not, this test cannot say which of them took it.)

# %%
outside = np.flatnonzero(~member[0])
nights = [np.random.default_rng(100 + night).permutation(outside)[:16] for night in range(8)]
scores = {}
for epoch in EPOCHS:
    sent = models.at_epoch(epoch)[0]
    made = [one_step(sent, night) for night in nights]
    steps = [step for _, step in made]
    before, after = log_odds(sent), np.stack([log_odds(new) for new, _ in made])
    scores["all layers", epoch] = cosines(sent, steps)
    scores["rise", epoch] = after - before
    scores["fall", epoch] = fall(before, after)
    scores["first layer", epoch] = cosines(sent, steps, layers=("0",))

# %%
fresh = {
    key: [mt.Scores(one[outside], np.isin(outside, night)) for one, night in zip(score, nights, strict=True)]
    for key, score in scores.items()
}
order = ("all layers", "rise", "fall", "first layer")
shown = {(what, e): over_targets(fresh[what, e], "tpr") for what in order for e in EPOCHS}
table(shown, "tpr", rows="{}", columns="epoch {}")

# %% [markdown]
# The lead itself, night by night, over rise or fall, whichever does better here; the six intervals hold together with [[95 %|definition]]:

# %%
print("first layer minus two answers, new patients, night by night")
again = {}
for epoch in EPOCHS:
    for m in ("auc", "tpr"):
        control = max((values(fresh[what, epoch], m) for what in ("rise", "fall")), key=np.mean)
        gap = values(fresh["first layer", epoch], m) - control
        again[epoch, m] = mt.Interval.from_values(gap, confidence=1 - 0.05 / 6)
    print(
        f"epoch {epoch:2}  AUC {again[epoch, 'auc'].words('+.3f'):26} TPR {again[epoch, 'tpr'].points('+.1f')}"
    )

# %% [markdown]
# **After one epoch**, yes: the first layer finds {{ over_targets(fresh["first layer", 1], "tpr").words(".1%") }} of the 16 new patients, and leads two answers by {{ again[1, "tpr"].points() }}.
#
# **Later** no lead is shown on nights of 16 new patients. After 5 epochs the lead is {{ again[5, "auc"].words("+.3f") }} of AUC and {{ again[5, "tpr"].points() }} at [[1 %|definition]] FPR, after 40 it is
# {{ again[40, "auc"].words("+.3f") }} and {{ again[40, "tpr"].points() }}, and all four intervals hold 0. Not that
# new patients are safe there: after 40 epochs all layers still find {{ over_targets(fresh['all layers', 40], 'tpr'):.1% }} of them, the rise {{ over_targets(fresh['rise', 40], 'tpr'):.1% }}.

# %% [markdown]
# So two sentences are true, within these limits (one model, eight nights). Two versions of a model leak, to anybody who may ask both. And whoever also has their weights and knows which of them to look at, finds more after one epoch, on new nights too. (Leads of larger nights later on, in the tables above, have not been tried on new ones.)
#
# That matters for who must be feared. Here is the map of round 3, filled in, with each control beside its attack; all at [[1 %|definition]] FPR, and the updates with 16 patients
# from the model's own training set:

# %% [markdown]
# | | who | sees | shadows | model | finds | its control finds |
# |---|---|---|---|---|---|---|
# | 1 | thief, or anybody where weights are published | weights of one version | none | after 40 epochs | norm {{ over_targets(by_layer["all layers"], "tpr"):.1% }} | answers: loss {{ over_targets(loss, "tpr"):.1% }} |
# | | the same | weights of one version | 16 | after 40 | own past {{ over_targets(calibrated["all layers"], "tpr"):.1% }} | answers: LiRA {{ over_targets(likelihood, "tpr"):.1% }} |
# | 2 | the same | weights of one version | 8 | after 40 | network {{ over_targets(nets["everything"], "tpr"):.1% }} | outputs alone {{ over_targets(nets["outputs"], "tpr"):.1% }} |
# | 3 | auditor, insider | weights, and all other members | none | softmax regression, after 40 | {{ over_targets(curvature, "tpr"):.1% }} | LiRA there {{ over_targets(soft_lira, "tpr"):.1% }} |
# | 4, 7 | server, or a listener on the line | weights of two versions | none | after 1 | all layers {{ over_targets(gradient[1, 16], "tpr"):.1% }}, first layer {{ over_targets(front[1, 16], "tpr"):.1% }} | two answers: fall {{ over_targets(drop[1, 16], "tpr"):.1% }}, rise {{ over_targets(rise[1, 16], "tpr"):.1% }} |
# | | | | | after 40 | all layers {{ over_targets(gradient[40, 16], "tpr"):.1% }}, first layer {{ over_targets(front[40, 16], "tpr"):.1% }} | fall {{ over_targets(drop[40, 16], "tpr"):.1% }}, rise {{ over_targets(rise[40, 16], "tpr"):.1% }} |
# | 7 | the same, new patients | weights of two versions | none | after 1 | first layer {{ over_targets(fresh["first layer", 1], "tpr"):.1% }} | fall {{ over_targets(fresh["fall", 1], "tpr"):.1% }}, rise {{ over_targets(fresh["rise", 1], "tpr"):.1% }} |
# | | | | | after 40 | first layer {{ over_targets(fresh["first layer", 40], "tpr"):.1% }} | fall {{ over_targets(fresh["fall", 40], "tpr"):.1% }}, rise {{ over_targets(fresh["rise", 40], "tpr"):.1% }} |

# %% [markdown]
# After 40 epochs and with 16 patients a night no lead is shown at [[1 %|definition]] FPR: the first layer's is {{ more["tpr"][40, 16].points() }}. With 64 patients one is: {{ more["tpr"][40, 64].points() }}.
# (Attack 5, on one night, gained nothing over attack 4 that its interval could show. Attack 6 is the control of 4 and 7.)
#
# The last column needs no weights. LiRA needs answers and the same shadows; two answers need a customer of an interface who asks again after a
# nightly retraining (Salem 2020), as long as few records made the difference.

# %% [markdown]
# And Amara? Her treatment lies years back, and the firm has the finished model: row 1. With shadows of its own it finds {{ over_targets(calibrated["all layers"], "tpr"):.1% }} of the members, and no more than from the answers.
#
# The updates' rows threaten her only if somebody *kept* the two versions of her night, in a log or a backup, and even then most of those whom all layers ranked highest on the night of round 4 were somebody else ({{ 16 - hits }} of 16). What would help her is that updates are
# deleted, and that no single rank counts as proof.

# %% [markdown]
# "Only weights leave the house" says what is sent, not what it betrays. The statement owed to Amara is: how many records make one update, who
# sees two versions, and what an attack with shadows finds in the last one.
#
# <details><summary>What the law makes of that</summary>
#
# The GDPR asks which means are *reasonably likely to be used* to identify a person; singling out is the first it names (recital 26). Data protection authorities apply this to models
# (EDPB 2024): whether a model is anonymous has to be shown, against whoever may come to hold it, and membership inference is among the tests they name.
# Lesson 08 has more.
#
# </details>

# %% [markdown] audience="instructor"
# **Surprise (8 minutes).** Return to the reasons from *Predict*. A small step changes a probability in the third digit, and without noise the third digit is
# as good as the first. *What would you add to the update so that it is not?* (Clipping and noise: lesson 10.) The last control is there to be imitated: the
# lesson had a neat sentence, "the change leaks, not the gradient", and half of it was wrong.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A maker of keyboards trains its model on phones. Each phone takes a few steps on the day's messages and sends an update; the server adds up 1,000 phones at a time
# before anybody can look. "White-box attacks need weights, and nobody sees a single phone's", says the maker. It sends every phone the new model each morning. Write five sentences: who sees two
# versions, what do they differ by, what would you measure, and what would have to be added for a promise?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# Every phone sees two versions, last morning's and this one's, and so does anybody with a phone. They differ by a thousand phones' messages, so a single message is one among many
# thousands. But 256 records in one step still gave {{ over_targets(front[5, 256], "tpr"):.1% }} and {{ over_targets(front[40, 256], "tpr"):.1% }} at [[1 %|definition]] FPR, after 5 and 40 epochs, by the first layer. How much is left of a larger crowd I would measure: plant known messages on some phones, take their first-layer alignment, since the phones hold both versions' weights, and the rise of their
# log-odds, and report TPR at [[1 %|definition]] FPR over several days, for odd messages apart from common ones. Messages that one phone sends many times, or that a thousand phones share, are not
# covered by counting records. A promise needs more than a crowd: a limit on what one phone can change, and noise, so that it holds against attacks nobody has thought of.
#
# *Rubric, a point each*: two versions are public · the crowd is the update's size · measure with planted records, low FPR, several days · repeated and rare messages · clip and add noise for a promise.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. Write the headline for round 3's first table, and then the correction that the next day's paper owes its readers.
# 2. Amara is threatened only if somebody kept two versions of the model. Which logs and backups at your own place do
#    that, and for how long?
# 3. Six hospitals could add up their updates before the server sees them. What changes for Amara, what for a customer
#    of the interface who asks before and after the night?

# %% [markdown] section="recap"
# ## Recap
#
# 1. A record's gradient has thousands of numbers, and its norm says what the loss says: AUC {{ f"{over_targets(by_layer['all layers'], 'auc').value:.3f}" }} and {{ f"{over_targets(loss, 'auc').value:.3f}" }}. In the last layer it is (p − y)hᵀ.
# 2. A record's own past helps a gradient as it helps log-odds: {{ over_targets(calibrated["all layers"], "tpr"):.1% }} and {{ over_targets(likelihood, "tpr"):.1% }} at [[1 %|definition]] FPR. The gain is the shadows'.
# 3. Whoever knows all other members gets {{ over_targets(curvature, "tpr"):.1% }} from the weights of a softmax regression, without a shadow; 16 shadows get {{ over_targets(soft_lira, "tpr"):.1% }} there.
# 4. An early update of 16 records betrays {{ over_targets(gradient[1, 16], "tpr"):.1% }} of them by the direction of all layers, one of 256 records {{ over_targets(gradient[1, 256], "tpr"):.1% }}.
# 5. Two answers have nearly the AUC of that direction, {{ f"{found.value:.3f}" }} and {{ f"{over_targets(gradient[1, 16], 'auc').value:.3f}" }}. At [[1 %|definition]] FPR the rise finds {{ over_targets(rise[1, 16], 'tpr'):.1% }}, the fall {{ over_targets(drop[1, 16], 'tpr'):.1% }}, all layers {{ over_targets(gradient[1, 16], 'tpr'):.1% }}, the first layer {{ over_targets(front[1, 16], 'tpr'):.1% }}. On new patients the first layer leads the better of two answers by {{ again[1, 'tpr'].points() }}; later no lead is shown there. In a finished network the gradient's *norm* added nothing to the answers; in an update after one epoch its *direction* in the first layer does.

# %% [markdown]
# **You may now claim** "with this access and these shadows so many members are found; the same shadows without the access find so many",
# over several targets, with the paired difference.
#
# **You may not claim** that white-box access is harmless (this was one norm, one network, two data sets; for other features nobody knows), nor that
# data stay private because "only updates" are sent, or because nobody sees the weights.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [federated learning](glossary.md#federated-learning), [federated update](glossary.md#federated-update),
# [gradient](glossary.md#gradient), [gradient norm](glossary.md#gradient-norm), [inverse-Hessian attack](glossary.md#inverse-hessian-attack),
# [update alignment](glossary.md#update-alignment)
#
# **Sources**
#
# - M. Nasr, R. Shokri and A. Houmansadr, Comprehensive privacy analysis of deep learning, 2019
# - A. Sablayrolles and others, White-box vs black-box: Bayes optimal strategies for membership inference, 2019
# - A. Suri, X. Zhang and D. Evans, Do parameters reveal more than loss for membership inference?, 2024
# - L. Melis and others, Exploiting unintended feature leakage in collaborative learning, 2019
# - J. Li and others, Effective passive membership inference attacks in federated learning against overparameterized models, 2023
# - L. Zhu, Z. Liu and S. Han, Deep leakage from gradients, 2019
# - A. Salem and others, Updates-leak: data set inference and reconstruction attacks in online learning, 2020
# - European Data Protection Board (EDPB), Opinion on personal data in AI models, December 2024; General Data Protection Regulation, recital 26
# - Privacy Meter of 2020 to 2021, `ml_privacy_meter/attack/meminf.py` and `utils/attack_data.py`
# - MNIST-5k and SUPPORT2; their cards are in `datasets/README.md`
#
# **Next**: [07 Genomes and statistics](07_genomes.ipynb)

# %%
mt.progress.so_far("06")

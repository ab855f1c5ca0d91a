# %% [markdown] section="card"
# # 00 The membership game
#
# After this lesson you can
#
# - **play** the game that every attack in this course plays, by eye and by rule,
# - **measure** a guesser by accuracy and [advantage](glossary.md#advantage), with an interval,
# - **say** what an adversary sees who gets labels, confidences or the whole model,
# - **find** the zero point of an accuracy before you believe it.
#
# **Builds on** what you bring: Python, NumPy, and that a network can overfit. **Time** 20 minutes.
#
# **Data** SUPPORT2: real, seriously ill patients of five hospitals, without names. Please don't try to find out who
# they are.
#
# **Threat model** Somebody who holds a patient's record and may ask a model about it once wants to know whether this
# patient helped to train it.
#
# Run the first cell with Shift and Enter. It checks that all you need is here. When you come back after a break, click
# the cell at which you stopped and choose *Run All Above Selected Cell* in the Run menu.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** The first cell says what is missing and what to do about it; *memory* means that
# less than 1 GB is free, so close other notebooks' kernels. A panel that shows a picture and words in place of
# buttons belongs to a cell that has not been run here. The cell below the lab reads the line when it runs: move, then
# run it again. A prediction is kept in `progress.json` beside the notebook and cannot be changed once it was scored,
# so a second person at the same machine begins in a folder of their own.
#
# **What goes wrong in thinking.** Confidence is taken for the probability of having been a member; it is the model's
# probability of an illness. Membership is taken for the illness; Ruth's insurer knows her illness already. And a
# lucky deal of twelve is taken for a proof, by the class as by newspapers.

# %%
import math

import numpy as np

import mia_teach as mt
from mia_teach.attacks.threshold import gap, label_probability
from mia_teach.exercises import game as check
from mia_teach.labs.guessing_game import GuessingGame, in_words
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import ConfidenceBarsDisplay, IntervalDisplay, in_percent
from mia_teach.rate import percent

mt.doctor()

# %% [markdown] section="warm-up"
# ## Warm-up
#
# Two questions from what you bring. Answer before you open the answers.
#
# 1. A network names the right class for nearly all of its training examples and for fewer than half of new ones.
#    What is this called, and what has the network learnt?
# 2. You flip a coin twelve times and it falls heads nine times. Is it loaded?
#
# <details><summary>Answers</summary>
#
# 1. Overfitting. Besides what holds in general it has learnt its own examples by heart.
# 2. You can't tell. A fair coin shows nine or more heads in {{ 299 / 4096:.1%}} of such series. After 150 heads
#    in 200 flips you could tell.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Ruth is invented, her situation is not. Years ago she lay in intensive care with lung cancer, when her doctors were
# choosing patients for a study of the gravest cases. The measurements of some five hundred patients trained a small model
# that names a patient's disease group. It is online now, for any doctor to try. It holds no names.
#
# An insurer has the bills of that stay, with every measurement, but doesn't know whether she was in the study: whether
# her doctors counted her among the gravest. So it gives the measurements to the model and looks at one number, the
# [confidence](glossary.md#confidence) in "lung cancer". If a model is surer about people it has learnt from, that
# number tells on her.
#
# The next cell trains such a model and asks it about twelve real patients. Who was in its training set?

# %%
everyone = mt.load_support2("disease")
patients = everyone[np.random.default_rng(0).permutation(len(everyone))[:1000]]
member = mt.coin_flips(1, len(patients), seed=0)  # one coin a patient: True trains the model
network = mt.mlp(48, 64, 8)  # 48 measurements, 64 hidden units, 8 disease groups
hospital = mt.train(network, patients, member, epochs=80, learning_rate=3e-3)

game = mt.Game.from_ensemble(hospital, patients)  # what the model says, and the coins, kept apart
confidence, about = label_probability(game.view), in_words(patients)
rows = [f"{number}. {words}" for number, words in enumerate(about[:12], start=1)]
twelve = ConfidenceBarsDisplay(confidence[:12], rows)
numbers = ", ".join(percent(share, ".0%") for share in confidence[:12])
mt.show(twelve, alt=f"The model's confidence in the true disease group of patients 1 to 12: {numbers}.")

# %% [markdown] section="predict"
# ## Predict
#
# You could judge each patient by hand. A rule is faster: **"was in" when the confidence is above one half.**
#
# Now suppose that Ruth did *not* join the study. The rule may call her a member all the same, and the insurer would
# believe it. That is a false alarm. Of 100 people like her, who were not in, how many will the rule call members?
#
# The truth will be a mean over twenty models. Look at the bars above, then commit a number and how sure you are. If
# you have no idea, say so with a low sureness: an honest guess scores better than a bold miss.

# %%
prediction = Prediction(
    "Of 100 people who were NOT in the training set, how many does the rule call members, "
    "on average over twenty models?",
    lesson="00",
    name="false_alarms",
    unit="people",
    low=0,
    high=100,
    tolerance=5,
    digits=1,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (2 minutes).** Say: "A coin would call half of them members. A rule that knew everything would call nobody
# so. Where is this rule?" Collect numbers aloud and write them down without comment. A small number assumes that a
# model is unsure about everybody it has not learnt from; ask what it would then be good for. Ask how sure they are,
# and why. Don't work the number out of the accuracies that the lesson prints before the reveal, unless somebody asks.
#
# **Timing of the whole lesson.** Card to predict 5, build 4, lab 5, exercises 2, surprise to recap 4. In a class
# leave out all exercises but the first; they are for those who are quick, or for home.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: the game
#
# What you just saw is a [game](glossary.md#membership-game) between two people, written down by Yeom and others in
# 2018:
#
# 1. The [challenger](glossary.md#challenger) flips a fair coin for a patient. Heads: the patient joins the training
#    set and is a [member](glossary.md#member). Tails: the patient stays out and is a *non-member*. Then the
#    challenger trains the model.
# 2. The [adversary](glossary.md#adversary) gets the patient's record, may ask the model, and says "was in" or "was
#    not in".
# 3. The adversary wins when the word and the coin agree.
#
# In code, `game.view` is all that the adversary sees, and the coins stay with the challenger. Somebody who
# guesses without looking sets the zero point.

# %%
coins = member[0]  # the challenger's secret


def play(guess, rounds):
    """Rounds won: the adversary's guesses against the challenger's coins."""
    return mt.Rate(int((guess[rounds] == coins[rounds]).sum()), len(coins[rounds]))


blind = np.random.default_rng(1).random(len(patients)) < 0.5
rounds = slice(440, 640)  # 200 patients whom the lab below does not use
print("without looking:", play(blind, rounds))

# %% [markdown]
# Near one half, as it must be. The bracket is a [confidence interval](glossary.md#confidence-interval): the true rate
# lies in such a bracket in at least [[95 %|definition]] of experiments. From here on such brackets are
# [[95 %|definition]] unless another number is given.

# %% [markdown]
# ### Round 2: what the adversary may see
#
# | access | what it shows | who grants it |
# |---|---|---|
# | labels | the group the model names | a form that says "probably sepsis" |
# | confidences | a probability for each group | most web services |
# | weights | every number in the model | whoever publishes the file |
#
# The first two are called [black box](glossary.md#black-box), the third [white box](glossary.md#white-box). Here is
# what each level shows about patient 1.

# %%
probability = np.exp(game.view.target_logits[0]) / np.exp(game.view.target_logits[0]).sum()
groups, likely = patients.class_names, np.argsort(-probability)[:3]
size = sum(numbers[0].numel() for numbers in hospital.params.values())

print("labels:     ", groups[likely[0]], f"(the truth is {groups[patients.y[0]]})")
print("confidences:", ", ".join(f"{groups[k]} {percent(probability[k])}" for k in likely), "...")
print("weights:    ", f"{size:,} numbers")
print()
print("“was in” when the label is right:", play(gap(game.view) == 1, rounds))

# %% [markdown]
# The last line is a rule that needs labels only, and it wins {{ play(gap(game.view) == 1, rounds).hits }} of the 200
# rounds. Patient 1 has Ruth's illness; the model gets her group wrong, the rule says "was not in", and that is
# true. But had Ruth been in, the model would very likely have named her group
# rightly, as it does for {{ int(gap(game.view)[coins].sum()) }} of its {{ int(coins.sum()) }} members. Hiding the
# confidences would not hide her.
#
# ### Round 3: twelve rounds and two hundred
#
# The same rule now plays twenty deals of twelve patients. From deal to deal only the patients change.

# %%
by_label = gap(game.view) == 1
deals = [play(by_label, slice(12 * deal, 12 * deal + 12)) for deal in range(20)]
wins = [deal.hits for deal in deals]
many = play(by_label, rounds)

shares = IntervalDisplay(range(1, 21), deals, name="a deal of twelve").plot(color="black", linestyle="none")
shares.ax_.axhspan(many.low, many.high, color="#E69F00", alpha=0.4, label="200 rounds")
shares.ax_.axhline(0.5, color="#595959", ls=(0, (2, 2)), label="guessing")
shares.ax_.set(xlabel="deal", ylabel="share of rounds won", ylim=(0, 1.02), xticks=range(1, 21, 3))
in_percent(shares.ax_.yaxis)
shares.ax_.legend(loc="lower right", ncols=3)
mt.show(
    shares,
    alt=f"Rounds won in twenty deals of twelve: between {min(wins)} and {max(wins)}, "
    f"with wide intervals. In 200 rounds: {many}, a narrow band above one half.",
)

# %% [markdown]
# One rule, one model, and between {{ min(wins) }} and {{ max(wins) }} wins of twelve. In
# {{ sum(deal.low <= 0.5 for deal in deals) }} of the twenty deals the interval reaches down to guessing: such a deal proves
# nothing by itself. The 200 rounds do: {{ many }}.

# %% [markdown] section="lab"
# ## Lab: guessing game
#
# First judge the twelve by eye: mark each patient, then uncover the truth. Deal again as often as you like. Then move
# the line (drag it, or use the slider and the arrow keys): your rule plays 200 rounds at once, with other patients,
# who appear when you move it. The panel also shows the **advantage**: the share of the members who are called members
# minus the share of the others who are. Guessing blindly, it is 0. Three goals are ticked off:
#
# 1. all twelve judged,
# 2. nine of twelve won in one deal,
# 3. a rule that is nearly the best there is.

# %%
lab = GuessingGame(game.judge(confidence, name="confidence"), about, lesson="00")
lab

# %% [markdown]
# The next cell takes the threshold from where you left it to 200 patients whom neither you nor your rule has met. Move
# the line, then run the cell again.

# %%
fresh = slice(640, 840)
print(f"“was in” above {percent(lab.threshold, '.0%')}:", play(confidence > lab.threshold, fresh))

# %% [markdown]
# Your rule may win more rounds here than in the panel, or fewer: luck alone moves the number by about ten. Over many
# repetitions a rule does worse on fresh patients than on those for whom it was chosen. Lesson 02 comes back to this.

# %% [markdown] audience="instructor"
# **Lab (5 minutes).** Let everybody play the same first deal, then ask for a show of hands: who won nine or more? Then
# a second deal. The winners change, which is the point. Discussion: *what did you look at beside the bar?* Many trust
# "sounds like a typical case"; those patients are the ones a model is sure of without knowing them. A frequent slip
# with the rule: reading the slider as "share of patients called members".

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. A rule
#
# Say "was in" (True) for every patient whose confidence is **above** the threshold. For a hint, run
# `check.guess_members.hint()` in a new cell.


# %% exercise="guess_members"
def guess_members(confidence, threshold):
    """One True or False a patient. confidence: floats from 0 to 1, one a patient; threshold: one number."""
    ### BEGIN SOLUTION
    return confidence > threshold
    ### END SOLUTION


guess_members = check.guess_members(guess_members)

# %% tests="guess_members"
assert guess_members(np.array([0.1, 0.7, 0.7]), 0.7).tolist() == [False, False, False]
assert guess_members(np.array([0.1, 0.7, 0.8]), 0.6).tolist() == [False, True, True]

# %% [markdown]
# ### 2. What the guesses are worth
#
# Return two shares: the **accuracy**, which is the share of rounds won, and the **advantage**. The advantage is the
# [true positive rate](glossary.md#true-positive-rate) (the share of the members called members) minus the
# [false positive rate](glossary.md#false-positive-rate) (the share of the others called members).
# The hints are at `check.accuracy_and_advantage.hint()`.


# %% exercise="accuracy_and_advantage"
def accuracy_and_advantage(guess, member) -> tuple[float, float]:
    """(accuracy, advantage). guess and member: one True or False a patient."""
    ### BEGIN SOLUTION
    accuracy = (guess == member).mean()
    advantage = guess[member].mean() - guess[~member].mean()
    return accuracy, advantage
    ### END SOLUTION


accuracy_and_advantage = check.accuracy_and_advantage(accuracy_and_advantage)

# %% tests="accuracy_and_advantage"
_member = np.array([True, False, False, False])
assert accuracy_and_advantage(~_member, _member) == (0.0, -1.0)
assert accuracy_and_advantage(np.array([True] * 4), _member) == (0.25, 0.0)

# %%
guess = guess_members(confidence, 0.5)
accuracy, advantage = accuracy_and_advantage(guess[fresh], coins[fresh])
print(f"accuracy {accuracy:.3f}, advantage {percent(advantage)}")

# %% [markdown]
# Why is the advantage not twice the distance of the accuracy from one half? That holds when both sides are equally
# many; of these {{ len(coins[fresh]) }} patients, {{ int(coins[fresh].sum()) }} were in.
#
# ### 3. Repair a report
#
# In 2021 Rezaei and Liu went through published attacks and found accuracy, precision and recall of the *members*
# reported, but not how many others were accused. When the people asked about are mostly members, that hides
# a failure: always saying "was in" looks splendid. Here is such a report on our model: all members, and only
# every fifth of the others.

# %%
asked = coins | (np.cumsum(~coins) % 5 == 0)
print(f"{(asked & coins).sum()} members, {(asked & ~coins).sum()} others")
print(f"accuracy of the rule:        {(guess == coins)[asked].mean():.3f}")
print(f"accuracy of “always was in”: {coins[asked].mean():.3f}")

# %% [markdown]
# Return the two numbers that such a report lacks. The **zero point**: the accuracy of the better of "always in" and
# "always not in". And the [balanced accuracy](glossary.md#balanced-accuracy): the mean of two shares, members rightly
# called members and others rightly called others. Its zero point is one half whatever the mixture.


# %% exercise="fair_report"
def fair_report(guess, member) -> tuple[float, float]:
    """(zero point, balanced accuracy). guess and member: one True or False a patient."""
    ### BEGIN SOLUTION
    zero_point = max(member.mean(), 1 - member.mean())
    members_right = guess[member].mean()
    others_right = (~guess[~member]).mean()
    return zero_point, (members_right + others_right) / 2
    ### END SOLUTION


fair_report = check.fair_report(fair_report)

# %% tests="fair_report"
assert np.allclose(fair_report(np.array([False] * 4), np.array([True, False, False, False])), (0.75, 0.5))
assert np.allclose(fair_report(np.array([True, True, True]), np.array([True, True, False])), (2 / 3, 0.5))

# %%
zero_point, balanced = fair_report(guess[asked], coins[asked])
right, groups = guess == coins, (asked & coins, asked & ~coins)
rates = [mt.Rate(int(right[group].sum()), int(group.sum()), confidence=0.975) for group in groups]
low, high = np.mean([rate.interval for rate in rates], axis=0)

print(f"accuracy {right[asked].mean():.3f}, zero point {zero_point:.3f}")
print(f"balanced {balanced:.3f} (interval {low:.3f} to {high:.3f})")

# %% [markdown]
# The headline of {{ (guess == coins)[asked].mean():.3f}} shrinks to {{ balanced:.3f}}, with an interval from
# {{ low:.3f}} to {{ high:.3f}} that stays above one half. The leak is real, and smaller than reported. (It is the mean of
# two intervals, one a side, each of [[97.5 %|definition]], so that both hold at once in at least
# [[95 %|definition]] of experiments.)
#
# In the world the mixture is usually the other way round: most people were *not* in the training set, and then false
# alarms decide everything (Jayaraman 2021). That is lesson 02.

# %% [markdown]
# ### Stretch: luck
#
# How likely is it that fair coin flips win at least `wins` of `rounds` rounds? `math.comb(n, k)` counts the ways to
# choose k of n.


# %% exercise="luck" tags=["stretch"]
def luck(wins, rounds) -> float:
    """Probability of at least this many wins by flipping coins."""
    ### BEGIN SOLUTION
    return sum(math.comb(rounds, k) for k in range(wins, rounds + 1)) / 2**rounds
    ### END SOLUTION


luck = check.luck(luck)

# %% [markdown]
# With it: a coin wins at least {{ max(wins) }} of twelve in {{ luck(max(wins), 12):.1%}} of deals. But that is the best
# of twenty deals. At least one of twenty deals of coin flips looks as good with probability
# {{ 1 - (1 - luck(max(wins), 12)) ** 20:.1%}}: before you are impressed by a best result, count the tries.

# %% [markdown] audience="instructor"
# **Exercises (2 minutes).** In class do number 1 together. For number 3 ask first: *you are asked about six
# people, five were in; what do you answer without looking?* Everybody sees it at once; then ask how a report could
# miss it (whoever has the training set at hand has many members and few outsiders). Be fair to the authors: many used
# balanced sets, and there the zero point of accuracy is one half.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `guess_members`, *per cent*: have them print the first three confidences before they choose a threshold. Shares,
#   never per cent, stay with us to the end of the course.
# - `accuracy_and_advantage`, *precision for rate*: draw the table of two by two on the board, the truth in rows, the
#   guess in columns. A rate runs along a row. Leave the table there; lessons 02 and 08 need it again.
# - `fair_report`, *zero point is half*: ask about six people of whom five were in, and let the room answer without
#   looking at anything. The room is right five times. That is the zero point.

# %% [markdown] section="surprise"
# ## Surprise
#
# Back to your prediction. One model is one run, so here are twenty: the same 1,000 patients, new coins for each.

# %%
targets = mt.coin_flips(20, len(patients), seed=1)
hospitals = mt.train(network, patients, targets, epochs=80, learning_rate=3e-3, seed=1)
logits = hospitals.logits(patients.x)
said = mt.signals.label_probability(logits, patients.y) > 0.5

false_alarms = [100 * answer[~truth].mean() for answer, truth in zip(said, targets, strict=True)]
were_in = [truth[answer].mean() for answer, truth in zip(said, targets, strict=True)]
prediction.reveal(mt.Interval.from_values(false_alarms))

# %% [markdown]
# Of 100 people who were *not* in, so many are called members: {{ mt.Interval.from_values(false_alarms).words(".1f") }},
# a mean with its interval. And yet the rule wins most rounds. The next cell plays 200 of them against each model, and
# lets the rule that sees labels only play the same.

# %%
by_labels = mt.signals.correct(logits, patients.y)

results, label_wins = [], []
for model in range(20):
    drawn = np.random.default_rng(model).choice(len(patients), 200, replace=False)
    truth = targets[model, drawn]
    results.append(mt.Rate(int((said[model, drawn] == truth).sum()), 200))
    label_wins.append((by_labels[model, drawn] == truth).sum())

won, won_by_labels = (mt.Interval.from_values(w) for w in ([r.hits for r in results], label_wins))
print("rounds won of 200, confidence:", won.words(".1f"))
print("rounds won of 200, label only:", won_by_labels.words(".1f"))

# %%
picture = IntervalDisplay(range(1, 21), results, name="200 rounds").plot(color="black", linestyle="none")
picture.ax_.axhline(0.5, color="#595959", ls=(0, (2, 2)), label="guessing")
picture.ax_.set(
    xlabel="model", ylabel="share of rounds won, with interval", ylim=(0, 1.02), xticks=range(1, 21, 3)
)
picture.ax_.legend(loc="lower right")
in_percent(picture.ax_.yaxis)
clear = sum(result.low > 0.5 for result in results)
mt.show(
    picture,
    alt=f"Share of 200 rounds won against twenty models: from {min(results, key=float):.1%} "
    f"to {max(results, key=float):.1%}; in {clear} of 20 the whole interval lies above one half.",
)

# %% [markdown]
# The rule wins {{ won.words(".1f") }} rounds of 200, mean over twenty models with its interval. Against
# {{ clear }} of the twenty, one run of 200 is enough to rule out luck. That is what a model tells about its patients
# while holding no names.

# %% [markdown]
# And yet, would you believe the insurer? The two answers of the rule are not worth the same:
#
# - "was not in" is nearly always true. In our first model {{ int((~guess & coins).sum()) }} of
#   {{ int(coins.sum()) }} members fall below one half; over the twenty models
#   {{ f"{int((~said & targets).sum())} of {int(targets.sum()):,}" }}.
# - "was in" is true in only {{ mt.Interval.from_values(were_in).words(".1%") }} of cases, mean over the twenty models, although half of all
#   patients were in.

# %% [markdown]
# If Ruth falls below one half, she is nearly cleared. If she lies above it, the insurer has a suspicion and no proof.
# Winning most rounds is one thing, accusing one person is another.
#
# A limit of this experiment: all twenty models share the same 1,000 patients and one way of training. The interval
# speaks of other coins, not of other hospitals.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A clinic writes on its website: "Our model was attacked by independent experts. They guessed membership with an
# accuracy of only [[55 %]]. Your data are safe." Write three or four sentences: what would you ask the clinic before
# you believe it?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# Over how many rounds, and with which interval? [[55 of 100]] may be luck, [[5,500 of 10,000]] is not. Was the game
# balanced: if only a tenth of those asked about were members, "never in" would win [[90 %]], and [[55 %]] would say
# nothing good about the experts. What could they see, labels or confidences, and did they try more than one rule? A weak
# attack shows that this attack is weak, not that the model is safe. And an average hides who is exposed: was anybody
# found with certainty?
#
# *Rubric, a point each*: asks for the number of rounds or an interval · asks about the mixture, the zero point · asks
# about access or other attacks · says that a failed attack proves no safety, or that an average hides individuals.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. Below one half the rule nearly clears Ruth. May the clinic advertise with that? Whom does it leave out?
# 2. Tomorrow the confidences are hidden. How many of 200 rounds does the insurer lose, and what does Ruth gain?
#    (*Surprise* prints both rules.)
# 3. You have looked at twelve real people's answers. What would you have wanted to know about one from your own town,
#    and what kept you from asking?

# %% [markdown] section="recap"
# ## Recap
#
# 1. The game: a coin decides who trains the model, the adversary asks the model and guesses the coin.
# 2. Accuracy is the share of rounds won; advantage is true positive rate minus false positive rate.
# 3. Our models, which hold no names, lost {{ won.value:.0f}} of 200 rounds to a rule of one line and
#    {{ won_by_labels.value:.0f}} to a rule that saw only labels, on average over twenty models. Of 100 people who were
#    not in, the first rule accused {{ np.mean(false_alarms):.0f}}.
# 4. Twelve rounds prove next to nothing, 200 show something; a number comes with its interval.
# 5. One half is the zero point of accuracy only when members and the others are equally many.

# %% [markdown]
# **You may now claim** "this rule wins so many of so many rounds against this model, where a blind guesser wins so
# many".
#
# **You may not claim** that a lucky deal proves a leak, that an accuracy above [[50 %]] shows one in an unbalanced
# game, or that whoever was called a member was one.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [advantage](glossary.md#advantage), [adversary](glossary.md#adversary),
# [balanced accuracy](glossary.md#balanced-accuracy), [black box](glossary.md#black-box),
# [challenger](glossary.md#challenger), [confidence](glossary.md#confidence),
# [confidence interval](glossary.md#confidence-interval), [false positive rate](glossary.md#false-positive-rate),
# [member](glossary.md#member), [membership game](glossary.md#membership-game),
# [true positive rate](glossary.md#true-positive-rate), [white box](glossary.md#white-box)
#
# **Sources**
#
# - S. Yeom and others, Privacy risk in machine learning: analyzing the connection to overfitting, 2018 (experiment 1
#   and the advantage. There a non-member is drawn from the whole population; here a coin decides for each patient)
# - S. Rezaei and X. Liu, On the difficulty of membership inference attacks, 2021
# - B. Jayaraman and others, Revisiting membership inference under realistic assumptions, 2021
# - W. Knaus and others, The SUPPORT prognostic model, 1995. Data courtesy of the Vanderbilt University Department of
#   Biostatistics (hbiostat.org/data)
#
# **Next**: [01 Overfitting: where the leak begins](01_overfitting.ipynb)

# %%
mt.progress.so_far("00")

# %% [markdown] section="card"
# # 08 Who is at risk
#
# After this lesson you can
#
# - **measure** how often an attack finds one single person, over many models, with an interval,
# - **name** who is exposed and who only seems to be: rare labels, odd records, twins, small groups,
# - **judge** what an accusation is worth where members are rare,
# - **write** a one-page impact assessment from your own numbers, and say what the law asks of it.
#
# **Builds on** lesson 02 (precision and base rates) and lesson 04 (LiRA, one target after another). **Time** 60 minutes.
#
# **Data** SUPPORT2, seriously ill patients of five hospitals; 169 ancestry sites of 2,504 people (1000 Genomes
# Project); Adult (census) and Taiwan credit for contrast. Real people, without names: do not try to find out who anyone is.
#
# **Threat model** Somebody who holds a person's record and the right label, perhaps as a guess, may ask a model once for its
# probabilities, and trains models of the same make. We measure the strongest case: somebody who holds all the records from
# which training sets are drawn.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** The lesson trains often, 64 models once and 32 six times; each cell takes some
# seconds and none should be run twice for fun. `page.save()` writes an HTML file beside the notebook; on Binder it has to
# be downloaded before the session ends.
#
# **What goes wrong in thinking.** Exposure is read as the probability that somebody *was* a member; it speaks of
# trainings that included the person. "Outliers are at risk" is said by everybody and shown by hardly anything here:
# who surprises is at risk. And thirty-two trainings of one person are counted as thirty-two people.

# %%
from dataclasses import replace
from functools import partial

import numpy as np

import mia_teach as mt
from mia_teach import risk
from mia_teach.attacks import threshold
from mia_teach.attacks.lira import lira
from mia_teach.exercises import risk as check
from mia_teach.labs.exposure_explorer import ExposureExplorer, ExposureGrid
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import CYCLE, LINES, ExposureDisplay, IntervalDisplay, in_percent
from mia_teach.risk import over_people

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("08")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. Lesson 02: an attack finds a tenth of the members and accuses a hundredth of the others. One record in a thousand
#    is a member. Are most accusations right?
# 2. Lesson 04: among the borrowers, whose loans did LiRA find most surely?
#
# <details><summary>Answers</summary>
#
# 1. No. Of 100,000 records 100 are members; it accuses ten of them, and about a thousand of the others. The
#    [precision](glossary.md#precision) is a hundredth, although the attack is ten times better than chance.
# 2. Those with a rare, poor grade. Models that never saw such a loan hardly ever name its grade, so knowing it gives away
#    that it was seen.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Lena is invented, her situation is not. After an accident she lay in a coma for nine days. She recovered and told no
# employer.
#
# Her hospital trained a model that names a patient's disease group from measurements, and put it online for small clinics. It had the
# model audited. The report fills one line: "The attack finds hardly more members than it accuses others falsely. The risk to an individual is
# negligible."
#
# A private insurer holds Lena's measurements, from an old claim, and suspects a coma. Does the model know these measurements *as a
# coma's*? If the attack says yes, and is right, two things are out: she was a patient there, and what she had.
#
# Lena reads the report. "Hardly more of *whom*?" she asks.

# %% [markdown] section="predict"
# ## Predict
#
# Later you will train models on the genomes of 2,504 people. They name the part of the world that a person's ancestors lived
# in, one of five, from 169 sites. That is easy, and people whom a model never saw are placed nearly as well as its members.
# The loss attack of lesson 02 finds hardly more than it accuses falsely.
#
# Half of the models are attacked with LiRA at [[1 %|definition]] false positives. The hundredth of the people whom it finds most often is
# noted: 25 people. Then the *other* half of the models is attacked.

# %% [markdown]
# Commit your number **now**: round 2 prints the same share for another model, one that is nearly always right about its members and
# often wrong about others. The one you are asked about generalises. The answer comes in *Surprise*.

# %%
prediction = Prediction(
    "25 people, picked on half of the models. In which share of the other half's trainings that included them are they "
    "found, at 1 % false positives?",
    lesson="08",
    name="most_exposed_with_five_labels",
    unit="%",
    low=0,
    high=100,
    tolerance=15,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "On average next to nothing leaks. I pick 25 people on half of the models. How often does
# the other half give them away?" Many say 2 to 10 ("hardly anything leaks, and being picked was luck"). Both halves of that
# reasoning are worth keeping on the board: the first confuses an average with a person, the second is right in principle and
# is tested in round 2.
#
# **Timing of the whole lesson.** Card to predict 9, build 24, lab 6, exercises 11, surprise to recap 10. In 50 minutes:
# leave out round 4, exercise 2 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: one person, many models
#
# A [true positive rate](glossary.md#true-positive-rate) is a share of the members of *one* training set. To speak about one person,
# train many. 64 networks learn in a [balanced design](glossary.md#balanced-design) on 2,000 patients: each patient is in 32
# training sets and missing from 32.

# %%
patients = mt.load_support2("disease")
patients = patients[np.random.default_rng(0).permutation(len(patients))[:2000]]
member = mt.balanced_shadows(64, 2000, seed=0)
models = mt.train(mt.mlp(48, 64, 8), patients, member, epochs=40, learning_rate=5e-3, seed=1)
game = mt.Game.from_ensemble(models, patients)

right = mt.signals.correct(game.logits, game.labels)
print("illness named rightly, patients of the training set:", mt.percent(right[member].mean()))
print("illness named rightly, other patients:              ", mt.percent(right[~member].mean()))

# %% [markdown]
# {{ f"{right[member].mean():.1%}" }} against {{ f"{right[~member].mean():.1%}" }}: these models are grossly overfitted, on purpose. All numbers of rounds 1
# to 4 belong to models like that; with fewer epochs they would be smaller (lesson 09).
#
# Every model plays the target once, the other models are its [shadow models](glossary.md#shadow-model) (its partner stays out,
# as always). Each target has a threshold of its own, which lets [[1 %|definition]] of its non-members pass.


# %%
def every_target(game, attack, name):
    """The scores of an attack on each of the models in turn."""
    games = [replace(game, target=target) for target in range(len(game.logits))]
    return [one.judge(attack(one.view), name=name) for one in games]


scores = {
    "loss": every_target(game, threshold.label_log_odds, "loss"),
    "LiRA": every_target(game, lira, "LiRA"),
}
by_attack = {name: mt.Exposure.from_scores(parts, fpr=0.01) for name, parts in scores.items()}
for name, one in by_attack.items():
    print(
        f"{name:5} finds {one.average().words('.1%')} of the members by {len(scores[name])} models; interval over people"
    )

# %% [markdown]
# The line in the hospital's report is the first row. It is true, and it is about a weak attack; lesson 04 has dealt with that.
# Now to Lena's question. Call the share of *her* trainings in which a record is found its [exposure](glossary.md#exposure).
# The first four patients of the table, named before we looked:

# %%
exposure = by_attack["LiRA"]
for patient in (0, 1, 2, 3):
    print(f"patient {patient}: found in {exposure.rate(patient)} trainings")

never, often = (exposure.tpr == 0).mean(), (exposure.tpr >= 0.5).mean()
print(f"never found: {mt.percent(never)} of the patients")
print(f"found at least every other time: {mt.percent(often)}")

# %% [markdown]
# Each line has its interval, wide, since 32 trainings are few. But no interval makes these patients alike. If all had the average exposure
# and only luck told them apart, hardly anybody would be found in three quarters of the trainings, and hardly anybody never. The dotted
# line is that world. (The upright axis is logarithmic: from one mark to the next it is a tenth.)

# %%
display = ExposureDisplay.from_exposure(exposure, name="LiRA, 2,000 patients").plot(equal=True, color="black")
thrice = (exposure.tpr >= 0.75).mean()
display.ax_.set_ylabel("share of the patients (logarithmic)")
display.ax_.text(0.04, 0.2, f"never found: {mt.percent(never)}", fontsize=9)
display.ax_.text(0.6, 0.0007, f"dotted at 75 %: {display.if_equal[24]:.0e},\nfar below this axis", fontsize=9)
said = f"in three quarters {mt.percent(thrice)}, by luck {display.if_equal[24]:.1g}"
mt.show(display, alt=f"Share of patients found in at least a share of their trainings: {said}")

# %% [markdown]
# {{ f"{never:.1%}" }} of the patients are never found. {{ f"{thrice:.1%}" }} are found in at least three of four trainings. The average,
# {{ exposure.average():.1%}}, describes nobody: it is a mixture of people who are safe from this attack and people who can count on
# being found.

# %% [markdown] audience="instructor"
# **Round 1 (5 minutes).** Let somebody say in one sentence what exposure is *not*: not the probability that the person was a member, and
# not what an accusation is worth. It speaks of trainings that included the person. Ask why 32 trainings are 32 coins for one patient and
# no more: the patients' own records do not change from one to the next.

# %% [markdown]
# ### Round 2: picked by luck?
#
# Whoever is on top of 2,000 rows had some luck as well. Judging the winners by the numbers that made them win is the mistake of
# lesson 02's tuned threshold. So pick on one half of the models and look at the other half.
#
# Which half has really not looked? In round 1 every model was a shadow of all others, so each verdict of one half is made of answers of
# the other. Split *before* the attack: `game.halves()` gives two games of 32 models that know nothing of each other. (A target
# then has 30 shadows instead of 62, hence [pooled deviations](glossary.md#pooled-deviation), as in lesson 04.)


# %%
pooled = partial(lira, variance="pooled")


def in_halves(game, name):
    """LiRA within each half of the models: two exposures of the same people that share no model."""
    return [mt.Exposure.from_scores(every_target(half, pooled, name), fpr=0.01) for half in game.halves()]


first, second = in_halves(game, "LiRA")
print(f"{'most exposed':20} where they were picked   on the other models   accused falsely there")
for share in (0.01, 0.05, 0.1, 0.25):
    top = first.most_exposed(share)
    shares = (first.tpr[top].mean(), second.tpr[top].mean(), second.false_alarms[top].mean())
    there, elsewhere, alarms = map(mt.percent, shares)
    print(f"{mt.percent(share):>7} = {len(top):3} people {there:>23} {elsewhere:>21} {alarms:>23}")

# %% [markdown]
# `over_people` takes one share for each person and counts each *person* as one trial, however many trainings stand behind the
# share. It gives the mean as `.value` and the ends as `.low` and `.high`, at [[95 %|definition]] unless `confidence=` says otherwise.

# %%
top = first.most_exposed(0.01)
tail = over_people(second.tpr[top])
print(f"the most exposed hundredth, honestly: {tail.words('.1%')}; everybody: {second.average():.1%}")

# %% [markdown]
# Luck was worth a few points. A control shows how much it can be worth: the same two steps with answers drawn at random, which know
# nothing. And, beside it, what happens when the attack comes first and the split after.

# %%
dice = replace(game, logits=np.random.default_rng(1).normal(size=game.logits.shape))
unsplit = mt.Exposure.from_scores(every_target(dice, pooled, "at random"), fpr=0.01)
one_side = np.arange(64) // 2 % 2 == 0  # pairs of models stay together, as in game.halves()
luck = {}
for when, (picked_on, judged_on) in {
    "split, then attacked": in_halves(dice, "at random"),
    "attacked, then split": (unsplit.on(one_side), unsplit.on(~one_side)),
}.items():
    winners = picked_on.most_exposed(0.01)
    luck[when] = picked_on.tpr[winners].mean(), judged_on.tpr[winners].mean()
    there, elsewhere = map(mt.percent, luck[when])
    print(f"at random, {when}: {there} where picked, {elsewhere} on the other models")

# %% [markdown]
# Split first, the winners of the dice fall back to about the false positive rate. Split afterwards they keep
# {{ f"{luck['attacked, then split'][1]:.1%}" }}, found again and again where there is nothing to find: the shadows that made them win are at work in
# both halves. Many an evaluation is split like that.
#
# (Round 1 took the trainings of a patient as independent, in the intervals of single patients and in the dotted line. Targets share their shadows,
# so luck reaches further than both say.)
#
# LiRA's winners hardly fall. These {{ len(top) }} patients are found in {{ tail:.1%}} of the trainings that include
# them, by models that had no part in picking them. (The interval is over people: it says what to expect of other patients
# picked the same way. {{ int((first.tpr == 1).sum()) }} patients were found in *every* training of the first half, so these are the first {{ len(top) }} of them in
# the table's order; the rows below speak of more.) They are also accused falsely more often than the [[1 %|definition]] that everybody
# is on average: {{ f"{second.false_alarms[top].mean():.1%}" }}.
#
# A report that names only the average hides them. One that names only the tail hides that most people are not found at all. Print both.

# %% [markdown] audience="instructor"
# **Round 2 (5 minutes).** Before the table ask how far the winners will fall. Some say not at all, some to the
# average; write both down. The control at random is the sentence to keep: *that* is how far mere luck falls. Ask what a
# report does that prints the first column only. Whoever is quick may say why "attacked, then split" leaks: a record whose shadows
# happen to answer apart is accused by every target that uses these shadows.

# %% [markdown]
# ### Round 3: who are they?
#
# First suspect: the illness. Some are frequent, some rare. The intervals hold all at once ([Bonferroni](glossary.md#bonferroni-correction)):
# of eight groups one may well stand out by luck, and that has to be paid for.
#
# The table's abbreviations: ARF acute respiratory failure, MOSF failure of several organs (*w/Malig* with a malignant tumour), CHF congestive
# heart failure, COPD chronic obstructive pulmonary disease.

# %%
illnesses = exposure.by_group(patients.y, patients.class_names)
print(risk.table(sorted(illnesses, key=lambda one: one.exposure.value), heading="illness"))

# %%
by_size = sorted(illnesses, key=lambda one: one.people)
ax = IntervalDisplay(range(8), [one.exposure for one in by_size]).plot(ls="none", color="black").ax_
ax.axhline(exposure.average().value, color="#595959", ls="--", lw=1.5, label="all patients")
labels = [f"{one.name.replace(' ', chr(10), 1)}\n{one.people}" for one in by_size]
ax.set_xticks(range(8), labels, fontsize=8)
ax.set(ylim=(0, 0.9), xlabel="illness, and how many patients have it", ylabel="exposure (share of trainings)")
in_percent(ax.yaxis)
ax.legend()
most, least = max(illnesses, key=lambda g: g.exposure.value), min(illnesses, key=lambda g: g.exposure.value)
said = f"highest {most.name} {most.exposure:.1%}, lowest {least.name} {least.exposure:.1%}"
mt.show(ax, alt=f"Exposure of each illness, rarest first: {said}; rare ones lie higher, not in order")

# %% [markdown]
# Lena's group, coma, has {{ most.people }} patients here and an exposure of {{ most.exposure:.1%}}; sepsis, the most frequent,
# {{ least.exposure:.1%}}: these two intervals are far apart. Among the rare ones the order is open. Coma and colon cancer are of about equal
# size, and their intervals overlap.
#
# Second suspect: the outlier, far away from all others. The patients in five equal parts, by the distance to their tenth nearest
# neighbour.

# %%
far, _ = risk.distance_to_nearest(patients.x, k=10)
names = ("nearest to the crowd", "second fifth", "middle fifth", "fourth fifth", "farthest from it")
crowd = exposure.by_group(risk.fifths(far), names)
print(risk.table(crowd, heading="distance from the crowd"))

# %% [markdown]
# A trend, and a weak one: {{ crowd[0].exposure:.1%}} to {{ crowd[-1].exposure:.1%}}. "Outliers are at risk" is repeated everywhere; here
# distance alone tells little. What is missing is the label. Third suspect: a patient whose nearest neighbour has *another* illness. And
# fourth, the same thought to its end: how often do models that never saw a patient name the illness rightly?

# %%
_, nearest = risk.distance_to_nearest(patients.x)
same = (patients.y[nearest] == patients.y).astype(int)
print(
    risk.table(
        exposure.by_group(1 - same, ("the same illness", "another illness")), heading="nearest neighbour"
    )
)


# %%
def right_unseen(game):
    """Of the models that never saw a record, the share that names its label rightly."""
    right = mt.signals.correct(game.logits, game.labels)
    return (right & ~game.member).sum(axis=0) / (~game.member).sum(axis=0)


unseen = right_unseen(game)
steps = np.searchsorted([0.02, 0.2, 0.5, 0.8], unseen, side="right")
names = ("never", "up to 20 %", "20 to 50 %", "50 to 80 %", "nearly always (80 % on)")
surprising = exposure.by_group(steps, names)
print(risk.table(surprising, heading="named rightly, unseen"))

strangers = right_unseen(game.halves()[1])
ends_apart = [over_people(first.tpr[who]) for who in (strangers < 0.02, strangers >= 0.8)]
said = "surprise from one half of the models, exposure from the other: never {}, nearly always {}"
print(said.format(*(one.words(".1%") for one in ends_apart)))

# %% [markdown]
# That is it. Where hardly any of the 32 models that never saw a patient names the illness, the patient is found in
# {{ surprising[0].exposure:.1%}} of the trainings; where they name it anyway, in {{ surprising[-1].exposure:.1%}}. Being far out says
# little. Being a **surprise** says much: a label that nobody else's record teaches can only be learnt by heart.

# %% [markdown]
# The table flatters that thought. The models without the patient also tell LiRA what an ordinary answer is, so its two columns are not
# independent. In the line below it they are: {{ ends_apart[0]:.1%}} against {{ ends_apart[1]:.1%}}, surprise and exposure from models that know nothing of
# each other. (It is less for two more reasons: "never" is said by 16 models there, not 32, and the attack has half of the shadows.)
#
# It is a rule of thumb for the data owner, too: train a few models without a record, and see whether they miss it.

# %% [markdown] audience="instructor"
# **Round 3 (6 minutes).** Before the last table take bets between "far out" and "surprising". Ask for a patient who is far out and
# safe (sepsis with extreme values) and one in the middle of the crowd who is exposed (measured like sepsis, called coma). Slip to
# listen for: "so we drop the surprising ones". Lesson 09 comes to that; then others surprise.

# %% [markdown]
# ### Round 4: twins
#
# Tables hold people twice: admitted again, copied, merged. Call two such rows [twins](glossary.md#twin). Here are 1,000 patients,
# and 120 of them have a second row. For the first 60 each
# row has a coin of its own, as the design does by default. For the other 60 one coin decides about both, as in the world: both rows of
# a person were in the hospital's table, or none.

# %%
rows = patients[np.concatenate([np.arange(1000), np.arange(120)])]
dealt = mt.balanced_shadows(32, len(rows), seed=0)
dealt[:, 1060:] = dealt[:, 60:120]
with_twins = mt.train(mt.mlp(48, 64, 8), rows, dealt, epochs=40, learning_rate=5e-3, seed=1)
twins = mt.Exposure.from_scores(every_target(mt.Game.from_ensemble(with_twins, rows), lira, "LiRA"), fpr=0.01)

kind = np.repeat([0, 1, 2], [60, 60, 880])
names = ("twins, a coin each", "twins, one coin", "no twin")
apart, together, alone = twins.of(slice(0, 1000)).by_group(kind, names)
print(risk.table((apart, together, alone)))

# %% [markdown]
# With a coin each, twins look safe: {{ apart.exposure:.1%}}. Of course they do: half of the shadow models "without" the row have its twin
# in training, so *with* and *without* look alike, and the attack has nothing to compare. It is the measurement that went blind.
#
# With one coin for both they are found in {{ together.exposure:.1%}} of the trainings, people who stand there once in
# {{ alone.exposure:.1%}}. The intervals overlap, and they are different people. Better to compare each with themselves: the same 1,000 in the
# same trainings, without any second row.

# %%
single = mt.train(
    mt.mlp(48, 64, 8), rows[np.arange(1000)], dealt[:, :1000], epochs=40, learning_rate=5e-3, seed=1
)
game_once = mt.Game.from_ensemble(single, rows[np.arange(1000)])
once = mt.Exposure.from_scores(every_target(game_once, lira, "LiRA"), fpr=0.01)


# %%
def more_often(kind_number):
    """Of the people whose exposure changed, how many are found more often with second rows in the table."""
    change = (twins.tpr[:1000] - once.tpr)[kind == kind_number]
    return mt.Rate(int((change > 0).sum()), int((change != 0).sum()))


twice, control = more_often(1), more_often(2)
print("one row each, those who had one coin:", mt.percent(once.tpr[kind == 1].mean()))
print("found more often with two rows, of those who changed:", twice)
print("the same for people without a twin (control):        ", control)

# %% [markdown]
# Of the {{ twice.total }} whose share changed, {{ twice:.1%}} are found more often when they stand there twice; of the others, who have one row both times,
# {{ control:.1%}}. A model that sees a row twice learns it twice. So ask about the person, not the row
# ([subject-level membership](glossary.md#subject-level-membership)), look for twins first, and deal them together:
# `mt.coin_flips(..., group=person)` does it.

# %%
gaps, _ = risk.distance_to_nearest(patients.x)
print(f"2,000 patients: {int((gaps == 0).sum())} with an identical row; closest pair {gaps.min():.2f} apart")

# %% [markdown]
# Among the patients of rounds 1 to 3 there were none.

# %% [markdown] audience="instructor"
# **Round 4 (4 minutes).** The common reading is "twins hide each other, good". Ask what Lena's insurer would do who knows that she was admitted twice: train
# shadows with both rows or with none. That gives the second line of the table.

# %% [markdown]
# ### Round 5: what the law asks
#
# Lena's hospital wants to publish its model, and somebody there has to sign. They bring four questions, you bring your numbers. What follows
# is teaching, not legal advice. The texts are linked under *Sources*, laws differ and change; for a real model ask those whose profession it is.
#
# | the hospital asks | where it is answered | what kind of text |
# |---|---|---|
# | Is our table personal data? | GDPR, articles 4 and 9, recital 26 | a statute of the European Union |
# | Is our *model*? | Opinion [[28/2024]] | the view of the data protection authorities |
# | What must we do first? | GDPR, articles 35 and 36 | a statute of the European Union |
# | And in the United States? | HIPAA, 45 CFR [[164.514]] | a rule of the United States |
#
# While you read, look for one thing: which of them names a number that your attack must stay below?

# %% [markdown]
# **Is our table personal data?** [Personal data](glossary.md#personal-data) are, by article 4(1), "any information relating to an identified
# or identifiable natural person". Recital 26 says how to judge *identifiable*: by "all the means reasonably likely to be used, such as singling out",
# by the controller "or by another person", with cost, time and technology in view. What is anonymous in this sense is outside the law.
# Health data and genetic data are among the special categories of article 9(1).

# %% [markdown]
# **Is our model?** Models trained on personal data "cannot, in all cases, be considered anonymous", says the European Data Protection Board
# in its opinion of December 2024; it has to be judged case by case. For an anonymous model two likelihoods should be
# "insignificant": that somebody extracts personal data of those it was trained on, and that such data come out in answer to questions,
# "intentionally or not". Among the attacks against which a controller should show tests, paragraph 55 names attribute and membership inference first.
#
# It is the view of the authorities, not a statute, and courts may see a case otherwise.
#
# Your attack is evidence here. What it cost belongs beside it: the person's record, the records of all others, and
# {{ len(member) - 2 }} shadow models. Whether somebody is likely to go so far is for the hospital to judge.

# %% [markdown]
# **What must we do first?** Where processing is "likely to result in a high risk to the rights and freedoms of natural persons", the
# controller has to assess it *before* it begins (article 35(1)); that includes special categories on a large scale (35(3)(b)). An
# [impact assessment](glossary.md#impact-assessment) has at least four parts (35(7)):
#
# 1. what is done, and why;
# 2. whether it is necessary and proportionate;
# 3. the risks to people: here belong your numbers, and whose they are;
# 4. the measures against them.
#
# The data protection officer is asked (35(2)) and, where appropriate, the people concerned (35(9)). If a high risk is left, the authority is
# consulted first (article 36). (In *Transfer* you fill in such a page.)

# %% [markdown]
# **And in the United States?** HIPAA lets health information pass as not identifiable by two roads (it binds hospitals, insurers and those who work for them). One removes a list of 18
# identifiers, and the holder must not know that the rest could identify somebody. On the other, expert determination (paragraph (b)(1)), somebody with knowledge of "generally accepted statistical and scientific principles" finds
# "that the risk is very small" that an anticipated recipient could identify a person, and documents methods and results. Rounds 1 to 4 are
# the kind of thing such a document could hold.

# %% [markdown]
# **Which of them names a number?** None. *Reasonably likely*, *insignificant*, *high*, *very small*: no TPR and no FPR stands behind any of
# these words. So your numbers are evidence for a judgement, not the judgement.
#
# That makes it matter which numbers you bring. The report's single line was the loss's average,
# {{ by_attack["loss"].average():.1%}}. On the same models LiRA's average is {{ exposure.average():.1%}}, coma patients are found in
# {{ most.exposure:.1%}} of the trainings that included them, and LiRA's most exposed hundredth in {{ tail:.1%}}.

# %% [markdown]
# **Your judgement.** Decide for the hospital, with the article, before you open the answers: (a) Is its
# table personal data, and of what kind? (b) Must there be an impact assessment? (c) Many of its patients have died. Does your answer to (a) hold for them?
#
# <details><summary>Answers</summary>
#
# (a) Yes for the living who can be identified, article 4(1), and health data, article 9(1). Whether the *model* is personal data too is the
# case-by-case question of the opinion. (b) Very likely: health data on a large scale, article 35(3)(b), before processing begins. (c) Not by itself:
# recital 27 says that the Regulation does not apply to the personal data of deceased persons, and leaves rules to the member states. What such a
# record tells about living relatives can still concern *them*.
#
# </details>

# %% [markdown] audience="instructor"
# **Round 5 (4 minutes).** One question is enough: *the law speaks of persons; which of your tables does?* Whoever knows another country's law
# should compare. Keep apart what is a statute (GDPR, HIPAA's rule) and what is an authority's view (the opinion). The GDPR does not cover the dead
# (recital 27), and many of these patients have died; their families are alive.

# %% [markdown] section="lab"
# ## Lab: exposure explorer
#
# The panel has attacked all 64 models at six false positive rates. Choose a group, how strict the attack is, and how rare members are where
# it is used. Left: how often the group's people are found. Right: what a hundred accusations are worth. The panel names three goals, and ticks what you
# have met.
#
# "False positives" in a goal is what the attack is *set* to; a group's own share of false accusations is in the read-out. The goals' numbers
# come from this run: twice the exposure of everybody, and nine tenths of the best precision within reach.

# %%
column = dict(zip(patients.feature_names, patients.x.T, strict=True))
groups = {name: patients.y == number for number, name in enumerate(patients.class_names)}
groups |= {
    "neighbour has the same illness": same == 1,
    "neighbour has another illness": same == 0,
    "never named rightly unseen": steps == 0,
    "nearly always named rightly unseen": steps == 4,
    "nearest to the crowd (a fifth)": risk.fifths(far) == 0,
    "farthest from the crowd (a fifth)": risk.fifths(far) == 4,
    "women": column["sex = female"] > 0,
    "men": column["sex = male"] > 0,
}
grid = ExposureGrid.measure(scores["LiRA"], groups)
lab = ExposureExplorer(grid, lesson="08")
lab

# %% [markdown]
# The next cell reads what you left in the panel.

# %%
v = lab.values()
print(
    f"{lab.group}, {v['people']:,} people, {mt.percent(lab.fpr)} false positives: found in {mt.percent(v['tpr'])}"
)
print(f"one member in {lab.one_in:,}: {mt.percent(v['precision'])} of the accusations are right")
print(
    f"that could be {mt.percent(v['precision_low'])} to {mt.percent(v['precision_high'])} for other such people"
)

# %% [markdown] audience="instructor"
# **Lab (6 minutes).** Goal 2 is the point of the lesson: a person can be nearly sure to be found while nearly every accusation is false. The first
# concerns the member, the second whoever is accused. For goal 3 have pairs compare how far the interval reaches.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. Exposure, record by record
#
# From two tables of True and False, each (targets, examples): who was accused, who was a member. Of the targets that trained on a record, in which
# share is it accused? Here the design is not balanced: records are members of different numbers of models, and of none at all (NaN).


# %% exercise="exposures"
def exposures(accused, member):
    """Shares (examples,), NaN for a record that no target trained on. accused, member: bools (targets, examples)."""
    ### BEGIN SOLUTION
    found, trained = (accused & member).sum(axis=0), member.sum(axis=0)
    return np.where(trained > 0, found / np.maximum(trained, 1), np.nan)
    ### END SOLUTION


exposures = check.exposures(exposures)

# %% tests="exposures"
_accused = np.array([[1, 1, 1], [0, 1, 0], [1, 0, 1]], bool)
_member = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 0]], bool)
assert np.allclose(exposures(_accused, _member), [2 / 3, 0.5, np.nan], equal_nan=True)

# %% [markdown]
# With your function: coma patients, as the attack becomes stricter.

# %%
coma = patients.class_names.index("Coma")
for fpr in (0.05, 0.01, 0.002):
    strict = mt.Exposure.from_scores(scores["LiRA"], fpr=fpr)
    own = exposures(strict.accused, strict.member)
    print(
        f"at {mt.percent(fpr)} FPR: coma {mt.percent(own[patients.y == coma].mean())}, all {mt.percent(own.mean())}"
    )

# %% [markdown]
# Stricter attacks find fewer of everybody, and coma patients stay far above the average each time.
#
# ### 2. What an accusation is worth, group by group
#
# Members are rare in the world. For each group: the [precision](glossary.md#precision) at a given base rate, from the group's *own* TPR and FPR. A
# group without members or without non-members has none (NaN). `mt.precision(tpr, fpr, base_rate)` is Bayes' rule from lesson 02.


# %% exercise="precision_by_group"
def precision_by_group(accused, member, group, n_groups, base_rate):
    """Shares (n_groups,), NaN where a side is empty. accused, member: bools (examples,); group: integers from 0."""
    ### BEGIN SOLUTION
    worth = []
    for g in range(n_groups):
        inside, outside = accused[(group == g) & member], accused[(group == g) & ~member]
        if len(inside) and len(outside):
            worth.append(mt.precision(inside.mean(), outside.mean(), base_rate))
        else:
            worth.append(np.nan)
    return np.array(worth)
    ### END SOLUTION


precision_by_group = check.precision_by_group(precision_by_group)

# %% tests="precision_by_group"
_accused = np.array([1, 0, 1, 0, 1, 1], bool)
_member = np.array([1, 1, 0, 0, 1, 1], bool)
assert np.allclose(
    precision_by_group(_accused, _member, np.array([0, 0, 0, 0, 1, 1]), 2, 0.2), [0.2, np.nan], equal_nan=True
)

# %%
who, truth = exposure.accused.ravel(), exposure.member.ravel()
illness = np.tile(patients.y, 64)
rates = (1 / 2, 1 / 100, 1 / 1000)
worth = {rate: precision_by_group(who, truth, illness, 8, rate) for rate in rates}
print(f"{'right accusations, one member in':34}{2:>9}{100:>9}{1000:>9,}")
for number, name in enumerate(patients.class_names):
    print(f"{name:34}", *(f"{mt.percent(worth[rate][number]):>8}" for rate in rates))

place = grid.groups.index("Coma"), grid.fprs.index(0.01)
ends = dict(zip(grid.one_in, grid.precision(*place), strict=True))  # value and two ends, as in the lab
for one_in in (2, 1000):
    low, high = map(mt.percent, ends[one_in][1:])
    print(f"coma, one member in {one_in:,}: for other such patients {low} to {high}")

# %% [markdown]
# Where half of the records are members, nearly every accusation is right. At [[1 in 1,000]] even those of coma patients are false in
# {{ f"{1 - worth[1 / 1000][coma]:.1%}" }} of the cases. For other coma patients it lies between {{ f"{1 - ends[1000][2]:.0%}" }} and {{ f"{1 - ends[1000][1]:.0%}" }}: {{ most.people }} people,
# accused falsely in {{ f"{most.false_alarms:.1%}" }} of their other trainings, are few. (The ends are wider than they need be, for `over_people` takes each
# person as a yes or a no.) Rare members protect the members a little; they do not protect those who are accused falsely. And an
# insurer who knows that Lena was in *some* hospital of the town starts from a far better base rate.
#
# ### 3. A claim to repair
#
# An audit by subgroup can read like the next cell's output: every training of every person is counted as a case, and each group has its interval.


# %%
races = ("white", "black", "hispanic", "asian", "other", "not recorded")
columns = np.stack([column[f"race = {race}"] > 0 for race in races[:-1]])
race = np.where(columns.any(axis=0), columns.argmax(axis=0), 5)
for number, name in enumerate(races):
    here = race == number
    print(f"{name:13} {mt.Rate(int(exposure.found[here].sum()), int(exposure.trained[here].sum()))}")

# %% [markdown]
# "Hispanic patients are far more exposed than white ones", says the audit: the two intervals are nowhere near each other. Two things are wrong. A
# person's 32 trainings are not 32 people. And of six groups the one that stood out was picked afterwards.
#
# Repair both. From each person's exposure: the ends of `over_people` for each group, each at such a confidence that, by
# [Bonferroni](glossary.md#bonferroni-correction), all of them hold together with [[95 %|definition]]. One row for each group: low, high.


# %% exercise="group_intervals"
def group_intervals(exposure, group, n_groups):
    """Low and high (n_groups, 2). exposure: shares (examples,); group: integers from 0, nobody's group is empty."""
    ### BEGIN SOLUTION
    each = 1 - 0.05 / n_groups
    found = [over_people(exposure[group == g], confidence=each) for g in range(n_groups)]
    return np.array([(one.low, one.high) for one in found])
    ### END SOLUTION


group_intervals = check.group_intervals(group_intervals)

# %% tests="group_intervals"
_found = np.array([1.0, 0.0, 0.5, 0.25, 0.0])
_ends = group_intervals(_found, np.array([0, 0, 1, 1, 1]), 2)
_expected = [over_people(_found[:2], confidence=0.975), over_people(_found[2:], confidence=0.975)]
assert np.allclose(_ends, [(one.low, one.high) for one in _expected])

# %%
for name, number, (low, high) in zip(races, range(6), group_intervals(exposure.tpr, race, 6), strict=True):
    own = exposure.tpr[race == number]
    print(
        f"{name:13} {len(own):5,} people: {mt.percent(own.mean()):>7} ({mt.percent(low)} to {mt.percent(high)})"
    )

# %% [markdown]
# Every interval now holds the average of all patients, {{ exposure.average():.1%}}. That is *not* "no difference": {{ int((race == 2).sum()) }} Hispanic
# patients are too few to tell. Which of the two ways is right? Deal the groups at random, so that there is nothing to find, and count how often
# one of the six stands out.


# %%
def stands_out(ends):
    return any(not low <= exposure.tpr.mean() <= high for low, high in ends)


def in_trainings(group):
    cases = [(exposure.found[group == g].sum(), exposure.trained[group == g].sum()) for g in range(6)]
    return [mt.Rate(int(hits), int(total)).interval for hits, total in cases]


lots = [np.random.default_rng(seed).permutation(race) for seed in range(50)]
claims = mt.Rate(sum(stands_out(in_trainings(lot)) for lot in lots), 50)
fixed = mt.Rate(sum(stands_out(group_intervals(exposure.tpr, lot, 6)) for lot in lots), 50)
print(f"groups at random, a finding nevertheless, counted in trainings: {claims}")
print(f"groups at random, a finding nevertheless, counted in people:    {fixed}")

# %% [markdown]
# Counted in trainings, {{ claims:.1%}} of the random groupings have a group at risk where there is none; counted in people, {{ fixed:.1%}}. (Bonferroni
# allows [[5 %|definition]] at most. `over_people` stays below: its intervals are wider than they need be where shares are not just 0 and 1.) In round 3 some
# illnesses stood out by the repaired count. For the races nothing can be said; an auditor would need more *people*, not more models.

# %% [markdown]
# ### Stretch: what luck alone would do
#
# The dotted line of round 1. If all had the average exposure, how many people would be found at least 0, 1, 2, …, `trained` times?


# %% exercise="people_by_luck" tags=["stretch"]
def people_by_luck(found, trained):
    """Expected numbers of people (trained + 1,). found: how often each person was found, of `trained` times."""
    ### BEGIN SOLUTION
    from scipy.stats import binom

    share = found.mean() / trained
    return len(found) * binom.sf(np.arange(trained + 1) - 1, trained, share)
    ### END SOLUTION


people_by_luck = check.people_by_luck(people_by_luck)

# %%
expected = people_by_luck(exposure.found, 32)
for times in (8, 16, 24, 32):
    came = int((exposure.found >= times).sum())
    by_luck = f"{expected[times]:,.1f}" if expected[times] > 0.1 else "hardly anybody"
    print(f"found at least {times:2} of 32 times: {came:4} people, by luck {by_luck}")

# %% [markdown] audience="instructor"
# **Exercises (11 minutes).** Where time is short do 1 and 3. In exercise 3 somebody will propose Student's interval; it has its own reply, and
# `risk.over_people(np.zeros(3))` shows why it is not taken. Keep the last sentence apart: *too few to tell* is a finding about the audit.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `exposures`, *nought for never trained*: ask what the page of *Transfer* would then say about a patient whom
#   nobody has tried to find.
# - `precision_by_group`, *fpr of everybody*: let them put both numbers for coma beside each other. The promised rate
#   is an average as well, and this lesson is about what averages do.
# - `group_intervals`, *uncorrected*: six people roll a die in secret, and only the largest is told to the room.
#   Everybody sees why it is nearly always a five or a six, and what it would take to be surprised.

# %% [markdown] section="surprise"
# ## Surprise
#
# The genomes. The same 2,504 people twice: once with their population as the label, 26 of them, once with the part of the world, five. Each time 32
# models, each time all of them attacked.


# %%
def people_attacked(data, epochs):
    """LiRA on 32 models, each on half of the people: exposure, the same in halves, the loss's mean AUC, named rightly unseen."""
    held = mt.balanced_shadows(32, len(data), seed=0)
    network = mt.mlp(data.x.shape[1], 64, data.n_classes)
    trained = mt.train(network, data, held, epochs=epochs, learning_rate=5e-3, seed=1)
    game = mt.Game.from_ensemble(trained, data)
    by_loss = every_target(game, threshold.label_log_odds, "loss")
    auc = np.mean([mt.Roc.from_scores(one).auc for one in by_loss])
    found = mt.Exposure.from_scores(every_target(game, lira, data.name), fpr=0.01)
    return found, in_halves(game, data.name), auc, right_unseen(game)


# %%
by_population = people_attacked(mt.load_ancestry("population"), 20)

# %%
by_region = people_attacked(mt.load_ancestry("region"), 20)


# %%
def lines(results):
    print(f"{'':14}right unseen   loss AUC   LiRA finds   never found   picked hundredth, other half")
    for name, (found, (first, second), auc, unseen) in results.items():
        tail = over_people(second.tpr[first.most_exposed(0.01)]).words(".1%")
        never = mt.percent((found.tpr == 0).mean())
        average = mt.percent(found.tpr.mean())
        print(f"{name:14}{mt.percent(unseen.mean()):>12} {auc:10.3f} {average:>12} {never:>13}   {tail}")


results = {"26 labels": by_population, "5 labels": by_region}
lines(results)

# %%
five, (picking, judging), auc_of_five, unseen_five = by_region
tail_of_five = over_people(judging.tpr[picking.most_exposed(0.01)])
prediction.reveal(tail_of_five)

# %% [markdown]
# With 26 labels the model leaks for many. With five the loss has an AUC of {{ auc_of_five:.3f}}, LiRA finds {{ five.average():.1%}}, and
# {{ f"{(five.tpr == 0).mean():.1%}" }} of the people are never found: by every average this model is harmless. And the 25 people picked on half of
# the models are found in {{ tail_of_five:.1%}} of the other half's trainings.
#
# Who are they?

# %%
regions = mt.load_ancestry("region")
print(risk.table(five.by_group(regions.y, regions.class_names), heading="region"))

picked = picking.most_exposed(0.01)
counts = zip(regions.class_names, np.bincount(regions.y[picked], minlength=5), strict=True)
print("the 25 by region:", ", ".join(f"{name} {count}" for name, count in counts))
by_strangers = mt.percent(unseen_five[picked].mean()), mt.percent(unseen_five.mean())
print("region named rightly by models that never saw them: the 25 {}, everybody {}".format(*by_strangers))

# %% [markdown]
# By ancestry AFR is African, AMR American, EAS East Asian, EUR European, SAS South Asian. Over all people the Americas stand out; the line below the table says where
# the 25 come from. What they have in common is round 3 again: models that never saw them often miss their region. (The 1000 Genomes Project
# calls its American group *admixed*, with ancestors on several continents. That would be a reason; it is not tested here. And the models that
# miss their region had a part in picking them, as in round 3.) A coarser label does
# not make the model forget; it makes fewer people surprising.
#
# Are other tables quieter? Adult and Taiwan credit are the usual examples of data that do not leak. 2,000 people each.


# %%
def drawn(data):
    return data[np.random.default_rng(0).permutation(len(data))[:2000]]


adult = people_attacked(drawn(mt.load_adult()), 20)

# %%
taiwan = people_attacked(drawn(mt.load_taiwan_credit()), 20)
more = {**results, "Adult": adult, "Taiwan credit": taiwan}
lines(more)

# %%
ax = None
shown = {"SUPPORT2": exposure, **{name: one[0] for name, one in more.items()}}
for (name, one), color, line in zip(shown.items(), CYCLE, LINES, strict=False):
    ax = ExposureDisplay.from_exposure(one, name=name).plot(ax, color=color, ls=line).ax_
halfway = ", ".join(f"{name} {mt.percent((one.tpr >= 0.5).mean())}" for name, one in shown.items())
mt.show(ax, alt=f"Share of people found in at least a share of their trainings. At least half: {halfway}")

# %% [markdown]
# On average they are quiet: the loss finds hardly anybody, LiRA {{ adult[0].average():.1%}} and
# {{ taiwan[0].average():.1%}}. Their curves fall fast and do not reach zero: {{ int((adult[0].tpr >= 0.9).sum()) }} and
# {{ int((taiwan[0].tpr >= 0.9).sum()) }} of 2,000 people are found in at least nine of ten trainings there too. No data set here has
# a model that is safe for *everybody* it learnt from. (The models learn long enough to know some by heart; lesson 09 asks what it costs to stop sooner.)

# %% [markdown] audience="instructor"
# **Surprise (5 minutes).** Whoever said 2 to 10 took an average for a person. Let the group rewrite the sentence of the hospital's report for
# the five-label model so that it is true. Ask: *is this model anonymous?* and stop when somebody says "for whom".

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# You are asked to sign for the hospital. Fill in the page: the numbers come from your run, the five answers are yours, two to four
# sentences each. The first shows how. Run the cell as often as you like; an earlier page is kept beside the new one. Then open it from the file browser and
# print it.

# %%
answers = {
    "description": "Measurements of 1,000 patients train a network that names one of eight disease groups for small "
    "clinics. Outsiders may ask it for probabilities.",
    "necessity": "",  # is it necessary, and would less do?
    "risks": "",  # who could be harmed, how badly, how likely?
    "measures": "",  # what is done about it, and what is left?
    "decision": "",  # may it go out, under which conditions? who was asked?
}

# %%
number = patients.class_names.index(most.name)
figures = {
    "average exposure at 1 % false positives, LiRA": exposure.average().words(".1%"),
    "the same for the loss attack": by_attack["loss"].average().words(".1%"),
    f"most exposed illness: {most.name}, {most.people} patients": most.exposure.words(".1%"),
    "most exposed hundredth, picked on other models": tail.words(".1%"),
    "patients never found": mt.percent(never),
    "patients found at least every other time": mt.percent(often),
    f"right accusations, {most.name}, one member in 1,000": "{} ({} to {})".format(
        *map(mt.percent, ends[1000])
    ),
}
method = (
    "64 models on 1,000 of 2,000 patients each, every one attacked with the others as shadow models, by somebody who holds "
    "all records. Intervals are 95 %, over people. A lower bound: other attacks may find more."
)

# %%
page = mt.Assessment("A model that names the disease group", figures, answers, method)
print(page.save())

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# *Necessity*: Eight groups are needed; probabilities are not, the name of the group would do for a clinic, and it need not be open to everybody. (Lesson 05: that
# makes attacks dearer, not impossible.) *Risks*: Whoever holds a patient's measurements can learn that the patient was treated, and the training label
# makes the illness known. Coma patients are found in {{ most.exposure:.1%}} of the trainings that include them; the average hides it. Accusations are mostly false where members
# are rare, which harms others. *Measures*: train for fewer epochs and with differential privacy, and measure again, tail first; ask for a log-in and limit
# questions; drop no patients without looking who becomes exposed instead. *Decision*: not as it is. The data protection officer and a patients' council were asked;
# if the tail stays, the authority is consulted before release.
#
# *Rubric, a point each*: names the group or the tail, not only the average · says who does the harm and to whom, the falsely accused
# included · a measure that acts on the model, with a second measurement · says what the numbers can't show (other attacks, other people) · decides, and says who was asked.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. A patient asks the hospital for *her* exposure. May it be computed, and what does the answer do to her, if it is
#    nine trainings of ten?
# 2. For the races the audit ends in "too few to tell". Write the one sentence that its summary should hold, so that
#    nobody reads it as "no difference".
# 3. Somebody proposes to remove the hundred most surprising patients. Who is then the most surprising, and who gets
#    no diagnosis?

# %% [markdown] section="recap"
# ## Recap
#
# 1. An average is nobody's risk. At [[1 %|definition]] FPR LiRA found {{ exposure.average():.1%}} of the members; {{ f"{never:.1%}" }} of the patients were never found,
#    {{ f"{often:.1%}" }} at least every other time.
# 2. Pick the exposed on some models and measure them on others, split before the attack: shadows in both halves carry the luck across.
# 3. Those who surprise are exposed: rare labels, and records that the others do not explain. Distance from the crowd says little.
# 4. Twins dealt apart look safe and are not. Ask about people.
# 5. Trainings are not people, and many groups need wider intervals.

# %% [markdown]
# **Lena.** The hospital's line is true of the average of a weak attack. Coma patients were found in {{ most.exposure:.1%}} of the trainings that
# included them, which is an average as well: {{ f"{(exposure.tpr[patients.y == coma] == 0).mean():.1%}" }} of them never,
# {{ f"{(exposure.tpr[patients.y == coma] >= 0.5).mean():.1%}" }} at least every other time. All this is by somebody who has everything and knows that it was a coma; what the
# attack says to a wrong guess was not measured. If one record in 1,000 of such people is a member,
# {{ f"{1 - ends[1000][0]:.1%}" }} of the accusations are false ({{ f"{1 - ends[1000][2]:.0%}" }} to {{ f"{1 - ends[1000][1]:.0%}" }} for other such patients); if half of them
# are, {{ f"{1 - ends[2][0]:.1%}" }} ({{ f"{1 - ends[2][2]:.1%}" }} to {{ f"{1 - ends[2][1]:.1%}" }}). So an insurer who knew of the
# coma and nothing else would accuse many of the wrong people, and one who had good reason besides to look for her in this table would mostly be right.
# "Negligible" is not what the audit shows.

# %% [markdown]
# **You may now claim** "this attack finds such people in such a share of trainings, with this interval over people", and "at this base rate so many
# accusations are right".
#
# **You may not claim** that a model is anonymous because an average is small, that a small group is safe because nobody was found, or that an exposure is
# the probability that somebody was a member.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [Bonferroni correction](glossary.md#bonferroni-correction), [exposure](glossary.md#exposure),
# [impact assessment](glossary.md#impact-assessment), [personal data](glossary.md#personal-data), [twin](glossary.md#twin)
#
# **Sources**
#
# - N. Carlini and others, The privacy onion effect: memorization is relative, 2022
# - M. Aerni, J. Zhang and F. Tramèr, Evaluations of machine learning privacy defenses are misleading, 2024
# - B. Kulynych and others, Disparate vulnerability to membership inference attacks, 2022
# - V. Feldman, Does learning require memorization? A short tale about a long tail, 2020
# - [Regulation (EU) [[2016/679]] (GDPR)](https://eur-lex.europa.eu/eli/reg/2016/679/oj), articles 4, 9, 35 and 36, recitals 26 and 27
# - [European Data Protection Board, Opinion [[28/2024]]](https://www.edpb.europa.eu/our-work-tools/our-documents/opinion-board-art-64/opinion-282024-certain-data-protection-aspects_en), adopted
#   on 17 December 2024: executive summary and part on anonymity
# - [45 CFR [[164.514]]](https://www.ecfr.gov/current/title-45/section-164.514), United States (HIPAA Privacy Rule)
# - SUPPORT2, 1000 Genomes, Adult and Taiwan credit; their cards are in `datasets/README.md`
#
# **Next**: [09 Defences without a guarantee](09_defences.ipynb)

# %%
mt.progress.so_far("08")

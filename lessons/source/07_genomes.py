# %% [markdown] section="card"
# # 07 Genomes and statistics
#
# After this lesson you can
#
# - **run** two attacks on published averages, with no model in sight,
# - **compute** what a site is worth against a person in the pool,
# - **say** when more data stop helping, and why a textbook curve promises too much,
# - **test** a promised false positive rate on people known to be outside, and mend it.
#
# **Builds on** lesson 02 (ROC curve, low false positive rates) and lesson 03 (a promised false positive rate). **Time** 60 minutes.
#
# **Data** 503 real European genomes at 7,363 sites of chromosome 20, and the allele frequencies of five populations. Their donors
# made them public for research; the condition is that nobody tries to find out who they are. Keep it.
#
# **Threat model** Somebody who holds a person's genome, a study's published allele frequencies and those of a reference
# population, and wants to know whether the person took part.

# %% [markdown] audience="instructor"
# **What goes wrong at the machine.** The lab's grid and the first cell of *Surprise* draw thousands of pools and take
# longest; start the former while round 4 is discussed. Nothing here is downloaded, and nobody need: the
# genomes are in the package.
#
# **What goes wrong in thinking.** "Averages are anonymous." Each leans towards everybody in it. "There must be one
# rare allele that gives her away." There is none in this file; thousands of common ones do it. A broken threshold is
# taken for a broken ranking, and a near reference for a fitting one.

# %%
from itertools import product

import numpy as np
from scipy.stats import norm

import mia_teach as mt
from mia_teach.attacks import genomic
from mia_teach.attacks.genomic import PooledStatistics, expected_auc
from mia_teach.exercises import genomic as check
from mia_teach.labs.genome_pool import GenomePool, PoolGrid
from mia_teach.labs.prediction import Prediction
from mia_teach.plots import IntervalDisplay, ScoreHistogramDisplay

# %% [markdown] section="warm-up"
# ## Warm-up
#
# First what you missed in earlier quizzes, if there is anything; else two questions for everybody. Run the cell.

# %%
mt.recall("07")

# %% [markdown]
# Then two without choices. Answer from memory before you open the answers.
#
# 1. In lesson 03, how did an adversary choose a threshold without knowing a single member of the target, and when did its
#    promise break?
# 2. In lesson 02, what does the AUC say about the share of innocent people whom a given threshold accuses?
#
# <details><summary>Answers</summary>
#
# 1. On shadow models, where everybody outside is known. It broke where shadows and target differed: other data,
#    another architecture.
# 2. Nothing. It is about the ranking alone; the same ranking can be cut anywhere.
#
# </details>

# %% [markdown] section="case"
# ## The case
#
# Paola is invented, the rest happened. A hospital in Tuscany asked her into a study of an illness that she does not speak
# about. The paper that came of it names nobody. It prints, for half a million places in the genome, how frequent an
# allele was among the patients: averages.
#
# Her genome lies elsewhere too. A cousin's hobby was genealogy.
#
# Until August 2008 such tables stood on public web sites. Then forensic researchers, who wanted to know whether a suspect's
# DNA is in a mixture, showed that the same test tells whether a person is in a pool of hundreds (Homer 2008). Within
# days the American National Institutes of Health and the Wellcome Trust took their tables down.

# %% [markdown] section="predict"
# ## Predict
#
# Homer's test comes with a promise: it accuses [[5 %|definition]] of those who did not take part.
#
# Now 35 Tuscans are the pool, and 7,363 frequencies are published. For comparison the adversary has frequencies of people
# from Spain; nobody has published any of Tuscany. Which share of the Tuscans *outside* the pool does the test accuse?
#
# Commit your number before you run anything else; the answer comes in *Surprise*, over 200 pools.

# %%
prediction = Prediction(
    "A pool of 35 Tuscans, a reference of 35 Iberians, a test that promises 5 % false accusations: which share of the "
    "Tuscans outside the pool does it accuse?",
    lesson="07",
    name="true_error_of_the_nominal_test",
    unit="%",
    low=0,
    high=100,
    tolerance=8,
)
prediction

# %% [markdown] audience="instructor"
# **Predict (4 minutes).** Say: "The test promises to err in five cases of a hundred. The pool is Tuscan, the reference is
# Spanish, and this Tuscan was not there. How likely is an accusation?" Usual answers are 5 ("that is what it promises"), 8 to 15 ("Spain is near"), and 50 from those who
# distrust everything. Write two reasons down. Nobody names linkage; that is why it is in the lesson.
#
# **Timing of the whole lesson.** Card to predict 10, build 24, lab 6, exercises 12, surprise to recap 8. In 50 minutes: leave
# out round 4, exercise 1 and the stretch.

# %% [markdown] section="build"
# ## Build
#
# ### Round 1: whom does an average lean towards?
#
# At most places all people have the same letter. At the [sites](glossary.md#site) here two variants occur, two
# [alleles](glossary.md#allele-frequency). Everybody has two copies of the chromosome, so a [genotype](glossary.md#genotype)
# is a count: 0, 1 or 2 copies of the second allele.

# %%
genomes = mt.load_genomes()
x = genomes.x
of = {name: np.flatnonzero(genomes.y == i) for i, name in enumerate(genomes.class_names)}
print(genomes)
print({name: len(people) for name, people in of.items()})
print("first sites:", *genomes.feature_names[:3], sep="  ")
print("one person: ", *x[of["TSI"][0], :12].astype(int))

# %% [markdown]
# TSI are people from Tuscany, IBS from Spain, FIN from Finland, GBR from Britain, CEU from Utah with ancestors in north-western
# Europe. Draw a study: 35 Tuscans are the pool, 35 others the [reference population](glossary.md#reference-population), and the rest
# are *outsiders*, the non-members of this lesson. What the adversary gets is a `PooledStatistics`: two rows of frequencies, and no person.


# %%
def draw(rng, size=35):
    """Positions of Tuscans in a random order: pool, reference, outsiders."""
    order = rng.permutation(of["TSI"])
    return order[:size], order[size : 2 * size], order[2 * size :]


pool, others, outside = draw(np.random.default_rng(0))
study = PooledStatistics.from_genotypes(x[pool], x[others])
print(study)
print("pool:     ", *study.pool_frequencies[:6].round(2))
print("reference:", *study.reference_frequencies[:6].round(2))

# %% [markdown]
# Homer's idea: at each site compare a person's own share, 0, ½ or 1, with both. Each person in the pool has pulled it a
# little nearer. So add up how much *nearer* the person is to the pool than to the reference:
#
# $$D = \frac{1}{\text{sites}} \sum_j \; |y_j - \text{reference}_j| - |y_j - \text{pool}_j|, \qquad y = \text{genotype} / 2$$
#
# Outsiders of the same population should lie around 0, members above.


# %%
def judged(attack, statistics, genotypes, members, strangers):
    """Scores of members and outsiders of one study."""
    people = np.concatenate([members, strangers])
    return mt.Scores(
        attack(statistics, genotypes[people]), np.arange(len(people)) < len(members), attack.__name__
    )


distance = judged(genomic.homer_distance, study, x, pool, outside)
ax = ScoreHistogramDisplay.from_scores(distance, bins=14, name="Homer's distance D").plot().ax_
ax.axvline(0, color="black", lw=1)
middle = distance.members.mean(), distance.non_members.mean()
mt.show(
    ax,
    alt=f"Histograms of D: members (mean {middle[0]:.4f}) lie further right than outsiders (mean {middle[1]:.4f}), and overlap",
)

# %% [markdown]
# One study proves nothing, so draw 60, and judge two attacks: Homer's distance and the
# [likelihood ratio](glossary.md#likelihood-ratio) (Sankararaman 2009), which asks how probable the genome is under the pool's
# frequencies and under the reference's. If sites are independent and both frequencies known, no test is better (Neyman &
# Pearson 1933); with frequencies counted on people that is nearly so for large pools and references, and 35 people are few.

# %%
attacks = (genomic.homer_distance, genomic.likelihood_ratio)
of_attack = {attack: [] for attack in attacks}
for seed in range(60):
    members, known, strangers = draw(np.random.default_rng([1, seed]))
    statistics = PooledStatistics.from_genotypes(x[members], x[known])
    for attack in attacks:
        of_attack[attack].append(judged(attack, statistics, x, members, strangers))


# %%
def over_studies(parts, measure="auc", group=10):
    """Mean over studies, with a 95 % interval over draws; a TPR at 1 % FPR is read from ten under one threshold."""
    if measure == "auc":
        values = [mt.Roc.from_scores(one).auc for one in parts]
    else:
        pooled = [mt.Scores.pooled(parts[i : i + group]) for i in range(0, len(parts), group)]
        values = [mt.Roc.from_scores(one).tpr_at(0.01).value for one in pooled]
    return mt.Interval.from_values(values, within=(0, 1))


for attack, parts in of_attack.items():
    auc, tpr = over_studies(parts), over_studies(parts, "tpr")
    print(f"{attack.__name__:17} AUC {auc}   TPR at 1 % FPR {tpr.words('.1%')}")

# %% [markdown]
# Averages over 35 people, and of all pairs of a member and an outsider the ratio puts the member first in
# {{ mt.percent(over_studies(of_attack[genomic.likelihood_ratio]).value, ".0%") }}. At [[1 %|definition]] FPR it finds
# {{ over_studies(of_attack[genomic.likelihood_ratio], "tpr"):.1%}} of the members. (The ratio is ahead in AUC; at low rates 60 studies
# can't tell the two apart.)

# %% [markdown]
# Mind what these intervals hold. All 60 studies are draws from the same {{ len(of["TSI"]) }} people, so more draws make the intervals narrower, and no
# new person comes in. They tell how far the luck of the draw reaches among these people; other people of Tuscany are not in the
# interval. So it is with all real genomes below.
#
# Then again: 7,363 sites, each with a lean of 1 part in 35. Should that not find *everybody*?

# %% [markdown] audience="instructor"
# **Round 1 (7 minutes).** Ask what D would be without a reference (how common somebody's alleles are). Let somebody explain
# why the distances are so small although the AUC is not: thousands of tiny leanings, all in the same direction.

# %% [markdown]
# ### Round 2: sites for each member
#
# What does theory say? Suppose for a moment that sites are independent. Each moves members and outsiders 1 / people apart, in
# units in which its own noise has the variance 1 / people. Over all sites the distance, in deviations, becomes
#
# $$d = \sqrt{\frac{\text{sites}}{\text{people in the pool}}}, \qquad \text{AUC} = \Phi\!\left(\frac{d}{\sqrt 2}\right)$$

# %% [markdown]
# Neither sites nor people count, only sites *for each member*. To see it in a world where sites are independent, **make people up**: every
# genotype drawn for itself from the real frequencies among the British. These are simulated people, and their reference is the truth.
# (The frequencies come from a second file, of other sites, all over the genome; all we take from it is how frequent alleles are.)

# %%
frequencies = mt.load_allele_frequencies()
british = frequencies.x[frequencies.class_names.index("GBR")]
print(frequencies)


def made_up_people(count, frequencies, rng):
    """Genotypes at independent sites: two copies, each the second allele with its real frequency."""
    copies = rng.random((2, count, len(frequencies)), dtype=np.float32) < frequencies
    return copies.sum(axis=0, dtype=np.int8)


# %%
everywhere = 10**9  # a reference so large that its frequencies are the truth
studies = {50: (50, 100, 200, 400, 800, 1600), 400: (50, 100, 200, 400, 800, 1600, 3200, 6400)}
found = {(size, m): [] for size in studies for m in studies[size]}  # ten draws of each
for size, seed in product(studies, range(10)):
    rng = np.random.default_rng([size, seed])
    people = made_up_people(size + 400, british[: studies[size][-1]], rng).astype(float)
    for m in studies[size]:
        some = people[:, :m]
        truth = PooledStatistics(some[:size].mean(axis=0) / 2, british[:m], size, everywhere)
        one = judged(genomic.likelihood_ratio, truth, some, np.arange(size), np.arange(size, size + 400))
        found[size, m].append(one)

# %%
ax = None
for size, color, marker in ((50, "black", "o"), (400, "#E69F00", "s")):
    intervals = [over_studies(found[size, m]) for m in studies[size]]
    show = IntervalDisplay([m / size for m in studies[size]], intervals, name=f"{size} people, simulated")
    ax = show.plot(ax, color=color, marker=marker, ls="none").ax_
per_member = np.geomspace(0.1, 40, 80)
ax.plot(per_member, norm.cdf((per_member / 2) ** 0.5), color="#009E73", ls="--", label="theory")
ax.set(xlabel="independent sites for each member of the pool", ylabel="AUC", xscale="log", ylim=(0.45, 1.01))
ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
ax.legend(loc="lower right")
pairs = ", ".join(
    f"{over_studies(found[n, m])} for {n} people and {m} sites" for n, m in ((50, 100), (400, 800))
)
mt.show(
    ax, alt=f"AUC against sites for each member: both sizes of pool lie along the curve of theory; {pairs}"
)

# %% [markdown]
# Two sizes, one curve; each point is the mean over ten draws. With 2 sites for each member the AUC is
# {{ over_studies(found[50, 100]) }} in a pool of 50 and {{ over_studies(found[400, 800]) }} in a pool of 400; theory says
# {{ f"{expected_auc(800, 400):.3f}" }}. A study that takes in eight times as many people and publishes eight times as many sites has hidden nobody.
#
# At a low FPR theory has a word too: members lie d deviations above the outsiders, so Φ(d − z) of them exceed the threshold z that
# [[1 %|definition]] of the outsiders exceed.

# %%
for size, m in ((50, 100), (400, 800), (50, 800), (400, 6400)):
    tpr = over_studies(found[size, m], "tpr", group=1).words(".1%")
    theory = norm.cdf((m / size) ** 0.5 - norm.isf(0.01))
    print(f"{size:3} people, {m:4} sites: TPR at 1 % FPR {tpr}, in theory {mt.percent(theory)}")

# %% [markdown]
# One thing is left. A real reference is people too, and brings a noise of its own with the variance 1 / reference. Then
#
# $$d^2 = \frac{\text{sites}}{\text{people} \cdot (1 + \text{people} / \text{reference})}$$
#
# and `expected_auc(sites, people, reference)` is the AUC that belongs to it.

# %% [markdown] audience="instructor"
# **Round 2 (5 minutes).** Have the group compute: 1,000 patients, half a million independent sites, d = ? (About 22: a
# member lies 22 deviations from the outsiders.) Then say that no genome has half a million independent sites.

# %% [markdown]
# ### Round 3: linked sites
#
# Real chromosomes are handed down in long pieces. Whoever has one allele nearly always has its neighbours, so close sites are
# [linked](glossary.md#linkage). How much do two sites share? And what becomes of the attack if every site is *exchanged* among the
# Tuscans by itself? That keeps each frequency, and breaks every link.

# %%
tuscans = x[of["TSI"]]
apart = (1, 10, 100, 1000)
for gap in apart:
    pairs = zip(tuscans.T[:-gap:17], tuscans.T[gap::17], strict=False)
    r2 = np.mean([np.corrcoef(a, b)[0, 1] ** 2 for a, b in pairs if a.std() > 0 < b.std()])
    print(f"sites {gap:4} apart: r² {r2:.3f} on average")

# %%
SITES = (30, 100, 300, 1000, 3000, 7363)


def ratio_aucs(genotypes, size=35):
    """AUC of the likelihood ratio with the first 30, 100, ... sites: pool first, then reference, then outsiders."""
    judged_people, known = np.delete(genotypes, np.s_[size : 2 * size], axis=0), genotypes[size : 2 * size]
    member = np.arange(len(judged_people)) < size
    for sites in SITES:
        statistics = PooledStatistics.from_genotypes(genotypes[:size, :sites], known[:, :sites])
        score = genomic.likelihood_ratio(statistics, judged_people[:, :sites])
        yield mt.Roc.from_scores(mt.Scores(score, member)).auc


# %%
aucs = {True: [], False: []}
for seed in range(30):
    rng = np.random.default_rng([2, seed])
    some = rng.permutation(tuscans)[:, rng.permutation(x.shape[1])]  # people and sites in a random order
    aucs[True].append(list(ratio_aucs(some)))
    aucs[False].append(list(ratio_aucs(rng.permuted(some, axis=0))))  # each site exchanged by itself

# %%
curve = {
    (linked, m): mt.Interval.from_values([one[i] for one in aucs[linked]], within=(0, 1))
    for linked in aucs
    for i, m in enumerate(SITES)
}

# %%
ax = None
for linked, name, look in (
    (False, "each site exchanged", {"color": "#E69F00", "marker": "s"}),
    (True, "as inherited", {"color": "black", "marker": "o"}),
):
    ax = IntervalDisplay(SITES, [curve[linked, m] for m in SITES], name=name).plot(ax, **look).ax_
ax.plot(SITES, [expected_auc(m, 35, 35) for m in SITES], color="#009E73", ls="--", label="theory")
ax.set(xlabel="sites published", ylabel="AUC of the likelihood ratio", xscale="log", ylim=(0.55, 1.02))
ax.set_xticks(SITES, [f"{m:,}" for m in SITES])
ax.minorticks_off()
ax.legend(loc="upper left")
said = ", ".join(f"{curve[True, m].value:.3f} at {m:,}" for m in (100, 1000, 7363))
mt.show(
    ax,
    alt=f"AUC against sites: linked {said}; with each site exchanged it follows theory up to {curve[False, 7363].value:.3f}",
)

# %% [markdown]
# Exchanged, real people behave like the textbook: {{ curve[False, 1000].value:.3f}} with 1,000 sites, where theory (35 people in the
# reference too, so d² is half of sites / people) says {{ f"{expected_auc(1000, 35, 35):.3f}" }}. As inherited, the curve bends after a few
# hundred: {{ curve[True, 1000].value:.3f}} with 1,000 and {{ curve[True, 7363].value:.3f}} with all 7,363. The other thousands repeat
# what has been said. How many independent sites would do as well? Solve round 2's formula for the sites: people · d² · (1 + people / reference).


# %%
def independent_sites(auc, people=35, reference=35):
    """How many independent sites would give this AUC."""
    d = 2**0.5 * norm.ppf(auc)
    return people * d**2 * (1 + people / reference)


for m in (300, 7363):
    low, value, high = (
        independent_sites(a) for a in (curve[True, m].low, curve[True, m].value, curve[True, m].high)
    )
    print(f"{m:,} linked sites are worth about {value:.0f} independent ones ({low:.0f} to {high:.0f})")

# %%
first, last = (int(genomes.feature_names[i].split()[0].removeprefix("20:")) for i in (0, -1))
stretches = 3.1e9 / (last - first)
print(
    f"this stretch: {(last - first) / 1e6:.1f} million letters; the genome, 3.1 billion, is {stretches:,.0f} times as long"
)
print(f"if each stretch of this length were worth as many, the whole genome: about {stretches * value:,.0f}")

# %% [markdown]
# The ends in brackets are again of draws from {{ len(of["TSI"]) }} people. The last line is a rough guess, since stretches differ. It says two things. Nobody gets far with one region, and a published
# genome-wide table is still worth far more sites than most studies have members.

# %% [markdown] audience="instructor"
# **Round 3 (7 minutes).** Let somebody explain "a thousand witnesses who heard it from the same one" in terms of the figure. Ask
# which of the two curves a paper with simulated genomes would print. (Most textbook figures are the dashed one.)

# %% [markdown]
# ### Round 4: from a ranking to an accusation
#
# So far no threshold. Homer's paper has one: divide D by its standard error over the sites, and call that T,
#
# $$T = \frac{D}{s / \sqrt{\text{sites}}}, \qquad s = \text{standard deviation of the person's differences over the sites}$$
#
# By the central limit theorem T of an outsider should be a standard normal number, so T > [[1.645|definition]] should accuse [[5 %|definition]] of them.

# %%
t = judged(genomic.homer_t, study, x, pool, outside)
print(f"outsiders with T above 1.645: {mt.Rate(int((t.non_members > 1.645).sum()), len(t.non_members))}")
print(f"members with T above 1.645:   {mt.Rate(int((t.members > 1.645).sum()), len(t.members))}")
print(f"T of outsiders: deviation {t.non_members.std(ddof=1):.1f} where theory has 1")

# %% [markdown]
# In this one study, with the best reference there is, T of outsiders varies {{ f"{t.non_members.std(ddof=1):.1f}" }} times as much as
# promised. Its standard error counts 7,363 sites as so many independent witnesses.
#
# Keep that in mind in the lab.

# %% [markdown] audience="instructor"
# **Round 4 (5 minutes).** Prompt: *is the AUC harmed by a wrong standard error?* (No: T ranks nearly as D does.) The threshold is.
# This is the difference between a ranking and an accusation, as in lesson 03.

# %% [markdown] section="lab"
# ## Lab: genome pool
#
# The panel has drawn 40 pools of Tuscans for every combination of pool size, sites, linkage and reference, and run both attacks. The
# diamond in the right picture is Homer's test as published; the dashed line is where it promises to stand. The panel names three goals.

# %%
grid = PoolGrid.measure(genomes, seed=0)
lab = GenomePool(grid, lesson="07")
lab

# %% [markdown]
# The next cell reads what you left in the panel and turns it into an accusation: if you test the whole pool and 1,000 Tuscans who did not take
# part, how many are accused, and how many of those rightly?

# %%
v = lab.values()
right, wrong = lab.pool * v["found"], 1000 * v["error"]
print(
    f"pool of {lab.pool}, {lab.sites:,} sites, {'linked' if lab.linked else 'exchanged'}, reference {lab.reference}"
)
print(f"accused: {right + wrong:.0f}, of them members: {mt.percent(right / (right + wrong))}")

# %% [markdown] audience="instructor"
# **Lab (6 minutes).** Ask pairs for the setting with the largest difference between AUC and promise. Those who compare CEU with
# FIN and IBS will ask why Utah fits so much better than Spain, though both are about as near. *Surprise* has the answer: nearness in
# frequencies is not what Homer's absolute values measure. The adversary sees neither.

# %% [markdown] section="exercises"
# ## Exercises
#
# Each cell checks what you write. Skip what you like and come back: until yours is right, the lesson goes on with the
# package's own function.
#
# ### 1. Homer's distance
#
# From the frequencies of a pool and of a reference, and people's genotypes: one number for each person, larger for members.


# %% exercise="homer_distance"
def homer_distance(pool, reference, genotypes):
    """D (people,). pool, reference: frequencies (sites,); genotypes: 0, 1 or 2 copies (people, sites)."""
    ### BEGIN SOLUTION
    y = genotypes / 2
    return (np.abs(y - reference) - np.abs(y - pool)).mean(axis=1)
    ### END SOLUTION


homer_distance = check.homer_distance(homer_distance)

# %% tests="homer_distance"
_genotypes = np.array([[2.0, 0.0], [0.0, 1.0]])
assert np.allclose(homer_distance(np.array([0.75, 0.25]), np.array([0.5, 0.5]), _genotypes), [0.25, -0.25])

# %% [markdown]
# Who is the most and who the least suspicious Tuscan of the first study, and rightly so?

# %%
tested = np.concatenate([pool, outside])
score = homer_distance(study.pool_frequencies, study.reference_frequencies, x[tested])
for what, i in (("largest", score.argmax()), ("smallest", score.argmin())):
    print(f"{what} D: {'member' if i < len(pool) else 'outsider'}")
print(f"members among the 20 largest: {(np.argsort(-score)[:20] < len(pool)).sum()}")

# %% [markdown]
# ### 2. The likelihood ratio
#
# The same input. How much more probable is the genome if its copies were drawn with the pool's frequencies than with the
# reference's? Give the logarithm, summed over the sites; there may be thousands of them. All frequencies lie strictly between 0 and 1 here.


# %% exercise="likelihood_ratio"
def likelihood_ratio(pool, reference, genotypes):
    """log-likelihood ratio (people,). pool, reference: frequencies (sites,); genotypes: (people, sites)."""
    ### BEGIN SOLUTION
    return genotypes @ np.log(pool / reference) + (2 - genotypes) @ np.log((1 - pool) / (1 - reference))
    ### END SOLUTION


likelihood_ratio = check.likelihood_ratio(likelihood_ratio)

# %% tests="likelihood_ratio"
_ratio = likelihood_ratio(np.array([0.6]), np.array([0.5]), np.array([[0.0], [1.0], [2.0]]))
assert np.allclose(_ratio, [2 * np.log(0.8), np.log(0.96), 2 * np.log(1.2)])
_many = likelihood_ratio(np.full(5000, 0.6), np.full(5000, 0.5), np.ones((1, 5000)))
assert np.allclose(_many, 5000 * np.log(0.96))

# %% [markdown]
# In a pool of 35 some frequencies are 0 or 1, and the logarithm has no end there. The package counts such an allele as half a copy; leave
# those sites out, as your function needs, and compare.

# %%
inner = [(f > 0) & (f < 1) for f in (study.pool_frequencies, study.reference_frequencies)]
both = inner[0] & inner[1]
yours = likelihood_ratio(study.pool_frequencies[both], study.reference_frequencies[both], x[tested][:, both])
package = genomic.likelihood_ratio(study, x[tested])
print(f"sites left out: {(~both).sum()}")
for name, one in (("without them", yours), ("half a copy", package)):
    print(
        f"{name:13} AUC {mt.Roc.from_scores(mt.Scores(one, np.arange(len(tested)) < len(pool))).auc_interval()}"
    )

# %% [markdown]
# ### 3. A claim to repair
#
# A report, written as many were: "The pool holds 35 Tuscans. Lacking Italian data we compared with 35 Finns, also Europeans.
# 7,363 sites, T > [[1.645|definition]]. At a false positive rate of [[5 %|definition]] we identify most participants." You have nothing better than
# the Finns, but you know some Tuscans who were not in the pool.

# %% [markdown]
# Replace the normal distribution by them. For each T give a p value: the share, among the known outsiders *and this person*, of those whose
# T is as high or higher. The rank of one more outsider is as good as any, so p ≤ [[0.05|definition]] happens to
# [[5 %|definition]] of outsiders at most, whatever the reference did to T.


# %% exercise="p_values"
def p_values(t, outsiders):
    """p (people,), each above 0 and at most 1. t: (people,); outsiders: T of known outsiders (known,)."""
    ### BEGIN SOLUTION
    as_high = (outsiders[:, None] >= t).sum(axis=0)
    return (1 + as_high) / (1 + len(outsiders))
    ### END SOLUTION


p_values = check.p_values(p_values)

# %% tests="p_values"
assert np.allclose(p_values(np.array([3.0, 1.0]), np.array([1.0, 2.0, 0.0])), [1 / 4, 3 / 4])

# %%
every_third = np.ascontiguousarray(x[:, ::3])  # so that 200 studies fit into seconds
claims = {"as reported": {"error": [], "found": []}, "repaired": {"error": [], "found": []}}
for seed in range(200):
    rng = np.random.default_rng([3, seed])
    members, known, strangers = np.split(rng.permutation(of["TSI"]), [35, 74])  # 35, 39 and 33 people
    finns = rng.permutation(of["FIN"])[:35]
    statistics = PooledStatistics.from_genotypes(every_third[members], every_third[finns])
    t = genomic.homer_t(statistics, every_third[np.concatenate([members, strangers, known])])
    accused = {"as reported": t > 1.645, "repaired": p_values(t, t[68:]) <= 0.05}
    for name, who in accused.items():
        claims[name]["error"].append(who[35:68].mean())
        claims[name]["found"].append(who[:35].mean())

for name, rates in claims.items():
    error, tpr = (mt.Interval.from_values(values, within=(0, 1)).words(".1%") for values in rates.values())
    print(f"{name:12} outsiders accused {error:26} members found {tpr}")

# %% [markdown]
# (Every third site; more of the stretch would tell little more.) The report had counted whom it found, and not whom it accused
# wrongly. With an error that keeps its promise, the same data find
# {{ mt.percent(np.mean(claims["repaired"]["found"])) }} of the members, not {{ mt.percent(np.mean(claims["as reported"]["found"])) }}.
#
# The promise is about the mean over many such studies; a single set of 39 known outsiders can be lucky or not.

# %% [markdown]
# ### Stretch: a beacon
#
# After 2008 some archives opened a narrower door, a [beacon](glossary.md#beacon): ask whether *anybody* in the pool has a given allele,
# get yes or no. Shringarpure and Bustamante (2015) asked about the alleles that a person has. If the person is in the pool, a no has the
# probability `error`: the beacon overlooked a copy. If not, a no has the probability that all 2n copies of the pool lack the allele; in this
# case we let the beacon make no error. (The paper also counts that others in the pool may have a member's allele; we leave that out.)


# %% exercise="beacon_ratio" tags=["stretch"]
def beacon_ratio(has, answers, frequencies, pool_size, error):
    """log-likelihood ratio (people,). has: bools (people, sites); answers: bools, frequencies (sites,)."""
    ### BEGIN SOLUTION
    nobody = (1 - frequencies) ** (2 * pool_size)
    return has @ np.where(answers, np.log((1 - error) / (1 - nobody)), np.log(error / nobody))
    ### END SOLUTION


beacon_ratio = check.beacon_ratio(beacon_ratio)

# %%
rarer = np.where(x.mean(axis=0) > 1, 2 - x, x) > 0  # who has the rarer allele
share = np.minimum(x.mean(axis=0), 2 - x.mean(axis=0)) / 2
for size in (10, 20, 50):
    by_beacon, yes = [], []
    for seed in range(20):
        order = np.random.default_rng([4, size, seed]).permutation(len(x))
        answers = rarer[order[:size]].any(axis=0)
        asked = np.concatenate([order[:size], order[-300:]])
        score = beacon_ratio(rarer[asked], answers, share, size, 0.001)
        by_beacon.append(mt.Roc.from_scores(mt.Scores(score, np.arange(len(asked)) < size)).auc)
        yes.append(answers.mean())
    print(
        f"beacon of {size}: {mt.percent(np.mean(yes))} answers are yes, AUC {mt.Interval.from_values(by_beacon, within=(0, 1))}"
    )

# %% [markdown]
# Yes or no protects a pool in which everything common occurs. It is the *rare* alleles, of which this file has none, that
# open larger beacons: the paper needed 5,000 questions for a beacon of 1,000 people.

# %% [markdown] audience="instructor"
# **Exercises (12 minutes).** Where time is short do 3. Its usual wrong answer is `high / known`, which can be 0; the reply says why that is
# too proud. Ask where the adversary would get known outsiders: a second study in the same town, or the adversary.
#
# **When an answer is wrong.** Beyond the reply that the learner gets:
#
# - `homer_distance`, *copies for shares*: ask what the largest frequency is that a population can have, and what the
#   largest genotype is. One of the two has to move.
# - `likelihood_ratio`, *other allele forgotten*: ask about somebody with a nought at every site. By their formula
#   nothing is known about this person; in truth it is as much evidence as a genome of twos.
# - `p_values`, *nought is possible*: after the reply ask for the smallest p value that 39 known outsiders allow. It
#   is one fortieth, so with them nobody can be accused at a stricter level than that.

# %% [markdown] section="surprise"
# ## Surprise
#
# The two faults, apart and together. 200 pools in each row, of 35 Tuscans each, drawn from the same {{ len(of["TSI"]) }}, all 7,363 sites; the reference is 35 other Tuscans, Iberians
# or Finns; sites are exchanged or as inherited. The attack is Homer's, so the AUC is that of T.

# %%
faults = PoolGrid.measure(
    genomes, pools=(35,), sites=(7363,), references=("TSI", "IBS", "FIN"), draws=200, rounds=20, seed=5
)

# %%
rows = {}
print(f"{'sites':14}{'reference':11}{'outsiders accused':30}{'members found':30}AUC of T")
for linked in (False, True):
    for reference in ("TSI", "IBS", "FIN"):
        at = {"pool": 35, "sites": 7363, "linked": linked, "reference": reference}
        rows[linked, reference] = error = faults.interval("error", **at)
        others = faults.interval("found", **at).words(".1%"), faults.interval("auc", **at).words()
        name = "as inherited" if linked else "exchanged"
        print(f"{name:14}{reference:11}{error.words('.1%'):30}{others[0]:30}{others[1]}")

# %%
prediction.reveal(rows[True, "IBS"])

# %% [markdown]
# With neither fault the promise holds: {{ rows[False, "TSI"]:.1%}}. Linkage alone makes it {{ rows[True, "TSI"]:.1%}}, although the reference
# is perfect. The wrong reference alone makes it {{ rows[False, "IBS"]:.1%}} (Spain) and {{ rows[False, "FIN"]:.1%}} (Finland): it moves
# everybody's T, member or not (Braun 2009). And with both it is *less* than with the second alone,
# {{ rows[True, "IBS"]:.1%}} and {{ rows[True, "FIN"]:.1%}}. How can two faults accuse fewer than one?

# %%
print(f"{'':26}{'T of outsiders: mean':>20}{'deviation':>12}")
for linked in (False, True):
    for reference in ("TSI", "IBS", "FIN"):
        ts = []
        for seed in range(10):
            rng = np.random.default_rng([5, seed])
            here, there = (x[rng.permutation(of[name])] for name in ("TSI", reference))
            if not linked:
                here, there = rng.permuted(here, axis=0), rng.permuted(there, axis=0)
            known = here[35:70] if reference == "TSI" else there[:35]
            ts.append(genomic.homer_t(PooledStatistics.from_genotypes(here[:35], known), here[70:]))
        name = f"{'as inherited' if linked else 'exchanged'}, {reference}"
        mean = np.mean(ts).round(1) + 0.0  # no −0.0
        print(f"{name:26}{mean:20.1f}{np.mean([t.std(ddof=1) for t in ts]):12.1f}")

# %% [markdown]
# The reference moves everybody's T, linkage spreads it. A shift alone pushes all outsiders over the line; spread them as well, and some
# fall back under it. So the smaller number is no comfort: T has lost its meaning twice.
#
# And why is Spain no better than Finland? Compare how far each population's frequencies lie from the Tuscans', and how much further than
# from their own frequencies Homer's absolute distances put the Tuscans.

# %%
own = tuscans.mean(axis=0) / 2
for name in ("CEU", "IBS", "GBR", "FIN"):
    other = x[of[name]].mean(axis=0) / 2
    further = (np.abs(tuscans / 2 - other) - np.abs(tuscans / 2 - own)).mean()
    print(
        f"{name}: mean squared difference {((other - own) ** 2).mean():.4f}, Tuscans further off by {further:.4f}"
    )

# %% [markdown]
# Finland is further off in frequencies, and Spain moves the Tuscans more. An absolute distance is not smallest at the truth: where an allele is
# rare, most people have no copy, so a reference in which it is rarer still is *nearer* to most of them, and one in which it is commoner lies
# further away. The direction in which each frequency differs counts, besides its size. So a near reference may help or not, and only outsiders
# tell.

# %% [markdown]
# The ranking has lost less: as inherited, the AUC is {{ faults.interval("auc", pool=35, sites=7363, linked=True, reference="TSI").value:.3f}}
# with Tuscans as the reference, {{ faults.interval("auc", pool=35, sites=7363, linked=True, reference="IBS").value:.3f}} with Iberians and
# {{ faults.interval("auc", pool=35, sites=7363, linked=True, reference="FIN").value:.3f}} with Finns. An adversary with known outsiders keeps
# that ranking and mends the threshold, as you did. *A broken promise protects nobody; it adds wrongly accused people.*

# %% [markdown]
# ### What data owners did
#
# - **August 2008** The NIH moved its aggregate tables behind an application, the Wellcome Trust and the Broad Institute took theirs from
#   the open web (Zerhouni 2008).
# - **2009** Sankararaman and others gave the rule of round 2 to decide how many sites may be published for a pool of a given size. Braun
#   and others showed what you have just seen: the published test's error is not what it says.
# - **2015** Beacons, made as a safer door, turned out to open too (Shringarpure 2015). Budgets of questions and hiding rare
#   alleles have been proposed since.
# - **November 2018** The NIH opened most summary tables again, except for studies that a data owner marks as sensitive: where
#   being in the study says something that harms (NOT-OD-19-023).
#
# The last rule asks Paola's question. Not "can it be done?" but "what does membership *say*?"

# %% [markdown] audience="instructor"
# **Surprise (6 minutes).** Go back to the reasons noted at *Predict*. Then discuss the two rules of 2008 and 2018: who loses when
# tables are closed? (Patients with the next disease, for whom nobody can pool results.) No model answer.

# %% [markdown] section="quiz"
# ## Quiz
#
# Five questions. Your first answer counts; afterwards try the other choices too, each has a reply.

# %%
check.quiz

# %% [markdown] section="transfer"
# ## Transfer
#
# A consortium wants to publish allele frequencies of 2,000 patients with a stigmatised illness, at 300,000 sites all over the genome.
# "These are averages", says its lawyer, "so they are anonymous. And the known attack has been refuted: Braun and others showed that its error rate
# is wrong." Write five sentences to the consortium: what is wrong with each sentence, what would you compute first, what could be
# published instead?

# %% [markdown]
# <details><summary>A model answer and a rubric</summary>
#
# Averages lean towards each person in them, and what counts is independent sites for each member. 300,000 sites all over the genome are about
# {{ f"{300_000 / stretches:.0f}" }} for each stretch like ours, and round 3 found 300 of its sites to be worth about
# {{ f"{independent_sites(curve[True, 300].value):.0f}" }} independent ones (sites spread so thinly repeat each other less than all 7,363 do). Over the
# genome that is roughly {{ f"{independent_sites(curve[True, 300].value) * stretches / 2000:.0f}" }} for each of 2,000 patients, and with a large
# reference a distance of {{ f"{(independent_sites(curve[True, 300].value) * stretches / 2000) ** 0.5:.0f}" }} deviations. Braun and others refuted the published threshold, not the
# ranking; whoever knows some people outside can set a threshold that keeps its promise. I would first estimate how many independent sites the table is
# worth (permute, as in round 3), and run the likelihood ratio with a matching reference on real members and outsiders, with TPR at a low FPR.
# One can publish fewer sites, the few hundred that matter for the result, give the full table to researchers on application, or add calibrated noise (lesson 10).
# And since membership says that somebody has the illness, this is a sensitive study in the sense of the NIH's rule of 2018.
#
# *Rubric, a point each*: sites per member, with a number · threshold refuted, not ranking · independent sites estimated, not counted · low FPR on
# known members and outsiders · a way to publish less, and sensitivity named.
#
# </details>

# %% [markdown] audience="instructor"
# **To discuss.**
#
# 1. Paola's cousin has published a genome. Whose consent was asked? Paola's, her children's, that of the study in
#    Tuscany?
# 2. The 503 donors made their genomes public on one condition. What could somebody in this room do this evening that
#    would break it?
# 3. In 2008 tables were closed within days, in 2018 most were opened again. What had been learnt in between: about
#    the attack, or about the harm?

# %% [markdown] section="recap"
# ## Recap
#
# 1. Published averages are a model too. Frequencies of 35 people at 7,363 sites gave the likelihood ratio an AUC of
#    {{ over_studies(of_attack[genomic.likelihood_ratio]).value:.3f}}.
# 2. What counts is independent sites for each member: AUC = Φ(d/√2), d² = sites / people, and less with a small reference.
# 3. Linked sites repeat each other: all 7,363 of this stretch are worth about {{ f"{independent_sites(curve[True, 7363].value):.0f}" }}. Exchanged, the same sites give
#    {{ curve[False, 7363].value:.3f}}.
# 4. Homer's promise of [[5 %|definition]] held with neither fault ({{ rows[False, "TSI"]:.1%}}), and broke with linkage ({{ rows[True, "TSI"]:.1%}}),
#    with the wrong reference ({{ rows[False, "IBS"]:.1%}}), and with both ({{ rows[True, "IBS"]:.1%}}).
# 5. The ranking survives what breaks the promise. Ranks among known outsiders mend the promise.

# %% [markdown]
# **You may now claim** "on so many pools drawn from these {{ len(of["TSI"]) }} people, with this reference, the attack finds so many members at an error that I
# measured on people known to be outside". Not yet "in this population": other people of Tuscany are not in the interval.
#
# **You may not claim** that averages are anonymous, that so many sites are so many independent facts, or an error rate that a formula
# promised and nobody has checked.

# %% [markdown]
# **New in the [glossary](glossary.md)**: [allele frequency](glossary.md#allele-frequency), [beacon](glossary.md#beacon),
# [genotype](glossary.md#genotype), [linkage](glossary.md#linkage), [reference population](glossary.md#reference-population),
# [site](glossary.md#site)
#
# **Sources**
#
# - J. Neyman and E. Pearson, On the problem of the most efficient tests of statistical hypotheses, 1933
# - N. Homer and others, Resolving individuals contributing trace amounts of DNA to highly complex mixtures, 2008
# - S. Sankararaman and others, Genomic privacy and limits of individual detection in a pool, 2009
# - R. Braun and others, Needles in the haystack: identifying individuals present in pooled genomic data, 2009
# - E. Zerhouni and E. Nabel, Protecting aggregate genomic data, 2008
# - S. Shringarpure and C. Bustamante, Privacy risks from genomic data-sharing beacons, 2015
# - National Institutes of Health, Update to NIH management of genomic summary results access, NOT-OD-19-023, 2018
# - The 1000 Genomes Project Consortium, A global reference for human genetic variation, 2015; the data card is in `datasets/README.md`
#
# **Next**: [08 Who is at risk](08_who_is_at_risk.ipynb)

# %%
mt.progress.so_far("07")

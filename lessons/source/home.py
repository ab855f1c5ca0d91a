# %% [markdown] section="home"
# # Membership Inference, Hands On
#
# Was this patient's record in the model's training set? Twelve lessons go from that question to a signed privacy claim.
# This page knows what you have answered so far. Run the cell below with Shift and Enter, and again whenever you come back.

# %%
import mia_teach as mt

mt.home()

# %% [markdown]
# What you see there comes from `progress.json` in this folder. The file stays on this machine unless you hand it on yourself;
# you may read it, and delete it to begin anew.

# %% [markdown]
# ## The course
#
# | lesson | minutes | afterwards you can |
# |---|---|---|
# | [00 The membership game](00_game.ipynb) | 20 | play the game that defines the leak, and score a player |
# | [01 Overfitting: where the leak begins](01_overfitting.ipynb) | 45 | say which settings make a model leak, and how sure that is |
# | [02 Threshold attacks](02_threshold.ipynb) | 60 | run the simplest attacks and report them at low false positive rates |
# | [03 Shadow models](03_shadow_models.ipynb) | 75 | attack with models of your own, and say when their promise breaks |
# | [04 Likelihood-ratio attacks](04_likelihood_ratio.ipynb) | 75 | compare a record with its own past, by LiRA and RMIA |
# | [05 Labels only](05_label_only.ipynb) | 60 | attack a model that names a class and nothing else |
# | [06 White box: gradients](06_white_box.ipynb) | 90 | say what the weights add to the answers, and attack a federated round |
# | [07 Genomes and statistics](07_genomes.ipynb) | 60 | find people in published averages, and mend a promised error rate |
# | [08 Who is at risk](08_who_is_at_risk.ipynb) | 60 | say who is exposed, and write an impact assessment |
# | [09 Defences without a guarantee](09_defences.ipynb) | 60 | measure a defence by its price and by attackers who know it |
# | [10 Differential privacy](10_differential_privacy.ipynb) | 90 | say what (ε, δ) promises, and train so that it holds |
# | [11 Auditing a privacy claim](11_audits.ipynb) | 75 | bound ε from below, and convict broken DP-SGD before you read it |

# %% [markdown]
# Each lesson names those that it builds on. With little time, 00, 02 and 04 lead to the attack that the field now
# measures by; 10 and 11 are about promises and build on 04.

# %% [markdown]
# ## How it helps you remember
#
# From lesson 01 on a lesson begins with questions from earlier ones: first what you missed, until you have answered it rightly
# twice running, with a pause in between. And it asks you for a number before you see it, together with how sure you are. Being sure is a
# claim like any other: above, it is held against how often you were right, with an interval, for twelve predictions are few.
#
# The words of the course stand in the [glossary](glossary.md).

# %% [markdown]
# ## Where next
#
# - **Attack something of your own.** Everything right of `mt.Scores(score, member)` works for any model: train a few of yours with
#   `mt.balanced_shadows`, score them as in lesson 04, and measure as in lesson 02.
# - **Language models**, which this course leaves out: M. Duan and others, Do membership inference attacks work on large language
#   models?, 2024; M. Meeus and others, SoK: membership inference attacks on LLMs are rushing nowhere (and how to fix it), 2024.
#   Both show how members and non-members that differ in something else, such as their date, make a weak attack look strong.
# - **Proofs and mechanisms**: C. Dwork and A. Roth, The algorithmic foundations of differential privacy, 2014. With code beside
#   them: J. Near and C. Abuah, Programming differential privacy, 2021.
# - **Judging a product's promise**: J. Near and others, Guidelines for evaluating differential privacy guarantees, NIST, 2025.
# - **Tools for the day's work**: Opacus trains PyTorch models with differential privacy, dp-accounting counts what it costs,
#   Privacy Meter runs attacks on your models. Hold their numbers against what you now know: which attack, at which false positive
#   rate, over how many targets?

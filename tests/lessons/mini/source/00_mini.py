# %% [markdown] section="card"
# # 00 A mini lesson
#
# Ten minutes. It needs no [shadow model](glossary.md#shadow-model).

# %%
import mini_exercises as check
from IPython.display import display

# %% [markdown] section="warm-up"
# ## Warm-up
#
# Nothing came before.

# %% [markdown] section="case"
# ## A case
#
# Somebody has 10,000 records, and a false alarm is [[1 %]] of them.

# %% [markdown] section="predict"
# ## Predict

# %%
guess = 0.5

# %% [markdown] section="build"
# ## Build

# %%
hits, total = 12, 899
rate = hits / total
print(f"{hits} of {total}")

# %% [markdown]
# It was {{ rate:.1%}} of {{ total:,}}, and the paper reports [[15.7 %|Carlini 2022]].

# %%
words = f"A bar of height {rate:.3f}"
html = f'<img alt="{words}" src="data:image/png;base64,iVBORw0KGgo=">'
display({"text/html": html, "text/plain": words}, raw=True)

# %% [markdown] section="lab"
# ## Lab

# %%
guess + 1

# %% [markdown] section="exercises"
# ## Exercises


# %% exercise="double"
def double(x: float) -> float:
    """Twice x."""
    ### BEGIN SOLUTION
    twice = x + x
    return twice
    ### END SOLUTION


double = check.double(double)

# %% tests="double"
assert double(10) == 20


# %% exercise="triple"
def triple(x: float) -> float:
    """Three times x."""
    ### BEGIN SOLUTION
    return 3 * x
    ### END SOLUTION


triple = check.triple(triple)


# %% exercise="fourfold"
def fourfold(x: float) -> float:
    """Four times x."""
    ### BEGIN SOLUTION
    return 4 * x
    ### END SOLUTION


fourfold = check.fourfold(fourfold)


# %% exercise="fivefold" tags=["stretch"]
def fivefold(x: float) -> float:
    """Five times x."""
    ### BEGIN SOLUTION
    return 5 * x
    ### END SOLUTION


fivefold = check.fivefold(fivefold)

# %% [markdown] audience="instructor"
# Ask who added and who multiplied.

# %% [markdown] section="surprise"
# ## Surprise

# %%
double(triple(2))

# %% [markdown]
# That makes {{ double(triple(2)) }}.

# %% [markdown] section="quiz"
# ## Quiz

# %%
len(check.quiz.questions)

# %% [markdown] section="transfer"
# ## Transfer
#
# <details><summary>A model answer</summary>
#
# Yes.
#
# </details>

# %% [markdown] section="recap"
# ## Recap
#
# Sources
#
# - Carlini and others, Membership Inference Attacks From First Principles, 2022

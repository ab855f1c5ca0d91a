"""Lesson 05: the gap of each class, robustness under a budget, a boundary by bisection, questions counted, a ratio."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "05"


# ---- 1. the gap attack, class by class -----------------------------------------------------------


def _gap_by_class(
    predictions: Int[np.ndarray, " examples"],
    labels: Int[np.ndarray, " examples"],
    member: Bool[np.ndarray, " examples"],
    n_classes: int,
) -> Float[np.ndarray, " classes"]:
    """TPR − FPR of accusing what is right, among each true class; NaN where it has no members or no non-members."""
    right = predictions == labels
    own = [labels == c for c in range(n_classes)]
    return np.array([right[of & member].mean() - right[of & ~member].mean() for of in own])


def _gap_with(combine):
    """A wrong gap: other combinations of who is right, of the class, and a member."""

    def function(predictions, labels, member, n_classes):
        right = predictions == labels
        return np.array(
            [float(combine(right, labels == c, member, predictions == c)) for c in range(n_classes)]
        )

    return function


def _where_there_are_records(predictions, labels, member, n_classes):
    return _gap_by_class(predictions, labels, member, n_classes)[np.unique(labels)]


def _nought_for_none(predictions, labels, member, n_classes):
    return np.nan_to_num(_gap_by_class(predictions, labels, member, n_classes))


def _gap_case(seed, n, n_classes):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.repeat(np.arange(n_classes), 6), rng.integers(0, n_classes, n)])
    member = np.concatenate([np.tile([True, False], 3 * n_classes), rng.random(n) < 0.4])
    guess = rng.integers(0, n_classes, len(labels))
    predictions = np.where(rng.random(len(labels)) < np.where(member, 0.9, 0.3), labels, guess)
    predictions[::6] = labels[::6]  # every class is predicted at least once
    return Case(predictions, labels, member, n_classes)


gap_by_class = Exercise(
    name="gap_by_class",
    lesson=LESSON,
    reference=_gap_by_class,
    cases=(
        Case(
            np.array([0, 0, 0, 1, 1, 1, 0, 1]),
            np.array([0, 0, 0, 0, 1, 1, 1, 1]),
            np.array([True, True, False, False, True, False, False, True]),
            2,
        ),
        _gap_case(0, 40, 3),
        _gap_case(1, 80, 4),
        Case(  # nobody is of class 1, and no non-member of class 2
            np.array([0, 3, 0, 2, 3, 2, 3, 0]),
            np.array([0, 0, 0, 2, 2, 3, 3, 3]),
            np.array([True, True, False, True, True, True, False, False]),
            4,
        ),
    ),
    hints=(
        "The attack accuses every record that is answered rightly. Who is accused rightly, who falsely, if you look at "
        "the records of one true class only?",
        "`right = predictions == labels`. Within class c, the share of right answers among members is the TPR, among "
        "non-members the FPR. Both are means over their own side of the class.",
        "For one class: `of = labels == c`, then `right[of & member].mean()` and `right[of & ~member].mean()`. Put the "
        "differences of all classes into `np.array([...])`.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda *case: -_gap_by_class(*case),
            "The size is right and the sign is not: accused members minus accused non-members, so training minus test "
            "accuracy.",
        ),
        Wrong(
            "only_classes_that_occur",
            _where_there_are_records,
            "One number for each class that occurs among the labels came. The place in the result is the class, so it has "
            "`n_classes` places; a class without members or without non-members gets NaN.",
        ),
        Wrong(
            "nought_for_no_records",
            _nought_for_none,
            "Where a class has no members or no non-members you give 0, which says that nothing leaks. Nobody can know: NaN.",
        ),
        Wrong(
            "all_classes_together",
            _gap_with(lambda right, of, member, said: right[member].mean() - right[~member].mean()),
            "That is one advantage for everybody, repeated. It is an average over the classes, and the average is what "
            "hides the exposed ones.",
        ),
        Wrong(
            "by_predicted_class",
            _gap_with(
                lambda right, of, member, said: right[said & member].mean() - right[said & ~member].mean()
            ),
            "You grouped the records by what the model says. A wrong answer then counts for another class; group by the "
            "true label.",
        ),
        Wrong(
            "share_of_all",
            _gap_with(
                lambda right, of, member, said: (right & of & member).mean() - (right & of & ~member).mean()
            ),
            "Both shares are of all records here, so rare classes look safe because they are rare. A TPR is a share of "
            "the members of the class.",
        ),
        Wrong(
            "share_of_class",
            _gap_with(
                lambda right, of, member, said: (right & member)[of].mean() - (right & ~member)[of].mean()
            ),
            "You divide both counts by the size of the whole class. TPR is a share of its members, FPR of its "
            "non-members, and the two sides need not be equally large.",
        ),
        Wrong(
            "share_of_the_side",
            _gap_with(
                lambda right, of, member, said: (right & of)[member].mean() - (right & of)[~member].mean()
            ),
            "You divide by all members and by all non-members, whatever their class. Within one class only its own "
            "records count.",
        ),
        Wrong(
            "counts",
            _gap_with(
                lambda right, of, member, said: (right & of & member).sum() - (right & of & ~member).sum()
            ),
            "These are counts. Divide each by its own side: members of the class, non-members of the class.",
        ),
        Wrong(
            "no_false_alarms",
            _gap_with(lambda right, of, member, said: right[of & member].mean()),
            "That is the share of members accused. An attack that accuses everybody has 1 there; subtract the share of "
            "non-members it accuses too.",
        ),
        Wrong(
            "accuracy_of_the_attack",
            _gap_with(lambda right, of, member, said: (right == member)[of].mean()),
            "That is how often the attack is right. Its zero point depends on how many of the class are members; the "
            "advantage has its zero at 0.",
        ),
        Wrong(
            "precision",
            _gap_with(lambda right, of, member, said: member[of & right].mean() - member[of & ~right].mean()),
            "You counted members among the accused. TPR and FPR go the other way: the accused among members, and among "
            "non-members.",
        ),
    ),
)


# ---- 2. robustness that keeps to a budget --------------------------------------------------------


class _Ask:
    """A model that answers with labels and counts.

    With a budget, a call that passes it gets only −1, and none after it is answered. Without one it gives 1,000 answers,
    so that a loop without an end has one.
    """

    def __init__(self, weight, edges, budget=None):
        self.weight, self.edges, self.budget = np.array(weight, float), np.array(edges, float), budget
        self.given, self.refused = 0, False

    def __call__(self, rows):
        rows = np.asarray(rows, float)
        if rows.ndim != 2:
            raise ValueError(
                f"Rows of shape {rows.shape} came; (examples, features) are needed. A single record is x[None]."
            )
        if self.refused:
            raise ValueError(
                f"The budget of {self.budget} answers was passed by the call before, and this one asks again."
            )
        self.given += len(rows)
        if self.budget is None and self.given > 1000:
            raise ValueError(
                "1,000 answers were given, and this loop asks on. By halves a line needs about ten: do `low` and `high` "
                "move, and does the loop end?"
            )
        self.refused = self.budget is not None and self.given > self.budget
        return np.full(len(rows), -1) if self.refused else np.digitize(rows @ self.weight, self.edges)

    def __repr__(self):
        classes = ", ".join(f"{edge:g}" for edge in self.edges)
        direction = ", ".join(f"{w:g}" for w in self.weight)
        ends = "" if self.budget is None else f"; {self.budget} answers, and −1 for a call that passes them"
        return f"a model with borders at [{direction}] · x = {classes}{ends}"


def _robustness(
    ask,
    x: Float[np.ndarray, " features"],
    label: int,
    noise: Float[np.ndarray, "steps features"],
    budget: int,
) -> float:
    """Share of right answers to x itself and to its first budget − 1 noisy copies."""
    rows = np.concatenate([x[None], x + noise[: budget - 1]])
    return float((ask(rows) == label).mean())


def _survivors(rows, judge=lambda told, label: (told == label).mean()):
    """A wrong robustness: other rows asked, or other answers counted."""

    def function(ask, x, label, noise, budget):
        return float(judge(ask(rows(x, noise, budget)), label))

    return function


def _with_copies(count):
    return lambda x, noise, budget: np.concatenate([x[None], x + noise[: count(budget, noise)]])


_EXACT = _with_copies(lambda budget, noise: budget - 1)


def _cut_afterwards(ask, x, label, noise, budget):
    told = ask(np.concatenate([x[None], x + noise]))
    return float((told == label)[:budget].mean())


def _one_by_one(ask, x, label, noise, budget):
    rows = np.concatenate([x[None], x + noise[:budget]])
    return float(np.mean([ask(row[None])[0] == label for row in rows]))


def _record_asked_before(ask, x, label, noise, budget):
    told = np.concatenate([ask(x[None]), ask(x + noise[:budget])])
    return float((told == label).mean())


def _divided_by_copies(ask, x, label, noise, budget):
    return float((ask(_EXACT(x, noise, budget)) == label).sum() / np.float64(budget - 1))


def _clean_one_gate(ask, x, label, noise, budget):
    if ask(x[None])[0] != label:
        return 0.0
    return float(np.mean(np.append(ask(x + noise[: budget - 1]) == label, True)))


def _robustness_case(seed, label, budget, x=(0.4, -0.2, 0.3)):
    noise = np.random.default_rng(seed).normal(0, 0.7, (12, 3)).round(2)
    return Case(_Ask((1.0, 0.5, -0.5), (0.0, 0.5), budget), np.array(x), label, noise, budget)


robustness = Exercise(
    name="robustness",
    lesson=LESSON,
    reference=_robustness,
    cases=(
        Case(
            _Ask((1.0,), (0.0,), 3), np.array([1.0]), 1, np.array([[-0.5], [-2.0], [0.5], [-3.0], [-0.2]]), 3
        ),
        _robustness_case(0, 1, 8),
        _robustness_case(1, 0, 6),
        _robustness_case(2, 1, 1),
        _robustness_case(4, 2, 9, x=(0.9, 0.4, -0.3)),
        _robustness_case(5, 1, 7, x=(0.2, -0.2, 0.3)),
    ),
    hints=(
        "Count before you ask. The question about the record itself is a question too; how many noisy copies are left "
        "in the budget?",
        "Build all rows first: `x[None]` is the record as one row, `x + noise[:k]` are k noisy copies. Which k makes "
        "them `budget` rows?",
        "`rows = np.concatenate([x[None], x + noise[:budget - 1]])`, then one call of `ask(rows)`. Which share of the "
        "answers is `label`?",
    ),
    wrong=(
        Wrong(
            "asked_beyond_the_budget",
            _cut_afterwards,
            "Your call asks more than the budget allows, and was refused as a whole: −1 for every row. Whoever asks about all "
            "copies and cuts the answers afterwards is billed for all. Cut the rows, and count the record itself among them.",
        ),
        Wrong(
            "clean_question_not_counted",
            _record_asked_before,
            "The record has had its answer, and the copies then got −1 each: together they are one question too many. The "
            "question about the record is billed like any other.",
        ),
        Wrong(
            "one_question_too_many",
            _one_by_one,
            "You ask about the record and about `budget` copies, one question too many. The last was answered with −1, and "
            "you counted it as a wrong label.",
        ),
        Wrong(
            "clean_question_left_out",
            _survivors(lambda x, noise, budget: x + noise[:budget]),
            "All questions went to noisy copies. The answer on the record itself belongs to the score: with a budget of 1 "
            "it is the gap attack.",
        ),
        Wrong(
            "noise_alone",
            _survivors(lambda x, noise, budget: np.concatenate([x[None], noise[: budget - 1]])),
            "You asked about the noise itself. A noisy copy is the record plus noise.",
        ),
        Wrong(
            "one_copy_fewer",
            _survivors(_with_copies(lambda budget, noise: max(0, budget - 2))),
            "One question of the budget is left unused. The record itself and how many copies make `budget` questions?",
        ),
        Wrong(
            "own_answer",
            _survivors(_EXACT, lambda told, label: (told == told[0]).mean()),
            "You compare with the model's own answer on the record. A model that is wrong and stays wrong would look robust; "
            "what marks a member is that it is answered rightly.",
        ),
        Wrong(
            "divided_by_copies",
            _divided_by_copies,
            "The clean answer is among those counted and not among those divided by. A share divides by all answers: `budget`.",
        ),
        Wrong(
            "counts",
            _survivors(_EXACT, lambda told, label: (told == label).sum()),
            "That is the number of right answers. The score is their share, so that budgets can be compared.",
        ),
        Wrong(
            "fragility",
            _survivors(_EXACT, lambda told, label: (told != label).mean()),
            "That is how often the label breaks. Members hold their label longer, and a score is larger for members.",
        ),
        Wrong(
            "all_or_nothing",
            _survivors(_EXACT, lambda told, label: (told == label).all()),
            "You ask whether every answer was right. That throws away how many were, and ties nearly everybody at 0.",
        ),
        Wrong(
            "zero_when_clean_is_wrong",
            _clean_one_gate,
            "You give 0 to a record that is answered wrongly, as some published code does, and spare the questions. Here the "
            "share of all answers is asked for, whatever the first one was.",
        ),
    ),
)


# ---- 3. the boundary, by halves ------------------------------------------------------------------


def _boundary(
    ask, x: Float[np.ndarray, " features"], start: Float[np.ndarray, " features"], tolerance: float
) -> float:
    """Distance from x to the first point known to be labelled otherwise, on the line to start."""
    label = ask(x[None])[0]
    low, high = 0.0, 1.0
    while high - low > tolerance:
        middle = (low + high) / 2
        if ask((x + middle * (start - x))[None])[0] != label:
            high = middle
        else:
            low = middle
    return float(high * np.linalg.norm(start - x))


def _bisected(
    *,
    told=lambda label, last, here: here != label,
    going=lambda low, high, length, tol: high - low > tol,
    result=lambda low, high, length: high * length,
):
    """A wrong boundary: another question, stop or result."""

    def function(ask, x, start, tolerance):
        label, last = ask(np.stack([x, start]))
        length, low, high = np.linalg.norm(start - x), 0.0, 1.0
        for _ in range(60):
            if not going(low, high, length, tolerance):
                break
            middle = (low + high) / 2
            changed = told(label, last, ask((x + middle * (start - x))[None])[0])
            low, high = (low, middle) if changed else (middle, high)
        return float(result(low, high, length))

    return function


def _only_once(ask, x, start, tolerance):
    return _bisected(going=lambda low, high, length, tol: high - low > 0.5)(ask, x, start, tolerance)


def _grid(ask, x, start, tolerance):
    shares = np.arange(tolerance, 1 + 1e-9, tolerance)
    changed = ask(x + shares[:, None] * (start - x)) != ask(x[None])[0]
    return float(shares[changed.argmax()] * np.linalg.norm(start - x))


def _at_the_first_change(ask, x, start, tolerance):
    label, share = ask(x[None])[0], 0.5
    for _ in range(60):
        if ask((x + share * (start - x))[None])[0] != label:
            break
        share = (share + 1) / 2
    return float(share * np.linalg.norm(start - x))


def _ten_halvings(ask, x, start, tolerance):
    return _bisected(going=lambda low, high, length, tol: high - low > 1 / 1024)(ask, x, start, tolerance)


def _by_steps_of_columns(ask, x, start, tolerance):
    return _boundary(ask, x, start, tolerance) / np.linalg.norm(start - x) * np.abs(start - x).sum()


def _boundary_case(x, start, edges, tolerance, weight=(1.0, 0.0)):
    return Case(_Ask(weight, edges), np.array(x, float), np.array(start, float), tolerance)


boundary = Exercise(
    name="boundary",
    lesson=LESSON,
    reference=_boundary,
    cases=(
        _boundary_case((0, 0), (8, 6), (3.0,), 0.2),
        _boundary_case((1, -1), (-5, 2), (-3.7,), 0.01, (1.0, 0.5)),
        _boundary_case((0, 0), (3, 4), (0.5, 1.9), 0.003),
        _boundary_case((2, 2), (2, 5.5), (3.1, 4.9), 0.02, (0.0, 1.0)),
    ),
    hints=(
        "Keep two shares of the way: `low`, where the label is still that of x, and `high`, where it is another one. "
        "Ask half-way between them. Which of the two moves?",
        "The point at a share s of the way is `x + s * (start - x)`, and `ask(point[None])[0]` is its label. Changed means: "
        "another label than that of x, whichever.",
        "`while high - low > tolerance:` ask at the middle; if the label has changed, `high = middle`, otherwise "
        "`low = middle`. At the end `high` times the length of the line, `np.linalg.norm(start - x)`.",
    ),
    wrong=(
        Wrong(
            "last_unchanged",
            _bisected(result=lambda low, high, length: low * length),
            "You return the last place where the label is still the old one. What has been seen for certain to lie beyond "
            "the boundary is `high`.",
        ),
        Wrong(
            "middle",
            _bisected(result=lambda low, high, length: (low + high) / 2 * length),
            "The middle of what is left is a good guess, and nobody has asked there. Return the nearest place whose label "
            "is known to be another.",
        ),
        Wrong(
            "share_of_the_way",
            _bisected(result=lambda low, high, length: high),
            "That is a share of the line from x to its start, and every record has a line of its own length. A distance is "
            "the share times the length.",
        ),
        Wrong(
            "from_the_start",
            _bisected(result=lambda low, high, length: (1 - high) * length),
            "You measured from the start. How deep the record sits in its class is the distance from x.",
        ),
        Wrong(
            "squared",
            _bisected(result=lambda low, high, length: (high * length) ** 2),
            "That is the squared distance. `np.linalg.norm` takes the root.",
        ),
        Wrong(
            "wrong_half",
            _bisected(told=lambda label, last, here: here == label),
            "The halves are exchanged: where the label has changed, the boundary lies between `low` and the middle.",
        ),
        Wrong(
            "label_of_the_start",
            _bisected(told=lambda label, last, here: here == last),
            "You look for the label of the start. A third class may lie between; the record's own class ends where any "
            "other label begins.",
        ),
        Wrong(
            "one_halving",
            _only_once,
            "You asked half-way once. Go on until the two places are no more than `tolerance` apart.",
        ),
        Wrong(
            "one_halving_short",
            _bisected(going=lambda low, high, length, tol: high - low > 2 * tol),
            "You stop one halving early. Go on while `high - low` is larger than the tolerance.",
        ),
        Wrong(
            "at_the_first_change",
            _at_the_first_change,
            "You stop at the first other label that you meet. It is beyond the boundary, perhaps far beyond: go on halving "
            "between there and the last place with the old label.",
        ),
        Wrong(
            "always_ten_halvings",
            _ten_halvings,
            "You halve ten times, whatever is asked for. Some tolerances need fewer questions, some more: stop when "
            "`high - low` is at most the tolerance.",
        ),
        Wrong(
            "sum_of_columns",
            _by_steps_of_columns,
            "You added up the differences of the columns. The length of a straight line is the root of the sum of squares, "
            "`np.linalg.norm`.",
        ),
        Wrong(
            "tolerance_as_a_distance",
            _bisected(going=lambda low, high, length, tol: (high - low) * length > tol),
            "Your tolerance is a distance; here it is a share of the line, so that far records need no more questions than "
            "near ones.",
        ),
        Wrong(
            "step_by_step",
            _grid,
            "You walk along the line in steps of the tolerance. The answer is nearly the same, the bill is not: a "
            "tolerance of 0.003 needs hundreds of questions, and by halves nine.",
        ),
    ),
)


# ---- 4. what a walk really asks ------------------------------------------------------------------


def _walk_queries(steps: int, first: int, most: int, halvings: int) -> int:
    """Questions about one record: itself, and in every step the bisection, the directions and the step tried."""
    return 1 + sum(halvings + min(int(first * step**0.5), most) + 1 for step in range(1, steps + 1))


def _walk_with(
    *,
    record=1,
    halving=True,
    tried=1,
    directions=lambda first, most, t: min(int(first * t**0.5), most),
    begin=1,
):
    """A wrong count: something left out, or directions counted otherwise."""

    def function(steps, first, most, halvings):
        each = (halvings if halving else 0) + tried
        return record + sum(each + directions(first, most, t) for t in range(begin, begin + steps))

    return function


walk_queries = Exercise(
    name="walk_queries",
    lesson=LESSON,
    reference=_walk_queries,
    cases=(Case(4, 10, 15, 7), Case(50, 100, 10_000, 7), Case(9, 16, 40, 12), Case(1, 20, 5, 3)),
    hints=(
        "Whatever goes into the model and comes out as a label is a question: the record, every halving, every random "
        "direction, the step that is tried.",
        "Write down one step t: halvings, plus the smaller of `int(first * t ** 0.5)` and `most`, plus 1 for the step. "
        "Then add up t = 1, 2, …, steps.",
        "`1 + sum(... for t in range(1, steps + 1))`, with the three parts of one step in place of the dots. The 1 in front "
        "is the record itself.",
    ),
    wrong=(
        Wrong(
            "steps_as_questions",
            lambda steps, first, most, halvings: steps,
            "These are the steps, which is what the documentation counts. Each of them asks a hundred questions and more.",
        ),
        Wrong(
            "only_directions",
            _walk_with(record=0, halving=False, tried=0),
            "The directions are the largest part. The bisections, the steps tried and the record itself are answered by the "
            "model too.",
        ),
        Wrong(
            "record_forgotten",
            _walk_with(record=0),
            "Nearly: the first question of all is missing, the one about the record itself.",
        ),
        Wrong(
            "bisection_forgotten",
            _walk_with(halving=False),
            "Every step comes back to the boundary by bisection, and each halving is a question.",
        ),
        Wrong(
            "bisection_once",
            lambda steps, first, most, halvings: _walk_queries(steps, first, most, 0) + halvings,
            "You count the halvings once. After every step the walk comes back to the boundary by a bisection of its own.",
        ),
        Wrong(
            "step_forgotten",
            _walk_with(tried=0),
            "The place a step leads to has to be asked about as well: at least one question a step.",
        ),
        Wrong(
            "no_growth",
            _walk_with(directions=lambda first, most, t: min(first, most)),
            "The number of directions grows: step t feels `first` times the root of t of them, up to `most`.",
        ),
        Wrong(
            "linear_growth",
            _walk_with(directions=lambda first, most, t: min(first * t, most)),
            "The directions grow with the root of the step's number, not with the number.",
        ),
        Wrong(
            "root_cut_first",
            _walk_with(directions=lambda first, most, t: min(first * int(t**0.5), most)),
            "You cut the root to a whole number before you multiply, so that steps 1, 2 and 3 feel equally many. It is "
            "the product that is cut.",
        ),
        Wrong(
            "root_of_the_product",
            _walk_with(directions=lambda first, most, t: min(int((first * t) ** 0.5), most)),
            "The root is that of the step's number alone; `first` stands before it.",
        ),
        Wrong(
            "larger_of_the_two",
            _walk_with(directions=lambda first, most, t: max(int(first * t**0.5), most)),
            "`most` is a ceiling, and you made it a floor: the smaller of the two numbers is asked.",
        ),
        Wrong(
            "step_tried_once",
            lambda steps, first, most, halvings: _walk_queries(steps, first, most, halvings - 1) + 1,
            "You count the step that is tried once. Every step is tried anew, and each try is a question.",
        ),
        Wrong(
            "limit_on_the_step",
            lambda steps, first, most, halvings: (
                1 + sum(min(halvings + int(first * t**0.5) + 1, most) for t in range(1, steps + 1))
            ),
            "You limit all questions of a step. `most` limits its directions; the halvings and the step tried come on top.",
        ),
        Wrong(
            "limit_on_everything",
            lambda steps, first, most, halvings: min(
                most, 1 + sum(halvings + int(first * t**0.5) + 1 for t in range(1, steps + 1))
            ),
            "You limit the whole bill. `most` is a limit for the directions of each single step, and the walk goes on.",
        ),
        Wrong(
            "no_limit",
            _walk_with(directions=lambda first, most, t: int(first * t**0.5)),
            "No step feels more than `most` directions. Take the smaller of the two in every step.",
        ),
        Wrong(
            "limit_on_the_sum",
            lambda steps, first, most, halvings: (
                1 + steps * (halvings + 1) + min(most, sum(int(first * t**0.5) for t in range(1, steps + 1)))
            ),
            "You limit the sum of all directions. `most` is a limit for every single step, which is why it protects nobody's "
            "budget.",
        ),
        Wrong(
            "from_step_zero",
            _walk_with(begin=0),
            "Your steps begin with 0, whose root is 0: a step without directions. They run from 1 to `steps`.",
        ),
        Wrong(
            "rounded_at_the_end",
            _walk_with(directions=lambda first, most, t: min(first * t**0.5, most)),
            "There is no third of a direction: each step's number is cut to a whole one, `int(...)`, before they are added.",
        ),
    ),
)


# ---- stretch: the likelihood ratio of a robustness -----------------------------------------------


def _robustness_ratio(
    score: Float[np.ndarray, " examples"],
    shadow_score: Float[np.ndarray, "shadows examples"],
    member: Bool[np.ndarray, "shadows examples"],
) -> Float[np.ndarray, " examples"]:
    """log N(score; μ_in, σ_in) − log N(score; μ_out, σ_out): own means, and one deviation for each side."""

    def log_density(side):
        middle = shadow_score.mean(axis=0, where=side)
        spread = np.sqrt(np.mean((shadow_score - middle)[side] ** 2))
        return -(((score - middle) / spread) ** 2) / 2 - np.log(spread)

    return log_density(member) - log_density(~member)


def _ratio_with(middle=None, spread=None, log_term=True, half=0.5):
    def function(score, shadow_score, member):
        def log_density(side):
            m = shadow_score.mean(axis=0, where=side) if middle is None else middle(shadow_score, side)
            distance = (shadow_score - m)[side]
            s = np.sqrt(np.mean(distance**2)) if spread is None else spread(shadow_score, m, side, member)
            return -half * ((score - m) / s) ** 2 - (np.log(s) if log_term else 0)

        return log_density(member) - log_density(~member)

    return function


def _ratio_case(seed, shadows, examples, score=None):
    rng = np.random.default_rng(seed)
    member = rng.permuted(np.arange(shadows)[:, None] < np.full(examples, shadows // 2), axis=0)
    values = np.clip(rng.normal(0.4 + 0.4 * member, 0.2 - 0.1 * member), 0, 1).round(2)
    return Case(rng.random(examples).round(2) if score is None else score, values, member)


robustness_ratio = Exercise(
    name="robustness_ratio",
    lesson=LESSON,
    stretch=True,
    reference=_robustness_ratio,
    cases=(
        Case(
            np.array([1.0, 0.5]),
            np.array([[1.0, 0.7], [0.8, 0.9], [0.2, 0.8], [0.6, 0.4]]),
            np.array([[1, 1], [1, 1], [0, 0], [0, 0]], bool),
        ),
        _ratio_case(0, 8, 4),
        _ratio_case(1, 10, 6),
    ),
    hints=(
        "It is the formula of lesson 04 with the robustness in the place of the log-odds. The means are each record's own; "
        "what is shared?",
        "A robustness that is 1 for every shadow with the record has a deviation of 0. So all records of a side share one: "
        "the root of the mean squared distance from the records' own means.",
        "For one side: `middle = shadow_score.mean(axis=0, where=side)`, "
        "`spread = np.sqrt(np.mean((shadow_score - middle)[side] ** 2))`, then −((score − middle)/spread)²/2 − log spread.",
    ),
    wrong=(
        Wrong(
            "sides_swapped",
            lambda *case: -_robustness_ratio(*case),
            "Upside down: a score is larger for members, so it is log-density in minus log-density out.",
        ),
        Wrong(
            "difference_to_out",
            lambda score, values, member: score - values.mean(axis=0, where=~member),
            "That is the calibrated score of round 4, which uses one side only. The ratio also asks what models say that did "
            "train on the record.",
        ),
        Wrong(
            "own_deviations",
            _ratio_with(spread=lambda v, m, side, member: v.std(axis=0, where=side)),
            "You gave each record a deviation of its own. With few questions many records have the same answer from every "
            "shadow: a deviation of 0 to divide by. Pool it over all records of the side.",
        ),
        Wrong(
            "spread_of_all",
            _ratio_with(spread=lambda v, m, side, member: v[side].std()),
            "`std` of all values of a side measures how records differ. The bell of one record needs the distances from the "
            "record's own mean.",
        ),
        Wrong(
            "one_for_both",
            _ratio_with(
                spread=lambda v, m, side, member: np.sqrt(
                    np.mean((v - v.mean(axis=0, where=~member))[~member] ** 2)
                )
            ),
            "Both sides use the deviation of the shadows without the record. Robustness gathers near 1 once a record was "
            "trained on, so the sides differ.",
        ),
        Wrong(
            "sides_pooled",
            _ratio_with(
                spread=lambda v, m, side, member: np.sqrt(
                    np.mean(
                        (v - np.where(member, v.mean(axis=0, where=member), v.mean(axis=0, where=~member)))
                        ** 2
                    )
                )
            ),
            "You pooled the two sides into one deviation. Pool over the records, not over the sides: models that trained on "
            "a record scatter less.",
        ),
        Wrong(
            "no_logarithm",
            lambda *case: np.exp(_robustness_ratio(*case)),
            "That is the ratio of the densities itself. The order is the same; asked for is its logarithm, which is 0 where "
            "neither side is likelier.",
        ),
        Wrong(
            "log_forgotten",
            _ratio_with(log_term=False),
            "The term −log σ is missing. It shifts all scores alike here, and the ratio is then no ratio of densities.",
        ),
        Wrong(
            "zeros_counted",
            _ratio_with(middle=lambda v, side: np.where(side, v, 0).mean(axis=0)),
            "The other side's shadows count as zeros in your means. A mask leaves models out: `where=`.",
        ),
        Wrong(
            "one_mean_for_all",
            _ratio_with(middle=lambda v, side: np.full(v.shape[1], v.mean(where=side))),
            "One mean for all records is one threshold for all again. Each record has its own past: `axis=0`.",
        ),
        Wrong(
            "half_forgotten",
            _ratio_with(half=1.0),
            "The ½ before the square is missing; it ties the square to the −log σ beside it.",
        ),
        Wrong(
            "variance_for_deviation",
            _ratio_with(spread=lambda v, m, side, member: np.mean((v - m)[side] ** 2)),
            "That is the mean square, a variance. The deviation is its root.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "A lender stops showing probabilities: its model now answers with a letter. Somebody still wants to know who "
            "was in the training set. What has the lender changed?",
            [
                Choice(
                    "The leak: without probabilities there is nothing left",
                    "The model still treats the loans it trained on differently. Its letters show that, one question at a "
                    "time.",
                    wrong="masking_removes_the_leak",
                ),
                Choice(
                    "The model: it now memorises fewer of its loans",
                    "The weights are the same as before. Only the answers are cut short on their way out.",
                    wrong="masking_changes_the_model",
                ),
                Choice(
                    "The price: more questions, or models of one's own",
                    "Much the same is learnt. A margin that was told at once has to be felt out, or one letter has to be "
                    "compared with what models that never saw the loan would say.",
                ),
                Choice(
                    "The order: those with the sharpest answers now lead",
                    "The ranking by robustness is close to the ranking by loss; nobody is more or less of a member for it.",
                    wrong="masking_reorders",
                ),
            ],
            name="what_masking_buys",
        ),
        Question(
            "The gap attack accuses whoever is answered rightly. A report states its TPR at a false positive rate of 1 %. "
            "What do you say?",
            [
                Choice(
                    "It has no threshold there: all who are right tie",
                    "It can accuse all who are answered rightly, or nobody. The false positive rate of the former is the "
                    "test accuracy.",
                ),
                Choice(
                    "It must be 1 % as well, since the attack is so weak",
                    "Weak on average, no doubt, but the reason is another: no threshold gives this false positive rate.",
                    wrong="weak_means_diagonal",
                ),
                Choice(
                    "It is the training accuracy, whatever the FPR is",
                    "That is its TPR at its only point, where the false positive rate is the test accuracy.",
                    wrong="only_point_moved",
                ),
                Choice(
                    "It is fine, if ties have been broken by a coin",
                    "Then the coin chooses whom to accuse, and the number describes the coin: a share of the only point.",
                    wrong="coin_breaks_ties",
                ),
            ],
            name="gap_at_low_fpr",
        ),
        Question(
            "You ask about 50 noisy copies of each record, and the attack is worse than asking once. What is the likeliest "
            "reason?",
            [
                Choice(
                    "Fifty copies are too few: use a few thousand",
                    "More copies measure the same share more exactly. If the noise is wrong, the exact share is wrong too.",
                    wrong="more_questions_cure_noise",
                ),
                Choice(
                    "The copies lie beyond the nearest other people",
                    "A copy that is farther from the record than the next person's record no longer tells how deep this one "
                    "sits in its class.",
                ),
                Choice(
                    "The clean answer was counted among the others",
                    "It belongs there. Alone it would be the gap attack, and it can't make that worse.",
                    wrong="clean_answer_harms",
                ),
                Choice(
                    "The model answers noisy questions at random",
                    "It answers every question the same way each time. What varies is the question.",
                    wrong="model_is_random",
                ),
            ],
            name="too_much_noise",
        ),
        Question(
            "An audit asks the target 20 questions about each of 2,000 records, and each of 16 shadow models the same. "
            "How many questions does it report as its cost?",
            [
                Choice(
                    "2,000, one for each of the records",
                    "Each noisy copy is a question of its own. Counting records hides the price of the attack.",
                    wrong="counts_records",
                ),
                Choice(
                    "16 × 20 × 2,000, those to the shadows",
                    "The shadows are one's own models: nobody counts, charges or notices.",
                    wrong="counts_shadows",
                ),
                Choice(
                    "17 × 20 × 2,000, those to all models",
                    "Only what passes through somebody else's interface is rationed. One's own models are asked for free.",
                    wrong="counts_all_models",
                ),
                Choice(
                    "20 × 2,000, those to the target",
                    "These are the questions that the other side answers, counts and could notice.",
                ),
            ],
            name="what_counts",
        ),
        Question(
            "The target names the true grade of a loan. Eight models that never saw this loan all name another grade. How "
            "much does this single answer say?",
            [
                Choice(
                    "Little: the target is right about 40 % of new loans",
                    "Of all loans together. Of loans on which models that never saw them fail, it is right about far fewer.",
                    wrong="average_accuracy",
                ),
                Choice(
                    "Much: most likely it has seen this very loan",
                    "A right answer is expected from a member and rare from a stranger on this loan. That ratio is the evidence.",
                ),
                Choice(
                    "Nothing: one bit can't hold any evidence",
                    "How much a bit says depends on how surprising it is, and this one is surprising for a non-member.",
                    wrong="one_bit_is_nothing",
                ),
                Choice(
                    "Everything: it proves that the loan was a member",
                    "A lucky guess remains possible; it happens to some strangers, and they are the false alarms.",
                    wrong="proof",
                ),
            ],
            name="one_answer",
        ),
    ],
    lesson=LESSON,
)

"""A prediction: a number and how sure one is of it, committed before any code runs, scored when the truth comes."""

import html
from dataclasses import dataclass

import traitlets

from mia_teach.labs.lab import Lab, browser_files, decimal

SURE = (5, 99)  # per cent: from a wild guess to almost certain


class Prediction(Lab):
    """A question whose answer is a number, to be committed together with a confidence.

    The first commitment counts and stays; it stands there again when the cell is run again.

    Args:
        question: what will come out, in one sentence.
        name: under which the prediction is kept.
        unit: of the number; for "%" numbers are per cent (12, not 0.12).
        low, high: what the number may be.
        tolerance: how near to the truth counts as right, in the unit; the confidence is about this.
        digits: with which the truth is told, by default 1 for per cent and 3 otherwise.

    >>> prediction = Prediction("Which share of the members will be found?", name="tpr", low=0, high=100, tolerance=5)
    >>> print(prediction.commit(40, confidence=80).read_out())
    You predicted 40 % and are 80 % sure that the truth lies within ±5 percentage points of it.
    >>> prediction.reveal(42.5).brier.__round__(2)
    0.04
    """

    _esm, _css = browser_files(__file__)
    controls = ("answer", "confidence")

    title = traitlets.Unicode("Your prediction").tag(sync=True)
    answer = traitlets.Float(None, allow_none=True, help="the committed number").tag(sync=True)
    confidence = traitlets.Int(None, allow_none=True, help="per cent, committed with it").tag(sync=True)
    _question = traitlets.Unicode().tag(sync=True)
    _unit = traitlets.Unicode().tag(sync=True)
    _range = traitlets.List().tag(sync=True)
    within = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        question,
        *,
        name,
        lesson="",
        unit="%",
        low=0.0,
        high=100.0,
        tolerance=5.0,
        digits=None,
        **options,
    ):
        if not question.strip():
            raise ValueError("A prediction came without a question.")
        if not low < high:
            raise ValueError(
                f"Numbers from {low} to {high} leave nothing to predict; low must be below high."
            )
        if not 0 < tolerance < high - low:
            raise ValueError(
                f"A tolerance of {tolerance} came; it must be above 0 and less than {high - low}."
            )
        self.question, self.unit, self.low, self.high, self.tolerance = question, unit, low, high, tolerance
        self.digits = digits if digits is not None else 1 if unit == "%" else 3
        self.lesson = lesson
        kept = self.earlier("prediction").get(name, {})
        answer, sure = kept.get("guess"), round(100 * kept.get("confidence", 0))
        known = isinstance(answer, int | float) and low <= answer <= high and SURE[0] <= sure <= SURE[1]
        self._first = (float(answer), sure) if known else None
        super().__init__(
            lesson=lesson,
            name=name,
            answer=float(answer) if known else None,
            confidence=sure if known else None,
            _question=question,
            _unit=unit,
            _range=[low, high],
            within=f"±{plain(tolerance)} {'percentage points' if unit == '%' else unit}".strip(),
            **options,
        )

    def commit(self, answer: float, *, confidence: int) -> "Prediction":
        """Commit from a cell, where no panel can be shown; a number that cannot be meant gets a sentence."""
        self.note = trouble(answer, confidence, self.low, self.high, self.unit)
        if not self.note:
            self.confidence, self.answer = int(confidence), float(answer)
        return self

    def reveal(self, value, low: float | None = None, high: float | None = None) -> "Revealed":
        """Compare with what came, and score it.

        Args:
            value: the truth in the prediction's unit, or a ``Rate`` or ``Interval`` with its ends.
            low, high: the ends of its interval, if it has one.
        """
        if hasattr(value, "value"):
            by = 100 if self.unit == "%" else 1
            value, low, high = by * value.value, by * value.low, by * value.high
        revealed = Revealed(self, float(value), low, high, self.answer, self.confidence)
        if revealed.hit is not None:
            self._keep(right=revealed.hit, truth=revealed.value)
        return revealed

    def values_at(self, answer, confidence):
        return {"answer": answer, "confidence": confidence}

    def words(self, values):
        if values["answer"] is None:
            return "Nothing committed yet."
        return (
            f"You predicted {amount(values['answer'], self.unit)} and are {values['confidence']} % sure "
            f"that the truth lies within {self.within} of it."
        )

    def lines(self):
        between = (
            f"A number from {plain(self.low)} to {amount(self.high, self.unit)}, right within {self.within}."
        )
        return [self.question, between, *super().lines()]

    @traitlets.observe("answer", "confidence")
    def _committed(self, change):
        if self._first is not None:
            self.answer, self.confidence = self._first
        elif self.answer is not None and self.confidence is not None:
            self._first = self.answer, self.confidence
            self._keep()

    def _keep(self, **fields):
        self.keep("prediction", self.name, guess=self.answer, confidence=self.confidence / 100, **fields)


@dataclass(frozen=True, repr=False, eq=False)
class Revealed:
    """What came, beside what was predicted.

    ``hit`` says whether the truth lay within the tolerance and ``brier`` is (confidence − hit)²; both are None when
    nothing was committed. Source: Brier 1950, "Verification of forecasts expressed in terms of probability".
    """

    prediction: Prediction
    value: float
    low: float | None
    high: float | None
    answer: float | None
    confidence: int | None

    @property
    def hit(self) -> bool | None:
        if self.answer is None:
            return None
        return abs(self.answer - self.value) <= self.prediction.tolerance + 1e-9

    @property
    def brier(self) -> float | None:
        return None if self.answer is None else (self.confidence / 100 - self.hit) ** 2

    def lines(self) -> list[str]:
        """What there is to say, a sentence a line."""
        unit, digits = self.prediction.unit, self.prediction.digits
        told = [decimal(x, digits) for x in (self.value, self.low, self.high) if x is not None]
        ends = f" (interval {told[1]} to {told[2]})" if len(told) == 3 else ""
        came = f"Result: {told[0]} {unit}".rstrip() + f"{ends}."
        if self.answer is None:
            return [
                came,
                "You had committed no prediction, so nothing is scored. To try it, commit one and run this cell again.",
            ]
        said = f"You predicted {amount(self.answer, unit)} and were {self.confidence} % sure."
        distance = f"{'within' if self.hit else 'not within'} {self.prediction.within}"
        score = (
            f"Brier score {self.brier:.3f}, the square of your sureness minus what came (1 for a hit, 0 for a miss): "
            "0 is the best, always saying 50 % earns 0.250, sure and wrong costs nearly 1."
        )
        return [said, came, f"That is {distance}: {'a hit' if self.hit else 'a miss'}.", score]

    def __repr__(self):
        return "\n".join(self.lines())

    def _repr_html_(self):
        return f"<p>{'<br>'.join(html.escape(line) for line in self.lines())}</p>"


def trouble(answer, confidence, low, high, unit) -> str:
    """What is wrong with a number and a confidence, in a sentence; nothing if they can be committed.

    >>> trouble(130, 70, 0, 100, "%")
    '130 lies outside the possible range. Write a number from 0 to 100 %.'
    """
    ask = f"Write a number from {plain(low)} to {amount(high, unit)}"
    if isinstance(answer, str):
        return (
            f"“{answer}” is no number that can be read here. {ask}, in digits, with a point if it needs one."
        )
    if isinstance(answer, bool) or not isinstance(answer, int | float) or answer != answer:
        return f"{ask} first."
    if not low <= answer <= high:
        return f"{plain(answer)} lies outside the possible range. {ask}."
    if confidence not in range(SURE[0], SURE[1] + 1):
        return f"Say how sure you are: a whole number from {SURE[0]} to {SURE[1]} %."
    return ""


def plain(number: float) -> str:
    """A number as one would write it, without needless zeros.

    >>> plain(12.0), plain(-0.25)
    ('12', '−0.25')
    """
    return f"{float(f'{number:.6g}'):.15g}".replace("-", "−")


def amount(number: float, unit: str) -> str:
    """A number with its unit, if it has one."""
    return f"{plain(number)} {unit}".rstrip()

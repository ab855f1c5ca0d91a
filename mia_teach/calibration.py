"""How sure somebody was, held against how often they were right."""

from dataclasses import dataclass

from mia_teach.rate import Rate, percent

FEW = 5
GROUPS = ((0.0, 0.4, "below 40 % sure"), (0.4, 0.7, "40 to 69 % sure"), (0.7, 1.01, "70 % sure or more"))


@dataclass(frozen=True)
class Group:
    """The predictions of about the same sureness: their mean confidence, and how often they came true."""

    name: str
    sure: float
    rate: Rate


@dataclass(frozen=True, repr=False)
class Calibration:
    """Predictions that were scored: the confidence of each, from 0 to 1, and whether it came true.

    Who says "70 %" is calibrated when seven in ten of such predictions come true, whatever the predictions are about.
    Source: Lichtenstein, Fischhoff & Phillips 1982, "Calibration of probabilities: the state of the art to 1980".

    Raises:
        ValueError: when there are not as many confidences as outcomes, or a confidence lies outside 0 to 1.

    >>> Calibration((0.9,) * 8, (True,) * 3 + (False,) * 5)
    8 predictions scored. You were 90 % sure on average, and 3 came true: 37.5 % (8.5 % to 75.5 %; 3 of 8).
    You were surer than you were right.
    """

    confidence: tuple[float, ...]
    right: tuple[bool, ...]

    def __post_init__(self):
        object.__setattr__(self, "confidence", tuple(map(float, self.confidence)))
        object.__setattr__(self, "right", tuple(map(bool, self.right)))
        if len(self.confidence) != len(self.right):
            raise ValueError(
                f"{len(self.confidence)} confidences and {len(self.right)} outcomes came; give one of each a prediction."
            )
        for one in self.confidence:
            if not 0 <= one <= 1:
                raise ValueError(f"A confidence of {one} came; it is a share from 0 to 1, such as 0.7.")

    @classmethod
    def from_answers(cls, content: dict) -> "Calibration":
        """All scored predictions of a progress file, as ``progress.read()`` gives it."""
        scored = [
            entry
            for kinds in content["lessons"].values()
            for entry in kinds.get("prediction", {}).values()
            if is_scored(entry)
        ]
        return cls(tuple(one["confidence"] for one in scored), tuple(one["right"] for one in scored))

    def __len__(self) -> int:
        return len(self.right)

    @property
    def sure(self) -> float:
        """The mean confidence."""
        return sum(self.confidence) / len(self)

    @property
    def rate(self) -> Rate:
        """How often they came true."""
        return Rate(sum(self.right), len(self))

    @property
    def groups(self) -> list[Group]:
        """The predictions by how sure they were; groups without any are left out."""
        groups = []
        for low, high, name in GROUPS:
            inside = [
                (c, r) for c, r in zip(self.confidence, self.right, strict=True) if low <= round(c, 6) < high
            ]
            if inside:
                sure = sum(c for c, _ in inside) / len(inside)
                groups.append(Group(name, sure, Rate(sum(r for _, r in inside), len(inside))))
        return groups

    @property
    def verdict(self) -> str:
        """What can be said: "surer" or "less sure" than right, "open" where the hits agree with both, "" where nothing can be told.

        Nothing can be told from fewer than five predictions, nor from any number whose best and worst outcome would
        both have agreed with the confidence. Otherwise the mean confidence is compared with the Clopper–Pearson
        interval of the hits. With confidences that differ, the number of hits spreads less than a binomial one of the
        same mean, so the interval errs, if at all, on the side of "open".
        Source: Hoeffding 1956, "On the distribution of the number of successes in independent trials".
        """
        n = len(self)
        if n < FEW or (Rate(0, n).high >= self.sure and Rate(n, n).low <= self.sure):
            return ""
        low, high = self.rate.interval
        return "surer" if self.sure > high else "less sure" if self.sure < low else "open"

    def __repr__(self) -> str:
        n = len(self)
        if not n:
            return (
                "No prediction has been scored yet. Every lesson asks for one before its experiment, with how sure you "
                "are, and comes back to it at the end."
            )
        sure = percent(self.sure, ".0%")
        first = (
            f"{n} prediction{'' if n == 1 else 's'} scored. You were {sure} sure{'' if n == 1 else ' on average'}, "
            f"and {sum(self.right)} came true"
        )
        if not self.verdict:
            return f"{first}. From so few nothing can be told yet about how well you know what you know."
        ends = " to ".join(percent(end, ".0%") for end in self.rate.interval)
        said = {
            "surer": "You were surer than you were right.",
            "less sure": "You were right more often than you were sure.",
            "open": f"In the long run it could be anything from {ends}, and your {sure} lies within: no sign that you are "
            "too sure or not sure enough, and no proof that you are neither.",
        }
        return f"{first}: {self.rate}.\n{said[self.verdict]}"


def is_scored(entry: dict) -> bool:
    """Whether a kept prediction holds a possible confidence and what came of it."""
    sure, right = entry.get("confidence"), entry.get("right")
    return isinstance(right, bool) and isinstance(sure, int | float) and 0 <= sure <= 1

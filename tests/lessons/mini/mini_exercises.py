"""The exercises and the quiz of the mini lesson."""

from types import SimpleNamespace

from mia_teach.exercises import Case, Exercise, Wrong


def _exercise(name, factor, **options):
    return Exercise(
        name=name,
        lesson="00",
        reference=lambda x: factor * x,
        cases=(Case(1), Case(3)),
        hints=("Think of a product.", "Multiply.", f"Multiply by {factor}."),
        wrong=(Wrong("forgot", lambda x: x, "You gave the number back as it came."),),
        **options,
    )


double = _exercise("double", 2)
triple = _exercise("triple", 3)
fourfold = _exercise("fourfold", 4)
fivefold = _exercise("fivefold", 5, stretch=True)


def _item(number):
    return SimpleNamespace(
        text=f"What is {number} + 1?",
        choices=[
            SimpleNamespace(text=str(number + 1), reply="Yes.", wrong=""),
            SimpleNamespace(text=str(number), reply="One was not added.", wrong="forgot"),
        ],
    )


quiz = SimpleNamespace(questions=[_item(number) for number in range(5)])

"""Is this result the expected one, and if not, in which words is the difference said?"""

import dataclasses
import math
from numbers import Real

import numpy as np

_KINDS = {
    "b": "bools",
    "i": "integers",
    "u": "integers",
    "f": "floats",
    "c": "complex numbers",
    "U": "strings",
}
_LONGEST = 600
_NEAR = 0.005  # relative
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def difference(
    came: object, expected: object, tolerance: float = 1e-6, *, returns: tuple[str, ...] = ()
) -> str:
    """A sentence on how ``came`` differs from ``expected``, or "" when the two count as the same.

    Lists count as arrays (but see `lists_for_arrays`), tensors as arrays, whole numbers as floats; ``tolerance`` is
    both relative and absolute. With ``returns`` the parts of a tuple are called by these names.
    Whatever comes, nothing is raised: an object that cannot be compared differs.

    >>> difference([1, 2], np.array([1.0, 2.0]))
    ''
    >>> difference(np.ones((2, 1)), np.ones(2))
    'An array of shape (2, 1) came; shape (2,) is needed.'
    """
    try:
        return _difference(came, expected, tolerance, returns)
    except Exception as error:  # a learner may return anything, with any behaviour
        return f"{_a(expected)} is needed; what came cannot be compared with that ({type(error).__name__})."


def lists_for_arrays(came: object, expected: object) -> bool:
    """Whether a list or a tuple stands where ``expected`` has an array: what follows would compute with it.

    >>> lists_for_arrays([1, 2], np.array([1, 2])), lists_for_arrays((1, [2]), (1, np.array([2])))
    (True, True)
    """
    came, expected = _detached(came), _detached(expected)
    if isinstance(expected, np.ndarray):
        return isinstance(came, list | tuple | range)
    if isinstance(expected, tuple | list) and isinstance(came, tuple | list):
        return any(map(lists_for_arrays, came, expected))
    if isinstance(expected, dict) and isinstance(came, dict):
        return any(lists_for_arrays(came.get(key), value) for key, value in expected.items())
    return False


def is_per_cent(came: object, expected: object, tolerance: float = 1e-6) -> bool:
    """Whether shares were expected and a hundred times as much came.

    >>> is_per_cent(25, 0.25), is_per_cent(0.25, 0.25)
    (True, False)
    """
    try:
        share = np.asarray(_detached(expected))
        if share.dtype.kind != "f" or not share.any() or not (abs(share) <= 1).all():
            return False
        return not _difference(came, 100 * share if share.ndim else 100 * float(share), tolerance)
    except Exception:  # a learner may return anything: what cannot be compared is no per cent
        return False


def part_in_words(i: int, total: int, returns: tuple[str, ...] = ()) -> str:
    """Which part of a tuple, by its name if it has one.

    >>> part_in_words(1, 2), part_in_words(0, 2, ("accuracy", "advantage"))
    ('The second of the 2', 'Your first number (accuracy)')
    """
    ordinal = _ORDINALS[i] if i < len(_ORDINALS) else f"{i + 1}th"
    return f"Your {ordinal} number ({returns[i]})" if i < len(returns) else f"The {ordinal} of the {total}"


def unchanged(before: object, after: object) -> bool:
    """Whether arrays, lists, dicts and dataclasses hold what they held; other objects are taken on trust."""
    before, after = _detached(before), _detached(after)
    if isinstance(before, np.ndarray):
        same_form = before.shape == after.shape and before.dtype == after.dtype
        return same_form and (before.dtype == object or before.tobytes() == after.tobytes())
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(unchanged(before[key], after[key]) for key in before)
    if dataclasses.is_dataclass(before) and not isinstance(before, type):
        names = [field.name for field in dataclasses.fields(before)]
        return all(unchanged(getattr(before, name), getattr(after, name)) for name in names)
    return True


def words(value: object) -> str:
    """The value as a person would write it down, short and the same on every machine.

    >>> print(words(np.array([[2.0, 0.0], [1 / 3, -1.0]])))
    [[ 2.    ,  0.    ],
     [ 0.3333, -1.    ]]
    """
    try:
        text = _words(_detached(value))
    except Exception as error:  # a learner's object may refuse even to describe itself
        text = f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _difference(came: object, expected: object, tolerance: float, returns: tuple[str, ...] = ()) -> str:
    came, expected = _detached(came), _detached(expected)
    if isinstance(expected, np.ndarray):
        return _array_difference(came, expected, tolerance)
    if isinstance(expected, bool | np.bool_ | Real):
        return _number_difference(came, expected, tolerance)
    if isinstance(expected, tuple | list):
        return _sequence_difference(came, expected, tolerance, returns)
    if isinstance(expected, dict):
        if not isinstance(came, dict) or came.keys() != expected.keys():
            keys = ", ".join(map(repr, expected))
            return f"A dict with the keys {keys} is needed; {_a(came).lower()} came."
        return _first(difference(came[key], expected[key], tolerance) for key in expected)
    if type(came) is not type(expected):
        return f"{_a(expected)} is needed; {_lower(_a(came))} came."
    if dataclasses.is_dataclass(expected) and not isinstance(expected, type):
        names = [field.name for field in dataclasses.fields(expected) if field.compare]
        return _first(
            f"`{name}` differs. {said}"
            for name in names
            if (said := difference(getattr(came, name), getattr(expected, name), tolerance))
        )
    return "" if came == expected else "The value differs."


def _array_difference(came: object, expected: np.ndarray, tolerance: float) -> str:
    if came is None or isinstance(came, str | dict | set) or (not _is_number(came) and not _is_listing(came)):
        return f"{_a(expected)} is needed; {_lower(_a(came))} came."
    try:
        array = np.asarray(came)
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        return (
            f"{_a(expected)} is needed; the {type(came).__name__} that came makes no even array of numbers."
        )
    if array.shape != expected.shape:
        if array.ndim == 0:
            return f"A single number came; an array of shape {expected.shape} is needed."
        return f"An array of shape {array.shape} came; shape {expected.shape} is needed."
    accepted = {"f": "fiu", "c": "cfiu", "i": "iu", "u": "iu"}.get(expected.dtype.kind, expected.dtype.kind)
    if array.dtype.kind not in accepted:
        return f"{_kind(expected).capitalize()} are needed; {_kind(array)} came."
    if expected.dtype.kind not in "fc":
        off = array != expected
    else:
        for test, name in ((np.isnan, "NaN (“not a number”)"), (np.isinf, "infinite")):
            bad = test(array) & ~test(expected)
            if bad.any():
                return f"{int(bad.sum())} of the {array.size} numbers came out {name}."
        off = ~np.isclose(array, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not off.any():
        return ""
    if array.size == 1:
        return "The number differs."
    count = int(off.sum())
    return f"{'All' if count == array.size else count} of the {array.size} values {'differs' if count == 1 else 'differ'}."


def _number_difference(came: object, expected: object, tolerance: float) -> str:
    if isinstance(came, np.ndarray | np.generic) and came.ndim == 0:
        came = came.item()
    if isinstance(expected, bool | np.bool_):
        if not isinstance(came, bool):
            return f"True or False is needed; {_lower(_a(came))} came."
        return "" if came == bool(expected) else "The answer is the other one."
    if not _is_number(came):
        return f"A single number is needed; {_lower(_a(came))} came."
    came, expected = float(came), float(expected)
    if math.isnan(came) and not math.isnan(expected):
        return "The number came out NaN (“not a number”)."
    if math.isinf(came) and not math.isinf(expected):
        return "The number came out infinite."
    if np.isclose(came, expected, rtol=tolerance, atol=tolerance, equal_nan=True):
        return ""
    if abs(came - expected) <= _NEAR * abs(expected):
        return "The number is near, but not exact. Was it rounded or simulated?"
    return "The number differs."


def _sequence_difference(
    came: object, expected: tuple | list, tolerance: float, returns: tuple[str, ...]
) -> str:
    if isinstance(came, np.ndarray):
        came = list(came)
    if not isinstance(came, tuple | list):
        return f"{_a(expected)} is needed; {_lower(_a(came))} came."
    if len(came) != len(expected):
        return f"{len(came)} values came; {len(expected)} are needed."
    for i, (one, other) in enumerate(zip(came, expected, strict=True)):
        if said := difference(one, other, tolerance):
            which = part_in_words(i, len(expected), returns)
            return f"{which} differs." if said == "The number differs." else f"{which}: {said}"
    return ""


def _first(sentences) -> str:
    return next((sentence for sentence in sentences if sentence), "")


def _detached(value: object) -> object:
    """A tensor as the array of its numbers, anything else as it is."""
    if (
        type(value).__module__.split(".")[0] == "torch"
        and hasattr(value, "detach")
        and hasattr(value, "numpy")
    ):
        return value.detach().cpu().numpy()
    return value


def _is_number(value: object) -> bool:
    """A number other than True and False; a measured rate that knows its float counts too."""
    if isinstance(value, bool | np.bool_ | str | np.ndarray):
        return False
    return isinstance(value, Real) or (hasattr(type(value), "__float__") and np.isscalar(float(value)))


def _is_listing(value: object) -> bool:
    return isinstance(value, np.ndarray | np.generic | list | tuple | range) or hasattr(
        type(value), "__array__"
    )


def _kind(array: np.ndarray) -> str:
    return _KINDS.get(array.dtype.kind, str(array.dtype))


def _a(value: object) -> str:
    """What kind of thing this is, as the beginning of a sentence."""
    value = _detached(value)
    if value is None:
        return "Nothing (None)"
    if isinstance(value, np.ndarray):
        return f"An array of {_kind(value)} of shape {value.shape}"
    if isinstance(value, bool | np.bool_):
        return f"{bool(value)}"
    if isinstance(value, Real):
        return "A single number"
    if isinstance(value, str):
        return "A string"
    if isinstance(value, tuple | list):
        return f"A {type(value).__name__} of {len(value)}"
    name = type(value).__name__
    if name == "generator":
        return "A generator (the function says yield where it should say return)"
    return f"{'An' if name[:1].lower() in 'aeiou' else 'A'} {name}"


def _lower(sentence: str) -> str:
    return sentence if sentence.startswith(("True", "False")) else sentence[0].lower() + sentence[1:]


def _words(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return np.array2string(
            value, precision=4, separator=", ", threshold=60, edgeitems=3, max_line_width=88
        )
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple | list) and type(value) in (tuple, list):
        inside = ", ".join(words(one) for one in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{words(key)}: {words(one)}" for key, one in value.items()) + "}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f"{field.name}={words(getattr(value, field.name))}" for field in dataclasses.fields(value)]
        return f"{type(value).__name__}({', '.join(fields)})"
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}"
    if type(value).__repr__ is object.__repr__:
        return _lower(_a(value))
    return repr(value)

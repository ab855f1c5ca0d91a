"""A lab moved by keys alone, in a bare page or in JupyterLab."""

from collections.abc import Iterator

from tests.browser import rested, state

UP, DOWN = (
    ("Home", "ArrowLeft", "ArrowUp", "PageUp", "End", "ArrowRight"),
    ("End", "ArrowRight", "ArrowDown", "PageDown", "Home", "ArrowLeft"),
)


def to_every_end(page, panel, *, text: str = "", last: bool = True) -> Iterator[str]:
    """Press keys on every control of the panel, one after another; yields what was pressed, when all is said.

    A slider goes to both its ends and past them. A choice goes from its first option to its last, or from its last to its
    first. A field gets ``text``; each radio button and each button is pressed.

    Args:
        last: whether all stand at their last position at the end, so that the two walks meet all low and all high ends.
    """
    for slider in panel.locator("input[type=range]:enabled").all():
        for key in UP if last else DOWN:
            yield _press(page, slider, key)
            if end := {"End": "max", "Home": "min"}.get(key):
                assert float(slider.input_value()) == float(slider.get_attribute(end)), key
    for select in panel.locator("select:enabled").all():
        options = range(select.locator("option").count())
        for number, place in enumerate(options if last else reversed(options)):
            step, first = ("ArrowDown", "Home") if last else ("ArrowUp", "End")
            yield _press(page, select, step if number else first)
            assert select.evaluate("select => select.selectedIndex") == place
    for field in panel.locator("input[type=text]:enabled").all():
        field.focus()
        page.keyboard.type(text)
        yield text
    radios = panel.locator("input[type=radio]:enabled").all()
    for radio in radios if last else reversed(radios):
        yield _press(page, radio, "Space")
        assert radio.is_checked()
    for button in panel.locator("button").all():
        for key in ("Enter", "Space"):
            if button.is_enabled():
                yield _press(page, button, key)


def go(page, lab, at: dict) -> None:
    """Bring the controls of a lab in a bare page to this position."""
    for name, wanted in sorted(at.items(), key=lambda one: one[0] not in _BUTTONS):
        if name in _BUTTONS:
            _BUTTONS[name](page, lab, wanted)
        elif state(page, name) != wanted:
            _move(page, name, wanted)
    rested(page)


def _press(page, control, key):
    control.focus()
    page.keyboard.press(key)
    rested(page)
    return key


def _move(page, name, wanted):
    control = page.locator(f".mia-lab [id$='-{_IDS.get(name, name)}']:is(select, input)")
    control.focus()
    page.keyboard.press("Home")
    step = "ArrowDown" if control.evaluate("one => one.tagName") == "SELECT" else "ArrowRight"
    for _ in range(1000):
        if state(page, name) == wanted:
            return
        page.keyboard.press(step)
    raise AssertionError(f"No key brings {name} to {wanted!r}.")


def _look_at_every_layer(page, lab, wanted):
    _move(page, "update", 0)
    for layer in lab.layers:
        _move(page, "layer", layer)


def _uncover(page, lab, wanted):
    for record in set(wanted) - set(state(page, "uncovered")):
        _move(page, "record", record)
        _press(page, page.get_by_role("button", name="Show the truth"), "Space")


def _mark(page, lab, wanted):
    for person, mark in enumerate([] if state(page, "revealed") else wanted):
        _press(page, page.locator(".mia-person").nth(person).locator(f"input[value='{mark}']"), "Space")


def _turn(page, lab, wanted):
    if wanted and not state(page, "revealed"):
        _press(page, page.locator(".mia-uncover button"), "Enter")


_IDS = {"base_rate": "rate"}  # where the control is called otherwise than its trait
_BUTTONS = {"looked": _look_at_every_layer, "uncovered": _uncover, "marks": _mark, "revealed": _turn}

"""What holds for every lab, by the examples in examples.py."""

import io
import re
import tokenize
from pathlib import Path

import pytest

import mia_teach.labs
from tests.browser import axe_violations, in_the_dark, rested, state, words
from tests.labs import keys
from tests.labs.examples import EXAMPLES
from tests.labs.node import needs_node, under_node
from tests.labs.positions import meeting

FOLDER = Path(mia_teach.labs.__file__).parent
FOCUSABLE = ".mia-lab :is(input, select, button)"
every_lab = pytest.mark.parametrize("name", EXAMPLES)
every_lab_with_controls = pytest.mark.parametrize(
    "name", [name for name in EXAMPLES if EXAMPLES[name].positions]
)
every_lab_with_goals = pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"prediction", "quiz"}))


def agrees(page, lab):
    """The page says exactly what Python says at the same controls, and both think the same of the goals."""
    at = {name: state(page, name) for name in lab.controls}
    assert words(page) == lab.words(lab.values_at(**at)), at


def test_every_lab_has_an_example():
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "lab", "grid_lab"}
    assert files == set(EXAMPLES)
    assert files == {path.stem for path in FOLDER.glob("*.js")} - {"lab"}


@every_lab
def test_plain_representation_is_stable_and_says_what_is_there(name):
    first, second = (EXAMPLES[name].make() for _ in range(2))
    assert repr(first) == repr(second)
    assert not re.search(r"0x[0-9a-f]{6}|object at", repr(first))
    (data, _), (again, _) = first._repr_mimebundle_(), second._repr_mimebundle_()
    assert data["text/plain"] == repr(first)
    assert data["text/html"] == again["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert first.title in data["text/html"]
    if first.picture() is not None:
        assert 'alt="' in data["text/html"]
        assert len(first.describe().split()) > 4
        assert len(data["text/html"]) < 100_000


@every_lab_with_controls
def test_what_python_reads_out_is_the_panel_s_sentence(name):
    lab = EXAMPLES[name].make()
    assert lab.read_out() == lab.words(lab.values_at(**{one: getattr(lab, one) for one in lab.controls}))


@every_lab
def test_showing_a_lab_records_nothing(name, answers):
    EXAMPLES[name].make()._repr_mimebundle_()
    assert not answers.exists()


@every_lab
def test_nothing_is_printed(name, capfd):
    EXAMPLES[name].make()
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@every_lab
def test_moving_pictures_are_avoided(name):
    style = EXAMPLES[name].make()._css
    assert not re.search(r"transition|animation", style), "some readers are made ill by motion"


@every_lab
def test_javascript_asks_nothing_of_the_net(name):
    source = (FOLDER / f"{name}.js").read_text() + (FOLDER / "lab.js").read_text()
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(", source)
    addresses = set(re.findall(r"https?://[^\s\"'`]+", source))
    assert addresses <= {"http://www.w3.org/2000/svg"}


@every_lab
def test_python_file_imports_no_pyplot(name):
    tokens = tokenize.generate_tokens(io.StringIO((FOLDER / f"{name}.py").read_text()).readline)
    assert "pyplot" not in {token.string for token in tokens}


@needs_node
@every_lab_with_controls
def test_javascript_and_python_twins_agree(name):
    lab, positions = EXAMPLES[name].make(), EXAMPLES[name].positions
    code = """
    const data = lab.prepare((key) => state[key]);
    output = input.map((at) => { const v = lab.values(data, at); return [v, lab.words(v, data)]; });
    """
    for at, (values, said) in zip(positions, under_node(lab, code, positions), strict=True):
        expected = lab.values_at(**at)
        assert values == expected, at
        assert said == lab.words(expected), at


@pytest.mark.browser
@every_lab
def test_axe_finds_nothing(name, bare_page):
    page = bare_page(EXAMPLES[name].make())
    assert axe_violations(page) == []
    in_the_dark(page)
    assert axe_violations(page) == []


@pytest.mark.browser
@every_lab
def test_fits_into_a_narrow_page(name, bare_page):
    page = bare_page(EXAMPLES[name].make(), viewport={"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate("""() => [...document.querySelectorAll('.mia-lab :is(p, li, label, dt, dd, td, th, text)')]
        .filter(e => e.textContent.trim() && !e.closest('.mia-unseen') && e.getBoundingClientRect().height)
        .map(e => parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement
            ? e.ownerSVGElement.getBoundingClientRect().width / e.ownerSVGElement.viewBox.baseVal.width : 1))
        .filter(size => size < 10)""")
    assert small == []


@pytest.mark.browser
@every_lab
def test_everything_can_be_reached_by_tab_and_shows_the_focus(name, bare_page):
    page = bare_page(EXAMPLES[name].make())
    expected = page.evaluate(
        """focusable => {
          const groups = new Set();
          return [...document.querySelectorAll(focusable)].filter((e) => {
            if (e.disabled || (e.type === 'radio' && groups.has(e.name))) return false;
            groups.add(e.name);
            return true;
          }).length;
        }""",
        FOCUSABLE,
    )
    reached = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("""() => { const e = document.activeElement, style = getComputedStyle(e);
              return [e.dataset.lmSuppressShortcuts, parseFloat(style.outlineWidth) >= 2 && style.outlineStyle]; }""")
        )
    assert reached == [["true", "solid"]] * expected


CUT_OFF = """() => [...document.querySelectorAll(".mia-lab svg text")].filter((text) => {
  const word = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
  return word.width && (word.left < frame.left - 1 || word.right > frame.right + 1
    || word.top < frame.top - 1 || word.bottom > frame.bottom + 1);
}).map((text) => text.textContent)"""


@pytest.mark.browser
@every_lab
@pytest.mark.parametrize("last", [False, True], ids=["low", "high"])
def test_keys_take_every_control_to_its_ends_and_all_is_well_there(name, last, bare_page):
    """What it says is what Python says, no word is cut off, the page stays as narrow, and axe finds nothing."""
    lab = EXAMPLES[name].make()
    page = bare_page(lab)
    number = str(lab.high if last else lab.low) if name == "prediction" else ""
    agrees(page, lab)
    assert page.evaluate(CUT_OFF) == []
    for key in keys.to_every_end(page, page.locator(".mia-lab"), text=number, last=last):
        agrees(page, lab)
        assert page.evaluate(CUT_OFF) == [], key
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), key
    assert axe_violations(page) == []
    in_the_dark(page)
    assert axe_violations(page) == []


@pytest.mark.browser
@every_lab_with_goals
def test_every_goal_can_be_met_by_keyboard(name, bare_page):
    lab = EXAMPLES[name].make()
    page = bare_page(lab)
    assert page.locator(".mia-met").count() == 0
    for number, at in enumerate(meeting(lab)):
        keys.go(page, lab, at)
        agrees(page, lab)
        assert page.locator(".mia-goals li").nth(number).inner_text().endswith("met"), lab.goals[number].text
    assert page.locator(".mia-met").count() == len(lab.goals) >= 3
    lab.set_state({"_met_at": state(page, "_met_at")})
    assert all(lab.goals_met), "and Python, told where, agrees"


@pytest.mark.browser
@every_lab_with_controls
def test_pointer_can_be_dragged_far_over_both_edges(name, bare_page):
    lab = EXAMPLES[name].make()
    page = bare_page(lab)
    for plot in page.locator(".mia-draggable").all():
        box = plot.bounding_box()
        middle = box["y"] + box["height"] / 2
        for x in (box["x"] + 0.3 * box["width"], box["x"] + box["width"] + 200, max(0, box["x"] - 200)):
            before = {control: state(page, control) for control in lab.controls}
            page.mouse.move(box["x"] + box["width"] / 2, middle)
            page.mouse.down()
            page.mouse.move(x, middle, steps=4)
            page.mouse.up()
            rested(page)
            agrees(page, lab)
            assert {control: state(page, control) for control in lab.controls} != before


@pytest.mark.browser
@every_lab_with_controls
def test_a_step_of_a_slider_is_drawn_within_a_frame(name, bare_page):
    page = bare_page(EXAMPLES[name].make())
    for (
        milliseconds
    ) in page.evaluate("""() => [...document.querySelectorAll(".mia-lab input[type=range]")].map((slider) => {
      const [low, high] = [Number(slider.min), Number(slider.max)], times = [];
      for (let i = 0; i < 60; i++) {
        slider.value = low + i % (high - low + 1);
        const start = performance.now();
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.getBoundingClientRect();
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[30];
    })"""):
        assert milliseconds < 16

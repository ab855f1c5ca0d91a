"""Chromium for the tests: fixtures that show a lab in a bare page, and guard that nothing leaves this machine."""

import base64
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
HOST = Path(__file__).with_name("host.js")
PAGE = "http://127.0.0.1/lab"


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium; a test that needs one is skipped, with the reason, where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not os.path.exists(CHROMIUM):
        pytest.skip(
            f"there is no Chromium at {CHROMIUM}; the environment variable CHROMIUM names another place"
        )
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


def watched_page(browser, **options):
    """A page that reaches this machine only. It lists what it asked for elsewhere, and its own errors."""
    context = browser.new_context(**{"viewport": {"width": 1000, "height": 1000}, **options})
    page = context.new_page()
    page.elsewhere, page.errors = [], []

    def guard(route):
        url = route.request.url
        if url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "blob:", "data:")):
            route.continue_()
        else:
            page.elsewhere.append(url)
            route.abort()

    context.route("**/*", guard)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.set_default_timeout(60_000)
    return page


@pytest.fixture
def new_page(chromium):
    """``new_page(**options)`` opens a watched page; afterwards nothing may have gone elsewhere or wrong."""
    pages = []

    def open_page(**options):
        pages.append(watched_page(chromium, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
    assert [page.elsewhere for page in pages] == [[] for _ in pages], "a page asked for something on the net"
    assert [page.errors for page in pages] == [[] for _ in pages], "a page had an error"


@pytest.fixture
def bare_page(new_page):
    """``bare_page(lab)`` shows a lab as a saved page does: no Jupyter, no kernel. Its state is ``state(page)``."""

    def show(lab, **options):
        page = new_page(**options)
        page.route(PAGE, lambda route: route.fulfill(content_type="text/html", body=html_page(lab)))
        page.goto(PAGE)
        page.wait_for_selector(".mia-lab")
        return page

    return show


def html_page(lab, extra_style=""):
    """A whole page with one lab and its state in it."""
    script = f"const entry = {json.dumps(saved_state(lab))};\n{HOST.read_text('utf-8')}".replace("</", "<\\/")
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>A lab</title>"
        f"<meta name='viewport' content='width=device-width'><style>body{{margin:12px}}{extra_style}</style></head>"
        f"<body><main id='place'></main><script type='module'>{script}</script></body></html>"
    )


def saved_state(lab):
    """The synced traits as JSON, with bytes as base64 and their places, as a saved notebook holds them."""
    buffers = []

    def without_bytes(value, path):
        if isinstance(value, bytes):
            buffers.append({"path": path, "data": base64.b64encode(value).decode()})
            return None
        if isinstance(value, dict):
            return {str(key): without_bytes(one, [*path, str(key)]) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [without_bytes(one, [*path, i]) for i, one in enumerate(value)]
        return value

    state = {key: without_bytes(value, [key]) for key, value in lab.get_state().items() if key != "layout"}
    return {"state": state, "buffers": buffers}


def in_the_dark(page):
    """Give a bare page the colours of JupyterLab's dark theme."""
    theme = "share/jupyter/lab/themes/@jupyterlab/theme-dark-extension/index.css"
    page.add_style_tag(content=(Path(sys.prefix) / theme).read_text("utf-8"))
    paper = page.evaluate("getComputedStyle(document.querySelector('.mia-lab')).backgroundColor")
    assert paper == "rgb(17, 17, 17)"


def state(page, name):
    """A trait as the page holds it now."""
    return page.evaluate("name => window.model.get(name)", name)


def axe_violations(page, context=".mia-lab"):
    """What axe-core finds: (rule, the elements)."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=context, options={"runOnly": AXE_RULES}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


def words(page, selector=".mia-words"):
    """What stands there, with plain spaces."""
    return page.inner_text(selector).replace("\u00a0", " ")


def rested(page, milliseconds=200):
    """Wait, by the page's own clock, until the learner has come to rest there and all is said."""
    page.evaluate("time => new Promise((done) => setTimeout(done, time))", milliseconds)

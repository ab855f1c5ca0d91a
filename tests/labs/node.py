"""Run a lab's JavaScript under node, without a page."""

import json
import shutil
import subprocess

import pytest

from tests.browser import saved_state

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node on this machine")

_BEFORE = """
let text = ""; for await (const chunk of process.stdin) text += chunk;
const { entry, input, source } = JSON.parse(text);
const state = entry.state;
for (const { path, data } of entry.buffers) {
  const place = path.slice(0, -1).reduce((inside, key) => inside[key], state);
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  place[path.at(-1)] = new DataView(bytes.buffer);
}
const module = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"));
const lab = module.default;
"""


def under_node(lab, code, given=None):
    """The JSON of ``output`` after ``code``, which sees ``lab``, ``module`` and its own ``input``."""
    program = f"{_BEFORE}\nlet output;\n{code}\nconsole.log(JSON.stringify(output));"
    given = json.dumps({"entry": saved_state(lab), "input": given, "source": lab._esm})
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program], input=given, text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

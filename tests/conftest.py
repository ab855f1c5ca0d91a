"""No test reaches beyond this machine; those that need a browser share one."""

import sys

from absl import logging

pytest_plugins = ["tests.no_network", "tests.browser"]

# The accountants log through absl, which closes the stream it found at its import, here pytest's own, as soon as
# anything sets up logging anew; it leaves the true standard error alone.
logging.get_absl_handler().python_handler.stream = sys.__stderr__

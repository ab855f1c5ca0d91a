"""No test reaches beyond this machine."""

pytest_plugins = ["tests.no_network"]

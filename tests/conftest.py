"""No test reaches beyond this machine; those that need a browser share one."""

pytest_plugins = ["tests.no_network", "tests.browser"]

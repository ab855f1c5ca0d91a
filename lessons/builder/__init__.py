"""The parts of lessons/build.py: source, prose, running, refusals, editions."""

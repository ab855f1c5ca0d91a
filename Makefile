# Everything a learner or a contributor runs. README.md has the plain lines for systems without make.
PYTHON ?= python3
VENV := .venv
OLD := $(VENV)-oldest
PY := $(VENV)/bin/python
QUIETLY := --quiet --disable-pip-version-check --no-input
PIP := $(PY) -m pip install $(QUIETLY)
OURS := mia_teach tests lessons datasets site
OLDEST := mia_teach tests/attacks tests/exercises tests/labs tests/plots \
  $(filter-out $(foreach part,binder lesson_table memory offline wheel,tests/test_$(part).py),$(wildcard tests/test_*.py))

# Of two indexes one may be out of reach; pip would ask it five times for each of a hundred packages.
export PIP_RETRIES ?= 1

.PHONY: start test test-all test-oldest lessons site instructor nbgrader table bench lint clean

# Open the course in JupyterLab.
start: $(VENV)/course-installed
	$(VENV)/bin/mia-teach start

# Two files of tests at a time; the tests of one file stay together, for they share what was made for them. Files come in
# their own order: sorted by how many tests they hold, the longest would come last and one core would wait.
WORKERS ?= 2
SIDE_BY_SIDE = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Everything but the slowest proofs; those as well with test-all.
test: $(VENV)/tests-installed
	$(PY) -m pytest -m "not slow" $(SIDE_BY_SIDE)

test-all: $(VENV)/tests-installed
	$(PY) -m pytest $(SIDE_BY_SIDE)

# What matters most with the oldest packages that pyproject.toml allows, in an environment of its own.
test-oldest: $(OLD)/installed
	$(OLD)/bin/python -m pytest -m "not slow and not browser" $(OLDEST)
	$(OLD)/bin/python -m pytest -m "not slow" -k "gives_what_is_stored and (00_game or 02_threshold)" tests/lessons

# Rebuild all notebooks from lessons/source.
lessons: $(VENV)/tests-installed
	$(PY) lessons/build.py

# The lecturer's edition of all lessons, and the guide, into build/instructor.
instructor: $(VENV)/tests-installed
	$(PY) lessons/build.py --instructor-only

# Graded assignments of all lessons, as a course folder for nbgrader; what comes to lie there make clean leaves alone.
CLASS ?= my-class
nbgrader: $(VENV)/course-installed
	$(VENV)/bin/mia-teach assignment all '$(CLASS)'

# The table of the lessons in README.md, each measured on one core; wants a machine with nothing else running.
table: $(VENV)/tests-installed
	$(PY) tests/lesson_table.py

# The course as pages to read, its panels alive without Python: build/site.
site: $(VENV)/tests-installed
	$(PY) site/build.py

# The table of speeds; also written to build/bench.json.
bench: $(VENV)/bench-installed
	$(PY) tests/bench.py

lint: $(VENV)/tests-installed
	$(PY) -m ruff check $(OURS)
	$(PY) -m ruff format --check $(OURS)

clean:
	rm -rf $(VENV) build dist .ruff_cache
	find $(OURS) -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment is stale when the Python it was made with is gone or too old.
$(VENV)/usable: FORCE
	@$(PY) -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || { \
	  $(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
	    || { echo "The course needs Python 3.11 or later; try make PYTHON=python3.12"; exit 1; }; \
	  rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@test -e $@ || touch $@

# The pinned requirements; the package itself from where it lies, so that a newer one needs no new installation.
$(VENV)/course-installed: $(VENV)/usable binder/requirements.txt pyproject.toml
	grep -v '^\.$$' binder/requirements.txt > $(VENV)/requirements.txt
	$(PIP) -r $(VENV)/requirements.txt
	$(PIP) --no-deps --editable .
	$(PY) -c "import matplotlib.font_manager"
	touch $@

$(VENV)/tests-installed: $(VENV)/course-installed tests/requirements.txt
	$(PIP) -r tests/requirements.txt
	touch $@

# What is measured beside the course, and nothing else needs.
$(VENV)/bench-installed: $(VENV)/tests-installed
	$(PIP) --editable '.[bench]'
	touch $@

# The direct dependencies at the lower ends of their ranges, the others as they are in tests/oldest.txt.
$(OLD)/installed: tests/oldest.txt binder/requirements.txt pyproject.toml
	rm -rf $(OLD)
	$(PYTHON) -m venv $(OLD)
	grep -h '^--extra-index-url' binder/requirements.txt | cat - tests/oldest.txt > $(OLD)/requirements.txt
	$(OLD)/bin/python -m pip install $(QUIETLY) -r $(OLD)/requirements.txt
	$(OLD)/bin/python -m pip install $(QUIETLY) --no-deps --editable .
	touch $@

FORCE:

# The two commands: `make grade` and `make test`. Each does all its own set-up on a fresh clone.
#   make grade                       grades manifests/reference
#   SUBMISSION=DIR make grade        grades another folder
#   make test                        tests the grader itself, on a real cluster too
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SUBMISSION ?= manifests/reference
export REPORT_DIR ?= report
export MARKER ?= chapter11

.PHONY: grade test nightly soak forget setup lint check-go browser selfcheck cluster-test lock schema messages clean
.DELETE_ON_ERROR:

grade: forget setup
	@$(BIN)/pytest -m "$$MARKER" --submission="$$SUBMISSION" --report-dir="$$REPORT_DIR"

test: lint browser selfcheck setup check-go cluster-test

# The report of an earlier run: none of it is left if this one ends before it has graded anything.
forget: $(VENV)/.ready
	@$(BIN)/python -P -m grading.renderers.folder "$$REPORT_DIR" "$$SUBMISSION"

setup: $(VENV)/.ready
	@$(BIN)/kubegrade setup

# Packages come from the lock file, each with its hash; the project itself is installed in place.
$(VENV)/.ready: requirements.lock pyproject.toml $(wildcard grading/*.pth)
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is not Python 3.11 or newer with venv, which is needed."; \
	  echo "On Debian or Ubuntu: sudo apt-get install python3-venv"; \
	  echo "On RHEL or Fedora: sudo dnf install python3.12, then: make PYTHON=python3.12 $(or $(MAKECMDGOALS),grade)"; \
	  exit 2; }
	@echo "Python packages, into $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A process for each processor; the tests of a file stay together, for they share what is made once.
selfcheck: $(VENV)/.ready
	$(BIN)/pytest -n logical --maxprocesses 8 --dist loadfile tests/selfcheck --ignore=tests/selfcheck/cluster \
	  --ignore=tests/selfcheck/nightly

# A Chromium for the tests of the report page; where none can be had they are skipped, and say so.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium fonts-liberation \
	    >/dev/null; then exit 0; fi; \
	echo "There is no Chromium: the tests in tests/selfcheck/browser will be skipped."; \
	echo "Install Chromium or Google Chrome for them; on Debian: apt-get install chromium"

# The node program's own tests; they reuse what setup compiled.
check-go: setup
	$(BIN)/python -m fixtures.airgap.check_go

# A graded run of the reference, and faults by which the check of every criterion fails once.
cluster-test: setup
	$(BIN)/pytest tests/selfcheck/cluster

# Every fault on the cluster, an hour and more, and the slow tests, with faults of the infrastructure that are
# injected into graded runs: SHARD=i/N takes a part of both. What was right at this commit is not done again; the
# outcomes are in build/nightly/.
nightly: setup
	@status=0; \
	$(BIN)/python -m fixtures.faults.nightly || status=1; \
	$(BIN)/pytest tests/selfcheck/nightly || status=1; \
	exit $$status

# The reference 20 times in a row, five of them under load; taken up again as the night is.
soak: setup
	$(BIN)/python -m tests.selfcheck.soak

lock: $(VENV)/.ready
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --extra dev --output-file requirements.lock pyproject.toml

schema: $(VENV)/.ready
	$(BIN)/python -m grading.report.schema > grading/report/schemas/report-v2.schema.json

# New messages into the Dutch catalogue, without a translation, and those that are gone out of it.
messages: $(VENV)/.ready
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keyword n_:1,2 --keyword marked \
	  --add-location file --omit-header --output-file build/kubegrade.pot .
	$(BIN)/pybabel --quiet update --domain kubegrade --input-file build/kubegrade.pot --locale nl \
	  --output-dir grading/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110

clean:
	rm -rf $(VENV) report build

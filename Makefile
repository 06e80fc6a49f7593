# Works from a bare clone with Python 3.11 or newer (venv, pip) and make.
# `make run PORT=8080` sets any name of .env.example for one run.

PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# What the virtual environment holds is known by this sum of what it was made from.
SUM = $$($(BIN)/python --version 2>&1 | cat - constraints.txt $(1) | cksum | tr ' ' '-')

.PHONY: setup tools run accounts test lint messages bench acceptance

setup:
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@sum="$(call SUM,requirements.txt)"; test -e ".venv/.run-$$sum" || { \
		echo "Installing the packages of requirements.txt …"; \
		$(PIP) --requirement requirements.txt && rm -f .venv/.run-* && : > ".venv/.run-$$sum"; }
	@test -e .env || { umask 077; $(BIN)/python -m newsroom.keys > .env.new && mv .env.new .env && \
		echo "Wrote .env with fresh keys."; }

tools: setup
	@sum="$(call SUM,requirements.txt requirements-dev.txt requirements-scale.txt)"; \
		test -e ".venv/.tools-$$sum" || { echo "Installing the development tools …"; \
		$(PIP) --requirement requirements-dev.txt --requirement requirements-scale.txt && \
		rm -f .venv/.tools-* && : > ".venv/.tools-$$sum"; }

run: setup
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/gunicorn newsroom.wsgi

accounts: setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py make_accounts

test: tools
	@$(BIN)/python -m pytest --numprocesses $${TEST_PROCESSES:-auto} --dist worksteal $(ARGS)

lint: tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: ruff format"; exit 1; }
	@found=$$($(BIN)/bandit --quiet --configfile pyproject.toml --recursive newsroom articles comments \
		gunicorn.conf.py manage.py 2>&1) || { echo "$$found"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0 || \
		{ echo "A model changed without a migration."; exit 1; }
	@command -v msgfmt > /dev/null || { echo "Skipped: translation catalogues (no gettext)."; exit 0; }; \
		for file in newsroom/locale/*/LC_MESSAGES/*.po; do \
		counts=$$(LC_ALL=C msgfmt --check --statistics --output-file=/dev/null "$$file" 2>&1) || \
			{ echo "$$file: $$counts"; exit 1; }; \
		case "$$counts" in *untranslated*|*fuzzy*) echo "$$file: $$counts"; exit 1;; esac; done

messages: tools
	@command -v msgfmt > /dev/null || { echo "Install gettext first."; exit 1; }
	@$(BIN)/python manage.py makemessages --locale ar --locale fr --add-location file --no-obsolete \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'bench/*'
	@$(BIN)/python manage.py compilemessages --ignore '.venv/*'

bench: tools
	@$(BIN)/python -m bench

# Lighthouse and the Nu checker, which only `make acceptance` asks.
JUDGES = lighthouse@13.5.0 vnu-jar@26.9.27

var/judges/node_modules:
	@command -v npm > /dev/null || { echo "Install npm (Debian: npm, default-jre-headless) first."; exit 1; }
	@npm install --silent --no-save --no-audit --no-fund --prefix var/judges $(JUDGES)

acceptance: tools var/judges/node_modules
	@CI=true $(BIN)/python -m pytest --numprocesses $${TEST_PROCESSES:-auto} \
		-m "browser or slow" --ignore tests/test_judges.py $(ARGS)
	@CI=true $(BIN)/python -m pytest tests/test_promise.py tests/test_load_demo.py $(ARGS)
	@CI=true $(BIN)/python -m pytest -m slow tests/test_judges.py $(ARGS)  # alone: it measures

# Needs Debian (or the like) with python3.11 and make; everything else goes into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/installed
OPENAPI := .venv/node/installed

.PHONY: run test check phone wallet-api migrate explore soak bench voice chromium openapi clean

run: $(STAMP)
	@exec $(BIN)/python -m ivr.run

test: $(STAMP) voice chromium
	@$(MAKE) --no-print-directory openapi || true
	@$(BIN)/python -m pytest -n $$(( 2 * $$(nproc) )) --dist loadfile

check: $(STAMP)
	@echo "== format" && $(BIN)/ruff format --check .
	@echo "== lint" && $(BIN)/ruff check .
	@echo "== types" && $(BIN)/mypy
	@echo "== house rules" && $(BIN)/python -m pytest tests/gate

phone: $(STAMP)
	@exec $(BIN)/python -m ivr.simulator

wallet-api: $(STAMP)
	@exec $(BIN)/python -m ivr.wallet_api

explore: $(STAMP)
	@$(BIN)/python -m tests.exploration --mutants --write

soak: $(STAMP)
	@$(BIN)/python -m tests.soak

bench: $(STAMP)
	@failed=0; for one in "bench --postgres" bench.stored bench.attacked bench.idle; do $(BIN)/python -m tests.$$one || failed=1; done; exit $$failed

voice:
	@command -v espeak-ng >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends espeak-ng >/dev/null; } \
		|| { echo "espeak-ng is missing (tests listen to it; calls do not need it): apt install espeak-ng" >&2; exit 1; }

chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } \
		|| { echo "chromium is missing (tests/browser rings the line in it; calls do not need it): apt install chromium fonts-noto-cjk" >&2; exit 1; }

openapi: $(OPENAPI)

$(OPENAPI): $(STAMP)
	@command -v npm >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends npm >/dev/null; } \
		|| { echo "npm is missing (tests/openapi asks it for Twilio's API documents; calls do not need it): apt install npm" >&2; exit 1; }
	@echo "== fetching Twilio's OpenAPI documents and a mock that reads them (once, half a minute)"
	@npm install --prefix .venv/node --no-audit --no-fund --ignore-scripts --loglevel=error @twilio/cli-core@8.3.2 @stoplight/prism-cli@5.14.2 \
		|| { echo "the npm registry does not answer: tests/openapi will fail, nothing else needs it" >&2; exit 1; }
	@touch $@

migrate: $(STAMP)
	@$(BIN)/python -m ivr.migrate

$(STAMP): requirements.txt
	@test -n "$(PYTHON)" || { echo "python3.11 is missing: apt install python3.11 python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python 3.11 or newer is needed, $(PYTHON) is older" >&2; exit 1; }
	@echo "== making .venv (once, a minute or two)"
	@$(PYTHON) -m venv .venv || { test "$$(id -u)" = 0 && apt-get update && apt-get install -y python3-venv && $(PYTHON) -m venv .venv; } \
		|| { echo "no venv module: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -r requirements.txt
	@touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache

# Needs Debian (or the like) with Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
OPENAPI := .venv/node/installed

# Three sets of packages, each with the one before it, as `make lock` wrote them from pyproject.toml:
# production (requirements.txt), lab (its sound, and ngrok), dev (gate and tests).
# `make run` installs the lab's, unless the environment or .env has an account or LAB=0.
setting = $(shell printenv $(1) || sed -n 's/^ *\(export  *\)\{0,1\}$(1) *= *//p' .env 2>/dev/null | tail -n 1)
IN_PRODUCTION := $(findstring AC,$(call setting,TWILIO_ACCOUNT_SID))$(findstring 0,$(call setting,LAB))
RUN := .venv/$(if $(IN_PRODUCTION),production,lab)
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--custom-compile-command "make lock"

.PHONY: run test check audit phone wallet-api migrate explore soak day bench voice chromium openapi voice-sdk clean \
	install-production install-lab install-dev lock upgrade

run: $(RUN)
	@exec $(BIN)/python -m ivr.run

# Its workers, and the processes that its tests start, compile the code and the tests once and not each for itself.
test: .venv/dev voice chromium
	@$(MAKE) --no-print-directory openapi || true
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$(( 2 * $$(nproc) )) --dist loadfile --no-loadscope-reorder --max-worker-restart 2

check: .venv/dev
	@echo "== format" && $(BIN)/ruff format --check .
	@echo "== lint" && $(BIN)/ruff check .
	@echo "== types" && $(BIN)/mypy
	@echo "== house rules" && $(BIN)/python -m pytest tests/gate
	@$(MAKE) --no-print-directory audit

audit: .venv/dev
	@echo "== known vulnerabilities" && $(BIN)/python -m ivr.checks.vulnerabilities

phone: .venv/lab
	@exec $(BIN)/python -m ivr.simulator

wallet-api: .venv/lab
	@exec $(BIN)/python -m ivr.wallet_api

explore: .venv/dev
	@$(BIN)/python -m tests.exploration --mutants --write

soak: .venv/dev
	@$(BIN)/python -m tests.soak

day: .venv/dev
	@$(BIN)/python -m tests.day --write

bench: .venv/dev
	@failed=0; for one in "bench --postgres" bench.stored bench.attacked bench.desks bench.idle; do $(BIN)/python -m tests.$$one || failed=1; done; exit $$failed

voice:
	@command -v espeak-ng >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends espeak-ng >/dev/null; } \
		|| { echo "espeak-ng is missing (tests listen to it; calls do not need it): apt install espeak-ng" >&2; exit 1; }

chromium:
	@command -v chromium-headless-shell >/dev/null \
		|| { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk >/dev/null; } \
		|| command -v chromium >/dev/null \
		|| { echo "chromium is missing (tests/browser rings the line in it; calls do not need it): apt install chromium-headless-shell fonts-noto-cjk" >&2; exit 1; }

openapi: $(OPENAPI)

$(OPENAPI): .venv/dev
	@command -v npm >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends npm >/dev/null; } \
		|| { echo "npm is missing (tests/openapi asks it for Twilio's API documents; calls do not need it): apt install npm" >&2; exit 1; }
	@echo "== fetching Twilio's OpenAPI documents and a mock that reads them (once, half a minute)"
	@npm install --prefix .venv/node --no-audit --no-fund --ignore-scripts --loglevel=error @twilio/cli-core@8.3.2 @stoplight/prism-cli@5.14.2 \
		|| { echo "the npm registry does not answer: tests/openapi will fail, nothing else needs it" >&2; exit 1; }
	@touch $@

# Only for agents who take calls in the browser. It is Twilio's, under the Apache licence, and no part of this project.
voice-sdk: $(RUN)
	@command -v npm >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends npm >/dev/null; } \
		|| { echo "npm is missing (it fetches Twilio's Voice SDK; agents on telephones do not need it): apt install npm" >&2; exit 1; }
	@npm install --prefix .venv/node-voice --no-audit --no-fund --ignore-scripts --loglevel=error @twilio/voice-sdk@2.18.5 \
		|| { echo "the npm registry does not answer: agents cannot take calls in the browser yet" >&2; exit 1; }
	@echo "35d3cb1b22e309f9884724a89250aecd2de4f1556ad7b67a7bc5e06c73dcb74a  .venv/node-voice/node_modules/@twilio/voice-sdk/dist/twilio.min.js" | sha256sum --check --quiet
	@install -D -m 644 .venv/node-voice/node_modules/@twilio/voice-sdk/dist/twilio.min.js .venv/voice-sdk/twilio.min.js
	@echo "== agents can take calls in the browser"

migrate: $(RUN)
	@$(BIN)/python -m ivr.migrations.migrate

install-production: .venv/production
install-lab: .venv/lab
install-dev: .venv/dev

.venv/production: requirements.txt | .venv/bin/python
	$(install)
	@touch $@

.venv/lab: requirements-lab.txt | .venv/bin/python
	$(install)
	@touch .venv/production $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	$(install)
	@touch .venv/production .venv/lab $@

# By uv, which is several times quicker than pip: the one that is here, or the locked one for just this time. By pip if that fails.
define install
@echo "== installing $< into .venv (the first time, half a minute)"
@new=$$(mktemp -d) && trap 'rm -rf "$$new"' EXIT && sed -n '/^uv==/,/# via/p' requirements-dev.txt >"$$new/uv.txt"; \
uv=$$(command -v uv || command -v $(BIN)/uv) || \
	{ $(PIP) --no-compile --target "$$new" -r "$$new/uv.txt" && uv="$$new/bin/uv"; }; \
{ test -x "$$uv" && "$$uv" pip install --quiet --python $(BIN)/python --require-hashes -r $<; } || \
	{ echo "== uv did not install them; trying pip, which takes longer" && $(PIP) --no-deps -r $<; }
endef
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "python3.11 is missing: apt install python3.11 python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python 3.11 or newer is needed, $(PYTHON) is older" >&2; exit 1; }
	@echo "== making .venv"
	@$(PYTHON) -m venv .venv || { test "$$(id -u)" = 0 && apt-get update && apt-get install -y python3-venv && $(PYTHON) -m venv .venv; } \
		|| { echo "no venv module: apt install python3-venv" >&2; exit 1; }

lock: .venv/dev
	@$(BIN)/$(LOCK) $(UPGRADE) --extra lab --extra tunnel --group dev -o requirements-dev.txt
	@$(BIN)/$(LOCK) -c requirements-dev.txt --extra lab --extra tunnel -o requirements-lab.txt
	@$(BIN)/$(LOCK) -c requirements-dev.txt -o requirements.txt
	@$(MAKE) --no-print-directory install-dev
	@$(BIN)/python -m ivr.checks.licences --write

upgrade:
	@$(MAKE) --no-print-directory lock UPGRADE=--upgrade

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache

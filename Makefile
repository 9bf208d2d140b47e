# `make help` lists the targets. `make test` runs everything, and installs missing packages on a Debian machine with
# Rust.

CHECKS ?= ../shared/checks
CARGO ?= cargo

# Snapshots are compared, never rewritten. INSTA_UPDATE=always make check rewrites them.
INSTA_UPDATE ?= no
export INSTA_UPDATE

.DEFAULT_GOAL := test
.PHONY: help check test test-default test-postgres test-browser setup unit judge documents lint audit image-check \
	package-check alerts-check bench screenshots fuzz

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  %-14s %s\n", $$1, $$2 }'

# Tables and random tests that take minutes; `make test` runs them all.
LONG := properties:: decided_when_written:: every_dialnote_variant:: cases::

# Needs Rust and a C compiler; no root, no PostgreSQL, no browser.
check: ## Check format, lints, unit tests and product tests on SQLite, before each commit
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) test --locked --lib
	$(CARGO) test --locked --test product -- $(LONG:%=--skip %)

test: setup unit judge ## Run all tests, on both databases and in the browser

unit: setup
	sh tests/with-postgres.sh sh tests/run.sh all

test-default: ## Run all tests but the browser's, the product on SQLite (needs PostgreSQL for the queue)
	sh tests/with-postgres.sh sh tests/run.sh default

test-postgres: ## Run the product tests on PostgreSQL
	sh tests/with-postgres.sh sh tests/run.sh postgres

test-browser: ## Test the sandbox's page and its tour, in Chromium
	sh tests/with-postgres.sh sh tests/run.sh browser

# A C compiler, for SQLite and TLS; PostgreSQL's programs, for the tests' own server; a browser with emoji, for the
# sandbox's page.
setup: ## Install a missing C compiler, PostgreSQL and Chromium (Debian, root)
	@command -v cc >/dev/null || { apt-get update -q && apt-get install -qy gcc libc6-dev; }
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
		|| { apt-get update -q && apt-get install -qy postgresql; }
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
		|| { apt-get update -q && apt-get install -qy chromium chromium-driver fonts-noto-color-emoji; }

# Checks of all sent messages by Slack's own types and models. Others wrote them, and they are stored elsewhere. Without
# them only the sandbox's own limits apply.
judge: unit ## Check the manifest and all messages of the last test run against Slack's own schemas
	@if [ -d $(CHECKS) ]; then sh tests/checks/judge.sh $(CHECKS); else echo "no second opinions at hand ($(CHECKS))"; fi

documents: ## Rewrite manifest.yml, docs/messages.md, docs/authorisation.md and the marked tables in docs
	WRITE_MESSAGES=1 $(CARGO) test --locked --test product -- written_down the_manifest_is

lint: ## Check format, clippy and rustdoc, all warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

# Dependencies must have an allowed licence, come from an allowed source and be used. Known vulnerabilities are checked
# if their list can be downloaded.
audit: ## Check licences, sources, vulnerabilities and unused crates (installs cargo-deny and cargo-machete)
	@command -v cargo-deny >/dev/null || $(CARGO) install cargo-deny --locked
	@command -v cargo-machete >/dev/null || $(CARGO) install cargo-machete --locked
	$(CARGO) deny --locked check licenses bans sources
	$(CARGO) machete
	@if $(CARGO) deny fetch db; then $(CARGO) deny --locked check advisories --disable-fetch; \
		else echo "the list of known holes cannot be reached from here"; fi

# Needs no container. TARGET=$(CURDIR)/target reuses earlier builds.
image-check: setup ## Build from exactly the files that the Dockerfile copies, and serve as the image does
	sh tests/image-check.sh

# Installs missing tools, and cargo-deb and cargo-about. Takes minutes the first time, and less than one from then on.
package-check: ## Install, upgrade, remove and purge the Debian package in a bare Debian root (root)
	sh tests/package-check.sh

# promtool is in Debian's package of Prometheus, whose service this doesn't start.
alerts-check: ## Check the alert rules and play their tests (installs promtool: Debian, root)
	@command -v promtool >/dev/null || { apt-get update -q && folder=$$(mktemp -d) && cd $$folder && chmod 755 . \
		&& apt-get download -q prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb \
		| tar -x -C /usr/local/bin --strip-components=3 ./usr/bin/promtool && rm -r $$folder; }
	promtool check rules packaging/alerts.yaml
	promtool test rules packaging/alerts.test.yaml

# With REUSE=1, the parts that an earlier run has saved in target/bench are not measured again.
bench: setup ## Measure for an hour on an idle machine, and write docs/performance.md
	POSTGRES_SETTINGS="-c shared_buffers=512MB -c max_wal_size=8GB -c shared_preload_libraries=pg_stat_statements" sh tests/with-postgres.sh \
		$(CARGO) bench --locked --bench performance

# Every test run takes them; this one saves them.
screenshots: setup ## Take the documentation's pictures from the sandbox's page
	PICTURES=$(CURDIR)/docs $(CARGO) test --locked --test browser pictures

# Starts from the recorded payloads, and tries earlier findings first.
SECONDS ?= 60
FUZZED := signature request envelope command dialnote webhook

fuzz: ## Fuzz each parser of outside bytes for SECONDS=60 (installs cargo-fuzz)
	@command -v cargo-fuzz >/dev/null || $(CARGO) install cargo-fuzz --locked
	@for target in $(FUZZED); do \
		mkdir -p fuzz/corpus/$$target && \
		find tests/fixtures/slack/inbound tests/fixtures/slack/socket_mode -type f \( -name '*.json' -o -name '*.txt' \) -exec cp -n -t fuzz/corpus/$$target {} + ; \
		RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$target -- -max_total_time=$(SECONDS) -max_len=65536 -print_final_stats=1 || exit 1; \
	done

# The one test command is `make test`. It sets up what it needs on a Debian machine with Rust.

CHECKS ?= ../shared/checks
CARGO ?= cargo

.PHONY: test lint setup unit judge bench screenshots fuzz audit image-check

test: setup unit judge

# A C compiler, for SQLite and for TLS; PostgreSQL's programs, for a server that only the tests see;
# a browser to use the sandbox's page, with emoji.
setup:
	@command -v cc >/dev/null || { apt-get update -q && apt-get install -qy gcc libc6-dev; }
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
		|| { apt-get update -q && apt-get install -qy postgresql; }
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
		|| { apt-get update -q && apt-get install -qy chromium chromium-driver fonts-noto-color-emoji; }

unit:
	INSTA_UPDATE=no sh tests/with-postgres.sh sh -c '$(CARGO) test --locked && \
		PRODUCT_ON=postgres PRODUCT_AS=installed RANDOM_SEQUENCES=1 $(CARGO) test --locked --test product'

# The pictures in the README, from the page itself. Every run of the tests takes them, too; this one
# keeps them.
screenshots: setup
	PICTURES=$(CURDIR)/docs $(CARGO) test --locked --test browser pictures

# Second opinions on what we send to Slack, by Slack's own types and models. Written by others and
# kept elsewhere; where they are not at hand our own limits (in the sandbox) have to do.
judge: unit
	@if [ -d $(CHECKS) ]; then sh tests/judge.sh $(CHECKS); else echo "no second opinions at hand ($(CHECKS))"; fi

# Half an hour on a machine that does nothing else; writes docs/performance.md.
bench: setup
	POSTGRES_SETTINGS="-c shared_buffers=512MB -c max_wal_size=8GB" sh tests/with-postgres.sh \
		$(CARGO) bench --locked --bench performance

# Bytes that nobody would send, for SECONDS on each of the readers; what was found before is tried first. Needs
# cargo-fuzz (cargo install cargo-fuzz). The recorded payloads are where it begins.
SECONDS ?= 60
FUZZED := signature request envelope command dialnote webhook

fuzz:
	@command -v cargo-fuzz >/dev/null || $(CARGO) install cargo-fuzz --locked
	@for target in $(FUZZED); do \
		mkdir -p fuzz/corpus/$$target && \
		find tests/fixtures/slack/inbound tests/fixtures/slack/socket_mode -type f \( -name '*.json' -o -name '*.txt' \) -exec cp -n -t fuzz/corpus/$$target {} + ; \
		RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$target -- -max_total_time=$(SECONDS) -max_len=65536 -print_final_stats=1 || exit 1; \
	done

# Whether all that we build on may be built on, comes from where it should and is used. Known holes are looked
# up where their list can be reached.
audit:
	@command -v cargo-deny >/dev/null || $(CARGO) install cargo-deny --locked
	@command -v cargo-machete >/dev/null || $(CARGO) install cargo-machete --locked
	$(CARGO) deny --locked check licenses bans sources
	$(CARGO) machete
	@if $(CARGO) deny fetch db; then $(CARGO) deny --locked check advisories --disable-fetch; \
		else echo "the list of known holes cannot be reached from here"; fi

# Whether what the Dockerfile copies is all that the program needs, and serves as the image would. No container is
# needed for it. TARGET=$(CURDIR)/target uses again what is built already.
image-check: setup
	sh tests/image-check.sh

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

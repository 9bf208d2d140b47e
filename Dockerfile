# The app in a small image, which runs without root and writes only to /data. The digests name the bases for all
# platforms; Dependabot proposes newer ones.
#
# BuildKit's caches keep downloads and compiled code outside the image, so that a new version compiles only changed code.
# A layer with the compiled libraries (cargo-chef) would be compiled again after each change of Cargo.lock, and needs one
# more tool. Each platform has a cache of its own, because two can be built at once.
FROM rust:1.95-slim-bookworm@sha256:d7482085ff5b415f84dba5647ae71606650bdef00db7aeb69f4b3d170c3e4082 AS build
ARG TARGETARCH
RUN apt-get update -q && apt-get install -qy --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
# The program holds the list of its libraries, for scanners, and the image their licences.
RUN cargo install --locked cargo-auditable@0.7.7 && cargo install --locked --features cli cargo-about@0.9.3 \
    && rm -rf /usr/local/cargo/registry
WORKDIR /app
COPY Cargo.toml Cargo.lock LICENSE build.rs manifest.yml ./
COPY .cargo .cargo
COPY benches benches
COPY crates crates
COPY migrations migrations
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,id=dialnote-slack-$TARGETARCH,target=/app/target \
    cargo auditable build --release --locked --no-default-features --bin dialnote-slack \
    && cp target/release/dialnote-slack /usr/local/bin/
COPY packaging packaging
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo fetch --locked && install -D -m 0644 -t /doc LICENSE && cargo about generate --frozen --fail \
    --no-default-features --config packaging/about.toml --output-file /doc/third-party-licences.txt packaging/about.hbs

FROM debian:bookworm-slim@sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171
LABEL org.opencontainers.image.title="dialnote-slack" \
    org.opencontainers.image.description="Decide in Slack who owns each dialnote conversation." \
    org.opencontainers.image.licenses="MIT"
RUN apt-get update -q && apt-get install -qy --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin dialnote && install -d -o dialnote -m 0700 /data
COPY --from=build /doc /usr/share/doc/dialnote-slack
COPY --from=build /usr/local/bin/dialnote-slack /usr/local/bin/
USER 10001
VOLUME /data
# OPS_LISTEN (readiness and metrics) is for neighboring containers. Publish 8080 only.
ENV DATABASE_URL=sqlite:/data/dialnote-slack.db LISTEN=0.0.0.0:8080 OPS_LISTEN=0.0.0.0:9464
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["dialnote-slack", "health"]
ENTRYPOINT ["dialnote-slack"]
CMD ["serve"]

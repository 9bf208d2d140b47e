# The app in a small image, which runs without root and writes only to /data. BuildKit's caches keep downloads and
# compiled code outside the image, so that a new version compiles only changed code.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update -q && apt-get install -qy --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY Cargo.toml Cargo.lock build.rs manifest.yml ./
COPY .cargo .cargo
COPY benches benches
COPY crates crates
COPY migrations migrations
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/app/target \
    cargo build --release --locked --no-default-features --bin dialnote-slack && cp target/release/dialnote-slack /usr/local/bin/

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="dialnote-slack" \
    org.opencontainers.image.description="Decide in Slack who owns each dialnote conversation." \
    org.opencontainers.image.licenses="MIT"
RUN apt-get update -q && apt-get install -qy --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin dialnote && install -d -o dialnote -m 0700 /data
COPY --from=build /usr/local/bin/dialnote-slack /usr/local/bin/
USER 10001
VOLUME /data
# OPS_LISTEN (readiness and metrics) is for neighboring containers. Publish 8080 only.
ENV DATABASE_URL=sqlite:/data/dialnote-slack.db LISTEN=0.0.0.0:8080 OPS_LISTEN=0.0.0.0:9464
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["dialnote-slack", "health"]
ENTRYPOINT ["dialnote-slack"]
CMD ["serve"]

# An image with the program and nothing else: docker build -t gradus . && docker run --rm -v "$PWD:/org" -u "$(id -u)" gradus check
# With git besides, by which it reads when expectations were agreed: docker build -t gradus --target with-git .

FROM docker.io/library/node:22-bookworm-slim AS viewer
WORKDIR /viewer
COPY viewer/package.json viewer/package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
COPY viewer/allowlist.json viewer/build.mjs viewer/tsconfig.json ./
COPY viewer/src src
RUN node build.mjs /viewer/dist

FROM docker.io/library/rust:1-bookworm AS program
WORKDIR /gradus
COPY Cargo.toml Cargo.lock build.rs README.md ./
COPY benches benches
COPY docs docs
COPY example-org example-org
COPY src src
COPY tests/main.rs tests/
COPY themes themes
COPY viewer/allowlist.json viewer/preview.css viewer/preview.html viewer/
COPY --from=viewer /viewer/dist /viewer
ENV GRADUS_VIEWER_DIST=/viewer
RUN cargo build --release --locked --bin gradus

FROM docker.io/library/debian:bookworm-slim AS with-git
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN git config --system --add safe.directory /org
COPY --from=program /gradus/target/release/gradus /usr/bin/gradus
WORKDIR /org
USER 65532:65532
ENTRYPOINT ["/usr/bin/gradus"]

FROM gcr.io/distroless/cc-debian12:nonroot AS bare
COPY --from=program /gradus/target/release/gradus /usr/bin/gradus
WORKDIR /org
USER 65532:65532
ENTRYPOINT ["/usr/bin/gradus"]

# The program, the C libraries that it needs, and nothing else.
#
#   docker build --tag clusternode --build-arg CLUSTERNODE_COMMIT="$(git rev-parse --short HEAD)" .

ARG DENO_VERSION=2.9.6

FROM denoland/deno:${DENO_VERSION} AS build
WORKDIR /source
COPY deno.json deno.lock main.ts ./
COPY lib lib
COPY scripts scripts
ARG CLUSTERNODE_COMMIT=unknown
RUN CLUSTERNODE_COMMIT="${CLUSTERNODE_COMMIT}" deno run -A scripts/build.ts \
  && sh scripts/image_root.sh dist/clusternode /image

FROM scratch
COPY --from=build /image/root/ /
# A named volume that is mounted here for the first time takes over this owner. All containers run
# as this one user, because the cookie in the registry can be read by its owner alone.
COPY --from=build --chown=10001:10001 /image/data /data
USER 10001:10001

# A container's log is its standard output: nobody would see a file in it. Its health is asked over
# HTTP, from within: to be read from outside it takes another address, and a token.
ENV CLUSTERNODE_REGISTRY=file:///data \
  CLUSTERNODE_LOG_FILE=none \
  CLUSTERNODE_HTTP=127.0.0.1:8080
# The C library gives memory back soon instead of keeping some for each thread: 1.4 MB less.
ENV MALLOC_ARENA_MAX=1 \
  MALLOC_TRIM_THRESHOLD_=16384 \
  MALLOC_TOP_PAD_=16384 \
  MALLOC_MMAP_THRESHOLD_=32768

ARG CLUSTERNODE_COMMIT=unknown
LABEL org.opencontainers.image.title="clusternode" \
  org.opencontainers.image.description="Nodes that find each other in a shared registry and watch each other's pulse" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.vendor="clusternode contributors" \
  org.opencontainers.image.version="0.2.0" \
  org.opencontainers.image.revision="${CLUSTERNODE_COMMIT}"

# The node leaves its cluster cleanly.
STOPSIGNAL SIGTERM
# Each check is a process of its own: asked every 30 s it takes a third of what the node takes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/clusternode", "health"]
ENTRYPOINT ["/clusternode"]
CMD ["start"]

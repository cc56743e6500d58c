# An image that renders:
#   docker build -t convexplain .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" convexplain render sliding-window
# What it writes is in the folder where it is run. The first stage builds, the second only runs.
FROM debian:13-slim AS build
COPY . /convexplain
RUN bash /convexplain/scripts/setup.sh \
    && /convexplain/.venv/bin/python -W ignore -m compileall -q /convexplain

FROM debian:13-slim
# hadolint ignore=DL3008  # the system's packages are those of the image's Debian
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcairo2 libpango-1.0-0 libpangocairo-1.0-0 libpangoft2-1.0-0 python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /convexplain /convexplain
# Any user may run it: what it keeps lies where everybody may write.
ENV PATH=/convexplain/.venv/bin:$PATH HOME=/tmp XDG_CACHE_HOME=/tmp/cache LANG=C.UTF-8
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["convexplain"]
CMD ["--help"]

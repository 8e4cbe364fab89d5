# One image for every part: `undersigned serve`, `work`, `migrate` and the rest of the command.
FROM docker.io/library/debian:bookworm-slim

# The libraries that .ci/bootstrap asks the loader for, Python, and the authorities by which mail servers and registers are known.
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /data undersigned \
    && install -d -o undersigned -m 700 /data

WORKDIR /app
COPY requirements.lock ./
RUN python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY webapp webapp
COPY templates templates
COPY static static
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && /venv/bin/python -m compileall -q webapp

ENV PATH=/venv/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 UNDERSIGNED_DATA=/data
USER undersigned
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["undersigned"]
CMD ["serve", "--host", "0.0.0.0"]

# leastwise and nothing that built it. From a checkout:
#
#   docker build -t leastwise .
#   docker run --rm --read-only --user "$(id -u):$(id -g)" -v "$PWD/results:/results" leastwise demo
#
# Every dependency is checked against its hash in requirements/run.lock.

FROM python:3.13-slim AS build
COPY requirements/run.lock /build/run.lock
RUN python -m venv /tools \
 && /tools/bin/pip wheel --no-cache-dir --require-hashes -r /build/run.lock --wheel-dir /wheels \
 && /tools/bin/pip install --no-cache-dir --require-hashes -r /build/run.lock
COPY pyproject.toml README.md LICENSE NOTICE /build/
COPY src /build/src
RUN /tools/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation /build --wheel-dir /wheels \
 && python -m venv --without-pip /app \
 && /tools/bin/pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels leastwise

FROM python:3.13-slim
RUN python -m pip uninstall --yes --root-user-action=ignore pip
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /results
USER 65532:65532
ENTRYPOINT ["leastwise"]
CMD ["--help"]

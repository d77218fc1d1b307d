# Textkin, the service with its command line. Build: docker build -t textkin .   Run: see README.md.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/build && python -m venv /opt/textkin
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN /opt/build/bin/pip install --require-hashes -r requirements-build.lock \
    && /opt/textkin/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml LICENSE README.md ./
COPY client client
COPY service service
RUN /opt/build/bin/python -m hatchling build -t wheel -d /tmp/dist \
    && /opt/textkin/bin/pip install --no-deps /tmp/dist/*.whl \
    && /opt/textkin/bin/python -m compileall -q /opt/textkin

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="textkin" \
      org.opencontainers.image.description="Finds the articles that a text copies, republishes or rewrites" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin textkin \
    && install -d -o textkin -g textkin -m 0750 /data /var/cache/textkin
COPY --from=build /opt/textkin /opt/textkin
# Kernels are compiled for all processors since Haswell and Zen, not for that of the machine that builds the image. Others compile
# them anew, and so does what is not x86: mount a volume at the cache folder, or each new container does so.
ENV PATH=/opt/textkin/bin:$PATH PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/var/cache/textkin \
    NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES="" \
    TEXTKIN_DATA=/data TEXTKIN_LISTEN=0.0.0.0:50051 TEXTKIN_HEALTH_LISTEN=127.0.0.1:50052
USER 10001
RUN textkin-service warm
VOLUME /data
EXPOSE 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["textkin-service", "healthcheck"]
ENTRYPOINT ["textkin-service"]

# Textkin, the service with its command line. Build: docker build -t textkin .   Run: see README.md; more in docs/deployment.md.

# By the digest of the index of all platforms, because a tag moves. Another one: --build-arg PYTHON=IMAGE
ARG PYTHON=python:3.12-slim-bookworm@sha256:34386ef0cb081344d7ec1c103ba398e6e9f64e9ab3a1509accc92a4e24a07258

# The packages of the lock: wheels alone, so that nothing is compiled. A layer of their own, which stays when only Textkin changes.
FROM ${PYTHON} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/build && python -m venv --without-pip /opt/textkin
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN /opt/build/bin/pip install --require-hashes -r requirements-build.lock \
    && /opt/build/bin/pip --python /opt/textkin/bin/python install --no-compile --only-binary :all: --require-hashes \
       -r requirements.lock
# The same files and times at each build. Nothing runs the tests of packages there.
ARG SOURCE_DATE_EPOCH=1767225600
RUN find /opt/textkin/lib -depth -type d -name tests -exec rm -r {} + \
    && /opt/textkin/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/textkin/lib \
    && find /opt/textkin -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM packages AS build
COPY pyproject.toml LICENSE README.md ./
COPY .ci/audit.py .ci/sbom.py .ci/
COPY client client
COPY service service
ARG SOURCE_DATE_EPOCH=1767225600
RUN /opt/build/bin/python -m hatchling build -t wheel -d /src/dist \
    && /opt/build/bin/pip --python /opt/textkin/bin/python install --no-compile --no-deps --no-index --prefix /opt/added \
       /src/dist/*.whl \
    && /opt/textkin/bin/python -m compileall -q --invalidation-mode unchecked-hash -s /opt/added -p /opt/textkin /opt/added/lib \
    && /opt/build/bin/python .ci/sbom.py --packages /opt/textkin/lib/python3*/site-packages /src/sbom.cdx.json \
    && find /opt/added /src/sbom.cdx.json -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} + \
    && cp -a /opt/added/. /opt/textkin/
# Kernels are compiled for all processors since Haswell and Zen, not for that of the machine that builds the image. Others compile
# them anew, and so does what is not x86. What is made besides has sets in it, in the order of their hashes.
ENV NUMBA_CACHE_DIR=/var/cache/textkin NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES=""
RUN PYTHONHASHSEED=0 /opt/textkin/bin/textkin-service warm \
    && find /var/cache/textkin -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM ${PYTHON}
ARG SOURCE_DATE_EPOCH=1767225600
# The base has Python's own modules without their compiled form: each start, and each check of health, would compile those it needs.
# What installs packages goes. A user of another number writes to /data if its group is 0, and reads the kernels in any case.
RUN begun=$(date +%s) \
    && rm -r /usr/local/bin/pip* /usr/local/lib/python3*/ensurepip /usr/local/lib/python3*/site-packages/pip* \
    && python -m compileall -q --invalidation-mode unchecked-hash /usr/local/lib/python3* \
    && echo "textkin:x:10001:10001:Textkin:/nonexistent:/usr/sbin/nologin" >> /etc/passwd \
    && echo "textkin:x:10001:" >> /etc/group \
    && install -d -o 10001 -g 0 -m 0770 /data && install -d -o 10001 -g 0 /var/cache/textkin \
    && find /data /etc/passwd /etc/group /usr/local /var/cache -newermt "@$begun" \
       -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
COPY --from=packages /opt/textkin /opt/textkin
COPY --from=build /opt/added /opt/textkin
COPY --from=build /src/sbom.cdx.json /usr/share/textkin/
COPY --from=build --chown=10001:0 /var/cache/textkin /var/cache/textkin
ENV PATH=/opt/textkin/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/var/cache/textkin NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES="" \
    TEXTKIN_DATA=/data TEXTKIN_LISTEN=0.0.0.0:50051 TEXTKIN_HEALTH_LISTEN=127.0.0.1:50052
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="textkin" \
      org.opencontainers.image.description="Finds the articles that a text copies, republishes or rewrites" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
USER 10001:10001
VOLUME /data
EXPOSE 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 CMD ["textkin-service", "healthcheck"]
ENTRYPOINT ["textkin-service"]

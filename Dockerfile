# cfstream in an image without a shell, a package manager or root:
#
#   make dist && docker build --tag cfstream .
#   docker run --rm --volume "$PWD:/work:ro" --volume "$HOME/.aws:/home/nonroot/.aws:ro" cfstream plan specs/
#
# Both stages have Python 3.11 (Debian 12), so packages installed in the first run in the second.
FROM python:3.11-slim-bookworm AS build
COPY dist/*.whl /dist/
# A read-only file system cannot store bytecode, so compile it here. Unchecked hashes stay valid when copies change times.
RUN python -m pip install --no-cache-dir --disable-pip-version-check --no-compile --target /cfstream /dist/*.whl \
 && python -m compileall -q --invalidation-mode unchecked-hash /cfstream

FROM gcr.io/distroless/python3-debian12:nonroot
LABEL org.opencontainers.image.title="cfstream" \
      org.opencontainers.image.description="Private video on Amazon CloudFront from one YAML file" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /cfstream /cfstream
ENV PYTHONPATH=/cfstream PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
# The user nonroot as a number, because Kubernetes' runAsNonRoot accepts no names.
USER 65532:65532
ENTRYPOINT ["/usr/bin/python3", "-m", "cfstream"]
CMD ["--help"]

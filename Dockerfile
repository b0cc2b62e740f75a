# cfstream in an image without a shell, a package manager or root:
#
#   make dist && docker build --tag cfstream .
#   docker run --rm --volume "$PWD:/work:ro" --volume "$HOME/.aws:/home/nonroot/.aws:ro" cfstream plan specs/
#
# Both stages have Python 3.11 (Debian 12): what is installed in the one runs in the other.
FROM python:3.11-slim-bookworm AS build
COPY dist/*.whl /dist/
# A read-only file system keeps no bytecode: all of it is made here, and holds whatever time the files get when copied.
RUN python -m pip install --no-cache-dir --disable-pip-version-check --no-compile --target /cfstream /dist/*.whl \
 && python -m compileall -q --invalidation-mode unchecked-hash /cfstream

FROM gcr.io/distroless/python3-debian12:nonroot
LABEL org.opencontainers.image.title="cfstream" \
      org.opencontainers.image.description="A private video set-up on Amazon CloudFront as one checked-in YAML file" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /cfstream /cfstream
ENV PYTHONPATH=/cfstream PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
# nonroot, by number: Kubernetes' runAsNonRoot knows no names.
USER 65532:65532
ENTRYPOINT ["/usr/bin/python3", "-m", "cfstream"]
CMD ["--help"]

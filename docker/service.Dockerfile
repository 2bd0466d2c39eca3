# The service: `dialer` and the tools that make prompts. Built from the checkout's root, on the same base as Asterisk.
FROM debian:forky-slim

# Empty on a pulled base image; docker/base-image.sh says what it must be on one that was made here.
ARG APT_OPTIONS=""

# The same number as Asterisk's: it may read the secrets that the service makes for it.
RUN groupadd -g 10101 dialer && useradd -u 10101 -g 10101 -M -d /nonexistent -s /usr/sbin/nologin dialer

RUN apt-get update -qq $APT_OPTIONS \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        ca-certificates espeak-ng libsox-fmt-base libsox-fmt-mp3 python3 python3-venv sox \
    && rm -rf /var/lib/apt/lists/*

COPY constraints.txt pyproject.toml README.md /src/
COPY dialer /src/dialer
COPY dialplans /src/dialplans
COPY docker /src/docker
# docker/certificates is empty unless the network needs a CA of its own.
RUN find /src/docker/certificates -name '*.crt' -exec cp {} /usr/local/share/ca-certificates/ \; \
    && update-ca-certificates >/dev/null \
    && python3 -m venv /opt/dialer \
    && PIP_CERT=/etc/ssl/certs/ca-certificates.crt /opt/dialer/bin/pip install --quiet --no-cache-dir --disable-pip-version-check -c /src/constraints.txt /src \
    && rm -rf /src

# Named volumes take over who owns these folders.
RUN install -d -m 0700 -o dialer -g dialer \
        /home-of-dialer /home-of-dialer/pbx /home-of-dialer/pbx/pbx1 /home-of-dialer/pbx/pbx1/etc \
    && install -d -m 0755 -o dialer -g dialer /home-of-dialer/prompts /home-of-dialer/heard

USER dialer
ENV PATH=/opt/dialer/bin:$PATH DIALER_HOME=/home-of-dialer
ENTRYPOINT ["dialer"]

# The service: `dialer` and the tools that make prompts. Built from the checkout's root, on the same base as Asterisk.
FROM debian:forky-slim

# The same number as Asterisk's: it may read the secrets that the service makes for it.
RUN groupadd -g 10101 dialer && useradd -u 10101 -g 10101 -M -d /nonexistent -s /usr/sbin/nologin dialer

RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        ca-certificates espeak-ng libsox-fmt-base libsox-fmt-mp3 python3 python3-venv sox \
    && rm -rf /var/lib/apt/lists/*

# docker/certificates is empty unless the network needs a CA of its own.
COPY docker/certificates /usr/local/share/ca-certificates/
RUN update-ca-certificates >/dev/null && python3 -m venv /opt/dialer
ENV PATH=/opt/dialer/bin:$PATH PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1

# What it depends on comes first: a change of the program then fetches none of it anew.
COPY constraints.txt pyproject.toml /src/
RUN python -c 'import tomllib; told = tomllib.load(open("/src/pyproject.toml", "rb")); print(*told["build-system"]["requires"], *told["project"]["dependencies"], sep="\n")' >/src/needed.txt \
    && pip install --quiet --no-cache-dir -c /src/constraints.txt -r /src/needed.txt

COPY README.md /src/
COPY dialer /src/dialer
COPY dialplans /src/dialplans
COPY docker /src/docker
RUN pip install --quiet --no-cache-dir --no-deps --no-build-isolation /src

# Named volumes take over who owns these folders.
RUN install -d -m 0700 -o dialer -g dialer \
        /home-of-dialer /home-of-dialer/pbx /home-of-dialer/pbx/pbx1 /home-of-dialer/pbx/pbx1/etc \
    && install -d -m 0755 -o dialer -g dialer /home-of-dialer/prompts /home-of-dialer/heard

USER dialer
ENV DIALER_HOME=/home-of-dialer
ENTRYPOINT ["dialer"]

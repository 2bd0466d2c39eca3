# Asterisk 22 LTS from Debian's own packages, and nothing of its sample configuration.
# The configuration, the dialplan and the prompts are mounted read-only when the container starts; the image holds no secret.
FROM debian:forky-slim

# A number of its own, above the system's range: files that only Asterisk may read are given to it from outside.
RUN groupadd -g 10101 dialer && useradd -u 10101 -g 10101 -M -d /nonexistent -s /usr/sbin/nologin dialer

RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends asterisk asterisk-modules \
    && rm -rf /var/lib/apt/lists/* /etc/asterisk/*

# What is not in the image cannot be loaded: no module here starts programs or opens a port besides SIP, RTP and AMI.
COPY asterisk/modules.list asterisk/start.sh asterisk/key-down.pl /usr/share/dialer/
RUN cd "$(dirname "$(find /usr/lib -path '*asterisk/modules/chan_pjsip.so')")" \
    && for module in *.so; do grep -qx "$module" /usr/share/dialer/modules.list || rm "$module"; done \
    && test "$(grep -c '\.so$' /usr/share/dialer/modules.list)" -eq "$(ls | wc -l)" \
    && install -d -o dialer -g dialer /var/lib/asterisk/astdb /var/lib/dialer/prompts /var/lib/dialer/probes /run/asterisk

USER dialer
ENTRYPOINT ["/usr/share/dialer/start.sh"]

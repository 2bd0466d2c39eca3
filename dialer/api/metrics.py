"""Figures for Prometheus. No number, name or id is ever a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dialer.services.system_state import SystemState

MEDIA_TYPE = "text/plain; version=0.0.4"


class HttpMetrics:
    """One registry an application, so that several can live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "dialer_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dialer_http_request_seconds", "Time to the answer.", ("method", "route"), registry=self._registry
        )
        self._calls = Gauge("dialer_calls_alive", "Calls alive.", registry=self._registry)
        self._halted = Gauge("dialer_halted", "1 while halted.", registry=self._registry)
        self._clock = Gauge("dialer_clock_trusted", "0 after the clock stepped.", registry=self._registry)
        self._pbxs = Gauge(
            "dialer_pbx_ready", "1 while the PBX takes calls.", ("pbx",), registry=self._registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def page(self, state: SystemState) -> bytes:
        """The text format of Prometheus, with `state` as it is now."""
        self._calls.set(state.calls)
        self._halted.set(state.halt.halted)
        self._clock.set(state.clock_trusted)
        for name, ready in state.pbxs.items():
            self._pbxs.labels(name).set(ready)
        return generate_latest(self._registry)

"""The meter of Prometheus."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds, for what should take milliseconds."""


@dataclass(frozen=True, slots=True)
class CountedElsewhere(Collector):
    """A counter that is read on demand."""

    name: str
    what: str
    count: Callable[[], int]

    def collect(self) -> Iterable[CounterMetricFamily]:
        yield CounterMetricFamily(self.name, self.what, value=self.count())


class PrometheusMeter:
    """Implementation of `dialer.ports.meter.Meter`.

    Its registry is its own, so that several can live in one process. `lost_lines` counts lines of
    the log that could not be written so far.
    """

    def __init__(self, lost_lines: Callable[[], int] = lambda: 0) -> None:
        self._registry = CollectorRegistry()
        lost = CountedElsewhere("dialer_log_lines_lost", "Lines the log could not take.", lost_lines)
        self._registry.register(lost)
        self._permits = self._counter("dialer_permits", "Decisions to call.")
        self._refusals = self._counter("dialer_refusals", "Decisions not to call, by each code.", "code")
        self._invites = self._counter("dialer_invites", "INVITEs sent.", "trunk")
        self._attempts = self._counter("dialer_attempts", "Attempts that are over.", "result")
        self._originate = self._timer("dialer_originate_seconds", "From Originate to the PBX's answer.")
        self._lag = self._timer("dialer_event_lag_seconds", "From an event at the PBX to its commit.")
        self._opposition = self._timer(
            "dialer_opposition_seconds", "From key 9 to the committed suppression."
        )
        self._waited = self._timer("dialer_answer_to_sound_seconds", "What callees waited for a sound.")
        self._depths = self._gauge("dialer_queue_depth", "What waits in this process.", "queue")
        self._requests = self._counter(
            "dialer_http_requests", "Requests answered.", "method", "route", "status"
        )
        self._seconds = self._timer("dialer_http_request_seconds", "Time to the answer.", "method", "route")
        self._database = self._gauge("dialer_database_up", "0 while the database is away.")
        self._calls = self._gauge("dialer_calls_alive", "Calls alive.")
        self._halted = self._gauge("dialer_halted", "1 while halted.")
        self._clock = self._gauge(
            "dialer_clock_trusted", "0 after the clock stepped, or while it may be wrong."
        )
        self._ledger = self._gauge(
            "dialer_ledger_writable", "0 while nothing can be sealed: nobody is called."
        )
        self._head_age = self._gauge("dialer_ledger_head_age_seconds", "Since the last signed head.")
        self._kept = self._gauge(
            "dialer_retention_last_success_timestamp_seconds", "When personal data was last erased in time."
        )
        self._overdue = self._gauge("dialer_retention_overdue_lists", "Lists that should be gone.")
        self._free = self._gauge("dialer_disk_free_bytes", "Room on the disk of the home.")
        self._held = self._timer("dialer_event_loop_lag_seconds", "How long the event loop was held.")
        self._held_longest = self._gauge(
            "dialer_event_loop_lag_max_seconds", "The longest hold in the last minute."
        )
        self._jobs = self._gauge(
            "dialer_side_job_failing", "1 while it dies and is started again; calls go on.", "job"
        )
        self._deaths = self._counter("dialer_side_job_failures", "How often it died.", "job")
        self._pbxs = self._gauge("dialer_pbx_ready", "1 while the PBX takes calls.", "pbx")

    def decided(self, *, permits: int, refusals: Iterable[Iterable[str]]) -> None:
        self._permits.inc(permits)
        for codes in refusals:
            for code in codes:
                self._refusals.labels(code).inc()

    def dialled(self, trunk: str) -> None:
        self._invites.labels(trunk).inc()

    def ended(self, result: str) -> None:
        self._attempts.labels(result).inc()

    def originated(self, seconds: float) -> None:
        self._originate.observe(seconds)

    def heard(self, lag_s: float) -> None:
        self._lag.observe(lag_s)

    def opposed(self, seconds: float) -> None:
        self._opposition.observe(seconds)

    def waited(self, seconds: float) -> None:
        self._waited.observe(seconds)

    def depth(self, queue: str, items: int) -> None:
        self._depths.labels(queue).set(items)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def database(self, *, up: bool) -> None:
        self._database.set(up)

    def loop_lag(self, lag_s: float, longest_s: float) -> None:
        self._held.observe(lag_s)
        self._held_longest.set(longest_s)

    def side_job(self, job: str, *, failing: bool) -> None:
        self._jobs.labels(job).set(failing)
        self._deaths.labels(job).inc(failing)

    def machine(self, *, calls: int, halted: bool, clock_trusted: bool, pbxs: Mapping[str, bool]) -> None:
        self._calls.set(calls)
        self._halted.set(halted)
        self._clock.set(clock_trusted)
        for name, ready in pbxs.items():
            self._pbxs.labels(name).set(ready)

    def upkeep(
        self,
        *,
        ledger_writable: bool,
        head_age_s: float | None,
        retention_at: datetime | None,
        retention_overdue: int | None,
        free_bytes: int,
    ) -> None:
        self._ledger.set(ledger_writable)
        self._head_age.set(math.nan if head_age_s is None else head_age_s)
        self._kept.set(math.nan if retention_at is None else retention_at.timestamp())
        self._overdue.set(math.nan if retention_overdue is None else retention_overdue)
        self._free.set(free_bytes)

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, registry=self._registry)

    def _timer(self, name: str, what: str, *labels: str) -> Histogram:
        return Histogram(name, what, labels, registry=self._registry, buckets=QUICK)

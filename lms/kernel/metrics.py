"""Counters of requests for Prometheus, added up over the processes of one server; never personal."""

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from flask import Flask, Response, g, request

from lms.kernel.hooks import Hook
from lms.kernel.logs import UNRECORDED


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure as it is now: its name, what it means, its value, and labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


gauges: Hook[Callable[[], Iterable[Gauge]]] = Hook()
"""Returns figures that every machine reads from the database; filled in ``lms/app.py``."""


def set_up_metrics(app: Flask, *, enabled: bool) -> None:
    """Counts requests by route pattern, method and status, where Prometheus may read them."""
    if not enabled:
        return
    # Each process counts in a file of its own, which ends with the program. The library looks at the variable once,
    # when it is imported, and is imported only where it is needed.
    folder = tempfile.TemporaryDirectory(prefix="every-sector-metrics-", ignore_cleanup_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
    library = import_module("prometheus_client")
    registry = library.CollectorRegistry()
    labels = ("method", "route", "status")
    answered = library.Counter(
        "every_sector_requests", "Requests by route pattern and status.", labels, registry=registry
    )
    took = library.Counter(
        "every_sector_request_seconds", "Seconds that requests took.", ("method", "route"), registry=registry
    )
    app.extensions["metrics_folder"] = folder

    @app.after_request
    def count(response: Response) -> Response:
        # The pattern, never the path, which may contain a serial; and only methods that routes can have.
        rule = request.url_rule
        route, method = (rule.rule, request.method) if rule else ("(none)", "(any)")
        if route == UNRECORDED:
            return response
        answered.labels(method, route, str(response.status_code)).inc()
        if began := g.get("request_began"):
            took.labels(method, route).inc(max(time.perf_counter() - began, 0))
        return response


def render_metrics(app: Flask, found: Iterable[Gauge]) -> tuple[str, str]:
    """Returns the text for Prometheus, and its media type."""
    library = import_module("prometheus_client")
    family = import_module("prometheus_client.core").GaugeMetricFamily
    families: dict[str, Any] = {}
    for each in found:
        labels = [name for name, _ in each.labels]
        new = family(f"every_sector_{each.name}", each.help, labels=labels)
        families.setdefault(each.name, new).add_metric([value for _, value in each.labels], each.value)

    class Gauges:
        def collect(self) -> Iterable[Any]:
            return families.values()

    registry = library.CollectorRegistry()
    shared = import_module("prometheus_client.multiprocess")
    shared.MultiProcessCollector(registry, app.extensions["metrics_folder"].name)
    registry.register(Gauges())
    return library.generate_latest(registry).decode(), library.CONTENT_TYPE_LATEST

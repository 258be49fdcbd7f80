"""CloudWatch's question about metrics, as it is sent: the days before now, and a query for each metric."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any


def metric_data(params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The parameters of GetMetricData for whole hours before now.

    Args:
        params: `Namespace`, `Days`, and `Metrics`, each `NAME STATISTIC PERIOD DIMENSION=VALUE...`. A request tells no
            time, so that a reading that is judged again asks the same.
        now: When it is sent.
    """
    end = now.replace(minute=0, second=0, microsecond=0)
    return {
        "StartTime": end - timedelta(days=params["Days"]),
        "EndTime": end,
        "ScanBy": "TimestampAscending",
        "MetricDataQueries": [
            {"Id": f"m{position}", "MetricStat": _statistic(params["Namespace"], metric), "ReturnData": True}
            for position, metric in enumerate(params["Metrics"])
        ],
    }


def _statistic(namespace: str, metric: str) -> dict[str, Any]:
    name, statistic, period, *dimensions = metric.split(" ")
    pairs = (dimension.partition("=") for dimension in dimensions)
    return {
        "Metric": {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": dimension, "Value": value} for dimension, _, value in pairs],
        },
        "Period": int(period),
        "Stat": statistic,
    }

"""A picture of the dashboard: the body of `template.yaml`, with what the functions measured in a local run.

The stand-in for AWS shows no dashboard. So the widgets are drawn from the same JSON that is deployed. Our own
metrics are read from the functions' logs, and so are durations and memory, which are in the report of
each invocation. What only AWS publishes stays empty, and the widget says so.
"""

import itertools
import json
import math
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import template
import tools

IMAGES = Path(__file__).parents[2] / "docs" / "images"
# Seconds of a point in the picture: a run takes a few minutes.
PERIOD = 5
# Of CloudWatch's 24 columns, and of its rows.
COLUMN, ROW = 50, 40
# The width of a letter of a label, about.
LETTER = 5.6
REPORT = re.compile(r"^REPORT RequestId: .*?\bDuration: ([\d.]+) ms.*?\bMax Memory Used: (\d+) MB", re.MULTILINE)


@dataclass(frozen=True)
class Colours:
    """The colours of a picture."""

    page: str
    panel: str
    edge: str
    text: str
    muted: str
    lines: tuple[str, ...]


THEMES = {
    "light": Colours("#ffffff", "#f6f8fa", "#d1d9e0", "#1f2328", "#59636e", ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#cf222e", "#9a6700", "#0e7490", "#bf3989", "#57606a")),
    "dark": Colours("#0d1117", "#151b23", "#3d444d", "#f0f6fc", "#9198a1", ("#4493f8", "#f0883e", "#3fb950", "#ab7df8", "#f85149", "#d29922", "#39c5cf", "#db61a2", "#8b949e")),
}

# The values of a metric, by its name and the resource that it is about; none for our own metrics.
Series = dict[tuple[str, str | None], list[tuple[float, float]]]


def draw(logs: Path) -> list[Path]:
    """Draws the dashboard by the logs of a run, in each theme."""
    widgets = _widgets()
    series = measured({name: (logs / f"{name}.log").read_text(errors="replace") for name in template.functions()})
    files = []
    for theme, colours in THEMES.items():
        file = IMAGES / f"dashboard-{theme}.svg"
        file.write_text(picture(widgets, series, colours))
        files.append(file)
    return files


def _widgets() -> list[dict[str, Any]]:
    command = [str(tools.sam() / "python"), "-B", str(template.READER), str(template.PATH)]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    defaults = {name: given.get("Default", "") for name, given in document["Parameters"].items()}
    return widgets(document["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"], defaults)


def widgets(body: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The widgets of a body; a parameter has its default, and a resource its name."""
    return json.loads(re.sub(r"\$\{([\w:.]+)\}", lambda found: str(parameters.get(found[1], found[1])), body))["widgets"]


def measured(logs: dict[str, str]) -> Series:
    """The values in the logs of the functions."""
    series: Series = {}
    for name, log in logs.items():
        resource, last = f"{name.title()}Function", 0.0
        for line in log.splitlines():
            if found := REPORT.match(line):
                for metric, value in zip(("Duration", "Memory"), found.groups(), strict=True):
                    # The stand-in reports no memory.
                    if float(value):
                        series.setdefault((metric, resource), []).append((last, float(value)))
                continue
            if not line.startswith("{"):
                continue
            written = json.loads(line)
            last = datetime.fromisoformat(written["timestamp"]).timestamp()
            for metric in (metric["Name"] for of in written.get("_aws", {}).get("CloudWatchMetrics", []) for metric in of["Metrics"]):
                series.setdefault((metric, None), []).append((last, float(written[metric])))
    # A report of an invocation that wrote nothing before it.
    return {key: [(at, value) for at, value in points if at] for key, points in series.items()}


def picture(widgets: list[dict[str, Any]], series: Series, colours: Colours) -> str:
    """The dashboard as SVG."""
    instants = [at for points in series.values() for at, _ in points]
    first, last = (min(instants), max(instants)) if instants else (0.0, 0.0)
    count = max(2, math.ceil((last - first + 1) / PERIOD))
    width, height = 24 * COLUMN, max(widget["y"] + widget["height"] for widget in widgets) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" font-family="-apple-system, \'Segoe UI\', Helvetica, Arial, sans-serif">',
        f"<title>The dashboard, with {round(last - first)} seconds of the demonstration, in periods of {PERIOD} seconds</title>",
        f'<rect width="{width}" height="{height}" fill="{colours.page}"/>',
    ]
    for widget in widgets:
        parts += _widget(widget, _lines(widget, series, first, count), colours)
    return "\n".join([*parts, "</svg>\n"])


@dataclass(frozen=True)
class Line:
    """What one metric of a widget is drawn as."""

    label: str
    values: list[float | None]
    is_right: bool
    # Periods without a value count as zero: of a sum, but not of a maximum.
    is_sum: bool


def _lines(widget: dict[str, Any], series: Series, first: float, count: int) -> list[Line]:
    properties = widget["properties"]
    if widget["type"] == "log":
        memory = {of: points for (metric, of), points in series.items() if metric == "Memory"}
        return [Line(str(of).removesuffix("Function").lower(), _periods(points, "Maximum", first, count), False, False) for of, points in memory.items()]
    found = []
    for metric in properties["metrics"]:
        _, name, *dimension, options = metric
        points = series.get((name, dimension[1] if dimension else None), [])
        is_right = options.get("yAxis") == "right"
        statistic = properties["stat"]
        found.append(Line(options["label"], _periods(points, statistic, first, count), is_right, statistic == "Sum"))
    return found


def _periods(points: list[tuple[float, float]], statistic: str, first: float, count: int) -> list[float | None]:
    by_period: list[list[float]] = [[] for _ in range(count)]
    for at, value in points:
        by_period[min(count - 1, int((at - first) / PERIOD))].append(value)
    put_together = sum if statistic == "Sum" else max
    return [put_together(values) if values else None for values in by_period]


def _widget(widget: dict[str, Any], lines: list[Line], colours: Colours) -> Iterator[str]:
    x, y = widget["x"] * COLUMN + 6, widget["y"] * ROW + 6
    width, height = widget["width"] * COLUMN - 12, widget["height"] * ROW - 12
    properties = widget["properties"]
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{colours.panel}" stroke="{colours.edge}"/>'
    yield _text(x + 12, y + 20, properties["title"], colours.text, 13, "600")
    drawn = [line for line in lines if any(line.values)]
    if not lines or all(value is None for line in lines for value in line.values):
        yield _text(x + width / 2, y + height / 2, "nothing measured in a local run", colours.muted, 12, anchor="middle")
        return
    legend = _legend([line.label for line in lines], width - 24)
    rows = 1 + max(row for _, row in legend)
    left, right, top, bottom = x + 44, x + width - (40 if any(line.is_right for line in lines) else 14), y + 34, y + height - 12 - 14 * rows
    for is_right, edge in ((False, left), (True, right)):
        most = _most([line for line in lines if line.is_right == is_right], properties.get("stacked", False) and not is_right)
        if most is None:
            continue
        if not is_right:
            # The limits are of a minute.
            limits = [of["value"] * PERIOD / 60 for of in properties.get("annotations", {}).get("horizontal", [])]
            most = max([most, *limits])
            for limit in limits:
                level = bottom - (bottom - top) * limit / most
                yield f'<line x1="{left}" x2="{right}" y1="{level:.1f}" y2="{level:.1f}" stroke="{colours.muted}" stroke-dasharray="4 3"/>'
            for step in range(3):
                level = bottom - (bottom - top) * step / 2
                yield f'<line x1="{left}" x2="{right}" y1="{level:.1f}" y2="{level:.1f}" stroke="{colours.edge}" stroke-width="0.7"/>'
        for step in (0, 2):
            level = bottom - (bottom - top) * step / 2
            yield _text(edge + (4 if is_right else -4), level + 4, _number(most * step / 2), colours.muted, 10, anchor="start" if is_right else "end")
        below = [0.0] * len(lines[0].values)
        for number, line in enumerate(lines):
            if line.is_right != is_right or line not in drawn:
                continue
            values = [0.0 if value is None and line.is_sum else value for value in line.values]
            if properties.get("stacked") and not is_right:
                values = below = [(value or 0.0) + under for value, under in zip(values, below, strict=True)]
            yield from _path(values, (left, right, top, bottom), most, colours.lines[number % len(colours.lines)])
    for number, (line, (indent, row)) in enumerate(zip(lines, legend, strict=True)):
        at_x, at_y = x + 12 + indent, bottom + 20 + 14 * row
        is_drawn = line in drawn
        yield f'<rect x="{at_x:.1f}" y="{at_y - 8:.1f}" width="9" height="9" rx="2" fill="{colours.lines[number % len(colours.lines)]}" opacity="{1 if is_drawn else 0.35}"/>'
        yield _text(at_x + 13, at_y, line.label, colours.text if is_drawn else colours.muted, 10)


def _most(lines: list[Line], stacked: bool) -> float | None:
    if not lines:
        return None
    periods = zip(*(line.values for line in lines), strict=True)
    put_together = sum if stacked else max
    return max(1.0, *(put_together(value or 0.0 for value in values) for values in periods))


def _path(values: list[float | None], box: tuple[float, float, float, float], most: float, colour: str) -> Iterator[str]:
    """A line through the values, with a gap where there is none; a dot for a value that has no neighbour."""
    left, right, top, bottom = box
    step = (right - left) / max(1, len(values) - 1)
    for has_value, periods in itertools.groupby(enumerate(values), key=lambda period: period[1] is not None):
        points = [(left + number * step, bottom - (value or 0.0) / most * (bottom - top)) for number, value in periods]
        if has_value and len(points) == 1:
            yield f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2.4" fill="{colour}"/>'
        elif has_value:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round"/>'


def _legend(labels: list[str], width: float) -> list[tuple[float, int]]:
    """Where each label begins, and in which row, so that none is cut off."""
    places, indent, row = [], 0.0, 0
    for label in labels:
        needed = 13 + LETTER * len(label) + 14
        if indent and indent + needed > width:
            indent, row = 0.0, row + 1
        places.append((indent, row))
        indent += needed
    return places


def _text(x: float, y: float, text: str, colour: str, size: int, weight: str = "400", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"

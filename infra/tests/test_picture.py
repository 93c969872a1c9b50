"""The picture of the dashboard."""

import json
import unittest
import xml.etree.ElementTree

import paths  # noqa: F401
import picture


def line(second: int, **values: int) -> str:
    metrics = [{"Name": name, "Unit": "Count"} for name in values]
    return json.dumps({"timestamp": f"2026-11-27T10:00:{second:02}Z", "_aws": {"CloudWatchMetrics": [{"Metrics": metrics}]}, **values})


LOG = "\n".join(
    [
        "START RequestId: 1 Version: $LATEST",
        line(0, syncs=1, late=2),
        line(1, syncs=2),
        json.dumps({"timestamp": "2026-11-27T10:00:02Z", "message": "synced"}),
        "REPORT RequestId: 1\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 256 MB\tMax Memory Used: 40 MB",
        line(11, syncs=4),
    ]
)
BODY = """{"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 8, "height": 6, "properties": {"title": "Syncs & more", "stat": "Sum", "stacked": true,
  "metrics": [["${AWS::StackName}", "syncs", {"label": "syncs"}], ["AWS/Lambda", "Duration", "FunctionName", "${SyncFunction}", {"label": "took", "yAxis": "right"}]],
  "annotations": {"horizontal": [{"label": "limit", "value": ${Limit}}]}}}]}"""


class Picture(unittest.TestCase):
    """Drawn from the body of a dashboard and from logs."""

    def test_values_are_read_from_metrics_and_reports(self) -> None:
        series = picture.measured({"sync": LOG})
        values = {key: [value for _, value in points] for key, points in series.items()}
        self.assertEqual(values, {("syncs", None): [1, 2, 4], ("late", None): [2], ("Duration", "SyncFunction"): [12.5], ("Memory", "SyncFunction"): [40]})

    def test_a_body_has_the_values_of_parameters_and_the_names_of_resources(self) -> None:
        (widget,) = picture.widgets(BODY, {"Limit": 60})
        self.assertEqual(widget["properties"]["annotations"]["horizontal"][0]["value"], 60)
        self.assertEqual(widget["properties"]["metrics"][1][3], "SyncFunction")

    def test_each_theme_is_a_picture_with_the_labels(self) -> None:
        widgets = picture.widgets(BODY, {"Limit": 60})
        for colours in picture.THEMES.values():
            drawn = picture.picture(widgets, picture.measured({"sync": LOG}), colours)
            texts = [element.text for element in xml.etree.ElementTree.fromstring(drawn).iter() if element.tag.endswith("text")]
            self.assertLessEqual({"Syncs & more", "syncs", "took"}, set(texts))
            self.assertEqual(drawn.count("<polyline"), 2)
            self.assertEqual(drawn.count("stroke-dasharray"), 1, "the limit")

    def test_values_of_a_period_are_put_together_by_the_statistic(self) -> None:
        points = [(0.0, 1.0), (1.0, 2.0), (11.0, 4.0)]
        self.assertEqual(picture._periods(points, "Sum", 0.0, 3), [3.0, None, 4.0])
        self.assertEqual(picture._periods(points, "Maximum", 0.0, 3), [2.0, None, 4.0])

    def test_only_a_sum_is_zero_where_nothing_was_measured(self) -> None:
        for statistic, lines, dots in (("Sum", 2, 0), ("Maximum", 0, 3)):
            widgets = picture.widgets(BODY.replace('"Sum", "stacked": true', f'"{statistic}"'), {"Limit": 60})
            drawn = picture.picture(widgets, picture.measured({"sync": LOG}), picture.THEMES["light"])
            self.assertEqual((drawn.count("<polyline"), drawn.count("<circle")), (lines, dots), statistic)

    def test_a_long_label_is_not_cut_off(self) -> None:
        long = "decisions changed without a webhook"
        self.assertEqual([row for _, row in picture._legend(["syncs", long, long], 300)], [0, 0, 1])
        self.assertEqual(picture._legend([long * 3], 250), [(0.0, 0)])

    def test_without_values_a_widget_says_so(self) -> None:
        drawn = picture.picture(picture.widgets(BODY, {"Limit": 60}), {}, picture.THEMES["light"])
        self.assertIn("nothing measured", drawn)


if __name__ == "__main__":
    unittest.main()

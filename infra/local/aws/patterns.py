"""Filter patterns of event source mappings, as far as ours use them: literals and `exists`."""

import json
from typing import Any


def matches(record: Any, pattern: str) -> bool:
    """Whether a record passes a pattern, written as JSON."""
    return _matches(record, json.loads(pattern))


def _matches(record: Any, pattern: dict) -> bool:
    for key, wanted in pattern.items():
        present = isinstance(record, dict) and key in record
        value = record[key] if present else None
        if isinstance(wanted, dict):
            if not present or not _matches(value, wanted):
                return False
        elif not any(_allows(choice, present, value) for choice in wanted):
            return False
    return True


def _allows(choice: Any, present: bool, value: Any) -> bool:
    if not isinstance(choice, dict):
        return present and value == choice
    if set(choice) != {"exists"}:
        raise ValueError(f"event_sources.py does not know the filter {choice}")
    return present == choice["exists"]

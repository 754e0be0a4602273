"""The trail as CSV, in batches: UTF-8 with a byte order mark, and no cell that a spreadsheet would run."""

import json
from collections.abc import Iterable, Iterator

from lms.audit.queries import LinkedEntry
from lms.audit.rules import ChainLink, TrailEntry, format_timestamp
from lms.kernel.tabular import Cell, csv_chunks

HEAD = (
    "entry", "at", "account", "action", "subject", "subject_number", "organisation", "reason", "detail",
    "link", "linked_at", "previous", "digest",
)  # fmt: skip


def csv_lines(entries: Iterable[LinkedEntry]) -> Iterator[str]:
    """Yields the table as text, some rows at a time; accounts are ids here and never names."""
    return csv_chunks(HEAD, (_cells(entry, link) for entry, link in entries))


def _cells(entry: TrailEntry, link: ChainLink | None) -> list[Cell]:
    return [
        entry.number, format_timestamp(entry.at), entry.account, entry.action,
        entry.subject, entry.subject_number, entry.organisation, entry.reason,
        json.dumps(entry.detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        *((link.number, format_timestamp(link.at), link.previous, link.digest) if link else ("", "", "", "")),
    ]  # fmt: skip

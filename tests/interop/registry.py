"""The rows of the matrix, as the files of rows register them."""
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class Skip(Exception):
    """Raised in a row: not a failure of ours, and why."""


@dataclass
class Row:
    run: Callable[[Path], None]  # of the program ike_peer
    quick: bool  # in the quick run too
    missing: Callable[[], str | None]  # why its peer cannot run here


ROWS: dict[str, Row] = {}  # by name, which begins with the peer's


def register(name: str, row: Row) -> None:
    assert name not in ROWS, f"two rows are named '{name}'"
    ROWS[name] = row

"""The table of a run, beside the run that is committed; every number as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
# The run that later ones are compared with: copy a new one here and commit it.
COMMITTED = RESULTS / "committed.json"
# From here on a change is more than the noise of a shared machine.
NOTABLE = 0.15


@dataclass
class Line:
    """Medians of a row. `share` is that of the floor (behind nginx of the file), each round by
    itself; `cpu_ms` what the workers took of the processor for a request."""

    row: str
    database: str
    target: float
    is_time: bool
    per_second: float
    share: float
    cpu_ms: float
    compared_cpu_ms: float
    median_ms: float
    p95_ms: float
    bytes: int
    queries: int | None

    @property
    def share_by_cpu(self) -> float:
        """The share that is left when somebody else uses the machine too: of processor time."""
        return self.compared_cpu_ms / self.cpu_ms if self.cpu_ms else 0.0

    @property
    def is_reached(self) -> bool:
        return self.median_ms < self.target if self.is_time else self.share >= self.target

    @property
    def key(self) -> tuple[str, str]:
        return self.database, self.row


def finish(
    lines: list[Line], memory: dict[str, float], left_out: list[str], how: dict[str, float]
) -> None:
    """Print the table and write the file."""
    before = _committed()
    for database in dict.fromkeys(line.database for line in lines):
        print(f"\n{database}\n{HEAD}")
        for line in lines:
            if line.database == database:
                print(_text(line, before.get(line.key)))
    print("\nResident memory of the largest worker, MB: ", end="")
    print(", ".join(f"{name} {size:.0f}" for name, size in memory.items()))
    print(f"Left out: {', '.join(left_out) or 'nothing'}.")
    path = _write(lines, memory, left_out, how)
    print(f"Written to {path.relative_to(RESULTS.parent.parent)}.")


HEAD = (
    f"{'':<22}{'per second':>11}{'of floor':>10}{'by CPU':>8}{'target':>8}{'':>4}{'CPU ms':>9}"
    f"{'floor':>8}{'median ms':>11}{'bytes':>9}{'queries':>9}   CPU against committed"
)


def _text(line: Line, before: dict | None) -> str:
    target = f"{line.target:.0f} ms" if line.is_time else f"{line.target:.2f}"
    queries = "" if line.queries is None else line.queries
    return (
        f"{line.row:<22}{line.per_second:>11.0f}{line.share:>10.3f}{line.share_by_cpu:>8.3f}{target:>8}"
        f"{'yes' if line.is_reached else 'NO':>4}{line.cpu_ms:>9.2f}{line.compared_cpu_ms:>8.2f}"
        f"{line.median_ms:>11.1f}{line.bytes:>9}{queries:>9}   {_change(line, before)}"
    )


def _change(line: Line, before: dict | None) -> str:
    """Say how much dearer a request became, measured in requests of the floor: machines differ."""
    if not before or not line.compared_cpu_ms or not before["cpu_ms"]:
        return ""
    then = before["cpu_ms"] / before["compared_cpu_ms"] if before["compared_cpu_ms"] else 0
    if not then:
        return ""
    change = line.cpu_ms / line.compared_cpu_ms / then - 1
    return f"{change:+.0%}{' SLOWER' if change > NOTABLE else ''}"


def _committed() -> dict[tuple[str, str], dict]:
    if not COMMITTED.exists():
        return {}
    rows = json.loads(COMMITTED.read_text(encoding="utf-8"))["lines"]
    return {(row["database"], row["row"]): row for row in rows}


def _write(
    lines: list[Line], memory: dict[str, float], left_out: list[str], how: dict[str, float]
) -> Path:
    now = datetime.now(UTC)
    result = {
        "time": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **how,
        "left_out": left_out,
        "memory_mb": {name: round(size, 1) for name, size in memory.items()},
        "lines": [
            {
                name: round(value, 4) if isinstance(value, float) else value
                for name, value in asdict(line).items()
            }
            for line in lines
        ],
    }
    path = RESULTS / f"{now:%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return path

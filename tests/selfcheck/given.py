"""The courses of examples/, as somebody else's are given: with ``--course``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [ROOT / "examples" / name for name in ("settings", "sums")]

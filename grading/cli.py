"""The command ``kubegrade``."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="kubegrade",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade manifests of the Kubernetes course on a real k3d cluster.",
)


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="The folder of manifests to grade.")],
    report_dir: Annotated[Path, typer.Option(help="The folder for the report.")] = Path("report"),
    marker: Annotated[str, typer.Option("-m", help="What to grade: chapter11, s11_9, ...")] = "chapter11",
    keep_cluster: Annotated[bool, typer.Option(help="Leave the cluster for the next run.")] = False,
) -> None:
    """Grade one submission and write its report; the exit status is pytest's, see docs/exit-status.md."""
    import pytest  # Takes a third of a second, which the other commands need not spend.

    root = Path(__file__).resolve().parent.parent
    arguments = [
        "-m",
        marker,
        "--submission",
        str(submission.absolute()),
        "--report-dir",
        str(report_dir.absolute()),
        "--rootdir",
        str(root),
        "-c",
        str(root / "pyproject.toml"),
        str(root / "tests"),
        "-q",
    ]
    raise typer.Exit(int(pytest.main([*arguments, *(["--keep-cluster"] if keep_cluster else [])])))


def main() -> None:
    """Run the command, with what other packages add to it."""
    for entry in entry_points(group="kubegrade.commands"):
        app.command(entry.name)(entry.load())
    app(prog_name="kubegrade")


if __name__ == "__main__":
    main()

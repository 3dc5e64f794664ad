"""A Job that adds the numbers from 1 to 10, and what it prints."""

from grading.api import Context, CriterionFailure, Evidence, scenario

RESULT = "55"


class SumEvidence(Evidence):
    """The logs of the Pods that completed the Job; None if it did not complete."""

    logs: list[str] | None = None


def play(context: Context, evidence: SumEvidence) -> None:
    """Run the Job, and read the logs of the Pods that completed it."""
    job = context.apply("sum-job.yaml", "Job")["metadata"]["name"]
    context.wait_complete("sum-job.yaml", job)
    pods = context.items("Pod", {"batch.kubernetes.io/job-name": job})
    done = [pod["metadata"]["name"] for pod in pods if pod["status"]["phase"] == "Succeeded"]
    evidence.logs = [context.log(pod) for pod in done]
    context.tell(f"Read the logs of Job {job}", "\n".join(evidence.logs))


def check_result(evidence: SumEvidence) -> None:
    """Check that each Pod printed the sum, and that there was one."""
    logs = evidence.need(evidence.logs)
    if not logs or not all(RESULT in log.split() for log in logs):
        raise CriterionFailure(
            "the Job does not print the sum of 1 to 10",
            help="See `kubectl logs job/sum` (1.1).",
            expected=RESULT,
            actual="\n".join(logs)[:200] or "no log",
            location=evidence.at("sum-job.yaml", "spec", "template", "spec", "containers", 0),
        )


SUM = scenario("sum", SumEvidence, play)

"""A Job that adds the numbers from 1 to 10, and what it prints."""

from grading.api import Context, CriterionFailure, Evidence, scenario

RESULT = "55"


class SumEvidence(Evidence):
    """The log of the Job's Pod."""

    log: str | None = None


def play(context: Context, evidence: SumEvidence) -> None:
    """Run the Job, and read the log of the Pod that completed it."""
    job = context.apply("sum-job.yaml", "Job")["metadata"]["name"]
    context.wait_complete("sum-job.yaml", job)
    pods = context.items("Pod", {"batch.kubernetes.io/job-name": job})
    done = next(pod for pod in pods if pod["status"]["phase"] == "Succeeded")
    evidence.log = context.log(done["metadata"]["name"])
    context.tell(f"Read the log of Job {job}", evidence.log)


def check_result(evidence: SumEvidence) -> None:
    """Check that the sum stands in the log."""
    log = evidence.need(evidence.log)
    if RESULT not in log.split():
        raise CriterionFailure(
            "the Job does not print the sum of 1 to 10",
            help="See `kubectl logs job/sum` (1.1).",
            expected=RESULT,
            actual=log[:200],
            location=evidence.at("sum-job.yaml", "spec", "template", "spec", "containers", 0),
        )


SUM = scenario("sum", SumEvidence, play)

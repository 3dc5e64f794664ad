"""Play the commands of a submission on clusters of the run's own, and record the states that they lead to."""

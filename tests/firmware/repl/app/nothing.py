"""What can be imported at the prompt; the conformance run has its own manifest instead."""

"""The error that a command ends with: one sentence that a person can act on."""


class LocalCloudError(Exception):
    """Ends the command: the sentence goes to stderr and the exit code is 1."""

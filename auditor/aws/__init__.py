"""AWS as the auditor sees it: one session, a read-only lock, whole answers only; the sole owner of botocore."""

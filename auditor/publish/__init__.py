"""`audit-publish`: delivers the bundle of an audit to S3 and its verdict to SNS.

A program of its own, with credentials of its own. Nothing of `audit` imports it, and it imports neither the reader of
AWS nor its lock: what can write can't audit, and what audits can't write.
"""

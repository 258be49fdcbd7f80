"""Compliance and drift auditor for DynamoDB estates run with Terraform."""

__version__ = "0.1.0"

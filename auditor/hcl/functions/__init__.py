"""The functions of Terraform's language, one module per family."""

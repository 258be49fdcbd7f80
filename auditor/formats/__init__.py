"""The report formats, one module each, and the document that all of them are made from."""

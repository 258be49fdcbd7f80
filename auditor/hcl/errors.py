"""How an expression fails: a summary and a sentence in Terraform's words, and where."""

from __future__ import annotations

from auditor.hcl.provenance import Provenance


class EvaluationError(Exception):
    """An expression has no value; the evaluation of others goes on."""

    def __init__(self, summary: str, detail: str, place: Provenance | None = None) -> None:
        """Give the summary, one sentence, and the place of the innermost expression that failed."""
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.place = place

    def __str__(self) -> str:
        return f"{self.summary}: {self.detail}"


class LimitExceeded(EvaluationError):
    """An expression asks for more than is evaluated; no `try` goes on after it."""


class FunctionError(Exception):
    """A function has no result for its arguments; `parameter` names the argument at fault."""

    def __init__(self, message: str, parameter: str = "") -> None:
        """Give Terraform's message without its full stop."""
        super().__init__(message)
        self.parameter = parameter

    def withheld(self) -> FunctionError:
        """The same error without its message, which could quote a sensitive argument."""
        return FunctionError("(the reason is withheld: an argument is sensitive)", self.parameter)

    def evaluation_error(self, name: str, place: Provenance | None) -> EvaluationError:
        """The error of a call of the named function."""
        if isinstance(self, FunctionLimit):
            return LimitExceeded("Function limit", f"{name}(): {self}.", place)
        if self.parameter:
            detail = f'Invalid value for "{self.parameter}" parameter: {self}.'
            return EvaluationError("Invalid function argument", detail, place)
        # What Terraform catches of a crash inside a function has no full stop.
        stop = "" if str(self).startswith("panic in function implementation") else "."
        return EvaluationError("Error in function call", f'Call to function "{name}" failed: {self}{stop}', place)


class FunctionLimit(FunctionError):
    """A function would have a result, but one that asks for more than is evaluated."""

"""How a template writes out a value and calls what it is given: what costs most in Jinja, and nothing else of it.

Jinja asks ``markupsafe.escape`` about every value it shows, and that makes each piece of markup anew, which costs six
times what escaping a plain text does: on a list's page more than everything else in it. And each call asks what is
called four questions whose answers are known from its kind. The answer here is the same to the letter
(``tests/foundation/web/test_shown.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import StringIO
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, _escape_inner, escape


def shown(value: Any) -> str:
    """``value`` as it stands in a page: markup as it is, everything else escaped.

    What is written out needs no type of its own, so plain texts and numbers are not made into markup first.
    """
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str:
        return _escape_inner(value)
    return str(value) if kind is int else escape(value)


def called(context: Context, what: Any, **scopes: Any) -> Callable[..., Any]:
    """``what`` as a template calls it: itself where it wants nothing of Jinja, else through its ``context``."""
    kind = type(what)
    if kind is Macro:
        if what._default_autoescape is context.eval_ctx.autoescape:
            return what
    elif (kind is FunctionType or kind is MethodType) and not hasattr(what, "jinja_pass_arg"):
        return what
    return partial(context.call, what, **scopes)


class Writer(CodeGenerator):
    """Jinja's own, asking :func:`shown` where what is escaped is decided while the template is compiled, and
    :func:`called` for everything but the calls of a ``{% call %}``."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("shown(")
        if finalize.src is not None:
            self.write(finalize.src)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """``called(context, what)(arguments)``."""
        if forward_caller or self.environment.is_async or self.environment.sandboxed:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write("called(context, ")
        self.visit(node.node, frame)
        scopes = (("_loop_vars", frame.loop_frame), ("_block_vars", frame.block_frame))
        self.write("".join(f", {name}={name}" for name, there in scopes if there) + ")(")
        whole, self.stream = self.stream, StringIO()
        self.signature(node, frame)
        arguments, self.stream = self.stream.getvalue(), whole
        self.write(arguments.removeprefix(", ") + ")")

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """A template's module, with both at hand."""
        self.writeline(f"from {__name__} import called, shown")
        super().visit_Template(node, frame)


def setup_shown(app: Flask) -> None:
    """Before the first template is compiled."""
    app.jinja_env.code_generator_class = Writer

"""How a template writes out a value: what is markup already goes through untouched.

Jinja asks ``markupsafe.escape`` about every value it shows, and that makes each piece of markup anew, which costs six
times what escaping a plain text does: on a list's page more than everything else in it. The answer here is the same to
the letter (``tests/foundation/web/test_shown.py``).
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape


def shown(value: Any) -> str:
    """``value`` as it stands in a page: markup as it is, everything else escaped."""
    return value if type(value) is Markup else escape(value)


class Writer(CodeGenerator):
    """Jinja's own, asking :func:`shown` where what is escaped is decided while the template is compiled."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("shown(")
        if finalize.src is not None:
            self.write(finalize.src)

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """A template's module, with :func:`shown` at hand."""
        self.writeline(f"from {__name__} import shown")
        super().visit_Template(node, frame)


def setup_shown(app: Flask) -> None:
    """Before the first template is compiled."""
    app.jinja_env.code_generator_class = Writer

"""Where the templates are, and the environment that renders them."""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import FunctionType
from typing import Any, cast

from flask import templating
from jinja2 import environment, runtime
from jinja2.utils import internalcode
from markupsafe import Markup, escape


class Context(runtime.Context):
    """Jinja's, which asks less of what templates call most: macros and plain functions that want no context.

    Jinja looks three times at everything that is called, and a page calls four hundred times.
    """

    @internalcode
    def call(self, called: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        kind = type(called)
        if kind is FunctionType:
            if "jinja_pass_arg" in called.__dict__:
                return super().call(called, *args, **kwargs)
        elif kind is runtime.Macro:
            args = (self.eval_ctx, *args)
        else:
            return super().call(called, *args, **kwargs)
        if kwargs:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
        return called(*args, **kwargs)


def escaped(value: object) -> Markup:
    """`escape`, which makes what is escaped already anew, as it is: most of what a page is put together from."""
    return value if type(value) is Markup else escape(value)


class Template(environment.Template):
    """Jinja's, whose code escapes with `escaped`: a page of eighty rows asks two thousand times."""

    @classmethod
    def _from_namespace(
        cls,
        environment: environment.Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],  # noqa: A002  Jinja's name
    ) -> "Template":
        namespace["escape"] = escaped
        return cast("Template", super()._from_namespace(environment, namespace, globals))


class Environment(templating.Environment):
    """Flask's, in which templates share the names of all: none has names of its own.

    Jinja lays an empty mapping over them for each template and compares through it at every import of every page.
    """

    context_class = Context
    template_class = Template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def folder() -> Path:
    """Return the folder of the templates."""
    inside = Path(__file__).parent.parent / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"

"""What machines send: JSON of a named shape, or a refusal that names the field."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from evalapp.core.errors import DomainError, Invalid, UnsupportedType
from evalapp.core.i18n import N_

M = TypeVar("M", bound=BaseModel)


class Malformed(DomainError):  # noqa: N818  refusals are named by what they say
    """The body is no JSON at all."""

    status = 400
    code = "malformed"


def read(shape: type[M]) -> M:
    """Return the body of this request as `shape`. Raises `UnsupportedType`, `Malformed`, `Invalid`.

    A type of its own is demanded because browsers send it across sites only after asking.
    """
    if not request.is_json:
        raise UnsupportedType(N_("请用 application/json 提交。"))
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Malformed(N_("提交的内容不是完整的 JSON。")) from None
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(N_("“%(name)s”缺少或格式不对。"), field=field, name=field) from None

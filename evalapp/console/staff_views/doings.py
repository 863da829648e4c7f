"""What can be done to a matter from its page on a desk, as data: the office and the units have each a list of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.rules.states import Act
from evalapp.web.formbase import Form


@dataclass(frozen=True, kw_only=True)
class Doing:
    """Something done to a matter: its form, what is done, what is said then, and the act by which it is offered.

    `done_inside` is said where the public does not read the matter.
    """

    form: type[Form]
    do: Callable[[Any, dict[str, Any]], object]
    done: str
    act: Act
    done_inside: str = ""

    def said_of(self, *, is_public: bool) -> str:
        """What is said when it is done."""
        return self.done if is_public else self.done_inside or self.done


def doing_of(doings: Mapping[str, Doing], name: str) -> Doing:
    """Return what an address names. Raises `NotFound` for anything else."""
    if name not in doings:
        raise NotFound(N_("没有找到你要的内容。"))
    return doings[name]

"""Every address of the JSON interface: the description is made of this list, and a house test compares it with the routes."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from evalapp.core.i18n import N_
from evalapp.opendata.catalogue import books, cases, shapes


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address. `answer` is the shape of `status`; every refusal is a problem.

    `refusals` are those of its own; what every address, list or change refuses is not repeated.
    """

    method: Literal["get", "post", "delete"]
    path: str
    summary: str
    answer: type[BaseModel] | None
    request: type[BaseModel] | None = None
    status: int = 200
    refusals: tuple[int, ...] = ()
    needs_session: bool = False
    needs_key: bool = False
    is_signed: bool = False  # by a unit's system, in three headers
    is_list: bool = False
    has_token: bool = True  # a change asks for the session's token, except before signing in
    queries: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        return self.method != "get"

    @property
    def parameters(self) -> tuple[str, ...]:
        """What may stand behind the question mark."""
        return (*self.queries, *(("cursor", "limit") if self.is_list else ()))

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that this address may answer with besides `status`."""
        common = {405, 503} | ({400, 403, 413} if self.is_change else {304})
        return tuple(sorted({*self.refusals, *common, *({422} if self.parameters else ())}))


OPERATIONS = (
    Operation(
        method="get",
        path="/disclosures",
        summary=N_("公开栏上现在的内容，每一份带指纹，按编号"),
        answer=books.DisclosureItem,
        refusals=(404,),
        is_list=True,
        queries=("unit", "item"),
    ),
    Operation(
        method="get",
        path="/episodes",
        summary=N_("节目，最新的在前"),
        answer=shapes.EpisodeItem,
        is_list=True,
    ),
    Operation(
        method="get",
        path="/episodes/{number}",
        summary=N_("一期节目和它的播出"),
        answer=shapes.Episode,
        refusals=(404,),
    ),
    Operation(
        method="get",
        path="/episodes/{number}/result",
        summary=N_("公布的结果；公布前是 404"),
        answer=shapes.Result,
        refusals=(404,),
    ),
    Operation(
        method="get",
        path="/episodes/{number}/result/{document_hash}",
        summary=N_("后来更正过的结果原文，按 SHA-256 取"),
        answer=shapes.Result,
        refusals=(404,),
    ),
    Operation(
        method="get",
        path="/episodes/{number}/comments",
        summary=N_("留言和回复"),
        answer=shapes.Comments,
        refusals=(404,),
        queries=("show", "cursor", "limit"),
    ),
    Operation(
        method="post",
        path="/episodes/{number}/comments",
        summary=N_("写一条留言"),
        request=shapes.CommentText,
        answer=shapes.CommentShown,
        status=201,
        refusals=(401, 404, 409, 415, 422, 429),
        needs_session=True,
    ),
    Operation(
        method="post",
        path="/episodes/{number}/ballot",
        summary=N_("评一期，或改评；同一个键和同样的内容得到同一张回执"),
        request=shapes.Ballot,
        answer=shapes.Receipt,
        status=201,
        refusals=(401, 404, 409, 415, 422, 429),
        needs_session=True,
        needs_key=True,
    ),
    Operation(
        method="delete",
        path="/episodes/{number}/ballot",
        summary=N_("撤回自己的评票"),
        request=shapes.Withdrawal,
        answer=shapes.Receipt,
        refusals=(401, 404, 409, 415, 422, 429),
        needs_session=True,
        needs_key=True,
    ),
    Operation(
        method="get",
        path="/boxes/{reference}/receipt/{code}",
        summary=N_("这张回执的票在不在票箱里"),
        answer=shapes.Received,
        refusals=(404,),
    ),
    Operation(
        method="get",
        path="/units",
        summary=N_("各单位"),
        answer=shapes.UnitItem,
        is_list=True,
        queries=("kind",),
    ),
    Operation(
        method="get", path="/units/{slug}", summary=N_("一个单位"), answer=shapes.Unit, refusals=(404,)
    ),
    Operation(
        method="get",
        path="/pledges",
        summary=N_("服务承诺和它的证据"),
        answer=shapes.Pledge,
        is_list=True,
        refusals=(404,),
        queries=("unit",),
    ),
    Operation(
        method="get",
        path="/powers",
        summary=N_("权力清单，按编码"),
        answer=books.PowerItem,
        is_list=True,
        refusals=(404,),
        queries=("unit", "kind", "q"),
    ),
    Operation(
        method="get",
        path="/powers/{code}",
        summary=N_("一项权力和它的流程图"),
        answer=books.Power,
        refusals=(404,),
    ),
    Operation(
        method="get",
        path="/services",
        summary=N_("办事事项，按编码"),
        answer=books.ServiceItem,
        is_list=True,
        refusals=(404, 422),
        queries=("unit", "subject", "event", "q"),
    ),
    Operation(
        method="get",
        path="/services/{code}",
        summary=N_("一个办事事项的指南"),
        answer=books.Service,
        refusals=(404,),
    ),
    Operation(
        method="get", path="/league/{year}", summary=N_("一季的榜单"), answer=shapes.League, refusals=(404,)
    ),
    Operation(method="get", path="/consent", summary=N_("登录前要同意的说明"), answer=shapes.ConsentText),
    Operation(
        method="post",
        path="/sign-in/code",
        summary=N_("要一个验证码，它只认发出请求的这一方"),
        request=shapes.CodeRequest,
        answer=shapes.CodeSent,
        refusals=(415, 422, 429),
        has_token=False,
    ),
    Operation(
        method="post",
        path="/sign-in",
        summary=N_("用验证码登录"),
        request=shapes.SignIn,
        answer=shapes.SignedIn,
        refusals=(409, 415, 422, 429),
        has_token=False,
    ),
    Operation(method="post", path="/sign-out", summary=N_("退出"), answer=None, status=204),
    Operation(
        method="post",
        path="/me/standing",
        summary=N_("凭编号卡成为一个单位的服务对象"),
        request=shapes.Code,
        answer=shapes.Standing,
        refusals=(401, 415, 422),
        needs_session=True,
    ),
    Operation(
        method="post",
        path="/intake/events",
        summary=N_("单位的系统交办件事件，签名，一次最多一万个，逐项答复"),
        request=cases.Batch,
        answer=cases.BatchAnswer,
        refusals=(401, 409, 415, 422),
        is_signed=True,
        has_token=False,
    ),
)

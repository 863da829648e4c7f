"""What a window can do with a case from its page, as data: the form of each act, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from evalapp.approvals.queries.files import CaseFile
from evalapp.approvals.rules import acts
from evalapp.approvals.rules.kinds import EventKind
from evalapp.console.forms import cases as forms
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_


@dataclass(frozen=True, kw_only=True)
class Doing:
    """Something done with a case from its page: its form, what the fold-out and its button say, and what is said then."""

    form: type[forms.ActForm]
    title: str
    button: str
    done: str


DOINGS: dict[EventKind, Doing] = {
    EventKind.SUBMITTED: Doing(
        form=forms.ActForm, title=N_("补记收件"), button=N_("记下收件"), done=N_("收件已记下。")
    ),
    EventKind.ACCEPTED: Doing(
        form=forms.AcceptForm, title=N_("受理"), button=N_("受理"), done=N_("已受理，办理期限开始算。")
    ),
    EventKind.PAPERS_ASKED: Doing(
        form=forms.AskForm,
        title=N_("要求补正材料"),
        button=N_("一次告知"),
        done=N_("已告知要补的材料，受理期限停下来等。"),
    ),
    EventKind.SUPPLIED: Doing(
        form=forms.ActForm,
        title=N_("材料补来了"),
        button=N_("收到补正材料"),
        done=N_("已收到补正材料，受理期限重新开始算。"),
    ),
    EventKind.REFUSED: Doing(
        form=forms.RefuseForm, title=N_("不予受理"), button=N_("不予受理"), done=N_("已记下不予受理和理由。")
    ),
    EventKind.STEP_BEGUN: Doing(
        form=forms.BeginStepForm,
        title=N_("环节开始"),
        button=N_("环节开始"),
        done=N_("环节已开始。"),
    ),
    EventKind.STEP_ENDED: Doing(
        form=forms.StepForm, title=N_("环节结束"), button=N_("环节结束"), done=N_("环节已结束。")
    ),
    EventKind.PAUSED: Doing(
        form=forms.PauseForm,
        title=N_("依法暂停计时"),
        button=N_("暂停计时"),
        done=N_("已暂停计时。请书面告知申请人。"),
    ),
    EventKind.RESUMED: Doing(
        form=forms.ActForm, title=N_("恢复计时"), button=N_("恢复计时"), done=N_("已恢复计时。")
    ),
    EventKind.EXTENDED: Doing(
        form=forms.ExtendForm,
        title=N_("延长期限"),
        button=N_("延长期限"),
        done=N_("期限已延长。请把理由告知申请人。"),
    ),
    EventKind.DECIDED: Doing(
        form=forms.DecideForm, title=N_("作出决定"), button=N_("作出决定"), done=N_("决定已记下，等着送达。")
    ),
    EventKind.DELIVERED: Doing(
        form=forms.ActForm, title=N_("送达"), button=N_("已送达"), done=N_("已送达，办结。")
    ),
    EventKind.WITHDRAWN: Doing(
        form=forms.ActForm, title=N_("申请人撤回"), button=N_("申请人撤回"), done=N_("已记下申请人撤回。")
    ),
}


def kind_of(name: str) -> EventKind:
    """Return the act that an address names. Raises `NotFound` for anything else."""
    kind = _NAMED.get(name)
    if kind is None:
        raise NotFound(N_("没有找到你要的内容。"))
    return kind


def name_of(kind: EventKind) -> str:
    """Return what addresses call an act."""
    return kind.value.replace("_", "-")


def form_of(kind: EventKind, file: CaseFile, *, is_blank: bool) -> forms.ActForm:
    """Return the form of an act with what there is to choose from for this case; blank, or with what was handed in.

    A step that was chosen stays one of the choices though it fits no more: handed in twice the form is answered as once, and
    where a colleague was faster the service says so.
    """
    made = DOINGS[kind].form
    form = made(formdata=None, prefix=name_of(kind)) if is_blank else made(prefix=name_of(kind))
    rules, grounds = file.known.basis.steps, file.known.profile.own.grounds
    if isinstance(form, forms.PauseForm):
        form.offer(grounds)
    elif isinstance(form, forms.StepForm):
        is_end = kind is EventKind.STEP_ENDED
        fit = acts.running_steps(file.course) if is_end else acts.free_steps(file.course, file.known.basis)
        keys = dict.fromkeys([*fit, form.step.data])
        form.offer({key: rules[key].title for key in keys if key in rules})
    if is_blank:
        form.renewed()
    return form


def offered(file: CaseFile) -> Mapping[EventKind, forms.ActForm]:
    """A blank form for each act that fits now, the usual next one first."""
    return {kind: form_of(kind, file, is_blank=True) for kind in acts.offered(file.course, file.known.basis)}


_NAMED = {name_of(kind): kind for kind in DOINGS}

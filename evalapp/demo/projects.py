"""Key projects of the demonstration: what each unit builds, and drawings of how far it is, in place of photographs."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.demo.pictures import draw_progress
from evalapp.disclosures import attachments, services
from evalapp.disclosures.models import Disclosure
from evalapp.disclosures.services import posting


@dataclass(frozen=True, kw_only=True)
class Project:
    """What a unit builds, and the scene that stands for it."""

    name: str
    scene: str


_PROJECTS = {
    "dutou": Project(name="渡口护岸加固", scene="river"),
    "gongxin": Project(name="园区公交充电站", scene="bus"),
    "jiangkou": Project(name="村级集市改造", scene="market"),
    "linjiang": Project(name="滨河步道", scene="river"),
    "nongye": Project(name="灌溉渠维修", scene="river"),
    "shiqiao": Project(name="村小学操场修缮", scene="school"),
    "wanghu": Project(name="社区卫生站扩建", scene="clinic"),
    "zhujian": Project(name="老旧小区改造", scene="housing"),
}
_ELSE = Project(name="服务大厅窗口改造", scene="hall")
BEGUN, HALF = 10, 55  # per cent


def project_of(slug: str) -> Project:
    return _PROJECTS.get(slug, _ELSE)


def show(
    session: Session, platform: Platform, made: Disclosure, project: Project, *, percent: int, actor: Actor
) -> None:
    """Put the drawings of a project into a posting's draft: how it began and, once it is further, how far it is."""
    for part in sorted({BEGUN, percent}):
        token, name = posting.new_token(), f"{project.name}-{part}.png"
        source = platform.settings.uploads_dir / f"{token}.png"
        source.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draw_progress(source, scene=project.scene, percent=part)
        file = attachments.prepare(source, name)
        platform.storage.put(attachments.stored_name(token), file.path)
        source.unlink()
        services.add_file(
            session,
            disclosure_id=made.id,
            token=token,
            file=file,
            file_name=name,
            caption=f"{project.name}，进度 {part}%（示意图：有色的部分已完成）",
            actor=actor,
        )

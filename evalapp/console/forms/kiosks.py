"""What the office writes about kiosks."""

from wtforms import StringField
from wtforms.validators import InputRequired

from evalapp.accounts.rules import IDLE_SECONDS, LARGEST_BALLOT_CAP
from evalapp.console.forms.unit_profile import short
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l


class KioskForm(Form):
    """A new kiosk. Sixty seconds and three hundred ballots are our proposals; what is right is for the place to say."""

    place = StringField(
        _l("地点"),
        description=_l("写在屏幕左上角，例如“晴川区政务中心 1 楼”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填地点。")), short(40)],
    )
    name = StringField(
        _l("名称"),
        description=_l("例如“3 号机”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填名称。")), short(40)],
    )
    idle_seconds = WholeNumberField(
        _l("空闲几秒回到首页"),
        least=IDLE_SECONDS[0],
        most=IDLE_SECONDS[-1],
        description=_l("没人碰屏幕这么久，就退出登录，清掉上一个人看的和填的。放着视频时，从视频停下算起。"),
        validators=[InputRequired(_l("请填 10 到 900 的整数。"))],
    )
    ballot_cap = WholeNumberField(
        _l("每期最多几票不标记"),
        least=1,
        most=LARGEST_BALLOT_CAP,
        description=_l(
            "许多人在同一台触摸屏上评，不按一台设备的规则标记；超过这个数才标记。登记以后开评的节目才按它算，登记后不能改。"
        ),
        validators=[InputRequired(_l("请填 1 到 5000 的整数。"))],
    )


class WithdrawKioskForm(Form):
    """Why a kiosk goes."""

    reason = StringField(
        _l("为什么停用"), filters=[stripped], validators=[InputRequired(_l("请写原因。")), short(200)]
    )

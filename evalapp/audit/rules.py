"""The words of the record."""

from evalapp.accounts import events
from evalapp.core.i18n import N_

STAFF_ACTIONS: dict[type[events.StaffAct], str] = {
    events.StaffAdded: "staff.added",
    events.StaffRoleChanged: "staff.role_changed",
    events.StaffDisabled: "staff.disabled",
    events.StaffEnabled: "staff.enabled",
    events.StaffEnrolled: "staff.enrolled",
    events.StaffPasswordChanged: "staff.password_changed",
    events.TotpResetAsked: "staff.totp_reset_asked",
    events.TotpResetDropped: "staff.totp_reset_dropped",
    events.TotpWasReset: "staff.totp_reset",
    events.StaffSignedIn: "staff.signed_in",
}

KIOSK_ACTIONS: dict[type[events.KioskAct], str] = {
    events.KioskRegistered: "kiosk.registered",
    events.KioskCodeRenewed: "kiosk.code_renewed",
    events.KioskAdopted: "kiosk.adopted",
    events.KioskWithdrawn: "kiosk.withdrawn",
}

# What pages call an action; one without words here shows as it is kept.
LABELS = {
    "staff.added": N_("添加工作人员账号"),
    "staff.role_changed": N_("更改角色"),
    "staff.disabled": N_("停用账号"),
    "staff.enabled": N_("恢复账号"),
    "staff.enrolled": N_("首次设置密码和动态码"),
    "staff.password_changed": N_("更改密码"),
    "staff.totp_reset_asked": N_("申请重置动态码"),
    "staff.totp_reset_dropped": N_("撤回重置申请"),
    "staff.totp_reset": N_("重置动态码"),
    "staff.signed_in": N_("登录工作台"),
    "kiosk.registered": N_("登记触摸屏"),
    "kiosk.code_renewed": N_("给触摸屏换启用码"),
    "kiosk.adopted": N_("启用触摸屏"),
    "kiosk.withdrawn": N_("停用触摸屏"),
}

"""What a short message says: nothing to a stranger who looks at the telephone."""

KIND = "notice"
DELIVER = "notifications.deliver"  # the job that hands a notice to the gateway
TELL_ALL = "notifications.tell_all"  # the job that writes notices to everybody who agreed to a purpose
BATCH = 200


def text(*, site_name: str, address: str) -> str:
    """Return the one text of every notice: no title, no words, no grade, not even that a comment was written."""
    return f"【{site_name}】您有一条新消息，请登录后在“我的”查看：{address}/me"

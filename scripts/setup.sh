# What scripts/start and scripts/test share: Debian's packages, the virtual environment, the browser's libraries.
# Sourced, never run. Everything here is safe to repeat and quick when there is nothing to do.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

# need PACKAGE TEST…: remember PACKAGE as missing when the test command fails.
missing=()
need() {
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

has() { command -v "$1"; }
has_cjk_font() { command -v fc-list && fc-list :lang=zh family | grep -q .; }
has_xmltv() { ls /usr/share/sgml/xmltv/dtd/*/xmltv.dtd || ls /usr/share/xmltv/xmltv.dtd; }
has_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }

# Install what `need` found missing; an ordinary user is told the one line instead.
install_missing() {
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || stop "Please install these with your system's package manager, then run this again: ${missing[*]}"
  [ "$(id -u)" -eq 0 ] || stop "Please run this once, then start again:  sudo apt-get install ${missing[*]}"
  say "Installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || stop "apt-get update failed: is this machine on the network?"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || stop "apt-get could not install: ${missing[*]}"
  missing=()
}

need_running_packages() {
  need python3 python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
  need python3-venv python3 -c 'import ensurepip'
  need ca-certificates test -d /etc/ssl/certs
  need ffmpeg has ffmpeg
  need fontconfig has fc-list
  need fonts-noto-cjk has_cjk_font
  need espeak-ng has espeak-ng
  need graphviz has dot
  need bubblewrap has bwrap
}

need_test_packages() {
  need postgresql has_postgres
  need redis-server has redis-server
  need chromium has chromium
  need libxml-libxml-perl perl -MXML::LibXML -e 1
  need libxmltv-perl has_xmltv
}

# fresh STAMP FILE…: succeed when nothing of FILE… has changed since `done_with STAMP`.
fresh() {
  local stamp=$1; shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat "$@" | sha256sum)" ]
}
done_with() {
  local stamp=$1; shift
  cat "$@" | sha256sum > "$stamp"
}

make_environment() {
  local lock=$1 stamp=.venv/.installed
  [ -x .venv/bin/python ] || { say "Making the virtual environment .venv"; python3 -m venv .venv || stop "python3 -m venv failed."; }
  fresh "$stamp" "$lock" pyproject.toml && return
  # What the tests need holds what the application needs: starting after testing installs nothing.
  if [ "$lock" = requirements.lock ] && fresh "$stamp" requirements-dev.lock pyproject.toml; then return; fi
  say "Installing Python packages ($lock; about half a minute)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" 2> .venv/pip.log \
    || { tail -n 5 .venv/pip.log >&2; stop "pip could not install $lock: is this machine on the network?"; }
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    || stop "pip could not install this checkout."
  done_with "$stamp" "$lock" pyproject.toml
}

# Browser libraries come from npm; where there is no Node, its wheel from PyPI serves.
make_browser_libraries() {
  local stamp=.venv/.browser-libraries
  [ -f evalapp/static/vendor/manifest.json ] && fresh "$stamp" package.json package-lock.json scripts/browser_libraries.py && return
  say "Fetching the browser's libraries"
  .venv/bin/python scripts/browser_libraries.py >&2 || stop "npm could not fetch the browser's libraries: is this machine on the network?"
  done_with "$stamp" package.json package-lock.json scripts/browser_libraries.py
}

#!/usr/bin/env bash
# Makes what runs the program in .venv, in the versions of a lock file.
# It may be run any number of times; when nothing has changed it does nothing.
#   bash scripts/setup.sh            what renders, draws and prints; nothing for developers
#   bash scripts/setup.sh develop    also what tests, documents, checks and builds the program
#   bash scripts/setup.sh browser    also the browser that tests of the classroom page drive,
#                                    and, where there is npm, the checker of its JavaScript's types
#   PYTHON=/path/to/python3.12 bash scripts/setup.sh    takes that Python (default: python3)
# Where there is uv it installs, else pip; uv keeps to its own settings, such as UV_DEFAULT_INDEX.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
# What is in C++, moderngl and glcontext, has wheels for x86-64.
compiler=(gcc libc6-dev)
[ "$(uname -m)" = x86_64 ] || compiler=(g++)
debian_packages=("${compiler[@]}" python3-dev python3-venv pkg-config libcairo2-dev libpango1.0-dev)
stamp=.venv/convexplain-setup
develops=false wants_browser=false
case ${1:-} in
    "") ;;
    develop) develops=true ;;
    browser) develops=true wants_browser=true ;;
    *)
        echo "setup: give nothing, develop, or browser, not $1" >&2
        exit 2
        ;;
esac
# What a developer has installed stays, and stays in the versions of the lock file.
[ ! -f "$stamp" ] || ! grep -qx "for developers" "$stamp" || develops=true
lock=requirements.lock
! $develops || lock=requirements-dev.lock

stop() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

require_python() {
    command -v "$python" >/dev/null ||
        stop "there is no $python here: install Python 3.11 or newer, or name one with PYTHON=..."
    is_new_enough "$python" ||
        stop "$("$python" --version) is too old: install Python 3.11 or newer, or name one with" \
            "PYTHON=/path/to/python3.12 bash scripts/setup.sh"
}

# A digest of all that decides what is in .venv, the place included: a moved .venv does not work.
wanted() {
    cat "$lock" requirements-build.lock pyproject.toml scripts/setup.sh | cksum
    "$python" --version
    pwd
    ! $develops || echo "for developers"
}

installed_by_apt() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# What is downloaded is deleted once it is installed, and no index of the lists is written.
apt=(apt-get -qq -o Dpkg::Use-Pty=0 -o APT::Keep-Downloaded-Packages=false
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)

apt() {
    local root=(env DEBIAN_FRONTEND=noninteractive)
    [ "$(id -u)" -eq 0 ] || root=(sudo "${root[@]}")
    "${root[@]}" "${apt[@]}" "$@" >/dev/null
}

is_debian() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null
}

install_debian_packages() {
    local package missing=()
    for package in "$@"; do
        installed_by_apt "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
        stop "these system packages are missing; as root, run:" "apt-get install ${missing[*]}"
    echo "setup: installing ${missing[*]}"
    # The package lists may be absent, as in a new container, or stale: then they are fetched.
    local install=(install -y --no-install-recommends "${missing[@]}")
    "${apt[@]}" --simulate "${install[@]}" >/dev/null 2>&1 || apt update
    apt "${install[@]}" || { apt update && apt "${install[@]}"; } ||
        stop "apt-get could not install: ${missing[*]}"
}

# pycairo and manimpango are built here: they need a compiler, and the headers of cairo and pango.
require_headers() {
    command -v cc >/dev/null && command -v pkg-config >/dev/null &&
        pkg-config --exists cairo pangocairo && return
    local install
    case $(uname -s) in
        Darwin) install="brew install cairo pango pkg-config    (and xcode-select --install)" ;;
        *)
            if command -v dnf >/dev/null; then
                install="sudo dnf install gcc gcc-c++ python3-devel pkgconf-pkg-config cairo-devel pango-devel"
            elif command -v pacman >/dev/null; then
                install="sudo pacman -S base-devel python pkgconf cairo pango"
            elif command -v zypper >/dev/null; then
                install="sudo zypper install gcc gcc-c++ python3-devel pkg-config cairo-devel pango-devel"
            else
                install="a C compiler, pkg-config, and the headers of Python, cairo and pango"
            fi
            ;;
    esac
    stop "this system lacks what builds pycairo and manimpango. Please install:" "$install" \
        "then run this again"
}

# Nothing is compiled to bytecode ahead: Python does that for the modules that are used.
install() {
    if command -v uv >/dev/null; then
        uv --quiet pip install --python .venv/bin/python --link-mode copy "$@" && return
        echo "setup: uv could not install them; pip tries"
    fi
    .venv/bin/python -m pip --disable-pip-version-check --quiet install --no-compile --use-pep517 "$@"
}

# Names what the first lock file pins here and the second does not.
pinned_only_in() {
    .venv/bin/python - "$@" <<'END'
import sys
from pathlib import Path

from packaging.requirements import Requirement


def pinned(lock):
    lines = (line.removesuffix("\\") for line in Path(lock).read_text("utf-8").splitlines())
    pins = [Requirement(line) for line in lines if line[:1].isalnum()]
    return {pin.name for pin in pins if pin.marker is None or pin.marker.evaluate()}


print(*sorted(pinned(sys.argv[1]) - pinned(sys.argv[2])))
END
}

make_environment() {
    # A .venv that was moved, copied, or lost its Python is made anew; any other is brought up to date.
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.argv[1] != sys.prefix)' "$PWD/.venv" \
        2>/dev/null || ! is_new_enough .venv/bin/python; then
        "$python" -m venv --clear .venv
    fi
    # Builds find meson and ninja of the lock, and take build dependencies from nowhere else.
    PATH="$PWD/.venv/bin:$PATH"
    echo "setup: 1 of 3: what builds pycairo and manimpango"
    install --require-hashes -r requirements-build.lock
    echo "setup: 2 of 3: the packages of $lock, the longest part"
    install --require-hashes --no-build-isolation -r "$lock"
    echo "setup: 3 of 3: this program"
    install --no-deps --no-build-isolation --editable .
    if ! $develops; then
        local tools
        read -ra tools < <(pinned_only_in requirements-build.lock "$lock")
        .venv/bin/python -m pip --disable-pip-version-check --quiet uninstall --yes "${tools[@]}"
    fi
    .venv/bin/python -m pip --disable-pip-version-check --quiet check
}

# Where it cannot be installed, the tests of the classroom page are skipped, and say so.
install_browser() {
    is_debian || return 0
    local program
    for program in chromium chromium-browser google-chrome google-chrome-stable; do
        ! command -v "$program" >/dev/null || return 0
    done
    (install_debian_packages chromium) ||
        echo "setup: without a browser the tests of the classroom page are skipped"
}

# Where it cannot be installed, the types are not checked, and the test that is skipped says so.
install_typescript() {
    command -v npm >/dev/null || return 0
    ! cmp -s tools/typescript/package-lock.json .venv/typescript/package-lock.json || return 0
    mkdir -p .venv/typescript
    cp tools/typescript/package.json tools/typescript/package-lock.json .venv/typescript
    npm ci --prefix .venv/typescript --ignore-scripts --no-audit --no-fund --fetch-retries 0 \
        --loglevel error >/dev/null && return
    rm -r .venv/typescript
    echo "setup: npm could not install TypeScript: the types of the page's JavaScript stay unchecked"
}

if [ -f "$stamp" ] && command -v "$python" >/dev/null && [ "$(wanted)" = "$(cat "$stamp")" ] &&
    .venv/bin/python -c ''; then
    ! $wants_browser || { install_browser && install_typescript; }
    exit 0
fi
if is_debian; then
    # Only a python3 that is too old stops here: one that is absent comes with the packages.
    ! command -v "$python" >/dev/null || require_python
    install_debian_packages "${debian_packages[@]}"
    ! $wants_browser || install_browser
fi
require_python
require_headers
echo "setup: installing into .venv: a minute or two, and what a few hundred megabytes take to download"
rm -f "$stamp"
make_environment
wanted >"$stamp"
! $wants_browser || install_typescript
echo "setup: done"

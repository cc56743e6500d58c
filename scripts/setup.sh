#!/usr/bin/env bash
# Makes everything that the project needs in .venv, in the versions of the lock file.
# It may be run any number of times; when nothing has changed it does nothing.
#   bash scripts/setup.sh browser    also installs the browser that tests of the classroom page drive,
#                                    and, where there is npm, the checker of its JavaScript's types
#   PYTHON=/path/to/python3.12 bash scripts/setup.sh    takes that Python (default: python3)
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
debian_packages=(build-essential python3-dev python3-venv pkg-config libcairo2-dev libpango1.0-dev)
# Where it cannot be installed, the tests of the classroom page are skipped, and say so.
wants_browser=false
[ "${1:-}" != browser ] || wants_browser=true

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
    cat requirements.lock requirements-build.lock pyproject.toml scripts/setup.sh | cksum
    "$python" --version
    pwd
}

installed_by_apt() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    [ "$(id -u)" -eq 0 ] || apt=(sudo "${apt[@]}")
    "${apt[@]}" "$@" >/dev/null
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
    apt-get -qq --simulate "${install[@]}" >/dev/null 2>&1 || apt update
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

make_environment() {
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet)
    # A .venv that was moved, copied, or lost its Python is made anew; any other is brought up to date.
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.argv[1] != sys.prefix)' "$PWD/.venv" \
        2>/dev/null || ! is_new_enough .venv/bin/python; then
        "$python" -m venv --clear .venv
    fi
    # Builds find meson and ninja of the lock, and take build dependencies from nowhere else.
    PATH="$PWD/.venv/bin:$PATH"
    "${pip[@]}" install --require-hashes -r requirements-build.lock
    "${pip[@]}" install --require-hashes --no-build-isolation -r requirements.lock
    "${pip[@]}" install --no-deps --no-build-isolation --editable .
    "${pip[@]}" check
}

install_browser() {
    ! is_debian || command -v chromium >/dev/null || install_debian_packages chromium
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

stamp=.venv/convexplain-setup
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
echo "setup: installing the Python packages of requirements.lock into .venv (about two minutes)"
rm -f "$stamp"
make_environment
wanted >"$stamp"
! $wants_browser || install_typescript
echo "setup: done"

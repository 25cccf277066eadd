#!/bin/sh
# Makes this folder ready to run Neurowire: `setup.sh [run|test|check|lock]`, called by the Makefile.
#
# Libraries go into .venv at the versions in requirements.lock; the system libraries that Qt links to are installed
# where that is allowed and named where it is not. What is in place already is not touched, so a second call takes
# milliseconds. PYTHON=/path/to/python chooses the interpreter.
set -eu
cd "$(dirname "$0")"
purpose=${1:-run}

say() { printf 'setup: %s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}

# ----------------------------------------------------------------------------------------------------------------------
# System packages

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

apt_install() {
    say "installing $*"
    options="-y -q --no-install-recommends -o DPkg::Lock::Timeout=120"
    # The first try spares machines with a fresh package list the update.
    # shellcheck disable=SC2086
    as_root apt-get install $options "$@" >/dev/null 2>&1 ||
        { as_root apt-get update -q >/dev/null && as_root apt-get install $options "$@" >/dev/null; }
}

# What Qt's libraries and its off-screen and on-screen plug-ins link to, beyond a bare Debian: file and package.
OFF_SCREEN='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
'
ON_SCREEN='
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11-xcb.so.1 libx11-xcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
'
WAYLAND='
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
'

missing_packages() {
    loader=$(command -v ldconfig || echo /sbin/ldconfig)
    known=$("$loader" -p 2>/dev/null) || return 0 # no such list (not glibc): Qt itself will say what it lacks
    printf '%s\n' "$*" | while read -r library package; do
        [ -z "$library" ] && continue
        case $known in *"$library "*) ;; *) printf '%s ' "$package" ;; esac
    done
}

system_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    needed=$OFF_SCREEN
    if [ "$purpose" = run ]; then
        [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || needed="$needed$ON_SCREEN"
        [ -z "${WAYLAND_DISPLAY:-}" ] || needed="$needed$WAYLAND"
    fi
    packages=$(missing_packages "$needed")
    [ -n "$packages" ] || return 0
    # shellcheck disable=SC2086
    if may_install && apt_install $packages; then return 0; fi
    say "Qt needs system libraries that are missing here and may not be installed from here. Run:"
    say "    sudo apt-get install $packages"
    say "(other distributions name these packages differently) and then the same command again; going on without."
}

# ----------------------------------------------------------------------------------------------------------------------
# Python

fits() { # a Python of a supported version that runs
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() { # prints the first supported Python, preferring one that can make environments
    first=
    for name in ${PYTHON:-python3.11 python3 python3.12 python3.13 python}; do
        fits "$name" || continue
        if has_venv "$name"; then
            printf '%s' "$name"
            return
        fi
        [ -n "$first" ] || first=$name
    done
    printf '%s' "$first"
}

usable_python() {
    python=$(find_python)
    if [ -z "$python" ]; then
        [ -z "${PYTHON:-}" ] || stop "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 that runs."
        stop "needs Python 3.11 (3.12 and 3.13 do as well), found none. On Debian or Ubuntu:" \
            "sudo apt-get install python3.11 python3.11-venv; or name one: make PYTHON=/path/to/python3.11 ..."
    fi
    has_venv "$python" && return
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if may_install && apt_install "python$version-venv" && has_venv "$python"; then return; fi
    stop "Python $version is here without its venv module. Run: sudo apt-get install python$version-venv"
}

# Makes environment $1 from the lock unless its stamp shows that it is the lock's; further arguments go to pip.
environment() {
    folder=$1
    shift
    stamp="$PWD $(cksum <requirements.lock) $*"
    [ "$(cat "$folder/.ready" 2>/dev/null)" = "$stamp" ] && [ -x "$folder/bin/python" ] && return
    # An environment holds absolute paths: one that was moved or whose Python is gone is made anew.
    case $(cat "$folder/.ready" 2>/dev/null) in "" | "$PWD "*) ;; *) rm -rf "$folder" ;; esac
    if ! fits "$folder/bin/python" || ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
        usable_python
        say "making $folder with $("$python" --version)"
        "$python" -m venv --clear "$folder"
    fi
    rm -f "$folder/.ready"
    say "installing libraries into $folder (the first time this takes minutes)"
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input -q "$@" ||
        stop "pip could not install the libraries (its message is above). Run the same command again to go on."
    printf '%s\n' "$stamp" >"$folder/.ready"
}

# Installs what pyproject.toml asks for into an empty environment and writes down what came.
lock() {
    usable_python
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    "$python" -m venv "$folder"
    "$python" - >"$folder/wanted.txt" <<'END'
import tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
print(*project["project"]["dependencies"], *project["dependency-groups"]["dev"], sep="\n")
END
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input -q -r "$folder/wanted.txt"
    {
        cat <<'END'
# Every library at one exact version, for the window, the worker, the tests and the checks. Written by `make lock`.
# What torch needs for a GPU on one platform only (nvidia-*, cuda-*, triton) it pins by itself.
END
        "$folder/bin/python" -m pip freeze --all --exclude pip |
            sed 's/+.*$//' | grep -v -E '^(nvidia-|cuda-|triton==)'
    } >requirements.lock
}

# ----------------------------------------------------------------------------------------------------------------------

if [ "$purpose" = lock ]; then
    lock
    exit
fi
[ "$purpose" = check ] || system_libraries
environment .venv -r requirements.lock
# graph/ stands without Qt and torch: its tests run once more where neither is installed.
[ "$purpose" != test ] || environment .venv-bare -c requirements.lock hypothesis pytest pytest-timeout

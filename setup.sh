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

# Does the Python of environment $1 run, and its pip?
works() { fits "$1/bin/python" && "$1/bin/python" -m pip --version >/dev/null 2>&1; }

# An environment names its own folder in its scripts: has those of $1 say $3 where they said $2.
readdress() {
    "$1/bin/python" - "$@" <<'END'
import os, pathlib, sys
folder, before, after = sys.argv[1:]
for path in pathlib.Path(folder, "bin").iterdir():
    if path.is_file() and not path.is_symlink():
        content = path.read_bytes()
        path.write_bytes(content.replace(os.fsencode(before), os.fsencode(after)))
END
}

# pip with these arguments in environment $1; says why it failed where that can be told.
pip_install() {
    runner=$1/bin/python
    shift
    said=$(mktemp)
    # What pip says is shown as it comes, and kept to be read.
    failed=$({ { "$runner" -m pip install --disable-pip-version-check --no-input -q "$@" 2>&1 ||
        echo failed >&3; } | tee "$said" >&2; } 3>&1)
    unreachable=$(grep -c -E 'ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|resolve host' "$said" || true)
    rm -f "$said"
    [ -n "$failed" ] || return 0
    [ "$unreachable" = 0 ] || say "The package index can't be reached: is there a network, or a proxy to be named in https_proxy?"
    return 1
}

# Makes environment $1 from the lock unless its stamp shows that it is the lock's; further arguments go to pip.
# One that can't be used any more stays until another is complete: it may be all there is without a network.
environment() {
    folder=$1
    shift
    stamp="$PWD $(cksum <requirements.lock) $*"
    ready=$(cat "$folder/.ready" 2>/dev/null || true)
    [ "$ready" = "$stamp" ] && [ -x "$folder/bin/python" ] && return
    made=$folder
    if works "$folder"; then
        before=$(printf '%s' "$ready" | sed -E 's/ [0-9]+ [0-9]+ .*$//')
        case $ready in
        "" | "$PWD "*) ;;
        *) say "$folder was moved here from $before" && readdress "$folder" "$before/$folder" "$PWD/$folder" ;;
        esac
    else
        usable_python
        if [ -e "$folder" ] || [ -e "$folder.new" ]; then made=$folder.new; fi
        if ! works "$made"; then
            say "making $folder with $("$python" --version)"
            "$python" -m venv --clear "$made"
        fi
    fi
    rm -f "$made/.ready"
    say "installing libraries into $folder (the first time this takes minutes, and 2 to 5 GB on the disk)"
    pip_install "$made" "$@" ||
        stop "pip could not install the libraries. Nothing that was here is lost: run the same command again to go on."
    if [ "$made" != "$folder" ]; then
        readdress "$made" "$PWD/$made" "$PWD/$folder"
        [ ! -e "$folder" ] || mv "$folder" "$folder.old"
        mv "$made" "$folder"
        rm -rf "$folder.old"
    fi
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
if [ "$purpose" = test ]; then
    # graph/ stands without Qt and torch: its tests run where neither is installed. It is filled beside the large one.
    [ -e .venv-bare ] || usable_python # here, for it may install a package, and only one can at a time
    environment .venv-bare -c requirements.lock hypothesis pytest pytest-timeout pytest-xdist &
fi
environment .venv -r requirements.lock
[ "$purpose" != test ] || wait $!

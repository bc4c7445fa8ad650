#!/bin/sh
# Runs all tests: make check, then make test-system. Both say what they run and how long it took.
#
# What the tests need from Debian and is missing is installed first: as root, or with sudo where that works. Otherwise the
# command that installs it is shown, and the script ends with status 2. Go is expected to be there.
set -eu
cd "$(dirname "$0")"

# One per line: a command, a file with its full path, or PYTHON:MODULE, and the Debian package that brings it. The headers are what
# -tags pixel is built with; libgl-dev brings Mesa, which draws without a graphics card.
needs='
make                    make
gcc                     gcc
/usr/include/stdlib.h   libc6-dev
git                     git
tmux                    tmux
chromium                chromium
qemu-aarch64-static     qemu-user-static
python3:ensurepip       python3-venv
pkg-config              pkg-config
Xvfb                    xvfb
xdotool                 xdotool

/usr/include/GL/gl.h                    libgl-dev
/usr/include/X11/Xcursor/Xcursor.h      libxcursor-dev
/usr/include/X11/extensions/Xrandr.h    libxrandr-dev
/usr/include/X11/extensions/Xinerama.h  libxinerama-dev
/usr/include/X11/extensions/XInput2.h   libxi-dev
/usr/include/X11/extensions/xf86vmode.h libxxf86vm-dev
'

say() { echo "test.sh: $*"; }
fail() {
	say "$*" >&2
	exit 2
}
run() {
	say "$*"
	"$@"
}

check_go() {
	want=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
	command -v go >/dev/null || fail "go is not found: install Go $want or newer and put it on PATH"
	have=$(go env GOVERSION 2>&1) || fail "go does not work: $have"
	version=$(echo "$have" | sed -n 's/.*go\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	[ -n "$version" ] || fail "the version of go is not understood: $have"
	# shellcheck disable=SC2086 # words on purpose
	set -- $version
	[ "$1" -gt "${want%.*}" ] || { [ "$1" -eq "${want%.*}" ] && [ "$2" -ge "${want#*.}" ]; } ||
		fail "go is $have: install Go $want or newer"
	say "go is $have"
}

# missing prints the packages that are not there.
missing() {
	echo "$needs" | while read -r what package; do
		case $what in
		'') ;;
		/*) [ -e "$what" ] || printf ' %s' "$package" ;;
		*:*) "${what%:*}" -c "import ${what#*:}" >/dev/null 2>&1 || printf ' %s' "$package" ;;
		*) command -v "$what" >/dev/null || printf ' %s' "$package" ;;
		esac
	done
}

install_packages() {
	packages=$(missing)
	[ -n "$packages" ] || return 0
	say "missing:$packages"
	command -v apt-get >/dev/null || fail "there is no apt-get here: install what these Debian packages bring:$packages"
	if [ "$(id -u)" -eq 0 ]; then
		sudo=
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
		sudo=sudo
	else
		fail "run this as root and try again: apt-get install -y$packages"
	fi
	# shellcheck disable=SC2086 # words on purpose
	{
		run $sudo apt-get update
		run $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y $packages
	}
	packages=$(missing)
	[ -z "$packages" ] || fail "still missing after the installation:$packages"
}

check_go
install_packages
run make check
run make test-system
say "all tests passed"

//go:build pixel && cgo

package window

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

func TestScreen(t *testing.T) {
	abstract, err := net.Listen("unix", "@/tmp/.X11-unix/X9471")
	if err != nil {
		t.Fatal(err)
	}
	defer abstract.Close()
	const there, nowhere = ":9471", ":947"
	for _, tc := range []struct {
		name, display, wayland string
		native                 bool
		says                   string // "": usable
	}{
		{"nothing", "", "", false, "neither DISPLAY nor WAYLAND_DISPLAY is set"},
		{"X server", there, "", false, ""},
		{"X server on Wayland", there, "wayland-0", false, ""},
		{"Wayland alone", "", "wayland-0", false, "start XWayland"},
		{"Wayland", "", "wayland-0", true, ""},
		{"built for Wayland, but X11", there, "", true, "build without -tags wayland"},
		{"screen of an X server", there + ".1", "", false, ""},
		{"no server", nowhere, "", false, "no X server answers at DISPLAY=" + nowhere},
		{"no display", ":", "", false, "no X server answers at DISPLAY=:"},
		{"another machine", "localhost:10.0", "", false, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := screen(tc.display, tc.wayland, tc.native)
			switch {
			case tc.says == "" && err != nil:
				t.Errorf("error %v, want none", err)
			case tc.says != "" && (!errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n")):
				t.Errorf("error %v, want ErrUnavailable that says %q in one line", err, tc.says)
			}
		})
	}
}

func TestSocket(t *testing.T) {
	for display, want := range map[string]string{
		":3": "/tmp/.X11-unix/X3", ":3.1": "/tmp/.X11-unix/X3", "unix:12": "/tmp/.X11-unix/X12", "localhost:10.0": "", "[::1]:2": "", "/run/x:0": "",
	} {
		if got := socket(display); got != want {
			t.Errorf("%q: %q, want %q", display, got, want)
		}
	}
}

func TestListens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "X1")
	if listens(path) {
		t.Error("something listens where nothing is")
	}
	server, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if !listens(path) {
		t.Error("nothing listens where a server does")
	}
}

func TestWithoutRun(t *testing.T) {
	if err := start(); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "window.Run") {
		t.Errorf("error %v, want ErrUnavailable that names window.Run", err)
	}
}

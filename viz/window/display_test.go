//go:build pixel && cgo

package window

import (
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestScreen(t *testing.T) {
	server, err := net.Listen("unix", filepath.Join(t.TempDir(), "x:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	there := server.Addr().String()
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
		{"no server", there + "0", "", false, "no X server answers at DISPLAY=" + there + "0"},
		{"no display", "nonsense", "", false, "no X server answers at DISPLAY=nonsense"},
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

func TestServerAddresses(t *testing.T) {
	local := []address{{"unix", "/tmp/.X11-unix/X3"}, {"unix", "@/tmp/.X11-unix/X3"}}
	for display, want := range map[string][]address{
		":3": local, ":3.1": local, "unix:3": local,
		"localhost:10.0": {{"tcp", "localhost:6010"}},
		"[::1]:2":        {{"tcp", "[::1]:6002"}},
		"/run/x/org:0":   {{"unix", "/run/x/org:0"}, {"unix", "/run/x/org"}},
		"host":           nil, ":": nil, ":x": nil, ":-1": nil, ":99999": nil,
	} {
		if got := serverAddresses(display); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", display, got, want)
		}
	}
}

func TestWithoutRun(t *testing.T) {
	if err := start(); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "window.Run") {
		t.Errorf("error %v, want ErrUnavailable that names window.Run", err)
	}
}

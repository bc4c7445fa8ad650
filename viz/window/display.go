//go:build pixel && cgo

package window

import (
	"bytes"
	"os"
	"runtime"
	"strings"

	"github.com/go-gl/glfw/v3.3/glfw"
)

// Available reports whether Open is worth a try: it looks for a screen, and returns an error that wraps ErrUnavailable if there is none.
func Available() error {
	select {
	case <-broken:
		return failure
	default:
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	native := strings.Contains(glfw.GetVersionString(), "Wayland")
	return screen(os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY"), native)
}

// screen reports what is wrong with the display that the library will use: Wayland's if it was built for that, else X11's. No connection is
// tried: an X server may take the end of one for the end of the next.
func screen(display, wayland string, native bool) error {
	switch {
	case display == "" && wayland == "":
		return unavailable("there is no screen, neither DISPLAY nor WAYLAND_DISPLAY is set: start it from a desktop, or log in with ssh -X")
	case native && wayland != "":
		return nil
	case native:
		return unavailable("WAYLAND_DISPLAY is not set: build without -tags wayland for X11")
	case display == "":
		return unavailable("DISPLAY is not set, WAYLAND_DISPLAY alone does not do: start XWayland")
	}
	if path := socket(display); path != "" && !listens(path) {
		return noServer(display)
	}
	return nil
}

func noServer(display string) error {
	return unavailable("no X server answers at DISPLAY=%s: start it from a desktop, or correct DISPLAY", display)
}

// socket returns where the X server of a display of this machine listens; "": it is on another one.
func socket(display string) string {
	host, number, _ := strings.Cut(display, ":")
	if host != "" && host != "unix" {
		return ""
	}
	number, _, _ = strings.Cut(number, ".") // the screen
	return "/tmp/.X11-unix/X" + number
}

// listens reports whether a server listens at the path, or at the abstract address of that name, which Linux has besides.
func listens(path string) bool {
	if _, err := os.Stat(path); err == nil {
		return true
	}
	sockets, err := os.ReadFile("/proc/net/unix")
	return err == nil && bytes.Contains(sockets, []byte(" @"+path+"\n"))
}

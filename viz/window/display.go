//go:build pixel && cgo

package window

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

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

// answerTime is how long a display may take to answer.
const answerTime = time.Second

// screen reports what is wrong with the display that the library will use: Wayland's if it was built for that, else X11's. An X server
// must answer: the library takes its time over one that does not, and logs it.
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
	for _, a := range serverAddresses(display) {
		if c, err := net.DialTimeout(a.network, a.address, answerTime); err == nil {
			_ = c.Close()
			return nil
		}
	}
	return unavailable("no X server answers at DISPLAY=%s: start it from a desktop, or correct DISPLAY", display)
}

// address is one of the network's.
type address struct{ network, address string }

// serverAddresses returns where the X server of a display may listen: X(7), "DISPLAY NAMES".
func serverAddresses(display string) []address {
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		return nil
	}
	host, number := display[:colon], display[colon+1:]
	number, _, _ = strings.Cut(number, ".") // the screen
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 0 || n > 1<<15:
		return nil
	case filepath.IsAbs(host):
		return []address{{"unix", display}, {"unix", host}}
	case host == "" || host == "unix":
		path := "/tmp/.X11-unix/X" + number
		return []address{{"unix", path}, {"unix", "@" + path}}
	}
	return []address{{"tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(6000+n))}}
}

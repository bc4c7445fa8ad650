package systest

import (
	"bufio"
	"bytes"
	wire "encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// xServer is an X server without a screen.
type xServer struct{ display string }

// newXServer starts a server, which ends with the test. Options are added to its command.
func newXServer(t *testing.T, options ...string) xServer {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	args := append([]string{"-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"}, options...)
	cmd := exec.CommandContext(t.Context(), "Xvfb", args...)
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; test.sh installs it", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb says no display: %v", err)
	}
	return xServer{":" + strings.TrimSpace(line)}
}

// env returns the environment of a program that uses the server.
func (x xServer) env(more ...string) []string {
	return append(append(os.Environ(), "DISPLAY="+x.display, "WAYLAND_DISPLAY=", "LIBGL_ALWAYS_SOFTWARE=1"), more...)
}

// xdotool does what a person does.
func (x xServer) xdotool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xdotool", args...)
	cmd.Env = x.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("xdotool %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// typing taps a key n times and returns how long it took each time until come returned.
func (x xServer) typing(t *testing.T, n int, come func()) []time.Duration {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xdotool", "-")
	cmd.Env = x.env()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var delays []time.Duration
	for range n {
		time.Sleep(30 * time.Millisecond)
		start := time.Now()
		if _, err := io.WriteString(in, "key --delay 0 o\n"); err != nil {
			t.Fatal(err)
		}
		come()
		delays = append(delays, time.Since(start))
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return delays
}

// xClient speaks the X11 protocol, as far as tests need it (X Window System Protocol, X version 11, appendix B).
type xClient struct{ conn net.Conn }

func (x xServer) connect(t *testing.T) *xClient {
	t.Helper()
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+x.display[1:])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &xClient{conn}
	if _, err := conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	head := c.read(t, 8)
	c.read(t, 4*int(wire.LittleEndian.Uint16(head[6:])))
	if head[0] != 1 {
		t.Fatal("the X server does not let the test in")
	}
	return c
}

func (c *xClient) read(t *testing.T, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c.conn, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// send sends a request: its code, the byte beside it, and the words after the length.
func (c *xClient) send(t *testing.T, code, detail byte, body ...any) {
	t.Helper()
	var b bytes.Buffer
	for _, part := range body {
		if err := wire.Write(&b, wire.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	b.Write(make([]byte, -b.Len()&3))
	request := append([]byte{code, detail}, wire.LittleEndian.AppendUint16(nil, uint16(1+b.Len()/4))...)
	if _, err := c.conn.Write(append(request, b.Bytes()...)); err != nil {
		t.Fatal(err)
	}
}

// reply returns the answer to a request: 32 bytes, and what follows. Errors of the server are returned.
func (c *xClient) reply(t *testing.T) (head, rest []byte, err error) {
	t.Helper()
	for {
		head = c.read(t, 32)
		switch head[0] {
		case 0:
			return nil, nil, fmt.Errorf("X error %d of request %d", head[1], head[10])
		case 1:
			return head, c.read(t, 4*int(wire.LittleEndian.Uint32(head[4:]))), nil
		}
	}
}

// atom returns the number of a name.
func (c *xClient) atom(t *testing.T, name string) uint32 {
	t.Helper()
	c.send(t, 16, 0, uint16(len(name)), uint16(0), []byte(name))
	head, _, err := c.reply(t)
	if err != nil {
		t.Fatal(err)
	}
	return wire.LittleEndian.Uint32(head[8:])
}

// askToClose sends what a window manager sends when a person closes a window.
func (c *xClient) askToClose(t *testing.T, window uint32) {
	t.Helper()
	protocols, del := c.atom(t, "WM_PROTOCOLS"), c.atom(t, "WM_DELETE_WINDOW")
	c.send(t, 25, 0, window, uint32(0), uint8(33), uint8(32), uint16(0), window, protocols, del, [4]uint32{})
	c.atom(t, "WM_PROTOCOLS") // the request is through
}

// screenshot returns what the window shows from its top left, in rows of R, G, B, 255.
func (c *xClient) screenshot(t *testing.T, window uint32, width, height int) ([]byte, error) {
	t.Helper()
	c.send(t, 73, 2, window, uint16(0), uint16(0), uint16(width), uint16(height), ^uint32(0))
	_, pix, err := c.reply(t)
	if err != nil {
		return nil, err // the window may be smaller still
	}
	if len(pix) < 4*width*height {
		return nil, errors.New("the screen has not 32 bits per pixel")
	}
	pix = pix[:4*width*height]
	for i := 0; i < len(pix); i += 4 {
		pix[i], pix[i+2], pix[i+3] = pix[i+2], pix[i], 255
	}
	return pix, nil
}

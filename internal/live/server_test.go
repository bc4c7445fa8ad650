package live

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// serve returns a server of a learner that listens in dir.
func serve(t *testing.T, dir string, cfg Config) (s *Server, p *Peek) {
	t.Helper()
	p = NewPeek()
	s = NewServer(p, cfg)
	if err := s.Listen(dir); err != nil {
		t.Fatal(err)
	}
	stop := learner(p)
	t.Cleanup(func() { stop() })
	return s, p
}

func dial(t *testing.T, dir string) *Client {
	t.Helper()
	c, err := Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// eventually waits for what other goroutines bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatal(what)
}

func TestServerShowsAllClients(t *testing.T) {
	for _, interval := range []time.Duration{0, time.Millisecond} {
		dir, cfg := t.TempDir(), quick()
		cfg.Interval = interval
		s, p := serve(t, dir, cfg)
		if p.Watched() {
			t.Error("the run is watched before anybody connects")
		}
		a, b := dial(t, dir), dial(t, dir)
		inside, err := s.Connect()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*Client{a, b, inside} {
			frames(t, c, 20)
		}
		if err := a.Want(); err != nil {
			t.Fatal(err)
		}
		if got := <-a.Params(); len(got.Files) != 1 || len(got.Files[0].Data) != 1000 {
			t.Errorf("parameters %+v", got)
		}
		if len(b.Params()) > 0 {
			t.Error("parameters come to one who did not ask")
		}
		_, _, _ = a.Close(), b.Close(), inside.Close()
		eventually(t, "the run is watched after all have gone", func() bool { return !p.Watched() })
		if err := s.Close(Reached); err != nil {
			t.Error(err)
		}
	}
}

func TestServerTellsTheEnd(t *testing.T) {
	for _, end := range []End{Reached, Stopped, Failed} {
		dir := t.TempDir()
		s, _ := serve(t, dir, quick())
		c := dial(t, dir)
		frames(t, c, 2)
		if err := s.Close(end); err != nil {
			t.Fatal(err)
		}
		if <-c.Done(); c.End() != end || c.Err() != nil {
			t.Errorf("the client is told %v, %v; want %v", c.End(), c.Err(), end)
		}
		if _, err := os.Lstat(filepath.Join(dir, socketName)); err == nil {
			t.Error("the socket is still there")
		}
		if _, err := Dial(dir); !errors.Is(err, ErrNobody) {
			t.Errorf("after the end: %v", err)
		}
	}
}

// Those who read nothing, send what they should not, or come in crowds are cut off or turned away; the run and the others go on.
func TestServerHostileClients(t *testing.T) {
	dir := t.TempDir()
	s, p := serve(t, dir, quick())
	knocks := func() net.Conn {
		conn, err := knock(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	guests := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.guests)
	}
	good := dial(t, dir)
	frames(t, good, 5)

	half := knocks() // reads nothing
	eventually(t, "a client that reads nothing is not let in", func() bool { return guests() == 2 })
	frames(t, good, 20)
	eventually(t, "a client that reads nothing is not cut off", func() bool { return guests() == 1 })
	_ = half.Close()

	garbage := knocks()
	if _, err := garbage.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, garbage); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a client that sends garbage is not cut off: %v", err)
	}
	frames(t, good, 5)

	flood := knocks() // asks without end, and is served no faster
	quit := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		block := []byte(strings.Repeat("p", 1<<16))
		for {
			if _, err := flood.Write(block); err != nil {
				return
			}
		}
	}()
	go func() { _, _ = io.Copy(io.Discard, flood); close(quit) }()
	frames(t, good, 20)
	_ = flood.Close()
	<-done
	<-quit

	var crowd []net.Conn
	for range 40 {
		if conn, err := knock(dir); err == nil {
			crowd = append(crowd, conn)
		}
	}
	frames(t, good, 20)
	if n := guests(); n > 3 {
		t.Errorf("%d clients are served, at most 3 should", n)
	}
	for _, conn := range crowd {
		_ = conn.Close()
	}
	eventually(t, "those who left are still served", func() bool { return guests() == 1 })
	again := dial(t, dir)
	frames(t, again, 3)
	_ = again.Close()

	deaf := knocks() // Close does not wait for one who reads nothing
	eventually(t, "not let in", func() bool { return guests() >= 2 })
	start := time.Now()
	if err := s.Close(Stopped); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*farewell {
		t.Errorf("closing took %v", took)
	}
	_ = deaf.Close()
	if p.Watched() {
		t.Error("the run is watched after the end")
	}
}

func TestServerIsFull(t *testing.T) {
	dir, cfg := t.TempDir(), quick()
	cfg.Clients = 1
	s, _ := serve(t, dir, cfg)
	defer s.Close(Stopped)
	frames(t, dial(t, dir), 1)
	if _, err := Dial(dir); err == nil || !strings.Contains(err.Error(), "turned the viewer away") {
		t.Errorf("the second of one: %v", err)
	}
	if _, err := s.Connect(); err == nil {
		t.Error("the second of one is let in from inside")
	}
}

func TestClientRefuses(t *testing.T) {
	for text, want := range map[string]string{ // order: each by itself
		"auxrl watch 0002":                            "version 2",
		"HTTP/1.1 200 OK\n":                           "no run",
		greeting + "0001\x09\x00\x00\x00\x00":         "malformed",
		greeting + "0001\x01\xff\xff\xff\xff":         "malformed",
		greeting + "0001\x01\x01\x00\x00\x00\x00":     "malformed",
		greeting + "0001\x03\x02\x00\x00\x00\x01\x01": "malformed",
	} {
		near, far := net.Pipe()
		go func() { _, _ = far.Write([]byte(text)); _ = far.Close() }()
		c, err := newClient(near)
		if err == nil {
			<-c.Done()
			err = c.Err()
			_ = c.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestDoor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, socketName)
	d, err := openDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("%v, %v; want a socket of mode 0600", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("more is left than the socket: %v", entries)
	}
	_ = d.listener.Close() // as if the process had died
	if _, err := knock(dir); err == nil {
		t.Error("a dead socket answers")
	}
	if _, err := Dial(dir); !errors.Is(err, ErrNobody) {
		t.Errorf("a dead socket: %v", err)
	}
	if d, err = openDoor(dir); err != nil {
		t.Fatal("over a dead socket: ", err)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openDoor(dir); err == nil {
		t.Error("a file of the user's is replaced")
	}
}

// A path that is too long for a socket leads to one elsewhere, which goes with it.
func TestDoorLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100), strings.Repeat("e", 100))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", shortDir(t))
	var left string
	for range 2 {
		d, err := openDoor(dir)
		if err != nil {
			t.Fatal(err)
		}
		if left != "" {
			if _, err := os.Lstat(left); err == nil {
				t.Error("what a dead process left is still there")
			}
		}
		conn, err := knock(dir)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		info, err := os.Stat(filepath.Join(dir, socketName))
		if err != nil || info.Mode() != os.ModeSocket|0o600 {
			t.Errorf("%v, %v; want a socket of mode 0600", info.Mode(), err)
		}
		left = d.aside
		_ = d.listener.Close()
		if conn, err := net.Dial("unix", filepath.Join(left, "s")); err == nil {
			_ = conn.Close()
			t.Error("a dead socket answers")
		}
	}
	d, err := openDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	t.Setenv("TMPDIR", dir)
	if _, err := openDoor(dir); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("nowhere to put it: %v", err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, socketName)); err != nil {
		t.Fatal(err)
	}
	if err := clearDoor(filepath.Join(dir, socketName)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("/etc/passwd"); err != nil {
		t.Error("a link leads astray")
	}
}

// shortDir returns a directory whose path leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "l") //nolint:usetesting // that one is long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Memory does not grow with the number of frames, at full speed.
func TestServerHeap(t *testing.T) {
	first, n := 1000, 20_000
	if testing.Short() {
		first, n = 200, 2000
	}
	p := NewPeek()
	s := NewServer(p, Default())
	defer s.Close(Stopped)
	dir := t.TempDir()
	if err := s.Listen(dir); err != nil {
		t.Fatal(err)
	}
	c := dial(t, dir)
	eventually(t, "the run is not watched", p.Watched)
	show := func(n int) {
		for range n {
			f := p.Frame()
			f.Obs = append(f.Obs[:0], make([]byte, rowLen)...)
			p.Publish()
			select {
			case <-c.Ready():
				c.Take()
			case <-c.Done():
				t.Fatalf("the connection ended: %v, %v", c.End(), c.Err())
			}
		}
	}
	show(first)
	before := heap()
	show(n - first)
	if after := heap(); after > before+64<<10 {
		t.Errorf("%d bytes after %d frames, %d after %d", before, first, after, n)
	}
}

// heap returns how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

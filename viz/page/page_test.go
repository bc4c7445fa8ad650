package page

import (
	"bytes"
	"fmt"
	"image"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/viz"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// drawn returns what the dashboard makes of a snapshot.
func drawn(s *viz.Snapshot, w, h int, light bool) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	(&viz.Dashboard{Light: light}).Draw(img, s)
	return img
}

// watched waits until so many browsers are served.
func watched(t *testing.T, p *Page, n int32) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); p.watching.Load() != n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d browsers are served, want %d", p.watching.Load(), n)
		}
		<-time.After(time.Millisecond)
	}
}

// A browser's picture is the dashboard's, pixel by pixel, in each look, after each frame.
func TestBrowserShowsDashboard(t *testing.T) {
	for _, c := range []struct {
		query       string
		prefer      bool
		w, h        int
		light, also bool // also: another browser, with another look
	}{
		{"", false, 400, 250, false, false},
		{"?light", false, 400, 250, true, true},
		{"?tall", false, 250, 400, false, true},
		{"?tall&light", false, 250, 400, true, false},
		{"", true, 400, 250, true, false},
		{"?dark", true, 400, 250, false, false},
	} {
		t.Run(fmt.Sprintf("%s preferring light %t", c.query, c.prefer), func(t *testing.T) {
			p := newPage(t, func(cfg *Config) { cfg.Light = c.prefer })
			b := open(t, p, c.query)
			browsers := []*browser{b}
			if c.also {
				browsers = append(browsers, open(t, p, ""))
			}
			if b.hello.Width != c.w || b.hello.Height != c.h || b.hello.Light != c.light {
				t.Errorf("told %+v", b.hello)
			}
			e := newEpisode()
			for k := range 3 {
				if err := p.Show(&e.snap); err != nil {
					t.Fatal(err)
				}
				for _, b := range browsers {
					b.frame()
				}
				if want := drawn(&e.snap, c.w, c.h, c.light); !bytes.Equal(b.shown.Pix, want.Pix) {
					t.Fatalf("frame %d differs", k)
				}
				e.step()
			}
		})
	}
}

// Who comes late is sent the whole picture, also if nothing is shown any more.
func TestLateBrowser(t *testing.T) {
	p := newPage(t, nil)
	early, e := open(t, p, ""), newEpisode()
	for range 3 {
		p.Show(&e.snap)
		early.frame()
		e.step()
	}
	p.Show(&e.snap)
	early.frame()
	late := open(t, p, "")
	late.frame()
	if want := drawn(&e.snap, 400, 250, false); !bytes.Equal(late.shown.Pix, want.Pix) {
		t.Error("the picture of a late browser differs")
	}
}

// A picture that does not change is not sent.
func TestStillPicture(t *testing.T) {
	p := newPage(t, nil)
	b, e := open(t, p, ""), newEpisode()
	p.Show(&e.snap)
	b.frame()
	for range 10 {
		p.Show(&e.snap)
	}
	e.step()
	p.Show(&e.snap)
	b.frame()
	if want := drawn(&e.snap, 400, 250, false); !bytes.Equal(b.shown.Pix, want.Pix) {
		t.Error("the frame after a still one is another")
	}
}

// A browser that does not read keeps nobody waiting; once it reads, what it missed is left out.
func TestSlowBrowser(t *testing.T) {
	p := newPage(t, func(c *Config) { c.Width, c.Height = 640, 400 })
	c, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(256 << 10)
	fmt.Fprintf(c, "GET /frames HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret-token\r\n\r\n")
	watched(t, p, 1)
	quick, e := open(t, p, ""), newEpisode()
	shown := 0
	for behind := uint32(0); behind < 10; shown++ { // frames that have no place in the buffers of the connection
		e.step()
		if err := p.Show(&e.snap); err != nil {
			t.Fatal(err)
		}
		quick.frame()
		p.mu.Lock()
		behind = p.looks[0].version - p.clients[0].seen
		p.mu.Unlock()
	}
	want := drawn(&e.snap, 640, 400, false)
	if !bytes.Equal(quick.shown.Pix, want.Pix) {
		t.Error("the quick browser shows something else")
	}
	resp, err := http.ReadResponse(newReader(c), nil) //nolint:bodyclose // which would read to the end of what has none
	if err != nil {
		t.Fatal(err)
	}
	slow := &browser{t: t, p: p, body: newReader(resp.Body), shown: image.NewRGBA(want.Rect)}
	slow.event()
	slow.hello = quick.hello
	for !bytes.Equal(slow.shown.Pix, want.Pix) {
		slow.frame()
	}
	if slow.frames > shown-9 {
		t.Errorf("the slow browser was sent %d frames of %d", slow.frames, shown)
	}
}

// Without browsers nothing is drawn.
func TestNobodyWatches(t *testing.T) {
	p := newPage(t, nil)
	e := newEpisode()
	if n := testing.AllocsPerRun(100, func() { p.Show(&e.snap) }); n != 0 {
		t.Errorf("Show allocates %v times", n)
	}
	b := open(t, p, "")
	p.Show(&e.snap)
	b.frame()
	b.close()
	watched(t, p, 0)
	before := p.looks[0].version
	p.Show(&e.snap)
	if p.looks[0].version != before {
		t.Error("a frame was drawn for nobody")
	}
}

// Frames beyond the rate are dropped.
func TestRate(t *testing.T) {
	p := newPage(t, func(c *Config) { c.FPS = 0.001 })
	b, e := open(t, p, ""), newEpisode()
	for range 10 {
		p.Show(&e.snap)
		e.step()
	}
	b.frame()
	if v := p.looks[0].version; v != 1 {
		t.Errorf("%d frames were drawn within a thousand seconds", v)
	}
}

// Close tells browsers, closes the channel of keys and leaves nothing behind, also if somebody does not read.
func TestClose(t *testing.T) {
	p := newPage(t, func(c *Config) { c.Width, c.Height = 4096, 4096 })
	stuck, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	stuck.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(stuck, "GET /frames HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret-token\r\n\r\n")
	watched(t, p, 1)
	b := open(t, p, "")
	idle, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if kind, _ := b.event(); kind != "end" {
		t.Errorf("the last event is %q", kind)
	}
	if _, ok := <-p.Keys(); ok {
		t.Error("the channel of keys is open")
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://")); err == nil {
		t.Error("the server listens")
	}
	if p.press([]viz.Key{'a'}) {
		t.Error("a key came after Close")
	}
}

func TestConfig(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"width": func(c *Config) { c.Width = 0 }, "height": func(c *Config) { c.Height = 4097 }, "FPS": func(c *Config) { c.FPS = 0 },
		"clients": func(c *Config) { c.Clients = 0 }, "short token": func(c *Config) { c.Token = "1234567" },
		"odd token": func(c *Config) { c.Token = "12345678#" }, "address": func(c *Config) { c.Addr = "nowhere" },
	} {
		c := Default()
		change(&c)
		if p, err := Listen(c); err == nil {
			p.Close()
			t.Errorf("%s: no error", name)
		} else if !strings.HasPrefix(err.Error(), "page: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestURL(t *testing.T) {
	a, b := newPage(t, func(c *Config) { c.Token = "" }), newPage(t, func(c *Config) { c.Token = "" })
	if !strings.HasPrefix(a.URL(), "http://127.0.0.1:") || len(a.cfg.Token) < 20 || !strings.HasSuffix(a.URL(), "/#"+a.cfg.Token) || a.cfg.Token == b.cfg.Token {
		t.Errorf("addresses %s, %s", a.URL(), b.URL())
	}
	everywhere := newPage(t, func(c *Config) { c.Addr = ":0" })
	if strings.Contains(everywhere.URL(), "[::]") || strings.Contains(everywhere.URL(), "0.0.0.0") {
		t.Errorf("address %s", everywhere.URL())
	}
}

// Keys arrive in their order, by the same names as everywhere.
func TestKeys(t *testing.T) {
	p := newPage(t, nil)
	send := func(body string) int { return request(t, p, http.MethodPost, "/keys", body, nil).status }
	if got := send(`[" ","N","ArrowUp","ArrowDown","ArrowLeft","ArrowRight","Enter","Escape","ü"]`); got != http.StatusNoContent {
		t.Fatalf("status %d", got)
	}
	for _, want := range []viz.Key{' ', 'n', viz.KeyUp, viz.KeyDown, viz.KeyLeft, viz.KeyRight, viz.KeyEnter, viz.KeyEscape, 'ü'} {
		if got := <-p.Keys(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	for _, body := range []string{``, `{}`, `"a"`, `["ab"]`, `[""]`, `["\u0003"]`, `["F5"]`, `[1]`, `["a"]x`, `["\ufffd"]`} {
		if got := send(body); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, got)
		}
	}
	if got := send(`["` + strings.Repeat("a", maxBody) + `"]`); got != http.StatusRequestEntityTooLarge {
		t.Errorf("too long a body: status %d", got)
	}
	most := `["` + strings.Join(slices.Repeat([]string{"a"}, maxKeys), `","`) + `"]`
	if got := send(most); got != http.StatusNoContent {
		t.Errorf("%d keys: status %d", maxKeys, got)
	}
	if got := send(`["b"]`); got != http.StatusServiceUnavailable {
		t.Errorf("one more: status %d", got)
	}
}

func FuzzDecodeKeys(f *testing.F) {
	for _, s := range []string{`[]`, `["a","ArrowUp"]`, `["\u0000"]`, `[["a"]]`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := decodeKeys(body)
		if err != nil && keys != nil {
			t.Error("keys with an error")
		}
		for _, k := range keys {
			if got, ok := keyOf(nameOf(k)); !ok || got != k {
				t.Errorf("key %d is called %q, which is %d", k, nameOf(k), got)
			}
		}
	})
}

// Once everything was shown, a frame allocates nothing.
func TestFrameAllocatesNothing(t *testing.T) {
	a, b := newEpisode(), newEpisode()
	for range 100 {
		b.step()
	}
	z, c := newTiles(image.Pt(960, 600), &viz.Dashboard{}), &client{}
	sent := 0
	frame := func() {
		a, b = b, a
		z.draw(&a.snap)
		c.data, c.seen = z.appendSince(c.data[:0], c.seen)
		sent = len(c.data)
	}
	for range 4 {
		frame()
	}
	if n := testing.AllocsPerRun(10, frame); n != 0 || sent == 0 {
		t.Errorf("a frame of %d bytes allocates %v times", sent, n)
	}
}

package page

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/color"
	"net/http"
	"strings"
	"testing"
)

// browser is what page.js is to the server.
type browser struct {
	t      *testing.T
	p      *Page
	body   *bufio.Reader
	close  func() error
	hello  greeting
	shown  *image.RGBA
	frames int
}

// newPage returns a page that drops no frame for its rate, and is closed when the test ends.
func newPage(t *testing.T, change func(c *Config)) *Page {
	t.Helper()
	c := Default()
	c.Token, c.FPS = "secret-token", 1e9
	c.Width, c.Height = 400, 250
	if change != nil {
		change(&c)
	}
	p, err := Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case <-p.closed:
		default:
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return p
}

// base returns the address of the page without the token.
func (p *Page) base() string {
	base, _, _ := strings.Cut(p.URL(), "/#")
	return base
}

// client returns a client whose connections end with the test.
func newClient(t *testing.T) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// open opens the page in a browser.
func open(t *testing.T, p *Page, query string) *browser {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base()+"/frames"+query, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.cfg.Token)
	resp, err := newClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: status %d, %s", query, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	b := &browser{t: t, p: p, body: bufio.NewReader(resp.Body), close: resp.Body.Close}
	kind, data := b.event()
	if kind != "hello" {
		t.Fatalf("the first event is %q", kind)
	}
	if err := json.Unmarshal([]byte(data), &b.hello); err != nil {
		t.Fatal(err)
	}
	b.shown = image.NewRGBA(image.Rect(0, 0, b.hello.Width, b.hello.Height))
	return b
}

// event returns the next event, comments apart.
func (b *browser) event() (kind, data string) {
	b.t.Helper()
	for {
		line, err := b.body.ReadString('\n')
		if err != nil {
			b.t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" && kind+data != "":
			return kind, data
		case strings.HasPrefix(line, "event: "):
			kind = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		}
	}
}

// frame waits for a frame and lays it over the picture.
func (b *browser) frame() {
	b.t.Helper()
	kind, data := b.event()
	if kind != "" {
		b.t.Fatalf("an event %q, want a frame", kind)
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		b.t.Fatal(err)
	}
	b.frames++
	side := b.hello.Tile
	cols := (b.hello.Width + side - 1) / side
	for len(raw) > 0 {
		i, n := int(binary.BigEndian.Uint16(raw)), int(binary.BigEndian.Uint16(raw[2:]))
		at := image.Pt(i%cols*side, i/cols*side)
		r := image.Rectangle{at, at.Add(image.Pt(side, side))}.Intersect(b.shown.Rect)
		unpack(b.t, b.shown, r, raw[4:4+n])
		raw = raw[4+n:]
	}
}

// unpack is a decoder of the Quite OK Image Format as its specification has it, but for rows that are repeated.
func unpack(t *testing.T, img *image.RGBA, r image.Rectangle, code []byte) {
	t.Helper()
	var index [64]color.RGBA
	px := color.RGBA{A: 255}
	run := 0
rows:
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if run > 0 {
				run--
				img.SetRGBA(x, y, px)
				continue
			}
			if len(code) == 0 {
				t.Fatalf("tile %v: the code ends at %d, %d", r, x, y)
			}
			b := code[0]
			n := 1
			switch {
			case b == 0b11111111:
				if x != r.Min.X || y == r.Min.Y || y+int(code[1]) > r.Max.Y || code[1] == 0 {
					t.Fatalf("tile %v: the row above %d, %d, %d times", r, x, y, code[1])
				}
				for range code[1] {
					copy(img.Pix[img.PixOffset(r.Min.X, y):][:4*r.Dx()], img.Pix[img.PixOffset(r.Min.X, y-1):])
					y++
				}
				code = code[2:]
				y--
				continue rows
			case b == 0b11111110:
				px.R, px.G, px.B = code[1], code[2], code[3]
				n = 4
			case b>>6 == 0b00:
				px = index[b]
			case b>>6 == 0b01:
				px.R += b>>4&3 - 2
				px.G += b>>2&3 - 2
				px.B += b&3 - 2
			case b>>6 == 0b10:
				dg := b&63 - 32
				px.R += dg + code[1]>>4 - 8
				px.G += dg
				px.B += dg + code[1]&15 - 8
				n = 2
			default:
				run = int(b & 63)
			}
			code = code[n:]
			index[(int(px.R)*3+int(px.G)*5+int(px.B)*7+int(px.A)*11)%64] = px
			img.SetRGBA(x, y, px)
		}
	}
	if len(code) > 0 || run > 0 {
		t.Fatalf("tile %v: %d bytes and %d pixels are left", r, len(code), run)
	}
}

package page

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

// answer is what came of a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// request sends a request, as the page does unless it is changed.
func request(t *testing.T, p *Page, method, path, body string, change func(r *http.Request)) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.base()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.cfg.Token)
	r.Header.Set("Origin", p.base())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(r)
	}
	resp, err := newClient(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if resp.Header.Get("Content-Type") != "text/event-stream" { // which does not end
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		a.body = string(text)
	}
	return a
}

// What is not the page's own, or comes from elsewhere, is refused; nothing of it reaches the keys.
func TestRefusals(t *testing.T) {
	p := newPage(t, func(c *Config) { c.Hosts = []string{"trainer.example"} })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(p.base(), "http://"))
	host := func(h string) func(*http.Request) {
		return func(r *http.Request) { r.Host = h; r.Header.Set("Origin", "http://"+h) }
	}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	without := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			for _, n := range names {
				r.Header.Del(n)
			}
		}
	}
	foreign := func(r *http.Request) {
		r.Header.Set("Origin", "http://evil.example")
		r.Header.Del("Sec-Fetch-Site")
	}
	for _, c := range []struct {
		name, method, path string
		change             func(r *http.Request)
		want               int
	}{
		{"page", "GET", "/", nil, 200},
		{"page without token", "GET", "/", without("Authorization", "Origin", "Sec-Fetch-Site"), 200},
		{"script", "GET", "/page.js", nil, 200},
		{"style", "GET", "/page.css", nil, 200},
		{"icon", "GET", "/icon.svg", nil, 200},
		{"frames", "GET", "/frames", nil, 200},
		{"keys", "POST", "/keys", nil, 204},
		{"localhost", "POST", "/keys", host("localhost:" + port), 204},
		{"tunnel", "POST", "/keys", host("localhost:8000"), 204},
		{"IPv6", "POST", "/keys", host("[::1]:" + port), 204},
		{"listed name", "POST", "/keys", host("Trainer.example:" + port), 204},
		{"no browser", "POST", "/keys", without("Origin", "Sec-Fetch-Site"), 204},

		{"hostile host, page", "GET", "/", host("evil.example"), 421},
		{"hostile host, frames", "GET", "/frames", host("evil.example:" + port), 421},
		{"hostile host, keys", "POST", "/keys", host("evil.example:" + port), 421},
		{"host that begins well", "POST", "/keys", host("localhost.evil.example:" + port), 421},
		{"host that ends well", "POST", "/keys", host("evil-trainer.example"), 421},
		{"another address", "POST", "/keys", host("192.0.2.1:" + port), 421},
		{"host in a lie", "POST", "/keys", host("127.0.0.1.evil.example"), 421},

		{"cross-origin", "POST", "/keys", foreign, 403},
		{"cross-site", "POST", "/keys", set("Sec-Fetch-Site", "cross-site"), 403},
		{"same site, another port", "POST", "/keys", set("Sec-Fetch-Site", "same-site"), 403},
		{"null origin", "POST", "/keys", func(r *http.Request) { r.Header.Set("Origin", "null"); r.Header.Del("Sec-Fetch-Site") }, 403},
		{"other port's origin", "POST", "/keys", func(r *http.Request) {
			r.Header.Set("Origin", "http://127.0.0.1:1")
			r.Header.Del("Sec-Fetch-Site")
		}, 403},

		{"no token, keys", "POST", "/keys", without("Authorization"), 401},
		{"no token, frames", "GET", "/frames", without("Authorization"), 401},
		{"wrong token", "POST", "/keys", set("Authorization", "Bearer secret-tokem"), 401},
		{"longer token", "POST", "/keys", set("Authorization", "Bearer secret-token1"), 401},
		{"empty token", "POST", "/keys", set("Authorization", "Bearer "), 401},
		{"another scheme", "POST", "/keys", set("Authorization", "Basic secret-token"), 401},
		{"token in the query", "POST", "/keys?token=secret-token", without("Authorization"), 401},

		{"keys by GET", "GET", "/keys", nil, 405},
		{"frames by POST", "POST", "/frames", nil, 405},
		{"page by PUT", "PUT", "/", nil, 405},
		{"preflight", "OPTIONS", "/keys", foreign, 405},
		{"no such file", "GET", "/server.go", nil, 404},
		{"index", "GET", "/index.html", nil, 404},
		{"doubled", "GET", "//page.js", nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := request(t, p, c.method, c.path, `[]`, c.change)
			if got.status != c.want {
				t.Errorf("status %d, want %d: %s", got.status, c.want, got.body)
			}
			if csp := got.header.Get("Content-Security-Policy"); csp != policy {
				t.Errorf("policy %q", csp)
			}
			if h := got.header.Get("Access-Control-Allow-Origin"); h != "" {
				t.Errorf("others may read it: %q", h)
			}
		})
	}
	select {
	case k := <-p.Keys():
		t.Errorf("key %d came", k)
	default:
	}
}

// Paths with dots, as no client that cleans them would send them, lead nowhere: neither to a file nor to another path.
func TestPathsWithDots(t *testing.T) {
	p := newPage(t, nil)
	for _, path := range []string{
		"/..", "/../page.js", "/./page.js", "/x/../page.js", "/%2e%2e/page.js", "/..%2fpage.js", "/..\\page.js", "/....//page.js", "/page.js/.",
		"/../../../../../../etc/passwd", "/%00/page.js", "/page.js%00", "/page.js/",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
		resp, err := http.ReadResponse(newReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		c.Close()
		if resp.StatusCode != http.StatusNotFound || len(text) > 20 || resp.Header.Get("Location") != "" {
			t.Errorf("%s: status %d, %q", path, resp.StatusCode, text)
		}
	}
}

// A flood of connections and of streams is turned away, and those that come after it are served.
func TestFlood(t *testing.T) {
	p := newPage(t, func(c *Config) { c.Clients = 3 })
	for range 3 {
		open(t, p, "")
	}
	watched(t, p, 3)
	for range 20 {
		if got := request(t, p, "GET", "/frames", "", nil); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
			t.Fatalf("a fourth browser: status %d", got.status)
		}
	}
	var open []net.Conn
	refused := 0
	for range 4 * maxConns {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	for _, c := range open[2*maxConns:] { // the first of them may have been let in
		if _, err := c.Read(make([]byte, 1)); err != nil {
			refused++
		}
	}
	for _, c := range open {
		c.Close()
	}
	if refused != 2*maxConns {
		t.Errorf("of %d connections beyond the bound, %d were closed", 2*maxConns, refused)
	}
	for range 100 {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		text, _ := io.ReadAll(c)
		c.Close()
		if strings.HasPrefix(string(text), "HTTP/1.1 200 OK") {
			return
		}
	}
	t.Error("after the flood nobody is let in")
}

// A header that is too large ends the connection.
func TestLargeHeader(t *testing.T) {
	p := newPage(t, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(p.base(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n", strings.Repeat("x", 4*maxHeader))
	text, _ := io.ReadAll(c)
	if len(text) > 0 && !strings.HasPrefix(string(text), "HTTP/1.1 431 ") {
		t.Errorf("answered %.40q", text)
	}
}

package page

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of the server.
const (
	maxConns   = 64      // at a time
	maxHeader  = 8 << 10 // bytes
	maxBody    = 4 << 10 // bytes of a request
	sendBuffer = 1 << 17 // bytes: what is in it is on its way, however old
	patience   = 10 * time.Second
	idle       = 30 * time.Second
	farewell   = 300 * time.Millisecond // that Close gives the browsers
	heartbeat  = 5 * time.Second        // that a browser goes without news at most; page.js counts on it
	authScheme = "Bearer "
)

//go:embed page.html
var pageHTML []byte

//go:embed page.css
var pageCSS []byte

//go:embed page.js
var pageJS []byte

//go:embed icon.svg
var iconSVG []byte

// asset is a file of the page. None holds anything of the run.
type asset struct {
	kind string
	data []byte
}

// file returns the asset at a path.
func file(path string) (asset, bool) {
	switch path {
	case "/":
		return asset{"text/html; charset=utf-8", pageHTML}, true
	case "/page.css":
		return asset{"text/css; charset=utf-8", pageCSS}, true
	case "/page.js":
		return asset{"text/javascript; charset=utf-8", pageJS}, true
	case "/icon.svg":
		return asset{"image/svg+xml", iconSVG}, true
	}
	return asset{}, false
}

// policy lets the page load and call what is of this server, and nothing else; nobody may frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// newServer returns a server that waits for nobody long.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: idle,
		MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0),
	}
}

// newToken returns a token that nobody guesses.
func newToken() string { return rand.Text() }

// serve answers a request.
func (p *Page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if status := p.check(r); status != http.StatusOK {
		h.Set("Connection", "close")
		http.Error(w, refusal(status), status)
		return
	}
	switch r.URL.Path {
	case "/frames":
		p.stream(w, r)
	case "/keys":
		p.takeKeys(w, r)
	default:
		f, _ := file(r.URL.Path)
		h.Set("Content-Type", f.kind)
		w.Write(f.data) //nolint:errcheck // who asked has gone
	}
}

// refusal says why a request is refused, to a person who may have mistyped it.
func refusal(status int) string {
	if status == http.StatusMisdirectedRequest {
		return "This page goes by the address that the program printed, and by no other name."
	}
	return http.StatusText(status)
}

// check returns the status that a request is refused with, or 200.
func (p *Page) check(r *http.Request) int {
	_, isFile := file(r.URL.Path)
	method := http.MethodGet
	if r.URL.Path == "/keys" {
		method = http.MethodPost
	}
	switch {
	case !p.knows(r):
		return http.StatusMisdirectedRequest
	case !isFile && r.URL.Path != "/frames" && r.URL.Path != "/keys":
		return http.StatusNotFound
	case r.Method != method:
		return http.StatusMethodNotAllowed
	case p.guard.Check(r) != nil:
		return http.StatusForbidden
	case !isFile && !p.admits(r):
		return http.StatusUnauthorized
	}
	return http.StatusOK
}

// knows reports whether a request names this host: by a loopback name, by the address that it came in at, or by a name that the owner
// has listed. Another name is one that somebody else's name server points here. The port is not looked at: it is another behind a tunnel.
func (p *Page) knows(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	if host == "localhost" || slices.ContainsFunc(p.cfg.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ip.IsLoopback() || local != nil && ipOf(local) == ip.Unmap()
}

// admits reports whether a request has the token.
func (p *Page) admits(r *http.Request) bool {
	got, ok := strings.CutPrefix(r.Header.Get("Authorization"), authScheme)
	return ok && subtle.ConstantTimeCompare([]byte(got), []byte(p.cfg.Token)) == 1
}

// ipOf returns the IP of an address of TCP.
func ipOf(a net.Addr) netip.Addr {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// address returns the address of the page at a listener. Of one that listens everywhere, the first of the machine's own addresses that
// others can reach is taken.
func address(a net.Addr) string {
	ip := ipOf(a)
	_, port, _ := net.SplitHostPort(a.String())
	if ip.IsUnspecified() {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		all, _ := net.InterfaceAddrs()
		for _, a := range all {
			n, ok := a.(*net.IPNet)
			if own, valid := netip.AddrFromSlice(n.IP); ok && valid && own.Unmap().Is4() && own.Unmap().IsGlobalUnicast() {
				ip = own.Unmap()
				break
			}
		}
	}
	return "http://" + net.JoinHostPort(ip.String(), port) + "/"
}

// bounded is a listener that closes connections beyond maxConns at once: a flood does not keep those out for long that come after it.
type bounded struct {
	net.Listener
	mu   sync.Mutex
	open int
}

// Accept waits for a connection that there is room for.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.count(1) <= maxConns {
			if tcp, ok := c.(*net.TCPConn); ok {
				tcp.SetWriteBuffer(sendBuffer) //nolint:errcheck // then it is as the system has it
			}
			return &counted{Conn: c, of: b}, nil
		}
		b.count(-1)
		c.Close()
	}
}

func (b *bounded) count(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open += n
	return b.open
}

// counted is a connection of a bounded listener.
type counted struct {
	net.Conn
	of   *bounded
	once sync.Once
}

// Close makes room for another.
func (c *counted) Close() error {
	c.once.Do(func() { c.of.count(-1) })
	return c.Conn.Close()
}

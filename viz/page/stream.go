package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// client is a browser that is sent frames.
type client struct {
	look  int
	seen  uint32        // version of the tiles that it has
	woken chan struct{} // holds one: there may be newer tiles
	data  []byte        // tiles, as they are
	event []byte        // tiles, as they are sent
}

// wake tells the client that there is a frame. It does not wait.
func (c *client) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// greeting is what a browser learns first.
type greeting struct {
	Title  string        `json:"title"`
	Width  int           `json:"width"`
	Height int           `json:"height"`
	Tile   int           `json:"tile"`
	Light  bool          `json:"light"`
	Help   []greetingKey `json:"help"`
}

type greetingKey struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	About string `json:"about"`
}

// stream sends a browser frames until one of the two ends it.
func (p *Page) stream(w http.ResponseWriter, r *http.Request) {
	c := p.see(p.lookOf(r.URL.Query()))
	if c == nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many viewers", http.StatusServiceUnavailable)
		return
	}
	defer p.forget(c)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	if out.SetReadDeadline(time.Time{}) != nil { // nothing more is read; a deadline would end the context
		return
	}
	send := func(b []byte) bool {
		if out.SetWriteDeadline(time.Now().Add(patience)) != nil {
			return false
		}
		_, err := w.Write(b)
		return err == nil && out.Flush() == nil
	}
	c.event = p.greet(c.event, c.look)
	if !send(c.event) {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return
		case <-p.closed:
			send([]byte("event: end\ndata:\n\n"))
			return
		case <-beat.C:
			ok = send([]byte(":\n\n"))
		case <-c.woken:
			if p.take(c); len(c.data) > 0 {
				ok = send(c.event)
			}
		}
		if !ok {
			return
		}
	}
}

// lookOf returns the look that a browser asks for.
func (p *Page) lookOf(q url.Values) (look int) {
	if q.Has("tall") {
		look |= tall
	}
	if q.Has("light") || p.cfg.Light && !q.Has("dark") {
		look |= light
	}
	return look
}

// greet appends the event that a stream begins with.
func (p *Page) greet(b []byte, look int) []byte {
	g := greeting{Title: p.cfg.Title, Width: p.cfg.Width, Height: p.cfg.Height, Tile: tileSide, Light: look&light != 0, Help: []greetingKey{}}
	if look&tall != 0 {
		g.Width, g.Height = g.Height, g.Width
	}
	for _, k := range p.cfg.Help {
		g.Help = append(g.Help, greetingKey{nameOf(k.Key), k.Name, k.About})
	}
	text, err := json.Marshal(g)
	if err != nil {
		panic("page: greeting: not marshalled") // it is made of strings and numbers
	}
	b = append(b, "event: hello\ndata: "...)
	b = append(b, text...)
	return append(b, "\n\n"...)
}

// take sets what is to be sent to a client: the tiles that have changed since the last time.
func (p *Page) take(c *client) {
	p.mu.Lock()
	c.data, c.seen = p.looks[c.look].appendSince(c.data[:0], c.seen)
	p.mu.Unlock()
	c.event = append(c.event[:0], "data: "...)
	c.event = base64.StdEncoding.AppendEncode(c.event, c.data)
	c.event = append(c.event, "\n\n"...)
}

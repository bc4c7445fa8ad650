// Package page is a sink that shows snapshots in a browser, and takes the keys that are pressed there.
//
//	p, err := page.Listen(page.Default())
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	fmt.Println("watch at", p.URL())
//	for step(&snap) {
//		if err := p.Show(&snap); err != nil {
//			return err
//		}
//	}
//
// The program is the server; the page is embedded in it and needs nothing from anywhere else. Pictures are those of [viz.Dashboard],
// cut into tiles. A browser is sent the tiles that have changed since what it was sent last, as server-sent events, whenever it is
// ready for more: a slow one skips frames, and nobody waits for it. While no browser is there, nothing is drawn.
//
// Who may see it: the server listens on the loopback interface unless told otherwise. Frames and keys take a token, which the address
// of the page holds behind its #, where browsers keep it to themselves. Requests that name another host (DNS rebinding) or come from
// another site's page are refused. Keys reach the viewer that shows the page, nothing else.
package page

import (
	"errors"
	"fmt"
	"image"
	"net"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/auxrl/auxrl/viz"
)

// Config says where the page is and what it looks like.
type Config struct {
	Addr          string    // to listen on, host:port; "": a free port of the loopback interface
	Hosts         []string  // names, without a port, that the page may be called by besides localhost and its own address
	Token         string    // that frames and keys take: letters, digits, - and _, eight or more; "": made at random
	Title         string    // of the page
	Width, Height int       // of the picture in pixels; on a screen that stands upright the two change places
	Light         bool      // dark on light; otherwise it is as the browser prefers
	FPS           float64   // frames per second at most; more are dropped
	Clients       int       // browsers at a time; more are turned away
	Help          []KeyHelp // keys that have a button
}

// KeyHelp says what a key is for.
type KeyHelp struct {
	Key   viz.Key
	Name  string // of the key
	About string // what it does, in a word or two
}

// Default returns a size at which all parts are easily read, the rate at which training publishes, and room for a few people.
func Default() Config { return Config{Title: "auxrl", Width: 960, Height: 600, FPS: 30, Clients: 8} }

// maxSide is the longest side of a picture: the number of a tile has two bytes.
const maxSide = 4096

var tokens = regexp.MustCompile(`^[0-9A-Za-z_-]{8,}$`)

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	switch {
	case c.Width < 1 || c.Width > maxSide || c.Height < 1 || c.Height > maxSide:
		return fmt.Errorf("page: picture is %dx%d, sides must be in 1..%d", c.Width, c.Height, maxSide)
	case !(c.FPS > 0):
		return fmt.Errorf("page: FPS is %v, must be positive", c.FPS)
	case c.Clients < 1:
		return fmt.Errorf("page: Clients is %d, must be positive", c.Clients)
	case c.Token != "" && !tokens.MatchString(c.Token):
		return errors.New("page: Token must be eight or more letters, digits, - and _")
	}
	return nil
}

// Page is a sink that draws in browsers. Who waits for keys shows the last snapshot again a few times a second: for browsers that come
// in meanwhile, and because it may have been dropped. Show and Close belong to one goroutine, the channel of Keys to any.
type Page struct {
	cfg    Config
	url    string
	server *http.Server
	guard  *http.CrossOriginProtection
	closed chan struct{} // by Close
	served chan struct{} // closed when the server has ended

	watching atomic.Int32   // clients there are
	streams  sync.WaitGroup // of clients
	pace     *viz.Pacer     // of Show
	waiting  []*client      // for the frame that Show draws

	mu      sync.Mutex // of everything below
	looks   [looks]*tiles
	clients []*client
	keys    chan viz.Key
	over    bool  // keys is closed
	closing bool  // nobody is let in any more
	err     error // that ended the server
}

// maxKeys is how many keys may wait.
const maxKeys = 128

// Listen serves a page until Close.
func Listen(c Config) (*Page, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Token == "" {
		c.Token = newToken()
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	p := &Page{
		cfg: c, url: address(l.Addr()) + "#" + c.Token, guard: http.NewCrossOriginProtection(),
		closed: make(chan struct{}), served: make(chan struct{}), keys: make(chan viz.Key, maxKeys),
		pace: viz.NewPacer(c.FPS, viz.SystemClock{}),
	}
	p.server = newServer(http.HandlerFunc(p.serve))
	go func() {
		defer close(p.served)
		p.end(p.server.Serve(&bounded{Listener: l}))
	}()
	return p, nil
}

// URL returns the address of the page, token included.
func (p *Page) URL() string { return p.url }

// Keys returns the channel of keys that were pressed in any of the browsers, in their order. Of those that nobody takes, 128 wait and
// more are lost. It is closed by Close, or when the server has failed, which the next Show reports.
func (p *Page) Keys() <-chan viz.Key { return p.keys }

// Show draws s for the browsers that are there.
func (p *Page) Show(s *viz.Snapshot) error {
	if p.watching.Load() == 0 || !p.pace.Due() {
		return p.failed()
	}
	p.draw(s)
	for _, c := range p.waiting { // not before the lock is free: they would but wait for it
		c.wake()
	}
	return p.failed()
}

// draw draws s in the looks that are wanted, and notes for whom.
func (p *Page) draw(s *viz.Snapshot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting[:0], p.clients...)
	var drawn [looks]bool
	for _, c := range p.waiting {
		if !drawn[c.look] {
			drawn[c.look] = true
			p.looks[c.look].draw(s)
		}
	}
}

// failed returns what ended the server, if anything did.
func (p *Page) failed() error {
	select {
	case <-p.served:
		return p.err
	default:
		return nil
	}
}

// Close tells the browsers, ends the server and closes the channel of keys.
func (p *Page) Close() error {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	close(p.closed)
	left := make(chan struct{})
	go func() {
		p.streams.Wait()
		close(left)
	}()
	select {
	case <-left:
	case <-viz.SystemClock{}.After(farewell): // somebody does not read
	}
	err := p.server.Close()
	<-left
	<-p.served
	if err != nil {
		err = fmt.Errorf("page: %w", err)
	}
	return errors.Join(p.err, err)
}

// end notes that the server has ended.
func (p *Page) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !errors.Is(err, http.ErrServerClosed) {
		p.err = fmt.Errorf("page: %w", err)
	}
	p.over = true
	close(p.keys)
}

// press passes keys on, and reports whether there was room for all.
func (p *Page) press(keys []viz.Key) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range keys {
		if p.over {
			return false
		}
		select {
		case p.keys <- k:
		default:
			return false
		}
	}
	return true
}

// A look is one of the ways that the picture is drawn: the sum of these.
const (
	tall  = 1 << iota // for screens that stand upright
	light             // dark on light

	looks = 1 << iota // how many there are
)

// see adds a client, or returns nil if there are enough.
func (p *Page) see(look int) *client {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.clients) >= p.cfg.Clients || p.closing {
		return nil
	}
	if p.looks[look] == nil {
		size := image.Pt(p.cfg.Width, p.cfg.Height)
		if look&tall != 0 {
			size.X, size.Y = size.Y, size.X
		}
		p.looks[look] = newTiles(size, &viz.Dashboard{Light: look&light != 0})
	}
	c := &client{look: look, woken: make(chan struct{}, 1)}
	if p.looks[look].version > 0 {
		c.wake() // there is a picture already
	}
	p.clients = append(p.clients, c)
	p.watching.Add(1)
	p.streams.Add(1)
	return c
}

// forget removes a client.
func (p *Page) forget(c *client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients = slices.DeleteFunc(p.clients, func(x *client) bool { return x == c })
	p.watching.Add(-1)
	p.streams.Done()
}

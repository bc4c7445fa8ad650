package live

import (
	"net"
	"sync"
	"time"
)

// guest is a client as the server knows it. What is newer replaces what has not been sent.
type guest struct {
	conn     net.Conn
	patience time.Duration
	wants    bool // parameters; the server's

	mu     sync.Mutex
	hello  []byte // to be sent first; empty: it was
	frame  []byte // message to be sent; empty: none
	params []byte // likewise; shared with other guests
	end    []byte // likewise, the last one
	left   bool   // nothing more can be sent
	wake   chan struct{}
}

// farewell is how long the last message may take.
const farewell = time.Second / 5

func newGuest(conn net.Conn, patience time.Duration) *guest {
	return &guest{conn: conn, patience: patience, hello: appendHello(nil), wake: make(chan struct{}, 1)}
}

// offer gives the guest a frame, which is copied.
func (g *guest) offer(frame []byte) {
	g.mu.Lock()
	g.frame = append(g.frame[:0], frame...)
	g.mu.Unlock()
	g.awake()
}

// give gives it parameters, which are not.
func (g *guest) give(params []byte) {
	g.mu.Lock()
	g.params = params
	g.mu.Unlock()
	g.awake()
}

// dismiss lets it go with a last message, for which there is a moment, and for what it is being sent.
func (g *guest) dismiss(end End) {
	g.mu.Lock()
	g.end = appendEnd(end)
	_ = g.conn.SetDeadline(time.Now().Add(farewell)) // closed already: all the better
	g.mu.Unlock()
	g.awake()
}

// cut lets it go at once.
func (g *guest) cut() {
	g.mu.Lock()
	g.left = g.left || g.end == nil // it may have closed the other way and still read the end
	left := g.left
	g.mu.Unlock()
	if left {
		_ = g.conn.Close()
	}
	g.awake()
}

func (g *guest) awake() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// write sends what there is, until the guest does not read it, is cut off or has been told the end.
func (g *guest) write() {
	defer g.conn.Close()
	var free []byte
	for {
		message, last := g.next(&free)
		if len(message) > 0 {
			if _, err := g.conn.Write(message); err != nil {
				return
			}
		}
		if last {
			return
		}
		if len(message) == 0 {
			<-g.wake
		}
	}
}

// next returns what is to be sent, and whether it is the last. The memory of frames goes back and forth through free.
func (g *guest) next(free *[]byte) (message []byte, last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left {
		return nil, true
	}
	if g.end == nil {
		_ = g.conn.SetWriteDeadline(time.Now().Add(g.patience)) // fails as the write does
	}
	switch {
	case len(g.hello) > 0:
		message, g.hello = g.hello, nil
	case g.end != nil:
		return g.end, true
	case g.params != nil:
		message, g.params = g.params, nil
	case len(g.frame) > 0:
		message, g.frame = g.frame, (*free)[:0]
		*free = message
	}
	return message, false
}

package live

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Config says how a server treats its clients.
type Config struct {
	Interval time.Duration // between two frames at least; 0: as fast as they come
	Clients  int           // that are served at a time; more are turned away
	Patience time.Duration // how long a client may read nothing of what it is sent before it is cut off
	Pause    time.Duration // between two bytes that are read from a client, and two that connect: a flood costs nothing
}

// Default returns 20 frames a second for eight clients.
func Default() Config {
	return Config{Interval: time.Second / 20, Clients: 8, Patience: 5 * time.Second, Pause: 20 * time.Millisecond}
}

// Server shows a run to those who connect. Nothing that they do reaches the run, but for the request to copy its parameters.
type Server struct {
	cfg  Config
	peek *Peek
	door *door // nil: nobody can connect from outside
	quit chan struct{}
	busy sync.WaitGroup

	mu     sync.Mutex
	guests []*guest
	closed bool
	change chan struct{} // guests came, went or want something

	frame []byte // message, of pump
}

// NewServer returns a server of what a run leaves in a peek, which nobody can connect to from outside; see [Server.Listen].
func NewServer(p *Peek, cfg Config) *Server {
	s := &Server{cfg: cfg, peek: p, quit: make(chan struct{}), change: make(chan struct{}, 1)}
	s.busy.Add(1)
	go s.pump()
	return s
}

// Listen lets clients connect through a socket in a run's directory, which is locked by the caller. What an earlier process left is
// removed.
func (s *Server) Listen(dir string) error {
	d, err := openDoor(dir)
	if err != nil {
		return fmt.Errorf("live: listen in %s: %w", dir, err)
	}
	s.door = d
	s.busy.Add(1)
	go s.accept()
	return nil
}

// Connect returns a client within the process. It counts as one.
func (s *Server) Connect() (*Client, error) {
	near, far := net.Pipe()
	if !s.admit(far) {
		return nil, errors.New("live: there are too many viewers")
	}
	return newClient(near)
}

// Close tells all clients how training ended, lets go of them and removes the socket. It waits for clients that read nothing no
// longer than a fifth of a second.
func (s *Server) Close(end End) error {
	var err error
	if s.door != nil {
		err = s.door.close()
	}
	s.mu.Lock()
	s.closed = true
	for _, g := range s.guests {
		g.dismiss(end)
	}
	s.mu.Unlock()
	close(s.quit)
	s.busy.Wait()
	return err
}

func (s *Server) accept() {
	defer s.busy.Done()
	for {
		conn, err := s.door.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err == nil && !s.admit(conn):
			_ = conn.Close() // it is told nothing: a flood is not worth it
		}
		if !s.pause() {
			return
		}
	}
}

// pause waits a little; it returns false when the server is closed.
func (s *Server) pause() bool {
	select {
	case <-time.After(s.cfg.Pause):
		return true
	case <-s.quit:
		return false
	}
}

// admit begins to serve a client, if there is room.
func (s *Server) admit(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.guests) >= s.cfg.Clients {
		return false
	}
	g := newGuest(conn, s.cfg.Patience)
	s.guests = append(s.guests, g)
	s.busy.Add(2)
	go func() {
		defer s.busy.Done()
		g.write()
		s.leave(g)
	}()
	go func() {
		defer s.busy.Done()
		s.listen(g)
	}()
	s.changed()
	return true
}

// listen reads what a client wants, until it sends anything else.
func (s *Server) listen(g *guest) {
	defer g.cut()
	var b [1]byte
	for {
		if _, err := g.conn.Read(b[:]); err != nil || b[0] != wantParams {
			return
		}
		s.mu.Lock()
		g.wants = true
		s.mu.Unlock()
		s.changed()
		if !s.pause() {
			return
		}
	}
}

// leave forgets a client.
func (s *Server) leave(g *guest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.guests {
		if other == g {
			s.guests = append(s.guests[:i], s.guests[i+1:]...)
			break
		}
	}
	s.changed()
}

// changed wakes pump.
func (s *Server) changed() {
	select {
	case s.change <- struct{}{}:
	default:
	}
}

// pump asks for frames while there are clients, and hands out what comes.
func (s *Server) pump() {
	defer s.busy.Done()
	var ticker *time.Ticker
	var tick <-chan time.Time
	defer func() {
		s.peek.Watch(false)
		if ticker != nil {
			ticker.Stop()
		}
	}()
	for {
		select {
		case <-s.quit:
			return
		case <-s.change:
			some := s.look()
			s.peek.Watch(some)
			switch {
			case some && s.cfg.Interval <= 0:
				s.peek.Ask()
			case some && ticker == nil:
				ticker = time.NewTicker(s.cfg.Interval)
				tick = ticker.C
			case !some && ticker != nil:
				ticker.Stop()
				ticker, tick = nil, nil
			}
		case <-tick:
			s.peek.Ask()
		case <-s.peek.Ready():
			s.handOut()
		case p := <-s.peek.Params():
			s.give(&p)
		}
	}
}

// look reports whether there are clients, and asks for parameters if one wants them.
func (s *Server) look() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guests {
		if g.wants {
			s.peek.Want()
		}
	}
	return len(s.guests) > 0
}

// handOut offers the newest frame to every client.
func (s *Server) handOut() {
	if f := s.peek.Take(); f != nil {
		s.frame = appendFrame(s.frame, f)
		if len(s.frame)-header <= most(kindFrame) {
			s.mu.Lock()
			for _, g := range s.guests {
				g.offer(s.frame)
			}
			s.mu.Unlock()
		}
	}
	if s.cfg.Interval <= 0 {
		s.peek.Ask()
	}
}

// give sends parameters to those who want them.
func (s *Server) give(p *Params) {
	message := appendParams(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guests {
		if g.wants {
			g.wants = false
			g.give(message)
		}
	}
}

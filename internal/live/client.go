package live

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// ErrNobody is in what Dial returns where no run is in training.
var ErrNobody = errors.New("is not being trained")

// Client looks on at a run. Frames that it is too slow for are lost, not late. Its methods are for one goroutine.
type Client struct {
	conn net.Conn
	peek *Peek // frames from the reading goroutine to the caller
	done chan struct{}
	end  End   // valid when done is closed
	err  error // likewise
}

// Dial connects to the run that is in training in a directory.
func Dial(dir string) (*Client, error) {
	conn, err := knock(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("live: the run in %s %w", dir, ErrNobody)
	case err != nil:
		return nil, fmt.Errorf("live: connect: %w", err)
	}
	return newClient(conn)
}

// newClient waits for the greeting.
func newClient(conn net.Conn) (*Client, error) {
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second)) // what fails fails again when reading
	r := bufio.NewReaderSize(conn, 64<<10)
	if err := readHello(r); err != nil {
		_ = conn.Close() // the cause is known
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("live: the run turned the viewer away: it has others, or is ending")
		}
		return nil, err
	}
	_ = conn.SetReadDeadline(time.Time{})
	c := &Client{conn: conn, peek: NewPeek(), done: make(chan struct{})}
	go c.read(r)
	return c, nil
}

// read receives until the connection ends.
func (c *Client) read(r io.Reader) {
	defer close(c.done)
	var b []byte
	for {
		kind, body, err := readMessage(r, b)
		if b = body; err == nil {
			err = c.receive(kind, body)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				c.err = err
			}
			return
		}
		if kind == kindParams {
			b = nil // large
		}
	}
}

func (c *Client) receive(kind byte, body []byte) error {
	switch kind {
	case kindFrame:
		if err := DecodeFrame(body, c.peek.Frame()); err != nil {
			return err
		}
		c.peek.Publish()
	case kindParams:
		p, err := DecodeParams(body)
		if err != nil {
			return err
		}
		c.peek.Give(p)
	case kindEnd:
		if len(body) != 1 {
			return errFormat
		}
		c.end = End(body[0])
		return io.EOF
	}
	return nil
}

// Ready returns a channel that gives something when there is a frame to Take.
func (c *Client) Ready() <-chan struct{} { return c.peek.Ready() }

// Take returns the newest frame, valid until the next Take; nil: there is none that was not taken before.
func (c *Client) Take() *Frame { return c.peek.Take() }

// Want asks for the parameters as they will be after the update under way.
func (c *Client) Want() error {
	c.peek.Want()
	_ = c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second)) // fails as the write does
	if _, err := c.conn.Write([]byte{wantParams}); err != nil {
		return fmt.Errorf("live: ask for parameters: %w", err)
	}
	return nil
}

// Params returns a channel that gives what Want asked for.
func (c *Client) Params() <-chan Params { return c.peek.Params() }

// Done returns a channel that is closed when no more can come. Then End says how training ended, and Err what was wrong with the
// connection, if anything.
func (c *Client) Done() <-chan struct{} { return c.done }

// End is valid after Done.
func (c *Client) End() End { return c.end }

// Err is valid after Done.
func (c *Client) Err() error { return c.err }

// Close ends the connection.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.done
	return err
}

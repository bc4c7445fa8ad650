package live

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"github.com/auxrl/auxrl/internal/run"
)

// A connection begins with greeting and version.
const (
	greeting = "auxrl watch "
	version  = 1
	hello    = len(greeting) + 4
)

// Kinds of messages.
const (
	kindFrame  = 1
	kindParams = 2
	kindEnd    = 3

	wantParams = 'p' // what a client may send
)

// most is how long a message of a kind may be.
func most(kind byte) int {
	switch kind {
	case kindFrame:
		return 16 << 20
	case kindParams:
		return 1 << 30
	case kindEnd:
		return 1 << 10
	}
	return -1
}

// End says how training ended, for those who looked on.
type End uint8

const (
	Lost    End = iota // it is not known: the process died
	Reached            // the budget is spent, or the return to stop at is reached
	Stopped            // it was interrupted, and can be resumed
	Failed             // by an error
)

// appendHello appends what a connection begins with.
func appendHello(b []byte) []byte { return fmt.Appendf(b, "%s%04d", greeting, version) }

// appendEnd returns the last message.
func appendEnd(e End) []byte { return finish(append(begin(nil), byte(e)), kindEnd) }

const header = 5 // bytes before a message's own

// begin returns b with room for a header, and finish fills that in.
func begin(b []byte) []byte { return append(b[:0], 0, 0, 0, 0, 0) }

func finish(b []byte, kind byte) []byte {
	b[0] = kind
	binary.LittleEndian.PutUint32(b[1:], uint32(len(b)-header))
	return b
}

// appendFrame returns b, whose content it replaces, as a message.
func appendFrame(b []byte, f *Frame) []byte {
	c := codec{b: begin(b)}
	f.code(&c)
	return finish(c.b, kindFrame)
}

// DecodeFrame fills f with what appendFrame wrote, without the header. Its memory is used again.
func DecodeFrame(b []byte, f *Frame) error {
	c := codec{b: b, reading: true}
	f.code(&c)
	return c.end()
}

func (p *Params) code(c *codec) {
	number(c, &p.Step)
	list(c, &p.Files, 8)
	for i := range p.Files {
		c.text(&p.Files[i].Name)
		c.bytes(&p.Files[i].Data)
	}
}

// appendParams returns parameters as a message.
func appendParams(p *Params) []byte {
	n := header + 16
	for _, f := range p.Files {
		n += 8 + len(f.Name) + len(f.Data)
	}
	c := codec{b: begin(make([]byte, 0, n))}
	p.code(&c)
	return finish(c.b, kindParams)
}

// DecodeParams reads what appendParams wrote, without the header.
func DecodeParams(b []byte) (p Params, err error) {
	c := codec{b: b, reading: true}
	p.code(&c)
	return p, c.end()
}

// Checkpoint returns the parameters as a checkpoint that was loaded.
func (p *Params) Checkpoint() *run.Checkpoint { return &run.Checkpoint{Step: p.Step, Files: p.Files} }

// readHello checks what a connection begins with.
func readHello(r io.Reader) error {
	var b [hello]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return err
	}
	n, err := strconv.Atoi(string(b[len(greeting):]))
	if string(b[:len(greeting)]) != greeting || err != nil {
		return fmt.Errorf("live: no run is at the other end")
	}
	if n != version {
		return fmt.Errorf("live: the run speaks version %d, this program version %d: watch it with the program that trains", n, version)
	}
	return nil
}

// readMessage reads one message into b, whose memory is used again.
func readMessage(r io.Reader, b []byte) (kind byte, body []byte, err error) {
	var head [header]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, b, err
	}
	n := uint64(binary.LittleEndian.Uint32(head[1:]))
	if most(head[0]) < 0 || n > uint64(most(head[0])) {
		return 0, b, errFormat
	}
	b = b[:0]
	for uint64(len(b)) < n { // in pieces: a length is not trusted with memory
		at := len(b)
		piece := int(min(n-uint64(at), 1<<20))
		if cap(b)-at < piece {
			b = append(make([]byte, 0, min(int(n), 2*at+piece)), b...)
		}
		b = b[:at+piece]
		if _, err := io.ReadFull(r, b[at:]); err != nil {
			return 0, b, err
		}
	}
	return head[0], b, nil
}

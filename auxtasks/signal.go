package auxtasks

import (
	"fmt"
	"strings"
)

// Where tasks about signals read the network.
const (
	FromFeatures = "features" // what is seen now
	FromCore     = "core"     // what the recurrent core remembers too
)

// SignalConfig is what tasks that predict a world's signals have in common.
type SignalConfig struct {
	From   string `json:"from"`   // the tap that is read: FromFeatures or FromCore
	Newest bool   `json:"newest"` // draws from the newest rollout alone instead of from all that replay keeps
	Len    int    `json:"len"`    // transitions per sequence
	Seqs   int    `json:"seqs"`   // sequences per draw; 0: as many as there are worlds
	Burn   int    `json:"burn"`   // steps before them that only warm a recurrent state
	Hidden int    `json:"hidden"` // width of the hidden layer, 128 in Mirowski et al.
}

func defaultSignal(from string) SignalConfig {
	return SignalConfig{From: from, Newest: true, Len: 20, Hidden: 128}
}

// Validate reports the first setting that cannot work.
func (c SignalConfig) Validate() error {
	switch {
	case c.From != FromFeatures && c.From != FromCore:
		return fmt.Errorf("from is %q, must be %q or %q", c.From, FromFeatures, FromCore)
	case c.Len < 1 || c.Hidden < 1:
		return fmt.Errorf("len and hidden are %d and %d, must be at least 1", c.Len, c.Hidden)
	case c.Seqs < 0 || c.Burn < 0:
		return fmt.Errorf("seqs and burn are %d and %d, must not be negative", c.Seqs, c.Burn)
	}
	return nil
}

func (c SignalConfig) draw() Draw {
	return Draw{Len: c.Len, Seqs: c.Seqs, Burn: c.Burn, Newest: c.Newest, NoNext: true, NoState: c.From != FromCore}
}

// signalTask classifies what a signal says of each row.
type signalTask struct {
	SignalConfig
	*classifier
	tap    Tap
	signal Signal
	stride int // floats of all signals of a row
}

// build finds the signal and the tap for a task of the given name, and makes the head: each of the signal's floats is one of so many
// classes.
func (s *signalTask) build(task, signal string, c SignalConfig, classes int, d *Dims) (err error) {
	s.SignalConfig = c
	var found bool
	if s.signal, found = d.Signal(signal); !found || s.signal.Len == 0 {
		return fmt.Errorf("auxtasks: %s: the world has no signal %q, it has %s", task, signal, signalNames(d))
	}
	if s.tap, found = d.Tap(c.From); !found || s.tap.Len() == 0 {
		return fmt.Errorf("auxtasks: %s: from is %q, but the encoder has no such tap; a recurrent agent has both %q and %q",
			task, c.From, FromFeatures, FromCore)
	}
	for _, other := range d.Signals {
		s.stride += other.Len
	}
	s.classifier = newCells(s.tap.Len(), c.Hidden, s.signal.Len, classes, capacity(d, c.draw()), d)
	return nil
}

func signalNames(d *Dims) string {
	if len(d.Signals) == 0 {
		return "none"
	}
	names := make([]string, len(d.Signals))
	for i, s := range d.Signals {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// Needs implements Task.
func (s *signalTask) Needs() Needs {
	return Needs{Source: Replay, Draw: s.draw(), Taps: []string{s.tap.Name}, Signals: true}
}

// Heads implements Task.
func (s *signalTask) Heads() []Head { return s.heads() }

// of returns the signal of a row.
func (s *signalTask) of(b *Batch, row int) []float32 {
	at := row*s.stride + s.signal.Off
	return b.Signals[at : at+s.signal.Len]
}

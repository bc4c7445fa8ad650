package viz

import "errors"

// Sink shows snapshots: on a terminal, in a window, in a file. Show may be called as often as the owner likes and keeps nothing
// of s. Close completes what was begun, restores the terminal and finishes the file; it is called once, also after an error.
type Sink interface {
	Show(s *Snapshot) error
	Close() error
}

// Sinks shows the same snapshots on several sinks.
type Sinks []Sink

// Show shows s on every sink, and joins their errors.
func (all Sinks) Show(s *Snapshot) error {
	var err error
	for _, sink := range all {
		if e := sink.Show(s); e != nil {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Close closes every sink, and joins their errors.
func (all Sinks) Close() error {
	var err error
	for _, sink := range all {
		err = errors.Join(err, sink.Close())
	}
	return err
}

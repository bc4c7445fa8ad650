package agent

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/run"
	"github.com/klauspost/compress/s2"
)

// frozen is what a checkpoint will hold: a copy that is not touched by training on.
type frozen struct {
	step  int64
	files []run.File
	same  run.Same // segments of replay that an earlier checkpoint has

	pieces []run.File // segments that none has, compressed
	rest   []byte     // of replay, as it is
}

// segmentName returns the file of a segment of replay.
func segmentName(k int64) string { return fmt.Sprintf("replay-%012d.s2", k) }

// hold compresses the segments of replay that became whole and that neither have nor held has: in passing, so that a save need not do
// it for all at once. It lets go of those that are gone.
func (x *extras) hold(have run.Same, held []run.File) []run.File {
	if x.ring == nil {
		return nil
	}
	lo, hi := x.ring.Segments()
	held = slices.DeleteFunc(held, func(f run.File) bool { return f.Name < segmentName(lo) })
	for k := lo; k < hi; k++ {
		name := segmentName(k)
		if slices.Contains(have.Names, name) || slices.ContainsFunc(held, func(f run.File) bool { return f.Name == name }) {
			continue
		}
		x.raw = x.ring.AppendSegment(x.raw[:0], k)
		held = append(held, run.File{Name: name, Data: s2.Encode(nil, x.raw)})
	}
	return held
}

// freeze returns the trainer as a checkpoint to be. Segments of replay it takes from the checkpoint have, or from held; it uses the
// memory of rest, if there is enough.
func (t *Trainer) freeze(envID string, have run.Same, held []run.File, rest []byte) (*frozen, error) {
	files, err := t.fixed(envID)
	if err != nil {
		return nil, err
	}
	f := &frozen{step: int64(t.step), files: files, same: run.Same{Step: have.Step}}
	ring := t.extras.ring
	if ring == nil {
		return f, nil
	}
	f.pieces = slices.Clone(t.extras.hold(have, held))
	lo, hi := ring.Segments()
	for k := lo; k < hi; k++ {
		if name := segmentName(k); slices.Contains(have.Names, name) {
			f.same.Names = append(f.same.Names, name)
		}
	}
	f.rest = ring.AppendRest(rest[:0])
	return f, nil
}

// pack returns the files that are not the same as before.
func (f *frozen) pack() []run.File {
	files := slices.Concat(f.files, f.pieces)
	if f.rest != nil {
		files = append(files, run.File{Name: replayName, Data: s2.Encode(nil, f.rest)})
	}
	return files
}

// segments returns the names of those that a checkpoint with these files has.
func (f *frozen) segments() run.Same {
	s := run.Same{Step: f.step, Names: slices.Clone(f.same.Names)}
	for _, p := range f.pieces {
		s.Names = append(s.Names, p.Name)
	}
	return s
}

// segmentsOf returns those of a checkpoint that was loaded.
func segmentsOf(c *run.Checkpoint) run.Same {
	s := run.Same{Step: c.Step}
	for _, f := range c.Files {
		var k int64
		if n, err := fmt.Sscanf(f.Name, "replay-%d.s2", &k); n == 1 && err == nil && f.Name == segmentName(k) {
			s.Names = append(s.Names, f.Name)
		}
	}
	return s
}

// unpack returns a piece of replay, which is no longer than limit.
func unpack(c *run.Checkpoint, name string, dst []byte, limit int64) ([]byte, error) {
	data, err := c.File(name)
	if err != nil {
		return nil, err
	}
	n, err := s2.DecodedLen(data)
	if err == nil && int64(n) > limit {
		err = fmt.Errorf("%d bytes are more than replay takes", n)
	}
	if err == nil {
		dst, err = s2.Decode(dst, data)
	}
	if err != nil {
		return nil, fmt.Errorf("agent: restore %s: %w", name, err)
	}
	return dst, nil
}

// restoreRing fills the ring from a checkpoint.
func (x *extras) restoreRing(c *run.Checkpoint) error {
	limit := x.ring.Bytes() + 1<<20
	rest, err := unpack(c, replayName, nil, limit)
	if err != nil {
		return err
	}
	var room []byte
	err = x.ring.RestorePieces(rest, func(k int64) ([]byte, error) {
		data, err := unpack(c, segmentName(k), room, limit)
		room = data[:cap(data)]
		return data, err
	})
	if err != nil {
		return fmt.Errorf("agent: restore %s: %w", replayName, err)
	}
	if codes := x.dims.Codes; codes != nil && !x.ring.Within(codes) {
		x.ring.Clear()
		return fmt.Errorf("agent: restore %s: symbols that the worlds do not have", replayName)
	}
	return nil
}

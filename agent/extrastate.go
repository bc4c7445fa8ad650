package agent

import (
	"encoding/binary"
	"fmt"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/run"
)

// files appends what a checkpoint holds of auxiliary tasks and bonuses, but for replay.
func (x *extras) files(files []run.File) ([]run.File, error) {
	if x.mixer != nil {
		data, err := run.EncodeTensors(x.tensors())
		if err != nil {
			return nil, fmt.Errorf("agent: encode %s: %w", auxName, err)
		}
		files = append(files, run.File{Name: auxName, Data: data})
	}
	if x.mixer != nil || len(x.bonuses) > 0 {
		files = append(files, run.File{Name: auxStateName, Data: x.appendState(nil)})
	}
	return files, nil
}

// restore continues from a checkpoint that files made.
func (x *extras) restore(c *run.Checkpoint) error {
	const hint = "was it saved with other tasks?"
	if x.mixer != nil {
		data, err := c.File(auxName)
		if err != nil {
			return err
		}
		if err := restoreTensors(data, x.tensors(), hint); err != nil {
			return fmt.Errorf("agent: restore %s: %w", auxName, err)
		}
	}
	if x.mixer != nil || len(x.bonuses) > 0 {
		data, err := c.File(auxStateName)
		if err != nil {
			return err
		}
		if err := x.restoreState(data); err != nil {
			return fmt.Errorf("agent: restore %s: %w", auxStateName, err)
		}
	}
	if x.ring != nil {
		return x.restoreRing(c)
	}
	return nil
}

// tensors lists the mixer's; they share its memory.
func (x *extras) tensors() (list []run.Tensor) {
	for _, t := range x.mixer.Tensors() {
		list = append(list, run.Tensor{Name: t.Name, Shape: t.Shape, Data: t.Data})
	}
	return list
}

// own returns the states of bonuses that the mixer does not keep.
func (x *extras) own() (states []auxtasks.Stateful) {
	for _, b := range x.bonuses {
		if _, mixed := b.Bonus.(auxtasks.Task); mixed {
			continue
		}
		if s, ok := b.Bonus.(auxtasks.Stateful); ok {
			states = append(states, s)
		}
	}
	return states
}

// appendState appends the bonuses' states and then the mixer's, each with its length before it.
func (x *extras) appendState(b []byte) []byte {
	states := x.own()
	if x.mixer != nil {
		states = append(states, x.mixer)
	}
	for _, s := range states {
		at := len(b)
		b = s.AppendState(append(b, 0, 0, 0, 0))
		binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return b
}

func (x *extras) restoreState(b []byte) error {
	states := x.own()
	if x.mixer != nil {
		states = append(states, x.mixer)
	}
	for _, s := range states {
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return fmt.Errorf("%d bytes are too few: was it saved with other bonuses?", len(b))
		}
		n := 4 + int(binary.LittleEndian.Uint32(b))
		if err := s.RestoreState(b[4:n:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	if len(b) > 0 {
		return fmt.Errorf("%d bytes are left: was it saved with other bonuses?", len(b))
	}
	return nil
}

package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Tensors lists the arrays that a checkpoint must hold beside the network and the optimiser's moments: the tasks' own parameters, the
// slow copies of the encoder and the slow means of gradients. Views share their memory.
func (m *Mixer) Tensors() []Tensor {
	var list []Tensor
	for _, h := range m.Heads() {
		list = appendParams(list, "task/"+h.Name, h.Params)
	}
	for _, f := range m.follows {
		for _, b := range f.blocks {
			list = appendParams(list, "follower/"+strconv.FormatFloat(float64(f.rate), 'g', -1, 32)+"/"+b.Name, b.Params)
		}
	}
	for i, b := range m.blocks {
		if m.smooth != nil {
			list = append(list, Tensor{Name: "mean/main/" + b.Name, Shape: []int{len(m.smooth[i])}, Data: m.smooth[i]})
		}
	}
	for _, k := range m.members {
		for i, b := range m.blocks {
			if k.smooth != nil {
				list = append(list, Tensor{Name: "mean/" + k.Name + "/" + b.Name, Shape: []int{len(k.smooth[i])}, Data: k.smooth[i]})
			}
		}
	}
	return list
}

// Tensor is a named array.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

func appendParams(list []Tensor, name string, p *Params) []Tensor {
	for _, v := range p.Views {
		list = append(list, Tensor{Name: name + "/" + v.Name, Shape: v.Shape, Data: p.W[v.Off : v.Off+v.Len()]})
	}
	return list
}

// AppendState appends what is not in Tensors.
func (m *Mixer) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, m.update)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.size))
	for _, k := range m.members {
		b = binary.LittleEndian.AppendUint64(b, uint64(k.valid))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(k.size))
		b = append(b, bit(k.nudged)|bit(k.proven)<<1|bit(k.report.Seen)<<2)
		b = binary.LittleEndian.AppendUint32(b, uint32(k.report.HeldRows))
		for _, v := range k.report.kept() {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(*v))
		}
		at := len(b)
		b = append(b, 0, 0, 0, 0)
		if s, ok := k.Task.(Stateful); ok {
			b = s.AppendState(b)
		}
		binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return b
}

// kept lists what the last measuring update found, which is told until the next.
func (r *TaskReport) kept() []*float32 {
	list := []*float32{&r.Held, &r.Norm, &r.Share, &r.Total, &r.Least}
	for i := range r.Cosine {
		list = append(list, &r.Cosine[i])
	}
	return list
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// RestoreState continues what AppendState saved of a Mixer of the same tasks.
func (m *Mixer) RestoreState(b []byte) error {
	const head = 16
	short := errors.New("auxtasks: restore: the tasks' state is too short: was it saved with other tasks?")
	if len(b) < head {
		return short
	}
	m.update, m.size = binary.LittleEndian.Uint64(b), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	b = b[head:]
	for _, k := range m.members {
		kept := k.report.kept()
		if len(b) < 25+4*len(kept) {
			return short
		}
		valid, flags, held := binary.LittleEndian.Uint64(b), b[16], binary.LittleEndian.Uint32(b[17:])
		k.size = math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
		if valid > math.MaxInt32 || flags > 7 || held > math.MaxInt32 {
			return fmt.Errorf("auxtasks: restore %s: its record is damaged", k.Name)
		}
		k.valid, k.nudged, k.proven = int(valid), flags&1 != 0, flags&2 != 0
		k.report.Seen, k.report.HeldRows = flags&4 != 0, int(held)
		b = b[21:]
		for i, v := range kept {
			*v = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		b = b[4*len(kept):]
		n := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return short
		}
		if s, ok := k.Task.(Stateful); ok {
			if err := s.RestoreState(b[:n:n]); err != nil {
				return fmt.Errorf("auxtasks: restore %s: %w", k.Name, err)
			}
		} else if n != 0 {
			return fmt.Errorf("auxtasks: restore %s: it has a state, but cannot take it", k.Name)
		}
		b = b[n:]
	}
	if len(b) != 0 {
		return errors.New("auxtasks: restore: the tasks' state is too long: was it saved with other tasks?")
	}
	return nil
}

package run

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/nlpodyssey/safetensors"
)

// Limits on tensors in a file, written or read. What a file claims is checked against them before anything is allocated for it.
const (
	maxHeader   = 16 << 20 // bytes of the JSON header
	maxTensors  = 65536
	maxRank     = 8
	maxElements = math.MaxInt32 // product of the dimensions other than 0
)

// Tensor is a named array of floats, slowest axis first. A tensor of rank 0 has one element.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// EncodeTensors returns the tensors in the safetensors format, in order of name: equal tensors give equal bytes, in whatever
// order they come. NaN and infinities keep every bit.
func EncodeTensors(tensors []Tensor) ([]byte, error) {
	if len(tensors) > maxTensors {
		return nil, fmt.Errorf("run: encode tensors: %d tensors, at most %d fit in a file", len(tensors), maxTensors)
	}
	views := make(map[string]view, len(tensors))
	for i := range tensors {
		t := &tensors[i]
		if err := t.validate(); err != nil {
			return nil, fmt.Errorf("run: encode tensor %q: %w", t.Name, err)
		}
		if _, twice := views[t.Name]; twice {
			return nil, fmt.Errorf("run: encode tensor %q: the name is used twice", t.Name)
		}
		views[t.Name] = view{t}
	}
	data, err := safetensors.Serialize(views, nil) // orders by name: there is one data type
	if err != nil {
		return nil, fmt.Errorf("run: encode tensors: %w", err)
	}
	if n := binary.LittleEndian.Uint64(data); n > maxHeader {
		return nil, fmt.Errorf("run: encode tensors: the header is %d bytes, at most %d fit", n, maxHeader)
	}
	return data, nil
}

// DecodeTensors returns the float32 tensors of a file in the safetensors format, in order of name. Data may come from anyone:
// memory is taken in proportion to what is there, not to what is claimed, and whatever is not exactly right is an error.
func DecodeTensors(data []byte) ([]Tensor, error) {
	header, err := tensorHeader(data)
	if err != nil {
		return nil, fmt.Errorf("run: decode tensors: %w", err)
	}
	if err := checkHeader(header); err != nil {
		return nil, fmt.Errorf("run: decode tensors: header: %w", err)
	}
	file, err := safetensors.Deserialize(data)
	if err != nil {
		return nil, fmt.Errorf("run: decode tensors: %w", err)
	}
	named := file.Tensors()
	tensors := make([]Tensor, len(named))
	for i := range named {
		if tensors[i], err = fromView(&named[i]); err != nil {
			return nil, fmt.Errorf("run: decode tensor %q: %w", named[i].Name, err)
		}
	}
	slices.SortFunc(tensors, func(a, b Tensor) int { return cmp.Compare(a.Name, b.Name) })
	return tensors, nil
}

// tensorHeader returns the JSON at the front.
func tensorHeader(data []byte) ([]byte, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("%d bytes are too few", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > maxHeader {
		return nil, fmt.Errorf("the header claims %d bytes, at most %d are read", n, maxHeader)
	}
	if n > uint64(len(data)-8) {
		return nil, fmt.Errorf("the header claims %d bytes, the file has %d more", n, len(data)-8)
	}
	return data[8 : 8+n], nil
}

func fromView(v *safetensors.NamedTensorView) (Tensor, error) {
	if t := v.TensorView.DType(); t != safetensors.F32 {
		return Tensor{}, fmt.Errorf("its type is %v, only F32 is read", t)
	}
	raw := v.TensorView.Data()
	t := Tensor{Name: v.Name, Shape: make([]int, len(v.TensorView.Shape())), Data: make([]float32, len(raw)/4)}
	for i, d := range v.TensorView.Shape() {
		t.Shape[i] = int(min(d, maxElements+1)) // too large is too large
	}
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return t, t.validate()
}

func (t *Tensor) validate() error {
	if t.Name == "" || t.Name == metadataKey || !utf8.ValidString(t.Name) {
		return errors.New("the name is not allowed")
	}
	if len(t.Shape) > maxRank {
		return fmt.Errorf("rank %d, at most %d is allowed", len(t.Shape), maxRank)
	}
	n, nonzero := int64(1), int64(1)
	for _, d := range t.Shape {
		if d < 0 || int64(d) > maxElements {
			return fmt.Errorf("shape %v is out of range", t.Shape)
		}
		n *= int64(d)
		nonzero *= max(int64(d), 1) // two factors of at most 31 bits: no overflow
		if nonzero > maxElements {
			return fmt.Errorf("shape %v is out of range", t.Shape)
		}
	}
	if n != int64(len(t.Data)) {
		return fmt.Errorf("shape %v has %d elements, there are %d", t.Shape, n, len(t.Data))
	}
	return nil
}

// view shows a tensor to the encoder.
type view struct{ t *Tensor }

func (v view) DType() safetensors.DType { return safetensors.F32 }
func (v view) DataLen() uint64          { return 4 * uint64(len(v.t.Data)) }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.t.Shape))
	for i, d := range v.t.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

func (v view) Data() []byte {
	b := make([]byte, 0, 4*len(v.t.Data))
	for _, x := range v.t.Data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

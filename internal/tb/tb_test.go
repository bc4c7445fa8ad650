package tb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
)

// golden is what RecordWriter and the protocol buffers of the Python package tensorboard 2.21.0 write for the same events.
var golden = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a2864" +
	"6c100000000000000095fbfe1809000000000000044010ac023a0208017d05b37db800000000000000a0d1b53a090000000000000a4010b5b8f0fe2d2aa6010a120a0b72657475726e5f6d65616e15cdcccc3d0a8f010a87016c6f73732f" + strings.Repeat("78", 130) +
	"150000c07fa89eb5110f000000000000006d532b092a0d0a0b0a047a65726f15000000008bf188bc"

func TestGolden(t *testing.T) {
	want, err := hex.DecodeString(golden)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	w, err := NewWriter(&got, 1.5)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(w.Restart(300, 2.5),
		w.Scalars(12345678901, 3.25, []Scalar{{"return_mean", 0.1}, {"loss/" + strings.Repeat("x", 130), math.NaN()}}),
		w.Scalars(0, 0, []Scalar{{"zero", 0}}))
	if err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got  %x (%v)\nwant %x", got.Bytes(), err, want)
	}
}

// The check value of CRC-32C is 0xe3069283; the mask is undone here another way than it is done.
func TestMasked(t *testing.T) {
	m := masked([]byte("123456789")) - 0xa282ead8
	if got := m>>17 | m<<15; got != 0xe3069283 {
		t.Errorf("unmasked: %#x", got)
	}
}

type full struct{ left int }

var errFull = errors.New("full")

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// Each event is one write, and its failure is told.
func TestFull(t *testing.T) {
	if _, err := NewWriter(&full{}, 0); !errors.Is(err, errFull) {
		t.Errorf("NewWriter: %v", err)
	}
	w, err := NewWriter(&full{left: 2}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Scalars(1, 0, []Scalar{{"a", 1}, {"b", 2}}); err != nil {
		t.Error(err)
	}
	if err := w.Restart(2, 0); !errors.Is(err, errFull) {
		t.Errorf("Restart: %v", err)
	}
}

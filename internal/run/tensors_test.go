package run

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func sameTensor(a, b Tensor) bool {
	bits := func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }
	return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && slices.EqualFunc(a.Data, b.Data, bits)
}

// file returns a file with the given header and body.
func fileOf(header string, body int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, body)...)
}

// The expected bytes are those of the test "simple serialization" of github.com/nlpodyssey/safetensors: [1, 2, 3] of 0..5.
func TestEncodeTensorsGolden(t *testing.T) {
	got, err := EncodeTensors([]Tensor{{"attn.0", []int{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}}})
	if err != nil {
		t.Fatal(err)
	}
	want := "\x40\x00\x00\x00\x00\x00\x00\x00" +
		`{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}` +
		"\x00\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40"
	if string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTensorsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tensor := rapid.Custom(func(t *rapid.T) Tensor {
			x := Tensor{Shape: rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")}
			x.Name = rapid.StringN(1, 20, -1).Draw(t, "name")
			n := 1
			for _, d := range x.Shape {
				n *= d
			}
			for _, b := range rapid.SliceOfN(rapid.Uint32(), n, n).Draw(t, "bits") { // NaN with every payload
				x.Data = append(x.Data, math.Float32frombits(b))
			}
			return x
		})
		want := rapid.SliceOfNDistinct(tensor, 0, 8, func(x Tensor) string { return x.Name }).Draw(t, "tensors")
		data, err := EncodeTensors(want)
		if err != nil {
			t.Fatal(err)
		}
		shuffled, err := EncodeTensors(rapid.Permutation(want).Draw(t, "order"))
		if err != nil || !bytes.Equal(data, shuffled) {
			t.Fatalf("order matters: %q, %q (%v)", data, shuffled, err)
		}
		got, err := DecodeTensors(data)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
		if !slices.EqualFunc(got, want, sameTensor) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestEncodeTensorsRefuses(t *testing.T) {
	many := make([]Tensor, maxTensors+1)
	long := []Tensor{{Name: strings.Repeat("x", maxHeader), Data: []float32{1}}}
	for name, tensors := range map[string][]Tensor{
		"too few":      {{"a", []int{2, 3}, make([]float32, 5)}},
		"scalar":       {{"a", nil, nil}},
		"no name":      {{"", []int{1}, []float32{1}}},
		"metadata":     {{metadataKey, []int{1}, []float32{1}}},
		"not UTF-8":    {{"\xff", []int{1}, []float32{1}}},
		"twice":        {{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{1}}},
		"rank 9":       {{"a", []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, []float32{1}}},
		"negative":     {{"a", []int{-1, -1}, []float32{1}}},
		"overflow":     {{"a", []int{1 << 31, 1 << 31, 4}, nil}},
		"hidden by 0":  {{"a", []int{0, 1 << 30, 1 << 30}, nil}},
		"too many":     many,
		"large header": long,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := EncodeTensors(tensors); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestDecodeTensorsRefuses(t *testing.T) {
	one := `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	many := func() string {
		var b strings.Builder
		b.WriteByte('{')
		for i := range maxTensors + 1 {
			fmt.Fprintf(&b, `"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},`, i)
		}
		return strings.TrimSuffix(b.String(), ",") + "}"
	}
	for name, data := range map[string][]byte{
		"nothing":            nil,
		"seven bytes":        make([]byte, 7),
		"no header":          make([]byte, 8),
		"header past end":    binary.LittleEndian.AppendUint64(nil, 100),
		"header of 2^64-1":   append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), '{', '}'),
		"space first":        fileOf(` {`+one+`}`, 4),
		"array":              fileOf(`[]`, 0),
		"text after":         fileOf(`{`+one+`}x`, 4),
		"newline after":      fileOf("{"+one+"}\n", 4),
		"torn":               fileOf(`{`+one, 4),
		"torn in tensor":     fileOf(`{"a":{"dtype":"F32","shape":[1`, 4),
		"tensor twice":       fileOf(`{`+one+`,`+one+`}`, 4),
		"same after escapes": fileOf(`{`+one+`,"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"key twice":          fileOf(`{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4),
		"metadata twice":     fileOf(`{"__metadata__":{"a":"b","a":"b"},`+one+`}`, 4),
		"metadata nested":    fileOf(`{"__metadata__":{"a":{"b":"c"}},`+one+`}`, 4),
		"unknown key":        fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4),
		"missing key":        fileOf(`{"a":{"dtype":"F32","shape":[1]}}`, 4),
		"null":               fileOf(`{"a":null}`, 0),
		"number":             fileOf(`{"a":1}`, 0),
		"dtype is a number":  fileOf(`{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}`, 4),
		"shape is a number":  fileOf(`{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}`, 4),
		"shape of strings":   fileOf(`{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}`, 4),
		"negative shape":     fileOf(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
		"rank 9":             fileOf(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4),
		"three offsets":      fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, 4),
		"hole":               fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"overlap":            fileOf(`{`+one+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"bytes after":        fileOf(`{`+one+`}`, 5),
		"too short":          fileOf(`{`+one+`}`, 3),
		"shape and size":     fileOf(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4),
		"product overflows":  fileOf(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0),
		"hidden by 0":        fileOf(`{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`, 0),
		"F16":                fileOf(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4),
		"no such type":       fileOf(`{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}`, 4),
		"empty name":         fileOf(`{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"too many":           fileOf(many(), 0),
		"deep":               fileOf(`{"a":`+strings.Repeat("[", 1<<20), 0),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := DecodeTensors(data); err == nil {
				t.Errorf("no error, but %v", got)
			}
		})
	}
}

// What other writers may do: metadata, padding, tensors laid out in another order than their names.
func TestDecodeTensorsOfOthers(t *testing.T) {
	data := fileOf(`{"__metadata__":{"format":"pt"},"z":{"dtype":"F32","shape":[],"data_offsets":[0,4]},`+
		`"a":{"data_offsets":[4,12],"shape":[1,2],"dtype":"F32"}}   `, 12)
	copy(data[len(data)-12:], "\x00\x00\x80\x3f")
	got, err := DecodeTensors(data)
	want := []Tensor{{"a", []int{1, 2}, []float32{0, 0}}, {"z", nil, []float32{1}}}
	if err != nil || !slices.EqualFunc(got, want, sameTensor) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

// Whatever is accepted is no larger than the input and survives being encoded.
func FuzzDecodeTensors(f *testing.F) {
	good, err := EncodeTensors([]Tensor{{"b", []int{2}, []float32{1, 2}}, {"a", nil, []float32{3}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(fileOf(`{}`, 0))
	f.Add(fileOf(`{"__metadata__":{"a":"b"}}`, 0))
	f.Add(fileOf(`{"a":{"dtype":"F32","shape":[0,2],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := DecodeTensors(data)
		if err != nil {
			return
		}
		size := 0
		for _, x := range tensors {
			size += 4 * len(x.Data)
		}
		if size > len(data) {
			t.Errorf("%d bytes of tensors from %d", size, len(data))
		}
		again, err := EncodeTensors(tensors)
		if err != nil {
			t.Fatalf("what was decoded is not encoded: %v", err)
		}
		back, err := DecodeTensors(again)
		if err != nil || !slices.EqualFunc(tensors, back, sameTensor) {
			t.Errorf("got %v (%v), want %v", back, err, tensors)
		}
	})
}

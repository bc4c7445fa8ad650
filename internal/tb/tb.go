// Package tb writes the event files that TensorBoard reads. A file is a sequence of records, each with its length and two checksums
// (TFRecord); each holds one Event in the wire format of protocol buffers (tensorflow/core/util/event.proto).
package tb

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// Scalar is a number with a tag, which names its chart: those of one name up to a slash stand together.
type Scalar struct {
	Tag   string
	Value float64 // kept as a float32, as the format has it
}

// Writer writes one event file. Its methods are for one goroutine at a time.
type Writer struct {
	w                     io.Writer
	record, event, nested []byte
}

// NewWriter begins a file. wall is the time in seconds since 1970; it is shown and reaches nothing else.
func NewWriter(w io.Writer, wall float64) (*Writer, error) {
	t := &Writer{w: w}
	t.begin(wall, 0)
	t.event = appendText(t.event, fieldVersion, "brain.Event:2")
	return t, t.write()
}

// Restart says that what an earlier file has of this step and later ones is void.
func (t *Writer) Restart(step int64, wall float64) error {
	t.begin(wall, step)
	const status, start = 1, 1
	t.nested = appendVarint(t.nested[:0], status<<3|varint)
	t.nested = appendVarint(t.nested, start)
	t.event = appendText(t.event, fieldSession, string(t.nested))
	return t.write()
}

// Scalars writes what was measured at one step. What is written is written whole: nothing is kept back.
func (t *Writer) Scalars(step int64, wall float64, values []Scalar) error {
	t.begin(wall, step)
	t.nested = t.nested[:0]
	for _, v := range values {
		const tag, simple = 1, 2
		size := 1 + len(appendVarint(nil, uint64(len(v.Tag)))) + len(v.Tag) + 1 + 4
		t.nested = appendVarint(t.nested, summaryValue<<3|delimited)
		t.nested = appendVarint(t.nested, uint64(size))
		t.nested = appendText(t.nested, tag, v.Tag)
		t.nested = appendVarint(t.nested, simple<<3|fixed32)
		t.nested = binary.LittleEndian.AppendUint32(t.nested, math.Float32bits(float32(v.Value)))
	}
	t.event = appendVarint(t.event, fieldSummary<<3|delimited)
	t.event = appendVarint(t.event, uint64(len(t.nested)))
	t.event = append(t.event, t.nested...)
	return t.write()
}

// Fields of Event and Summary, and wire types.
const (
	fieldWall    = 1
	fieldStep    = 2
	fieldVersion = 3
	fieldSummary = 5
	fieldSession = 7

	summaryValue = 1

	varint    = 0
	fixed64   = 1
	delimited = 2
	fixed32   = 5
)

// begin starts an event. As is usual in the format, what is 0 is left out.
func (t *Writer) begin(wall float64, step int64) {
	t.event = t.event[:0]
	if wall != 0 {
		t.event = appendVarint(t.event, fieldWall<<3|fixed64)
		t.event = binary.LittleEndian.AppendUint64(t.event, math.Float64bits(wall))
	}
	if step != 0 {
		t.event = appendVarint(t.event, fieldStep<<3|varint)
		t.event = appendVarint(t.event, uint64(step))
	}
}

// write writes the event as a record, in one piece.
func (t *Writer) write() error {
	t.record = binary.LittleEndian.AppendUint64(t.record[:0], uint64(len(t.event)))
	t.record = binary.LittleEndian.AppendUint32(t.record, masked(t.record))
	t.record = append(t.record, t.event...)
	t.record = binary.LittleEndian.AppendUint32(t.record, masked(t.event))
	if _, err := t.w.Write(t.record); err != nil {
		return fmt.Errorf("tb: write event: %w", err)
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the CRC-32C of data, masked as TFRecord has it: a checksum of data that has checksums in it is a poor one.
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

func appendVarint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

func appendText(b []byte, field uint64, s string) []byte {
	b = appendVarint(b, field<<3|delimited)
	b = appendVarint(b, uint64(len(s)))
	return append(b, s...)
}

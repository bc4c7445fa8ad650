package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Keys that every row has beside its values.
const (
	versionKey = "v"
	stepKey    = "step"
)

// metricsVersion is that of what a row's keys mean. Rows without one are of version 1.
const metricsVersion = 1

// Value is one measured number.
type Value struct {
	Name string
	V    float64
}

// Row is what was measured at one step.
type Row struct {
	Step   int64
	Values []Value
}

// Metrics appends rows to metrics.jsonl, one JSON object each: a version and the step first, then the values in the order given. JSON has no
// NaN and no infinities; they are written as null and read as NaN.
type Metrics struct {
	f    *os.File
	size int64 // of the rows that are whole
	buf  []byte
}

// Metrics opens the metrics for appending. Rows after the given step are cut off, and so is a last row that is torn: a resumed
// run measures those steps again. A new run starts at 0.
func (d *Dir) Metrics(step int64) (*Metrics, error) { return d.appendTo(metricsName, step) }

// Times is Metrics for times.jsonl: how long it took to get to a step. It is a file of its own because the same seed gives the same
// metrics, but not in the same time.
func (d *Dir) Times(step int64) (*Metrics, error) { return d.appendTo(timesName, step) }

func (d *Dir) appendTo(name string, step int64) (*Metrics, error) {
	d.mustWrite()
	f, err := os.OpenFile(filepath.Join(d.path, name), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("run: open metrics: %w", err)
	}
	m := &Metrics{f: f}
	err = scan(f, func(row Row, end int64) bool {
		if row.Step > step {
			return false
		}
		m.size = end
		return true
	})
	if err == nil {
		err = m.rewind()
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("run: open metrics: %s: %w", f.Name(), err)
	}
	return m, nil
}

// Append writes a row at once: who reads the file sees it. Steps do not decrease. If writing fails, no part of the row stays.
// It panics on a value named "step" or "v".
func (m *Metrics) Append(step int64, values []Value) error {
	m.buf = strconv.AppendInt(append(m.buf[:0], `{"v":`...), metricsVersion, 10)
	m.buf = append(m.buf, `,"step":`...)
	m.buf = strconv.AppendInt(m.buf, step, 10)
	for _, v := range values {
		if v.Name == stepKey || v.Name == versionKey {
			panic("run: a metric is named step or v")
		}
		m.buf = append(m.buf, ',')
		m.buf = appendString(m.buf, v.Name)
		m.buf = append(m.buf, ':')
		m.buf = appendNumber(m.buf, v.V)
	}
	m.buf = append(m.buf, '}', '\n')
	if _, err := m.f.Write(m.buf); err != nil {
		return errors.Join(fmt.Errorf("run: append metrics: %w", err), m.rewind())
	}
	m.size += int64(len(m.buf))
	return nil
}

// Sync makes the rows durable. Calling it before [Dir.Save] keeps a power cut from taking rows that a checkpoint is past.
func (m *Metrics) Sync() error {
	if err := m.f.Sync(); err != nil {
		return fmt.Errorf("run: sync metrics: %w", err)
	}
	return nil
}

// Close makes the rows durable and closes the file.
func (m *Metrics) Close() error {
	return errors.Join(m.Sync(), m.f.Close())
}

// rewind cuts the file after its last whole row.
func (m *Metrics) rewind() error {
	if err := m.f.Truncate(m.size); err != nil {
		return err
	}
	_, err := m.f.Seek(m.size, io.SeekStart)
	return err
}

// ReadMetrics returns the rows there are; none is no error. A last row that is torn, or being written, is left out. Values that
// are not numbers are passed over.
func (d *Dir) ReadMetrics() ([]Row, error) { return d.readRows(metricsName) }

// ReadTimes is ReadMetrics for times.jsonl.
func (d *Dir) ReadTimes() ([]Row, error) { return d.readRows(timesName) }

func (d *Dir) readRows(name string) ([]Row, error) {
	f, err := os.Open(filepath.Join(d.path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run: read metrics: %w", err)
	}
	defer f.Close()
	var rows []Row
	err = scan(f, func(row Row, _ int64) bool {
		rows = append(rows, row)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("run: read metrics: %s: %w", f.Name(), err)
	}
	return rows, nil
}

// metricsTail is how much of the file's end LastMetrics reads: more than a row has.
const metricsTail = 1 << 18

// LastMetrics returns the last whole row, and whether there is one. It reads the end of the file alone.
func (d *Dir) LastMetrics() (row Row, ok bool, err error) {
	f, err := os.Open(filepath.Join(d.path, metricsName))
	if errors.Is(err, fs.ErrNotExist) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("run: read metrics: %w", err)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return row, false, fmt.Errorf("run: read metrics: %w", err)
	}
	from := max(size-metricsTail, 0)
	tail := make([]byte, size-from)
	if _, err := f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return row, false, fmt.Errorf("run: read metrics: %w", err)
	}
	end := bytes.LastIndexByte(tail, '\n')
	begin := bytes.LastIndexByte(tail[:max(end, 0)], '\n') + 1
	if end < 0 || begin == 0 && from > 0 {
		return row, false, nil
	}
	if row, err = parseRow(tail[begin:end]); err != nil {
		return row, false, fmt.Errorf("run: read metrics: %s: its last line: %w", f.Name(), err)
	}
	return row, true, nil
}

// scan calls yield with each row and the offset of its end, until yield returns false or no whole line is left.
func scan(r io.Reader, yield func(row Row, end int64) bool) error {
	in := bufio.NewReader(r)
	var end int64
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		end += int64(len(line))
		row, err := parseRow(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if !yield(row, end) {
			return nil
		}
	}
}

// parseRow reads a line token by token, which keeps the order.
func parseRow(line []byte) (Row, error) {
	if !json.Valid(line) {
		return Row{}, errors.New("not a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return Row{}, errors.New("not a JSON object")
	}
	row := Row{Step: -1}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return Row{}, err
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return Row{}, err
		}
		if key == versionKey {
			if fmt.Sprint(v) != strconv.Itoa(metricsVersion) {
				return Row{}, fmt.Errorf("%w (metrics version %v, this one reads %d)", errNewerFormat, v, metricsVersion)
			}
			continue
		}
		if key == stepKey {
			if row.Step, err = strconv.ParseInt(fmt.Sprint(v), 10, 64); err != nil {
				return Row{}, fmt.Errorf("step is %v", v)
			}
			continue
		}
		x, ok := number(v)
		if name, isString := key.(string); ok && isString {
			row.Values = append(row.Values, Value{name, x})
		}
	}
	if row.Step < 0 {
		return Row{}, errors.New("no step")
	}
	return row, nil
}

func number(v any) (x float64, ok bool) {
	switch v := v.(type) {
	case nil:
		return math.NaN(), true
	case json.Number:
		x, err := v.Float64()
		return x, err == nil
	}
	return 0, false
}

func appendNumber(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

func appendString(b []byte, s string) []byte {
	plain := func(r rune) bool { return r >= ' ' && r < 0x7f && r != '"' && r != '\\' }
	if !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return append(append(append(b, '"'), s...), '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("run: a string cannot be marshalled") // impossible
	}
	return append(b, quoted...)
}

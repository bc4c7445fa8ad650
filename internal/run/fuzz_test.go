package run

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A manifest that is accepted is, byte for byte, one that would be written, of names that stay in their directory.
func FuzzManifest(f *testing.F) {
	m := newManifest(7, filesOf(7), nil)
	good := m.bytes()
	f.Add(good)
	f.Add(bytes.ReplaceAll(good, []byte(`"format": 1`), []byte(`"format": 2`)))
	f.Add(bytes.ReplaceAll(good, []byte(`empty`), []byte(`../empty`)))
	f.Add(bytes.ReplaceAll(good, []byte(`"size": 0`), []byte(`"size": -1`)))
	f.Add([]byte(`{"format":1,"step":7,"files":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data, 7)
		if err != nil {
			return
		}
		if !bytes.Equal(m.bytes(), data) {
			t.Errorf("accepted %q, would write %q", data, m.bytes())
		}
		for _, e := range m.Files {
			if filepath.Base(e.Name) != e.Name || strings.HasPrefix(e.Name, ".") || e.Name == manifestName {
				t.Errorf("name %q", e.Name)
			}
		}
	})
}

// Whatever metrics say, reading them ends, and a run that goes on from them leaves a file that can be read.
func FuzzMetrics(f *testing.F) {
	dir, err := os.MkdirTemp(f.TempDir(), "")
	if err != nil {
		f.Fatal(err)
	}
	d, err := Create(filepath.Join(dir, "run"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = d.Close() })
	for _, s := range []string{
		"", "{\"v\":1,\"step\":1,\"a\":0.5}\n", "{\"step\":1}\n{\"step\":2,\"x\":null}\n{\"st", "{\"step\":9}\n", "{\"v\":2,\"step\":1}\n", "[1]\n", "\n",
		"{\"step\":1,\"a\":{\"b\":[1,{}]},\"a\":1e999}\n", "\x00\x00\n", "{\"step\":1}{}\n", "{\"step\":-1}\n",
	} {
		f.Add([]byte(s))
	}
	name := filepath.Join(d.Path(), metricsName)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
		rows, err := d.ReadMetrics()
		if err != nil {
			return
		}
		if _, _, err := d.LastMetrics(); err != nil {
			t.Errorf("all rows are read, the last is not: %v", err)
		}
		m, err := d.Metrics(5)
		if err != nil {
			t.Fatalf("it can be read, but not gone on with: %v", err)
		}
		kept := 0
		for kept < len(rows) && rows[kept].Step <= 5 {
			kept++
		}
		if err := m.Append(6, []Value{{"a", 1}}); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := d.ReadMetrics()
		if err != nil || len(again) != kept+1 || again[kept].Step != 6 {
			t.Errorf("%d rows (%v), want %d", len(again), err, kept+1)
		}
		for i, r := range again[:kept] {
			for k, v := range r.Values {
				if w := rows[i].Values[k]; w.Name != v.Name || w.V != v.V && !(math.IsNaN(w.V) && math.IsNaN(v.V)) {
					t.Errorf("row %d: %v became %v", i, w, v)
				}
			}
		}
	})
}

// Settings that are accepted are accepted again when they are written.
func FuzzConfig(f *testing.F) {
	type nested struct {
		Name  string             `json:"name"`
		Seed  uint64             `json:"seed"`
		Inner struct{ X []int8 } `json:"inner"`
		Raw   json.RawMessage    `json:"raw,omitempty"`
	}
	for _, s := range []string{`{}`, `{"name":"a","seed":18446744073709551615}`, `{"inner":{"X":[1,-2]}}`, `{"raw":{"a":1}} `, `{"nam":1}`, `{} {}`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b nested
		if decodeStrict(data, &a) != nil {
			return
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeStrict(text, &b); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := json.Marshal(b); err != nil || !bytes.Equal(text, again) {
			t.Errorf("%s became %s (%v)", text, again, err)
		}
	})
}

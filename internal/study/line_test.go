package study

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Lines of before there were versions.
func TestOldLines(t *testing.T) {
	name := filepath.Join(t.TempDir(), "old.jsonl")
	text := `{"arm":"a","seed":3,"steps":50,"curve":[[10,-1,-1],[20,0.5,-1],[30,-1,0.25]],"return":0.5,"lo":0.4,"hi":0.6,"success":-1,"greedy_return":0.7}` + "\n" +
		`{"arm":"b","seed":3,"steps":50,"curve":[],"return":-1,"lo":-1,"hi":-1,"success":0.5,"greedy_return":-1}` + "\n" + `{"arm":"b","se`
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	lines, whole, err := ReadLines(name, "W-v0")
	if err != nil || len(lines) != 2 || whole != int64(strings.LastIndexByte(text, '\n')+1) {
		t.Fatalf("%d lines in %d bytes, %v", len(lines), whole, err)
	}
	nan := func(n num) bool { return math.IsNaN(float64(n)) }
	a, b := lines[0], lines[1]
	if a.World != "W-v0" || a.Return != 0.5 || !nan(a.Success) || a.Greedy != 0.7 || !nan(a.GreedySuccess) || !nan(a.Curve[0].Return) ||
		a.Curve[1].Return != 0.5 || !nan(a.Curve[1].Success) || a.Curve[2].Return != -1 || a.Curve[2].Success != 0.25 {
		t.Errorf("got %+v", a)
	}
	if b.Return != -1 || b.Success != 0.5 || b.Greedy != -1 {
		t.Errorf("got %+v", b)
	}
	// What is written in the form of today reads the same, and is written the same.
	once, err := encode(lines)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, once, 0o666); err != nil {
		t.Fatal(err)
	}
	again, _, err := ReadLines(name, "other")
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := encode(again); err != nil || !bytes.Equal(once, twice) {
		t.Errorf("%v\n%s\n%s", err, once, twice)
	}
	if again[0].World != "W-v0" || !nan(again[0].Success) {
		t.Errorf("got %+v", again[0])
	}
}

func TestLinesRefuse(t *testing.T) {
	for text, want := range map[string]string{
		`{"v":2,"return":1}`: "version 2", `[]`: "no raw line", `{"v":1,"arm":"a"}`: "without a return", `{"v":1,"return":1,"more":2}`: "no raw line",
		`{"v":1,"return":1,"curve":[[5,1,1],[5,1,1]]}`: "goes from step 5 to 5", `{"v":1,"return":1,"curve":[[5,1]]}`: "a point of a curve", "\x00": "no raw line",
		`{"v":1,"return":1,"curve":[[-5,1,1]]}`: "a point of a curve",
	} {
		name := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(name, []byte(text+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadLines(name, ""); err == nil || !strings.HasPrefix(err.Error(), name+":1: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if lines, whole, err := ReadLines(filepath.Join(t.TempDir(), "none"), ""); lines != nil || whole != 0 || err != nil {
		t.Errorf("no file: %v, %d, %v", lines, whole, err)
	}
}

// A raw line has less than 20 KB, whatever is in it.
func TestLineSize(t *testing.T) {
	l := Line{World: strings.Repeat("w", 100), Arm: strings.Repeat("a", 100), Seed: math.MaxUint64}
	for i := range maxPoints {
		l.Curve = append(l.Curve, Point{100_000_000 + i, -0.0012345678, 0.012345678})
	}
	for range 20 {
		l.Tasks = append(l.Tasks, Contact{"temporal-distance", -0.0012345, -0.0012345, -0.0012345})
	}
	for range 40 {
		l.Grads = append(l.Grads, Slope{"conv3.b.2", 1.2345e-10, 1.2345e-10})
	}
	text, err := json.Marshal(l)
	if err != nil || len(text) > 20_000 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

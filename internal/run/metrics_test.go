package run

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func openMetrics(t *testing.T, d *Dir, step int64) *Metrics {
	t.Helper()
	m, err := d.Metrics(step)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func closeMetrics(t *testing.T, m *Metrics) {
	t.Helper()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, d *Dir) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.Path(), metricsName))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestMetricsGolden(t *testing.T) {
	d := newDir(t)
	m := openMetrics(t, d, 0)
	rows := []Row{
		{100, []Value{{"return", 0.5}, {"loss/policy", -1e-9}, {"say \"π\"", 1e6}}},
		{200, []Value{{"return", math.NaN()}, {"norm", math.Inf(1)}}},
		{300, nil},
	}
	for _, r := range rows {
		if err := m.Append(r.Step, r.Values); err != nil {
			t.Fatal(err)
		}
	}
	closeMetrics(t, m)
	const want = `{"v":1,"step":100,"return":0.5,"loss/policy":-1e-09,"say \"π\"":1e+06}
{"v":1,"step":200,"return":null,"norm":null}
{"v":1,"step":300}
`
	if got := content(t, d); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	back, err := d.ReadMetrics()
	if err != nil || len(back) != 3 {
		t.Fatalf("read %v, %v", back, err)
	}
	if !slices.Equal(back[0].Values, rows[0].Values) {
		t.Errorf("got %v, want %v", back[0], rows[0])
	}
	if v := back[1].Values; len(v) != 2 || !math.IsNaN(v[0].V) || !math.IsNaN(v[1].V) {
		t.Errorf("got %v, want two NaN", v)
	}
}

func TestMetricsRoundTrip(t *testing.T) {
	d := newDir(t)
	rapid.Check(t, func(t *rapid.T) {
		if err := os.RemoveAll(filepath.Join(d.Path(), metricsName)); err != nil {
			t.Fatal(err)
		}
		value := rapid.Custom(func(t *rapid.T) Value {
			name := rapid.String().Filter(func(s string) bool { return s != stepKey }).Draw(t, "name")
			return Value{name, rapid.Float64().Draw(t, "v")}
		})
		want := rapid.SliceOf(value).Draw(t, "values")
		m, err := d.Metrics(0)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Append(1, want); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := d.ReadMetrics()
		if err != nil || len(rows) != 1 {
			t.Fatalf("read %v, %v", rows, err)
		}
		same := func(a, b Value) bool {
			if math.IsInf(a.V, 0) {
				a.V = math.NaN()
			}
			return a.Name == b.Name && (a.V == b.V || math.IsNaN(a.V) && math.IsNaN(b.V))
		}
		if !slices.EqualFunc(want, rows[0].Values, same) {
			t.Fatalf("got %v, want %v", rows[0].Values, want)
		}
	})
}

func TestMetricsOfAResumedRun(t *testing.T) {
	d := newDir(t)
	before := "{\"step\":1}\n{\"step\":2,\"a\":1}\n"
	for name, tail := range map[string]string{
		"later rows": "{\"step\":3}\n{\"step\":4}\n",
		"torn row":   `{"step":2,"b`,
		"both":       "{\"step\":3}\n{\"st",
		"nothing":    "",
	} {
		t.Run(name, func(t *testing.T) {
			write(t, filepath.Join(d.Path(), metricsName), before+tail)
			m := openMetrics(t, d, 2)
			if err := m.Append(3, []Value{{"a", 2}}); err != nil {
				t.Fatal(err)
			}
			closeMetrics(t, m)
			if got, want := content(t, d), before+"{\"v\":1,\"step\":3,\"a\":2}\n"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestReadMetricsLive(t *testing.T) {
	d := newDir(t)
	if rows, err := d.ReadMetrics(); rows != nil || err != nil {
		t.Errorf("no file: %v, %v", rows, err)
	}
	write(t, filepath.Join(d.Path(), metricsName), "{\"step\":1,\"tag\":\"x\",\"a\":2,\"b\":[1]}\n{\"step\":2")
	rows, err := d.ReadMetrics()
	if err != nil || len(rows) != 1 || !slices.Equal(rows[0].Values, []Value{{"a", 2}}) {
		t.Errorf("got %v, %v", rows, err)
	}
}

func TestMetricsRefuse(t *testing.T) {
	for name, line := range map[string]string{
		"not json":      "hello",
		"not an object": "[1]",
		"no step":       `{"a":1}`,
		"step in words": `{"step":"one"}`,
		"newer":         `{"v":2,"step":2}`,
		"half a step":   `{"step":1.5}`,
		"two objects":   `{"step":1}{"step":2}`,
		"zeros":         "\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			write(t, filepath.Join(d.Path(), metricsName), "{\"step\":1}\n"+line+"\n")
			if _, err := d.ReadMetrics(); err == nil || !strings.Contains(err.Error(), "line 2") {
				t.Errorf("read: error is %v, want one that names line 2", err)
			}
			if _, err := d.Metrics(9); err == nil {
				t.Error("open: no error")
			}
		})
	}
}

// A row that cannot be written whole is not written at all.
func TestAppendAfterClose(t *testing.T) {
	d := newDir(t)
	m := openMetrics(t, d, 0)
	closeMetrics(t, m)
	if err := m.Append(1, nil); err == nil {
		t.Error("append: no error")
	}
	if err := m.Sync(); err == nil {
		t.Error("sync: no error")
	}
	if got := content(t, d); got != "" {
		t.Errorf("the file is %q", got)
	}
}

func TestMetricNamedStep(t *testing.T) {
	m := openMetrics(t, newDir(t), 0)
	defer m.Close()
	mustPanic(t, func() { _ = m.Append(1, []Value{{"step", 1}}) })
	mustPanic(t, func() { _ = m.Append(1, []Value{{"v", 1}}) })
}

func TestLastMetrics(t *testing.T) {
	d := newDir(t)
	if _, ok, err := d.LastMetrics(); ok || err != nil {
		t.Errorf("without a file: %v, %v", ok, err)
	}
	m := openMetrics(t, d, 0)
	if _, ok, err := d.LastMetrics(); ok || err != nil {
		t.Errorf("without rows: %v, %v", ok, err)
	}
	long := strings.Repeat("x", 1000)
	for step := range int64(400) { // more than what is read
		if err := m.Append(step, []Value{{long, float64(step)}}); err != nil {
			t.Fatal(err)
		}
		if step%100 > 1 {
			continue
		}
		row, ok, err := d.LastMetrics()
		if err != nil || !ok || row.Step != step || len(row.Values) != 1 || row.Values[0].V != float64(step) {
			t.Errorf("step %d: %v, %v, %v", step, row.Step, ok, err)
		}
	}
	closeMetrics(t, m)
	name := filepath.Join(d.Path(), metricsName)
	write(t, name, content(t, d)+`{"step":900,"torn`)
	if row, ok, err := d.LastMetrics(); err != nil || !ok || row.Step != 399 {
		t.Errorf("torn: %v, %v, %v", row.Step, ok, err)
	}
	write(t, name, content(t, d)+"\n")
	if _, _, err := d.LastMetrics(); err == nil {
		t.Error("no error of a line that is no row")
	}
}

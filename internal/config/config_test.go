package config

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type inner struct {
	Clip  float32 `json:"clip"`
	Name  string  `json:"name,omitempty"`
	Scale float64
}

type Embedded struct {
	Lambda float32 `json:"lambda"`
}

type sample struct {
	Seed  uint64 `json:"seed"`
	Steps int    `json:"steps"`
	PPO   inner  `json:"ppo"`
	Embedded
	Fast    bool      `json:"fast"`
	Amounts []float64 `json:"amounts"`
	Others  []string  `json:"others"` // left out, and so are the next two
	Never   int       `json:"-"`
	private int
}

func TestParse(t *testing.T) {
	items, err := Parse([]byte(`# a comment
seed = 7
lr = 1e-3 # and another

[ppo]
clip = 0.1
[aux.reward-prediction]
[aux."mine"]
kind = "pixel-control"
list = [1, # one
  2.5]
after = true
inline = {a = 0x10, b = false}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range items {
		got = append(got, fmt.Sprintf("%d:%s=%v", i.Line, strings.Join(i.Key, "."), i.Value))
	}
	want := []string{
		"2:seed=7", "3:lr=0.001", "5:ppo=<nil>", "6:ppo.clip=0.1", "7:aux.reward-prediction=<nil>", "8:aux.mine=<nil>",
		"9:aux.mine.kind=pixel-control", "10:aux.mine.list=[1 2.5]", "12:aux.mine.after=true", "13:aux.mine.inline=<nil>",
		"13:aux.mine.inline.a=16", "13:aux.mine.inline.b=false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Whatever is wrong with a file, the error begins with the line.
func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"not closed":    {"a = 1\nb = \"x", "2: "},
		"no value":      {"\n\nb =\n", "3: "},
		"twice":         {"a = 1\n\na = 2\n", "3: "},
		"table twice":   {"[a]\nb = 1\n[a]\n", "3: "},
		"date":          {"a = 1\nb = 1979-05-27\n", "2: b takes no dates"},
		"list of lists": {"a = [[1]]", "1: a: a list is of plain values"},
		"list of dates": {"a = [1979-05-27]", "1: a: a list is of plain values"},
		"long list":     {"a = [" + strings.Repeat("1,", maxList+1) + "]", "1: a: a list of 257 values"},
		"two brackets":  {"\n[[aux]]\nx = 1", "2: a table has one pair"},
		"deep key":      {"\na.b.c.d.e.f.g = 1", "2: a key of more than 6 parts"},
		"many":          {manyKeys(maxItems + 1), "2049: more than 2048 settings"},
		"large":         {strings.Repeat("#", maxFile+1), "1: the file is larger"},
		"not UTF-8":     {"a = \"\xff\"", "1: "},
		"zero byte":     {"a = 1\n\x00", "2: "},
		"huge number":   {"a = 99999999999999999999", "1: "},
	} {
		t.Run(name, func(t *testing.T) {
			if items, err := Parse([]byte(tc.text)); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got %d items and error %v, want %q", len(items), err, tc.want)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d = 1\n", i)
	}
	return b.String()
}

// What has brought other readers down, as much of it as fits.
func TestParseHostile(t *testing.T) {
	for name, text := range map[string]string{
		"brackets":      strings.Repeat("[", maxFile),
		"lists":         "a = " + strings.Repeat("[", maxFile-4),
		"inline tables": "a = " + strings.Repeat("{a=", (maxFile-4)/3),
		"dotted key":    strings.Repeat("a.", maxFile/2-2) + "a=1",
		"dotted table":  "[" + strings.Repeat("a.", maxFile/2-2) + "a]",
		"long list":     "a = [" + strings.Repeat("1,", (maxFile-6)/2) + "]",
		"tables":        "[a" + strings.Repeat("]\n[a", (maxFile-3)/4),
		"quotes":        "a = " + strings.Repeat("\"", maxFile-4),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Parse([]byte(text))
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
				t.Errorf("%d bytes of file took %d MB (%v)", len(text), n>>20, err)
			}
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.toml")
	if _, err := ReadFile(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(name, []byte("a = 1\nb"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(name); err == nil || !strings.HasPrefix(err.Error(), name+":2: ") {
		t.Errorf("error is %v, want one with file and line", err)
	}
	if _, err := ReadFile(filepath.Dir(name)); err == nil {
		t.Error("a directory was read")
	}
}

func TestSettings(t *testing.T) {
	x := sample{Steps: 5, private: 1, Others: []string{"a"}}
	s := Of(&x, "preset")
	want := []string{"seed", "steps", "ppo.clip", "ppo.name", "ppo.Scale", "lambda", "fast", "amounts"}
	if got := s.Keys(); !slices.Equal(got, want) {
		t.Fatalf("keys are %q, want %q", got, want)
	}
	for _, tc := range []struct {
		key   string
		value any
	}{
		{"seed", "18446744073709551615"}, {"steps", 1e6}, {"ppo.clip", int64(2)}, {"ppo.name", "#\"\\\n"}, {"ppo.Scale", 0.5}, {"lambda", 0.1},
		{"fast", true}, {"amounts", []any{int64(1), 2.5}},
	} {
		if err := s.Set(tc.key, tc.value, "file:1"); err != nil {
			t.Errorf("%s: %v", tc.key, err)
		}
	}
	full := sample{math.MaxUint64, 1_000_000, inner{2, "#\"\\\n", 0.5}, Embedded{0.1}, true, []float64{1, 2.5}, []string{"a"}, 0, 1}
	if !reflect.DeepEqual(x, full) {
		t.Errorf("got %+v, want %+v", x, full)
	}
	if got := s.Origin("steps"); got != "file:1" {
		t.Errorf("origin %q", got)
	}
	if !s.HasTable("ppo") || s.HasTable("seed") || s.HasTable("pp") {
		t.Error("ppo is the only table")
	}
}

func TestSettingsRefuse(t *testing.T) {
	for key, values := range map[string][]any{
		"steps":    {"5", 1.5, math.Inf(1), 1e300, true, uint64(math.MaxUint64), []any{int64(1)}},
		"seed":     {int64(-1), "x", "-1", 1.5},
		"ppo.clip": {"0.1", math.NaN(), math.Inf(-1), 1e300, true},
		"ppo.name": {int64(1), false},
		"fast":     {"true", int64(1)},
		"amounts":  {0.5, []any{"x"}, []any{true}},
	} {
		for _, v := range values {
			x := sample{Steps: 3}
			s := Of(&x, "preset")
			err := s.Set(key, v, "file:1")
			if err == nil || !strings.HasPrefix(err.Error(), key+" takes ") {
				t.Errorf("%s = %v: error is %v", key, v, err)
			}
			if !reflect.DeepEqual(x, sample{Steps: 3}) || s.Origin(key) != "preset" {
				t.Errorf("%s = %v changed %+v", key, v, x)
			}
		}
	}
	if err := Of(new(sample), "").Set("others", "x", ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("others: error is %v, want %v", err, ErrUnknown)
	}
}

func TestSetText(t *testing.T) {
	for _, tc := range []struct {
		key, text string
		want      sample
	}{
		{"steps", "200k", sample{Steps: 200_000}}, {"steps", "1_000", sample{Steps: 1000}}, {"steps", "2.5M", sample{Steps: 2_500_000}},
		{"seed", "18446744073709551615", sample{Seed: math.MaxUint64}}, {"ppo.clip", "1e-1", sample{PPO: inner{Clip: 0.1}}},
		{"ppo.name", "5", sample{PPO: inner{Name: "5"}}}, {"fast", "true", sample{Fast: true}}, {"amounts", "[1, 2.5]", sample{Amounts: []float64{1, 2.5}}},
	} {
		var x sample
		if err := Of(&x, "").SetText(tc.key, tc.text, "--set"); err != nil || !reflect.DeepEqual(x, tc.want) {
			t.Errorf("%s=%s: got %+v, %v", tc.key, tc.text, x, err)
		}
	}
	for key, text := range map[string]string{"steps": "x", "fast": "yes", "seed": "-1", "ppo.clip": "NaN", "amounts": "a,b"} {
		if err := Of(new(sample), "").SetText(key, text, "--set"); err == nil {
			t.Errorf("%s=%s: no error", key, text)
		}
	}
}

// What is written is read back, value for value, and so are the origins.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
		x := sample{
			Seed: rapid.Uint64().Draw(t, "seed"), Steps: rapid.Int().Draw(t, "steps"), Fast: rapid.Bool().Draw(t, "fast"),
			PPO: inner{Clip: rapid.Float32().Filter(func(x float32) bool { return finite(float64(x)) }).Draw(t, "clip"),
				Name: rapid.String().Draw(t, "name"), Scale: rapid.Float64().Filter(finite).Draw(t, "scale")},
		}
		if rapid.Bool().Draw(t, "some") {
			x.Amounts = rapid.SliceOfN(rapid.Float64().Filter(finite), 1, 5).Draw(t, "amounts")
		}
		text := Append(nil, "", Of(&x, "preset").All())
		items, err := Parse(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var y sample
		s := Of(&y, "")
		origins := Origins(text)
		for _, i := range items {
			key := strings.Join(i.Key, ".")
			if i.Value == nil {
				continue
			}
			if err := s.Set(key, i.Value, "file"); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if origins[key] != "preset" {
				t.Fatalf("%s is from %q", key, origins[key])
			}
		}
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("got %+v, want %+v\n%s", y, x, text)
		}
	})
}

func TestAppend(t *testing.T) {
	x := struct {
		A int
		B struct{ C float64 }
		D string
	}{A: 1, D: "x"}
	got := string(Append(nil, "aux.mine", Of(&x, "a\nb").All()))
	want := "[aux.mine]\nA = 1                     # a?b\nD = \"x\"                   # a?b\n\n[aux.mine.B]\nC = 0.0                   # a?b\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Whatever is accepted has keys and lines; nothing makes it panic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "a = 1", "[a]\nb.c = \"x\"\n", "a = {b = [1, 2]}", "[[a]]", "a = 1979-05-27", "a = '''x\n'''\nb = inf", "\"\\u0041\" = 0b1\r\n", "a = [[",
		"a.\"b\" = nan # x", "a = {}\n[a]", "a = \"\"\"\\\n x\"\"\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := Parse(data)
		if err != nil {
			return
		}
		lines := bytes.Count(data, []byte{'\n'}) + 1
		for _, i := range items {
			if len(i.Key) == 0 || len(i.Key) > maxDepth || i.Line < 1 || i.Line > lines {
				t.Errorf("%q at line %d of %d", i.Key, i.Line, lines)
			}
			s := Of(&sample{}, "")
			for _, key := range s.Keys() {
				_ = s.Set(key, i.Value, "fuzz") // an error or not
			}
		}
		Origins(data)
	})
}

package cli

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/auxrl/auxrl/agent"
)

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// fake is a progress on a terminal of so many columns, with a clock that stands.
func fake(columns int) (*progress, *bytes.Buffer, *time.Time) {
	var b bytes.Buffer
	now := time.Unix(1000, 0)
	p := &progress{w: &b, live: true, width: func() int { return columns }, full: "#", empty: ".", total: 200_000, start: now}
	p.now = func() time.Time { return now }
	p.pace.add(now, 0)
	return p, &b, &now
}

func recent() agent.Summary {
	return agent.Summary{Episodes: 100, Mean: -0.125, Lo: -0.5, Hi: 0.5, Success: 0.4, Len: 26.61}
}

func TestLiveLine(t *testing.T) {
	m := measure{step: 50_000, rate: 2500, summary: recent()}
	for columns, want := range map[int]string{
		120: "[########......................] step 50k/200k  2.5k/s  return -0.125  success 40%  length 26.6  1:00 left",
		80:  "[####..........] step 50k/200k  2.5k/s  return -0.125  success 40%  1:00 left",
		60:  "[####...........] step 50k/200k  return -0.125  1:00 left",
		40:  "[###.......] step 50k/200k  1:00 left",
		20:  "",
	} {
		p, _, _ := fake(columns)
		if got := p.line(m, columns); got != want {
			t.Errorf("%d columns:\n got %s\nwant %s", columns, got, want)
		}
	}
	for columns := range 200 {
		p, _, _ := fake(columns)
		for _, step := range []int{0, 1, 199_999, 200_000, 300_000} {
			m := measure{step: step, rate: 1e9, summary: agent.Summary{Mean: math.NaN(), Success: 1, Len: 123456}}
			if n := utf8.RuneCountInString(p.line(m, columns)); n > max(columns-margin, 0) {
				t.Errorf("%d columns: a line of %d", columns, n)
			}
		}
	}
}

// The live line is drawn at most ten times a second, notes stand above it, and it stays at the end.
func TestLiveSession(t *testing.T) {
	p, b, now := fake(80)
	step := 0
	for range 30 {
		*now = now.Add(50 * time.Millisecond)
		step += 100
		if err := p.update(step, recent, false); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(b.String(), clearLine); n != 15 || strings.Contains(b.String(), "\n") {
		t.Errorf("drawn %d times in 1.5 s: %q", n, b)
	}
	if err := p.interval(measure{}); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := p.note("a note"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), clearLine+"a note\n"+p.last; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Reset()
	if err := p.update(p.total, recent, true); err != nil {
		t.Fatal(err)
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "[####################] step 200k/200k"; !strings.Contains(got, want[:10]) || !strings.HasSuffix(got, "in 0:02\n") {
		t.Errorf("the last state is %q", got)
	}
	b.Reset()
	if err := p.end(); err != nil || b.Len() > 0 {
		t.Errorf("ended twice: %v, %q", err, b)
	}
}

// The rate is that of the last half minute, or since the start.
func TestPace(t *testing.T) {
	now := time.Unix(0, 0)
	var p pace
	p.add(now, 1000)
	step := 1000
	for range 300 { // 100 a second
		now = now.Add(100 * time.Millisecond)
		step += 10
		p.add(now, step)
	}
	if r := p.rate(); math.Abs(r-100) > 1e-6 {
		t.Errorf("rate %v, want 100", r)
	}
	for range 310 { // then 500
		now = now.Add(100 * time.Millisecond)
		step += 50
		p.add(now, step)
	}
	if r := p.rate(); math.Abs(r-500) > 1e-6 {
		t.Errorf("rate %v, want 500", r)
	}
	if len(p.at) > 64 {
		t.Errorf("%d entries are kept", len(p.at))
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1.0k", 9949: "9.9k", 9950: "10k", 200_000: "200k", 999_499: "999k", 999_500: "1M",
		1_250_000: "1.25M", 250_000_000: "250M", 2_500_000_000: "2.5G",
	} {
		if got := short(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0:00", 59 * time.Second: "0:59", 62 * time.Second: "1:00", 63 * time.Second: "1:05", 14*time.Minute + 40*time.Second: "14:30",
		3*time.Hour + 2*time.Minute: "3:00:00",
	} {
		if got := clock(about(d)); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for text, want := range map[string]int{"7": 7, "200k": 200_000, "2M": 2_000_000, "1e6": 1_000_000, "200_000": 200_000, "0.5k": 500} {
		c := count{max: maxSteps}
		if err := c.Set(text); err != nil || c.n != want {
			t.Errorf("%s: %d, %v, want %d", text, c.n, err, want)
		}
	}
	m := measure{kind: "train", rate: math.Inf(1), summary: agent.Summarize(nil), more: []named{{"loss.x", math.NaN()}}}
	b, err := m.MarshalJSON()
	want := `{"v":1,"kind":"train","step":0,"sps":null,"episodes":0,"return_mean":null,"return_lo":null,"return_hi":null,"success":null,"len_mean":null,"loss.x":null}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
	if _, err := (object{{"f", func() {}}}).MarshalJSON(); err == nil {
		t.Error("a function is JSON")
	}
}

func TestLocale(t *testing.T) {
	for _, tc := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, true},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, false},
		{map[string]string{"LC_CTYPE": "C.utf8"}, true},
	} {
		if got := utf8Locale(func(name string) string { return tc.env[name] }); got != tc.want {
			t.Errorf("%v: %v", tc.env, got)
		}
	}
}

func TestCut(t *testing.T) {
	if got, want := string(cut([]byte("12345\n123456\nüüüüüü\n"), 5)), "12345\n1234…\nüüüü…\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := string(cut([]byte("abc\n"), 0)); got != "…\n" {
		t.Errorf("got %q", got)
	}
}

func TestQuote(t *testing.T) {
	for path, want := range map[string]string{
		"runs/a-1": "runs/a-1", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "-x": "'-x'", "$HOME": "'$HOME'", "~": "'~'",
	} {
		if got := quote(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

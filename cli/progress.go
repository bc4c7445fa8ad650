package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/auxrl/auxrl/agent"
)

// progress tells how a run goes: on a terminal in one live line, elsewhere in a plain line per interval, or as JSON.
type progress struct {
	w     io.Writer // where lines go
	enc   *json.Encoder
	live  bool
	total int
	start time.Time
	first int // step at start
	shown time.Time
}

// redraw is how often the live line changes.
const redraw = 100 * time.Millisecond

// measure is one line of metrics: what `train --json` prints for each interval.
type measure struct {
	kind    string
	step    int
	rate    float64 // decisions per second
	summary agent.Summary
	names   []string
	values  []float64
}

// losses names what an update measured, in the order in which it is printed.
func losses(u agent.Update) (names []string, values []float64) {
	add := func(name string, v float32) {
		names = append(names, name)
		values = append(values, float64(v))
	}
	add("loss.policy", u.Policy)
	add("loss.value", u.Value)
	add("loss.entropy", u.Entropy)
	add("kl", u.KL)
	add("clipped", u.Clipped)
	add("grad_norm", u.Norm)
	add("explained_variance", u.Explained)
	return names, values
}

// rate returns decisions per second since the start.
func (p *progress) rate(step int) float64 {
	return float64(step-p.first) / max(time.Since(p.start).Seconds(), 1e-9)
}

// interval tells of the state at the end of an interval; it is the only line where the output is no terminal.
func (p *progress) interval(m measure) error {
	switch {
	case p.enc != nil:
		return p.enc.Encode(m.fields())
	case p.live:
		return nil
	}
	_, err := fmt.Fprintln(p.w, p.text(m))
	return err
}

// update redraws the live line if it is time to.
func (p *progress) update(step int, recent func() agent.Summary) error {
	if !p.live || time.Since(p.shown) < redraw {
		return nil
	}
	p.shown = time.Now()
	m := measure{step: step, rate: p.rate(step), summary: recent()}
	_, err := fmt.Fprintf(p.w, "\r\x1b[K%s %s", bar(float64(step)/float64(p.total), 24), p.text(m))
	return err
}

// end leaves the live line.
func (p *progress) end() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// text is a measure as a plain line.
func (p *progress) text(m measure) string {
	left := "?"
	if m.rate > 0 {
		left = clock(time.Duration(float64(max(p.total-m.step, 0)) / m.rate * float64(time.Second)))
	}
	return fmt.Sprintf("step %s/%s  %s/s  return %s  success %s  length %s  %s left",
		short(m.step), short(p.total), short(int(m.rate)), decimal(m.summary.Mean, 3), percent(m.summary.Success), decimal(m.summary.Len, 1), left)
}

// fields are a measure as a JSON object.
func (m measure) fields() map[string]any {
	f := map[string]any{
		"v": 1, "kind": m.kind, "step": m.step, "sps": finite(math.Round(m.rate)), "episodes": m.summary.Episodes,
		"return_mean": finite(m.summary.Mean), "return_lo": finite(m.summary.Lo), "return_hi": finite(m.summary.Hi),
		"success": finite(m.summary.Success), "len_mean": finite(m.summary.Len),
	}
	for i, n := range m.names {
		f[n] = finite(m.values[i])
	}
	return f
}

// finite returns v, or nil, JSON's null, for what JSON cannot say.
func finite(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// bar draws a fraction.
func bar(fraction float64, width int) string {
	n := int(min(max(fraction, 0), 1)*float64(width) + 0.5)
	return "[" + strings.Repeat("█", n) + strings.Repeat("·", width-n) + "]"
}

// short prints a number in four characters or so.
func short(n int) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%.0fM", float64(n)/1e6)
	case n >= 1_000_000:
		return fmt.Sprintf("%.2fM", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	case n >= 1000:
		return fmt.Sprintf("%.1fk", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

func decimal(v float64, digits int) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, v)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*v)
}

// clock prints a duration as 1:02:03 or 2:03.
func clock(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

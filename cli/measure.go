package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/auxrl/auxrl/agent"
)

// measure is what is told of a run or of an evaluation at one moment.
type measure struct {
	kind    string // "train" or "eval"
	run     string // directory, where there are several
	env     string
	step    int
	rate    float64 // decisions per second
	summary agent.Summary
	more    []named // what else was measured
}

// named is a number with a name.
type named struct {
	name  string
	value float64
}

// losses names the terms of the loss that an update measured, in the order in which they are printed.
func losses(u agent.Update) []named {
	return []named{{"loss.policy", float64(u.Policy)}, {"loss.value", float64(u.Value)}, {"loss.entropy", float64(u.Entropy)}}
}

// MarshalJSON returns the measure as an object whose keys have an order. What is not a number is null.
func (m measure) MarshalJSON() ([]byte, error) {
	s := m.summary
	o := object{
		{"v", 1}, {"kind", m.kind}, {"run", m.run}, {"env", m.env}, {"step", m.step}, {"sps", finite(math.Round(m.rate))}, {"episodes", s.Episodes},
		{"return_mean", finite(s.Mean)}, {"return_lo", finite(s.Lo)}, {"return_hi", finite(s.Hi)},
		{"success", finite(s.Success)}, {"len_mean", finite(s.Len)},
	}
	if m.run == "" {
		o = slices.Delete(o, 2, 4)
	}
	for _, l := range m.more {
		o = append(o, member{l.name, finite(l.value)})
	}
	return o.MarshalJSON()
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON returns the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", m.key, value)
	}
	return fmt.Appendf(nil, "{%s}", b.Bytes()), nil
}

// finite returns v, or nil, JSON's null, for what JSON cannot say.
func finite(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// short prints a number in five characters or so.
func short(n int) string {
	v := float64(n)
	switch {
	case n >= 999_500_000:
		return fmt.Sprintf("%.3gG", v/1e9)
	case n >= 999_500:
		return fmt.Sprintf("%.3gM", v/1e6)
	case n >= 9_950:
		return fmt.Sprintf("%.0fk", v/1e3)
	case n >= 1000:
		return fmt.Sprintf("%.1fk", v/1e3)
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

// about rounds an estimate, so that it does not seem to know more than it does: to 5 seconds from a minute on, to 30 seconds from
// ten minutes on, to 5 minutes from two hours on.
func about(d time.Duration) time.Duration {
	switch {
	case d >= 2*time.Hour:
		return d.Round(5 * time.Minute)
	case d >= 10*time.Minute:
		return d.Round(30 * time.Second)
	case d >= time.Minute:
		return d.Round(5 * time.Second)
	}
	return d
}

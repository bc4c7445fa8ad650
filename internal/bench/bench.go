// Package bench measures the engine against the machine it runs on: a loop of nothing but multiplications and additions, a copy of
// memory, each operation of the networks on one core, and whole training steps on all. What `rlrun bench engine` prints comes
// from here; docs/engine.md says how to read it.
//
// A row is what the machine can do when nobody else is on it: the quickest of many runs. Rates are compared with the loop's in the
// same process, which is run again before each row, and the best of which counts.
package bench

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/team"
)

// Result is what was measured of one row.
type Result struct {
	Name    string
	Cores   int
	Seconds float64 // of the quickest run
	FLOPs   float64 // floating-point operations of a run, see nn.Graph.FLOPs; 0 where they are not what counts
	Bytes   float64 // read and written by a run, where those are what counts
	Peak    float64 // floating-point operations per second of so many cores
}

// Rate returns the floating-point operations per second, or NaN where they are not what counts.
func (r Result) Rate() float64 {
	if r.FLOPs == 0 {
		return math.NaN()
	}
	return r.FLOPs / r.Seconds
}

// row is something to measure.
type row struct {
	name  string
	all   bool // on all cores
	build func(crew *team.Team) subject
}

// subject is what a row measures, with all it needs.
type subject struct {
	run          func()
	flops, bytes float64
}

// Names lists the rows in order.
func Names() []string {
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

func rows() []row {
	all := peaks()
	all = append(all, operations()...)
	return append(all, steps()...)
}

// Engine measures the rows whose name contains filter, each for about so long, and gives each to told as soon as it is there. It
// ends early where ctx or told does.
func Engine(ctx context.Context, filter string, each time.Duration, told func(Result) error) error {
	crew := team.New(0)
	defer crew.Close()
	m := meter{crew: crew, each: each}
	for _, r := range rows() {
		if !strings.Contains(r.name, filter) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := told(m.measure(r)); err != nil {
			return err
		}
	}
	return nil
}

// meter measures rows one after the other.
type meter struct {
	crew *team.Team
	each time.Duration
	peak [2]float64 // of one core and of all, the best so far
}

func (m *meter) measure(r row) Result {
	which, crew, cores := 0, (*team.Team)(nil), 1
	if r.all {
		which, crew, cores = 1, m.crew, workers()
	}
	loop := peak(crew, cores)
	short := max(m.each/10, 5*time.Millisecond) // workers that sleep must be awake before all cores can be at their peak
	s := r.build(crew)
	before := loop.flops / quickest(loop.run, short)
	seconds := quickest(s.run, m.each)
	m.peak[which] = max(m.peak[which], before, loop.flops/quickest(loop.run, short))
	if r.name == peakNames[which] {
		m.peak[which] = max(m.peak[which], s.flops/seconds)
		seconds = s.flops / m.peak[which]
	}
	return Result{Name: r.name, Cores: cores, Seconds: seconds, FLOPs: s.flops, Bytes: s.bytes, Peak: m.peak[which]}
}

// shortest is how long a run is timed at least: quicker things are done several times.
const shortest = 20 * time.Microsecond

// quickest runs f over and over for about so long, three times at least, and returns the seconds of the quickest run.
func quickest(f func(), during time.Duration) float64 {
	batch := 1
	timed := func() time.Duration {
		start := time.Now()
		for range batch {
			f()
		}
		return time.Since(start)
	}
	for timed() < shortest {
		batch *= 2
	}
	best, start := time.Duration(math.MaxInt64), time.Now()
	for n := 0; n < 3 || time.Since(start) < during; n++ {
		best = min(best, timed())
	}
	return best.Seconds() / float64(batch)
}

// Kernels says what the peak is measured with.
func Kernels() string {
	if k := f32.Kernels(); k != "plain Go" {
		return "a loop of " + k + " multiplications and additions"
	}
	return "a product of small matrices in plain Go: there is no assembly for this machine"
}

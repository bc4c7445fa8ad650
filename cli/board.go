package cli

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/auxrl/auxrl/internal/study"
	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz"
)

// board shows how the work goes: on a terminal a table of arms with a bar each, and a bar per run that is under way; elsewhere a line
// for each run that is done.
type board struct {
	*app
	plan  *study.Plan
	live  bool
	size  func() (columns, rows int)
	bars  *progress
	shown time.Time
	lines int // that the live part has
	begun time.Time
	done  int
	left  float64 // steps of runs that are not done, but for those taken by the ones under way
	taken float64 // steps since it began

	mu     sync.Mutex
	active []activity
}

// activity is a run under way.
type activity struct {
	job  study.Job
	pace pace
	step int
	text string
}

func (a *app) newBoard(p *study.Plan) *board {
	b := &board{app: a, plan: p, bars: a.newProgress(0, 1, false), begun: time.Now(), done: len(p.Jobs) - len(p.Missing())}
	for _, j := range p.Missing() {
		b.left += float64(j.Config.Steps)
	}
	b.live = b.bars.live
	if f, ok := a.err.(*os.File); ok && b.live {
		b.size = viz.TerminalSize(f)
	}
	return b
}

// tell takes news of a job.
func (b *board) tell(e study.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.active, func(x activity) bool { return x.job.Dir == e.Job.Dir })
	now := time.Now()
	switch e.Kind {
	case study.Started:
		b.active = append(b.active, activity{job: e.Job})
	case study.Stepped, study.Measuring:
		x := &b.active[i]
		if x.step > 0 && e.Step > x.step { // the first news may be of a run that goes on
			b.taken += float64(e.Step - x.step)
		}
		x.step = e.Step
		x.pace.add(now, e.Step)
		if b.live && now.Sub(b.shown) >= redraw {
			s := e.Recent()
			x.text = "return " + decimal(s.Mean, 3)
			if e.Kind == study.Measuring {
				x.text = "evaluating"
			}
		}
	case study.Done, study.Failed:
		b.active = slices.Delete(b.active, i, i+1)
		b.left -= float64(e.Job.Config.Steps)
		b.done++
		b.say(e)
	}
	if b.live && now.Sub(b.shown) >= redraw {
		b.draw(now)
	}
}

// say prints a line about a run that has ended.
func (b *board) say(e study.Event) {
	if e.Kind == study.Failed {
		b.wipe()
		fmt.Fprintf(b.err, "%s: %s: %s\n", b.name, b.plan.Of(e.Job), tidy(e.Err.Error()))
		return
	}
	if b.live {
		return
	}
	l := e.Line
	fmt.Fprintf(b.err, "%d/%d  %s: return %s  greedy %s  success %s\n", b.done, len(b.plan.Jobs), b.plan.Of(e.Job),
		decimal(float64(l.Return), 3), decimal(float64(l.Greedy), 3), percent(float64(l.Success)))
}

// wipe takes the live part off the screen.
func (b *board) wipe() {
	if b.lines > 0 {
		fmt.Fprintf(b.err, "\r\x1b[%dA\x1b[J", b.lines)
		b.lines = 0
	}
}

// draw shows the live part.
func (b *board) draw(now time.Time) {
	b.shown = now
	columns, rows := b.size()
	lines := b.table(now)
	if len(lines) > rows-1 {
		lines = lines[max(0, len(lines)-rows+1):]
	}
	var out bytes.Buffer
	if b.lines > 0 {
		fmt.Fprintf(&out, "\r\x1b[%dA", b.lines)
	}
	for _, l := range lines {
		if r := []rune(l); len(r) > columns-1 {
			l = string(r[:max(columns-1, 0)])
		}
		fmt.Fprintf(&out, "%s\x1b[K\n", l)
	}
	out.WriteString("\x1b[J")
	b.lines = len(lines)
	b.err.Write(out.Bytes()) //nolint:errcheck // it is only looked at
}

// table returns the lines of the live part.
func (b *board) table(now time.Time) []string {
	p := b.plan
	var lines []string
	wide := 0
	for _, a := range p.Arms {
		wide = max(wide, len([]rune(a.Name)))
	}
	results := p.Lines()
	for w, world := range p.Worlds {
		lines = append(lines, world.ID)
		for i, arm := range p.Arms {
			var scores []float64
			for _, l := range results {
				if l.World == world.ID && l.Arm == arm.Name {
					scores = append(scores, p.ScoreOf(l))
				}
			}
			part := 0.0
			for _, x := range b.active {
				if x.job.World == w && x.job.Arm == i {
					part += float64(x.step) / float64(p.Budget(x.job))
				}
			}
			iqm := math.NaN()
			if v, err := stats.Aggregate([][]float64{scores}, stats.IQM); err == nil {
				iqm = v
			}
			lines = append(lines, fmt.Sprintf("  %-*s  %s %3d/%d  IQM %s", wide, arm.Name,
				b.bars.bar((float64(len(scores))+part)/float64(len(p.Seeds)), 20), len(scores), len(p.Seeds), decimal(iqm, 3)))
		}
	}
	lines = append(lines, fmt.Sprintf("%d of %d runs, %s%s", b.done, len(p.Jobs), clock(now.Sub(b.begun)), b.rest(now)))
	for _, x := range b.active {
		rate := 0.0
		if len(x.pace.at) > 1 {
			rate = x.pace.rate()
		}
		lines = append(lines, fmt.Sprintf("  %s %s/%s  %s/s  %s  %s", b.bars.bar(float64(x.step)/float64(p.Budget(x.job)), 20),
			short(x.step), short(p.Budget(x.job)), short(int(rate)), p.Of(x.job), x.text))
	}
	return lines
}

// rest says how long the work will take yet, at the pace that it had.
func (b *board) rest(now time.Time) string {
	left := b.left
	for _, x := range b.active {
		left -= float64(x.step)
	}
	passed := now.Sub(b.begun)
	if b.taken == 0 || passed <= 0 {
		return ""
	}
	return ", " + clock(about(time.Duration(max(left, 0)/b.taken*float64(passed)))) + " left"
}

// end leaves the last state of the table.
func (b *board) end() {
	if b.live && b.lines > 0 {
		b.draw(time.Now())
	}
}

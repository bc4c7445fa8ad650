package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/run"
)

// Kind is what an Event tells of.
type Kind int

// What happens to a job. Of each job the last event is Done or Failed, unless the work is interrupted.
const (
	Started   Kind = iota
	Stepped        // an update was made
	Measuring      // it is being evaluated
	Done
	Failed
)

// Event is news of a job.
type Event struct {
	Kind
	Job    Job
	Step   int
	Recent func() agent.Summary // of Stepped and Measuring; during the call
	Line   Line                 // of Done
	Err    error                // of Failed
}

// Options say how to work.
type Options struct {
	Jobs  int              // runs at a time; 0: one per processor
	Tell  func(Event)      // gets the news, one at a time; nil: nobody does
	Now   func() time.Time // for the file of times, which nothing depends on; several goroutines call it
	Build string           // of this program, for the same file
	Times string           // that file; "": times.jsonl of the study
}

// Spent is a line of the file of times: what one session gave to one run.
type Spent struct {
	World   string  `json:"world"`
	Arm     string  `json:"arm"`
	Seed    uint64  `json:"seed"`
	Steps   int     `json:"steps"` // taken in this session
	Seconds float64 `json:"seconds"`
	Jobs    int     `json:"jobs"` // runs at a time
	Build   string  `json:"build"`
}

// Run trains what is missing. It stops when ctx ends, with the context's error: the next call goes on. A job that fails does not keep
// others from being done; the error names all that failed. Another process that works on the same study is refused.
func (p *Plan) Run(ctx context.Context, o Options) (err error) {
	jobs := p.Missing()
	if len(jobs) == 0 {
		return nil
	}
	lock, err := run.Lock(p.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Times == "" {
		o.Times = filepath.Join(p.Dir, "times.jsonl")
	}
	out, err := p.openRaw()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()

	var mu sync.Mutex // of everything below, and of the plan
	var failed []error
	next := 0
	tell := func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		if o.Tell != nil {
			o.Tell(e)
		}
	}
	take := func() (Job, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(jobs) || ctx.Err() != nil {
			return Job{}, false
		}
		next++
		return jobs[next-1], true
	}
	var wg sync.WaitGroup
	for range min(o.Jobs, len(jobs)) {
		wg.Go(func() {
			w := worker{plan: p, ctx: ctx, n: max(1, runtime.GOMAXPROCS(0)/o.Jobs), tell: tell, now: o.Now}
			for {
				j, ok := take()
				if !ok {
					return
				}
				tell(Event{Kind: Started, Job: j})
				begun := o.Now()
				line, steps, err := w.train(j)
				spent := Spent{p.Worlds[j.World].ID, p.Arms[j.Arm].Name, j.Seed, steps, o.Now().Sub(begun).Seconds(), o.Jobs, o.Build}
				mu.Lock()
				err = errors.Join(err, appendJSON(o.Times, spent))
				if err == nil {
					err = p.keep(out, line)
				}
				mu.Unlock()
				switch {
				case err == nil:
					_ = prune(j.Dir) // only room is lost
					tell(Event{Kind: Done, Job: j, Step: p.Budget(j), Line: line})
				case ctx.Err() != nil && errors.Is(err, ctx.Err()):
				default:
					mu.Lock()
					failed = append(failed, fmt.Errorf("%s: %w", p.Of(j), err))
					mu.Unlock()
					tell(Event{Kind: Failed, Job: j, Err: err})
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

// openRaw opens the file of raw lines for appending, behind what is whole.
func (p *Plan) openRaw() (*os.File, error) {
	_, whole, err := ReadLines(p.Raw, p.Worlds[0].ID)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(p.Raw), 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(p.Raw, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	err = f.Truncate(whole)
	if err == nil {
		_, err = f.Seek(whole, 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// keep appends the line of a run and makes it durable.
func (p *Plan) keep(f *os.File, l Line) error {
	text, err := encode([]Line{l})
	if err != nil {
		return err
	}
	// What is read back is what the report is made of, whether the run was trained now or before.
	if l, err = parseLine(text, ""); err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	p.take(l)
	return f.Sync()
}

// Sort puts the file of raw lines in the order of the study, and in the form of today. A crash leaves the old file or the new one.
func (p *Plan) Sort() error {
	if len(p.lines) == 0 {
		return nil
	}
	text, err := encode(p.Lines())
	if err != nil {
		return err
	}
	return replace(p.Raw, text)
}

// replace writes a file aside and gives it its name.
func replace(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == string(data) {
		return nil
	}
	temp := name + ".tmp"
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temp, name)
}

// appendJSON appends a line to a file.
func appendJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

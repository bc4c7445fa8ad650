package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/nn"
)

const (
	intervals = 50          // lines that a run prints and logs
	saveEvery = time.Minute // between checkpoints

	saveVar = "AUXRL_SAVE_EVERY" // another time between checkpoints, for tests
)

// driver trains until the budget is spent, the return is reached, or the run is interrupted.
type driver struct {
	*app
	run     *agent.Run
	flags   *trainFlags
	show    *progress
	before  float64   // seconds that earlier sessions trained
	saved   time.Time // when the last checkpoint was
	every   time.Duration
	reached bool    // the return to stop at
	events  *events // for TensorBoard, or nil
}

// drive trains and evaluates.
func (a *app) drive(r *agent.Run, f *trainFlags) (err error) {
	defer func() {
		if closed := r.Close(); err == nil {
			err = closed
		}
	}()
	d := &driver{app: a, run: r, flags: f, show: a.newProgress(r.Step(), r.Config().Steps, f.json), every: saveEvery}
	if every, err := time.ParseDuration(a.getenv(saveVar)); err == nil {
		d.every = every
	}
	if d.before, err = r.Seconds(); err != nil {
		return err
	}
	if err := d.announce(); err != nil {
		return err
	}
	if f.events {
		if d.events, err = newEvents(r.Path(), r.Step()); err != nil {
			return err
		}
		defer func() {
			if closed := d.events.close(); err == nil {
				err = closed
			}
		}()
	}
	b := a.goLive(r)
	var c *companion
	if f.watch != "" {
		if c, err = d.accompany(b); err != nil {
			b.end(live.Failed)
			return err
		}
	}
	err = d.train()
	c.end()
	b.end(howEnded(err, d.reached || r.Finished()))
	if ended := d.show.end(); err == nil {
		err = ended
	}
	switch {
	case err != nil:
		return err
	case d.reached || r.Finished():
		return d.conclude()
	}
	return d.stopped()
}

// howEnded tells viewers how training ended.
func howEnded(err error, reached bool) live.End {
	switch {
	case err != nil:
		return live.Failed
	case reached:
		return live.Reached
	}
	return live.Stopped
}

// stopped is how a run ends that was interrupted. It has been told.
func (d *driver) stopped() error {
	r, what := d.run, "stopped and saved"
	_ = r.Wait()               // Saved says what came of it
	if r.Saved() != r.Step() { // the last updates were not sound
		what = fmt.Sprintf("stopped at step %d with numbers that are not finite; saved", r.Step())
	}
	_, err := fmt.Fprintf(d.err, "%s at step %d; go on with\n  %s\n", what, r.Saved(), d.resumeCommand(r.Path()))
	return codeError{errors.Join(errStopped, err), exitResumable}
}

// errStopped is of a run that was interrupted; nothing more is to be said.
var errStopped = errors.New("stopped")

// announce says what is about to run.
func (d *driver) announce() error {
	r, c := d.run, d.run.Config()
	if !r.Exact() {
		fmt.Fprintf(d.err, "%s: warning: %s cannot save its state: a resumed run begins new episodes\n", d.name, r.Env())
	}
	if had := r.Foreign(); had != "" {
		fmt.Fprintf(d.err, "%s: warning: the checkpoint of step %d was made with the kernels %s, not %s %s: the run goes on, but not as it would have there\n",
			d.name, r.Step(), had, runtime.GOARCH, nn.Kernels())
	}
	from := ""
	if r.Step() > 0 {
		from = fmt.Sprintf(" from step %d", r.Step())
	}
	if _, err := fmt.Fprintf(d.err, "%s with %s, seed %d, %d steps%s, in %s\n", r.Env(), c.Algo, c.Seed, c.Steps, from, r.Path()); err != nil {
		return err
	}
	if len(c.Aux) > 0 {
		if _, err := fmt.Fprintf(d.err, "  %s\n", d.extras()); err != nil {
			return err
		}
	}
	if text := startOf(c); text != "" {
		if _, err := fmt.Fprintf(d.err, "  %s\n", text); err != nil {
			return err
		}
	}
	wrapped := c.Wrap.String()
	if c.RewardNorm {
		wrapped = strings.TrimPrefix(wrapped+", reward norm", ", ")
	}
	if wrapped == "" {
		return nil
	}
	_, err := fmt.Fprintf(d.err, "  wrapped: %s\n", wrapped)
	return err
}

// startOf says whose weights a run began with, and what is frozen.
func startOf(c agent.Config) string {
	var parts []string
	if c.Init.Run != "" {
		parts = append(parts, fmt.Sprintf("begun with the weights of %s at step %d", c.Init.Run, c.Init.Step))
	}
	if c.Freeze != "" {
		parts = append(parts, "frozen: "+c.Freeze)
	}
	return strings.Join(parts, "; ")
}

// extras says what is added to loss and reward, and what replay takes.
func (d *driver) extras() string {
	c := d.run.Config()
	parts := make([]string, len(c.Aux))
	for i, e := range c.Aux {
		parts[i] = fmt.Sprintf("%s %v", e.ID(), e.Weight)
		if e.Over > 0 {
			parts[i] += fmt.Sprintf("..%v@%v", e.Final, e.Over)
		}
	}
	text := "+ " + strings.Join(parts, ", ") + "; weights " + c.Mixer.Balance
	if n := d.run.ReplayBytes(); n > 0 {
		text += fmt.Sprintf("; replay of %d steps per world takes %.3g MB", c.ReplayLen, float64(n)/1e6)
	}
	return text
}

// train performs the updates. What cannot be printed ends the run too, but it is saved.
func (d *driver) train() error {
	if d.run.Step() == 0 {
		if err := d.save(); err != nil { // there is something to watch, and room for it on the disk
			return err
		}
	}
	d.saved = time.Now()
	noted := make(chan struct{})
	unregister := context.AfterFunc(d.ctx, func() {
		defer close(noted)
		_ = d.show.note("stopping after this update; Ctrl-C again ends at once") // best effort
	})
	err := d.updates()
	for err == nil {
		if err = d.save(); !errors.Is(err, agent.ErrDiverged) {
			break
		}
		if d.ctx.Err() != nil {
			err = nil // what was saved before is what there is
			break
		}
		if err = d.rollback(err); err == nil {
			err = d.updates()
		}
	}
	if !unregister() {
		<-noted
	}
	return err
}

func (d *driver) updates() error {
	r := d.run
	every := max(r.Config().Steps/intervals, 1)
	if err := d.told(d.show.update(r.Step(), r.Recent, true)); err != nil {
		return err
	}
	for !r.Finished() && d.ctx.Err() == nil {
		before := r.Step()
		u := r.Update()
		if d.near() {
			r.Prepare()
		}
		if err := d.crashes(); err != nil {
			return err
		}
		switch err := r.Err(); {
		case errors.Is(err, agent.ErrWorlds):
			return errors.Join(d.save(), err)
		case errors.Is(err, agent.ErrDiverged):
			if err := d.rollback(err); err != nil {
				return err
			}
			continue
		case err != nil:
			return errors.Join(d.save(), usage(err))
		}
		stop := d.flags.stopAt
		d.reached = stop.set && r.Episodes() >= 100 && r.RecentMean() >= stop.value
		last := d.reached || r.Finished() || d.ctx.Err() != nil
		if err := d.told(d.show.update(r.Step(), r.Recent, last)); err != nil {
			return err
		}
		if r.Step()/every != before/every || d.reached || r.Finished() {
			if err := d.measure(u); err != nil {
				return err
			}
		}
		if d.reached {
			return nil
		}
		if (time.Since(d.saved) >= d.every || r.Milestone(before)) && u.Dropped == 0 {
			if err := d.keep(); err != nil {
				return err
			}
			d.saved = time.Now()
		}
	}
	return nil
}

// near reports whether all that training goes through from now on will still be in replay when the run is saved next.
func (d *driver) near() bool {
	r, c := d.run, d.run.Config()
	left := (d.every - time.Since(d.saved)).Seconds() * d.show.pace.rate()
	left = min(left, float64(c.Steps-r.Step()))
	if n := c.Keep.Every; n > 0 {
		left = min(left, float64(n-r.Step()%n))
	}
	return left < 1.2*float64(c.ReplayLen*c.Worlds) // the pace may change
}

// crashes tells of worlds that panicked.
func (d *driver) crashes() error {
	crashes, files, err := d.run.Crashes()
	if err != nil {
		err = d.goOn(err)
	}
	for i, c := range crashes {
		err = errors.Join(err, d.show.note(fmt.Sprintf("%s: warning: world %d panicked (%s); its episode is dropped; %s reproduces it", d.name, c.World, c.Cause, files[i])))
	}
	return d.told(err)
}

// measure prints and logs the state of the run. What is logged has no time in it: the same seed logs the same.
func (d *driver) measure(u agent.Update) error {
	r, s := d.run, d.run.Recent()
	s.Episodes = r.Episodes()
	m := measure{kind: "train", step: r.Step(), rate: d.show.pace.rate(), summary: s, more: losses(u)}
	names := []string{"episodes", "return_mean", "return_lo", "return_hi", "success", "len_mean"}
	values := []float64{float64(s.Episodes), s.Mean, s.Lo, s.Hi, s.Success, s.Len}
	for _, l := range m.more {
		names, values = append(names, l.name), append(values, l.value)
	}
	names = append(names, "kl", "clipped", "grad_norm", "explained_variance", "dropped")
	values = append(values, float64(u.KL), float64(u.Clipped), float64(u.Norm), float64(u.Explained), float64(r.Dropped()))
	for _, l := range d.gradients() {
		names, values = append(names, l.name), append(values, l.value)
	}
	for _, l := range d.extraMeasures() {
		m.more = append(m.more, l)
		names, values = append(names, l.name), append(values, l.value)
	}
	elapsed := d.before + time.Since(d.show.start).Seconds()
	if err := errors.Join(r.Log(names, values), r.LogTime(elapsed), d.events.log(r.Step(), names, values)); err != nil {
		if err := d.told(d.goOn(err)); err != nil {
			return err
		}
	}
	return d.told(d.show.interval(m))
}

// gradients names the main loss's gradient in each layer when it was last measured: grad.LAYER.
func (d *driver) gradients() (list []named) {
	norms, _ := d.run.Gradients()
	for _, n := range norms {
		list = append(list, named{"grad." + n.Layer, widened(n.Norm)})
	}
	return list
}

// widened returns a number with the digits that it has in 32 bits: 0.1 is 0.1.
func widened(v float32) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// extraMeasures names what tasks and bonuses did: NAME.loss, the weighted one, and so on; NaN where it is not defined.
func (d *driver) extraMeasures() (list []named) {
	for _, t := range d.run.Tasks() {
		put := func(key string, v float32, defined bool) {
			x := math.NaN()
			if defined {
				x = widened(v)
			}
			list = append(list, named{"aux." + t.Name + "." + key, x})
		}
		put("loss", t.Loss, t.Rows > 0)
		put("weighted", t.Loss*t.Weight, t.Rows > 0)
		put("quality", t.Quality, t.Rows > 0)
		put("held_out", t.Held, t.HeldRows > 0)
		put("weight", t.Weight, true)
		put("factor", t.Factor, t.Rows > 0)
		put("norm", t.Norm, t.Seen)
		put("share", t.Share, t.Seen)
		put("cosine", t.Total, t.Seen)
		put("cosine_least", t.Least, t.Seen)
		for i, layer := range d.run.Layers() {
			put("cosine."+layer, t.Cosine[i], t.Seen)
		}
	}
	for _, b := range d.run.Bonuses(nil) {
		list = append(list, named{"bonus." + b.Name + ".mean", float64(b.Mean)})
	}
	return list
}

// keep saves the run in passing, or goes back to the last checkpoint if it turns out to have diverged. Training goes on where it
// cannot be saved: there may be room again.
func (d *driver) keep() error {
	err := d.run.SaveLater()
	switch {
	case errors.Is(err, agent.ErrDiverged):
		return d.rollback(err)
	case err != nil:
		return d.goOn(err)
	}
	return nil
}

// goOn warns of what could not be written and will be tried again.
func (d *driver) goOn(err error) error {
	return d.show.note(fmt.Sprintf("%s: warning: %s; the checkpoint of step %d is intact, training goes on, and saving is tried again",
		d.name, tidy(err.Error()), d.run.Saved()))
}

// save writes a checkpoint.
func (d *driver) save() error {
	err := d.run.Save()
	if err != nil && !errors.Is(err, agent.ErrDiverged) {
		return d.unsaved(err)
	}
	return err
}

// unsaved explains a run that cannot be written: what was saved before is whole.
func (d *driver) unsaved(err error) error {
	return fmt.Errorf("%w; earlier checkpoints are intact: make room, then %s", err, d.resumeCommand(d.run.Path()))
}

// told passes on that the state of the run could not be told. The run is saved first.
func (d *driver) told(err error) error {
	if err == nil {
		return nil
	}
	if failed := d.save(); failed != nil {
		return errors.Join(failed, err)
	}
	return fmt.Errorf("stopped and saved at step %d, because the output fails (%v); go on with %s", d.run.Step(), err, d.resumeCommand(d.run.Path())) //nolint:errorlint // a closed pipe is worth a word here
}

// rollback goes back to the last checkpoint of a run that diverged, or gives up.
func (d *driver) rollback(why error) error {
	r := d.run
	passed := len(r.Skipped)
	if err := r.Rollback(); err != nil {
		return codeError{fmt.Errorf("%w; earlier checkpoints are intact", err), exitDiverged}
	}
	d.warn(r.Skipped[passed:])
	d.saved, d.reached = time.Now(), false
	d.show.pace = pace{}
	d.show.pace.add(d.show.now(), r.Step())
	return d.show.note(fmt.Sprintf("%s: back to step %d with half the step size, retry %d of %d", tidy(why.Error()), r.Step(), r.Retries(), agent.MaxRetries))
}

// conclude evaluates the agent.
func (d *driver) conclude() error {
	r := d.run
	why := ""
	if d.reached {
		why = fmt.Sprintf("return %s reached, ", d.flags.stopAt.String())
	}
	fmt.Fprintf(d.err, "%s%d steps in %s, saved in %s\n", why, r.Step(), clock(time.Since(d.show.start)), r.Path())
	f := evalFlags{episodes: d.flags.episodes, seed: seed(r.Config().Seed), json: d.flags.json, require: d.flags.require}
	measures, err := d.evaluate(r.Net(), r.Build(), r.Step(), f)
	if err != nil && errors.Is(err, d.ctx.Err()) {
		if f.require.set {
			err = fmt.Errorf("the evaluation that --require-return needs was interrupted; make it with %s eval %s", d.name, quote(r.Path()))
			return codeError{err, exitFailed}
		}
		_, err = fmt.Fprintf(d.err, "the evaluation is left out; measure it with\n  %s eval %s\n", d.name, quote(r.Path()))
		return err
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(d.err, "watch it with\n  %s watch %s\n", d.name, quote(r.Path())); err != nil {
		return err
	}
	return f.check(r.Path(), measures[0].summary)
}

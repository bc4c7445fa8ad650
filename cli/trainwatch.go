package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/auxrl/auxrl/viz"
)

// companion is a viewer within the process that trains, on a goroutine of its own: what `train --watch` shows.
type companion struct {
	leave context.CancelFunc
	gone  chan struct{}
	err   error // valid when gone is closed
}

// accompany opens a viewer of the run. Where it takes the terminal that progress is told on, that is told in the picture instead, and
// what else there is to say waits until the viewer has gone.
func (d *driver) accompany(b *broadcast) (*companion, error) {
	view, err := d.watchView()
	if err != nil {
		return nil, err
	}
	client, err := b.server.Connect()
	if err != nil {
		return nil, err
	}
	ctx, leave := context.WithCancel(d.ctx)
	feed, err := d.lookOn(ctx, d.run.Path(), client)
	if err != nil {
		leave()
		return nil, err
	}
	sink, err := viewer{
		app: d.app, view: view, flag: "--watch=", title: d.run.Env(), help: pageHelp(), stdin: d.flags.stdin,
		stop: "q there ends it; Ctrl-C here stops the training",
	}.open()
	if err == nil && onTerminal(sink) && d.flags.json {
		err = errors.Join(usagef("--json and a view in the terminal would both write to standard output: choose another --watch"), sink.Close())
	}
	if err != nil {
		leave()
		return nil, err
	}
	if onTerminal(sink) {
		_ = d.show.hush(true) // nothing is said
	}
	s := newSession(feed, passInterrupt(ctx, sink), watchFPS, viz.SystemClock{})
	s.name = keepsakeName(d.run.Path())
	c := &companion{leave: leave, gone: make(chan struct{})}
	go func() {
		defer close(c.gone)
		c.err = c.watch(ctx, d, s, sink)
	}()
	return c, nil
}

// watchView is where to show.
func (d *driver) watchView() (view, error) {
	v := d.flags.watch
	switch {
	case isTerminal(d.out):
		return v, nil
	case v == viewTerm:
		return v, usagef("--watch=term needs standard output to be a terminal: choose another --watch, or watch --attach the run from a terminal")
	}
	return v, nil
}

// watch shows the run until the person has had enough or training has: whatever goes wrong, training goes on.
func (c *companion) watch(ctx context.Context, d *driver, s *session, sink viz.Sink) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errors.Join(err, fmt.Errorf("the viewer failed: %v", cause))
		}
		err = errors.Join(err, sink.Close(), d.show.hush(false))
		switch {
		case ctx.Err() != nil:
		case err != nil:
			err = d.show.note(fmt.Sprintf("%s: warning: %s; training goes on", d.name, tidy(err.Error())))
		default:
			err = d.show.note(fmt.Sprintf("training goes on; look on again with %s watch --attach %s", d.name, quote(d.run.Path())))
		}
	}()
	return s.run(ctx)
}

// end closes the viewer, if there is one.
func (c *companion) end() {
	if c != nil {
		c.leave()
		<-c.gone
	}
}

// onTerminal reports whether a sink draws on the terminal.
func onTerminal(sink viz.Sink) bool {
	switch sink.(type) {
	case *viz.Terminal, *viz.Console:
		return true
	}
	return false
}

// passer is a viewer whose Ctrl-C is meant for training.
type passer struct {
	viz.Interactive
	keys chan viz.Key
}

// Keys implements viz.Interactive.
func (p *passer) Keys() <-chan viz.Key { return p.keys }

// passInterrupt lets Ctrl-C do what it does where keys do not come one by one. It ends the viewer too.
func passInterrupt(ctx context.Context, sink viz.Sink) viz.Sink {
	in, ok := sink.(viz.Interactive)
	if !ok {
		return sink
	}
	p := &passer{in, make(chan viz.Key)}
	go func() {
		defer close(p.keys)
		for key := range in.Keys() {
			if key == viz.KeyInterrupt {
				if self, err := os.FindProcess(os.Getpid()); err == nil {
					_ = self.Signal(os.Interrupt) // where there are no signals, Ctrl-C again ends it
				}
				select { // the viewer is told by training itself that it stops
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
				return
			}
			select {
			case p.keys <- key:
			case <-ctx.Done():
				return
			}
		}
	}()
	return p
}

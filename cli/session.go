package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/auxrl/auxrl/viz"
)

// Bounds of watching.
const (
	frameRate  = 30              // pictures per second at most: faster feeds skip some
	pastBytes  = 64 << 20        // of moments that can be gone back to
	holdTime   = time.Second / 2 // that the end of an episode is shown in real time
	noticeTime = 4 * time.Second // that a notice stands
	idleTime   = time.Second / 4 // after which the picture is drawn again: the window may have changed its size
	maxBurst   = 4096            // moments between two pictures
	frameTime  = time.Second / frameRate
)

// session is a person who watches a feed: what keys say happens to it, and what it shows goes to the viewer.
type session struct {
	feed  feed
	sink  viz.Sink
	keys  <-chan viz.Key // nil: there is no keyboard
	clock viz.Clock
	fps   float64 // moments per second in real time
	name  string  // of files that are saved
	light bool

	tape *viz.Tape
	at   int           // number of the moment that is shown
	snap *viz.Snapshot // that moment
	last *viz.Snapshot // of the feed, while it is the present
	due  time.Time     // when the next is

	paused  bool
	speed   speed
	playing map[viz.Key]int
	helping bool
	over    bool // the feed has ended
	quit    bool
	notice  string
	until   time.Time // that the notice stands

	rec   recorder
	out   viz.Sink // that all moments go to; nil: none
	shown int      // moments that went to out
}

// newSession returns a session that begins as soon as it is run.
func newSession(f feed, sink viz.Sink, fps float64, clock viz.Clock) *session {
	s := &session{feed: f, sink: sink, fps: fps, clock: clock, tape: viz.NewTape(pastBytes), at: -1}
	if v, ok := sink.(viz.Interactive); ok {
		s.keys = v.Keys()
	}
	return s
}

// run watches until the person has had enough, the feed ends, unless there is something to go back to, or ctx ends.
func (s *session) run(ctx context.Context) error {
	err := s.forward()
	if err == nil {
		err = s.show()
	}
	for err == nil && !s.quit {
		if s.over && s.ends() {
			break
		}
		select { // keys come first
		case key, ok := <-s.keys:
			err = s.key(key, ok)
			continue
		default:
		}
		timer, tick := s.wait()
		select {
		case <-ctx.Done():
			s.quit = true
		case key, ok := <-s.keys:
			err = s.key(key, ok)
		case <-s.arrived():
			err = s.tick()
		case <-timer:
			if tick {
				err = s.tick()
			} else {
				err = s.show()
			}
		}
	}
	return errors.Join(err, s.rec.close())
}

// ends reports whether a feed that is over is the end of watching: nobody can go back, or so many episodes were asked for.
func (s *session) ends() bool {
	_, counted := s.feed.(performance)
	return s.keys == nil || counted
}

// arrived returns a channel that gives something when the feed has a moment to show.
func (s *session) arrived() <-chan struct{} {
	if f, ok := s.feed.(arriving); ok && !s.paused && s.present() {
		return f.arrived()
	}
	return nil
}

// key does what a key says; not ok: the person has left.
func (s *session) key(key viz.Key, ok bool) error {
	if !ok {
		s.quit = true
		return nil
	}
	if err := s.press(key); err != nil || s.quit {
		return err
	}
	return s.show()
}

// wait returns a timer, and whether the next moment is due then; else the picture is drawn again.
func (s *session) wait() (timer <-chan time.Time, tick bool) {
	if !s.moving() {
		return s.clock.After(idleTime), false
	}
	d := max(s.due.Sub(s.clock.Now()), 0)
	if d > idleTime {
		return s.clock.After(idleTime), false
	}
	return s.clock.After(d), true
}

// moving reports whether time passes.
func (s *session) moving() bool {
	if _, ok := s.feed.(arriving); ok && s.present() {
		return false
	}
	return !s.paused && s.playing == nil && (!s.over || !s.present())
}

// present reports whether the moment that is shown is the last there is.
func (s *session) present() bool { return s.at == s.tape.Next()-1 }

// rate returns how many moments are shown in a second; +Inf: as many as there can be.
func (s *session) rate() float64 {
	if s.speed == flatOut {
		return math.Inf(1)
	}
	return s.fps * math.Exp2(float64(s.speed))
}

// tick goes on in time.
func (s *session) tick() error {
	now := s.clock.Now()
	burst := max(int(min(s.rate()/frameRate, maxBurst)), 1)
	if _, ok := s.feed.(arriving); ok && s.present() {
		burst = 1
	}
	for n := range burst {
		if err := s.forward(); err != nil {
			return err
		}
		if s.over || s.snap.End != "" || n&15 == 15 && s.clock.Now().Sub(now) > frameTime {
			break
		}
	}
	wait := time.Duration(0)
	if s.speed < flatOut {
		wait = time.Duration(float64(burst) * float64(time.Second) / s.rate())
		if s.snap.End != "" {
			wait = max(wait, time.Duration(float64(holdTime)*s.fps/s.rate()))
		}
	}
	if s.due = s.due.Add(wait); s.due.Before(now) {
		s.due = now.Add(wait) // what comes late is not made up for
	}
	return s.show()
}

// forward goes on by one moment, through the past first.
func (s *session) forward() error {
	if !s.present() {
		if err := s.goTo(s.at + 1); err != nil {
			return err
		}
		return s.keep()
	}
	snap, err := s.feed.next()
	if err != nil {
		return err
	}
	if snap == nil {
		s.over = true
		if _, ok := s.feed.(recorded); ok {
			s.say("this is the end; q quits")
		}
		return nil
	}
	s.snap, s.last = snap, snap
	if s.keys != nil {
		s.tape.Add(snap)
		s.at = s.tape.Next() - 1
	}
	if s.out != nil {
		s.shown++
		if err := s.out.Show(snap); err != nil {
			return err
		}
	}
	return s.keep()
}

// keep records the moment, if the person wants that.
func (s *session) keep() error { return s.rec.show(s.snap) }

// goTo shows moment i, or the nearest there is.
func (s *session) goTo(i int) error {
	i = max(i, 0)
	if f, ok := s.feed.(recorded); ok && i < s.tape.First() { // further back than is kept: all again
		f.rewind()
		s.tape.Reset(0)
		s.at, s.over = -1, false
	} else if i < s.tape.First() {
		i = s.tape.First()
		s.say("further back is not kept")
	}
	_, waits := s.feed.(arriving)
	for i >= s.tape.Next() && !s.over && !waits {
		s.at = s.tape.Next() - 1
		if err := s.forward(); err != nil {
			return err
		}
	}
	if s.at = min(i, s.tape.Next()-1); s.present() {
		s.snap = s.last
	} else {
		s.snap = s.tape.At(s.at)
	}
	return nil
}

// toPresent leaves the past.
func (s *session) toPresent() error {
	if s.present() {
		return nil
	}
	return s.goTo(s.tape.Next() - 1)
}

// amend takes down what the feed has changed of the present.
func (s *session) amend() {
	if s.tape.Next() > s.tape.First() && s.present() {
		s.tape.Amend(s.last)
	}
}

// say tells the person something.
func (s *session) say(format string, args ...any) {
	s.notice, s.until = fmt.Sprintf(format, args...), s.clock.Now().Add(noticeTime)
}

// show draws the moment, and how it is watched.
func (s *session) show() error {
	if s.snap == nil {
		return nil // the feed had nothing at all
	}
	shown := *s.snap
	shown.Flags = s.flags()
	if s.notice != "" && s.clock.Now().Before(s.until) {
		shown.Notice = s.notice
	}
	if s.helping {
		shown.Help = helpLines()
	}
	return s.sink.Show(&shown)
}

// flags says how the moment is watched.
func (s *session) flags() []string {
	var flags []string
	if f, ok := s.feed.(recorded); ok {
		flags = append(flags, fmt.Sprintf("%d of %d", s.at+1, f.moments()))
	} else if back := s.tape.Next() - 1 - s.at; s.keys != nil && back > 0 {
		flags = append(flags, fmt.Sprintf("%d back", back))
	}
	if s.speed != 0 {
		flags = append(flags, s.speed.label())
	}
	if f, ok := s.feed.(performance); ok && f.hasAgent() {
		mode := "sampled"
		if f.greedy() {
			mode = "greedy"
		}
		flags = append(flags, mode)
	}
	switch {
	case s.playing != nil:
		flags = append(flags, "YOU PLAY")
	case s.paused:
		flags = append(flags, "PAUSED")
	}
	if s.rec.running() {
		flags = append(flags, "REC "+strconv.Itoa(s.rec.frames))
	}
	return flags
}

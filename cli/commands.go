package cli

import (
	"path/filepath"

	"github.com/auxrl/auxrl/viz"
)

// press does what a key says: an action where the person plays and the key is one, else what the table of controls says.
func (s *session) press(key viz.Key) error {
	if act, ok := s.playing[key]; ok {
		return s.act(act)
	}
	if s.helping && key == viz.KeyEscape {
		s.helping = false
		return nil
	}
	return s.obey(commandOf(key))
}

// obey does what a person asks for.
func (s *session) obey(c command) error {
	switch c {
	case cmdPause:
		s.pause(!s.paused)
	case cmdStep:
		s.pause(true)
		return s.forward()
	case cmdBack:
		s.pause(true)
		return s.goTo(s.at - 1)
	case cmdAhead10:
		return s.goTo(s.at + 10)
	case cmdBack10:
		return s.goTo(s.at - 10)
	case cmdNextEpisode:
		return s.nextEpisode()
	case cmdLastEpisode:
		return s.lastEpisode()
	case cmdFaster:
		s.setSpeed(s.speed + 1)
	case cmdSlower:
		s.setSpeed(s.speed - 1)
	case cmdRealTime:
		s.setSpeed(0)
	case cmdFlatOut:
		s.setSpeed(flatOut)
	case cmdOverlay:
		return s.nextOverlay()
	case cmdRecord:
		return s.record()
	case cmdPicture:
		return s.picture()
	case cmdHelp:
		s.helping = !s.helping
	case cmdQuit:
		s.quit = true
	case cmdGreedy, cmdTakeOver, cmdRestart, cmdNewSeed:
		return s.direct(c)
	}
	return nil
}

// direct does what only a feed that is being played can do.
func (s *session) direct(c command) error {
	f, ok := s.feed.(performance)
	if !ok {
		s.say("this is a recording: only what is played now can be changed")
		return nil
	}
	switch c {
	case cmdGreedy:
		if !f.hasAgent() {
			s.say("actions are random: there is no agent")
			return nil
		}
		f.setGreedy(!f.greedy())
	case cmdTakeOver:
		return s.takeOver(f)
	case cmdRestart:
		f.restart()
		return s.fresh()
	case cmdNewSeed:
		s.say("seed %d", f.reseed())
		return s.fresh()
	}
	return nil
}

// fresh shows what comes next from the feed, whatever is on the tape.
func (s *session) fresh() error {
	s.at = s.tape.Next() - 1
	return s.forward()
}

// pause stops time, or lets it go on. While the person plays it stands still anyway.
func (s *session) pause(yes bool) {
	if s.playing == nil {
		s.paused = yes
	}
	s.due = s.clock.Now()
}

func (s *session) setSpeed(to speed) {
	s.speed = min(max(to, slowest), flatOut)
	s.due = s.clock.Now()
	s.say("speed %s", s.speed.label())
}

// nextEpisode goes to where the next episode begins: in the past if it is there, else the feed skips what is left of this one.
func (s *session) nextEpisode() error {
	for i := s.at + 1; i < s.tape.Next(); i++ {
		if s.tape.Begins(i) {
			return s.goTo(i)
		}
	}
	if f, ok := s.feed.(performance); ok {
		f.skip()
		return s.fresh()
	}
	s.at = s.tape.Next() - 1
	for !s.over {
		if err := s.forward(); err != nil || s.snap.Step == 0 {
			return err
		}
	}
	return nil
}

// lastEpisode goes back to where this episode began or, there already, to where the one before did.
func (s *session) lastEpisode() error {
	i := s.at - 1
	for i > s.tape.First() && !s.tape.Begins(i) {
		i--
	}
	return s.goTo(i)
}

// nextOverlay lays something else over the pictures.
func (s *session) nextOverlay() error {
	f, ok := s.feed.(overlaid)
	if !ok {
		s.say("there are no overlays")
		return nil
	}
	if err := s.toPresent(); err != nil {
		return err
	}
	name, err := f.overlay()
	if name == "" {
		name = "none to choose from"
	}
	s.say("overlay: %s", name)
	s.amend()
	return err
}

// takeOver lets the person play, or the agent again.
func (s *session) takeOver(f performance) error {
	if s.playing != nil {
		s.playing = nil
		f.label(nil)
		s.amend()
		s.due = s.clock.Now()
		s.say("the agent plays")
		return nil
	}
	actions := f.choices()
	keys := keysFor(actions)
	if len(keys) == 0 {
		s.say("nobody can take over here")
		return nil
	}
	if err := s.toPresent(); err != nil {
		return err
	}
	s.playing = make(map[viz.Key]int, len(keys))
	labels := make([]string, len(keys))
	for i, key := range keys {
		s.playing[key] = i
		labels[i] = key.String() + " " + actions[i]
	}
	f.label(labels)
	s.amend()
	s.say("you play: the keys stand beside the actions, n lets the agent act, t hands back")
	return nil
}

// act takes an action for the agent. After the end of an episode every action begins the next.
func (s *session) act(act int) error {
	if err := s.toPresent(); err != nil {
		return err
	}
	s.feed.(performance).take(act)
	return s.forward()
}

// record starts a recording, or ends it.
func (s *session) record() error {
	if s.rec.running() {
		name, frames := s.rec.name, s.rec.frames
		err := s.rec.close()
		s.say("%s: %d frames", name, frames)
		return err
	}
	if err := s.rec.open(s.name, s.fps, s.light); err != nil {
		s.say("no recording: %s", tidy(err.Error()))
		return nil
	}
	s.say("recording %s; g ends it", s.rec.name)
	return s.keep()
}

// picture saves what is shown.
func (s *session) picture() error {
	name, err := savePicture(s.snap, s.name, s.light)
	if err != nil {
		s.say("no picture: %s", tidy(err.Error()))
		return nil
	}
	s.say("saved %s", filepath.Base(name))
	return nil
}

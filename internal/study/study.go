package study

import (
	"errors"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/internal/config"
)

// What runs are scored by.
const (
	ByReturn  = "return"  // mean return of sampled actions
	BySuccess = "success" // fraction of successes of sampled actions
	ByGreedy  = "greedy"  // mean return of greedy actions
)

// Scores lists what runs can be scored by.
func Scores() []string { return []string{ByReturn, BySuccess, ByGreedy} }

// Study says what is compared.
type Study struct {
	Name      string // of its files
	Title     string
	About     string // what is asked, and what the reader should know; paragraphs of Markdown
	Command   string // that makes the report, for the report
	Worlds    []World
	Arms      []Arm
	Seeds     []uint64
	Score     string // one of Scores
	Threshold float64
	Episodes  int // of each evaluation
	Points    int // of a learning curve
	Until     int // steps after which runs are measured, to go on later; 0: at the end of their budget
	Base      []config.Item
	Bare      bool // no arm has the tasks and bonuses of its preset
}

// World is one that is compared on.
type World struct {
	ID        string
	Items     []config.Item // settings that it changes in every arm
	Scale     [2]float64    // returns that count as 0 and as 1 where worlds are put together; both 0: unknown
	Threshold float64       // of steps-to-threshold; NaN: as the study's
	Published string        // figures of others, and their conditions
	Line      int           // of the file
}

// Arm is one of the agents that are compared: the settings in common, and what it changes.
type Arm struct {
	Name  string
	Terms []Term        // tasks and bonuses that its name asks for
	Items []config.Item // settings
	Bare  bool          // without the tasks and bonuses of the preset
	Line  int           // of the file; 0: of the command line
}

// Default returns a study of nothing yet.
func Default() Study {
	return Study{Score: ByReturn, Threshold: math.NaN(), Episodes: 100, Points: 50}
}

// Bounds of what a study may ask for.
const (
	maxRuns     = 100_000
	maxEpisodes = 1_000_000
	maxPoints   = 400 // of a curve: a raw line has less than 20 KB
)

// Validate reports the first thing that cannot work.
func (s *Study) Validate() error {
	switch {
	case len(s.Worlds) == 0:
		return fmt.Errorf("study: no worlds to compare on")
	case len(s.Arms) == 0:
		return fmt.Errorf("study: no arms to compare")
	case len(s.Seeds) == 0:
		return fmt.Errorf("study: no seeds")
	case s.Episodes < 1 || s.Episodes > maxEpisodes:
		return fmt.Errorf("study: %d episodes, must be 1 to %d", s.Episodes, maxEpisodes)
	case s.Until < 0:
		return fmt.Errorf("study: until is %d steps, must not be negative", s.Until)
	case s.Points < 1 || s.Points > maxPoints:
		return fmt.Errorf("study: %d points of a curve, must be 1 to %d", s.Points, maxPoints)
	case s.Score != ByReturn && s.Score != BySuccess && s.Score != ByGreedy:
		return fmt.Errorf("study: score is %q; there are return, success and greedy", s.Score)
	}
	if n := len(s.Worlds) * len(s.Arms) * len(s.Seeds); n > maxRuns {
		return fmt.Errorf("study: %d runs, at most %d are possible", n, maxRuns)
	}
	for i, a := range s.Arms {
		for _, b := range s.Arms[:i] {
			if a.Name == b.Name {
				return at(a.Line, "study: two arms are called %s", a.Name)
			}
			if fileName(a.Name) == fileName(b.Name) {
				return at(a.Line, "study: arms %s and %s would share a directory: name one of them otherwise", b.Name, a.Name)
			}
		}
	}
	for i, w := range s.Worlds {
		for _, v := range s.Worlds[:i] {
			if w.ID == v.ID {
				return at(w.Line, "study: the world %s is named twice", w.ID)
			}
			if fileName(w.ID) == fileName(v.ID) {
				return at(w.Line, "study: worlds %s and %s would share a directory", v.ID, w.ID)
			}
		}
	}
	return nil
}

// lineError is an error with the line of the file that it is about.
type lineError struct {
	error
	line int
}

func (e lineError) Unwrap() error { return e.error }

// LineOf returns the line of the study's file that an error is about; 0: none.
func LineOf(err error) int {
	var located lineError
	if errors.As(err, &located) {
		return located.line
	}
	return 0
}

func at(line int, format string, args ...any) error {
	return lineError{fmt.Errorf(format, args...), line}
}

// Against returns the index of the arm that others are compared with: the one called base, or the first.
func (s *Study) Against() int {
	for i, a := range s.Arms {
		if a.Name == "base" {
			return i
		}
	}
	return 0
}

// fileName makes a name of a world or arm one of a file.
func fileName(name string) string {
	b := []byte(name)
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.' && i > 0, c == '_', c == '+', c == '=':
		default:
			b[i] = '-'
		}
	}
	return string(b)
}

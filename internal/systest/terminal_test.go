package systest

import (
	"bytes"
	"fmt"
	"image/gif"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// terminal is a session of tmux with a server of its own.
type terminal struct{ socket string }

// newTerminal opens a terminal in which a shell runs in dir, with the program's directory in PATH.
func newTerminal(t *testing.T, dir string, columns, rows int) terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Fatal("tmux is not found; test.sh installs it")
	}
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	term := terminal{fmt.Sprintf("auxrl-systest-%d-%d", columns, time.Now().UnixNano())}
	shell := fmt.Sprintf("cd %s; PATH=%s:$PATH LC_ALL=C.UTF-8 PS1='$ ' exec sh", dir, strings.TrimSuffix(exe, "/rlrun"))
	term.tmux(t, "-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), shell)
	t.Cleanup(func() { _ = exec.Command("tmux", "-L", term.socket, "kill-server").Run() })
	return term
}

func (term terminal) tmux(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-L", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func (term terminal) keys(t *testing.T, keys ...string) {
	t.Helper()
	term.tmux(t, append([]string{"send-keys"}, keys...)...)
}

// lines returns those on the screen that are not empty.
func (term terminal) lines(t *testing.T) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(term.tmux(t, "capture-pane", "-p")) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// await waits for a screen.
func (term terminal) await(t *testing.T, what string, is func(lines []string) bool) []string {
	t.Helper()
	var lines []string
	for range 600 {
		if lines = term.lines(t); is(lines) {
			return lines
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no screen with %s:\n%s", what, strings.Join(lines, "\n"))
	return nil
}

func count(lines []string, part string) int {
	n := 0
	for _, line := range lines {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

// The live line stays on one line, and on the screen when the run has ended.
func TestLiveLine(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			term := newTerminal(t, t.TempDir(), size[0], size[1])
			term.keys(t, "clear; rlrun train "+world+" --algo a2c --steps 5M --run r; echo status=$?", "Enter")
			shown := "-  " // a return, once there is one
			for range 3 {
				lines := term.await(t, "news", func(lines []string) bool {
					return count(lines, "] step ") > 0 && !strings.Contains(lines[len(lines)-1], shown)
				})
				shown = lines[len(lines)-1]
				if len(lines) != 2 || !strings.HasPrefix(shown, "[") || !strings.HasSuffix(shown, " left") {
					t.Errorf("while it runs:\n%s", strings.Join(lines, "\n"))
				}
				if n := utf8.RuneCountInString(shown); n > size[0]-3 || n < size[0]*3/4 {
					t.Errorf("the live line has %d columns", n)
				}
			}
			term.keys(t, "C-c")
			lines := term.await(t, "the end", func(lines []string) bool { return count(lines, "status=75") == 1 })
			if count(lines, "] step ") != 1 || count(lines, "^C") != 0 || lines[len(lines)-3] != "  rlrun train --resume r" ||
				count(lines, "stopping after this update") != 1 {
				t.Fatalf("when it has stopped:\n%s", strings.Join(lines, "\n"))
			}
			var step int
			if _, err := fmt.Sscanf(lines[len(lines)-4], "stopped and saved at step %d;", &step); err != nil {
				t.Fatal(err)
			}
			term.keys(t, fmt.Sprintf("clear; rlrun train --resume r --steps %d --episodes 5; echo second=$?", step+500), "Enter")
			lines = term.await(t, "the end", func(lines []string) bool { return count(lines, "second=0") == 1 })
			if count(lines, "[██████████") != 1 || count(lines, "] step ") != 1 || count(lines, "sampled  return") != 1 || count(lines, "evaluating") != 0 {
				t.Errorf("when it has ended:\n%s", strings.Join(lines, "\n"))
			}
		})
	}
}

// watch draws on a screen of its own and gives the terminal back.
func TestWatchTerminal(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			term := newTerminal(t, t.TempDir(), size[0], size[1])
			state := func() string {
				return strings.TrimSpace(term.tmux(t, "display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}"))
			}
			term.keys(t, "clear; echo before; rlrun watch "+world+" --fps 20; echo status=$?", "Enter")
			term.await(t, "a picture", func(lines []string) bool {
				return count(lines, "▀▀▀▀") > 3 && count(lines, world) == 1 && count(lines, "toggle") > 0
			})
			if got := state(); got != "1 0 0" {
				t.Errorf("while it draws: alternate screen, cursor, wrapping are %s, want 1 0 0", got)
			}
			term.keys(t, "C-c")
			lines := term.await(t, "the end", func(lines []string) bool { return count(lines, "status=0") == 1 })
			if lines[0] != "before" || len(lines) != 4 || lines[1] != "rlrun: showing in the terminal (no window: this program was built without it)" {
				t.Errorf("afterwards:\n%s", strings.Join(lines, "\n"))
			}
			if got := state(); got != "0 1 1" {
				t.Errorf("afterwards: alternate screen, cursor, wrapping are %s, want 0 1 1", got)
			}
		})
	}
}

// Keys stop time, go back in it and on, let a person play, record, and are explained.
func TestWatchKeys(t *testing.T) {
	dir := t.TempDir()
	term := newTerminal(t, dir, 100, 30)
	term.keys(t, "rlrun watch MiniGrid-Empty-5x5-v0 --fps 20; echo status=$?", "Enter")
	term.await(t, "a picture", func(lines []string) bool { return count(lines, "▀▀▀▀") > 3 && count(lines, "0 of 100") == 0 })
	term.keys(t, "Space")
	step := func() (n int) {
		for _, line := range term.await(t, "a pause", func(lines []string) bool { return count(lines, "▐PAUSED▌") == 1 }) {
			if at := strings.Index(line, " of 100"); at >= 0 {
				if _, err := fmt.Sscan(line[strings.LastIndexByte(line[:at], ' ')+1:at], &n); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
			}
		}
		return n
	}
	paused := step()
	time.Sleep(300 * time.Millisecond)
	if now := step(); now != paused {
		t.Errorf("from step %d it went on to %d", paused, now)
	}
	is := func(n int) string { return fmt.Sprintf(" %d of 100", n) }
	term.keys(t, "Left")
	before := term.await(t, "the step before", func(lines []string) bool { return count(lines, is(paused-1)) == 1 && count(lines, "1 back") == 1 })
	term.keys(t, "n", "n")
	term.await(t, "a step on", func(lines []string) bool { return count(lines, is(paused+1)) == 1 && count(lines, "back") == 0 })
	term.keys(t, "b", "b")
	again := term.await(t, "the step before", func(lines []string) bool { return count(lines, is(paused-1)) == 1 })
	if world := func(lines []string) string { return strings.Join(lines[2:], "\n") }; world(again) != world(before) {
		t.Errorf("it is shown otherwise:\n%s\nwant\n%s", world(again), world(before))
	}
	term.keys(t, "h")
	term.await(t, "help", func(lines []string) bool { return count(lines, "play yourself, hand back") == 1 })
	term.keys(t, "h", "g", "t")
	term.await(t, "the person's turn", func(lines []string) bool {
		return count(lines, "▐YOU PLAY▌") == 1 && count(lines, "▐REC ") == 1 && count(lines, "space toggle") == 1 && count(lines, "play yourself") == 0
	})
	term.keys(t, "p", "p", "d")
	term.await(t, "three decisions", func(lines []string) bool { return count(lines, is(paused+4)) == 1 })
	term.keys(t, "t", "C-c")
	term.await(t, "the end", func(lines []string) bool {
		return count(lines, "status=0") == 1 && count(lines, "frames in MiniGrid-Empty-5x5-v0-1.gif") == 1
	})
	if data, err := os.ReadFile(filepath.Join(dir, "MiniGrid-Empty-5x5-v0-1.gif")); err != nil {
		t.Error(err)
	} else if g, err := gif.DecodeAll(bytes.NewReader(data)); err != nil || len(g.Image) < 4 {
		t.Errorf("the recording: %v", err)
	}
}

// The first picture is there before one wonders.
func TestWatchBeginsSoon(t *testing.T) {
	dir := t.TempDir()
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(exe, "train", "MiniGrid-DoorKey-5x5-v0", "--aux", "unreal", "--steps", "2k", "--episodes", "1", "--run", filepath.Join(dir, "r")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	term := newTerminal(t, dir, 120, 40)
	best := time.Hour
	for range 5 { // other programs have their turn too
		term.keys(t, "clear", "Enter")
		term.await(t, "an empty screen", func(lines []string) bool { return len(lines) == 1 })
		start := time.Now()
		term.keys(t, "rlrun watch r", "Enter")
		for count(term.lines(t), "policy") == 0 {
			if time.Sleep(5 * time.Millisecond); time.Since(start) > 30*time.Second {
				t.Fatal("there is no picture")
			}
		}
		best = min(best, time.Since(start))
		term.keys(t, "q")
		term.await(t, "the end", func(lines []string) bool { return count(lines, "policy") == 0 })
	}
	if t.Logf("the first picture came after %v", best); best > time.Second/2 {
		t.Errorf("the first picture came after %v, want half a second at most", best)
	}
}

// play takes keys one by one, shows which there are and what came of them, and gives the terminal back however it ends.
func TestPlayTerminal(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			term := newTerminal(t, t.TempDir(), size[0], size[1])
			state := func() string {
				return strings.TrimSpace(term.tmux(t, "display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}"))
			}
			given := func(lines []string) {
				t.Helper()
				if lines[0] != "before" {
					t.Errorf("afterwards:\n%s", strings.Join(lines, "\n"))
				}
				if got := state(); got != "0 1 1" {
					t.Errorf("afterwards: alternate screen, cursor, wrapping are %s, want 0 1 1", got)
				}
				term.keys(t, "stty -a | grep -c -e '-icanon' -e '-echo '", "Enter") // which tells of a line only if it is echoed
				term.await(t, "an ordinary terminal", func(lines []string) bool { return slices.Contains(lines, "0") })
			}
			term.keys(t, "clear; echo before; rlrun play MiniGrid-Empty-5x5-v0 --trace game.jsonl --out game.gif; echo status=$?", "Enter")
			lines := term.await(t, "a picture", func(lines []string) bool { return count(lines, "▀▀▀▀") > 3 && count(lines, "quit") == 1 })
			for _, part := range []string{"get to the green goal square", "0 of 100", "←      left", "→      right", "↑      forward", "space  toggle", "enter  done",
				"n      next episode", "view"} {
				if count(lines, part) != 1 {
					t.Errorf("%q is not on the screen:\n%s", part, strings.Join(lines, "\n"))
				}
			}
			if got := state(); got != "1 0 0" {
				t.Errorf("while it is played: alternate screen, cursor, wrapping are %s, want 1 0 0", got)
			}
			term.keys(t, "Up", "Up", "Right", "Up", "Up")
			term.await(t, "the goal", func(lines []string) bool { return count(lines, "5 of 100") == 1 && count(lines, "terminated") == 1 })
			term.keys(t, "q")
			given(term.await(t, "the end", func(lines []string) bool { return count(lines, "status=0") == 1 }))
			term.keys(t, "clear; echo before; rlrun play --replay game.jsonl --fps 50; echo status=$?", "Enter")
			given(term.await(t, "the end", func(lines []string) bool {
				return count(lines, "status=0") == 1 && count(lines, "episode 1: return 0.955 in 5 steps, terminated") == 1 &&
					count(lines, "5 decisions came out as they were") == 1 // which the game itself did not say
			}))
			for _, end := range []string{"C-c", "signal"} {
				term.keys(t, "clear; echo before; rlrun play MinAtar/Breakout-v1; echo status=$?", "Enter")
				term.await(t, "a picture", func(lines []string) bool { return count(lines, "noop") == 1 })
				if end == "signal" {
					pid := strings.Fields(term.tmux(t, "list-panes", "-F", "#{pane_pid}"))[0]
					if out, err := exec.Command("pkill", "-TERM", "-P", pid).CombinedOutput(); err != nil {
						t.Fatalf("%v: %s", err, out)
					}
				} else {
					term.keys(t, end)
				}
				given(term.await(t, "the end", func(lines []string) bool { return count(lines, "status=0") == 1 }))
			}
		})
	}
}

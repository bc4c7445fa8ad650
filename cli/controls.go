package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/page"
)

// command is what a person can ask for while watching.
type command uint8

const (
	cmdPause command = iota + 1
	cmdStep
	cmdBack
	cmdAhead10
	cmdBack10
	cmdNextEpisode
	cmdLastEpisode
	cmdFaster
	cmdSlower
	cmdRealTime
	cmdFlatOut
	cmdOverlay
	cmdGreedy
	cmdTakeOver
	cmdRestart
	cmdNewSeed
	cmdRecord
	cmdPicture
	cmdHelp
	cmdQuit
)

// control is what a key does. The keys of one are alike; the first stands for it where there is one place only.
type control struct {
	keys  []viz.Key
	do    command
	word  string // for a button
	about string
}

// controls are the keys of all viewers: help, documentation and buttons are made of them.
var controls = []control{
	{[]viz.Key{' '}, cmdPause, "pause", "pause, go on"},
	{[]viz.Key{'n', viz.KeyRight}, cmdStep, "step", "one step on"},
	{[]viz.Key{'b', viz.KeyLeft}, cmdBack, "back", "one step back"},
	{[]viz.Key{']'}, cmdAhead10, "+10", "ten steps on"},
	{[]viz.Key{'['}, cmdBack10, "−10", "ten steps back"},
	{[]viz.Key{'.'}, cmdNextEpisode, "next", "next episode"},
	{[]viz.Key{','}, cmdLastEpisode, "prev", "start of this episode, of the one before"},
	{[]viz.Key{'+', viz.KeyUp, '='}, cmdFaster, "faster", "twice as fast"},
	{[]viz.Key{'-', viz.KeyDown}, cmdSlower, "slower", "half as fast"},
	{[]viz.Key{'0'}, cmdRealTime, "×1", "real time"},
	{[]viz.Key{'m'}, cmdFlatOut, "max", "as fast as possible"},
	{[]viz.Key{'o'}, cmdOverlay, "overlay", "next overlay"},
	{[]viz.Key{'a'}, cmdGreedy, "greedy", "likeliest actions, sampled ones"},
	{[]viz.Key{keyTake}, cmdTakeOver, "take over", "play yourself, hand back"},
	{[]viz.Key{'r'}, cmdRestart, "restart", "the episode again"},
	{[]viz.Key{'s'}, cmdNewSeed, "new seed", "other layouts and luck"},
	{[]viz.Key{'g'}, cmdRecord, "record", "record a GIF, stop"},
	{[]viz.Key{'p'}, cmdPicture, "picture", "save a picture"},
	{[]viz.Key{keyHelp, '?'}, cmdHelp, "help", "this table"},
	{[]viz.Key{keyQuit, viz.KeyInterrupt}, cmdQuit, "quit", "quit"},
}

// commandOf returns what a key asks for; 0: nothing.
func commandOf(key viz.Key) command {
	for _, c := range controls {
		if slices.Contains(c.keys, key) {
			return c.do
		}
	}
	return 0
}

// keyNames returns what a control's keys are called, the ones that only stand in for another left out.
func (c control) keyNames() string {
	var names []string
	for _, key := range c.keys {
		if key != '=' {
			names = append(names, key.String())
		}
	}
	return strings.Join(names, " ")
}

// helpLines is the table of keys. Keys that are actions while a person plays do not do what the table says then.
func helpLines() []string {
	var lines []string
	for _, c := range controls {
		lines = append(lines, c.keyNames()+"\t"+c.about)
	}
	return lines
}

// pageHelp is the table for the buttons of a page.
func pageHelp() []page.KeyHelp {
	var help []page.KeyHelp
	for _, c := range controls {
		help = append(help, page.KeyHelp{Key: c.keys[0], Name: c.keys[0].String(), About: c.word})
	}
	return help
}

// keyTable is the table as text.
func keyTable() string {
	var b strings.Builder
	for _, c := range controls {
		fmt.Fprintf(&b, "  %-9s  %s\n", c.keyNames(), c.about)
	}
	return b.String()
}

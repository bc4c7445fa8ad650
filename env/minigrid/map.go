package minigrid

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Map is a world that was drawn in text. A file is a head, the line "map:", and rows of squares:
//
//	// Fetch the key from the box, open the door, go to the goal.
//	mission: use the key to open the door and then get to the goal
//	steps: 100
//	b = grey box with yellow key
//	D = locked yellow door
//	map:
//	#########
//	#...#...#
//	#.>.D..G#
//	#.b.#...#
//	#########
//
// Rows have one character for each square, and all rows are equally long. These always mean the same:
//
//	#  wall               G  goal
//	.  free square        ~  lava
//	>  the agent starts here and looks right; v down, < left, ^ up
//	@  the agent starts here and looks anywhere
//
// Of several starts one is drawn at random in each episode; without any, the agent starts on a random free square. Any other
// character but a space is what the head says it is, in a line "CHARACTER = THING". Things are
//
//	COLOUR key, COLOUR ball, COLOUR box, COLOUR box with THING
//	open COLOUR door, closed COLOUR door, locked COLOUR door
//	COLOUR wall, COLOUR floor, COLOUR goal
//
// Colours are red, green, blue, purple, yellow, grey. A locked door is opened with a key of its colour in hand; a box by toggling
// it, which leaves what is in it. Beyond the rows there is wall, so an outline is a matter of taste.
//
// The other lines of the head are all optional:
//
//	task: reach goal             the default; or: pick up COLOUR THING, open COLOUR door
//	mission: TEXT                what Mission tells; by default the task in words
//	steps: N                     after which an episode is truncated; by default four for every square
//	see-through: yes             walls and closed doors hide nothing
//	see: OPTIONS                 what the agent sees, as in Config: full, view=N, onehot, rgb, tile=N
//	// TEXT                      a remark
//
// Success pays 1 - 0.9 t/T at step t of T and ends the episode; so does lava, which pays nothing. Actions, observations and all
// else are as in the other worlds of the package.
type Map struct {
	text   string
	entry  entry
	config Config
}

// Bounds of a map.
const (
	maxMapText = 32 << 10 // bytes; a run keeps them in its settings
	maxMapSide = 100      // squares
	maxMapName = 64       // bytes
	maxSteps   = 60_000   // below far, for plans
)

// ParseMap reads a map. The name, which may be that of a file, is what errors begin with; without directory and extension it is what
// the world's id ends in: "Map/NAME". An error says line and column, and what to do.
func ParseMap(name, text string) (*Map, error) {
	p := &mapParser{name: name, config: Default(), legend: map[rune]mapThing{}, headers: map[string]bool{}}
	if err := p.parse(text); err != nil {
		return nil, err
	}
	e := p.entry
	e.id = mapID(name)
	e.about = "drawn in text: " + p.words
	d := p.drawing
	e.family = func() family { return mapped{&d} }
	return &Map{text, e, p.config}, nil
}

// mapID returns the id of the map with the name of a file.
func mapID(name string) string {
	name = filepath.Base(filepath.ToSlash(name))
	name = strings.TrimSuffix(name, filepath.Ext(name))
	plain := func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r)) {
			return r
		}
		return '-'
	}
	if name = strings.Map(plain, name); name == "" {
		name = "untitled"
	}
	return "Map/" + name[:min(len(name), maxMapName)]
}

// ID returns the id of the worlds, "Map/NAME". Their Spec adds the options that the map asks for.
func (m *Map) ID() string { return m.entry.id }

// About returns one line about the world.
func (m *Map) About() string { return m.entry.about }

// New makes a world. Until it is seeded it follows seed 0.
func (m *Map) New() *World {
	w := newWorld(&m.entry, m.config)
	w.source = m.text
	return w
}

// Best returns the mean return of the quickest ways to success over the episodes of the first seeds: the return to measure agents by.
// Episodes without a way count 0. It gives up with ErrStates where an episode has more than the given number of states.
func (m *Map) Best(seeds, states int) (float64, error) {
	w := m.New()
	if d := w.family.(mapped); len(d.starts) == 1 && d.starts[0].dir >= 0 {
		seeds = 1 // all episodes are the same
	}
	obs, vec := w.Spec().Buffers()
	sum := 0.0
	for seed := range seeds {
		w.Seed(uint64(seed))
		w.Reset(obs, vec)
		p, err := w.Plan(states)
		if err != nil && !errors.Is(err, ErrNoWay) {
			return 0, err
		}
		sum += p.Return
	}
	return sum / float64(seeds), nil
}

// Source returns the text of the map that the world was made from, "" if it was not.
func (w *World) Source() string { return w.source }

// mapThing is a thing of a map, maybe a box with another in it.
type mapThing struct {
	look   cell
	inside *mapThing
}

// mapStart is where the agent may start; dir is -1 for any.
type mapStart struct{ x, y, dir int }

// drawing is what a map's episodes are made of. It never changes.
type drawing struct {
	w      int
	things []mapThing // [h, w]
	starts []mapStart
	task   aim
	words  string // mission
}

// mapped is the family of maps.
type mapped struct{ *drawing }

func (f mapped) generate(w *World) {
	for i, t := range f.things {
		w.grid.set(i%f.w, i/f.w, t.make(w))
	}
	if len(f.starts) == 0 {
		w.placeAgent(w.grid.all())
		return
	}
	s := f.starts[w.rng.Int(0, len(f.starts))]
	dir := s.dir
	if dir < 0 {
		dir = w.rng.Int(0, 4)
	}
	w.putAgent(s.x, s.y, dir)
}

// make returns the thing as a square, with a number if it is an object.
func (t *mapThing) make(w *World) cell {
	k, c, s := t.look.kind(), t.look.colour(), t.look.state()
	switch {
	case t.inside != nil:
		return w.box(c, t.inside.make(w))
	case k == kindDoor || t.look.portable():
		return w.object(k, c, s)
	}
	return t.look
}

func (f mapped) mission(b []byte) []byte { return append(b, f.words...) }

func (f mapped) aim() aim { return f.task }

func (f mapped) after(w *World, action int) {
	switch {
	case action == actPickup && f.task.kind == aimTake && f.task.wants(w.carrying):
		w.succeed()
	case action == actToggle && f.task.kind == aimOpen:
		dx, dy := toward(w.dir)
		if c := w.grid.at(w.x+dx, w.y+dy); c.kind() == kindDoor && c.state() == doorOpen && f.task.wants(c) {
			w.succeed()
		}
	}
}

// mapParser reads a map line by line.
type mapParser struct {
	name    string
	line    int // from 1
	legend  map[rune]mapThing
	headers map[string]bool
	config  Config
	entry   entry
	drawing
	free bool // there is a free square for the agent to start on
	made int  // objects
}

// errorf returns an error at a column of the line, from 1; 0 is the whole line.
func (p *mapParser) errorf(col int, format string, args ...any) error {
	at := fmt.Sprintf("%s:%d", p.name, p.line)
	if col > 0 {
		at += ":" + strconv.Itoa(col)
	}
	return fmt.Errorf("minigrid: %s: %w", at, fmt.Errorf(format, args...))
}

func (p *mapParser) parse(text string) error {
	if len(text) > maxMapText {
		return fmt.Errorf("minigrid: %s: %d bytes, at most %d make a map", p.name, len(text), maxMapText)
	}
	p.task = aim{kind: aimReach}
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i, line := range lines {
		p.line = i + 1
		line = strings.TrimRight(line, " \t\r")
		switch {
		case !utf8.ValidString(line):
			return p.errorf(0, "this is not UTF-8 text")
		case line == "map:":
			return p.rows(lines[i+1:])
		}
		if err := p.head(line); err != nil {
			return err
		}
	}
	return p.errorf(0, "there is no map: add a line with map: and then rows of squares")
}

// head reads a line of the head.
func (p *mapParser) head(line string) error {
	if line == "" || strings.HasPrefix(line, "//") {
		return nil
	}
	r, size := utf8.DecodeRuneInString(line)
	if rest := strings.TrimLeft(line[size:], " \t"); strings.HasPrefix(rest, "=") {
		return p.define(r, rest[1:], utf8.RuneCountInString(line)-utf8.RuneCountInString(rest)+2)
	}
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return p.errorf(1, "neither KEY: VALUE nor CHARACTER = THING; rows of squares come after a line with map:")
	}
	if p.headers[key] {
		return p.errorf(1, "%s: is given twice", key)
	}
	p.headers[key] = true
	return p.header(key, strings.TrimSpace(value), utf8.RuneCountInString(key)+2)
}

// header reads a KEY: VALUE whose value begins at the column.
func (p *mapParser) header(key, value string, col int) (err error) {
	switch key {
	case "mission":
		p.words = value
	case "task":
		p.task, err = parseTask(value)
	case "steps":
		p.entry.limit, err = strconv.Atoi(value)
		if err != nil || p.entry.limit < 1 || p.entry.limit > maxSteps {
			err = fmt.Errorf("steps: takes a whole number from 1 to %d, not %q", maxSteps, value)
		}
	case "see-through":
		p.entry.seeThrough = value == "yes"
		if value != "yes" && value != "no" {
			err = fmt.Errorf("see-through: takes yes or no, not %q", value)
		}
	case "see":
		if p.config, err = ParseConfig(value); err != nil {
			err = errors.New(strings.TrimPrefix(err.Error(), "minigrid: "))
		}
	default:
		return p.errorf(1, "no line begins with %q; there are mission, task, steps, see-through, see, map", key+":")
	}
	if err != nil {
		return p.errorf(col, "%w", err)
	}
	return nil
}

// parseTask reads what an episode asks for.
func parseTask(text string) (aim, error) {
	words := strings.Join(strings.Fields(text), " ")
	if words == "reach goal" {
		return aim{kind: aimReach}, nil
	}
	if what, ok := strings.CutPrefix(words, "pick up "); ok {
		c, err := parsePhrase(what)
		if err == nil && !c.portable() {
			err = fmt.Errorf("a %s cannot be picked up; keys, balls and boxes can", kindNames[c.kind()])
		}
		return aim{kind: aimTake, like: true, first: target{cell: c}}, err
	}
	if what, ok := strings.CutPrefix(words, "open "); ok {
		c, err := parsePhrase(what)
		if err == nil && c.kind() != kindDoor {
			err = fmt.Errorf("a %s cannot be opened; doors can", kindNames[c.kind()])
		}
		return aim{kind: aimOpen, like: true, first: target{cell: c}}, err
	}
	return aim{}, fmt.Errorf("no task %q; there are reach goal, pick up COLOUR THING, open COLOUR door", text)
}

// define reads what a character stands for; the text begins at the column.
func (p *mapParser) define(r rune, text string, col int) error {
	switch _, known := p.legend[r]; {
	case known:
		return p.errorf(1, "%q is defined twice", r)
	case isBuiltin(r):
		return p.errorf(1, "%q always is %s: use another character", r, builtins[strings.IndexRune(builtinRunes, r)])
	case !unicode.IsPrint(r) || r == ' ':
		return p.errorf(1, "%q cannot stand for a thing: use a character that can be seen", r)
	}
	t, err := parseThing(text)
	if err != nil {
		return p.errorf(col, "%w", err)
	}
	p.legend[r] = t
	return nil
}

// The characters that always mean the same.
const builtinRunes = "#.G~>v<^@"

var builtins = [...]string{"a wall", "a free square", "the goal", "lava", "a start", "a start", "a start", "a start", "a start"}

func isBuiltin(r rune) bool { return strings.ContainsRune(builtinRunes, r) }

// parseThing reads a thing, with what is in it.
func parseThing(text string) (mapThing, error) {
	outer, inner, full := strings.Cut(text, " with ")
	look, err := parsePhrase(outer)
	t := mapThing{look: look}
	switch {
	case err != nil || !full:
		return t, err
	case look.kind() != kindBox:
		return t, fmt.Errorf("only boxes hold things, a %s does not", kindNames[look.kind()])
	}
	inside, err := parseThing(inner)
	if err == nil && !inside.look.portable() {
		err = fmt.Errorf("a %s does not go into a box; keys, balls and boxes do", kindNames[inside.look.kind()])
	}
	t.inside = &inside
	return t, err
}

// rows reads the squares.
func (p *mapParser) rows(lines []string) error {
	first := p.line + 1
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) > maxMapSide {
		return p.errorf(0, "the map has %d rows, at most %d are possible", len(lines), maxMapSide)
	}
	for y, line := range lines {
		p.line = first + y
		if err := p.row(y, strings.TrimRight(line, " \t\r")); err != nil {
			return err
		}
	}
	p.entry.w, p.entry.h = p.w, len(lines)
	return p.complete()
}

func (p *mapParser) row(y int, line string) error {
	if !utf8.ValidString(line) {
		return p.errorf(0, "this is not UTF-8 text")
	}
	squares := []rune(line)
	if y == 0 {
		p.w = len(squares)
	}
	switch {
	case len(squares) == 0:
		return p.errorf(0, "an empty row: use . for free squares, and nothing but empty lines after the map")
	case len(squares) > maxMapSide:
		return p.errorf(0, "the row has %d squares, at most %d are possible", len(squares), maxMapSide)
	case len(squares) != p.w:
		return p.errorf(min(len(squares), p.w)+1, "the row has %d squares, the first row has %d: make them equally long", len(squares), p.w)
	}
	for x, r := range squares {
		t, err := p.square(r, x, y)
		if err != nil {
			return p.errorf(x+1, "%w", err)
		}
		for inner := &t; inner != nil; inner = inner.inside {
			if inner.look.kind() == kindDoor || inner.look.portable() {
				p.made++
			}
		}
		if p.made > maxObjects {
			return p.errorf(x+1, "more than %d doors and things: leave some out", maxObjects)
		}
		p.things = append(p.things, t)
	}
	return nil
}

// square returns what a character stands for. A start is a free square.
func (p *mapParser) square(r rune, x, y int) (mapThing, error) {
	if c, ok := fixture(r); ok {
		p.free = p.free || c == emptyCell
		return mapThing{look: c}, nil
	}
	if i := strings.IndexRune(">v<^@", r); i >= 0 {
		dir := i
		if r == '@' {
			dir = -1
		}
		p.starts = append(p.starts, mapStart{x, y, dir})
		return mapThing{look: emptyCell}, nil
	}
	t, ok := p.legend[r]
	if !ok {
		return t, fmt.Errorf("%q is not defined: add a line such as %c = red key before map:, or use one of # . G ~ > v < ^ @", r, r)
	}
	p.free = p.free || t.look == emptyCell
	return t, nil
}

// complete checks that there is all that an episode needs, and sets what was left out.
func (p *mapParser) complete() error {
	if len(p.things) == 0 {
		return p.errorf(0, "there are no rows of squares after map:")
	}
	if len(p.starts) == 0 && !p.free {
		return p.errorf(0, "there is no free square for the agent: add a start such as > or @")
	}
	goals, found := 0, false
	for i := range p.things {
		if p.things[i].look.kind() == kindGoal {
			goals++
		}
		for t := &p.things[i]; t != nil; t = t.inside {
			found = found || p.task.kind != aimReach && p.task.wants(t.look)
		}
	}
	what := p.task.first.cell.words()
	switch {
	case p.task.kind == aimReach && goals == 0:
		return p.errorf(0, "there is no goal: add a G, or a line such as task: pick up red key")
	case p.task.kind != aimReach && goals > 0:
		return p.errorf(0, "there is a goal, but the task is another: remove it, or say task: reach goal")
	case p.task.kind != aimReach && !found:
		return p.errorf(0, "there is no %s: add one, or ask for something else in task:", what)
	}
	if p.words == "" {
		p.words = map[aimKind]string{aimReach: "get to the goal", aimTake: "pick up the " + what, aimOpen: "open the " + what}[p.task.kind]
	}
	if p.entry.limit == 0 {
		p.entry.limit = min(4*len(p.things), maxSteps)
	}
	return nil
}

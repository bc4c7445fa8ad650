package minigrid

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// jsonVersion changes with the fields of jsonState.
const jsonVersion = 1

// maxJSON is how many bytes of JSON are read.
const maxJSON = 1 << 20

// jsonState is a state for people to read, to change, and to make with other programs.
type jsonState struct {
	V          int           `json:"v"`
	World      string        `json:"world"` // id without options
	Mission    string        `json:"mission"`
	Episode    string        `json:"episode"` // "none", "running", "over"
	Steps      int           `json:"steps"`
	Limit      int           `json:"limit"`
	Agent      jsonAgent     `json:"agent"`
	Grid       []string      `json:"grid"` // rows, a character for each square: see glyph
	Objects    []jsonObject  `json:"objects"`
	Made       int           `json:"made"` // numbers that objects of this episode were given, gone ones included
	Milestones []string      `json:"milestones"`
	Reward     float64       `json:"reward"` // of the last step
	Terminated bool          `json:"terminated"`
	Truncated  bool          `json:"truncated"`
	Family     string        `json:"family,omitempty"` // what the family keeps of the episode, in hexadecimal
	Generator  jsonGenerator `json:"generator"`
}

type jsonAgent struct {
	X      int    `json:"x"`
	Y      int    `json:"y"`
	Facing string `json:"facing"`
}

// jsonObject is a thing that a character of the grid does not say all of: in a square, in hand, or in a box.
type jsonObject struct {
	Number int     `json:"number,omitempty"` // by which the world tells objects apart; none for walls and the like
	What   string  `json:"what"`             // "locked red door", "blue key"
	At     *[2]int `json:"at,omitempty"`     // x, y
	Held   bool    `json:"held,omitempty"`
	In     int     `json:"in,omitempty"` // number of the box
}

// jsonGenerator is NumPy's PCG64, as its bit_generator.state tells it.
type jsonGenerator struct {
	State     string `json:"state"` // decimal, 128 bits
	Inc       string `json:"inc"`
	HasUint32 int    `json:"has_uint32"`
	Uinteger  uint32 `json:"uinteger"`
}

var phaseNames = [...]string{idle: "none", running: "running", over: "over"}

// Characters of the grid; what has glyphOther is listed among the objects, and so is everything that has a number.
const (
	glyphWall  = '#'
	glyphEmpty = '.'
	glyphGoal  = 'G'
	glyphLava  = '~'
	glyphDoor  = 'D'
	glyphKey   = 'k'
	glyphBall  = 'o'
	glyphBox   = 'b'
	glyphOther = '?'
)

// glyph returns the character of a square, and whether that says all of it.
func (c cell) glyph() (r rune, all bool) {
	switch c {
	case wallCell:
		return glyphWall, true
	case emptyCell:
		return glyphEmpty, true
	case goalCell:
		return glyphGoal, true
	case lavaCell:
		return glyphLava, true
	}
	switch c.kind() {
	case kindDoor:
		return glyphDoor, false
	case kindKey:
		return glyphKey, false
	case kindBall:
		return glyphBall, false
	case kindBox:
		return glyphBox, false
	}
	return glyphOther, false
}

// fixture returns the square that a character says all of.
func fixture(r rune) (c cell, ok bool) {
	switch r {
	case glyphWall:
		return wallCell, true
	case glyphEmpty:
		return emptyCell, true
	case glyphGoal:
		return goalCell, true
	case glyphLava:
		return lavaCell, true
	}
	return nothing, false
}

// MarshalJSON returns the state that AppendState saves, generator included, in words: mission, clock, agent, the grid in rows of
// characters, objects with their places, milestones by name. [World.UnmarshalJSON] reads it.
func (w *World) MarshalJSON() ([]byte, error) {
	s := jsonState{
		V: jsonVersion, World: w.entry.id, Episode: phaseNames[w.phase], Steps: w.steps, Limit: w.limit,
		Agent: jsonAgent{w.x, w.y, directionNames[w.dir&3]}, Objects: []jsonObject{}, Made: w.objects,
		Milestones: []string{}, Reward: w.reward, Terminated: w.terminated, Truncated: w.truncated,
		Generator: generatorJSON(&w.rng),
	}
	if w.phase != idle {
		s.Mission = w.Mission()
	}
	for y := range w.grid.h {
		row := make([]rune, w.grid.w)
		for x, c := range w.grid.row(y) {
			var all bool
			if row[x], all = c.glyph(); !all {
				s.Objects = append(s.Objects, jsonObject{Number: c.number(), What: c.phrase(), At: &[2]int{x, y}})
			}
		}
		s.Grid = append(s.Grid, string(row))
	}
	if c := w.carrying; c != nothing {
		s.Objects = append(s.Objects, jsonObject{Number: c.number(), What: c.phrase(), Held: true})
	}
	for box, c := range w.contents[:w.objects+1] {
		if c != nothing {
			s.Objects = append(s.Objects, jsonObject{Number: c.number(), What: c.phrase(), In: box})
		}
	}
	for k, name := range w.spec.Milestones {
		if w.milestones>>k&1 == 1 {
			s.Milestones = append(s.Milestones, name)
		}
	}
	if k, ok := w.family.(keeper); ok {
		s.Family = hex.EncodeToString(k.appendState(nil))
	}
	return json.Marshal(s)
}

// UnmarshalJSON takes up what MarshalJSON returned of a world of the same id. What people or programs changed is checked; an error
// says what cannot be. On an error the world is as it was.
func (w *World) UnmarshalJSON(b []byte) error {
	if err := w.unmarshal(b); err != nil {
		return fmt.Errorf("minigrid: JSON of %s: %w", w.entry.id, err)
	}
	return nil
}

func (w *World) unmarshal(b []byte) error {
	s, err := decodeJSON(b)
	switch {
	case err != nil:
		return err
	case s.V != jsonVersion:
		return fmt.Errorf("v is %d, want %d", s.V, jsonVersion)
	case s.World != w.entry.id:
		return fmt.Errorf("world is %q", s.World)
	}
	family, err := hex.DecodeString(s.Family)
	if err != nil {
		return fmt.Errorf("family: %w", err)
	}
	n := *w
	n.grid = newGrid(w.grid.w, w.grid.h, w.grid.pad)
	if err := n.takeUp(s); err != nil {
		return err
	}
	before := w.AppendState(nil)
	saved := append(n.appendOwn(nil), family...)
	if err := w.restore(binary.LittleEndian.AppendUint32(saved, crc32.ChecksumIEEE(saved))); err != nil {
		return err
	}
	if w.phase != idle && s.Mission != "" && s.Mission != w.Mission() {
		err := fmt.Errorf("mission is %q, but what the family keeps says %q", s.Mission, w.Mission())
		return errors.Join(err, w.restore(before))
	}
	return nil
}

// decodeJSON reads one object, and nothing after it.
func decodeJSON(b []byte) (*jsonState, error) {
	if len(b) > maxJSON {
		return nil, fmt.Errorf("%d bytes, at most %d are read", len(b), maxJSON)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	s := new(jsonState)
	if err := dec.Decode(s); err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(b[dec.InputOffset():])) > 0 {
		return nil, errors.New("something follows the object")
	}
	return s, nil
}

// takeUp sets the world to what s says, but for the family. What a saved state cannot hold is refused; the rest is checked when the
// world is restored.
func (w *World) takeUp(s *jsonState) error {
	var err error
	w.x, w.y = s.Agent.X, s.Agent.Y
	w.dir = slices.Index(directionNames[:], s.Agent.Facing)
	ph := slices.Index(phaseNames[:], s.Episode)
	switch {
	case !w.grid.inside(w.x, w.y):
		return fmt.Errorf("agent is at (%d, %d), outside the grid", w.x, w.y)
	case w.dir < 0:
		return fmt.Errorf("agent faces %q; there are %s", s.Agent.Facing, strings.Join(directionNames[:], ", "))
	case ph < 0:
		return fmt.Errorf("episode is %q; there are %s", s.Episode, strings.Join(phaseNames[:], ", "))
	case s.Steps < 0 || s.Limit < 0 || s.Limit > math.MaxInt32 || s.Steps > s.Limit:
		return fmt.Errorf("%d steps of %d cannot be", s.Steps, s.Limit)
	case s.Made < 0 || s.Made > maxObjects:
		return fmt.Errorf("%d objects were made, must be 0 to %d", s.Made, maxObjects)
	}
	w.phase = phase(ph)
	w.steps, w.limit, w.objects = s.Steps, s.Limit, s.Made
	w.reward, w.terminated, w.truncated = s.Reward, s.Terminated, s.Truncated
	if w.rng, err = s.Generator.generator(); err != nil {
		return fmt.Errorf("generator: %w", err)
	}
	w.milestones = 0
	for _, name := range s.Milestones {
		k := slices.Index(w.spec.Milestones, name)
		if k < 0 {
			return fmt.Errorf("no milestone %q; there are %s", name, strings.Join(w.spec.Milestones, ", "))
		}
		w.milestones |= 1 << k
	}
	return w.takeUpGrid(s)
}

// takeUpGrid lays out the squares and puts the objects where they are.
func (w *World) takeUpGrid(s *jsonState) error {
	g := &w.grid
	if len(s.Grid) != g.h {
		return fmt.Errorf("grid has %d rows, want %d", len(s.Grid), g.h)
	}
	open := map[[2]int]rune{} // squares of which an object must say more
	for y, text := range s.Grid {
		row := []rune(text)
		if len(row) != g.w {
			return fmt.Errorf("grid: row %d has %d squares, want %d", y, len(row), g.w)
		}
		for x, r := range row {
			c, ok := fixture(r)
			switch {
			case ok:
				g.set(x, y, c)
			case strings.ContainsRune("Dkob?", r):
				open[[2]int{x, y}] = r
			default:
				return fmt.Errorf("grid: %q at (%d, %d); there are # . G ~ D k o b ?", r, x, y)
			}
		}
	}
	w.carrying = nothing
	clear(w.contents[:])
	for i, o := range s.Objects {
		if err := w.takeUpObject(o, open); err != nil {
			return fmt.Errorf("objects[%d]: %w", i, err)
		}
	}
	for y := range g.h {
		for x := range g.w {
			if r, ok := open[[2]int{x, y}]; ok {
				return fmt.Errorf("grid: no object says what %q at (%d, %d) is", r, x, y)
			}
		}
	}
	return nil
}

// takeUpObject puts an object where it is. open holds the squares that wait for one.
func (w *World) takeUpObject(o jsonObject, open map[[2]int]rune) error {
	look, err := parsePhrase(o.What)
	if err != nil {
		return err
	}
	switch thing := look.kind() == kindDoor || look.portable(); {
	case thing && (o.Number < 1 || o.Number > w.objects):
		return fmt.Errorf("%s has number %d, must be 1 to %d, which is made", o.What, o.Number, w.objects)
	case !thing && o.Number != 0:
		return fmt.Errorf("%s has number %d, but is no object", o.What, o.Number)
	}
	c := newCell(look.kind(), look.colour(), look.state(), o.Number)
	places := 0
	if o.At != nil {
		places++
		r, ok := open[*o.At]
		switch want, all := c.glyph(); {
		case !ok:
			return fmt.Errorf("the grid has no place for something at (%d, %d)", o.At[0], o.At[1])
		case r != want || all:
			return fmt.Errorf("the grid has %q at (%d, %d), not %s", r, o.At[0], o.At[1], o.What)
		}
		delete(open, *o.At)
		w.grid.set(o.At[0], o.At[1], c)
	}
	if o.Held {
		places++
		if w.carrying != nothing {
			return errors.New("a second thing is held")
		}
		w.carrying = c
	}
	if o.In != 0 {
		places++
		if o.In < 0 || o.In > w.objects || w.contents[o.In] != nothing {
			return fmt.Errorf("there is no box %d, or something else is in it", o.In)
		}
		w.contents[o.In] = c
	}
	if places != 1 {
		return fmt.Errorf("it is in %d places: one of at, held, in must be given", places)
	}
	return nil
}

// generatorJSON tells the state as NumPy does.
func generatorJSON(g *npyrand.Generator) jsonGenerator {
	b := g.AppendState(nil)
	le := binary.LittleEndian
	wide := func(b []byte) string {
		x := new(big.Int).SetUint64(le.Uint64(b))
		return x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(le.Uint64(b[8:]))).String()
	}
	return jsonGenerator{wide(b), wide(b[16:]), int(b[36]), le.Uint32(b[32:])}
}

// generator returns the generator in the state.
func (j jsonGenerator) generator() (g npyrand.Generator, err error) {
	le := binary.LittleEndian
	var b []byte
	for _, text := range []string{j.State, j.Inc} {
		x, ok := new(big.Int), len(text) <= 39
		if ok {
			x, ok = x.SetString(text, 10)
		}
		if !ok || x.Sign() < 0 || x.BitLen() > 128 {
			return g, fmt.Errorf("%.50q is not a whole number of 128 bits", text)
		}
		var wide [16]byte
		x.FillBytes(wide[:])
		b = le.AppendUint64(b, binary.BigEndian.Uint64(wide[:]))
		b = le.AppendUint64(b, binary.BigEndian.Uint64(wide[8:]))
	}
	if j.HasUint32 != 0 && j.HasUint32 != 1 {
		return g, fmt.Errorf("has_uint32 is %d, must be 0 or 1", j.HasUint32)
	}
	buffered := j.Uinteger
	if j.HasUint32 == 0 {
		buffered = 0 // NumPy leaves an old one there
	}
	b = append(le.AppendUint32(b, buffered), byte(j.HasUint32))
	return g, g.RestoreState(b)
}

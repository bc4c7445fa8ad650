package tasktest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// BuildBonus makes a bonus for given shapes.
type BuildBonus func(auxtasks.Dims) (auxtasks.Bonus, error)

// bonusChecks are run in this order.
var bonusChecks = []struct {
	name string
	run  func(*bonusChecker) error
}{
	{"stream", (*bonusChecker).stream},
	{"rewards", (*bonusChecker).rewards},
	{"sizes", (*bonusChecker).sizes},
	{"ends", (*bonusChecker).ends},
	{"state", (*bonusChecker).state},
	{"damaged state", (*bonusChecker).damage},
	{"allocations", (*bonusChecker).allocations},
}

// CheckBonus reports every part of the contract of a Bonus, and of the abilities that it has, that those made by build break. It
// plays rollouts of worlds that have all abilities, with ends of both kinds. A test that calls it must not run in parallel with
// others, because allocations are counted.
func CheckBonus(t testing.TB, build BuildBonus) {
	t.Helper()
	checkBonus(t, build)
}

func checkBonus(t reporter, build BuildBonus) {
	t.Helper()
	for _, k := range bonusChecks {
		c := &bonusChecker{build: build}
		if err := recovered(func() error { return k.run(c) }); err != nil {
			t.Errorf("tasktest: bonus: %s: %v", k.name, err)
		}
	}
}

type bonusChecker struct{ build BuildBonus }

// make makes a bonus for the worlds of a game.
func (c *bonusChecker) make(worlds int) (auxtasks.Bonus, error) {
	b, err := c.build(BonusDims(worlds))
	if err == nil && b == nil {
		err = errors.New("neither a bonus nor an error")
	}
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	return b, nil
}

// stream checks that the bonus says where it belongs, and the same at all times.
func (c *bonusChecker) stream() error {
	bonus, err := c.make(3)
	if err != nil {
		return err
	}
	s := bonus.Stream()
	switch world := BonusDims(3).Streams[0]; {
	case s.Name == "" && s != world:
		return fmt.Errorf("it joins the world's stream %+v with %+v", world, s)
	case !(s.Weight >= 0) || math.IsInf(float64(s.Weight), 0):
		return fmt.Errorf("weight is %v", s.Weight)
	case !(s.Gamma >= 0 && s.Gamma <= 1) || s.Gamma == 1 && !s.Episodic:
		return fmt.Errorf("gamma is %v, episodic %v", s.Gamma, s.Episodic)
	}
	g := NewGame(3, 1)
	for range 3 {
		b := g.Rollout(5)
		bonus.Reward(make([]float32, b.Transitions()), b)
		if now := bonus.Stream(); now != s {
			return fmt.Errorf("it changed from %+v to %+v", s, now)
		}
	}
	return nil
}

// rewards checks that every reward is written and nothing else, and that two bonuses of a kind pay the same.
func (c *bonusChecker) rewards() error {
	const worlds = 4
	first, err := c.make(worlds)
	if err != nil {
		return err
	}
	second, err := c.make(worlds)
	if err != nil {
		return err
	}
	g, h := NewGame(worlds, 2), NewGame(worlds, 2)
	for range 6 {
		got, err := paid(first, g.Rollout(9))
		if err != nil {
			return err
		}
		again, err := paid(second, h.Rollout(9))
		if err != nil {
			return err
		}
		if err := sameRewards(again, got); err != nil {
			return fmt.Errorf("two bonuses of a kind differ on the same rollouts: %w", err)
		}
	}
	return nil
}

// sizes checks the smallest rollout, and those in which every episode ends at once, or none does.
func (c *bonusChecker) sizes() error {
	for _, tc := range []struct {
		name      string
		worlds, t int
		ends      Ending
	}{
		{"one transition", 1, 1, Mixed},
		{"one transition, which ends", 1, 1, Always},
		{"every transition ends", 5, 7, Always},
		{"none ends", 2, 40, Never},
	} {
		bonus, err := c.make(tc.worlds)
		if err != nil {
			return err
		}
		g := NewGame(tc.worlds, 3)
		g.Ends = tc.ends
		for range 4 {
			if _, err := paid(bonus, g.Rollout(tc.t)); err != nil {
				return fmt.Errorf("%s: %w", tc.name, err)
			}
		}
	}
	return nil
}

// ends checks that the first observation of the next episode is not taken for the last of the one that ended.
func (c *bonusChecker) ends() error {
	const worlds, length = 6, 4
	tried := 0
	for seed := range uint64(8) {
		a, err := c.make(worlds)
		if err != nil {
			return err
		}
		b, err := c.make(worlds)
		if err != nil {
			return err
		}
		g, h := NewGame(worlds, seed), NewGame(worlds, seed)
		for range 2 {
			a.Reward(make([]float32, length*worlds), g.Rollout(length))
			b.Reward(make([]float32, length*worlds), h.Rollout(length))
		}
		roll, other := g.Rollout(length), h.Rollout(length)
		for s := range worlds {
			if row := length*worlds + s; other.Start[row] {
				h.soil(row)
				tried++
			}
		}
		want, err := paid(a, roll)
		if err != nil {
			return err
		}
		got, err := paid(b, other)
		if err != nil {
			return err
		}
		if err := sameRewards(got, want); err != nil {
			return fmt.Errorf("it looks at the first observation of another episode: %w", err)
		}
	}
	if tried == 0 {
		return errors.New("no episode ended with the rollout")
	}
	return nil
}

// state checks that a bonus that was saved continues bit for bit, in a new one and in one that was used; and that one that
// is not Stateful needs not be.
func (c *bonusChecker) state() error {
	const worlds = 3
	bonus, err := c.make(worlds)
	if err != nil {
		return err
	}
	used, err := c.make(worlds)
	if err != nil {
		return err
	}
	g, other := NewGame(worlds, 5), NewGame(worlds, 6)
	for round := range 6 {
		for range round {
			if _, err := paid(bonus, g.Rollout(5)); err != nil {
				return err
			}
			if _, err := paid(used, other.Rollout(5)); err != nil {
				return err
			}
		}
		fresh, err := c.make(worlds)
		if err != nil {
			return err
		}
		for _, to := range []auxtasks.Bonus{fresh, used} {
			if err := carry(to, bonus); err != nil {
				return err
			}
		}
		for range 2 {
			b := g.Rollout(5)
			want, err := paid(bonus, b)
			if err != nil {
				return err
			}
			for i, to := range []auxtasks.Bonus{fresh, used} {
				got, err := paid(to, b)
				if err != nil {
					return err
				}
				if err := sameRewards(got, want); err != nil {
					return fmt.Errorf("%s bonus, restored after %d rollouts, does not continue what was saved: %w",
						[]string{"a new", "a used"}[i], round, err)
				}
			}
		}
	}
	return nil
}

// carry restores to from what it saves of from, the weights of its heads included.
func carry(to, from auxtasks.Bonus) error {
	if task, ok := from.(auxtasks.Task); ok {
		heads := to.(auxtasks.Task).Heads()
		for i, h := range task.Heads() {
			copy(heads[i].Params.W, h.Params.W)
		}
	}
	source, ok := from.(auxtasks.Stateful)
	if !ok {
		return nil
	}
	target := to.(auxtasks.Stateful)
	saved := source.AppendState([]byte("before"))
	if !bytes.HasPrefix(saved, []byte("before")) {
		return errors.New("AppendState does not append")
	}
	saved = saved[len("before"):]
	given := bytes.Clone(saved)
	if err := target.RestoreState(given); err != nil {
		return fmt.Errorf("a saved state is refused: %w", err)
	}
	if !bytes.Equal(given, saved) {
		return errors.New("RestoreState wrote to what it was given")
	}
	for i := range given {
		given[i] = ^given[i] // it may not be held
	}
	if !bytes.Equal(target.AppendState(nil), saved) {
		return errors.New("a restored bonus does not save what it was restored from")
	}
	return nil
}

// damage checks that states of the wrong length are refused, and that whatever else is wrong with one, no panic comes of it.
func (c *bonusChecker) damage() error {
	const worlds = 2
	bonus, err := c.make(worlds)
	if err != nil {
		return err
	}
	source, ok := bonus.(auxtasks.Stateful)
	if !ok {
		return nil
	}
	g := NewGame(worlds, 7)
	for range 3 {
		if _, err := paid(bonus, g.Rollout(6)); err != nil {
			return err
		}
	}
	saved := source.AppendState(nil)
	b := g.Rollout(6)
	try := func(state []byte) (accepted bool, err error) {
		victim, err := c.make(worlds)
		if err != nil {
			return false, err
		}
		err = recovered(func() error {
			accepted = victim.(auxtasks.Stateful).RestoreState(state) == nil
			if accepted {
				victim.Reward(make([]float32, b.Transitions()), b)
			}
			return nil
		})
		return accepted, err
	}
	const tries = 256 // of each sort, spread over the state
	for n := len(saved) + 1; n >= 0; n -= 1 + len(saved)/tries {
		state := append(bytes.Clone(saved), 0)
		if n > len(saved) {
			state = append(state, saved...)
		} else if n < len(saved) {
			state = state[:n:n]
		}
		accepted, err := try(state)
		if err == nil && accepted {
			err = errors.New("accepted")
		}
		if err != nil {
			return fmt.Errorf("a state of %d bytes, where %d are right: %w", len(state), len(saved), err)
		}
	}
	for bit := 0; bit < 8*len(saved); bit += 1 + 8*len(saved)/tries {
		state := bytes.Clone(saved)
		state[bit/8] ^= 1 << (bit % 8)
		if _, err := try(state); err != nil {
			return fmt.Errorf("a state of %d bytes with bit %d of byte %d flipped: %w", len(saved), bit%8, bit/8, err)
		}
	}
	return nil
}

// allocations checks that paying allocates nothing, from the second rollout on.
func (c *bonusChecker) allocations() error {
	const worlds, rollouts = 3, 20
	bonus, err := c.make(worlds)
	if err != nil {
		return err
	}
	g := NewGame(worlds, 8)
	var rolls []*auxtasks.Batch
	for range rollouts {
		rolls = append(rolls, clone(g.Rollout(8)))
	}
	dst := make([]float32, rolls[0].Transitions())
	offset, _ := bonus.(auxtasks.CriticOffset)
	rows := make([]float32, 2*rolls[0].Rows())
	bonus.Reward(dst, rolls[0])
	i := 0
	if n := testing.AllocsPerRun(1, func() {
		for range rollouts / 2 {
			bonus.Reward(dst, rolls[i])
			if offset != nil {
				offset.Offset(rows[:rolls[i].Rows()], rolls[i])
			}
			i++
		}
	}); n != 0 {
		return fmt.Errorf("%d rollouts allocate %v times", rollouts/2, n)
	}
	return nil
}

// paid returns what a bonus pays for a rollout. It checks that everything is written and finite, and nothing else touched.
func paid(bonus auxtasks.Bonus, b *auxtasks.Batch) ([]float32, error) {
	before := clone(b)
	rew, err := written(b.Transitions(), func(dst []float32) { bonus.Reward(dst, b) })
	if err != nil {
		return nil, fmt.Errorf("reward %w", err)
	}
	if o, ok := bonus.(auxtasks.CriticOffset); ok {
		if _, err := written(b.Rows(), func(dst []float32) { o.Offset(dst, b) }); err != nil {
			return nil, fmt.Errorf("offset %w", err)
		}
	}
	if !reflect.DeepEqual(before, b) {
		return nil, errors.New("it writes to the batch")
	}
	return rew, nil
}

// written returns the n finite floats that fill writes, all of them and no more.
func written(n int, fill func(dst []float32)) ([]float32, error) {
	const guard = -1e30
	room := make([]float32, n+2)
	for i := range room {
		room[i] = float32(math.NaN())
	}
	room[0], room[n+1] = guard, guard
	dst := room[1 : n+1 : n+1]
	fill(dst)
	if room[0] != guard || room[n+1] != guard {
		return nil, errors.New("is written beyond the end")
	}
	for i, x := range dst {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("%d of %d is %v", i, n, x)
		}
	}
	return dst, nil
}

func sameRewards(got, want []float32) error {
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			return fmt.Errorf("transition %d is paid %v, want %v", i, got[i], want[i])
		}
	}
	return nil
}

// recovered turns a panic of f into an error.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

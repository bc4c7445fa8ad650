package envtest

import "fmt"

// openings is how many beginnings of episodes are looked at for each seed, all with the same actions.
const openings = 32

// seeds checks that a seed determines everything that follows, and that seeds differ where anything is drawn at all.
func (c *checker) seeds() error {
	p, err := c.player(7, 0)
	if err != nil {
		return err
	}
	want := p.play(c.length)
	for _, used := range []int{1, 2, 100} { // in a world that has been played before, possibly in mid-episode
		w, err := c.world(8)
		if err != nil {
			return err
		}
		c.with(w, 0).play(used)
		w.Seed(7)
		if err := same(c.with(w, 0).play(c.length), want); err != nil {
			return fmt.Errorf("a world seeded anew differs from a new one: %w", err)
		}
	}
	return c.seedsDiffer()
}

func (c *checker) seedsDiffer() error {
	seeds := []uint64{0, 1, 2, 1 << 32, 1<<63 | 1, 1<<40 | 1}
	begun := map[uint64]bool{}   // the openings that any seed led to
	games := map[uint64]uint64{} // hash of all that a seed led to -> the seed
	var twin error
	for _, seed := range seeds {
		w, err := c.world(seed)
		if err != nil {
			return err
		}
		game := uint64(0)
		for range c.openings {
			opening := uint64(0)
			for _, r := range c.with(w, 0).play(6) {
				opening = mixed(opening, hashRecord(r))
			}
			begun[opening] = true
			game = mixed(game, opening)
		}
		for _, r := range c.with(w, 0).play(c.length / 2) {
			game = mixed(game, hashRecord(r))
		}
		if other, ok := games[game]; ok && twin == nil {
			twin = fmt.Errorf("episodes differ, but seeds %#x and %#x lead to the same ones", other, seed)
		}
		games[game] = seed
	}
	if len(begun) == 1 && len(games) == 1 {
		return nil // nothing is drawn
	}
	return twin
}

func hashRecord(r record) uint64 {
	return mixed(mixed(r.reward, uint64(r.end)), mixed(r.image, r.extra))
}

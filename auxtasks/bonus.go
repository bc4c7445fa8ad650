package auxtasks

// Bonus is something to add to the reward.
type Bonus interface {
	// Stream says which value head the bonus is paid into.
	Stream() Stream
	// Reward sets dst[i] for every transition of a fresh rollout, walking each sequence in time; it sees the ends and, through
	// Next, the true final observations. It allocates nothing.
	Reward(dst []float32, b *Batch)
}

// Stream is a kind of reward with a value head of its own; Name "" is the world's, which a Bonus may join.
type Stream struct {
	Name     string
	Weight   float32 // of its advantage in the sum
	Gamma    float32 // discount per decision
	Episodic bool    // false: its return runs through ends, from row i into row i+B instead of Next[i]
}

// Reads says which of a world's abilities a Bonus looks at. A Bonus without it reads observations alone.
type Reads struct {
	Phi   bool // Batch.Phi, the world's potential
	Marks bool // Batch.Marks, its milestones
	Key   bool // Batch.Key, its full state
}

// Reader bonuses look at more than observations.
type Reader interface{ Reads() Reads }

// CriticOffset bonuses add a known part to the value instead of paying a reward: dst[i] for all rows of b. The value heads then
// learn what is left (Wiewiora 2003).
type CriticOffset interface {
	Offset(dst []float32, b *Batch)
}

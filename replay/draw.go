package replay

// Draw says which sequences to draw from the past; [Ring.Sample] says what they look like.
type Draw struct {
	Len     int  // transitions per sequence
	Seqs    int  // sequences; 0: as many as there are worlds
	Burn    int  // steps before them that only warm the recurrent state; the Batch then has T = Burn+Len
	Skewed  bool // half the sequences end on a non-zero reward, the other half on a zero one; padded in front, not behind
	NoNext  bool // nothing is asked of what follows: Next is nil and there are T*B rows only
	Newest  bool // only what the last Add brought, which nothing was trained on yet
	NoState bool // recurrent states are zeros instead of those that were stored
}

// Back returns how many steps before the transition it chooses the draw looks: what Config.Back must reach.
func (d Draw) Back() int {
	if d.Skewed {
		return d.Burn + d.Len - 1
	}
	return d.Burn
}

package maze

// drawing is a map in characters, a line for each row of tiles.
type drawing []string

// size returns the tiles of a grid for the drawing.
func (p drawing) size() (w, h int) { return len(p[0]), len(p) }

// trace makes the walls of a drawing, '#', and calls mark for every other character.
func (p drawing) trace(l *level, mark func(c byte, tile int)) {
	for y, line := range p {
		for x := range len(line) {
			t := l.tile(x, y)
			l.wall[t] = line[x] == '#'
			if !l.wall[t] {
				mark(line[x], t)
			}
		}
	}
}

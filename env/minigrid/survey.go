package minigrid

// Cells implements env.Surveyor: the size of the grid, walls included.
func (w *World) Cells() (rows, cols int) { return w.grid.h, w.grid.w }

// ObserveFrom implements env.Surveyor: the agent faces where it does now. It cannot be on squares that end the episode.
func (w *World) ObserveFrom(row, col int, obs []byte, vec []float32) bool {
	c := w.grid.cells[w.grid.index(col, row)]
	if !c.walkable() || c.kind() == kindGoal || c.kind() == kindLava {
		return false
	}
	x, y := w.x, w.y
	w.x, w.y = col, row
	w.observe(obs, vec)
	w.x, w.y = x, y
	return true
}

package page

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/auxrl/auxrl/viz"
)

// episode is an agent at work that has auxiliary tasks: what it wanders through and thinks is made up.
type episode struct {
	snap viz.Snapshot
	at   image.Point
}

const (
	episodeCells = 16 // of a side of the world
	episodeCell  = 19 // pixels: as large as there is room for
	episodeGrid  = 20 // cells of a side of a task's map
)

func newEpisode() *episode {
	e := &episode{at: image.Pt(1, 1)}
	nan, cells := float32(math.NaN()), func() []float32 { return make([]float32, episodeGrid*episodeGrid) }
	grid := viz.Grid{Rows: episodeGrid, Cols: episodeGrid, Area: image.Rect(2, 2, 82, 82), Of: image.Pt(84, 84)}
	e.snap = viz.Snapshot{
		World: image.NewRGBA(image.Rect(0, 0, episodeCells*episodeCell, episodeCells*episodeCell)), View: image.NewRGBA(image.Rect(0, 0, 84, 84)),
		Title: "MiniGrid-FourRooms-v0", Mission: "reach the goal", Episode: 1, StepLimit: 400,
		Actions: []string{"left", "right", "forward", "pickup", "drop", "toggle", "done"}, Policy: make([]float32, 7), Gamma: 0.99,
		Thoughts: []viz.Thought{
			{Name: "pixel-control", Grid: grid, Overlay: cells(), Over: "max Q", Came: -1, Loss: 0.213, Weight: 1, Share: 0.31, Cosine: 0.12,
				Maps: []viz.Map{{Label: "change", Cell: cells()}, {Label: "Q", Cell: cells()}, {Label: "target", Cell: cells()}}},
			{Name: "reward-prediction", Classes: []string{"zero", "plus", "minus"}, Prob: make([]float32, 3), Loss: 0.38, Weight: 1, Share: 0.12, Cosine: -0.08},
			{Name: "value-replay", Came: -1, Loss: 0.0031, Weight: 0.5, Share: nan, Cosine: nan},
		},
		Rewards: []viz.Part{{Name: "world"}, {Name: "potential-shaping"}, {Name: "counts"}},
	}
	e.step()
	return e
}

// step takes a decision.
func (e *episode) step() {
	s := &e.snap
	s.Step++
	k := float64(s.Step)
	e.at = image.Pt(1+s.Step%(episodeCells-2), 1+s.Step/(episodeCells-2)%(episodeCells-2))
	draw.Draw(s.World, s.World.Rect, image.NewUniform(color.RGBA{20, 20, 24, 255}), image.Point{}, draw.Src)
	for i := range episodeCells * episodeCells {
		p := image.Pt(i%episodeCells, i/episodeCells)
		r := image.Rectangle{p.Mul(episodeCell), p.Mul(episodeCell).Add(image.Pt(episodeCell-1, episodeCell-1))}
		switch {
		case p == e.at:
			draw.Draw(s.World, r.Inset(3), image.NewUniform(color.RGBA{230, 60, 60, 255}), image.Point{}, draw.Src)
		case p.X == 0 || p.Y == 0 || p.X == episodeCells-1 || p.Y == episodeCells-1:
			draw.Draw(s.World, r, image.NewUniform(color.RGBA{100, 100, 100, 255}), image.Point{}, draw.Src)
		}
	}
	for i := range s.View.Rect.Dx() * s.View.Rect.Dy() {
		v := uint8(120 + 60*math.Sin(float64(i%84)/9+k/5) + 50*math.Cos(float64(i/84)/7-k/6))
		copy(s.View.Pix[4*i:], []byte{v, v, v, 255})
	}
	hill := func(dst []float32, cx, cy, height float64) {
		for i := range dst {
			dx, dy := float64(i%episodeGrid)/episodeGrid-cx, float64(i/episodeGrid)/episodeGrid-cy
			dst[i] = float32(height * math.Exp(-12*(dx*dx+dy*dy)))
		}
	}
	cx, cy := 0.5+0.3*math.Sin(k/7), 0.5+0.3*math.Cos(k/9)
	pc := &s.Thoughts[0]
	hill(pc.Overlay, cy, cx, 2.2)
	hill(pc.Maps[0].Cell, cx, cy, 0.9)
	hill(pc.Maps[1].Cell, cx+0.05, cy, 2.1)
	hill(pc.Maps[2].Cell, cx, cy+0.05, 1.9)
	p := float32(0.5 + 0.4*math.Sin(k/3))
	copy(s.Thoughts[1].Prob, []float32{1 - p, 0.8 * p, 0.2 * p})
	for i := range s.Policy {
		s.Policy[i] = float32(1+math.Sin(k/4+float64(i))) / 7
	}
	s.Action, s.Entropy = s.Step%7, float32(1.5+0.3*math.Sin(k/8))
	s.Value = float32(0.5 + 0.4*math.Sin(k/20))
	s.Reward = float32(math.Round(2*math.Sin(k/11))) / 10
	s.Return += s.Reward
	for i := range s.Rewards {
		s.Rewards[i].Now = s.Reward / float32(i+1)
		s.Rewards[i].Sum += s.Rewards[i].Now
	}
	s.History.Append(s.Value, s.Reward)
}

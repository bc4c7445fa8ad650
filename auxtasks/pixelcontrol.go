package auxtasks

import "fmt"

// PixelControlConfig holds the settings of pixel control.
type PixelControlConfig struct {
	ControlConfig
	Cell int `json:"cell"` // side of a cell in pixels; 0: that of PixelGrid's table
}

// DefaultPixelControl returns the settings that weight 1 goes with. Those of UNREAL are Reduction Sum and Normalise false, with a
// weight of 0.01 to 0.1; there raw changes average about 0.02, and the two have gradients of about the same size.
func DefaultPixelControl() PixelControlConfig {
	return PixelControlConfig{ControlConfig: defaultControl()}
}

// Validate reports the first setting that cannot work.
func (c PixelControlConfig) Validate() error {
	if c.Cell < 0 {
		return fmt.Errorf("cell is %d, must not be negative", c.Cell)
	}
	return c.ControlConfig.Validate()
}

func init() {
	Register(Info{
		Name:   "pixel-control",
		About:  "learn to change what is seen, cell by cell",
		Source: "Jaderberg et al. 2016 (UNREAL), sect. 3.1",
		Needs:  "images of at least 3x3 cells; sequences of the past",
		Cost:   "a pass over as many steps as are drawn, and a head of about a third of that at 84x84",
		Weight: 1,
	}, DefaultPixelControl(), NewPixelControl)
}

// pixelControl is the control task whose cumulants are changes of the newest frame.
type pixelControl struct {
	control
	grid   Grid
	frame  int // bytes of an observation
	width  int
	scales []float32
	change func(int)
	look   []float32 // [4, cells] what Look tells
}

// NewPixelControl makes the task of changing what is seen (Jaderberg et al. 2016, sect. 3.1). The image is cut into the cells of
// PixelGrid; the reward of a cell is its PixelChange, and a dueling head on the tap "core", or "features" where there is none, learns
// for every cell the discounted sum of it that each action leads to: see ControlConfig for the loss.
//
// Sequences come from the past and need no correction for that: only what the taken actions led to is learned. What follows a
// transition is found through Batch.Next, so that the last change of an episode is that to its true last frame; nothing is expected
// after a termination, and after a truncation what the head itself expects of the last frame.
//
// Quality is the explained variance of the returns: 1 is perfect, 0 is whoever knows their mean. The state is the running mean of
// the changes.
//
// Worlds seen through the agent's eyes change most when it turns: there the task is mostly about turning.
func NewPixelControl(c PixelControlConfig, d Dims) (Task, error) {
	grid := PixelGrid(d.H, d.W, c.Cell)
	if min(grid.Rows, grid.Cols) < 3 {
		return nil, fmt.Errorf("auxtasks: pixel-control: an image of %dx%d pixels has only %dx%d cells, too few to control: it needs 3x3",
			d.H, d.W, grid.Rows, grid.Cols)
	}
	base := 32
	if d.Codes != nil {
		base = 16
	}
	p := &pixelControl{grid: grid, frame: d.H * d.W * d.C, width: d.W, scales: PixelScales(&d)}
	if err := p.build(c.ControlConfig, d, grid.Rows, grid.Cols, 1, base); err != nil {
		return nil, err
	}
	p.change = p.changePiece
	return p, nil
}

// Needs implements Task.
func (p *pixelControl) Needs() Needs {
	return Needs{Source: Replay, Draw: p.draw(), Taps: []string{p.tap.Name}}
}

// Loss implements Task.
func (p *pixelControl) Loss(in *Input, w float32) Report {
	p.batch = in.Batch
	p.team.Run(shards, p.change)
	return p.loss(in.Batch, in.Taps[0][0], w)
}

// changePiece makes the cumulants of some transitions.
func (p *pixelControl) changePiece(piece int) {
	b, n := p.batch, p.batch.Transitions()
	for i := piece * n / shards; i < (piece+1)*n/shards; i++ {
		next := int(b.Next[i])
		cum := p.cum[i*p.cells : (i+1)*p.cells]
		PixelChange(cum, b.Obs[i*p.frame:(i+1)*p.frame], b.Obs[next*p.frame:(next+1)*p.frame], p.grid, p.width, p.scales)
		p.changes[i] = total(cum)
	}
}

func total(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

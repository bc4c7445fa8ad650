package auxtasks

import "fmt"

// FeatureChange sets dst, [places, maps], to how much each unit of a layer changes from x to next, both [places, channels]: |next - x|,
// averaged over channels/maps neighbouring channels. channels must be a multiple of maps.
func FeatureChange(dst, x, next []float32, channels, maps int) {
	if maps < 1 || channels%maps != 0 || len(x)%channels != 0 || len(next) != len(x) || len(dst)*channels != len(x)*maps {
		panic("auxtasks: FeatureChange: lengths differ")
	}
	group := channels / maps
	part := 1 / float32(group)
	for i := range dst {
		sum := float32(0)
		for j := i * group; j < (i+1)*group; j++ {
			d := next[j] - x[j]
			sum += max(d, -d)
		}
		dst[i] = part * sum
	}
}

// FeatureControlConfig holds the settings of feature control.
type FeatureControlConfig struct {
	ControlConfig
	Maps   int     `json:"maps"`   // most maps of cumulants, 32 in UNREAL: of a layer with more channels, neighbours are averaged
	Target float32 `json:"target"` // how far the controlled features move towards the encoder's per optimiser step
}

// DefaultFeatureControl returns the settings that weight 1 goes with.
func DefaultFeatureControl() FeatureControlConfig {
	return FeatureControlConfig{ControlConfig: defaultControl(), Maps: 32, Target: 0.001}
}

// Validate reports the first setting that cannot work.
func (c FeatureControlConfig) Validate() error {
	if c.Maps < 1 {
		return fmt.Errorf("maps is %d, must be at least 1", c.Maps)
	}
	if !(c.Target > 0 && c.Target <= 1) {
		return fmt.Errorf("target is %v, must be in (0, 1]", c.Target)
	}
	return c.ControlConfig.Validate()
}

func init() {
	Register(Info{
		Name:   "feature-control",
		About:  "learn to change what the second convolution sees, unit by unit",
		Source: "Jaderberg et al. 2016 (UNREAL), sect. 3.1",
		Needs:  "an encoder with two convolutions; a slowly following copy of it; sequences of the past",
		Cost:   "a pass over as many steps as are drawn, two convolutions more, and a head of about that size at 84x84",
		Weight: 1,
	}, DefaultFeatureControl(), NewFeatureControl)
}

// featureControl is the control task whose cumulants are changes of features.
type featureControl struct {
	control
	view   View
	maps   int
	seen   *Tap // by the following copy
	change func(int)
}

// NewFeatureControl makes the task of changing what the second convolution sees (Jaderberg et al. 2016, sect. 3.1): pixel control
// with the FeatureChange of each unit of that layer as cumulants. The units are those of a copy of the encoder that follows it slowly;
// were they the encoder's own, the task could reward itself by growing them. The layer is the tap "conv2", or the second of the
// convolutions.
//
// Quality and state are those of pixel control.
func NewFeatureControl(c FeatureControlConfig, d Dims) (Task, error) {
	layer, ok := d.Tap("conv2")
	if convs := d.convolutions(); !ok && len(convs) >= 2 {
		layer, ok = convs[1], true
	}
	if !ok {
		return nil, fmt.Errorf("auxtasks: feature-control: the encoder has %d convolutions, the task is about the second", len(d.convolutions()))
	}
	maps := min(c.Maps, layer.C)
	for layer.C%maps != 0 {
		maps--
	}
	f := &featureControl{view: View{Target: c.Target, Taps: []string{layer.Name}}, maps: maps}
	if err := f.build(c.ControlConfig, d, layer.H, layer.W, maps, 32); err != nil {
		return nil, err
	}
	f.change = f.changePiece
	return f, nil
}

// Needs implements Task.
func (f *featureControl) Needs() Needs {
	return Needs{Source: Replay, Draw: f.draw(), Taps: []string{f.tap.Name}, Views: []View{f.view}}
}

// Loss implements Task.
func (f *featureControl) Loss(in *Input, w float32) Report {
	f.batch, f.seen = in.Batch, in.Taps[1][0]
	f.team.Run(shards, f.change)
	return f.loss(in.Batch, in.Taps[0][0], w)
}

// changePiece makes the cumulants of some transitions.
func (f *featureControl) changePiece(piece int) {
	b, n, units := f.batch, f.batch.Transitions(), f.seen.Len()
	for i := piece * n / shards; i < (piece+1)*n/shards; i++ {
		next := int(b.Next[i])
		cum := f.cum[i*f.cells : (i+1)*f.cells]
		FeatureChange(cum, f.seen.Act[i*units:(i+1)*units], f.seen.Act[next*units:(next+1)*units], f.seen.C, f.maps)
		f.changes[i] = total(cum)
	}
}

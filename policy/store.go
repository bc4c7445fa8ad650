package policy

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/run"
)

// Names of the files that a policy takes in a checkpoint.
const (
	aboutName = "policy.json"
	modelName = "model.safetensors"
)

// maxWeights bounds a network that is read: more than the tensors of a file have, and few enough that two such numbers can be multiplied.
const maxWeights = 1 << 31

// About says what a network was trained for; it is stored with the weights.
type About struct {
	Env     string   `json:"env"`
	Actions []string `json:"actions"`
	Streams []string `json:"streams"`
	Shape   Shape    `json:"shape"`
	Net     Config   `json:"net"`
}

// Files returns the network as files of a checkpoint, weights in the plain layouts that nn documents.
func Files(n *Net, envID string, actions []string) ([]run.File, error) {
	about, err := json.MarshalIndent(About{Env: envID, Actions: actions, Streams: n.streams, Shape: n.shape, Net: n.cfg}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("policy: encode: %w", err)
	}
	var tensors []run.Tensor
	for _, b := range n.blocks {
		for _, v := range b.Params.Views {
			tensors = append(tensors, run.Tensor{Name: b.Name + "/" + v.Name, Shape: v.Shape, Data: b.Params.W[v.Off : v.Off+v.Len()]})
		}
	}
	model, err := run.EncodeTensors(tensors)
	if err != nil {
		return nil, fmt.Errorf("policy: encode: %w", err)
	}
	return []run.File{{Name: aboutName, Data: append(about, '\n')}, {Name: modelName, Data: model}}, nil
}

// tensorsOf returns the weights in a checkpoint by name.
func tensorsOf(c *run.Checkpoint) (map[string]run.Tensor, error) {
	model, err := c.File(modelName)
	if err != nil {
		return nil, fmt.Errorf("policy: load: %w", err)
	}
	tensors, err := run.DecodeTensors(model)
	if err != nil {
		return nil, fmt.Errorf("policy: load %s: %w", modelName, err)
	}
	byName := make(map[string]run.Tensor, len(tensors))
	for _, t := range tensors {
		byName[t.Name] = t
	}
	return byName, nil
}

// aboutOf returns what a checkpoint says of its network.
func aboutOf(c *run.Checkpoint) (about About, err error) {
	data, err := c.File(aboutName)
	if err != nil {
		return about, fmt.Errorf("policy: %w", err)
	}
	if err := json.Unmarshal(data, &about); err != nil {
		return about, fmt.Errorf("policy: %s: %w", aboutName, err)
	}
	return about, nil
}

// Load fills the network with the weights of a checkpoint. Names and shapes must match exactly.
func Load(n *Net, c *run.Checkpoint) error {
	tensors, err := tensorsOf(c)
	if err != nil {
		return err
	}
	count := 0
	for _, b := range n.blocks {
		for _, v := range b.Params.Views {
			name := b.Name + "/" + v.Name
			t, ok := tensors[name]
			if !ok {
				return fmt.Errorf("policy: load %s: no tensor %s", modelName, name)
			}
			if !slices.Equal(t.Shape, v.Shape) {
				return fmt.Errorf("policy: load %s: tensor %s is %v, the network has %v", modelName, name, t.Shape, v.Shape)
			}
			copy(b.Params.W[v.Off:v.Off+v.Len()], t.Data)
			count++
		}
	}
	if count != len(tensors) {
		return fmt.Errorf("policy: load %s: %d tensors, the network has %d", modelName, len(tensors), count)
	}
	return nil
}

// decode builds the network that a checkpoint holds.
func decode(c *run.Checkpoint, rows int) (*Net, About, error) {
	about, err := aboutOf(c)
	if err != nil {
		return nil, about, err
	}
	model, err := c.File(modelName)
	if err != nil {
		return nil, about, fmt.Errorf("policy: %w", err)
	}
	n, err := about.build(rows, len(model)/4)
	if err != nil {
		return nil, about, err
	}
	return n, about, Load(n, c)
}

// build returns the network, without weights of its own, if it has no more of them than there are. Whatever a file says, memory is
// taken in proportion to the file.
func (a *About) build(rows, weights int) (*Net, error) {
	s := &a.Shape
	widest := max(s.H, s.W, s.C, s.Vec, s.Actions, len(a.Streams), a.Net.Features, a.Net.Hidden)
	if a.Net.Core != "" {
		widest = max(widest, a.Net.CoreSize)
	}
	tooMany := fmt.Errorf("policy: %s tells of more than the %d weights that %s can hold", aboutName, weights, modelName)
	if weights > maxWeights || widest > weights || s.H*s.W > 4*weights { // every encoder keeps more of an image than one number of four pixels
		return nil, tooMany
	}
	if err := validate(a.Shape, a.Net, a.Streams); err != nil {
		return nil, err
	}
	n := newNet(a.Shape, a.Net, a.Streams, rows, nil)
	total := 0
	for _, b := range n.blocks {
		if total += b.Params.Len(); total > weights {
			return nil, tooMany
		}
	}
	for _, b := range n.blocks {
		b.Params.Alloc()
	}
	return n, nil
}

package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/run"
)

// ErrMisfit is in the errors of weights that do not fit into a network.
var ErrMisfit = errors.New("do not fit")

// Transfer fills the network with the weights of a checkpoint of another run, whose actions may be others than these. Every tensor must be
// there by its name and in its shape, and the checkpoint must have no others; the error, an [ErrMisfit], names those that are amiss, and
// nothing is changed. Two things are allowed: if the other run had another number of actions, the actor is left as it is, and critics of
// streams that only one of the runs has are left as they are, or left out. notes says so, as lines for people.
func Transfer(n *Net, actions []string, c *run.Checkpoint) (notes []string, err error) {
	about, err := aboutOf(c)
	if err != nil {
		return nil, err
	}
	tensors, err := tensorsOf(c)
	if err != nil {
		return nil, err
	}
	t := transfer{net: n, about: about, tensors: tensors}
	for _, b := range n.blocks {
		t.block(b)
	}
	t.unused()
	if len(t.misfits) > 0 {
		return nil, t.misfit()
	}
	for _, take := range t.takes {
		take()
	}
	if len(about.Actions) == len(actions) && !slices.Equal(about.Actions, actions) {
		t.notes = append(t.notes, fmt.Sprintf("the actor is taken over, though its actions were called %s", strings.Join(about.Actions, ", ")))
	}
	return t.notes, nil
}

// transfer is one under way: nothing is copied before everything fits.
type transfer struct {
	net     *Net
	about   About
	tensors map[string]run.Tensor // that nobody has asked for yet
	takes   []func()
	notes   []string
	misfits []string
}

// block looks for the tensors of one of the network's blocks.
func (t *transfer) block(b auxtasks.Block) {
	stream, further := strings.CutPrefix(b.Name, "critic.")
	switch {
	case b.Name == "actor" && t.about.Shape.Actions != t.net.shape.Actions:
		t.leave(b.Name, fmt.Sprintf("the actor begins fresh: there were %d actions, here are %d", t.about.Shape.Actions, t.net.shape.Actions))
		return
	case further && !slices.Contains(t.about.Streams, stream):
		t.notes = append(t.notes, fmt.Sprintf("the critic of %s begins fresh: there was none", stream))
		return
	}
	for _, v := range b.Params.Views {
		name := b.Name + "/" + v.Name
		have, ok := t.tensors[name]
		delete(t.tensors, name)
		switch {
		case !ok:
			t.misfits = append(t.misfits, name+" is missing")
		case !slices.Equal(have.Shape, v.Shape):
			t.misfits = append(t.misfits, fmt.Sprintf("%s is %v, must be %v", name, have.Shape, v.Shape))
		default:
			t.takes = append(t.takes, func() { copy(b.Params.W[v.Off:v.Off+v.Len()], have.Data) })
		}
	}
}

// leave passes over the tensors of a block.
func (t *transfer) leave(block, note string) {
	for name := range t.tensors { // order: each is looked at by itself
		if strings.HasPrefix(name, block+"/") {
			delete(t.tensors, name)
		}
	}
	t.notes = append(t.notes, note)
}

// unused deals with the tensors that no block has asked for.
func (t *transfer) unused() {
	for _, stream := range t.about.Streams {
		if stream != "" && !slices.Contains(t.net.streams, stream) {
			t.leave("critic."+stream, fmt.Sprintf("the critic of %s is left out", stream))
		}
	}
	first := len(t.misfits)
	for name := range t.tensors { // order: sorted below
		t.misfits = append(t.misfits, name+" is too much")
	}
	slices.Sort(t.misfits[first:])
}

// misfit says what does not fit, and the likely reason.
func (t *transfer) misfit() error {
	const most = 3
	list := strings.Join(t.misfits[:min(len(t.misfits), most)], ", ")
	if more := len(t.misfits) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	a, s := t.about.Shape, t.net.shape
	why := "the networks differ: encoder, features, hidden, core must be the same"
	if a.H != s.H || a.W != s.W || a.C != s.C || a.Vec != s.Vec || !slices.Equal(a.Codes, s.Codes) || !slices.Equal(a.Tokens, s.Tokens) {
		why = fmt.Sprintf("observations were %dx%dx%d+%d and are %dx%dx%d+%d", a.H, a.W, a.C, a.Vec, s.H, s.W, s.C, s.Vec)
		if a.H == s.H && a.W == s.W && a.C == s.C && a.Vec == s.Vec {
			why = "observations are of other symbols"
		}
	}
	return fmt.Errorf("policy: the weights %w: %s; %s", ErrMisfit, list, why)
}

// Freeze marks blocks, "encoder" or "core", as frozen: who steps the network leaves them as they are.
func (n *Net) Freeze(names ...string) error {
	for _, name := range names {
		i := slices.IndexFunc(n.blocks, func(b auxtasks.Block) bool { return b.Name == name && b.Shared })
		if i < 0 {
			return fmt.Errorf("policy: no %q to freeze; there are %s", name, strings.Join(n.sharedNames(), " and "))
		}
		n.blocks[i].Frozen = true
	}
	return nil
}

func (n *Net) sharedNames() (names []string) {
	for _, b := range n.blocks {
		if b.Shared {
			names = append(names, b.Name)
		}
	}
	return names
}

package maze

import (
	"fmt"
	"strings"
)

// Actions names the set of actions that an agent has.
type Actions uint8

const (
	Lab8    Actions = iota // eight actions, as agents for DeepMind Lab mostly have
	Six                    // six actions, as in UNREAL
	Doom3                  // turn left, turn right, forward
	Memory6                // Memory Maze's
)

// deed is what one action does in a tic.
type deed struct {
	name               string
	turn, ahead, right int // -1, 0, 1
}

// motion is a set of actions and how fast they are.
type motion struct {
	deeds  []deed
	repeat int     // tics in a decision
	turn   int     // half degrees in a tic
	step   float64 // tiles in a tic, less than a body's radius
}

// Speeds: in Lab a tic is a 60th of a second, a tile 100 units, the agent runs 320 units a second and looks round by 20 pixels of
// its mouse. The others are ours.
var motions = [...]motion{
	Lab8: {deeds: []deed{
		{"look_left", -1, 0, 0}, {"look_right", 1, 0, 0}, {"strafe_left", 0, 0, -1}, {"strafe_right", 0, 0, 1},
		{"forward", 0, 1, 0}, {"backward", 0, -1, 0}, {"forward_look_left", -1, 1, 0}, {"forward_look_right", 1, 1, 0},
	}, repeat: 4, turn: 5, step: 3.2 / 60},
	Six: {deeds: []deed{
		{"look_left", -1, 0, 0}, {"look_right", 1, 0, 0}, {"strafe_left", 0, 0, -1}, {"strafe_right", 0, 0, 1},
		{"forward", 0, 1, 0}, {"backward", 0, -1, 0},
	}, repeat: 4, turn: 5, step: 3.2 / 60},
	Doom3: {deeds: []deed{
		{"turn_left", -1, 0, 0}, {"turn_right", 1, 0, 0}, {"forward", 0, 1, 0},
	}, repeat: 4, turn: 6, step: 0.045},
	Memory6: {deeds: []deed{
		{"noop", 0, 0, 0}, {"forward", 0, 1, 0}, {"left", -1, 0, 0}, {"right", 1, 0, 0},
		{"forward_left", -1, 1, 0}, {"forward_right", 1, 1, 0},
	}, repeat: 4, turn: 15, step: 0.1},
}

// actionSets has the names of the sets.
var actionSets = [...]string{Lab8: "Lab-8", Six: "six", Doom3: "Doom-3", Memory6: "Memory-Maze-6"}

// String returns the name of the set.
func (a Actions) String() string {
	if int(a) < len(actionSets) {
		return actionSets[a]
	}
	return fmt.Sprintf("Actions(%d)", uint8(a))
}

// parse sets a to the set of a name, in any case.
func (a *Actions) parse(name string) error {
	for i, known := range actionSets {
		if strings.EqualFold(name, known) {
			*a = Actions(i)
			return nil
		}
	}
	return fmt.Errorf("no actions %q; there are %s", name, strings.Join(actionSets[:], ", "))
}

// names returns the actions in order.
func (m *motion) names() []string {
	names := make([]string, len(m.deeds))
	for i, d := range m.deeds {
		names[i] = d.name
	}
	return names
}

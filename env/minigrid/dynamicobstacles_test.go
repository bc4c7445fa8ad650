package minigrid

import (
	"errors"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// obstacleRig returns the smallest world, with the agent in its corner and the two balls where they are wanted.
func obstacleRig(t *testing.T, x0, y0, x1, y1 int) *rig {
	t.Helper()
	r := newRig(t, "MiniGrid-Dynamic-Obstacles-5x5-v0")
	r.reset()
	f := r.family.(*dynamicObstacles)
	for i, to := range [][2]int{{x0, y0}, {x1, y1}} {
		b := &f.balls[i]
		r.grid.set(b.x, b.y, emptyCell)
		b.x, b.y = to[0], to[1]
	}
	for _, b := range f.balls {
		r.grid.set(b.x, b.y, b.cell)
	}
	return r
}

// TestObstaclesBump walks into a wall, and into a ball that moves out of the way in the same step.
func TestObstaclesBump(t *testing.T) {
	want := env.Step{Reward: -1, End: env.Terminated}
	r := obstacleRig(t, 3, 2, 2, 3)
	r.step(actLeft)
	if got := r.step(actForward); got != want {
		t.Errorf("into a wall: got %v, want %v", got, want)
	}
	r = obstacleRig(t, 2, 1, 2, 3)
	if got := r.step(actForward); got != want {
		t.Errorf("into a ball: got %v, want %v", got, want)
	}
}

func TestObstaclesRestoreRefuses(t *testing.T) {
	r := obstacleRig(t, 2, 2, 3, 2)
	saved := r.AppendState(nil)
	r.grid.set(2, 2, emptyCell)
	lost := r.AppendState(nil)
	r.grid.set(2, 2, newCell(kindKey, blue, 0, 1))
	changed := r.AppendState(nil)
	for _, tt := range []struct {
		b    []byte
		want error
	}{{lost, errMissing}, {changed, errMissing}, {sealed(append(saved[:len(saved)-4:len(saved)-4], 0)), errLong}, {saved, nil}} {
		if err := r.RestoreState(tt.b); !errors.Is(err, tt.want) {
			t.Errorf("got %v, want %v", err, tt.want)
		}
	}
}

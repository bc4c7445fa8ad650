package tasktest

import (
	"fmt"
	"testing"
	"time"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// canned gives the same sequences each time.
type canned struct {
	world World
	drawn map[auxtasks.Draw]*auxtasks.Batch
}

func (c *canned) Sample(b *auxtasks.Batch, d auxtasks.Draw, _ uint64) bool {
	if c.drawn[d] == nil {
		c.drawn[d] = c.world.batch(auxtasks.Needs{Source: auxtasks.Replay, Draw: d}, "bench", false)
	}
	*b = *c.drawn[d]
	return true
}

// An update of a recurrent agent of UNREAL's size on 84x84 frames, 16 sequences of 20 steps: acting, one pass forward and back, an
// optimiser step; and what the tasks add to it. ratio says by how much an update with them takes longer.
func BenchmarkUNREAL(b *testing.B) {
	const steps, seqs = 20, 16
	w := World{Name: "bench", Shape: policy.Shape{H: 84, W: 84, C: 3, Actions: 6}}
	for _, kinds := range [][]string{{"pixel-control"}, {"value-replay"}, {"reward-prediction"}, {"pixel-control", "value-replay", "reward-prediction"}} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("tasks=%v/workers=%d", kinds, workers), func(b *testing.B) {
				team := nn.NewTeam(workers)
				defer team.Close()
				rows := (steps + 1) * seqs
				net, err := policy.New(w.Shape, policy.Default(w.Shape).WithCore("lstm", w.Shape), []string{""}, rows, 1, team)
				if err != nil {
					b.Fatal(err)
				}
				d := w.dims(net, team)
				d.Rows, d.Worlds = rows, seqs
				var tasks []auxtasks.Named
				for _, kind := range kinds {
					task, err := auxtasks.New(kind, nil, d)
					if err != nil {
						b.Fatal(err)
					}
					tasks = append(tasks, auxtasks.Named{Name: kind, Task: task, Weight: auxtasks.Constant(1)})
				}
				mixer, err := auxtasks.NewMixer(net, tasks, auxtasks.MixerConfig{Balance: auxtasks.Fixed, Clip: 0.5}, d)
				if err != nil {
					b.Fatal(err)
				}
				past := &canned{world: w, drawn: make(map[auxtasks.Draw]*auxtasks.Batch)}
				rollout := w.batch(auxtasks.Needs{Source: auxtasks.Replay, Draw: auxtasks.Draw{Len: steps, Seqs: seqs}}, "bench", false)
				acting, memory := net.ShareOn(seqs, team), net.NewMemory(seqs)
				all := net.Params()
				for _, h := range mixer.Heads() {
					all = append(all, h.Params)
				}
				adam := nn.NewAdam(nn.DefaultAdam(), team, all...)
				base, added := time.Hour, time.Hour
				for b.Loop() {
					start := time.Now()
					for t := range steps {
						size := len(rollout.Obs) / rows * seqs
						acting.Act(rollout.Obs[t*size:(t+1)*size], nil, memory, seqs)
					}
					net.Forward(rollout, rollout.Obs, "")
					for i := range net.Logits().Grad[:steps*seqs*w.Shape.Actions] {
						net.Logits().Grad[i] = 1e-3
					}
					net.Backward()
					mid := time.Now()
					mixer.Step(past, 1)
					mixer.StepHeads(adam, 1e-4, true)
					end := time.Now()
					adam.Step(1e-4, 0, net.Params()...)
					base, added = min(base, mid.Sub(start)+time.Since(end)), min(added, end.Sub(mid))
				}
				b.ReportMetric(base.Seconds()*1e3, "base-ms")
				b.ReportMetric(added.Seconds()*1e3, "tasks-ms")
				b.ReportMetric((base+added).Seconds()/base.Seconds(), "ratio")
			})
		}
	}
}

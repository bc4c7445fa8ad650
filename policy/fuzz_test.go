package policy

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

// Whatever a checkpoint says of a network, opening it is an error or gives an agent that acts.
func FuzzDecode(f *testing.F) {
	cfg := Config{Encoder: "small", Features: 4, Hidden: 4, Core: "gru", CoreSize: 4, LastAction: true}
	n, err := New(gridShape, cfg, []string{"", "b"}, 1, 1, nil)
	if err != nil {
		f.Fatal(err)
	}
	files, err := Files(n, "World-v0", gridActions)
	if err != nil {
		f.Fatal(err)
	}
	about, model := files[0].Data, files[1].Data
	f.Add(about, model)
	for old, other := range map[string]string{
		`"h": 7`: `"h": 70000`, `"vec": 4`: `"vec": 1000000000`, `"features": 4`: `"features": 1000000000`, `"actions": 7`: `"actions": 900000000`,
		`"core_size": 4`: `"core_size": 4000000000`, `"encoder": "small"`: `"encoder": "impala"`, `"b"`: `""`,
	} {
		if !bytes.Contains(about, []byte(old)) {
			f.Fatalf("%s is not in %s", old, about)
		}
		f.Add(bytes.Replace(about, []byte(old), []byte(other), 1), model)
	}
	f.Fuzz(func(t *testing.T, about, model []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, a, err := decode(&run.Checkpoint{Files: []run.File{{Name: aboutName, Data: about}, {Name: modelName, Data: model}}}, 1)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%d bytes of files took %d MB (%v)", len(about)+len(model), took>>20, err)
		}
		if err != nil {
			return
		}
		actor := NewActor(n, a.Env, a.Actions)
		actor.Act(make([]byte, a.Shape.H*a.Shape.W*a.Shape.C), make([]float32, a.Shape.Vec))
	})
}

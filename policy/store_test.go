package policy

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

var gridShape = Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}

var gridActions = []string{"left", "right", "forward", "pickup", "drop", "toggle", "done"}

// saved stores a network as a run directory with one checkpoint.
func saved(t *testing.T, n *Net) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	d, err := run.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.WriteConfig(struct{}{}); err != nil {
		t.Fatal(err)
	}
	files, err := Files(n, "World-v0", gridActions)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Save(42, files, 1); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenActsAsTheNetDoes(t *testing.T) {
	n := mustNew(t, gridShape, 1)
	a, err := Open(saved(t, n))
	if err != nil {
		t.Fatal(err)
	}
	if about := a.About(); about.Env != "World-v0" || !slices.Equal(about.Actions, gridActions) || a.Step() != 42 {
		t.Errorf("got %+v at step %d", about, a.Step())
	}
	b := NewActor(n, "World-v0", gridActions)
	obs, vec := observations(gridShape, 50)
	count := make([]int, 7)
	for i := range 50 {
		o, v := obs[i*147:(i+1)*147], vec[i*4:(i+1)*4]
		got, want := a.Act(o, v), b.Act(o, v)
		if got != want || a.Value() != b.Value() || !slices.Equal(a.Policy(), b.Policy()) || a.Entropy() != b.Entropy() {
			t.Fatalf("observation %d: %d, %v; want %d, %v", i, got, a.Value(), want, b.Value())
		}
		count[got]++
	}
	if slices.Max(count) > 25 {
		t.Errorf("50 samples of a nearly uniform policy: %v", count)
	}
	a.Greedy = true
	first := a.Act(obs[:147], vec[:4])
	for range 5 {
		if a.Act(obs[:147], vec[:4]) != first || a.Policy()[first] != slices.Max(a.Policy()) {
			t.Fatal("a greedy agent does not take the likeliest action")
		}
	}
}

func TestActorSeed(t *testing.T) {
	a := NewActor(mustNew(t, gridShape, 1), "", gridActions)
	obs, vec := observations(gridShape, 1)
	draw := func(seed uint64) (acts [20]int) {
		a.Seed(seed)
		for i := range acts {
			acts[i] = a.Act(obs, vec)
		}
		return acts
	}
	first, again, other := draw(1), draw(1), draw(2)
	if first != again || first == other {
		t.Error("the seed does not decide the actions")
	}
}

func TestActAllocatesNothing(t *testing.T) {
	a := NewActor(mustNew(t, gridShape, 1), "", gridActions)
	obs, vec := observations(gridShape, 1)
	if n := testing.AllocsPerRun(100, func() { a.Act(obs, vec) }); n != 0 {
		t.Errorf("Act allocates %v times", n)
	}
}

// What was done instead of what an agent chose is what it looks back on.
func TestActorTook(t *testing.T) {
	cfg := Config{Encoder: "small", Features: 4, Hidden: 4, Core: "gru", CoreSize: 4, LastAction: true}
	obs, vec := observations(gridShape, 1)
	second := func(took int) []float32 {
		n, err := New(gridShape, cfg, []string{""}, 1, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := NewActor(n, "", gridActions)
		a.Greedy = true
		act := a.Act(obs, vec)
		if took < 0 {
			took = act
		}
		a.Took(took)
		a.Act(obs, vec)
		return append([]float32{float32(act)}, a.Policy()...)
	}
	own := second(-1)
	for act := range gridActions {
		if got := second(act); slices.Equal(got, own) != (act == int(own[0])) {
			t.Errorf("action %d taken for %v: the next policy is %v, of its own %v", act, own[0], got[1:], own[1:])
		}
	}
}

func TestActChecksShapes(t *testing.T) {
	a := NewActor(mustNew(t, gridShape, 1), "", gridActions)
	obs, vec := observations(gridShape, 1)
	for name, f := range map[string]func(){
		"obs": func() { a.Act(obs[1:], vec) },
		"vec": func() { a.Act(obs, vec[1:]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a short %s was accepted", name)
				}
			}()
			f()
		}()
	}
	other := gridShape
	other.Codes = []int{11, 6, 3}
	if a.Fits(gridShape) != nil || a.Fits(other) == nil {
		t.Error("Fits does not compare shapes")
	}
}

// The directory of a checkpoint stands for that one.
func TestOpenOne(t *testing.T) {
	n := mustNew(t, gridShape, 1)
	dir := saved(t, n)
	for _, one := range []string{"ckpt/step-000000000042", "ckpt/step-000000000042/"} {
		a, err := Open(filepath.Join(dir, one))
		if err != nil || a.Step() != 42 {
			t.Errorf("%s: %v", one, err)
		}
	}
	for _, none := range []string{"ckpt/step-000000000043", "step-000000000042", "ckpt/step-42", "ckpt"} {
		if _, err := Open(filepath.Join(dir, none)); err == nil {
			t.Errorf("%s was opened", none)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("an empty directory was opened")
	}
	n := mustNew(t, gridShape, 1)
	files, err := Files(n, "World-v0", gridActions)
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := run.DecodeTensors(files[1].Data)
	if err != nil {
		t.Fatal(err)
	}
	model := func(t []run.Tensor) []byte {
		data, err := run.EncodeTensors(t)
		if err != nil {
			panic("policy: test")
		}
		return data
	}
	renamed, reshaped := slices.Clone(tensors), slices.Clone(tensors)
	renamed[0].Name = "other"
	reshaped[0].Shape = []int{len(reshaped[0].Data)}
	if slices.Equal(reshaped[0].Shape, tensors[0].Shape) {
		reshaped[0].Shape = []int{1, len(reshaped[0].Data)}
	}
	for _, c := range []struct {
		name, about string
		model       []byte
		want        string
	}{
		{"about", "{", files[1].Data, "policy.json"},
		{"shape", strings.Replace(string(files[0].Data), `"actions": 7`, `"actions": 0`, 1), files[1].Data, "at least 1"},
		{"damaged", string(files[0].Data), files[1].Data[:100], "model.safetensors"},
		{"missing", string(files[0].Data), model(tensors[1:]), "no tensor"},
		{"more", string(files[0].Data), model(append(slices.Clone(tensors), run.Tensor{Name: "x", Shape: []int{1}, Data: []float32{1}})), "tensors, the network has"},
		{"renamed", string(files[0].Data), model(renamed), "no tensor"},
		{"reshaped", string(files[0].Data), model(reshaped), "the network has"},
	} {
		_, _, err := decode(&run.Checkpoint{Files: []run.File{{Name: aboutName, Data: []byte(c.about)}, {Name: modelName, Data: c.model}}}, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ...%s...", c.name, err, c.want)
		}
	}
	for _, name := range []string{aboutName, modelName} {
		c := &run.Checkpoint{}
		for _, f := range files {
			if f.Name != name {
				c.Files = append(c.Files, f)
			}
		}
		if _, _, err := decode(c, 1); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// What is stored is a function of the network alone.
func TestFilesAreDeterministic(t *testing.T) {
	a, err := Files(mustNew(t, gridShape, 1), "World-v0", gridActions)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Files(mustNew(t, gridShape, 5), "World-v0", gridActions)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%s differs", a[i].Name)
		}
	}
}

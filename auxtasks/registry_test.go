package auxtasks

import (
	"strings"
	"testing"
)

func TestAdd(t *testing.T) {
	defer func(was []Kind) { kinds = was }(Kinds())
	build := func(struct{}, Dims) (Task, error) { return newPull(Minibatch, 1, "features"), nil }
	info := Info{Name: "tug", About: "pulls", Source: "a test", Needs: "nothing", Cost: "nothing", Weight: 1}
	k := NewKind(info, struct{}{}, build)
	for range 2 { // again is fine
		if err := Add(k); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New("tug", nil, Dims{}); err != nil {
		t.Error(err)
	}
	other := info
	other.About = "pushes"
	badly := info
	badly.Name = "Tug_2"
	bare := info
	bare.Name, bare.Cost = "bare", ""
	for want, k := range map[string]Kind{
		"another kind called tug":     NewKind(other, struct{}{}, build),
		"lower case":                  NewKind(badly, struct{}{}, build),
		"the kind bare is incomplete": NewKind(bare, struct{}{}, build),
		"the kind tug is incomplete":  {Info: info},
	} {
		if err := Add(k); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := NewBonus("tug", nil, Dims{}); err == nil {
		t.Error("a task was made as a bonus")
	}
}

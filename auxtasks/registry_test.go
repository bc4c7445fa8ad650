package auxtasks

import (
	"fmt"
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

// Settings that one task is made with leave no trace in the next.
func TestDefaultsStay(t *testing.T) {
	type settings struct {
		List []int          `json:"list"`
		Map  map[string]int `json:"map"`
		Deep struct{ List []int }
	}
	def := settings{List: []int{1, 2}, Map: map[string]int{"a": 1}}
	def.Deep.List = []int{3}
	var got settings
	k := NewKind(Info{Name: "x"}, def, func(s settings, _ Dims) (Task, error) { got = s; return nil, nil })
	for text, want := range map[string]string{
		`{"list": [7, 8, 9], "map": {"a": 2, "b": 3}, "deep": {"list": [4]}}`: "{[7 8 9] map[a:2 b:3] {[4]}}",
		`{"list": [7]}`: "{[7] map[a:1] {[3]}}",
		"":              "{[1 2] map[a:1] {[3]}}",
	} {
		for range 2 {
			if _, err := k.task([]byte(text), Dims{}); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s: %v, %v, want %s", text, got, err, want)
			}
			if err := k.Check([]byte(text)); err != nil {
				t.Error(err)
			}
		}
	}
}

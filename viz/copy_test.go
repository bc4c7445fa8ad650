package viz

import (
	"image"
	"reflect"
	"testing"
)

// scribble writes into everything that v reaches, and makes slices of n elements where their length differs.
func (n *noise) scribble(v reflect.Value, length int) {
	switch v.Kind() {
	case reflect.Int, reflect.Uint8:
		v.Set(reflect.ValueOf(n.below(200)).Convert(v.Type()))
	case reflect.Float32:
		v.SetFloat(float64(n.below(1000)))
	case reflect.Bool:
		v.SetBool(n.below(2) == 1)
	case reflect.String:
		v.SetString(string(rune('a' + n.below(26))))
	case reflect.Slice:
		if v.Len() != length {
			v.Set(reflect.MakeSlice(v.Type(), length, length))
		}
		for i := range length {
			n.scribble(v.Index(i), length)
		}
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		n.scribble(v.Elem(), length)
	case reflect.Struct:
		if h, ok := v.Addr().Interface().(*History); ok {
			h.Reset()
			for range length {
				h.Append(float32(n.below(1000)), float32(n.below(1000)))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "Tiles" && length > 1 { // of tiles there are no tiles
				n.scribble(v.Field(i), 1)
			} else if v.Type().Field(i).Name != "Tiles" {
				n.scribble(v.Field(i), length)
			}
		}
	default:
		panic("viz: test: a kind of field that nobody thought of")
	}
}

// A copy has all of the original, and nothing in common with it; a second one into the same memory is as good.
func TestSnapshotCopy(t *testing.T) {
	var s, c Snapshot
	for round, length := range []int{3, 3, 7, 2, 0, 5} {
		seed := noise(round + 1)
		seed.scribble(reflect.ValueOf(&s).Elem(), length)
		c.Copy(&s)
		if length == 0 {
			if len(c.Thoughts)+len(c.Policy)+len(c.Stack)+c.History.Len() > 0 {
				t.Fatalf("round %d: slices of nothing became %+v", round, c)
			}
			continue
		}
		if !reflect.DeepEqual(&c, &s) {
			t.Fatalf("round %d: the copy is %+v, want %+v", round, c, s)
		}
		var twin Snapshot
		same := noise(round + 1)
		same.scribble(reflect.ValueOf(&twin).Elem(), length)
		seed.scribble(reflect.ValueOf(&s).Elem(), length)
		if !reflect.DeepEqual(&c, &twin) {
			t.Fatalf("round %d: the copy changed with the original", round)
		}
	}
	c.Copy(&Snapshot{})
	if !reflect.DeepEqual(c, Snapshot{}) {
		t.Errorf("a copy of nothing is %+v", c)
	}
}

func TestSnapshotCopyAllocatesNothing(t *testing.T) {
	var c Snapshot
	s := Snapshot{World: image.NewRGBA(image.Rect(0, 0, 64, 64)), Stack: []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 8, 8))},
		Policy: make([]float32, 7), Thoughts: []Thought{{Maps: []Map{{Cell: make([]float32, 400)}}}}, Rewards: make([]Part, 2)}
	for range 2 * historyLen {
		s.History.Append(1, 0)
	}
	c.Copy(&s)
	if n := testing.AllocsPerRun(20, func() { c.Copy(&s) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

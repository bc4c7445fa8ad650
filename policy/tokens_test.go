package policy

import (
	"slices"
	"strings"
	"testing"
)

// Tokens are read as one in Codes, in place; what stands around them stays.
func TestTokens(t *testing.T) {
	s := Shape{H: 2, W: 2, C: 1, Vec: 6, Actions: 2, Tokens: []Tokens{{Off: 1, Len: 2, Codes: 3}, {Off: 4, Len: 1, Codes: 2}}}
	n := mustNew(t, s, 2)
	got := n.spread([]float32{9, 0, 2, 8, 1, 7, 6, 3, -1, 5, 0, 4}, 2)
	want := []float32{
		9, 1, 0, 0, 0, 0, 1, 8, 0, 1, 7,
		6, 0, 0, 0, 0, 0, 0, 5, 1, 0, 4, // 3 and -1 are none of three symbols
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	act := func(vec ...float32) []float32 {
		logits, _ := n.Act(make([]byte, 4), vec, nil, 1)
		return slices.Clone(logits)
	}
	if slices.Equal(act(0, 1, 0, 0, 0, 0), act(0, 0, 1, 0, 0, 0)) {
		t.Error("the order of tokens makes no difference")
	}
	obs, vec := make([]byte, 4), make([]float32, 6)
	if a := testing.AllocsPerRun(10, func() { n.Act(obs, vec, nil, 1) }); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func TestTokensValidate(t *testing.T) {
	for _, tokens := range [][]Tokens{
		{{Off: -1, Len: 1, Codes: 2}}, {{Off: 0, Len: 0, Codes: 2}}, {{Off: 3, Len: 4, Codes: 2}}, {{Off: 0, Len: 1, Codes: 0}},
		{{Off: 2, Len: 1, Codes: 2}, {Off: 1, Len: 1, Codes: 2}}, {{Off: 0, Len: 1, Codes: 1 << 40}}, {{Off: 0, Len: 6, Codes: 1 << 19}},
	} {
		s := Shape{H: 2, W: 2, C: 1, Vec: 6, Actions: 2, Tokens: tokens}
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "tokens") {
			t.Errorf("%v: %v", tokens, err)
		}
	}
}

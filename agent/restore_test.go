package agent

import (
	"encoding/json"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// Numbers that no trainer has are refused.
func TestStateValidate(t *testing.T) {
	good := state{Step: 10, Updates: 2, Episodes: 1, Recent: []env.Episode{{Len: 3}}, Retries: MaxRetries}
	if err := good.validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*state){
		"step": func(s *state) { s.Step = -1 }, "large step": func(s *state) { s.Step = maxSteps + 1 }, "updates": func(s *state) { s.Updates = -1 },
		"episodes": func(s *state) { s.Episodes = -1; s.Recent = nil }, "fewer episodes": func(s *state) { s.Episodes = 2 },
		"more episodes": func(s *state) { s.Episodes = 0 }, "long past": func(s *state) { s.Episodes = 1000; s.Recent = make([]env.Episode, recentLen+1) },
		"dropped": func(s *state) { s.Dropped = -1 }, "crashed": func(s *state) { s.Crashed = -1 }, "retries": func(s *state) { s.Retries = MaxRetries + 1 },
	} {
		data, err := json.Marshal(good)
		if err != nil {
			t.Fatal(err)
		}
		var s state
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		if spoil(&s); s.validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

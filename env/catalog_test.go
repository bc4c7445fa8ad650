package env

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func listed(ids ...string) Catalog {
	var c Catalog
	for _, id := range ids {
		c = append(c, Entry{ID: id, About: "a world", New: func() (Env, error) { return nil, errors.New("made " + id) }})
	}
	return c
}

func TestLookup(t *testing.T) {
	c := listed("Probe/Bandit-v0", "Probe/Memory-v0", "MiniGrid-DoorKey-5x5-v0", "MiniGrid-DoorKey-6x6-v0", "MiniGrid-MemoryS7-v0",
		"MiniGrid-DoorKey-8x8-v0", "MiniGrid-DoorKey-16x16-v0", "MinAtar/Breakout-v1")
	for typed, want := range map[string][]string{
		"DoorKey-5x5":             {"MiniGrid-DoorKey-5x5-v0"},
		"doorkey-5x5-v0":          {"MiniGrid-DoorKey-5x5-v0"},
		"minigrid/doorkey_5x5":    {"MiniGrid-DoorKey-5x5-v0"},
		"MiniGrid-DoorKey-5x5-v3": {"MiniGrid-DoorKey-5x5-v0"},
		"MiniGrid-DorKey-5x5-v0":  {"MiniGrid-DoorKey-5x5-v0"},
		"MiniGrid-DoorKey-7x7-v0": {"MiniGrid-DoorKey-5x5-v0", "MiniGrid-DoorKey-6x6-v0", "MiniGrid-DoorKey-8x8-v0"},
		"doorkey":                 {"MiniGrid-DoorKey-5x5-v0", "MiniGrid-DoorKey-6x6-v0", "MiniGrid-DoorKey-8x8-v0"},
		"Breakout":                {"MinAtar/Breakout-v1"},
		"memory":                  {"Probe/Memory-v0"},
		"bnadit":                  {"Probe/Bandit-v0"},
		"":                        {"Probe/Bandit-v0", "Probe/Memory-v0"},
	} {
		_, err := c.Lookup(typed)
		if want := "; did you mean " + strings.Join(want, " or ") + "?"; err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got %v, want ...%s", typed, err, want)
		}
	}
	for _, id := range c.IDs() {
		if e, err := c.Lookup(id); err != nil || e.ID != id {
			t.Errorf("%q: got %q, %v", id, e.ID, err)
		}
		if _, err := c.New(id); err == nil || err.Error() != "made "+id {
			t.Errorf("New(%q): got %v", id, err)
		}
	}
	if _, err := c.New("a\nb"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("New with a line break: got %v, want an error of one line", err)
	}
	if _, err := (Catalog{}).Lookup("x"); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("empty catalog: got %v", err)
	}
}

// Options reach the constructor; worlds without any say so.
func TestLookupOptions(t *testing.T) {
	c := listed("plain-v0", "rich-v0")
	c[1].Option = func(options string) (Env, error) { return nil, errors.New("options " + options) }
	e, err := c.Lookup("rich-v0:big,red:1")
	if err != nil || e.ID != "rich-v0:big,red:1" || e.About == "" {
		t.Fatalf("got %+v, %v", e, err)
	}
	if _, err := e.New(); err == nil || err.Error() != "options big,red:1" {
		t.Errorf("New: %v", err)
	}
	for id, want := range map[string]string{
		"plain-v0:big": "env: plain-v0 takes no options",
		"rish-v0:big":  "did you mean rich-v0?",
	} {
		if _, err := c.Lookup(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want ...%s", id, err, want)
		}
	}
}

func TestCatalogValidate(t *testing.T) {
	ok := listed("a", "b")
	if err := ok.Validate(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	for name, tc := range map[string]struct {
		extra Entry
		want  string
	}{
		"no id":          {Entry{About: "x", New: ok[0].New}, "no id"},
		"colon":          {Entry{ID: "c:d", About: "x", New: ok[0].New}, "colon"},
		"twice":          {Entry{ID: "a", About: "x", New: ok[0].New}, `"a" is listed twice`},
		"no constructor": {Entry{ID: "c", About: "x"}, "no constructor"},
		"silent":         {Entry{ID: "c", New: ok[0].New}, "one line"},
		"wordy":          {Entry{ID: "c", About: "x\ny", New: ok[0].New}, "one line"},
	} {
		c := append(slices.Clone(ok), tc.extra)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want ...%s...", name, err, tc.want)
		}
	}
}

package env

import (
	"fmt"
	"strings"

	"github.com/auxrl/auxrl/internal/typo"
)

// Entry is one world of a Catalog.
type Entry struct {
	ID    string // as in the world's Spec
	About string // one line that says what the world is for
	New   func() (Env, error)

	// Option, where given, makes the world with options: what stands behind a colon after the id, as in
	// "MiniGrid-DoorKey-8x8-v0:full". The world's Spec has the options in its ID.
	Option func(options string) (Env, error)
}

// Catalog lists worlds in the order in which they are shown. Appending to one makes a larger one: env/catalog has the worlds
// of this module, a program adds its own.
type Catalog []Entry

// Validate reports the first entry that cannot be looked up, duplicates included.
func (c Catalog) Validate() error {
	seen := make(map[string]bool, len(c))
	for i, e := range c {
		switch {
		case e.ID == "":
			return fmt.Errorf("env: catalog: entry %d has no id", i)
		case strings.Contains(e.ID, ":"):
			return fmt.Errorf("env: catalog: %q has a colon, which options begin with", e.ID)
		case seen[e.ID]:
			return fmt.Errorf("env: catalog: %q is listed twice", e.ID)
		case e.New == nil:
			return fmt.Errorf("env: catalog: %q has no constructor", e.ID)
		case e.About == "" || strings.Contains(e.About, "\n"):
			return fmt.Errorf("env: catalog: %q must be described in one line", e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}

// IDs returns the ids in order.
func (c Catalog) IDs() []string {
	ids := make([]string, len(c))
	for i, e := range c {
		ids[i] = e.ID
	}
	return ids
}

// Lookup returns the entry with the given id. Of an id with options behind a colon it is one of its own, whose New passes them
// on. The error for an id that is not listed names the nearest that are.
func (c Catalog) Lookup(id string) (Entry, error) {
	base, options, optional := strings.Cut(id, ":")
	for _, e := range c {
		switch {
		case e.ID == id:
			return e, nil
		case e.ID != base || !optional:
			continue
		case e.Option == nil:
			return Entry{}, fmt.Errorf("env: %s takes no options: leave out what is behind the colon", base)
		}
		return Entry{ID: id, About: e.About, New: func() (Env, error) { return e.Option(options) }}, nil
	}
	near := c.nearest(base)
	if len(near) == 0 {
		return Entry{}, fmt.Errorf("env: no world is called %q: the catalog is empty", id)
	}
	return Entry{}, fmt.Errorf("env: no world is called %q; did you mean %s?", id, strings.Join(near, " or "))
}

// New makes the world with the given id.
func (c Catalog) New(id string) (Env, error) {
	e, err := c.Lookup(id)
	if err != nil {
		return nil, err
	}
	return e.New()
}

// nearest returns up to three ids, all at the same smallest distance from what was typed.
func (c Catalog) nearest(typed string) (ids []string) {
	best := 0
	for _, e := range c {
		d := distance(typed, e.ID)
		if len(ids) == 0 || d < best {
			best, ids = d, ids[:0]
		}
		if d == best && len(ids) < 3 {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// distance returns how many edits lead from what was typed to id. Case, separators and version count nothing, and the name of
// the suite may be missing. A part of an id is one edit away from it.
func distance(typed, id string) int {
	typed, id = plain(typed), plain(id)
	d := typo.Edits(typed, id)
	if _, name, ok := strings.Cut(id, "-"); ok {
		d = min(d, typo.Edits(typed, name))
	}
	if len(typed) >= 3 && strings.Contains(id, typed) {
		d = min(d, 1)
	}
	return d
}

// plain returns id in lower case, with dashes for separators and without its version.
func plain(id string) string {
	id = strings.NewReplacer("/", "-", "_", "-", " ", "-").Replace(strings.ToLower(id))
	if name := strings.TrimRight(id, "0123456789"); strings.HasSuffix(name, "-v") {
		id = strings.TrimSuffix(name, "-v")
	}
	return id
}

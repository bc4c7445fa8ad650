package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode"
	"unicode/utf8"

	"github.com/auxrl/auxrl/viz"
)

// special are the keys that type no character, as browsers name them.
var special = []struct {
	name string
	key  viz.Key
}{
	{"ArrowUp", viz.KeyUp}, {"ArrowDown", viz.KeyDown}, {"ArrowRight", viz.KeyRight}, {"ArrowLeft", viz.KeyLeft},
	{"Enter", viz.KeyEnter}, {"Escape", viz.KeyEscape},
}

// takeKeys passes on the keys that a browser sends.
func (p *Page) takeKeys(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
		return
	}
	keys, err := decodeKeys(body)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case !p.press(keys):
		http.Error(w, "keys come faster than they are taken", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// decodeKeys returns the keys of a list in JSON of their names.
func decodeKeys(body []byte) ([]viz.Key, error) {
	var names []string
	if err := json.Unmarshal(body, &names); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys := make([]viz.Key, 0, len(names))
	for _, name := range names {
		k, ok := keyOf(name)
		if !ok {
			return nil, errors.New("keys: there is no such key")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// keyOf returns the key that a browser calls so.
func keyOf(name string) (viz.Key, bool) {
	for _, s := range special {
		if s.name == name {
			return s.key, true
		}
	}
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 || size != len(name) || !unicode.IsPrint(r) || r == utf8.RuneError {
		return 0, false
	}
	return viz.Key(unicode.ToLower(r)), true
}

// nameOf is the inverse of keyOf.
func nameOf(k viz.Key) string {
	for _, s := range special {
		if s.key == k {
			return s.name
		}
	}
	return string(rune(k))
}

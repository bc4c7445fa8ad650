package cli

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Keys that are no single character.
const (
	keyUp rune = -(iota + 1)
	keyDown
	keyRight
	keyLeft
)

// Keys that no action has.
const (
	keyQuit  = 'q'
	keyNext  = 'n'
	ctrlC    = '\x03'
	ctrlD    = '\x04'
	escape   = '\x1b'
	carriage = '\r'
)

// keyReader tells the keys that a terminal in raw mode sends.
type keyReader struct {
	sequence []byte // an escape sequence so far
}

// decode appends the keys in a piece of input. A sequence may go on in the next piece. What is no key of ours is left out.
func (k *keyReader) decode(keys []rune, input []byte) []rune {
	for _, b := range input {
		switch {
		case b == escape:
			k.sequence = append(k.sequence[:0], b)
		case len(k.sequence) == 1 && (b == '[' || b == 'O'):
			k.sequence = append(k.sequence, b)
		case len(k.sequence) >= 2 && (b < '@' || b > '~'): // parameters
			k.sequence = append(k.sequence[:2], b)
		case len(k.sequence) >= 2:
			if i := strings.IndexByte("ABCD", b); i >= 0 {
				keys = append(keys, keyUp-rune(i))
			}
			k.sequence = k.sequence[:0]
		default: // an escape that begins nothing counts nothing
			k.sequence = k.sequence[:0]
			if b < utf8.RuneSelf {
				keys = append(keys, rune(b))
			}
		}
	}
	return keys
}

// readKeys sends the keys that come from r until that ends or nobody listens any more.
func readKeys(r io.Reader, send chan<- rune, done <-chan struct{}) {
	defer close(send)
	var k keyReader
	var keys []rune
	input := make([]byte, 256)
	for {
		n, err := r.Read(input)
		keys = k.decode(keys[:0], input[:n])
		for _, key := range keys {
			select {
			case send <- key:
			case <-done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// preferred is the key that an action of that name has.
var preferred = map[string]rune{
	"left": keyLeft, "right": keyRight, "up": keyUp, "forward": keyUp, "down": keyDown, "backward": keyDown,
	"toggle": ' ', "fire": ' ', "noop": '.', "wait": '.', "stay": '.', "done": carriage,
}

// keysFor returns a key for every action: the preferred one of its name, a digit if its name ends in one, a letter of its name, or
// whatever digit or letter is left. It returns nil if there are more actions than keys.
func keysFor(actions []string) []rune {
	keys := make([]rune, len(actions))
	taken := map[rune]bool{keyQuit: true, keyNext: true}
	take := func(i int, choices string) {
		for _, key := range choices {
			if keys[i] == 0 && !taken[key] {
				keys[i], taken[key] = key, true
			}
		}
	}
	for i, name := range actions {
		if key, ok := preferred[name]; ok && !taken[key] {
			keys[i], taken[key] = key, true
		}
	}
	for i, name := range actions {
		if rest := strings.TrimRight(name, "0123456789"); len(name)-len(rest) == 1 {
			take(i, name[len(rest):])
		}
	}
	for i, name := range actions {
		take(i, strings.Map(letter, strings.ToLower(name)))
	}
	for i := range actions {
		if take(i, "1234567890abcdefghijklmoprstuvwxyz"); keys[i] == 0 {
			return nil
		}
	}
	return keys
}

func letter(r rune) rune {
	if r < 'a' || r > 'z' {
		return -1
	}
	return r
}

// keyName is what a key is called in a legend of six columns.
func keyName(key rune) string {
	switch key {
	case keyUp:
		return "↑"
	case keyDown:
		return "↓"
	case keyLeft:
		return "←"
	case keyRight:
		return "→"
	case ' ':
		return "space"
	case carriage:
		return "enter"
	}
	return string(key)
}

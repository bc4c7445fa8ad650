package viz

import (
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// keyRoom is how many keys may wait to be asked for.
const keyRoom = 128

// keyboard is a queue of the keys that a terminal sends.
type keyboard struct {
	keys chan Key
	lock sync.Mutex // of closing keys
	over bool
}

func newKeyboard() *keyboard { return &keyboard{keys: make(chan Key, keyRoom)} }

// Keys implements Interactive.
func (k *keyboard) Keys() <-chan Key { return k.keys }

// read queues the keys that come from r until that ends or the keyboard is closed.
func (k *keyboard) read(r io.Reader) {
	var d keyDecoder
	var keys []Key
	input := make([]byte, 256)
	for {
		n, err := r.Read(input)
		keys = d.decode(keys[:0], input[:n])
		if !k.press(keys) {
			return
		}
		if err != nil {
			k.shut()
			return
		}
	}
}

// press queues keys; those for which there is no room are lost. It reports whether the keyboard is still open.
func (k *keyboard) press(keys []Key) bool {
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.over {
		return false
	}
	for _, key := range keys {
		select {
		case k.keys <- key:
		default:
		}
	}
	return true
}

// shut ends the queue.
func (k *keyboard) shut() {
	k.lock.Lock()
	defer k.lock.Unlock()
	if !k.over {
		k.over = true
		close(k.keys)
	}
}

// keyDecoder tells the keys that a terminal in raw mode sends.
type keyDecoder struct {
	sequence []byte // an escape sequence so far
}

// decode appends the keys in a piece of input. A sequence may go on in the next piece. What is no key of ours is left out.
func (d *keyDecoder) decode(keys []Key, input []byte) []Key {
	for _, b := range input {
		switch {
		case b == byte(KeyEscape):
			d.sequence = append(d.sequence[:0], b)
		case len(d.sequence) == 1 && (b == '[' || b == 'O'):
			d.sequence = append(d.sequence, b)
		case len(d.sequence) >= 2 && (b < '@' || b > '~'): // parameters
			d.sequence = append(d.sequence[:2], b)
		case len(d.sequence) >= 2:
			if i := strings.IndexByte("ABCD", b); i >= 0 {
				keys = append(keys, KeyUp-Key(i))
			}
			d.sequence = d.sequence[:0]
		default: // an escape that begins nothing counts nothing
			d.sequence = d.sequence[:0]
			if key, ok := typed(b); ok {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// typed returns the key that sends a single byte.
func typed(b byte) (Key, bool) {
	switch {
	case b == '\x03' || b == '\x04':
		return KeyInterrupt, true
	case b == '\r' || b == '\n':
		return KeyEnter, true
	case b >= ' ' && b < utf8.RuneSelf-1:
		return Key(unicode.ToLower(rune(b))), true
	}
	return 0, false
}

package viz

// Key is a key that a person pressed: the character that it types, in lower case, or one of the constants.
type Key rune

// Keys that are no printable character.
const (
	KeyUp Key = -(iota + 1)
	KeyDown
	KeyRight
	KeyLeft

	KeyEnter     Key = '\r'
	KeyEscape    Key = '\x1b'
	KeyInterrupt Key = '\x03' // Ctrl-C or Ctrl-D where keys come one by one
)

// String returns what the key is called in a legend.
func (k Key) String() string {
	switch k {
	case KeyUp:
		return "↑"
	case KeyDown:
		return "↓"
	case KeyRight:
		return "→"
	case KeyLeft:
		return "←"
	case KeyEnter:
		return "enter"
	case KeyEscape:
		return "esc"
	case KeyInterrupt:
		return "ctrl-c"
	case ' ':
		return "space"
	}
	return string(rune(k))
}

// Interactive is a sink with a person before it. Keys returns a channel, the same one each time, of the keys that were pressed, in
// their order: none is lost while fewer than a hundred wait. It is closed when no more can come: the person has closed the window, or
// Close was called.
type Interactive interface {
	Sink
	Keys() <-chan Key
}

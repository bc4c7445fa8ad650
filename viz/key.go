package viz

// Key is a key that a person pressed: the character that it types, in lower case, or one of the constants.
type Key rune

// Keys that are no printable character.
const (
	KeyUp Key = -(iota + 1)
	KeyDown
	KeyRight
	KeyLeft

	KeyEnter  Key = '\r'
	KeyEscape Key = '\x1b'
)

// Interactive is a sink with a person before it. Keys returns a channel, the same one each time, of the keys that were pressed, in
// their order: none is lost while fewer than a hundred wait. It is closed when no more can come: the person has closed the window, or
// Close was called.
type Interactive interface {
	Sink
	Keys() <-chan Key
}

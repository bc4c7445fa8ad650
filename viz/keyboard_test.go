package viz

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestKeyDecoder(t *testing.T) {
	for input, want := range map[string]string{
		"ab q":                     "a b space q",
		"AZ?~":                     "a z ? ~",
		"\x1b[A\x1b[B\x1b[C\x1b[D": "↑ ↓ → ←",
		"\x1bOA\x1bOD":             "↑ ←",
		"x\x1b[1;5Cy":              "x → y",
		"\x1b[5~\x1b[3;2~z":        "z",
		"\x1bq":                    "q",
		"\x1b\x1b[A":               "↑",
		"é\xff\r\x03\x04\x01\x7f":  "enter ctrl-c ctrl-c",
		"\x1b[200~paste\x1b[201~":  "p a s t e",
	} {
		for size := 1; size <= len(input); size++ { // however it is cut into pieces
			var d keyDecoder
			var got []Key
			for rest := []byte(input); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				got = d.decode(got, rest[:min(size, len(rest))])
			}
			var names []string
			for _, key := range got {
				names = append(names, key.String())
			}
			if shown := strings.Join(names, " "); shown != want {
				t.Errorf("%q in pieces of %d: got %q, want %q", input, size, shown, want)
			}
		}
	}
}

// The queue ends with the input, and when it is closed, whatever comes.
func TestKeyboard(t *testing.T) {
	k := newKeyboard()
	k.read(strings.NewReader("a\x1b[A"))
	var got []Key
	for key := range k.Keys() {
		got = append(got, key)
	}
	if want := []Key{'a', KeyUp}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	r, w := io.Pipe()
	k = newKeyboard()
	read := make(chan struct{})
	go func() {
		defer close(read)
		k.read(r)
	}()
	if _, err := io.WriteString(w, strings.Repeat("x", 100)+"y"); err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		if key := <-k.Keys(); key != 'x' {
			t.Fatalf("key %d is %v", n, key)
		}
	}
	<-k.Keys()
	k.shut()
	k.shut()
	if _, err := io.WriteString(w, "z"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-read:
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on reading")
	}
	if _, ok := <-k.Keys(); ok {
		t.Error("keys come from a closed keyboard")
	}
}

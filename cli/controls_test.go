package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/viz"
)

var updateDocs = flag.Bool("docs", false, "write the table of keys into docs/watching.md")

// docsKeys is the table of keys as it stands in the documentation.
func docsKeys() string {
	b := "| key | what it does |\n|---|---|\n"
	for _, c := range controls {
		b += fmt.Sprintf("| `%s` | %s |\n", strings.ReplaceAll(c.keyNames(), " ", "` `"), c.about)
	}
	return b
}

// The documentation has the table of keys that there are.
func TestKeysInDocs(t *testing.T) {
	const file = "../docs/watching.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), "the page has buttons too.\n\n")
	_, after, ok2 := strings.Cut(rest, "\nGoing back shows")
	if !ok || !ok2 {
		t.Fatal("the table has no place")
	}
	want := before + "the page has buttons too.\n\n" + docsKeys() + "\nGoing back shows" + after
	if *updateDocs {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(data) != want {
		t.Errorf("docs/watching.md has another table of keys: go test ./cli -run KeysInDocs -docs writes it")
	}
	if text := must(t, "help", "watch").out; !strings.Contains(text, keyTable()) {
		t.Errorf("help does not tell the keys:\n%s", text)
	}
	for i, k := range pageHelp() {
		if k.Key != controls[i].keys[0] || k.About != controls[i].word {
			t.Errorf("button %d is %+v", i, k)
		}
	}
}

// The table of keys is whole: no key stands twice, and every command has one.
func TestControls(t *testing.T) {
	seen := map[viz.Key]bool{}
	for i, c := range controls {
		if c.do != command(i+1) || c.word == "" || c.about == "" || len(c.keys) == 0 {
			t.Errorf("line %d is %+v", i, c)
		}
		for _, key := range c.keys {
			if seen[key] || commandOf(key) != c.do {
				t.Errorf("%v stands twice", key)
			}
			seen[key] = true
		}
	}
	if len(controls) != int(cmdQuit) {
		t.Errorf("%d lines for %d commands", len(controls), cmdQuit)
	}
	if commandOf('x') != 0 {
		t.Error("x does something")
	}
	for _, key := range []viz.Key{keyQuit, keyTake, keyHelp, keyNext} {
		if !seen[key] {
			t.Errorf("%v, which no action may have, does nothing", key)
		}
	}
}

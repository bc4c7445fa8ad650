package lint

import "testing"

var rules = []struct {
	name  string
	check rule
}{
	{"imports", checkImports},
	{"calls", checkCalls},
	{"panics", checkPanics},
	{"inits", checkInits},
	{"maps", checkMaps},
	{"names", checkNames},
	{"build tags", checkBuildTags},
	{"size", checkSize},
}

// The project keeps its rules.
func TestTree(t *testing.T) {
	files, err := parseTree("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d files were found", len(files))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, msg := range r.check(files) {
				t.Error(msg)
			}
		})
	}
}

package lint

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree is a source tree in memory: path, text.
type tree map[string]string

func (tr tree) parse(t *testing.T) []*source {
	t.Helper()
	fset := token.NewFileSet()
	var files []*source
	for name, text := range tr {
		f, err := parse(fset, name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *source) int { return strings.Compare(a.path, b.path) })
	return files
}

// Each rule is tried on sources that break it and on their nearest neighbours that do not. A want is what the one finding must
// contain; none: nothing is found.
type trial struct {
	name string
	tree tree
	want string
}

func try(t *testing.T, check rule, trials []trial) {
	t.Helper()
	for _, tr := range trials {
		t.Run(tr.name, func(t *testing.T) {
			got := check(tr.tree.parse(t))
			switch {
			case tr.want == "" && len(got) > 0:
				t.Errorf("found %q, want nothing", got)
			case tr.want != "" && (len(got) != 1 || !strings.Contains(got[0], tr.want)):
				t.Errorf("found %q, want one finding with %q", got, tr.want)
			}
		})
	}
}

// importing returns a file that imports the path.
func importing(name, p string) tree {
	return tree{name: fmt.Sprintf("package p\n\nimport _ %q\n", p)}
}

func TestCheckImports(t *testing.T) {
	own := func(dir string) string { return module + "/" + dir }
	try(t, checkImports, []trial{
		{"allowed", importing("auxtasks/x.go", own("nn")), ""},
		{"upward", importing("auxtasks/x.go", own("agent")), "auxtasks/x.go:3: auxtasks may not import agent"},
		{"learning in env", importing("env/x.go", own("nn")), "env may not import nn"},
		{"viz is alone", importing("viz/x.go", own("env")), "viz may not import env"},
		{"catalog and suites", importing("env/catalog/x.go", own("env/minigrid")), ""},
		{"catalog and learning", importing("env/catalog/x.go", own("agent")), "env/catalog may not import agent"},
		{"cli", importing("cli/x.go", own("internal/f32")), ""},
		{"command is thin", importing("cmd/rlrun/x.go", own("agent")), "cmd/rlrun may not import agent"},
		{"module root", importing("nn/x.go", module), "nn may not import "},
		{"no row", tree{"brains/x.go": "package brains"}, "package brains has no row: add it to projectImports in internal/lint/importtable.go"},
		{"no row, once", tree{"brains/x.go": "package brains", "brains/y.go": "package brains"}, "brains/x.go:1"},
		{"contract in a test", importing("env/minigrid/x_test.go", own("env/envtest")), ""},
		{"contract in code", importing("env/minigrid/x.go", own("env/envtest")), "may not import env/envtest"},
		{"own package in a test", importing("stats/x_test.go", own("stats")), ""},
		{"other package in a test", importing("stats/x_test.go", own("agent")), "stats may not import agent"},
		{"standard library", importing("nn/x.go", "sort"), ""},
		{"dot", tree{"nn/x.go": "package nn\n\nimport . \"math\"\n"}, "imported with a dot"},

		{"outside, allowed", importing("internal/f32/x.go", "golang.org/x/sys/cpu"), ""},
		{"outside, elsewhere", importing("nn/x.go", "golang.org/x/sys/cpu"), "nn may not import golang.org/x/sys/cpu"},
		{"outside, no row", importing("nn/x.go", "example.com/fast/net"), "has no row: add it to otherImports"},
		{"name like a row", importing("internal/f32/x.go", "golang.org/x/system"), "has no row"},
		{"x/exp but rand", importing("internal/rng/x.go", "golang.org/x/exp/slices"), "has no row"},
		{"generator", importing("internal/rng/x.go", "golang.org/x/exp/rand"), ""},
		{"generator elsewhere", importing("agent/x.go", "golang.org/x/exp/rand"), "agent may not import golang.org/x/exp/rand"},
		{"generator in a test", importing("agent/x_test.go", "math/rand/v2"), "agent may not import math/rand/v2"},
		{"old generator", importing("env/x.go", "math/rand"), "env may not import math/rand"},
		{"gonum in nn", importing("nn/x.go", "gonum.org/v1/gonum/mat"), ""},
		{"gonum in a test", importing("replay/x_test.go", "gonum.org/v1/gonum/stat"), ""},
		{"gonum in code", importing("replay/x.go", "gonum.org/v1/gonum/stat"), "replay may not import"},
		{"plot in viz", importing("viz/x.go", "gonum.org/v1/plot"), "viz may not import gonum.org/v1/plot"},
		{"window", importing("viz/window/x.go", "github.com/faiface/pixel/pixelgl"), ""},
		{"window elsewhere", importing("viz/x.go", "github.com/faiface/pixel/pixelgl"), "viz may not import github.com/faiface/pixel/pixelgl"},
		{"rapid in code", importing("nn/x.go", "pgregory.net/rapid"), "nn may not import"},
		{"rapid in a test", importing("nn/x_test.go", "pgregory.net/rapid"), ""},
		{"C", importing("internal/f32/x.go", "C"), "may not import C"},
	})
}

func TestCheckCalls(t *testing.T) {
	body := func(name, imp, stmt string) tree {
		return tree{name: fmt.Sprintf("package p\n\nimport %s\n\nfunc f() {\n\t%s\n}\n", imp, stmt)}
	}
	try(t, checkCalls, []trial{
		{"exit", body("nn/x.go", `"os"`, "os.Exit(1)"), "nn/x.go:6: os.Exit: only the command"},
		{"exit in a test", body("nn/x_test.go", `"os"`, "os.Exit(1)"), "os.Exit"},
		{"exit in TestMain", tree{"nn/x_test.go": "package nn\n\nimport \"os\"\n\nfunc TestMain(m *testing.M) { os.Exit(m.Run()) }\n"}, ""},
		{"TestMain in code", tree{"nn/x.go": "package nn\n\nimport \"os\"\n\nfunc TestMain() { os.Exit(1) }\n"}, "os.Exit"},
		{"exit in cli", body("cli/x.go", `"os"`, "os.Exit(1)"), ""},
		{"exit below cli", body("cli/flags/x.go", `"os"`, "os.Exit(1)"), ""},
		{"exit in the command", body("cmd/rlrun/main.go", `"os"`, "os.Exit(1)"), ""},
		{"renamed", body("nn/x.go", `sys "os"`, "sys.Exit(1)"), "sys.Exit"},
		{"another os", body("nn/x.go", `os "strings"`, "os.Exit(1)"), ""},
		{"log", body("env/x.go", `"log"`, `log.Print("x")`), "log.Print"},
		{"slog", body("env/x.go", `"log/slog"`, `slog.Info("x")`), "slog.Info"},
		{"print", body("agent/x.go", `"fmt"`, `fmt.Println("x")`), "fmt.Println"},
		{"print in a test", body("agent/x_test.go", `"fmt"`, `fmt.Println("x")`), ""},
		{"sprint", body("agent/x.go", `"fmt"`, `fmt.Sprint("x")`), ""},
		{"clock", body("policy/x.go", `"time"`, "time.Now()"), "time.Now"},
		{"clock, not called", body("policy/x.go", `"time"`, "f := time.Now; f()"), "time.Now"},
		{"clock in viz", body("viz/x.go", `"time"`, "time.Now()"), ""},
		{"clock in run", body("internal/run/x.go", `"time"`, "time.Now()"), ""},
		{"clock in team", body("internal/team/x.go", `"time"`, "time.Sleep(1)"), "time.Sleep"},
		{"duration", body("policy/x.go", `"time"`, "_ = time.Second"), ""},
		{"sleep in a test", body("policy/x_test.go", `"time"`, "time.Sleep(1)"), "time.Sleep"},
		{"environment", body("nn/x.go", `"os"`, `os.Getenv("X")`), "os.Getenv"},
		{"environment in the window", body("viz/window/x.go", `"os"`, `os.Getenv("DISPLAY")`), ""},
		{"environment in f32", body("internal/f32/x.go", `"os"`, `os.Getenv("X")`), ""},
		{"environment in a test", body("nn/x_test.go", `"os"`, `os.Getenv("X")`), ""},
		{"flags", body("env/x.go", `"flag"`, "flag.Parse()"), "flag.Parse"},
	})
}

func TestCheckPanics(t *testing.T) {
	body := func(name, arg string) tree {
		return tree{name: "package nn\n\nconst why = \"nn: shapes\"\n\nfunc f(err error) {\n\t" + arg + "\n}\n"}
	}
	try(t, checkPanics, []trial{
		{"constant", body("nn/x.go", `panic("nn: no layers")`), ""},
		{"sum of constants", body("nn/x.go", `panic("nn: " + ("no" + " layers"))`), ""},
		{"named constant", body("nn/x.go", `panic(why)`), ""},
		{"sum with a name", body("nn/x.go", `panic(why + " differ")`), ""},
		{"error", body("nn/x.go", `panic(err)`), "nn/x.go:6: panic: not a constant string"},
		{"formatted", body("nn/x.go", `panic(fmt.Sprintf("nn: %v", err))`), "not a constant string"},
		{"sum with an error", body("nn/x.go", `panic("nn: " + err.Error())`), "not a constant string"},
		{"number", body("nn/x.go", `panic(1)`), "not a constant string"},
		{"no prefix", body("nn/x.go", `panic("no layers")`), `does not begin with "nn: "`},
		{"prefix of another", body("internal/f32/x.go", `panic("nn: no layers")`), `does not begin with "f32: "`},
		{"passed on", body("nn/x.go", "// panic: the worker's own\n\tpanic(err)"), ""},
		{"passed on without a reason", body("nn/x.go", "// panic:\n\tpanic(err)"), "not a constant string"},
		{"test", body("nn/x_test.go", `panic(err)`), ""},
		{"cli", body("cli/x.go", `panic(err)`), ""},
	})
}

func TestCheckInits(t *testing.T) {
	try(t, checkInits, []trial{
		{"registration", tree{"auxtasks/x.go": "package auxtasks\n\nfunc init() { Register() }\n"}, ""},
		{"two lines", tree{"auxtasks/x.go": "package auxtasks\n\nfunc init() {\n\tRegister()\n\tRegister()\n}\n"}, "auxtasks/x.go:3: init"},
		{"elsewhere", tree{"nn/x.go": "package nn\n\nfunc init() { setup() }\n"}, "nn/x.go:3: init"},
		{"in a test", tree{"nn/x_test.go": "package nn\n\nfunc init() { setup() }\n"}, "init"},
		{"method", tree{"nn/x.go": "package nn\n\ntype T int\n\nfunc (T) init() {}\n"}, ""},
	})
}

func TestCheckMaps(t *testing.T) {
	file := func(name, decl, body string) tree {
		return tree{name: "package p\n\n" + decl + "\n\nfunc f() {\n\t" + body + "\n}\n"}
	}
	with := func(tr tree, name, text string) tree {
		tr[name] = text
		return tr
	}
	const loop = "for range m {\n\t}"
	nn := "package nn\n\ntype Set map[string]int\n\ntype Params struct{ ByName map[string]int }\n"
	try(t, checkMaps, []trial{
		{"literal", file("nn/x.go", "", "for range map[int]int{} {\n\t}"), "nn/x.go:6: range over a map"},
		{"variable", file("agent/x.go", "var m map[string]int", loop), "agent/x.go:6"},
		{"named type", file("policy/x.go", "type set map[int]bool\n\nvar m set", loop), "range over a map"},
		{"made", file("replay/x.go", "", "m := make(map[int]int)\n\tfor k := range m {\n\t\t_ = k\n\t}"), "replay/x.go:7"},
		{"field", file("auxtasks/x.go", "var m struct{ a map[int]int }", "for range m.a {\n\t}"), "range over a map"},
		{"type of another package", with(file("agent/x.go", "import \""+module+"/nn\"\n\nvar m nn.Set", loop), "nn/x.go", nn), "agent/x.go:8"},
		{"field of another package", with(file("agent/x.go", "import \""+module+"/nn\"\n\nvar m nn.Params", "for range m.ByName {\n\t}"), "nn/x.go", nn), "agent/x.go:8"},
		{"despite unknown types", file("nn/x.go", "import \"os\"\n\nvar m map[string]os.File\n\nvar x = os.Nothing()", loop), "range over a map"},
		{"declared twice", with(file("nn/x.go", "var m map[string]int", loop), "nn/y.go", "package p\n\nfunc f() {}\n"), "range over a map"},
		{"slice", file("nn/x.go", "var m []int", loop), ""},
		{"number", file("nn/x.go", "const m = 3", loop), ""},
		{"excused above", file("nn/x.go", "var m map[string]int", "// order: a sum of integers\n\t"+loop), ""},
		{"excused beside", file("nn/x.go", "var m map[string]int", "for range m { // order: clears all\n\t}"), ""},
		{"excused without a reason", file("nn/x.go", "var m map[string]int", "// order:\n\t"+loop), "range over a map"},
		{"excused too far away", file("nn/x.go", "var m map[string]int", "// order: a sum\n\n\t"+loop), "range over a map"},
		{"package below", file("auxtasks/tasktest/x.go", "var m map[string]int", loop), "range over a map"},
		{"elsewhere", file("viz/x.go", "var m map[string]int", loop), ""},
		{"test", file("nn/x_test.go", "var m map[string]int", loop), ""},
		{"keys", file("nn/x.go", "import \"maps\"", "maps.Keys(m)"), "maps.Keys"},
		{"sorted keys", file("nn/x.go", "import (\n\t\"maps\"\n\t\"slices\"\n)", "slices.Sorted(maps.Keys(m))"), ""},
		{"collected keys", file("nn/x.go", "import (\n\t\"maps\"\n\t\"slices\"\n)", "slices.Collect(maps.Values(m))"), "maps.Values"},
		{"import cycle", tree{
			"nn/x.go":    "package nn\n\nimport \"" + module + "/agent\"\n\nvar M = agent.M\n",
			"agent/x.go": "package agent\n\nimport \"" + module + "/nn\"\n\nvar M = nn.M\n",
		}, ""},
	})
}

func TestCheckNames(t *testing.T) {
	try(t, checkNames, []trial{
		{"package", tree{"internal/x/x.go": "package util"}, "a package called util"},
		{"test package", tree{"internal/x/x_test.go": "package helpers_test"}, "a package called helpers"},
		{"file", tree{"nn/types.go": "package nn"}, "a file called types"},
		{"test file", tree{"nn/common_test.go": "package nn"}, "a file called common"},
		{"longer name", tree{"nn/typesystem.go": "package nn"}, ""},
	})
}

func TestCheckBuildTags(t *testing.T) {
	with := func(line string) tree { return tree{"viz/x.go": "// Copyright\n\n" + line + "\n\npackage viz\n"} }
	try(t, checkBuildTags, []trial{
		{"ours", with("//go:build pixel && !noasm"), ""},
		{"systems", with("//go:build (linux && amd64) || !cgo"), ""},
		{"unknown", with("//go:build pixel && !race"), "viz/x.go:3: build tag race"},
		{"ignore", with("//go:build ignore"), "build tag ignore"},
		{"old form", with("// +build linux"), "written //go:build"},
		{"broken", with("//go:build ("), "viz/x.go:3"},
		{"after the package", tree{"viz/x.go": "package viz\n\n//go:build slow\n"}, ""},
	})
}

func TestCheckSize(t *testing.T) {
	lines := func(n int) string { return "package nn\n" + strings.Repeat("\n", n-1) }
	try(t, checkSize, []trial{
		{"700", tree{"nn/x.go": lines(700)}, ""},
		{"701", tree{"nn/x.go": lines(701)}, "nn/x.go: 701 lines"},
		{"test", tree{"nn/x_test.go": lines(701)}, ""},
		{"generated", tree{"nn/x.go": "// Code generated by gen. DO NOT EDIT.\n" + lines(701)}, ""},
	})
	try(t, func(f []*source) []string { return checkSizes(f, map[string]string{"nn/x.go": "one table"}) }, []trial{
		{"listed", tree{"nn/x.go": lines(701)}, ""},
		{"listed in vain", tree{"nn/x.go": lines(10)}, "take it off"},
	})
	try(t, func(f []*source) []string { return checkSizes(f, map[string]string{"nn/x.go": ""}) }, []trial{
		{"listed without a reason", tree{"nn/x.go": lines(701)}, "give a reason"},
	})
}

func TestParseTree(t *testing.T) {
	root := t.TempDir()
	for name, text := range (tree{
		"go.mod":               "module x",
		"nn/x.go":              "package nn",
		"nn/x.txt":             "text",
		"nn/testdata/bad.go":   "no package",
		".hidden/bad.go":       "no package",
		"_old/bad.go":          "no package",
		"internal/gen/go.mod":  "module gen",
		"internal/gen/main.go": "package main",
	}) {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	files, err := parseTree(root)
	if err != nil || len(files) != 1 || files[0].path != "nn/x.go" || files[0].dir != "nn" {
		t.Errorf("found %v (%v), want nn/x.go", files, err)
	}
	if err := os.WriteFile(filepath.Join(root, "bad.go"), []byte("no package"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := parseTree(root); err == nil {
		t.Error("a file that does not parse: no error")
	}
}

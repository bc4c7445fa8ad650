package lint

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// programs is where a process may be run as a whole: there these rules do not hold.
var programs = []string{"cli", "cli/*", "cmd/*", "examples/*", "internal/systest", "internal/lint"}

// forbidden is what everything below cli leaves alone.
// A server of net/http can be silenced only with a logger: viz/page has one.
var forbidden = []struct {
	pkg    string
	names  []string // nil: all of it
	except []string // packages that may
	tests  bool     // test files may
	why    string
}{
	{"log", nil, []string{"viz/window", "viz/page"}, false, "return an error, or give the number to the caller"}, // whose libraries log errors: they are silenced
	{"log/slog", nil, nil, false, "return an error, or give the number to the caller"},
	{"flag", nil, nil, true, "settings come in a Config"},
	{"fmt", []string{"Print", "Printf", "Println"}, nil, true, "libraries are silent; take an io.Writer"},
	{"os", []string{"Exit"}, nil, false, "only the command ends the process"},
	{"os", []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, []string{"internal/f32", "internal/run", "viz/window"}, true, "settings come in a Config"},
	{"time", []string{"Sleep"}, []string{"internal/run", "viz"}, false, "no clock reaches a run, and tests do not sleep"},
	{"time", []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"},
		[]string{"internal/run", "internal/live", "viz", "viz/page", "internal/bench"}, true, "no clock reaches a run"},
}

// checkCalls finds what libraries may not use. Naming a function is using it.
func checkCalls(files []*source) []string {
	var found []string
	for _, f := range files {
		if matches(f.dir, programs) {
			continue
		}
		imports := f.imports()
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if fn, ok := n.(*ast.FuncDecl); ok && f.test && fn.Name.Name == "TestMain" {
				return false // it ends the test's process
			}
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, rule := range forbidden {
				hit := imports[x.Name] == rule.pkg && (rule.names == nil || slices.Contains(rule.names, sel.Sel.Name))
				if hit && !matches(f.dir, rule.except) && (!f.test || !rule.tests) {
					found = append(found, f.finding(sel.Pos(), "%s.%s: %s", x.Name, sel.Sel.Name, rule.why))
				}
			}
			return true
		})
	}
	return found
}

// checkPanics finds panics of libraries that do not say a constant string with the package's name in front. Passing another's
// panic on is excused by a comment: // panic: why.
func checkPanics(files []*source) []string {
	var found []string
	consts := stringConsts(files)
	for _, f := range files {
		if f.test || matches(f.dir, programs) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "panic" || f.excused(call.Pos(), "panic") {
				return true
			}
			text, ok := constant(call.Args[0], consts[f.dir])
			want := path.Base(f.dir) + ": "
			switch {
			case !ok:
				found = append(found, f.finding(call.Pos(), "panic: not a constant string; an error is for what the caller cannot know"))
			case !strings.HasPrefix(text, want):
				found = append(found, f.finding(call.Pos(), "panic: %q does not begin with %q", text, want))
			}
			return true
		})
	}
	return found
}

// stringConsts returns the string constants declared in each package.
func stringConsts(files []*source) map[string]map[string]ast.Expr {
	consts := make(map[string]map[string]ast.Expr)
	for _, f := range files {
		if consts[f.dir] == nil {
			consts[f.dir] = make(map[string]ast.Expr)
		}
		for _, d := range f.ast.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, s := range gen.Specs {
				spec, ok := s.(*ast.ValueSpec)
				if !ok || len(spec.Names) != len(spec.Values) {
					continue
				}
				for i, name := range spec.Names {
					consts[f.dir][name.Name] = spec.Values[i]
				}
			}
		}
	}
	return consts
}

// constant returns the value of a constant string.
func constant(e ast.Expr, consts map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return constant(e.X, consts)
	case *ast.BinaryExpr:
		x, okx := constant(e.X, consts)
		y, oky := constant(e.Y, consts)
		return x + y, okx && oky && e.Op == token.ADD
	case *ast.Ident:
		if value, ok := consts[e.Name]; ok && value != ast.Expr(e) {
			return constant(value, consts)
		}
	}
	return "", false
}

// checkInits finds init functions: only package auxtasks has them, each of one statement, to register a task.
func checkInits(files []*source) []string {
	var found []string
	for _, f := range files {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Name.Name != "init" {
				continue
			}
			if f.dir != "auxtasks" || fn.Body == nil || len(fn.Body.List) != 1 {
				found = append(found, f.finding(fn.Pos(), "init: only auxtasks has these, one line each, to register a task"))
			}
		}
	}
	return found
}

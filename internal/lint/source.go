package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// module is the path that the project's own imports begin with.
const module = "github.com/auxrl/auxrl"

// source is one parsed file.
type source struct {
	path  string // from the root of the module, with slashes
	dir   string // of the package, from the root of the module; "" is the root
	test  bool   // its name ends in _test.go
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// A rule returns what it finds, one line each, beginning with the place.
type rule func(files []*source) []string

// parse parses one file, whose path is given from the root of the module.
func parse(fset *token.FileSet, name string, text []byte) (*source, error) {
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	dir := path.Dir(name)
	if dir == "." {
		dir = ""
	}
	return &source{
		path:  name,
		dir:   dir,
		test:  strings.HasSuffix(name, "_test.go"),
		lines: strings.Count(string(text), "\n"),
		fset:  fset,
		ast:   f,
	}, nil
}

// parseTree parses every Go file of the module at root: not those in testdata, in modules of their own and in directories
// that the go command passes over.
func parseTree(root string) ([]*source, error) {
	fset := token.NewFileSet()
	var files []*source
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if name != root && skipped(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := parse(fset, filepath.ToSlash(rel), text)
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

func skipped(dir string) bool {
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// finding formats a message about a place in the file.
func (f *source) finding(pos token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.fset.Position(pos).Line, fmt.Sprintf(format, args...))
}

// excused reports whether a comment on the line of pos or the line above begins with the word and a colon and goes on with a
// reason.
func (f *source) excused(pos token.Pos, word string) bool {
	line := f.fset.Position(pos).Line
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			at := f.fset.Position(c.Pos()).Line
			reason, ok := strings.CutPrefix(c.Text, "// "+word+": ")
			if ok && strings.TrimSpace(reason) != "" && (at == line || at == line-1) {
				return true
			}
		}
	}
	return false
}

// imports returns the imported path of each name that the file uses for a package.
func (f *source) imports() map[string]string {
	names := make(map[string]string)
	for _, spec := range f.ast.Imports {
		p := importPath(spec)
		name := path.Base(p)
		if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p)) // math/rand/v2 is rand
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

func importPath(spec *ast.ImportSpec) string { return strings.Trim(spec.Path.Value, "\"`") }

// matches reports whether the package is one of the patterns: a directory, "dir/*" for all below it, or "*" for all.
func matches(dir string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if below, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(dir, below)
		}
		return dir == p
	})
}

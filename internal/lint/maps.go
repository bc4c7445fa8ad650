package lint

import (
	"errors"
	"go/ast"
	"go/types"
	"path"
	"strings"
)

// ordered is where the order of a map could reach a number: these packages and those below them.
var ordered = []string{"nn", "nn/*", "agent", "agent/*", "policy", "policy/*", "auxtasks", "auxtasks/*", "replay", "replay/*"}

// checkMaps finds loops over maps, by range or by the iterators of package maps, in the packages whose results must be the
// same every time. A loop whose order cannot matter is excused by a comment: // order: why.
func checkMaps(files []*source) []string {
	imp := &importer{packages: make(map[string]*types.Package), files: make(map[string][]*source)}
	for _, f := range files {
		if !f.test {
			imp.files[f.dir] = append(imp.files[f.dir], f)
		}
	}
	var found []string
	done := make(map[string]bool)
	for _, f := range files {
		if f.test || done[f.dir] || !matches(f.dir, ordered) {
			continue
		}
		done[f.dir] = true
		info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
		imp.check(f.dir, info)
		for _, f := range imp.files[f.dir] {
			found = append(found, mapRanges(f, info)...)
			found = append(found, mapIterators(f)...)
		}
	}
	return found
}

func mapRanges(f *source, info *types.Info) []string {
	var found []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok || f.excused(loop.Pos(), "order") {
			return true
		}
		t := info.Types[loop.X].Type
		if t == nil {
			return true
		}
		if _, ok := t.Underlying().(*types.Map); ok {
			found = append(found, f.finding(loop.Pos(), "range over a map: its order is random; sort the keys, or say // order: why it cannot matter"))
		}
		return true
	})
	return found
}

// mapIterators finds maps.Keys, maps.Values and maps.All that are not sorted on the spot.
func mapIterators(f *source) []string {
	imports := f.imports()
	call := func(n ast.Node, pkg string) (*ast.CallExpr, string) {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return nil, ""
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil, ""
		}
		if x, ok := sel.X.(*ast.Ident); !ok || imports[x.Name] != pkg {
			return nil, ""
		}
		return c, sel.Sel.Name
	}
	sorted := make(map[ast.Expr]bool)
	var found []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if c, name := call(n, "slices"); strings.HasPrefix(name, "Sorted") {
			sorted[c.Args[0]] = true
		}
		c, name := call(n, "maps")
		if (name == "Keys" || name == "Values" || name == "All") && !sorted[c] && !f.excused(c.Pos(), "order") {
			found = append(found, f.finding(c.Pos(), "maps.%s: its order is random; use slices.Sorted, or say // order: why it cannot matter", name))
		}
		return true
	})
	return found
}

// importer type-checks the project's packages from the parsed files. Packages from elsewhere are empty: what they declare has
// no type here, and the errors that this causes are passed over.
type importer struct {
	packages map[string]*types.Package
	files    map[string][]*source
}

// Import implements types.Importer.
func (imp *importer) Import(p string) (*types.Package, error) {
	dir, own := projectPath(p)
	if !own || len(imp.files[dir]) == 0 {
		pkg := types.NewPackage(p, path.Base(p))
		pkg.MarkComplete()
		return pkg, nil
	}
	if pkg, seen := imp.packages[dir]; seen {
		if pkg == nil {
			return nil, errors.New("import cycle")
		}
		return pkg, nil
	}
	imp.packages[dir] = nil
	pkg := imp.check(dir, nil)
	imp.packages[dir] = pkg
	return pkg, nil
}

func (imp *importer) check(dir string, info *types.Info) *types.Package {
	files := imp.files[dir]
	trees := make([]*ast.File, len(files))
	for i, f := range files {
		trees[i] = f.ast
	}
	conf := types.Config{Importer: imp, Error: func(error) {}}
	pkg, _ := conf.Check(module+"/"+dir, files[0].fset, trees, info) // errors went to conf.Error
	return pkg
}

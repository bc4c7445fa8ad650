package lint

import (
	"slices"
	"strings"
)

const tableFile = "internal/lint/importtable.go"

// checkImports holds the imports against the tables.
func checkImports(files []*source) []string {
	var found []string
	missing := make(map[string]bool)
	for _, f := range files {
		row, known := projectRow(f.dir)
		if !known && !missing[f.dir] {
			missing[f.dir] = true
			found = append(found, f.finding(f.ast.Package, "package %s has no row: add it to projectImports in %s", f.dir, tableFile))
		}
		for _, spec := range f.ast.Imports {
			p := importPath(spec)
			if spec.Name != nil && spec.Name.Name == "." {
				found = append(found, f.finding(spec.Pos(), "%s is imported with a dot: name what is used", p))
			}
			if own, ok := projectPath(p); ok {
				if known && !mayImport(f, own, row) {
					found = append(found, f.finding(spec.Pos(), "%s may not import %s: projectImports in %s", f.dir, own, tableFile))
				}
				continue
			}
			if msg := checkOther(f, p); msg != "" {
				found = append(found, f.finding(spec.Pos(), "%s", msg))
			}
		}
	}
	return found
}

func projectRow(dir string) (may []string, ok bool) {
	for _, row := range projectImports {
		if row.pkg == dir {
			return row.may, true
		}
	}
	return nil, false
}

// projectPath returns the directory of a package of the project.
func projectPath(p string) (dir string, ok bool) {
	if p == module {
		return "", true
	}
	return strings.CutPrefix(p, module+"/")
}

func mayImport(f *source, own string, row []string) bool {
	return matches(own, row) || f.test && (own == f.dir || slices.Contains(testImports, own))
}

// checkOther returns a message if the file may not import the path, which is not the project's.
func checkOther(f *source, p string) string {
	best := -1
	for i, row := range otherImports {
		fits := p == row.path || !row.std && strings.HasPrefix(p, row.path+"/")
		if fits && (best < 0 || len(row.path) > len(otherImports[best].path)) {
			best = i
		}
	}
	first, _, _ := strings.Cut(p, "/")
	switch {
	case best < 0 && strings.Contains(first, "."):
		return p + " comes from outside and has no row: add it to otherImports in " + tableFile
	case best < 0:
		return ""
	}
	row := otherImports[best]
	if matches(f.dir, row.by) || f.test && row.tests {
		return ""
	}
	return f.dir + " may not import " + p + ": otherImports in " + tableFile
}

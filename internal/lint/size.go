package lint

import (
	"fmt"
	"go/ast"
)

// maxLines is how long a file may be: tests and generated files as long as they like.
const maxLines = 700

// longFiles has a reason for each file that is longer.
var longFiles = map[string]string{}

func checkSize(files []*source) []string { return checkSizes(files, longFiles) }

func checkSizes(files []*source, long map[string]string) []string {
	var found []string
	for _, f := range files {
		reason, listed := long[f.path]
		isLong := f.lines > maxLines && !f.test && !ast.IsGenerated(f.ast)
		switch {
		case isLong && reason == "":
			found = append(found, fmt.Sprintf("%s: %d lines are more than %d: split it by ideas, or give a reason in longFiles in internal/lint/size.go",
				f.path, f.lines, maxLines))
		case listed && !isLong:
			found = append(found, fmt.Sprintf("%s: %d lines are not too long: take it off longFiles in internal/lint/size.go", f.path, f.lines))
		}
	}
	return found
}

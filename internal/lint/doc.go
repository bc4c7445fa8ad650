// Package lint holds the project's own rules about its source, checked by the package's tests: what may import what
// (importtable.go), what libraries may not call (calls.go), where the order of a map could reach a result (maps.go), names
// and build tags (names.go), and how long a file may get (size.go).
//
// A rule that stands in the way is changed here, in a commit that says why; the tables are the place to look first.
// Rules parse the tree themselves and work on syntax, with types where they are needed for maps.
package lint

package lint

// projectImports says which packages of the project a package may import: what the code is made of, from the bottom up.
// Changing a row is a design decision; its commit says why. A new package needs a row.
var projectImports = []struct {
	pkg string
	may []string // directories; "dir/*" is everything below dir, "*" everything
}{
	{"internal/f32", nil},
	{"internal/rng", nil},
	{"internal/npyrand", nil},
	{"internal/team", nil},
	{"internal/typo", nil},
	{"internal/run", nil},
	{"internal/config", nil},
	{"internal/tb", nil},
	{"internal/live", []string{"internal/run"}},
	{"stats", []string{"internal/rng"}},
	{"viz", nil},
	{"viz/plot", nil},
	{"viz/window", []string{"viz"}},
	{"viz/page", []string{"viz"}},

	{"env", []string{"internal/rng", "internal/team", "internal/typo"}},
	{"env/envtest", []string{"env", "internal/rng"}},
	{"env/probe", []string{"env", "internal/rng"}},
	{"env/maze", []string{"env", "internal/rng"}},
	{"env/minigrid", []string{"env", "internal/npyrand"}},
	{"env/minatar", []string{"env", "internal/npyrand"}},
	{"env/catalog", []string{"env", "env/*"}},

	{"f32blas", []string{"internal/f32"}},
	{"replay", []string{"internal/rng", "internal/team"}},
	{"nn", []string{"internal/f32", "internal/rng", "internal/team"}},
	{"auxtasks", []string{"nn", "replay", "internal/f32", "internal/rng"}},
	{"auxtasks/tasktest", []string{"auxtasks", "policy", "nn", "replay", "internal/rng"}},
	{"policy", []string{"nn", "replay", "auxtasks", "internal/rng", "internal/team", "internal/run"}},
	{"agent", []string{"env", "policy", "auxtasks", "replay", "nn", "stats", "internal/rng", "internal/team", "internal/run", "internal/live"}},
	{"internal/study", []string{"agent", "env", "stats", "viz/plot", "internal/config", "internal/run"}},
	{"internal/bench", []string{"agent", "env", "policy", "replay", "nn", "internal/f32", "internal/rng", "internal/team"}},

	{"internal/sweep", []string{"internal/study", "internal/config", "internal/rng", "stats"}},

	{"cli", []string{"*"}},
	{"cmd/rlrun", []string{"cli", "env/catalog"}},
	{"examples/ownloop", []string{"auxtasks"}},
	{"examples/newtask", []string{"auxtasks", "cli", "nn"}},
	{"examples/vision", []string{"agent", "auxtasks", "env", "env/catalog"}},
	{"internal/lint", []string{"*"}},
	{"internal/systest", []string{"*"}},
}

// testImports is what test files may import beyond the row of their package, and their package itself.
var testImports = []string{"env", "env/envtest", "auxtasks/tasktest", "env/catalog", "env/minigrid", "env/probe",
	"internal/f32"} // for the peak that benchmarks measure against

// otherImports says which packages may import what comes from outside the project, or from a part of the standard library
// that is kept in one place. Of several rows, the longest that fits counts; a module from outside needs one.
var otherImports = []struct {
	path  string // the package and those below it
	by    []string
	tests bool // test files may, wherever they are
	std   bool // of the standard library: the package alone
}{
	{path: "golang.org/x/exp/rand", by: []string{"internal/rng"}},
	{path: "golang.org/x/sys", by: []string{"internal/f32"}},
	{path: "golang.org/x/term", by: []string{"viz", "cli"}},
	{path: "golang.org/x/image", by: []string{"viz", "viz/plot", "cli"}},
	{path: "github.com/spf13/cobra", by: []string{"cli"}},
	{path: "github.com/spf13/pflag", by: []string{"cli"}},
	{path: "github.com/pelletier/go-toml/v2", by: []string{"internal/config"}},
	{path: "github.com/faiface", by: []string{"viz/window"}},
	{path: "github.com/go-gl", by: []string{"viz/window"}},
	{path: "gonum.org/v1/plot", by: []string{"viz/plot"}},
	{path: "gonum.org/v1/gonum", by: []string{"nn", "stats", "agent", "f32blas"}, tests: true},
	{path: "github.com/nlpodyssey/safetensors", by: []string{"internal/run"}},
	{path: "github.com/klauspost/compress", by: []string{"agent"}}, // of replay in checkpoints
	{path: "pgregory.net/rapid", tests: true},
	{path: "go.uber.org/goleak", tests: true},

	{path: "math/rand", by: []string{"internal/rng"}, std: true},
	{path: "math/rand/v2", by: []string{"internal/rng"}, std: true},
	{path: "crypto/rand", by: []string{"viz/page"}, std: true}, // tokens of the viewer
	{path: "C", std: true}, // C is never required
}

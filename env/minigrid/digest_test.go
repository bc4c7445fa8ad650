package minigrid

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// digestRow is a line of testdata/digests.tsv, measured on Minigrid 3.1.0.
type digestRow struct {
	id                  string
	size                string
	limit               int
	seeThrough, actions int
	layout, trace       string
	episodes, successes int
}

func digestRows(t *testing.T) []digestRow {
	t.Helper()
	b, err := os.ReadFile("testdata/digests.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []digestRow
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Scan() // names of the columns
	for sc.Scan() {
		var r digestRow
		_, err := fmt.Sscan(sc.Text(), &r.id, &r.size, &r.limit, &r.seeThrough, &r.actions, &r.layout, &r.trace, &r.episodes, &r.successes)
		if err != nil {
			t.Fatalf("%q: %v", sc.Text(), err)
		}
		rows = append(rows, r)
	}
	return rows
}

// rig is a world with the buffers that it writes to.
type rig struct {
	*World
	obs []byte
	vec []float32
}

func newRig(t testing.TB, id string) *rig {
	t.Helper()
	w, err := New(id)
	if err != nil {
		t.Fatal(err)
	}
	return newRigOf(w)
}

func newRigOf(w *World) *rig {
	spec := w.Spec()
	return &rig{w, make([]byte, spec.ObsLen()), make([]float32, spec.VecLen())}
}

// poison fills the buffers with what no world writes.
func (r *rig) poison() {
	for i := range r.obs {
		r.obs[i] = 0xee
	}
	for i := range r.vec {
		r.vec[i] = -7
	}
}

func (r *rig) reset() {
	r.poison()
	r.Reset(r.obs, r.vec)
}

func (r *rig) step(action int) env.Step {
	r.poison()
	return r.Step(action, r.obs, r.vec)
}

// transposed returns obs [vy][vx][3] as [vx][vy][3].
func transposed(obs []byte, view int) []byte {
	var b []byte
	for vx := range view {
		for vy := range view {
			o := 3 * (vy*view + vx)
			b = append(b, obs[o:o+3]...)
		}
	}
	return b
}

// actor is the policy of the fixtures' traces.
type actor uint64

func (a *actor) next(n int) int {
	*a = *a*6364136223846793005 + 1442695040888963407
	return int(uint64(*a>>33) % uint64(n))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

func TestDigests(t *testing.T) {
	rows := digestRows(t)
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.id)
		t.Run(r.id, func(t *testing.T) { checkDigests(t, r) })
	}
	got := slices.DeleteFunc(IDs(), func(id string) bool { return strings.Contains(id, "Fixed-") }) // the original has none
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		t.Errorf("IDs and testdata/digests.tsv disagree: %q, %q", got, ids)
	}
}

func checkDigests(t *testing.T, r digestRow) {
	w := newRig(t, r.id)
	w.Seed(0)
	w.reset()
	spec := w.Spec()
	if size := fmt.Sprintf("%dx%d", w.grid.w, w.grid.h); size != r.size || w.limit != r.limit || len(spec.Actions) != r.actions ||
		w.entry.seeThrough != (r.seeThrough == 1) {
		t.Errorf("size %s, limit %d, %d actions, see-through %t; want %+v", size, w.limit, len(spec.Actions), w.entry.seeThrough, r)
	}
	if spec.StepLimit != 0 && spec.StepLimit != r.limit {
		t.Errorf("StepLimit %d, want %d", spec.StepLimit, r.limit)
	}
	if got := layoutDigest(t, r.id); got != r.layout {
		t.Errorf("layout: got %s, want %s", got, r.layout)
	}
	got, episodes, successes := traceDigest(t, r.id)
	if got != r.trace || episodes != r.episodes || successes != r.successes {
		t.Errorf("trace: got %s, %d episodes, %d successes; want %s, %d, %d", got, episodes, successes, r.trace, r.episodes, r.successes)
	}
}

func layoutDigest(t *testing.T, id string) string {
	var b []byte
	for seed := range uint64(100) {
		w := newRig(t, id)
		w.Seed(seed)
		w.reset()
		b = w.AppendLayout(b)
	}
	return digest(b)
}

// traceDigest also holds the observations that Step writes against those of the digest, which are made another way.
func traceDigest(t *testing.T, id string) (sum string, episodes, successes int) {
	var b []byte
	for seed := range uint64(3) {
		w := newRig(t, id)
		w.Seed(seed)
		w.reset()
		b = w.AppendReset(b)
		w.checkView(t, b[len(b)-148:])
		act := actor(seed)
		for range 1000 {
			s := w.step(act.next(len(w.Spec().Actions)))
			was := len(b)
			b = w.AppendStep(b, s)
			w.checkView(t, b[was:was+148])
			if s.End == env.Running {
				continue
			}
			episodes++
			if s.Reward >= success {
				successes++
			}
			w.reset()
			b = w.AppendReset(b)
		}
	}
	return digest(b), episodes, successes
}

// checkView compares the observation with 147 bytes of image and one of direction as digests hold them.
func (r *rig) checkView(t *testing.T, want []byte) {
	t.Helper()
	if got := transposed(r.obs, r.view); !bytes.Equal(got, want[:147]) {
		t.Fatalf("image: got %x, want %x", got, want[:147])
	}
	if err := r.differsVector(int(want[147])); err != nil {
		t.Fatal(err)
	}
}

func TestIDsAndDescribe(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range IDs() {
		if seen[id] {
			t.Errorf("%s is listed twice", id)
		}
		seen[id] = true
		if s := Describe(id); s == "" || strings.Contains(s, "\n") {
			t.Errorf("%s: description %q is not one line", id, s)
		}
	}
	if got := Describe("MiniGrid-Nowhere-v0"); got != "" {
		t.Errorf("an unknown id is described as %q", got)
	}
	if _, err := New("MiniGrid-Nowhere-v0"); err == nil || !strings.Contains(err.Error(), "MiniGrid-Nowhere-v0") {
		t.Errorf("New of an unknown id: error %v does not name it", err)
	}
}

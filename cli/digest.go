package cli

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/env"
	"github.com/spf13/cobra"
)

// digestFlags are those of `envs digest`.
type digestFlags struct {
	layout, trace, policy string
	steps                 count
	json                  bool
}

func (a *app) digestCmd() *cobra.Command {
	f := digestFlags{layout: "0:100", trace: "0,1,2", steps: count{1000, 0, maxSteps}}
	cmd := &cobra.Command{
		Use:   "digest ID",
		Short: "Hash a world, to compare it with its original",
		Long: `Hash a world's layouts and a trace through it, to compare it with its original
in another language. Printed are the first 16 hexadecimal digits of the SHA-256.

layout: for each seed of A..B-1 a fresh world is seeded and reset, and described
        as its original describes itself.
trace:  for each listed seed a fresh world is seeded and reset, then N steps are
        taken; before each, x becomes x*6364136223846793005+1442695040888963407
        (modulo 2^64, beginning at the seed), and the action is
        policy[(x>>33) mod len(policy)] mod actions. Where an episode ends, the
        next begins in the same stream.

Worlds without an original are hashed by observation (bytes, then floats),
reward (float64), terminated and truncated (a byte each), little endian.`,
		Example: fmt.Sprintf(`  %[1]s envs digest MiniGrid-DoorKey-8x8-v0
  %[1]s envs digest MiniGrid-Empty-5x5-v0 --trace 7 --steps 500 --policy 2,2,1`, a.name),
		Args: exactly(1, "ID, the world's id,"),
		RunE: func(_ *cobra.Command, args []string) error { return a.digest(args[0], f) },

		ValidArgsFunction: a.completeEnvs,
	}
	cmd.Flags().StringVar(&f.layout, "layout", f.layout, "seeds `A:B` of the layouts, B excluded")
	cmd.Flags().StringVar(&f.trace, "trace", f.trace, "seeds `S1,S2` of the traces")
	cmd.Flags().Var(&f.steps, "steps", "length of each trace")
	cmd.Flags().StringVar(&f.policy, "policy", "", "actions `a0,a1,...` to choose from (default: all)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	completeFlags(cmd, map[string][]string{"layout": nil, "trace": nil, "steps": nil, "policy": nil})
	return cmd
}

func (a *app) digest(id string, f digestFlags) error {
	build, err := a.world(id)
	if err != nil {
		return err
	}
	from, to, err := parseRange(f.layout)
	if err != nil {
		return err
	}
	seeds, err := parseList(f.trace, "--trace", 64)
	if err != nil {
		return err
	}
	var policy []uint64
	if f.policy != "" {
		if policy, err = parseList(f.policy, "--policy", 31); err != nil {
			return err
		}
	}
	layout, err := layoutDigest(a.ctx, build, from, to)
	if err != nil {
		return err
	}
	trace, err := traceDigest(a.ctx, build, seeds, f.steps.n, policy)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(a.out).Encode(object{{"v", 1}, {"kind", "digest"}, {"id", id}, {"layout", layout}, {"trace", trace}})
	}
	_, err = fmt.Fprintf(a.out, "layout %s\ntrace %s\n", layout, trace)
	return err
}

// parseRange reads "A:B".
func parseRange(text string) (from, to uint64, err error) {
	lo, hi, ok := strings.Cut(text, ":")
	from, err1 := strconv.ParseUint(lo, 10, 64)
	to, err2 := strconv.ParseUint(hi, 10, 64)
	if !ok || err1 != nil || err2 != nil || to < from {
		return 0, 0, usagef("--layout takes seeds A:B such as 0:100, not %q", text)
	}
	return from, to, nil
}

// parseList reads numbers of so many bits with commas between.
func parseList(text, flag string, bits int) ([]uint64, error) {
	var list []uint64
	for _, word := range strings.Split(text, ",") {
		v, err := strconv.ParseUint(strings.TrimSpace(word), 10, bits)
		if err != nil {
			return nil, usagef("%s takes whole numbers with commas between, such as 0,1,2, not %q", flag, text)
		}
		list = append(list, v)
	}
	return list, nil
}

// subject is a world with room for its observation.
type subject struct {
	env.Env
	obs []byte
	vec []float32
}

func newSubject(build func() (env.Env, error)) (*subject, error) {
	w, err := build()
	if err != nil {
		return nil, err
	}
	s := w.Spec()
	return &subject{w, make([]byte, s.ObsLen()), make([]float32, s.VecLen())}, nil
}

// appendObs describes a world without an original.
func (p *subject) appendObs(b []byte) []byte {
	b = append(b, p.obs...)
	for _, v := range p.vec {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func (p *subject) appendReset(b []byte) []byte {
	if d, ok := env.As[env.Digester](p.Env); ok {
		return d.AppendReset(b)
	}
	return p.appendObs(b)
}

func (p *subject) appendStep(b []byte, s env.Step) []byte {
	if d, ok := env.As[env.Digester](p.Env); ok {
		return d.AppendStep(b, s)
	}
	b = binary.LittleEndian.AppendUint64(p.appendObs(b), math.Float64bits(s.Reward))
	return append(b, bit(s.End == env.Terminated), bit(s.End == env.Truncated))
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func layoutDigest(ctx context.Context, build func() (env.Env, error), from, to uint64) (string, error) {
	h := sha256.New()
	var b []byte
	for seed := from; seed < to; seed++ {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		p, err := newSubject(build)
		if err != nil {
			return "", err
		}
		p.Seed(seed)
		p.Reset(p.obs, p.vec)
		if d, ok := env.As[env.Digester](p.Env); ok {
			b = d.AppendLayout(b[:0])
		} else {
			b = p.appendObs(b[:0])
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

func traceDigest(ctx context.Context, build func() (env.Env, error), seeds []uint64, steps int, policy []uint64) (string, error) {
	h := sha256.New()
	var b []byte
	for _, seed := range seeds {
		p, err := newSubject(build)
		if err != nil {
			return "", err
		}
		actions := uint64(len(p.Spec().Actions))
		if policy == nil {
			for i := range actions {
				policy = append(policy, i)
			}
		}
		p.Seed(seed)
		p.Reset(p.obs, p.vec)
		h.Write(p.appendReset(b[:0]))
		x := seed
		for step := range steps {
			if step%1000 == 0 && ctx.Err() != nil {
				return "", ctx.Err()
			}
			x = x*6364136223846793005 + 1442695040888963407
			act := policy[(x>>33)%uint64(len(policy))] % actions
			s := p.Step(int(act), p.obs, p.vec)
			b = p.appendStep(b[:0], s)
			if s.End != env.Running {
				p.Reset(p.obs, p.vec)
				b = p.appendReset(b)
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

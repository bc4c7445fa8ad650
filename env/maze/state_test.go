package maze

import (
	"bytes"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// What env/envtest does not compare: everything that a world tells beside observations, after it was restored.
func TestRestoredAbilities(t *testing.T) {
	for _, r := range tasks {
		a, b := small(t, r.name, Levels{}), small(t, r.name, Levels{})
		obs, vec := a.Spec().Buffers()
		a.Seed(4)
		a.Reset(obs, vec)
		for i := range uint64(60) {
			if a.phase == running {
				a.advance(rng.Below(rng.At(2, i/5), len(a.spec.Actions)))
			}
			if i%7 != 0 {
				continue
			}
			if err := b.RestoreState(a.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
			if told(a) != told(b) {
				t.Fatalf("%s, decision %d: a restored world tells something else", r.name, i)
			}
		}
	}
}

// told returns all that a world tells.
func told(w *World) string {
	signals := make([]float32, w.spec.SignalsLen())
	w.Signals(signals)
	var b bytes.Buffer
	for _, s := range signals {
		b.WriteString(string(rune(math.Float32bits(s)>>16)) + string(rune(math.Float32bits(s)&0xffff)))
	}
	img := image.NewRGBA(image.Rect(0, 0, smallest, smallest))
	w.RenderView(img)
	b.Write(img.Pix)
	img = image.NewRGBA(image.Rectangle{Max: w.RenderSize(image.Pt(1, 1))})
	w.Render(img)
	b.Write(img.Pix)
	for _, v := range []uint64{w.Milestones(), w.Key(), math.Float64bits(w.Potential())} {
		b.WriteString(string(rune(v&0xffff)) + string(rune(v>>48)))
	}
	return b.String()
}

func TestRestoreRefuses(t *testing.T) {
	w := reset(t, "RandomGoal01-Train")
	good := w.AppendState(nil)
	other := func(change func(*Config)) *World {
		cfg := w.cfg
		change(&cfg)
		v, err := NewWith(w.spec.ID, cfg)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, v := range map[string]*World{
		"another task":   reset(t, "RandomGoal02-Train"),
		"other levels":   other(func(c *Config) { c.Levels = TestLevels }),
		"another layout": other(func(c *Config) { c.Layout = 1 }),
		"other textures": other(func(c *Config) { c.Texture = 1 }),
		"other actions":  other(func(c *Config) { c.Actions = Six }),
	} {
		if err := v.RestoreState(good); err == nil || !strings.Contains(err.Error(), "another world") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := other(func(c *Config) { c.Size = 30 }).RestoreState(good); err != nil {
		t.Errorf("another size: %v", err)
	}
	for name, spoil := range map[string]func(v *World){
		"a level of the other half": func(v *World) { v.number = TestLevel },
		"in a wall":                 func(v *World) { v.body.x = 0.5 },
		"nowhere":                   func(v *World) { v.body.y = math.NaN() },
		"too late":                  func(v *World) { v.steps = 900 },
		"no such thing":             func(v *World) { v.things[0].kind = kinds },
		"a thing in a wall":         func(v *World) { v.things[0].tile = 0 },
		"no such heading":           func(v *World) { v.body.heading = turns },
	} {
		v := reset(t, "RandomGoal01-Train")
		spoil(v)
		if err := w.RestoreState(v.AppendState(nil)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

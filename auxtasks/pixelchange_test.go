package auxtasks_test

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
)

// near reports whether got is want, to 1e-6 relative to the larger of want and 1.
func near(got float32, want float64) bool {
	return math.Abs(float64(got)-want) <= 1e-6*math.Max(1, math.Abs(want))
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

func TestPixelChangeOracle(t *testing.T) {
	next := []byte{
		1, 0, 0, 0,
		0, 0, 0, 0,
		0, 0, 1, 1,
		0, 0, 1, 1,
	}
	dst := []float32{9, 9, 9, 9}
	grid := auxtasks.PixelGrid(4, 4, 2)
	auxtasks.PixelChange(dst, make([]byte, 16), next, grid, 4, []float32{1})
	for i := range next { // a half where the block is
		if i >= 8 {
			next[i] *= 127
		}
	}
	for i, want := range []float64{0.25, 0, 0, 1} {
		if !near(dst[i], want) {
			t.Errorf("cell %d: got %v, want %v", i, dst[i], want)
		}
	}
	auxtasks.PixelChange(dst, next, make([]byte, 16), grid, 4, []float32{1.0 / 254})
	for i, want := range []float64{0.25 / 254, 0, 0, 0.5} {
		if !near(dst[i], want) {
			t.Errorf("in halves, cell %d: got %v, want %v", i, dst[i], want)
		}
	}
}

func TestPixelGrid(t *testing.T) {
	for _, c := range []struct {
		h, w, cell int
		want       auxtasks.Grid
	}{
		{84, 84, 0, auxtasks.Grid{Top: 2, Left: 2, Cell: 4, Rows: 20, Cols: 20}},
		{64, 64, 0, auxtasks.Grid{Cell: 4, Rows: 16, Cols: 16}},
		{56, 56, 0, auxtasks.Grid{Cell: 8, Rows: 7, Cols: 7}},
		{42, 42, 0, auxtasks.Grid{Top: 1, Left: 1, Cell: 4, Rows: 10, Cols: 10}},
		{10, 10, 0, auxtasks.Grid{Cell: 2, Rows: 5, Cols: 5}},
		{10, 10, 1, auxtasks.Grid{Cell: 1, Rows: 10, Cols: 10}},
		{7, 7, 0, auxtasks.Grid{Cell: 1, Rows: 7, Cols: 7}},
		{160, 210, 0, auxtasks.Grid{Top: 0, Left: 1, Cell: 8, Rows: 20, Cols: 26}},
		{25, 13, 0, auxtasks.Grid{Top: 0, Left: 0, Cell: 2, Rows: 12, Cols: 6}},
		{9, 40, 0, auxtasks.Grid{Cell: 1, Rows: 9, Cols: 40}},
		{1, 1, 0, auxtasks.Grid{Cell: 1, Rows: 1, Cols: 1}},
		{70, 69, 0, auxtasks.Grid{Top: 3, Left: 2, Cell: 4, Rows: 16, Cols: 16}},
		{3, 3, 5, auxtasks.Grid{Top: 1, Left: 1, Cell: 5}},
	} {
		if got := auxtasks.PixelGrid(c.h, c.w, c.cell); got != c.want {
			t.Errorf("%dx%d, cells of %d: got %+v, want %+v", c.h, c.w, c.cell, got, c.want)
		}
	}
}

// slowChange is the formula, pixel by pixel.
func slowChange(obs, next []byte, g auxtasks.Grid, width int, scale []float32, row, col int) float64 {
	sum, n := 0.0, 0
	for y := range g.Cell {
		for x := range g.Cell {
			for c, s := range scale {
				if s == 0 {
					continue
				}
				at := ((g.Top+row*g.Cell+y)*width+g.Left+col*g.Cell+x)*len(scale) + c
				sum += float64(s) * math.Abs(float64(obs[at])-float64(next[at]))
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func TestPixelChangeIsTheMeanOfDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		h, w, cell int
		scale      []float32
	}{
		"UNREAL":                  {84, 84, 0, []float32{1. / 255, 1. / 255, 1. / 255}},
		"half a pair of words":    {9, 13, 4, []float32{1}},
		"odd lines":               {15, 10, 3, []float32{2}},
		"symbols":                 {7, 7, 0, []float32{0.1, 0.2, 0.5}},
		"one symbol only":         {7, 7, 0, []float32{0.1, 0, 0.5}},
		"the newest of a stack":   {12, 12, 4, []float32{0, 0, 0, 1. / 255}},
		"two channels of a stack": {12, 11, 2, []float32{0, 0, 0.5, 0.5}},
		"the older ones":          {12, 12, 4, []float32{0.5, 0.5, 0, 0}},
		"nothing":                 {4, 4, 2, []float32{0, 0}},
		"lines beyond the room":   {8, 600, 4, []float32{1. / 255}},
		"cells beyond the lanes":  {260, 131, 130, []float32{1. / 255, 1. / 255}},
		"the largest in lanes":    {127, 128, 127, []float32{1, 1, 1, 1}},
	} {
		size := c.h * c.w * len(c.scale)
		obs, next := make([]byte, size), make([]byte, size)
		for i := range obs {
			u := rng.At(4, uint64(i))
			obs[i], next[i] = byte(u), byte(u>>8)
			if u>>16&3 == 0 {
				obs[i], next[i] = 0, 255 // the farthest
			}
		}
		g := auxtasks.PixelGrid(c.h, c.w, c.cell)
		dst := make([]float32, g.Cells())
		auxtasks.PixelChange(dst, obs, next, g, c.w, c.scale)
		for i, got := range dst {
			if want := slowChange(obs, next, g, c.w, c.scale, i/g.Cols, i%g.Cols); !near(got, want) {
				t.Errorf("%s: cell %d: got %v, want %v", name, i, got, want)
				break
			}
		}
	}
}

func TestPixelScales(t *testing.T) {
	frames := auxtasks.Dims{C: 6, Frames: 2}
	symbols := auxtasks.Dims{C: 3, Codes: []int{11, 6, 1}}
	for i, want := range []float64{0, 0, 0, 1. / 255, 1. / 255, 1. / 255} {
		if got := auxtasks.PixelScales(&frames)[i]; !near(got, want) {
			t.Errorf("frames: channel %d: got %v, want %v", i, got, want)
		}
	}
	for i, want := range []float64{1. / 10, 1. / 5, 0} {
		if got := auxtasks.PixelScales(&symbols)[i]; !near(got, want) {
			t.Errorf("symbols: channel %d: got %v, want %v", i, got, want)
		}
	}
}

func TestChangePanics(t *testing.T) {
	g := auxtasks.PixelGrid(4, 4, 2)
	for name, f := range map[string]func(){
		"too few cells": func() {
			auxtasks.PixelChange(make([]float32, 3), make([]byte, 16), make([]byte, 16), g, 4, []float32{1})
		},
		"frames differ": func() {
			auxtasks.PixelChange(make([]float32, 4), make([]byte, 16), make([]byte, 15), g, 4, []float32{1})
		},
		"no maps":           func() { auxtasks.FeatureChange(nil, nil, nil, 4, 0) },
		"maps of odd sizes": func() { auxtasks.FeatureChange(make([]float32, 3), make([]float32, 4), make([]float32, 4), 4, 3) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func TestFeatureChange(t *testing.T) {
	x, next := []float32{1, 2, 3, 4, 0, 0, 0, 0}, []float32{2, 0, 3, 8, 0, 1, -1, 0}
	dst := make([]float32, 4)
	auxtasks.FeatureChange(dst, x, next, 4, 2)
	for i, want := range []float64{1.5, 2, 0.5, 0.5} {
		if !near(dst[i], want) {
			t.Errorf("unit %d: got %v, want %v", i, dst[i], want)
		}
	}
	each := make([]float32, 8)
	auxtasks.FeatureChange(each, x, next, 4, 4)
	for i := range each {
		if want := math.Abs(float64(next[i] - x[i])); !near(each[i], want) {
			t.Errorf("unit %d alone: got %v, want %v", i, each[i], want)
		}
	}
}

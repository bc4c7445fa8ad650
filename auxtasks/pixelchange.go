package auxtasks

import "github.com/auxrl/auxrl/internal/f32"

// Grid cuts the middle of an image into Rows x Cols square cells of Cell x Cell pixels; the first begins at pixel (Top, Left).
type Grid struct {
	Top, Left  int
	Cell       int
	Rows, Cols int
}

// Cells returns how many there are.
func (g Grid) Cells() int { return g.Rows * g.Cols }

// PixelGrid returns the grid of pixel control for images of h x w pixels, with cells of the given side; 0 takes that of the table.
// What does not fill a cell is cropped, evenly on both sides.
//
//	image   cropped  cell  grid     of
//	84x84   80       4     20x20    UNREAL
//	64x64   64       4     16x16
//	56x56   56       8     7x7      seven tiles of eight pixels
//	42x42   40       4     10x10    A3C on small frames
//	10x10   10       2     5x5      MinAtar; 1 makes it 10x10
//	7x7     7        1     7x7      MiniGrid
//
// Other images take, with n their shorter side: 1 below 10 pixels, 2 below 40, then the largest that gives 20 cells or more, at
// least 4. Of an odd number of cells above 16 one is cropped too, as UNREAL does.
func PixelGrid(h, w, cell int) Grid {
	if cell == 0 {
		cell = cellSide(min(h, w))
	}
	g := Grid{Cell: cell, Rows: cellCount(h, cell), Cols: cellCount(w, cell)}
	g.Top, g.Left = (h-g.Rows*cell)/2, (w-g.Cols*cell)/2
	return g
}

func cellSide(n int) int {
	switch {
	case n == 56:
		return 8
	case n >= 40:
		return max(4, n/20)
	case n >= 10:
		return 2
	}
	return 1
}

func cellCount(n, cell int) int {
	count := n / cell
	if count > 16 && count%2 == 1 {
		count--
	}
	return count
}

// PixelScales returns what a step of each channel's bytes is worth in pixel change, [C]: 1/255 for intensities, one over the number
// of symbols less one for symbols, and 0 for the older frames of a stack, which are not looked at.
func PixelScales(d *Dims) []float32 {
	scales := make([]float32, d.C)
	for c := d.C - d.Newest(); c < d.C; c++ {
		switch {
		case d.Codes == nil:
			scales[c] = 1.0 / 255
		case d.Codes[c] > 1:
			scales[c] = 1 / float32(d.Codes[c]-1)
		}
	}
	return scales
}

// PixelChange sets dst, [g.Rows, g.Cols], to how much each cell changes from obs to next: the mean, over pixels and those channels
// whose scale is not 0, of scale |next - obs| (Jaderberg et al. 2016, sect. 3.1). obs and next are [H, W, C] with W = width and C =
// len(scale). With the scales of PixelScales it is in [0, 1].
func PixelChange(dst []float32, obs, next []byte, g Grid, width int, scale []float32) {
	if len(dst) != g.Cells() || len(obs) != len(next) {
		panic("auxtasks: PixelChange: lengths differ")
	}
	clear(dst)
	from, used, alike := channels(scale)
	if used == 0 {
		return
	}
	part := 1 / float32(g.Cell*g.Cell*used)
	if from == 0 && alike {
		addChange(dst, obs, next, g, width, 0, used, used, part*scale[0])
		return
	}
	for c, s := range scale {
		if s != 0 {
			addChange(dst, obs, next, g, width, c, 1, len(scale), part*s)
		}
	}
}

// channels returns the first channel that is looked at, how many are, and whether they are the last ones and have one scale.
func channels(scale []float32) (first, used int, alike bool) {
	alike = true
	first = -1
	for c, s := range scale {
		if s == 0 {
			alike = alike && used == 0
			continue
		}
		if used == 0 {
			first = c
		}
		alike = alike && s == scale[first]
		used++
	}
	return first, used, alike
}

// addChange adds to each cell s times the sum of differences over n channels from c on, of pixels that are step bytes apart.
func addChange(dst []float32, obs, next []byte, g Grid, width, c, n, step int, s float32) {
	if n == step && g.Cell*n%4 == 0 {
		addWords(dst, obs, next, g, width*n, n, s)
		return
	}
	for i := range g.Rows {
		for j := range g.Cols {
			at := ((g.Top+i*g.Cell)*width+g.Left+j*g.Cell)*step + c
			sum := 0
			for range g.Cell {
				for x := at; x < at+g.Cell*step; x += step {
					for k := x; k < x+n; k++ {
						d := int(obs[k]) - int(next[k])
						sum += max(d, -d)
					}
				}
				at += width * step
			}
			dst[i*g.Cols+j] += s * float32(sum)
		}
	}
}

// addWords is addChange of all n channels, where a line of a cell is whole words of four bytes. line is the length of a line of the
// image in bytes.
func addWords(dst []float32, obs, next []byte, g Grid, line, n int, s float32) {
	var sums [256]uint32 // of words, one above the other
	words, row := g.Cell*n/4, g.Cols*g.Cell*n
	for i := range g.Rows {
		cells := dst[i*g.Cols : (i+1)*g.Cols]
		cell, left := 0, words
		for from := 0; from < row; from += 4 * len(sums) {
			to := min(from+4*len(sums), row)
			part := sums[:(to-from)/4]
			clear(part)
			at := (g.Top+i*g.Cell)*line + g.Left*n
			for range g.Cell {
				f32.Differences(part, obs[at+from:at+to], next[at+from:at+to])
				at += line
			}
			for _, sum := range part {
				cells[cell] += s * float32(sum)
				if left--; left == 0 {
					cell, left = cell+1, words
				}
			}
		}
	}
}

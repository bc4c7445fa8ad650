package f32

// Lookup describes a convolution of symbols, each standing for a one-hot vector, with a matrix W [symbols, N]. Symbols are
// bytes; an output sees Segs*K of them, and each place among these has rows of W of its own:
//
//	Y[r,t,m,n] = max(floor, bias[n] + Σ_s Σ_k W[Places[s,k].Base + X[r,t,m,s,k], n])
//	X[r,t,m,s,k] = X[r*XBatch + t*XTile + m*XRow + s*XSeg + k] < Places[s,k].Count
//
// Y is [Rows, Tiles, M, N], Places is [Segs, K]. The zeros of the one-hot vectors are never touched. The sum is one of groups: Group
// neighbouring k's are added up first, so that a table of such sums, read as symbols with a Group of 1, gives the same bits.
type Lookup struct {
	X                         []byte
	Places                    []Place
	Rows, Tiles, M, N         int
	Segs, K, Group            int
	XBatch, XTile, XRow, XSeg int
}

// Place says which rows of W belong to the symbols at one place.
type Place struct{ Base, Count int32 }

// Embed computes a Lookup. It panics on a code that is not below its Count.
func Embed(y, w, bias []float32, floor float32, l *Lookup) {
	l.check(y, w, bias)
	if !embed(y, w, bias, floor, l) {
		panic("f32: Embed: a code is too large")
	}
}

// EmbedBack adds the gradients of Embed with respect to w and bias, where dy is that with respect to y before the floor. It
// panics on a code that is not below its Count.
func EmbedBack(gw, gBias, dy []float32, l *Lookup) {
	l.check(dy, gw, gBias)
	if !embedBack(gw, gBias, dy, l) {
		panic("f32: EmbedBack: a code is too large")
	}
}

// check panics unless everything is in its place; what codes name is checked as they are read.
func (l *Lookup) check(y, w, bias []float32) {
	places := l.Segs * l.K
	if l.Rows <= 0 || l.Tiles <= 0 || l.M <= 0 || l.N <= 0 || l.Segs <= 0 || l.K <= 0 || l.Group <= 0 || l.K%l.Group != 0 {
		panic("f32: Embed: a dimension is not positive, or K no multiple of Group")
	}
	if len(y) != l.Rows*l.Tiles*l.M*l.N || len(bias) != l.N || len(l.Places) != places ||
		min(l.XBatch, l.XTile, l.XRow, l.XSeg) < 0 ||
		(l.Rows-1)*l.XBatch+(l.Tiles-1)*l.XTile+(l.M-1)*l.XRow+(l.Segs-1)*l.XSeg+l.K > len(l.X) {
		panic("f32: Embed: lengths differ")
	}
	for _, p := range l.Places {
		if p.Base < 0 || p.Count < 0 || (int(p.Base)+int(p.Count))*l.N > len(w) {
			panic("f32: Embed: a symbol's row reaches past the weights")
		}
	}
}

// visit calls f with the codes of every output in order, until it returns false, and reports whether it never did.
func (l *Lookup) visit(f func(at int, codes []byte, seg int) bool) bool {
	at := 0
	for r := range l.Rows {
		for t := range l.Tiles {
			for m := range l.M {
				for s := range l.Segs {
					x := r*l.XBatch + t*l.XTile + m*l.XRow + s*l.XSeg
					if !f(at, l.X[x:x+l.K], s*l.K) {
						return false
					}
				}
				at += l.N
			}
		}
	}
	return true
}

func embedGeneric(y, w, bias []float32, floor float32, l *Lookup) bool {
	return l.visit(func(at int, codes []byte, seg int) bool {
		o := y[at : at+l.N]
		if seg == 0 {
			copy(o, bias)
		}
		for k, c := range codes {
			if int32(c) >= l.Places[seg+k].Count {
				return false
			}
		}
		for k := 0; k < l.K; k += l.Group {
			l.addGroup(o, w, codes[k:k+l.Group], l.Places[seg+k:seg+k+l.Group])
		}
		if seg+l.K == len(l.Places) {
			for i, v := range o {
				o[i] = max(floor, v)
			}
		}
		return true
	})
}

// addGroup adds to o the sum of the rows that neighbouring codes name.
func (l *Lookup) addGroup(o, w []float32, codes []byte, places []Place) {
	if len(codes) == 1 {
		addRow(o, w[(int(places[0].Base)+int(codes[0]))*l.N:])
		return
	}
	for n := range o {
		sum := float32(0)
		for k, c := range codes {
			sum += w[(int(places[k].Base)+int(c))*l.N+n]
		}
		o[n] += sum
	}
}

func embedBackGeneric(gw, gBias, dy []float32, l *Lookup) bool {
	return l.visit(func(at int, codes []byte, seg int) bool {
		d := dy[at : at+l.N]
		if seg == 0 {
			addRow(gBias, d)
		}
		for k, c := range codes {
			if int32(c) >= l.Places[seg+k].Count {
				return false
			}
			row := (int(l.Places[seg+k].Base) + int(c)) * l.N
			addRow(gw[row:row+l.N], d)
		}
		return true
	})
}

// addRow adds x to dst.
func addRow(dst, x []float32) {
	x = x[:len(dst)]
	i := 0
	for ; i+4 <= len(dst); i += 4 {
		d, s := dst[i:i+4:i+4], x[i:i+4:i+4]
		d[0] += s[0]
		d[1] += s[1]
		d[2] += s[2]
		d[3] += s[3]
	}
	for ; i < len(dst); i++ {
		dst[i] += x[i]
	}
}
